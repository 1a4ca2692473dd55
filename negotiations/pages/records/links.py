"""What records are called, and where their pages stand."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from negotiations.analysis.wording.headings import name_record
from negotiations.models import (
    COLLECTIONS,
    Commitment,
    Delegation,
    Delivery,
    Incident,
    Outcome,
    Party,
    Position,
    Post,
    Proposal,
    Record,
    Response,
    Round,
    Statement,
    Term,
)
from negotiations.pages.formatting import get_singular_name
from negotiations.pages.published import get_published

Pair = tuple[str, str]

# What the line of a record leaves out and a reader has to know: whose it is.
BELONGS_TO = {"terms": "proposal"}
# What is shown by who and what, since its name alone would read as a plain fact: the relations to
# one record that the line needs, and those to several parties.
SUMMARIZED: dict[type[Record], tuple[tuple[str, ...], tuple[str, ...]]] = {
    Round: ((), ()),
    Delegation: ((), ()),
    Statement: (("party",), ()),
    Proposal: ((), ("proposed_by", "addressed_to")),
    Term: ((), ("obligor", "obligee")),
    Response: ((), ()),
    Position: (("party",), ()),
    Post: ((), ()),
    Outcome: ((), ("agreed_by",)),
    Commitment: (("according_to", "outcome"), ("obligor", "obligee")),
    Delivery: (("delivered_by",), ("commitment__obligor", "commitment__obligee")),
    Incident: ((), ("by",)),
}


def get_record_url(collection: str, slug: str) -> str:
    """Where the page of a record stands."""
    return reverse("record", args=[collection, slug])


def get_nameable(model: type[Record]) -> QuerySet[Any]:
    """The published records of a kind with all that names them, so that nothing more is asked."""
    rows, belongs_to = get_published(model), BELONGS_TO.get(model.collection())
    single, several = SUMMARIZED.get(model, ((), ()))
    after = (*model.named_after, *single, *([belongs_to] if belongs_to else []))
    rows = rows.prefetch_related(*(Prefetch(name, get_published(Party)) for name in several))
    # Without names ``select_related`` would follow every relation.
    rows = rows.select_related(*after) if after else rows
    return rows.defer("text") if model.collection() == "sources" else rows


def build_link(record: Record, words: str = "") -> dict[str, Any]:
    """A record of ``get_nameable`` by who and what, whose it is, and the address of its page."""
    collection = record.collection()
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
    return name_record(record) if type(record) in SUMMARIZED else str(record)


def link_related(record: Record) -> dict[str, Any]:
    """Return the link to a record that another one refers to; names ask for published ones only."""
    found = get_nameable(type(record)).filter(pk=record.pk).first()
    return build_link(found) if found else build_link(record, str(record))


def get_owner_name(record: Record) -> str:
    """The party of a position, the proposal of a term; empty where the name says enough."""
    relation = BELONGS_TO.get(record.collection())
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
