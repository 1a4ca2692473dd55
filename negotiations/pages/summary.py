"""A negotiation at a glance, as the start page draws it: a part of each of its pictures."""

from dataclasses import dataclass
from datetime import date

from negotiations.analysis import timeline as timelines
from negotiations.models import Negotiation

from .negotiation import get_matrix, list_commitments
from .pictures.fulfilment import DrawnCommitment
from .pictures.matrix import MatrixDrawing, crop_matrix, draw_matrix
from .pictures.timeline import TimelineDrawing, draw_timeline
from .published import get_published

MOST_PARTIES, MOST_ISSUES, MOST_HAPPENED, MOST_PROMISES = 6, 6, 8, 3
# What a negotiation is made of; who holds what stands in the matrix.
HAPPENED = ("rounds", "proposals", "responses", "outcomes", "deliveries")


@dataclass(frozen=True)
class NegotiationSummary:
    """A negotiation, and the parts of its pictures."""

    talks: Negotiation
    matrix: MatrixDrawing
    timeline: TimelineDrawing
    told: timelines.Timeline
    debts: list[DrawnCommitment]
    # What its pictures leave out, in words.
    timeline_left_out: str
    debts_left_out: str


def build_negotiation_summary(talks: Negotiation, on: date) -> NegotiationSummary:
    """Who holds what, what the timeline ends with, and what of the promises was delivered."""
    happened = timelines.fetch_timeline_entries(talks, get_published, HAPPENED)
    # Those without a date stand last.
    dated = [entry for entry in happened if entry.lane is not None]
    undated = [entry for entry in happened if entry.lane is None]
    shown = dated[-MOST_HAPPENED:] + undated[:MOST_HAPPENED]
    told = timelines.build_timeline(talks, get_published, on, shown, grouping="none")
    owed = list_commitments(talks, on)
    drawn = [debt for debt in owed if debt.is_drawn][:MOST_PROMISES]
    return NegotiationSummary(
        talks=talks,
        matrix=crop_matrix(draw_matrix(get_matrix(talks, on)), MOST_PARTIES, MOST_ISSUES),
        timeline=draw_timeline(told),
        told=told,
        debts=drawn,
        timeline_left_out=format_left_out(len(shown), len(happened), ", ".join(HAPPENED)),
        debts_left_out=format_left_out(len(drawn), len(owed), "commitments"),
    )


def format_left_out(shown: int, count: int, what: str) -> str:
    """Say how much of something is shown; nothing where all of it is."""
    return f"Shown: {shown} of {count} ({what})." if shown < count else ""
