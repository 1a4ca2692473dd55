"""What a party can be said to have held on a day, as far as dates prove it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - a position has a date of its own
from typing import Annotated, Any, Literal

from negotiations.models import Certainty, Negotiation, Position

from .date_spans import DateSpan, widen
from .event_rows import EVENT_SPECS, Rows
from .evidence import fetch_first_report_days

Sureness = Literal["certain", "possible"]
POSITION_SPEC = next(kind for kind in EVENT_SPECS if kind.model is Position)


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """A position as the pictures show it."""

    slug: Annotated[str, "The position."]
    party: Annotated[str, "Who holds it."]
    issue: Annotated[str, "The issue whose question it answers."]
    stance: Annotated[str, Position.Stance]
    firmness: Annotated[str, Position.Firmness]
    basis: Annotated[str, Position.Basis]
    claim: Annotated[str, "The position in one sentence."]
    date: Annotated[str, "When it was held, in EDTF; empty when unknown."]
    date_words: Annotated[str, "The date in the words of the source."]
    date_certainty: Annotated[str, Certainty]
    earliest: Annotated[Day | None, "The first day that the date allows."]
    latest: Annotated[Day | None, "The last day that the date allows."]
    told_by: Annotated[Day | None, "The day by which a source had told of it."]

    @property
    def span(self) -> DateSpan:
        """When it was taken, as its date and the day on which a source had told of it prove."""
        return widen(self.date, DateSpan(self.earliest, self.latest)).told_by(self.told_by)


Cells = dict[tuple[str, str], list[HeldPosition]]


def fetch_positions(negotiation: Negotiation, rows: Rows) -> Cells:
    """All positions of a negotiation by party and issue, in the order of their dates and slugs.

    Two queries.
    """
    told = fetch_first_report_days(POSITION_SPEC, negotiation, rows)
    names = (
        *("slug", "party__slug", "issue__slug", "stance", "firmness", "basis", "claim"),
        *("date", "date_words", "date_certainty", "date_earliest", "date_latest"),
    )
    cells: Cells = defaultdict(list)
    found: Any = rows(Position).filter(negotiation=negotiation.pk)
    for row in found.values_list(*names):
        values: list[Any] = [*row, told.get(row[0])]
        held = HeldPosition(*values)
        cells[held.party, held.issue].append(held)
    return dict(cells)


def find_latest_candidates(taken: Iterable[HeldPosition], point: DateSpan) -> list[HeldPosition]:
    """The positions of one party on one issue that can be its latest one at a point in time.

    A position is in question if it can have been taken by then, and is out of question once another
    certainly followed it and was certainly taken by then. Several in question are several: dates
    that overlap prove no order. A point that is itself a span, such as a round's date, counts with
    all days on which it can lie.
    """
    by_then = [held for held in taken if held.span.possibly_by(point)]
    sure = [h.span.earliest for h in by_then if h.span.certainly_by(point) and h.span.earliest]
    if not sure:
        return by_then
    overtaken = DateSpan(max(sure), None)
    return [held for held in by_then if not held.span.before(overtaken)]


def is_sure(held: Iterable[HeldPosition], point: DateSpan) -> bool:
    """Whether the party certainly held the one stance that these candidates have."""
    found = list(held)
    return len({h.stance for h in found}) == 1 and any(h.span.certainly_by(point) for h in found)
