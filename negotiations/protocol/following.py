"""Following the feed: by asking again, by waiting for the answer, or by a stream of events."""

import time
from collections.abc import Iterable, Iterator
from threading import BoundedSemaphore
from typing import Any

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from .conditions import body_tag, with_validators
from .feed import Feed, Part, is_position, kinds_in, position_in
from .paging import DEFAULT_LIMIT, LARGEST_LIMIT
from .problems import Refusal
from .query import Query
from .renderers import JSONRenderer, dumps, json_response
from .schema.feed import FEED_ANSWERS, FEED_PARAMETERS
from .viewsets import ProtocolView

LONGEST_WAIT = 25
# Seconds between two looks at the feed, between two signs of life, and until a stream ends.
PAUSE, HEARTBEAT, LIFETIME = 0.5, 15, 60
EVENT_STREAM = "text/event-stream"
# Each follower that waits keeps a thread of the server: so many in a process, and no more.
WAITING = BoundedSemaphore(8)


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
        part = waited(feed, after, limit, kinds, wait)
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
        last = request.headers.get("Last-Event-ID")
        if last is not None and not is_position(last):
            fault = {"header": "Last-Event-ID", "code": "malformed", "detail": "Write a position."}
            raise Refusal("bad_request", "The header Last-Event-ID is malformed.", errors=[fault])
        if last is not None:
            query["after"] = last
        after, kinds = position_in(query, feed), kinds_in(query)
        query.refuse()
        if not WAITING.acquire(blocking=False):
            detail = "Too many followers at this moment."
            raise Refusal("unavailable", detail, headers={"Retry-After": "5"})
        stream = Events(feed, after, kinds)
        response = StreamingHttpResponse(stream, content_type=EVENT_STREAM)
        response["Cache-Control"] = "no-store"
        # A buffering proxy would keep what is to be told at once.
        response["X-Accel-Buffering"] = "no"
        patch_vary_headers(response, ["Authorization", "Accept", "Accept-Encoding"])
        return response


def waited(feed: Feed, after: int, limit: int, kinds: Iterable[str], seconds: int) -> Part:
    """The events after a position; when there are none, those that come within the seconds."""
    part = feed.part(after, limit, kinds)
    if part.events or not seconds or not WAITING.acquire(blocking=False):
        return part
    try:
        deadline = time.monotonic() + seconds
        while not part.events and time.monotonic() < deadline:
            let_go()
            time.sleep(PAUSE)
            part = feed.part(after, limit, kinds)
        return part
    finally:
        WAITING.release()


class Events:
    """Server-sent events; the server closes the stream in any case, heard to its end or not."""

    def __init__(self, feed: Feed, after: int, kinds: Iterable[str]) -> None:
        self.feed, self.position, self.kinds = feed, after, kinds
        self.is_open = True
        self.lines = self.written()

    def __iter__(self) -> Iterator[bytes]:
        return self.lines

    def close(self) -> None:
        """Give the place to the next follower."""
        if self.is_open:
            self.is_open = False
            WAITING.release()

    def written(self) -> Iterator[bytes]:
        """Event by event, with a sign of life in between."""
        end = time.monotonic() + LIFETIME
        spoken = time.monotonic()
        # How soon the client comes back after the end, in milliseconds.
        yield b"retry: 2000\n\n"
        while time.monotonic() < end:
            part = self.feed.part(self.position, LARGEST_LIMIT, self.kinds)
            let_go()
            for event in part.events:
                yield b"id: %d\nevent: change\ndata: %s\n\n" % (event["sequence"], dumps(event))
                spoken = time.monotonic()
            self.position = part.position
            if not part.more:
                if time.monotonic() - spoken >= HEARTBEAT:
                    yield b": still here\n\n"
                    spoken = time.monotonic()
                time.sleep(PAUSE)


def let_go() -> None:
    """Give the connection back to the pool: who waits needs none."""
    if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
        connection.close()
