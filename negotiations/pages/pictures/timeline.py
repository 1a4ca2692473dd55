"""The timeline as it is drawn: a line of days for each entry, with words beside it."""

from dataclasses import dataclass
from datetime import date

from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.timeline import Timeline, TimelineEntry
from negotiations.pages.formatting import format_uncertain_date, get_singular_name, pluralize

from .scale import Bar, Scale, build_scale

CERTAINTY = {"assumed": "assumed", "resolved": "counted from the source's words"}


@dataclass(frozen=True)
class TimelineRow:
    """One entry: what it is, where its words are, and where it is drawn."""

    kind: str
    collection: str
    slug: str
    summary: str
    when: str
    known: str
    bar: Bar | None


@dataclass(frozen=True)
class TimelinePeriod:
    """The entries of a month or year: how many, and where it is drawn."""

    key: str
    first: date
    last: date
    count: int
    told: str
    bar: Bar
    # Of the fullest group, in percent.
    fill: float

    @property
    def label(self) -> str:
        """Its name in a picture."""
        return f"{self.key}: {self.count}"


@dataclass(frozen=True)
class TimelineDrawing:
    """The picture and its list."""

    scale: Scale
    today: float | None
    rows: list[TimelineRow]
    undated: list[TimelineRow]
    months: list[TimelinePeriod]


def draw_timeline(told: Timeline) -> TimelineDrawing:
    """How a timeline is drawn."""
    spans = [entry.proved for entry in told.entries]
    spans += [DateSpan(group.earliest, group.latest) for group in told.groups]
    scale = build_scale(spans or [DateSpan(told.earliest, told.latest)])
    most = max((group.count for group in told.groups), default=1)
    months = [
        TimelinePeriod(
            key=group.key,
            first=group.earliest,
            last=group.latest,
            count=group.count,
            told=", ".join(f"{n} {pluralize(n, kind)}" for kind, n in group.kinds.items()),
            bar=scale.bar(DateSpan(group.earliest, group.latest)),
            fill=round(100 * group.count / most, 1),
        )
        for group in told.groups
    ]
    return TimelineDrawing(
        scale=scale,
        today=scale.at(told.on) if scale.has(told.on) else None,
        rows=[_row(entry, scale) for entry in told.entries],
        undated=[_row(entry, scale) for entry in told.undated],
        months=months,
    )


def _row(entry: TimelineEntry, scale: Scale) -> TimelineRow:
    return TimelineRow(
        kind=get_singular_name(entry.kind),
        collection=entry.kind,
        slug=entry.slug,
        summary=entry.summary,
        when=format_uncertain_date(entry.date, entry.earliest, entry.latest),
        known=CERTAINTY.get(entry.date_certainty, ""),
        bar=scale.bar(entry.proved) if entry.proved.is_known else None,
    )
