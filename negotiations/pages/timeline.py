"""The timeline as it is drawn: a line of days for each entry, with words beside it."""

from dataclasses import dataclass
from datetime import date

from negotiations.analysis.records import DATED, coded
from negotiations.analysis.spans import Span
from negotiations.analysis.timeline import Timeline, TimelineEntry

from .scale import Bar, Scale, scale_of
from .wording import counted, days_words, kind_name

CERTAINTY = {"assumed": "assumed", "resolved": "counted from the source's words"}
KINDS = {kind.name: kind for kind in DATED}


@dataclass(frozen=True)
class Row:
    """One entry: what it is, where its words are, and where it is drawn."""

    kind: str
    collection: str
    slug: str
    title: str
    standing: str
    when: str
    known: str
    parties: str
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
    spans = [_span(entry) for entry in told.entries]
    spans += [Span(group.earliest, group.latest) for group in told.groups]
    scale = scale_of(spans or [Span(told.earliest, told.latest)])
    names = {each.party: each.name for each in told.parties}
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
        rows=[_row(entry, scale, names) for entry in told.entries],
        undated=[_row(entry, scale, names) for entry in told.undated],
        months=months,
    )


def _span(entry: TimelineEntry) -> Span:
    return Span(entry.earliest, entry.latest)


def standing(entry: TimelineEntry) -> str:
    """How it stands, so that a round that was only proposed is not taken for one that was held.

    Of a second date, which one it is; nothing of a record whose title says how it stands. A stance
    answers the question of an issue: beside a claim it would be taken for one on the claim.
    """
    if entry.about != "date" and entry.date:
        return entry.about
    kind = KINDS[entry.kind]
    if kind.subject or kind.code == "stance" or not entry.code:
        return ""
    label = str(coded(kind)(entry.code).label).lower()
    return f"{kind.code} {label}" if label == "unknown" else label


def _row(entry: TimelineEntry, scale: Scale, names: dict[str, str]) -> Row:
    return Row(
        kind=kind_name(entry.kind),
        collection=entry.kind,
        slug=entry.slug,
        title=entry.title,
        standing=standing(entry),
        when=days_words(entry.earliest, entry.latest),
        known=CERTAINTY.get(entry.date_certainty, ""),
        parties=", ".join(names[party] for party in entry.parties),
        bar=scale.bar(_span(entry)) if _span(entry).is_known else None,
    )
