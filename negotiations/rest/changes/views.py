"""Following the feed: by asking again, by waiting for the answer, or by a stream of events."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.history.visible_changes import Feed, Head, Part, is_position, newest
from negotiations.rest.http.client_slots import Place, Places
from negotiations.rest.http.conditional import body_tag, with_validators
from negotiations.rest.http.feed_params import kinds_in, position_in
from negotiations.rest.http.problem_details import Refusal, answer
from negotiations.rest.http.query_params import Query
from negotiations.rest.http.renderers import JSONRenderer, dumps, json_response
from negotiations.rest.http.throttling import client_of
from negotiations.rest.http.views import ProtocolView
from negotiations.rest.read.pagination import DEFAULT_LIMIT, LARGEST_LIMIT
from negotiations.rest.schemas.changes import FEED_ANSWERS, FEED_PARAMETERS

LONGEST_WAIT = 25
# Seconds between two looks at the feed, between two signs of life, and until a stream ends.
PAUSE, HEARTBEAT, LIFETIME = 0.5, 15, 60
EVENT_STREAM = "text/event-stream"
FOLLOWING = Places("streams and waiting requests", most=400, most_each=100)
# In the environment of a server that waits without a thread.
SERVER_FOLLOWS = "tracker.follows"


class EventStreamRenderer(BaseRenderer):
    """For the negotiation of the content type; the stream is written by the view."""

    media_type = EVENT_STREAM
    format = "stream"

    def render(self, data: Any, *_: Any) -> bytes:
        return dumps(data)


class ChangesView(ProtocolView):
    """What changed, in the order in which it became visible, deletions included.

    Load a list, keep its header `Feed-Position`, and follow from there: nothing is missed. A
    position belongs to the token, or the lack of one, with which it was got.
    """

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
        query = Query(request, ("after", "limit", "wait", "kind"))
        feed = Feed(request.user)
        after, kinds = position_in(query, feed), kinds_in(query)
        limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        wait = query.whole("wait", LONGEST_WAIT, LONGEST_WAIT) if "wait" in query else 0
        query.refuse()
        part = feed.part(after, limit, kinds)
        if part.events or not wait:
            return self.answer_with(request, part)
        place = FOLLOWING.take(client_of(request._request, request.auth))
        read = partial(feed.part, after, limit, kinds)
        return respond_late(request, Wait(place, read, partial(self.answer_with, request), wait))

    def answer_with(self, request: Request, part: Part) -> HttpResponse:
        """The changes as one answer."""
        here = replace_query_param(request.build_absolute_uri(), "after", part.position)
        body = {
            "next": here,
            "position": part.position,
            "more": part.more,
            "results": part.events,
        }
        response = json_response(body)
        return with_validators(response, request, body_tag(response.content), part.at)

    def stream(self, request: Request) -> StreamingHttpResponse:
        """The changes as server-sent events."""
        query = Query(request, ("after", "kind"))
        feed = Feed(request.user)
        # Browsers that know of no event yet may send it empty.
        last = request.headers.get("Last-Event-ID", "").strip() or None
        if last is not None and not is_position(last):
            fault = {"header": "Last-Event-ID", "code": "malformed", "detail": "Write a position."}
            raise Refusal("bad_request", "The header Last-Event-ID is malformed.", errors=[fault])
        if last is not None:
            query["after"] = last
        after, kinds = position_in(query, feed), kinds_in(query)
        query.refuse()
        place = FOLLOWING.take(client_of(request._request, request.auth))
        stream = Events(place, feed, after, kinds)
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

    def __init__(self, place: Place) -> None:
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


class Wait(Follower):
    """An answer that comes with the first change, or when the time is over."""

    def __init__(
        self,
        place: Place,
        read: Callable[[], Part],
        answer_with: Callable[[Part], HttpResponse],
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
            return answer("unavailable", detail, headers={"Retry-After": "5"})
        return None


def respond_late(request: Request, wait: Wait) -> HttpResponse:
    """The answer to a waiting request, or what the server makes one of later."""
    if SERVER_FOLLOWS in request.META:
        response = HttpResponse()
        response.follower = wait  # type: ignore[attr-defined]
        return response
    try:
        while (late := wait.next(False)) is None:
            let_go()
            time.sleep(PAUSE)
        return late
    finally:
        wait.close()


class Events(Follower):
    """Server-sent events; the server closes the stream in any case, heard to its end or not."""

    def __init__(self, place: Place, feed: Feed, after: int, kinds: Iterable[str]) -> None:
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
                let_go()
                time.sleep(PAUSE)

    def next(self, is_over: bool) -> bytes:
        """The events since the last time, or a sign of life when it is time for one."""
        now = time.monotonic()
        part = self.feed.part(self.position, LARGEST_LIMIT, self.kinds)
        self.position = part.position
        piece = self.beginning + b"".join(map(event_lines, part.events))
        self.beginning = b""
        self.is_over = is_over or now >= self.end
        if not piece and now >= self.spoken + HEARTBEAT:
            piece = b": still here\n\n"
        if piece:
            self.spoken = now
        return piece


def event_lines(event: dict[str, Any]) -> bytes:
    """One event as the stream has it."""
    return b"id: %d\nevent: change\ndata: %s\n\n" % (event["sequence"], dumps(event))


def newest_change() -> Head:
    """What differs after each change."""
    return newest()


def let_go() -> None:
    """Give the connection back to the pool: who waits needs none."""
    if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
        connection.close()
