"""Answers and pages for readers without a token, kept in memory until anything is written.

Every write adds a row to the feed in its own transaction, so an answer holds for as long as the
feed's last number does; that is asked for each time, of the database, since other processes write
as well. Rights, limits and formats are decided before, as for any other answer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial, wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from negotiations.history.visible_changes import FeedHead, get_feed_head

from .conditional import get_conditional_response

MEGABYTE = 2**20
# What an answer costs beside its body: names, headers, the dictionary.
OVERHEAD = 2000
# Words are found in an index that is also made anew without a write.
UNCACHED_PARAMETER = "q"


class CacheState(NamedTuple):
    """What an answer depends on: all that was written, and the day that some take for today."""

    head: FeedHead
    today: date


class CacheKey(NamedTuple):
    """What is asked for."""

    address: str
    format: str


class CachedResponse(NamedTuple):
    """An answer, apart from what belongs to one request."""

    body: bytes
    headers: dict[str, str]


@dataclass
class ResponseCache:
    """The answers of one state; those longest unasked go first."""

    state: CacheState | None = None
    size: int = 0
    kept: OrderedDict[CacheKey, CachedResponse] = field(default_factory=OrderedDict)
    lock: Any = field(default_factory=threading.Lock)

    def find(self, state: CacheState, key: CacheKey) -> CachedResponse | None:
        """What is kept under the key; answers of another state are dropped."""
        with self.lock:
            if state != self.state:
                self.state, self.size, self.kept = state, 0, OrderedDict()
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def keep(self, state: CacheState, key: CacheKey, answer: CachedResponse) -> None:
        """Keep an answer that was begun in this state, if it is still that."""
        most = settings.TRACKER_KEPT_ANSWERS_MB * MEGABYTE
        with self.lock:
            # One that would drive out most others is not worth it.
            if state != self.state or key in self.kept or estimate_size(key, answer) > most / 8:
                return
            self.kept[key] = answer
            self.size += estimate_size(key, answer)
            while self.size > most:
                self.size -= estimate_size(*self.kept.popitem(last=False))

    def clear(self) -> None:
        """Forget all: for tests, which take back what they wrote."""
        with self.lock:
            self.state = None


RESPONSE_CACHE = ResponseCache()


def estimate_size(key: CacheKey, answer: CachedResponse) -> int:
    """The bytes of an answer, about."""
    return len(answer.body) + len(key.address) + OVERHEAD


def cache_response(read: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A reading method of a view that depends on the address, the format and the records alone."""

    @wraps(read)
    def answered(view: Any, request: Request, *args: Any, **options: Any) -> HttpResponse:
        make = partial(read, view, request, *args, **options)
        if request.auth is not None:
            return make()
        return get_or_build_response(request, request.accepted_renderer.format, make)

    return answered


def get_or_build_response(
    request: HttpRequest | Request, format_: str, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """What is kept for a request without a token, or what is made for it and kept."""
    if UNCACHED_PARAMETER in request.GET or not settings.TRACKER_KEPT_ANSWERS_MB:
        return make()
    state = CacheState(get_feed_head(), timezone.now().date())
    key = CacheKey(request.build_absolute_uri(), format_)
    if found := RESPONSE_CACHE.find(state, key):
        return get_conditional_response(HttpResponse(found.body, headers=found.headers), request)
    response = make()
    if response.status_code == 200 and "ETag" in response:
        RESPONSE_CACHE.keep(state, key, CachedResponse(response.content, dict(response.items())))
    return response
