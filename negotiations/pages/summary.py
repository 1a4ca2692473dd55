"""A negotiation at a glance, as the start page draws it: a part of each of its pictures."""

from dataclasses import dataclass
from datetime import date

from negotiations.analysis import timeline as timelines
from negotiations.models import Negotiation

from .negotiation import debts_of, matrix_of
from .pictures.fulfilment import Debt
from .pictures.matrix import Grid, corner, grid
from .pictures.timeline import Drawing, drawing
from .published import published

MOST_PARTIES, MOST_ISSUES, MOST_HAPPENED, MOST_PROMISES = 6, 6, 8, 3
# What a negotiation is made of; who holds what stands in the matrix.
HAPPENED = ("rounds", "proposals", "responses", "outcomes", "deliveries")


@dataclass(frozen=True)
class Portrait:
    """A negotiation, and the parts of its pictures."""

    talks: Negotiation
    matrix: Grid
    timeline: Drawing
    told: timelines.Timeline
    debts: list[Debt]
    # What its pictures leave out, in words.
    timeline_left_out: str
    debts_left_out: str


def portrait(talks: Negotiation, on: date) -> Portrait:
    """Who holds what, what the timeline ends with, and what of the promises was delivered."""
    happened = timelines.entries(talks, published, HAPPENED)
    # Those without a date stand last.
    dated = [entry for entry in happened if entry.lane is not None]
    undated = [entry for entry in happened if entry.lane is None]
    shown = dated[-MOST_HAPPENED:] + undated[:MOST_HAPPENED]
    told = timelines.timeline(talks, published, on, shown, grouping="none")
    owed = debts_of(talks, on)
    drawn = [debt for debt in owed if debt.is_drawn][:MOST_PROMISES]
    return Portrait(
        talks=talks,
        matrix=corner(grid(matrix_of(talks, on)), MOST_PARTIES, MOST_ISSUES),
        timeline=drawing(told),
        told=told,
        debts=drawn,
        timeline_left_out=say_left_out(len(shown), len(happened), ", ".join(HAPPENED)),
        debts_left_out=say_left_out(len(drawn), len(owed), "commitments"),
    )


def say_left_out(shown: int, count: int, what: str) -> str:
    """Say how much of something is shown; nothing where all of it is."""
    return f"Shown: {shown} of {count} ({what})." if shown < count else ""
