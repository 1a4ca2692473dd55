"""What somebody should look at: what passed, what waits, and what rests on little.

* ``deadline_passed``: a proposal's deadline certainly lies before ``on``, it had no result
  then (``lapses.get_undecided_proposals``), and nobody can have accepted, rejected or countered
  it by then.
* ``round_date_passed``: a round's date certainly lies before ``on``, and the round is still
  coded as proposed, agreed or unknown.
* ``commitment_overdue``: certainly due before ``on``, and less than promised, or nothing, recorded
  (``fulfilment.assess_overdue``).
* ``proposal_unanswered``: can have been made by ``on``, had no result then, and an addressee gave
  no answer that can have been given by ``on``.
* ``one_source``, ``one_side``: a record is supported by a single source, or only by sources of
  one side (``sourcing.find_thin_sourcing``).
* ``open_question``: a record says what its sources leave open.
* ``sentence_uncoded``, ``quotation_broken``: see ``source_readings.SourceReading``.
* ``source_incomplete``, ``proposal_incomplete``: there is more than what is at hand, since the
  text is not the whole document, or the source gives only some of the terms.

The first four are read on the day of the world ``on``, and tell the days up to it: since the date
that passed, or since the proposal was made (``lapses.count_days_since``). The others are about the
record itself, which only the tracker's time changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from negotiations.models import Negotiation

from .attention_items import REASONS, AttentionItem, Reason
from .event_rows import EventRow, Rows, fetch_event_rows
from .evidence import fetch_supporting_sources, get_cited_sources
from .lapses import find_incomplete_proposals, find_lapses
from .source_readings import SourceReading, fetch_source_readings
from .sourcing import find_thin_sourcing


@dataclass(frozen=True, slots=True)
class AttentionCount:
    """How much there is of one reason."""

    reason: Annotated[Reason, "Why."]
    count: Annotated[int, "How many items have it."]


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody should look at in a negotiation."""

    negotiation: Annotated[str, "The negotiation."]
    title: Annotated[str, "Its title."]
    on: Annotated[date, "The day of the world that is asked about."]
    reasons: Annotated[
        list[AttentionCount], "How many items each reason has, also those not shown."
    ]
    items: Annotated[
        list[AttentionItem], "The items in the order of the reasons, then by kind and slug."
    ]


def build_attention(
    negotiation: Negotiation,
    rows: Rows,
    on: date,
    reasons: Iterable[Reason] = REASONS,
    most: int | None = None,
) -> Attention:
    """What somebody should look at in a negotiation, by reason; at most so many of each reason.

    ``on`` is the day of the world for what passed and what waits.
    """
    records = fetch_event_rows(negotiation, rows)
    read = fetch_source_readings(get_cited_sources(negotiation, rows), rows)
    found = [
        *find_lapses(negotiation, rows, on),
        *find_thin_sourcing(
            negotiation, rows, records, fetch_supporting_sources(negotiation, rows)
        ),
        *_questions(records),
        *(item for each in read for item in _of_source(each)),
        *find_incomplete_proposals(negotiation, rows),
    ]
    summaries = {(plain.kind, plain.slug): plain.summary for plain in records}
    found = [
        replace(item, summary=summaries.get((item.kind, item.slug), item.title)) for item in found
    ]
    found.sort(key=lambda item: (item.kind, item.slug, item.start or 0))
    by_reason = {reason: [item for item in found if item.reason == reason] for reason in reasons}
    return Attention(
        negotiation=negotiation.slug,
        title=negotiation.title,
        on=on,
        reasons=[AttentionCount(reason, len(items)) for reason, items in by_reason.items()],
        items=[item for items in by_reason.values() for item in items[:most]],
    )


def _questions(records: Iterable[EventRow]) -> Iterator[AttentionItem]:
    for plain in records:
        if plain.open_question:
            yield AttentionItem(
                "open_question", plain.kind, plain.slug, plain.title, plain.open_question
            )


def _of_source(read: SourceReading) -> Iterator[AttentionItem]:
    """What a source that the negotiation rests on leaves to be done."""
    here = (read.slug,)
    if read.open_question:
        yield AttentionItem("open_question", "sources", read.slug, read.title, read.open_question)
    if read.complete is False:
        yield AttentionItem(
            "source_incomplete", "sources", read.slug, read.title, read.open_question
        )
    for missed in read.untouched:
        about = ("sources", read.slug, read.title, missed.text)
        yield AttentionItem("sentence_uncoded", *about, sources=here, start=missed.start)
    for passage in read.broken:
        about = (passage.kind, passage.slug, read.title, passage.quote)
        yield AttentionItem("quotation_broken", *about, sources=here, start=passage.start)
