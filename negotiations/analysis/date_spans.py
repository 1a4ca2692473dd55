"""Days as far as they are known, and what they prove about order.

Definitions (intervals as in Allen, "Maintaining knowledge about temporal intervals", 1983, of which
only "before" is a proof here: a span says "it happened within", never that it lasted).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from negotiations.dates import edtf


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The first and the last day on which it can have happened; None is open."""

    earliest: date | None
    latest: date | None

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return self.earliest is not None or self.latest is not None

    def before(self, other: DateSpan) -> bool:
        """Whether it certainly happened before the other: the spans share no day."""
        return (
            self.latest is not None and other.earliest is not None and self.latest < other.earliest
        )

    def possibly_before(self, other: DateSpan) -> bool:
        """Whether it can have happened before the other."""
        if self.earliest is None or other.latest is None:
            return True
        return self.earliest < other.latest

    def overlaps(self, other: DateSpan) -> bool:
        """Whether both can have happened on one day."""
        return not self.before(other) and not other.before(self)

    def certainly_by(self, point: DateSpan) -> bool:
        """Whether it happened on that day or before, wherever both lie in their spans."""
        if self.latest is None or point.earliest is None:
            return False
        return self.latest <= point.earliest

    def possibly_by(self, point: DateSpan) -> bool:
        """Whether it can have happened on that day or before."""
        return not point.before(self)

    def told_by(self, day: date | None) -> DateSpan:
        """The same for what had happened when a source told of it, which was by that day.

        A day before the span says nothing: then one of the two is wrong, and people decide which.
        """
        if day is None or (self.earliest is not None and day < self.earliest):
            return self
        return DateSpan(self.earliest, day if self.latest is None else min(self.latest, day))


# How far a doubted day may be off, at the least.
MIN_MARGIN = timedelta(days=31)


def widen(text: str, span: DateSpan) -> DateSpan:
    """Return the days that a date proves: those of its EDTF text, or more where it doubts them.

    A date with "~", "?" or "%" is widened on both sides by its own length, and at least by a month:
    "around 5 July" proves an order only to what lies more than 31 days from it.
    """
    if not text or not edtf.parse_edtf(text).is_qualified:
        return span
    first, last = span.earliest, span.latest
    margin = max(MIN_MARGIN, last - first) if first and last else MIN_MARGIN
    return DateSpan(
        first and (first - margin if first - date.min > margin else date.min),
        last and (last + margin if date.max - last > margin else date.max),
    )


def build_day_span(day: date) -> DateSpan:
    """A single day."""
    return DateSpan(day, day)
