"""Many entries by the month or the year they lie in."""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from .date_spans import DateSpan

Grouping = Literal["none", "month", "year"]

# More entries than these are not told apart in one picture; more years than these not by months.
MOST_ENTRIES, MOST_YEARS = 200, 10


@dataclass(frozen=True, slots=True)
class TimelineGroup:
    """The entries that lie wholly in one month or year."""

    key: Annotated[str, "The month, 2025-07, or the year, 2025."]
    earliest: Annotated[date, "Its first day."]
    latest: Annotated[date, "Its last day."]
    count: Annotated[int, "How many entries lie wholly in it."]
    kinds: Annotated[dict[str, int], "How many of each kind."]


def choose_grouping(spans: Sequence[DateSpan], count: int) -> Grouping:
    """How so many entries are best shown: one by one, by month, or by year."""
    if count <= MOST_ENTRIES:
        return "none"
    years = [day.year for span in spans for day in (span.earliest, span.latest) if day]
    is_long = bool(years) and max(years) - min(years) >= MOST_YEARS
    return "year" if is_long else "month"


def group_entries(entries: Iterable[tuple[str, DateSpan]], by: Grouping) -> list[TimelineGroup]:
    """The groups that have entries, in order; an entry that may lie in two is in none."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    length = {"none": 0, "month": len("2025-07"), "year": len("2025")}[by]
    for kind, span in entries:
        if not length or span.earliest is None or span.latest is None:
            continue
        first, last = (day.isoformat()[:length] for day in (span.earliest, span.latest))
        if first == last:
            found[first][kind] += 1
    return [_group(key, kinds) for key, kinds in sorted(found.items())]


def _group(key: str, kinds: Counter[str]) -> TimelineGroup:
    year, _, month = key.partition("-")
    first, last = (int(month), int(month)) if month else (1, 12)
    ends = calendar.monthrange(int(year), last)[1]
    days = date(int(year), first, 1), date(int(year), last, ends)
    return TimelineGroup(key, *days, kinds.total(), dict(sorted(kinds.items())))
