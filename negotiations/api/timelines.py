"""The timeline of a negotiation: as data, as a feed of news, and as a calendar."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any

from django.core import signing
from django.utils.text import capfirst
from rest_framework.utils.urls import replace_query_param

from negotiations.analysis import date_words
from negotiations.analysis.date_spans import Span
from negotiations.analysis.timeline import KINDS, Timeline, TimelineEntry, entries, timeline
from negotiations.analysis.wording.phrases import join_facts
from negotiations.analysis.wording.summaries import ABOUT
from negotiations.models import Certainty, Negotiation, Round
from negotiations.rest.http.query_params import Query
from negotiations.rest.read.atom import Atom, News, feed
from negotiations.rest.read.icalendar import Event, ICalendar, calendar, uid
from negotiations.rest.read.pagination import SIGNER, cursor, scope_of
from negotiations.rest.read.reports import (
    DAY,
    ON_A_DAY,
    Parameter,
    QuestionView,
    answers,
    day_in,
    words_in,
)
from negotiations.rest.read.table_renderers import CSV
from negotiations.rest.schemas.values import READABLE, each_once

DEFAULT_LIMIT, LARGEST_LIMIT = 200, 500
GROUPINGS = ("none", "month", "year")
# What a feed tells of: who follows it has the older ones.
MOST_NEWS = 100
STATUS = {
    "agreed": "CONFIRMED",
    "held": "CONFIRMED",
    "refused": "CANCELLED",
    "cancelled": "CANCELLED",
    "withdrawn": "CANCELLED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage(Timeline):
    """The dates of a negotiation's records, page by page."""

    next: Annotated[str | None, "Where the entries go on; null at the end and when grouped."]


@answers(TimelinePage)
class TimelineView(QuestionView):
    """Everything in the order that its dates prove, and in no other.

    Each entry is one date of a record, with the first and the last day that it allows; a span says
    that it happened within. `rank` is the order that is proved: what has a lower rank certainly
    lies before, within a rank nothing is claimed. `lane` is a row to draw the entry in, where
    nothing overlaps. What has no date stands under `undated`.

    More than 200 entries are grouped by month, or by year if they lie in more than ten; ask again
    for the days of a group. The table has all entries. As `atom` it is a feed of what was written
    last, as `ics` a calendar of the rounds and of what falls due, which says "day uncertain" of a
    span.
    """

    model, name, row = Negotiation, "timeline", TimelineEntry
    formats = (CSV, Atom, ICalendar)
    parameters = (
        ON_A_DAY,
        Parameter(
            "kind", each_once({"type": "string", "enum": [*KINDS]}), "Only these collections."
        ),
        Parameter("from", DAY, "Only what can lie on this day or later."),
        Parameter("to", DAY, "Only what can lie on this day or earlier."),
        Parameter(
            "group", {"type": "string", "enum": [*GROUPINGS]}, "By what to group, or not to."
        ),
        Parameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
            "How many entries a page holds.",
        ),
        Parameter("cursor", READABLE, "Where it starts: from `next`."),
    )

    def asked(self, record: Any, query: Query) -> dict[str, Any]:
        first, last = day_in(query, "from"), day_in(query, "to")
        if first and last and first > last:
            query.fault("to", "before_from", "This day lies before `from`.")
        group = words_in(query, "group", GROUPINGS) if "group" in query else []
        if len(group) > 1:
            query.fault("group", "too_many", "Group by one of them.")
        return {
            "on": self.day(query),
            "kinds": words_in(query, "kind", KINDS),
            "window": Span(first, last) if first or last else None,
            "group": group[0] if group else None,
            "limit": query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT),
            "start": self.place(query),
            "query": query,
        }

    def place(self, query: Query) -> tuple[Any, ...] | None:
        """Where the cursor points: the place of the last entry that was shown."""
        if "cursor" not in query:
            return None
        try:
            scope, _, values = SIGNER.unsign_object(query["cursor"])
        except (signing.BadSignature, ValueError):
            scope = None
        if scope != scope_of(self.request.path, query):
            query.fault("cursor", "bad_cursor", "The cursor is not one of this timeline.")
            return None
        undated, first, last, *name = values
        return undated, date.fromisoformat(first), date.fromisoformat(last), *name

    def entries(self, record: Any, asked: dict[str, Any]) -> list[TimelineEntry]:
        """All entries that are asked for, on all pages."""
        return entries(record, self.reader.rows, asked["kinds"], asked["window"])

    def answer(self, record: Any, **asked: Any) -> TimelinePage:
        found, start, limit = self.entries(record, asked), asked["start"], asked["limit"]
        begin = bisect_right(found, start, key=lambda entry: entry.place) if start else 0
        shown = slice(begin, begin + limit)
        made = timeline(
            record, self.reader.rows, asked["on"], found, grouping=asked["group"], shown=shown
        )
        following = None
        if made.grouping == "none" and len(found) > begin + limit:
            last = found[begin + limit - 1].place
            place = cursor(self.request.path, asked["query"], last, backwards=False)
            here = self.request.build_absolute_uri()
            following = replace_query_param(here, "cursor", place)
        own = {field.name: getattr(made, field.name) for field in fields(Timeline)}
        return TimelinePage(**own, next=following)

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        return self.entries(record, asked)

    def page(self, entry: TimelineEntry) -> str:
        """Where people read the record: who follows a link of a feed or calendar is one."""
        return self.request.build_absolute_uri(f"/{entry.kind}/{entry.slug}/")

    def atom(self, record: Any, **asked: Any) -> bytes:
        """A feed of the records that were written last."""
        found = sorted(self.entries(record, asked), key=lambda e: e.updated_at, reverse=True)
        news = [
            News(f"{self.page(e)}#{e.about}", e.summary, when(e), self.page(e), e.updated_at)
            for e in found[:MOST_NEWS]
        ]
        here = self.request.build_absolute_uri()
        address = self.request.build_absolute_uri(f"/{record.address}/")
        return feed(record.title, address, here, news, record.updated_at)

    def ics(self, record: Any, **asked: Any) -> bytes:
        """A calendar of the rounds and of what falls due."""
        return calendar(record.title, self.events(self.entries(record, asked)))

    def events(self, found: Iterable[TimelineEntry]) -> Iterator[Event]:
        """An event for each round and each deadline with a date."""
        host = self.request.get_host().partition(":")[0]
        for entry in found:
            days = span_of(entry)
            if days is None or (entry.about == "date" and entry.kind != Round.collection()):
                continue
            yield Event(
                uid=uid(entry.about, entry.kind, entry.slug, host),
                first=days[0],
                last=days[1],
                summary=format_summary(entry),
                description=when(entry),
                url=self.page(entry),
                status=find_status(entry),
                version=entry.version,
                changed_at=entry.updated_at,
            )


