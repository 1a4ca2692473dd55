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
from negotiations.analysis.date_spans import DateSpan
from negotiations.analysis.timeline import (
    TIMELINE_KINDS,
    Timeline,
    TimelineEntry,
    build_timeline,
    fetch_timeline_entries,
)
from negotiations.analysis.wording.phrases import enclose, join_facts
from negotiations.analysis.wording.summaries import DATE_MARK, format_about
from negotiations.models import Certainty, Negotiation, Round
from negotiations.rest.http.query_params import QueryParams
from negotiations.rest.read.atom import AtomEntry, AtomRenderer, render_feed
from negotiations.rest.read.icalendar import (
    CalendarEvent,
    ICalendarRenderer,
    build_uid,
    render_calendar,
)
from negotiations.rest.read.pagination import CURSOR_SIGNER, compute_cursor_scope, encode_cursor
from negotiations.rest.read.reports import (
    DAY_SCHEMA,
    ON_PARAMETER,
    ReportParameter,
    ReportView,
    document_report,
    parse_report_choices,
    parse_report_day,
)
from negotiations.rest.read.table_renderers import CSVRenderer
from negotiations.rest.schemas.values import READABLE_TEXT, build_unique_list_schema

DEFAULT_LIMIT, LARGEST_LIMIT = 200, 500
GROUPINGS = ("none", "month", "year")
# What a feed tells of: who follows it has the older ones.
MAX_FEED_ENTRIES = 100
CALENDAR_STATUS = {
    "agreed": "CONFIRMED",
    "held": "CONFIRMED",
    "refused": "CANCELLED",
    "cancelled": "CANCELLED",
    "withdrawn": "CANCELLED",
}
# Of a commitment by its outcome, in whose absence it is owed.
OUTCOME_STATUS = {
    "not_reached": "CANCELLED",
    "denounced": "CANCELLED",
    "ended": "CANCELLED",
    "suspended": "TENTATIVE",
    "disputed": "TENTATIVE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage(Timeline):
    """The dates of a negotiation's records, page by page."""

    next: Annotated[str | None, "Where the entries go on; null at the end and when grouped."]


@document_report(TimelinePage)
class TimelineView(ReportView):
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
    formats = (CSVRenderer, AtomRenderer, ICalendarRenderer)
    parameters = (
        ON_PARAMETER,
        ReportParameter(
            "kind",
            build_unique_list_schema({"type": "string", "enum": [*TIMELINE_KINDS]}),
            "Only these collections.",
        ),
        ReportParameter("from", DAY_SCHEMA, "Only what can lie on this day or later."),
        ReportParameter("to", DAY_SCHEMA, "Only what can lie on this day or earlier."),
        ReportParameter(
            "group", {"type": "string", "enum": [*GROUPINGS]}, "By what to group, or not to."
        ),
        ReportParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
            "How many entries a page holds.",
        ),
        ReportParameter("cursor", READABLE_TEXT, "Where it starts: from `next`."),
    )

    def asked(self, record: Any, query: QueryParams) -> dict[str, Any]:
        first, last = parse_report_day(query, "from"), parse_report_day(query, "to")
        if first and last and first > last:
            query.fault("to", "before_from", "This day lies before `from`.")
        group = parse_report_choices(query, "group", GROUPINGS) if "group" in query else []
        if len(group) > 1:
            query.fault("group", "too_many", "Group by one of them.")
        return {
            "on": self.day(query),
            "kinds": parse_report_choices(query, "kind", TIMELINE_KINDS),
            "window": DateSpan(first, last) if first or last else None,
            "group": group[0] if group else None,
            "limit": query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT),
            "start": self.place(query),
            "query": query,
        }

    def place(self, query: QueryParams) -> tuple[Any, ...] | None:
        """Where the cursor points: the place of the last entry that was shown."""
        if "cursor" not in query:
            return None
        try:
            scope, _, values = CURSOR_SIGNER.unsign_object(query["cursor"])
        except (signing.BadSignature, ValueError):
            scope = None
        if scope != compute_cursor_scope(self.request.path, query):
            query.fault("cursor", "bad_cursor", "The cursor is not one of this timeline.")
            return None
        undated, first, last, *name = values
        return undated, date.fromisoformat(first), date.fromisoformat(last), *name

    def entries(self, record: Any, asked: dict[str, Any]) -> list[TimelineEntry]:
        """All entries that are asked for, on all pages."""
        return fetch_timeline_entries(record, self.reader.rows, asked["kinds"], asked["window"])

    def answer(self, record: Any, **asked: Any) -> TimelinePage:
        found, start, limit = self.entries(record, asked), asked["start"], asked["limit"]
        begin = bisect_right(found, start, key=lambda entry: entry.place) if start else 0
        shown = slice(begin, begin + limit)
        made = build_timeline(
            record, self.reader.rows, asked["on"], found, grouping=asked["group"], shown=shown
        )
        following = None
        if made.grouping == "none" and len(found) > begin + limit:
            last = found[begin + limit - 1].place
            place = encode_cursor(self.request.path, asked["query"], last, backwards=False)
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
            AtomEntry(
                f"{self.page(e)}#{e.about}", e.summary, describe_date(e), self.page(e), e.updated_at
            )
            for e in found[:MAX_FEED_ENTRIES]
        ]
        here = self.request.build_absolute_uri()
        address = self.request.build_absolute_uri(f"/{record.address}/")
        return render_feed(record.title, address, here, news, record.updated_at)

    def ics(self, record: Any, **asked: Any) -> bytes:
        """A calendar of the rounds and of what falls due."""
        return render_calendar(record.title, self.events(self.entries(record, asked)))

    def events(self, found: Iterable[TimelineEntry]) -> Iterator[CalendarEvent]:
        """An event for each round and each deadline with a date."""
        host = self.request.get_host().partition(":")[0]
        for entry in found:
            days = get_event_days(entry)
            if days is None or (entry.about == "date" and entry.kind != Round.resource_name):
                continue
            yield CalendarEvent(
                uid=build_uid(entry.about, entry.kind, entry.slug, host),
                first=days[0],
                last=days[1],
                summary=format_event_summary(entry),
                description=describe_date(entry),
                url=self.page(entry),
                status=get_event_status(entry),
                version=entry.version,
                changed_at=entry.updated_at,
            )


