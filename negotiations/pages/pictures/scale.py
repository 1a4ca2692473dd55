"""Days on a line, and how long a bar is: all in percent of the width."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.quantities import Bounds

# What is drawn is at least so wide, and a line has at least so many days.
NARROWEST, FEWEST_DAYS = 0.8, 14


@dataclass(frozen=True)
class Bar:
    """A span as it is drawn; an open side runs to the edge."""

    left: float
    width: float
    opens_before: bool
    opens_after: bool


@dataclass(frozen=True)
class Tick:
    """A day that is named below the line; ``anchor`` keeps its name within the picture."""

    left: float
    day: date
    anchor: str


@dataclass(frozen=True)
class Scale:
    """From the first to the last day that anything names."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Where a day begins."""
        return round(100 * (day - self.first).days / self.days, 2)

    def bar(self, span: DateSpan) -> Bar:
        """Where a span lies, wide enough to be seen."""
        first, last = span.earliest or self.first, span.latest or self.last
        left = self.at(first)
        width = max(self.at(last) + 100 / self.days - left, NARROWEST)
        left = min(left, 100 - width)
        return Bar(round(left, 2), round(width, 2), span.earliest is None, span.latest is None)

    @property
    def ticks(self) -> list[Tick]:
        """Its ends and its middle: three names fit next to each other on the narrowest screen."""
        middle = self.first + timedelta(days=self.days // 2)
        return [
            Tick(0, self.first, "start"),
            Tick(self.at(middle), middle, "middle"),
            Tick(100, self.last, "end"),
        ]

    def has(self, day: date) -> bool:
        """Whether a day lies on it."""
        return self.first <= day <= self.last


def build_scale(spans: Iterable[DateSpan]) -> Scale:
    """The scale that shows all these spans."""
    named = [day for span in spans for day in (span.earliest, span.latest) if day]
    first, last = min(named, default=date(2000, 1, 1)), max(named, default=date(2000, 1, 1))
    lacking = max(0, FEWEST_DAYS - (last - first).days)
    before = min(lacking // 2, (first - date.min).days)
    after = min(lacking - before, (date.max - last).days)
    return Scale(first - timedelta(days=before), last + timedelta(days=after))


@dataclass(frozen=True)
class Stretch:
    """A quantity in percent of the longest: certainly so much, perhaps so much more."""

    sure: float
    perhaps: float


def find_longest(quantities: Iterable[Bounds]) -> int:
    """The greatest number that any of these names, and a tenth more if one of them is open."""
    known = list(quantities)
    most = max((bound for q in known for bound in (q.min, q.max) if bound), default=0)
    is_open = any(q.min is not None and q.max is None for q in known)
    return most + -(-most // 10) if is_open else most


def build_stretch(quantity: Bounds, longest: int) -> Stretch | None:
    """None when no number is known."""
    if not longest or (quantity.min is None and quantity.max is None):
        return None
    least = quantity.min or 0
    most = longest if quantity.max is None else quantity.max
    sure = round(100 * least / longest, 2)
    return Stretch(sure, round(100 * most / longest - sure, 2))
