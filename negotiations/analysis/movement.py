"""Who moved on which issue between two points in time, and how far apart two sides are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Annotated, Literal

from negotiations.models import Issue, Negotiation, Participation, Position

from .date_spans import DateSpan
from .event_rows import Rows
from .held_positions import (
    Cells,
    HeldPosition,
    Sureness,
    fetch_positions,
    find_latest_candidates,
    is_sure,
)

MoveChange = Literal["changed", "unchanged", "first_recorded", "no_evidence", "nothing_found"]
CHANGES: tuple[MoveChange, ...] = (
    "changed",
    "unchanged",
    "first_recorded",
    "no_evidence",
    "nothing_found",
)

# The five steps from yes to no. They are ordinal: that open lies between supports and unclear is
# all that the numbers say; no step is known to be as wide as another, so nothing is averaged.
STEPS: dict[str, int] = {
    Position.Stance.SUPPORTS: 2,
    Position.Stance.OPEN: 1,
    Position.Stance.UNCLEAR: 0,
    Position.Stance.DOUBTS: -1,
    Position.Stance.OPPOSES: -2,
}


@dataclass(frozen=True, slots=True)
class MovementPoint:
    """A point in time: a day, or a round with the span of its date."""

    round: Annotated[str | None, "The round, if one was named."]
    earliest: Annotated[date | None, "The first day on which it can lie."]
    latest: Annotated[date | None, "The last day on which it can lie."]

    @property
    def span(self) -> DateSpan:
        """Where it can lie."""
        return DateSpan(self.earliest, self.latest)


@dataclass(frozen=True, slots=True)
class Move:
    """What one party did on one issue between the two points."""

    party: Annotated[str, "The party."]
    issue: Annotated[str, "The issue."]
    question: Annotated[str, "The question of the issue, which the stances answer."]
    change: Annotated[
        Literal[
            "changed", "unchanged", "first_recorded", "no_evidence", "nothing_found", "unclear"
        ],
        "`changed`: another stance than before. `unchanged`: a later position has the same stance. "
        "`first_recorded`: nothing is known of before. `no_evidence`: a stance is known of before "
        "and nothing of after, which is not the same as unchanged. `nothing_found`: neither. "
        "`unclear`: the dates allow several of these, see `possible`.",
    ]
    possible: Annotated[list[MoveChange], "All that the dates allow; one, unless it is `unclear`."]
    before: Annotated[list[HeldPosition], "What can have been held at the first point."]
    after: Annotated[list[HeldPosition], "What can have been held at the second point."]


@dataclass(frozen=True, slots=True)
class Steps:
    """How many steps lie between two stances, at least and at most."""

    min: Annotated[int, "At least: 0 is the same stance, 4 yes against no."]
    max: Annotated[int, "At most."]
    sureness: Annotated[Sureness, "`certain` if both certainly held one stance then."]


@dataclass(frozen=True, slots=True)
class Gap:
    """How far apart two sides are on one issue."""

    issue: Annotated[str, "The issue."]
    sides: Annotated[list[str], "The two sides, in the order of their slugs."]
    before: Annotated[
        Steps | None, "At the first point; null while one or both have no known stance."
    ]
    after: Annotated[Steps | None, "At the second point."]


@dataclass(frozen=True, slots=True)
class Movement:
    """Who moved on which issue, and how far apart the sides were and are."""

    negotiation: Annotated[str, "The negotiation."]
    title: Annotated[str, "Its title."]
    start: Annotated[MovementPoint, "The first point, as `from` names it."]
    end: Annotated[MovementPoint, "The second point, as `to` names it."]
    moves: Annotated[list[Move], "For each party and issue with a position, in their order."]
    gaps: Annotated[list[Gap], "For each issue and each two sides of which one holds a position."]


def build_movement(
    negotiation: Negotiation, rows: Rows, start: MovementPoint, end: MovementPoint
) -> Movement:
    """Who moved on which issue from one point in time to another; what lies between is net.

    The gap is the number of steps between two stances on supports, open, unclear, doubts, opposes
    (2 to -2): an ordinal measure. Where several stances are in question it has a least and a most.
    """
    taken = fetch_positions(negotiation, rows)
    sides = rows(Participation).filter(negotiation=negotiation.pk, role=Participation.Role.SIDE)
    between = sorted(set(sides.values_list("party__slug", flat=True)))
    issues = rows(Issue).filter(slug__in={issue for _, issue in taken}).order_by("slug")
    questions = dict(issues.values_list("slug", "question"))
    return Movement(
        negotiation=negotiation.slug,
        title=negotiation.title,
        start=start,
        end=end,
        moves=[
            build_move(
                *cell, taken[cell], start.span, end.span, question=questions.get(cell[1], "")
            )
            for cell in sorted(taken)
        ],
        gaps=list(_gaps(between, taken, [start, end])),
    )


def build_move(
    party: str,
    issue: str,
    taken: list[HeldPosition],
    start: DateSpan,
    end: DateSpan,
    *,
    question: str = "",
) -> Move:
    """What the positions of one party on one issue prove, and what they allow."""
    before, after = find_latest_candidates(taken, start), find_latest_candidates(taken, end)
    found = set(_possible(taken, (before, after), start, end))
    possible = [change for change in CHANGES if change in found]
    change = possible[0] if len(possible) == 1 else "unclear"
    return Move(party, issue, question, change, possible, before, after)


def _possible(
    taken: list[HeldPosition],
    held: tuple[list[HeldPosition], list[HeldPosition]],
    start: DateSpan,
    end: DateSpan,
) -> Iterator[MoveChange]:
    """Every change that some placing of the dates within their spans gives.

    Each date is placed by itself, so that a rare combination may be allowed here that the dates
    taken together exclude; never the reverse.
    """
    before, after = held
    # Nothing is new between two points of which the second cannot lie after the first.
    has_between = start.possibly_before(end)
    fresh = [each for each in after if has_between and not each.span.certainly_by(start)]
    sure_before = any(each.span.certainly_by(start) for each in taken)
    pairs = [(old, new) for old in before for new in fresh if _can_follow(old, new)]
    if any(old.stance != new.stance for old, new in pairs):
        yield "changed"
    if any(old.stance == new.stance for old, new in pairs):
        yield "unchanged"
    if fresh and not sure_before:
        yield "first_recorded"
    if before and not any(_surely_between(each, start, end) for each in taken):
        yield "no_evidence"
    if not any(each.span.certainly_by(end) for each in taken):
        yield "nothing_found"


def _can_follow(old: HeldPosition, new: HeldPosition) -> bool:
    return old is not new and not new.span.before(old.span)


def _surely_between(held: HeldPosition, start: DateSpan, end: DateSpan) -> bool:
    return start.before(held.span) and held.span.certainly_by(end)


def _gaps(sides: list[str], taken: Cells, points: list[MovementPoint]) -> Iterator[Gap]:
    for issue in sorted({issue for _, issue in taken}):
        for first, second in combinations(sides, 2):
            pair = taken.get((first, issue), []), taken.get((second, issue), [])
            if any(pair):
                before, after = (_steps(*pair, point.span) for point in points)
                yield Gap(issue, [first, second], before, after)


def _steps(first: list[HeldPosition], second: list[HeldPosition], point: DateSpan) -> Steps | None:
    """The steps between what two sides hold at a point in time."""
    held = [find_latest_candidates(taken, point) for taken in (first, second)]
    apart = [abs(STEPS[a.stance] - STEPS[b.stance]) for a in held[0] for b in held[1]]
    if not apart:
        return None
    sure = all(is_sure(found, point) for found in held)
    return Steps(min(apart), max(apart), "certain" if sure else "possible")