def get_event_days(entry: TimelineEntry) -> tuple[date, date] | None:
    """The days of an event; of a span that is open at one end, the other end alone."""
    first, last = entry.earliest or entry.latest, entry.latest or entry.earliest
    return (first, last) if first and last else None


def is_doubtful(entry: TimelineEntry) -> bool:
    """Return whether the day is qualified in its text or assumed by its coder."""
    return entry.date_certainty == Certainty.ASSUMED or date_words.is_qualified(entry.date)


def get_event_status(entry: TimelineEntry) -> str:
    """Return the status of an event: cancelled if called off, tentative on no certain day."""
    usual = "TENTATIVE" if entry.about == "date" else "CONFIRMED"
    status = OUTCOME_STATUS.get(entry.outcome_status, CALENDAR_STATUS.get(entry.code, usual))
    is_exact = entry.earliest == entry.latest and not is_doubtful(entry)
    return status if is_exact or status != "CONFIRMED" else "TENTATIVE"


def format_event_summary(entry: TimelineEntry) -> str:
    """Return who and what for a calendar, after whether it falls due and how sure the day is."""
    about = format_about(entry.about, entry.outcome_status)
    told = [about] if about else []
    if entry.earliest is None:
        told.append("at the latest")
    elif entry.latest is None:
        told.append("at the earliest")
    is_span = None not in (entry.earliest, entry.latest) and entry.earliest != entry.latest
    if is_span or is_doubtful(entry):
        told.append("day uncertain")
    what = entry.summary.removeprefix(f"{about}{DATE_MARK}")
    return join_facts(capfirst(", ".join(told)), what, mark=DATE_MARK)


def describe_date(entry: TimelineEntry) -> str:
    """An entry's date in words: what is known of it, how it is known, and the source's words."""
    if not entry.date:
        return "Without a date."
    first, last = entry.earliest, entry.latest
    if date_words.is_qualified(entry.date):
        days = capfirst(date_words.format_edtf(entry.date))
    elif first is None:
        days = f"On {last} at the latest"
    elif last is None:
        days = f"On {first} at the earliest"
    elif first == last:
        days = f"On {first}"
    else:
        days = f"On a day from {first} to {last}"
    said = f" The source says: “{entry.date_words}”." if entry.date_words else ""
    is_known = entry.date_certainty != Certainty.UNKNOWN
    return f"{days}{enclose(entry.date_certainty if is_known else '')}.{said}"
