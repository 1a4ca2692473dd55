"""Everything of a negotiation in the order that its dates prove, and in no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - an entry has a date of its own
from datetime import datetime
from typing import Annotated, Literal

from negotiations.models import Certainty, Negotiation, Party

from .date_spans import DateSpan, widen
from .event_rows import (
    DATED_SPECS,
    EventDate,
    EventRow,
    Rows,
    fetch_event_rows,
    fetch_names,
    get_name,
)
from .grouping import Grouping, TimelineGroup, choose_grouping, group_entries
from .ordering import Placement, assign_ranks_and_lanes
from .wording.phrases import join_facts
from .wording.summaries import DATE_MARK, format_about

TIMELINE_KINDS = tuple(kind.name for kind in DATED_SPECS)
About = Literal["date", "deadline", "due"]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One date of a record."""

    kind: Annotated[str, "The collection of the record."]
    slug: Annotated[str, "The record."]
    about: Annotated[About, "Which of its dates it is."]
    title: Annotated[str, "The record's name."]
    summary: Annotated[
        str,
        "Who and what in one line, as people are shown it, after `Deadline –`, `Due –` or "
        "`Not agreed –`.",
    ]
    code: Annotated[str, "How it stands: its status, stance, answer, verification or kind."]
    outcome_status: Annotated[
        str, "Of a commitment: how its outcome stands by the latest source; else empty."
    ]
    question: Annotated[str, "Of a position: the question that its stance answers; else empty."]
    parties: Annotated[
        list[str],
        "Who acts in it; of a delivery that names nobody, the only party that owes it.",
    ]
    receivers: Annotated[list[str], "To whom it is put, owed or handed over."]
    date: Annotated[str, "The date in EDTF; empty when unknown."]
    date_words: Annotated[str, "The date in the words of the source."]
    date_certainty: Annotated[str, Certainty]
    earliest: Annotated[Day | None, "The first day that the date allows; null is open."]
    latest: Annotated[Day | None, "The last day that the date allows; null is open."]
    rank: Annotated[
        int | None,
        "Whatever has a lower rank certainly lies before; within a rank no order is claimed. Null "
        "without a date and where the date is open at one side.",
    ]
    lane: Annotated[
        int | None,
        "A row to draw it in, from 0: within a lane each entry certainly lies before the next. "
        "Null without a date.",
    ]
    has_open_question: Annotated[bool, "Whether the sources leave something open."]
    version: Annotated[int, "The version of the record."]
    updated_at: Annotated[datetime, "When the record was last written."]

    @property
    def proved(self) -> DateSpan:
        """The days that its date proves."""
        return widen(self.date, DateSpan(self.earliest, self.latest))

    @property
    def place(self) -> tuple[bool, Day, Day, str, str, str]:
        """Where it stands in a list: by the days that are known, undated ones last.

        So that the list can be paged. What it says beyond ``rank`` is no claim about the world.
        """
        first = self.earliest or self.latest or Day.max
        last = self.latest or first
        return self.lane is None, first, last, self.kind, self.slug, self.about


