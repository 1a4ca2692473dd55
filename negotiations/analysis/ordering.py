"""Ranks and lanes of spans: the order that dates prove, ready to be drawn."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from .date_spans import DateSpan


class Placement(NamedTuple):
    """Where a span is drawn."""

    # None where a side is open: such a span has days in common with nearly everything.
    rank: int | None
    lane: int


def assign_ranks_and_lanes(spans: Sequence[DateSpan]) -> list[Placement | None]:
    """For each span its rank and its lane, None for one that is open on both sides.

    "Certainly before" is the interval order of the spans: one ends before the other begins. A rank
    is a run of spans that are linked by common days, each rank lying wholly before the next: of two
    ranks the lower is proved to be earlier, within one nothing is claimed. The lanes are as few as
    can be such that within a lane each span lies before the next (greedy colouring of an interval
    graph); there the finer order shows. Time grows with n log n.
    """
    found: list[Placement | None] = [None] * len(spans)
    known = sorted(
        (span.earliest or date.min, span.latest or date.max, number)
        for number, span in enumerate(spans)
        if span.is_known
    )
    rank = -1
    reach: date | None = None
    busy: list[tuple[date, int]] = []
    free: list[int] = []
    for first, last, number in known:
        is_closed = date.min < first and last < date.max
        if is_closed and (reach is None or first > reach):
            rank, reach = rank + 1, last
        elif is_closed and reach is not None:
            reach = max(reach, last)
        while busy and busy[0][0] < first:
            heapq.heappush(free, heapq.heappop(busy)[1])
        lane = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (last, lane))
        found[number] = Placement(rank if is_closed else None, lane)
    return found
