"""Following the feed: by asking again, by waiting for the answer, or by a stream of events."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.history.visible_changes import (
    ChangeFeed,
    FeedHead,
    FeedPage,
    get_feed_head,
    is_feed_position,
)
from negotiations.rest.http.client_slots import ClientSlot, SlotPool
from negotiations.rest.http.conditional import respond_with_json
from negotiations.rest.http.feed_params import parse_kinds, parse_position
from negotiations.rest.http.problem_details import ProblemError, build_problem_response
from negotiations.rest.http.query_params import QueryParams
from negotiations.rest.http.renderers import JSONRenderer, dump_json
from negotiations.rest.http.throttling import get_client_id
from negotiations.rest.http.views import APIBaseView
from negotiations.rest.read.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from negotiations.rest.schemas.changes import FEED_ANSWERS, FEED_PARAMETERS

MAX_WAIT = 25
# Seconds between two looks at the feed, between two signs of life, and until a stream ends.
PAUSE, HEARTBEAT, LIFETIME = 0.5, 15, 60
EVENT_STREAM = "text/event-stream"
FOLLOWER_SLOTS = SlotPool("streams and waiting requests", most=400, most_each=100)
# In the environment of a server that waits without a thread.
SERVER_FOLLOWS = "tracker.follows"


class EventStreamRenderer(BaseRenderer):
    """For the negotiation of the content type; the stream is written by the view."""

    media_type = EVENT_STREAM
    format = "stream"

    def render(self, data: Any, *_: Any) -> bytes:
        return dump_json(data)


class ChangesView(APIBaseView):
    """What changed, in the order in which it became visible, deletions included.

    Load a list, keep its header `Feed-Position`, and follow from there: nothing is missed. A
    position belongs to the token, or the lack of one, with which it was got.
    """

    permission_classes = (AllowAny,)
    tag = "changes"
    renderer_classes = [JSONRenderer, EventStreamRenderer]

    @extend_schema(
        operation_id="changes_list",
        parameters=[OpenApiParameter(**each) for each in FEED_PARAMETERS],
        responses=FEED_ANSWERS,
    )
    def get(self, request: Request) -> HttpResponse | StreamingHttpResponse:
        """The changes after a position.

        `wait` holds the request until something happens. With `Accept: text/event-stream` they come
        as server-sent events for a minute; a client goes on with `Last-Event-ID`.
        """
        if request.accepted_renderer.media_type == EVENT_STREAM:
            return self.stream(request)
        query = QueryParams(request, ("after", "limit", "wait", "kind"))
        feed = ChangeFeed(request.user)
        after, kinds = parse_position(query, feed), parse_kinds(query)
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        wait = query.whole("wait", MAX_WAIT, MAX_WAIT) if "wait" in query else 0
        query.refuse()
        part = feed.part(after, limit, kinds)
        if part.events or not wait:
            return self.answer_with(request, part)
        place = FOLLOWER_SLOTS.take(get_client_id(request._request, request.auth))
        read = partial(feed.part, after, limit, kinds)
        return respond_to_long_poll(
            request, LongPoll(place, read, partial(self.answer_with, request), wait)
        )

    def answer_with(self, request: Request, part: FeedPage) -> HttpResponse:
        """The changes as one answer."""
        here = replace_query_param(request.build_absolute_uri(), "after", part.position)
        body = {
            "next": here,
            "position": part.position,
            "more": part.more,
            "results": part.events,
        }
        return respond_with_json(request, body, part.at)

    def stream(self, request: Request) -> StreamingHttpResponse:
        """The changes as server-sent events."""
        query = QueryParams(request, ("after", "kind"))
        feed = ChangeFeed(request.user)
        # Browsers that know of no event yet may send it empty.
        last = request.headers.get("Last-Event-ID", "").strip() or None
        if last is not None and not is_feed_position(last):
            fault = {"header": "Last-Event-ID", "code": "malformed", "detail": "Write a position."}
            raise ProblemError(
                "bad_request", "The header Last-Event-ID is malformed.", errors=[fault]
            )
        if last is not None:
            query["after"] = last
        after, kinds = parse_position(query, feed), parse_kinds(query)
        query.refuse()
        place = FOLLOWER_SLOTS.take(get_client_id(request._request, request.auth))
        stream = EventStream(place, feed, after, kinds)
        response = StreamingHttpResponse(stream, content_type=EVENT_STREAM)
        response.follower = stream  # type: ignore[attr-defined]
        response["Cache-Control"] = "no-store"
        # A buffering proxy would keep what is to be told at once.
        response["X-Accel-Buffering"] = "no"
        patch_vary_headers(response, ["Authorization", "Accept", "Accept-Encoding"])
        return response


class Follower:
    """A request that waits for news and holds a place until it is over.

    A server that can wait calls ``next`` after each change, or when its patience ends. Under one
    that cannot, the request keeps its thread.
    """

    # Seconds until ``next`` has something to do without any news.
    patience = 0.0
    is_over = False

    def __init__(self, place: ClientSlot) -> None:
        self.place = place

    def next(self, is_over: bool) -> bytes | HttpResponse | None:
        """What to send now; ``is_over`` when there is no more time."""
        raise NotImplementedError

    def on_leave(self, leave: Callable[[], None]) -> None:
        """What to call when the place is needed for somebody else."""
        self.place.leave = leave

    def close(self) -> None:
        """Give the place to the next follower."""
        self.place.release()


class LongPoll(Follower):
    """An answer that comes with the first change, or when the time is over."""

    def __init__(
        self,
        place: ClientSlot,
        read: Callable[[], FeedPage],
        answer_with: Callable[[FeedPage], HttpResponse],
        seconds: int,
    ) -> None:
        super().__init__(place)
        self.read, self.answer_with = read, answer_with
        self.end = time.monotonic() + seconds

    @property
    def patience(self) -> float:  # type: ignore[override]
        return max(self.end - time.monotonic(), 0)

    def next(self, is_over: bool) -> HttpResponse | None:
        """The answer, or None as long as there is nothing to say."""
        part = self.read()
        if part.events or not self.patience:
            self.is_over = True
            return self.answer_with(part)
        if is_over:
            # An empty answer would say that the time is over, and the client would ask at once.
            self.is_over = True
            detail = "This wait had to end early. Try again in 5 seconds."
            return build_problem_response("unavailable", detail, headers={"Retry-After": "5"})
        return None


def respond_to_long_poll(request: Request, wait: LongPoll) -> HttpResponse:
    """The answer to a waiting request, or what the server makes one of later."""
    if SERVER_FOLLOWS in request.META:
        response = HttpResponse()
        response.follower = wait  # type: ignore[attr-defined]
        return response
    try:
        while (late := wait.next(False)) is None:
            release_connection()
            time.sleep(PAUSE)
        return late
    finally:
        wait.close()


class EventStream(Follower):
    """Server-sent events; the server closes the stream in any case, heard to its end or not."""

    def __init__(
        self, place: ClientSlot, feed: ChangeFeed, after: int, kinds: Iterable[str]
    ) -> None:
        super().__init__(place)
        self.feed, self.position, self.kinds = feed, after, kinds
        self.spoken = time.monotonic()
        self.end = self.spoken + LIFETIME
        # How soon the client comes back after the end, in milliseconds.
        self.beginning = b"retry: 2000\n\n"

    @property
    def patience(self) -> float:  # type: ignore[override]
        return max(min(self.spoken + HEARTBEAT, self.end) - time.monotonic(), 0)

    def __iter__(self) -> Iterator[bytes]:
        """The stream, for a server that cannot wait."""
        while not self.is_over:
            if piece := self.next(False):
                yield piece
            else:
                release_connection()
                time.sleep(PAUSE)

    def next(self, is_over: bool) -> bytes:
        """The events since the last time, or a sign of life when it is time for one."""
        now = time.monotonic()
        part = self.feed.part(self.position, LARGEST_LIMIT, self.kinds)
        self.position = part.position
        piece = self.beginning + b"".join(map(format_event, part.events))
        self.beginning = b""
        self.is_over = is_over or now >= self.end
        if not piece and now >= self.spoken + HEARTBEAT:
            piece = b": still here\n\n"
        if piece:
            self.spoken = now
        return piece


def format_event(event: dict[str, Any]) -> bytes:
    """One event as the stream has it."""
    return b"id: %d\nevent: change\ndata: %s\n\n" % (event["sequence"], dump_json(event))


def get_newest_change() -> FeedHead:
    """What differs after each change."""
    return get_feed_head()


def release_connection() -> None:
    """Give the connection back to the pool: who waits needs none."""
    if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
        connection.close()
