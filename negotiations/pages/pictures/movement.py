"""Who moved, as it is drawn: from one sign to another, and the steps between two sides."""

from collections.abc import Mapping
from dataclasses import dataclass

from negotiations.analysis.matrix import MatrixIssue
from negotiations.analysis.movement import Move, Movement, Steps
from negotiations.pages.answers import PartyAnswers, describe_answers

CHANGES = {
    "changed": "changed",
    "unchanged": "the same answer again",
    "first_recorded": "first recorded",
    "no_evidence": "nothing recorded since",
    "nothing_found": "nothing found",
}
# Four steps lie between yes and no.
MAX_STEPS = 4
NEITHER = "neither has a known stance"


@dataclass(frozen=True)
class DrawnMove:
    """What one party did on one issue."""

    party: str
    issue: MatrixIssue
    change: str
    is_sure: bool
    before: PartyAnswers
    after: PartyAnswers


@dataclass(frozen=True)
class Distance:
    """The steps between two sides on one issue, at one point in time."""

    words: str
    # In percent of the way from yes to no; None where nothing can be measured.
    least: int | None = None
    perhaps: int = 0


@dataclass(frozen=True)
class DrawnGap:
    """How far apart two sides were and are."""

    issue: MatrixIssue
    sides: str
    before: Distance
    after: Distance


def draw_moves(
    told: Movement, names: Mapping[str, str], issues: Mapping[str, MatrixIssue]
) -> list[DrawnMove]:
    """The moves, party by party; names are those of parties."""
    found = []
    for move in told.moves:
        name, issue = names.get(move.party, move.party), issues[move.issue]
        found.append(
            DrawnMove(
                party=name,
                issue=issue,
                change=" or ".join(CHANGES[change] for change in move.possible),
                is_sure=len(move.possible) == 1,
                before=describe_answers(move.before, told.start.span, name, issue.question),
                after=describe_answers(move.after, told.end.span, name, issue.question),
            )
        )
    return found


def draw_gaps(
    told: Movement, names: Mapping[str, str], issues: Mapping[str, MatrixIssue]
) -> list[DrawnGap]:
    """The gaps, issue by issue."""
    moves = {(move.party, move.issue): move for move in told.moves}
    drawn = []
    for gap in told.gaps:
        sides = {names.get(side, side): moves.get((side, gap.issue)) for side in gap.sides}
        drawn.append(
            DrawnGap(
                issue=issues[gap.issue],
                sides=" and ".join(sides),
                before=_distance(gap.before, _find_silent(sides, "before")),
                after=_distance(gap.after, _find_silent(sides, "after")),
            )
        )
    return drawn


def _find_silent(sides: Mapping[str, Move | None], point: str) -> list[str]:
    """The sides of which no stance is known at a point."""
    return [name for name, move in sides.items() if move is None or not getattr(move, point)]


def _distance(steps: Steps | None, silent: list[str]) -> Distance:
    if steps is None:
        is_one = len(silent) == 1
        return Distance(f"no known stance: {silent[0]}" if is_one else NEITHER)
    number = str(steps.min) if steps.min == steps.max else f"{steps.min} to {steps.max}"
    unit = "step" if steps.max == 1 else "steps"
    doubt = "" if steps.sureness == "certain" else "perhaps "
    least, most = (100 * bound // MAX_STEPS for bound in (steps.min, steps.max))
    # What is in doubt is outlined.
    sure = least if steps.sureness == "certain" else 0
    return Distance(f"{doubt}{number} {unit}", sure, most - sure)
