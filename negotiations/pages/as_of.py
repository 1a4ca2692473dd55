"""Of when a page speaks: ``on`` is the day of the world, ``as_of`` the state of the tracker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from negotiations.dates.rfc3339 import parse_day
from negotiations.history.as_of import query_as_of
from negotiations.rest.read.as_of import format_instant, parse_instant_param

from .published import get_today, parse_day_param


@dataclass(frozen=True)
class Moment:
    """The day of the world that is asked about, and the instant whose knowledge answers."""

    on: date
    # None is what is known now.
    instant: datetime | None
    # Whether a day was named; without one it is that of the instant.
    has_day: bool

    @property
    def is_asked(self) -> bool:
        """Whether it is another than now."""
        return self.has_day or self.instant is not None

    @property
    def as_of(self) -> str:
        """The instant as links and forms name it; empty for now."""
        return format_instant(self.instant)

    @property
    def known(self) -> str:
        """What a question without a day is asked; empty for now."""
        return urlencode({"as_of": self.as_of}) if self.instant else ""

    @property
    def query(self) -> str:
        """What a question about a day is asked; empty for now."""
        return join_queries(urlencode({"on": self.on}) if self.has_day else "", self.known)


def join_queries(*parts: str) -> str:
    """One query of several; empty ones are left out."""
    return "&".join(part for part in parts if part)


def parse_moment(request: HttpRequest) -> Moment:
    """The moment that a query names; what is none, or is not known yet, is refused."""
    instant, day = _instant(request.GET.get("as_of", "")), parse_day_param(request, "on")
    then = instant.date() if instant else get_today()
    return Moment(day or then, instant, day is not None)


def _instant(text: str) -> datetime | None:
    """An instant, or the end of a day, as forms send it; nothing while that day lasts."""
    if not text:
        return None
    day, now = parse_day(text), timezone.now()
    if day == get_today():
        return None
    instant = datetime.combine(day, time.max, UTC) if day else parse_instant_param(text)
    if instant is None or instant > now:
        raise BadRequest("as_of names no instant that has been.")
    return instant


def read_as_of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, which reads the tracker as it was known at the moment that the query names."""

    @wraps(view)
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        with query_as_of(parse_moment(request).instant):
            return view(request, **named)

    return answer