@dataclass(frozen=True, slots=True)
class PartyName:
    """What a party is called."""

    party: Annotated[str, "The party."]
    name: Annotated[str, "Its name."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The dates of a negotiation's records."""

    negotiation: Annotated[str, "The negotiation."]
    title: Annotated[str, "Its title."]
    on: Annotated[Day, "The day of the world to draw as the present."]
    earliest: Annotated[Day | None, "The first day that an entry names."]
    latest: Annotated[Day | None, "The last day that an entry names."]
    lanes: Annotated[int, "How many lanes the dated entries take."]
    count: Annotated[int, "How many entries there are, with and without a date."]
    undated_count: Annotated[int, "How many of them have no date."]
    grouping: Annotated[Grouping, "By what they are grouped."]
    groups: Annotated[
        list[TimelineGroup], "When they are grouped: the months or years that have any."
    ]
    spanning_count: Annotated[int, "When they are grouped: how many lie in no group alone."]
    parties: Annotated[list[PartyName], "The names of the parties in the entries, by name."]
    entries: Annotated[list[TimelineEntry], "When they are not grouped: those with a date."]
    undated: Annotated[
        list[TimelineEntry], "When they are not grouped: those without, to be put aside."
    ]


def fetch_timeline_entries(
    negotiation: Negotiation,
    rows: Rows,
    kinds: Collection[str] = TIMELINE_KINDS,
    window: DateSpan | None = None,
) -> list[TimelineEntry]:
    """The dates of the records of some kinds, of those that can lie in a window of days.

    A record with two dates, such as a proposal with a deadline, has two entries; one without any
    has one entry, which is not dated and so lies in no window.
    """
    naming = {kind.named_by for kind in DATED_SPECS if kind.name in kinds}
    plains = fetch_event_rows(
        negotiation, rows, [k for k in DATED_SPECS if k.name in kinds or k.name in naming]
    )
    wanted = [
        (plain, dated)
        for plain in plains
        if plain.kind in kinds
        for dated in list_known_dates(plain)
        if window is None or (dated.span.is_known and dated.proved.overlaps(window))
    ]
    places = assign_ranks_and_lanes([dated.proved for _, dated in wanted])
    made = [_entry(*pair, place) for pair, place in zip(wanted, places, strict=True)]
    return sorted(made, key=lambda entry: entry.place)


def list_known_dates(plain: EventRow) -> list[EventDate]:
    """The dates of a record that are known, else its first, to say that it is not."""
    return [dated for dated in plain.dates if dated.text] or plain.dates[:1]


def _entry(plain: EventRow, dated: EventDate, place: Placement | None) -> TimelineEntry:
    return TimelineEntry(
        kind=plain.kind,
        slug=plain.slug,
        about=dated.about,  # type: ignore[arg-type]
        title=plain.title,
        summary=join_facts(
            format_about(dated.about, plain.outcome_status) if dated.text else "",
            plain.summary,
            mark=DATE_MARK,
        ),
        code=plain.code,
        outcome_status=plain.outcome_status,
        question=plain.question,
        parties=plain.parties,
        receivers=plain.receivers,
        date=dated.text,
        date_words=dated.words,
        date_certainty=dated.certainty,
        earliest=dated.span.earliest,
        latest=dated.span.latest,
        rank=place.rank if place else None,
        lane=place.lane if place else None,
        has_open_question=bool(plain.open_question),
        version=plain.version,
        updated_at=plain.updated_at,
    )


def build_timeline(
    negotiation: Negotiation,
    rows: Rows,
    on: Day,
    found: list[TimelineEntry],
    *,
    grouping: Grouping | None = None,
    shown: slice = slice(None),
) -> Timeline:
    """The entries as they are drawn: some of them, or, grouped, how many there are of each month.

    Without a grouping of the caller's own a few entries are shown one by one, many by month, and
    many that lie in more than ten years by year.
    """
    dated = [entry for entry in found if entry.lane is not None]
    spans = [DateSpan(entry.earliest, entry.latest) for entry in dated]
    by = grouping or choose_grouping(spans, len(found))
    groups = group_entries([(entry.kind, entry.proved) for entry in dated], by)
    part = found[shown] if by == "none" else []
    days = [day for span in spans for day in (span.earliest, span.latest) if day]
    return Timeline(
        negotiation=negotiation.slug,
        title=negotiation.title,
        on=on,
        earliest=min(days, default=None),
        latest=max(days, default=None),
        lanes=1 + max((entry.lane for entry in dated if entry.lane is not None), default=-1),
        count=len(found),
        undated_count=len(found) - len(dated),
        grouping=by,
        groups=groups,
        spanning_count=len(dated) - sum(g.count for g in groups) if by != "none" else 0,
        parties=_named(
            {party for entry in part for party in (*entry.parties, *entry.receivers)}, rows
        ),
        entries=[entry for entry in part if entry.lane is not None],
        undated=[entry for entry in part if entry.lane is None],
    )


def _named(slugs: Iterable[str], rows: Rows) -> list[PartyName]:
    wanted = set(slugs)
    known = fetch_names(Party, wanted, rows)
    found = [PartyName(slug, get_name(slug, known)) for slug in wanted]
    return sorted(found, key=lambda each: (each.name, each.party))
