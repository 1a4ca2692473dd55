"""What records are called, and where their pages stand."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from negotiations.models import COLLECTIONS, Record

from .published import published
from .wording import kind_name

Pair = tuple[str, str]

# What the name of a record leaves out and a reader has to know: whose it is.
BELONGS_TO = {"positions": "party", "terms": "proposal"}


def address(collection: str, slug: str) -> str:
    """Where the page of a record stands."""
    return reverse("record", args=[collection, slug])


def nameable(model: type[Record]) -> QuerySet[Any]:
    """The published records of a kind, each of which ``str`` names without asking further."""
    rows, belongs_to = published(model), BELONGS_TO.get(model.collection())
    after = (*model.named_after, *([belongs_to] if belongs_to else []))
    # Without names ``select_related`` would follow every relation.
    rows = rows.select_related(*after) if after else rows
    return rows.defer("text") if model.collection() == "sources" else rows


def link(record: Record) -> dict[str, Any]:
    """A record by its name, whose it is, and the address of its page.

    Whose it is, is told of records that ``nameable`` found: it asks for nothing.
    """
    collection = record.collection()
    return {
        "words": str(record),
        "kind": kind_name(collection),
        "of": whose(record),
        # An issue by its question: its name alone says nothing that could be answered.
        "definition": getattr(record, "question", ""),
        "url": address(collection, record.slug),
    }


def whose(record: Record) -> str:
    """The party of a position, the proposal of a term; empty where the name says enough."""
    relation = BELONGS_TO.get(record.collection())
    if relation is None or not record._meta.get_field(relation).is_cached(record):  # type: ignore[union-attr]
        return ""
    return str(getattr(record, relation))


def links(pairs: Iterable[Pair]) -> dict[Pair, dict[str, Any]]:
    """The links to published records, by kind and slug; others are left out.

    Queries: one for each kind that is named.
    """
    slugs: dict[str, set[str]] = {}
    for collection, slug in pairs:
        slugs.setdefault(collection, set()).add(slug)
    return {
        (collection, record.slug): link(record)
        for collection, named in slugs.items()
        for record in nameable(COLLECTIONS[collection]).filter(slug__in=named).order_by("slug")
    }
