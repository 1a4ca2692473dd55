"""Records that rest on little: on one source, or on what one side gave out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from negotiations.models import Negotiation, Participation, Party, Source
from negotiations.text.tokens import fold

from .attention_items import AttentionItem
from .event_rows import EventRow, Rows

# The sources that support each record, which is named by kind and slug.
Supports = dict[tuple[str, str], set[str]]


def find_thin_sourcing(
    negotiation: Negotiation, rows: Rows, records: Iterable[EventRow], supports: Supports
) -> Iterator[AttentionItem]:
    """The records that one source supports, and those that one side's sources alone support.

    A source is a side's if its publisher is the name or an alias of that side, whatever the case of
    the letters. Records without a supporting source that the reader sees are not told here.
    """
    used = {source for sources in supports.values() for source in sources}
    owners = _owners(negotiation, rows, used)
    for plain in records:
        sources = tuple(sorted(supports.get((plain.kind, plain.slug), ())))
        if not sources:
            continue
        about = (plain.kind, plain.slug, plain.title)
        if len(sources) == 1:
            yield AttentionItem("one_source", *about, sources=sources)
        sides = {owners.get(source, "") for source in sources}
        if len(sides) == 1 and (side := next(iter(sides))):
            yield AttentionItem("one_side", *about, parties=(side,), sources=sources)


def _owners(negotiation: Negotiation, rows: Rows, used: set[str]) -> dict[str, str]:
    """The side that gave out a source, for each source that a side gave out."""
    taking = rows(Participation).filter(negotiation=negotiation.pk, role=Participation.Role.SIDE)
    sides = rows(Party).filter(pk__in=taking.values("party")).order_by("slug")
    by_name = {
        fold(name): slug
        for slug, own, aliases in sides.values_list("slug", "name", "aliases")
        for name in (own, *aliases)
    }
    published = rows(Source).filter(slug__in=used).exclude(publisher="")
    return {
        slug: by_name[fold(publisher)]
        for slug, publisher in published.values_list("slug", "publisher")
        if fold(publisher) in by_name
    }
