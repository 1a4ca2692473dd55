"""Who moved, as it is drawn: from one sign to another, and the steps between two sides."""

from collections.abc import Mapping
from dataclasses import dataclass

from negotiations.analysis.holding import HeldPosition
from negotiations.analysis.movement import Movement, Steps
from negotiations.models import Position

CHANGES = {
    "changed": "changed",
    "unchanged": "said the same again",
    "first_recorded": "first recorded",
    "no_evidence": "nothing heard since",
    "nothing_found": "nothing found",
}
# Four steps lie between yes and no.
MOST = 4


@dataclass(frozen=True)
class Sign:
    """A stance that was or is held."""

    stance: str
    label: str
    slug: str
    claim: str


@dataclass(frozen=True)
class Moved:
    """What one party did on one issue."""

    party: str
    issue: str
    change: str
    is_sure: bool
    before: list[Sign]
    after: list[Sign]


@dataclass(frozen=True)
class Distance:
    """The steps between two sides on one issue, at one point in time."""

    words: str
    # In percent of the way from yes to no.
    least: int
    perhaps: int


@dataclass(frozen=True)
class Apart:
    """How far apart two sides were and are."""

    issue: str
    sides: str
    before: Distance | None
    after: Distance | None


def moves(told: Movement, names: Mapping[str, str], titles: Mapping[str, str]) -> list[Moved]:
    """The moves, party by party; names are those of parties, titles those of issues."""
    return [
        Moved(
            party=names.get(move.party, move.party),
            issue=titles.get(move.issue, move.issue),
            change=" or ".join(CHANGES[change] for change in move.possible),
            is_sure=len(move.possible) == 1,
            before=[_sign(held) for held in move.before],
            after=[_sign(held) for held in move.after],
        )
        for move in told.moves
    ]


def gaps(told: Movement, names: Mapping[str, str], titles: Mapping[str, str]) -> list[Apart]:
    """The gaps, issue by issue."""
    return [
        Apart(
            issue=titles.get(gap.issue, gap.issue),
            sides=" and ".join(names.get(side, side) for side in gap.sides),
            before=_distance(gap.before),
            after=_distance(gap.after),
        )
        for gap in told.gaps
    ]


def _sign(held: HeldPosition) -> Sign:
    return Sign(held.stance, Position.Stance(held.stance).label, held.slug, held.claim)


def _distance(steps: Steps | None) -> Distance | None:
    if steps is None:
        return None
    number = str(steps.min) if steps.min == steps.max else f"{steps.min} to {steps.max}"
    unit = "step" if number == "1" else "steps"
    least, most = (100 * bound // MOST for bound in (steps.min, steps.max))
    return Distance(f"{number} {unit}", least, most - least)
