"""The timeline as it is drawn: a line of days for each entry, with words beside it."""

from dataclasses import dataclass
from datetime import date

from negotiations.analysis.date_spans import Span
from negotiations.analysis.timeline import Timeline, TimelineEntry
from negotiations.pages.formatting import counted, days_words, kind_name

from .scale import Bar, Scale, scale_of

CERTAINTY = {"assumed": "assumed", "resolved": "counted from the source's words"}


@dataclass(frozen=True)
class Row:
    """One entry: what it is, where its words are, and where it is drawn."""

    kind: str
    collection: str
    slug: str
    summary: str
    when: str
    known: str
    bar: Bar | None


@dataclass(frozen=True)
class Month:
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
class Drawing:
    """The picture and its list."""

    scale: Scale
    today: float | None
    rows: list[Row]
    undated: list[Row]
    months: list[Month]


def drawing(told: Timeline) -> Drawing:
    """How a timeline is drawn."""
    spans = [entry.proved for entry in told.entries]
    spans += [Span(group.earliest, group.latest) for group in told.groups]
    scale = scale_of(spans or [Span(told.earliest, told.latest)])
    most = max((group.count for group in told.groups), default=1)
    months = [
        Month(
            key=group.key,
            first=group.earliest,
            last=group.latest,
            count=group.count,
            told=", ".join(f"{n} {counted(n, kind)}" for kind, n in group.kinds.items()),
            bar=scale.bar(Span(group.earliest, group.latest)),
            fill=round(100 * group.count / most, 1),
        )
        for group in told.groups
    ]
    return Drawing(
        scale=scale,
        today=scale.at(told.on) if scale.has(told.on) else None,
        rows=[_row(entry, scale) for entry in told.entries],
        undated=[_row(entry, scale) for entry in told.undated],
        months=months,
    )


def _row(entry: TimelineEntry, scale: Scale) -> Row:
    return Row(
        kind=kind_name(entry.kind),
        collection=entry.kind,
        slug=entry.slug,
        summary=entry.summary,
        when=days_words(entry.date, entry.earliest, entry.latest),
        known=CERTAINTY.get(entry.date_certainty, ""),
        bar=scale.bar(entry.proved) if entry.proved.is_known else None,
    )
