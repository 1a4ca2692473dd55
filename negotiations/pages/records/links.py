"""What records are called, and where their pages stand."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from negotiations.analysis.wording.headings import RELATIONS, name_record, select_relations
from negotiations.models import COLLECTIONS, Record
from negotiations.pages.formatting import get_singular_name
from negotiations.pages.published import get_published

Pair = tuple[str, str]

# What the line of a record leaves out and a reader has to know: whose it is.
BELONGS_TO = {"terms": "proposal"}


def get_record_url(collection: str, slug: str) -> str:
    """Where the page of a record stands."""
    return reverse("record", args=[collection, slug])


def get_nameable(model: type[Record]) -> QuerySet[Any]:
    """The published records of a kind with all that names them, so that nothing more is asked."""
    rows = select_relations(get_published(model), model, get_published)
    belongs_to = BELONGS_TO.get(model.resource_name)
    rows = rows.select_related(belongs_to) if belongs_to else rows
    return rows.defer("text") if model.resource_name == "sources" else rows


def build_link(record: Record, words: str = "") -> dict[str, Any]:
    """A record of ``get_nameable`` by who and what, whose it is, and the address of its page."""
    collection = record.resource_name
    return {
        "words": words or name(record),
        "kind": get_singular_name(collection),
        "of": get_owner_name(record),
        # An issue by its question: its name alone says nothing that could be answered.
        "definition": getattr(record, "question", ""),
        "url": get_record_url(collection, record.slug),
    }


def name(record: Record) -> str:
    """Name a record of ``get_nameable`` as the timeline does; a negotiation by its title alone."""
    return name_record(record) if type(record) in RELATIONS else str(record)


def link_related(record: Record) -> dict[str, Any]:
    """Return the link to a record that another one refers to; names ask for published ones only."""
    found = get_nameable(type(record)).filter(pk=record.pk).first()
    return build_link(found) if found else build_link(record, str(record))


def get_owner_name(record: Record) -> str:
    """The party of a position, the proposal of a term; empty where the name says enough."""
    relation = BELONGS_TO.get(record.resource_name)
    if relation is None or not record._meta.get_field(relation).is_cached(record):  # type: ignore[union-attr]
        return ""
    return str(getattr(record, relation))


def build_links(pairs: Iterable[Pair]) -> dict[Pair, dict[str, Any]]:
    """The links to published records, by kind and slug; others are left out.

    Queries: one for each kind that is named.
    """
    slugs: dict[str, set[str]] = {}
    for collection, slug in pairs:
        slugs.setdefault(collection, set()).add(slug)
    return {
        (collection, record.slug): build_link(record)
        for collection, named in slugs.items()
        for record in get_nameable(COLLECTIONS[collection]).filter(slug__in=named).order_by("slug")
    }
