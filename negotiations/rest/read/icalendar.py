"""Calendars for other programs (iCalendar, RFC 5545): events of whole days, times in UTC."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rest_framework.renderers import BaseRenderer

# A line has at most so many bytes; what is longer goes on in the next, after a space.
MAX_LINE_BYTES = 75
PRODUCT = "-//Negotiation Tracker//EN"


class ICalendarRenderer(BaseRenderer):
    """The type of a calendar."""

    media_type, format, charset = "text/calendar", "ics", None
    content_type = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class CalendarEvent:
    """Something on one day or within several."""

    uid: str
    first: date
    last: date
    summary: str
    description: str
    url: str
    # CONFIRMED, TENTATIVE or CANCELLED.
    status: str
    version: int
    changed_at: datetime


def render_calendar(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """A calendar with its events; they take nobody's time, since they are only told of."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escape_text(name)}"]
    for event in events:
        lines += _lines(event)
    lines.append("END:VCALENDAR")
    return b"".join(fold_line(line) for line in lines)


def _lines(event: CalendarEvent) -> Iterator[str]:
    changed = event.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{escape_text(event.uid)}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{event.version}"
    yield f"DTSTART;VALUE=DATE:{_day(event.first)}"
    if event.last < date.max:
        # The end is the day after the last.
        yield f"DTEND;VALUE=DATE:{_day(event.last + timedelta(days=1))}"
    yield f"SUMMARY:{escape_text(event.summary)}"
    yield f"DESCRIPTION:{escape_text(event.description)}"
    yield f"URL:{event.url}"
    yield f"STATUS:{event.status}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def escape_text(text: str) -> str:
    """A text as a value: what separates values is marked."""
    for sign, mark in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(sign, mark)
    return text


def fold_line(line: str) -> bytes:
    """A line in its bytes, broken between characters where it is too long."""
    pieces = [b""]
    for character in line:
        code = character.encode()
        if len(pieces[-1]) + len(code) > MAX_LINE_BYTES:
            pieces.append(b" ")
        pieces[-1] += code
    return b"\r\n".join(pieces) + b"\r\n"


def build_uid(*parts: Any) -> str:
    """A name that stays the same in each answer of this server: the last part is its host."""
    *own, host = map(str, parts)
    return f"{'.'.join(own)}@{host}"