def span_of(entry: TimelineEntry) -> tuple[date, date] | None:
    """The days of an event; of a span that is open at one end, the other end alone."""
    first, last = entry.earliest or entry.latest, entry.latest or entry.earliest
    return (first, last) if first and last else None


def is_doubtful(entry: TimelineEntry) -> bool:
    """Tell whether the day is qualified in its text or assumed by its coder."""
    return entry.date_certainty == Certainty.ASSUMED or date_words.is_qualified(entry.date)


def find_status(entry: TimelineEntry) -> str:
    """Return the status of an event: cancelled if called off, tentative on no certain day."""
    usual = "TENTATIVE" if entry.about == "date" else "CONFIRMED"
    status = STATUS.get(entry.code, usual)
    is_exact = entry.earliest == entry.latest and not is_doubtful(entry)
    return status if is_exact or status != "CONFIRMED" else "TENTATIVE"


def format_summary(entry: TimelineEntry) -> str:
    """Return who and what for a calendar, after whether it falls due and how sure the day is."""
    told = [ABOUT[entry.about]] if ABOUT[entry.about] else []
    if entry.earliest is None:
        told.append("at the latest")
    elif entry.latest is None:
        told.append("at the earliest")
    is_span = None not in (entry.earliest, entry.latest) and entry.earliest != entry.latest
    if is_span or is_doubtful(entry):
        told.append("day uncertain")
    what = entry.summary.removeprefix(f"{ABOUT[entry.about]}: ")
    return join_facts(", ".join(told).capitalize(), what, mark=": ")


def when(entry: TimelineEntry) -> str:
    """An entry's date in words: what is known of it, how it is known, and the source's words."""
    if not entry.date:
        return "Without a date."
    first, last = entry.earliest, entry.latest
    if date_words.is_qualified(entry.date):
        days = capfirst(date_words.when(entry.date))
    elif first is None:
        days = f"On {last} at the latest"
    elif last is None:
        days = f"On {first} at the earliest"
    elif first == last:
        days = f"On {first}"
    else:
        days = f"On a day from {first} to {last}"
    said = f" The source says: “{entry.date_words}”." if entry.date_words else ""
    return f"{days} ({entry.date_certainty}).{said}"
