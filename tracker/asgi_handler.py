"""ASGI in front, Django in a few threads behind.

What a client can draw out is the event loop's: a connection, a request on its way in, an answer on
its way out, waiting for news. A thread works on a request from its last byte in to its answer, and
never waits for a client. Health checks have threads of their own.
"""

import asyncio
import logging
import sys
import tempfile
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db import close_old_connections
from django.http import HttpResponse

from negotiations.request_context import request_id
from negotiations.rest.changes.views import PAUSE, Follower, get_newest_change
from negotiations.rest.http.problem_details import ProblemError, build_problem_response
from tracker.follower_hub import FollowerHub
from tracker.request_bodies import ClientDisconnectedError, Receive, receive_body
from tracker.shutdown import watch_signals

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
logger = logging.getLogger(__name__)

# With those for health and for followers, one for each connection of the pool to PostgreSQL.
THREADS, HEALTH_THREADS, FOLLOWER_THREADS = 12, 2, 2
HEALTH_PATHS = {"/livez", "/livez/", "/readyz", "/readyz/"}
# Bytes of a file that are in memory at once; larger answers become files.
BLOCK, LARGE = 64 * 1024, 1024 * 1024
# Seconds after which a client that takes nothing of its answer is left.
STALL_SECONDS = 30


class FileWrapper:
    """What Django hands a server instead of the pieces of a file (PEP 3333)."""

    def __init__(self, file: Any, block_size: int = BLOCK) -> None:
        self.file = file


@dataclass
class WSGIResponse:
    """What a thread made of a request."""

    status: int = 200
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    file: Any = None
    follower: Follower | None = None

    def start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        """``start_response`` of WSGI."""
        self.status = int(status.partition(" ")[0])
        self.headers = encode_headers(headers)


class WSGIBridge:
    """An ASGI application around a WSGI application."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application
        self.threads = ThreadPoolExecutor(THREADS, "request")
        self.health = ThreadPoolExecutor(HEALTH_THREADS, "health")
        self.follower_threads = ThreadPoolExecutor(FOLLOWER_THREADS, "follower")
        self.hub = FollowerHub(get_newest_change, PAUSE, self.follower_threads)
        self.stopping = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.serve(scope, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """The life of the process: its start, and its end."""
        await receive()
        watch_signals(asyncio.get_running_loop(), self.stopping)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        environ = build_environ(scope)
        try:
            await receive_body(environ, receive)
        except ClientDisconnectedError:
            return
        except ProblemError as refusal:
            await send_body(build_error_response(refusal), send)
            return
        threads = self.health if scope["path"] in HEALTH_PATHS else self.threads
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(threads, self.work, environ)
        if made.follower is not None:
            await self.follow(made, made.follower, receive, send)
        elif made.file is not None:
            await send_file(made, receive, send)
        else:
            await send_body(made, send)

    def work(self, environ: dict[str, Any]) -> WSGIResponse:
        """Let Django answer; in a thread, with connections that belong to it."""
        made = WSGIResponse()
        try:
            response = self.application(environ, made.start)
            if isinstance(response, FileWrapper):
                made.file = response.file
            elif getattr(response, "follower", None) is not None:
                made.follower = response.follower
            else:
                made.body = b"".join(response)
                response.close()
            if len(made.body) > LARGE:
                made.file = tempfile.TemporaryFile()  # noqa: SIM115
                made.file.write(made.body)
                made.file.seek(0)
                made.body = b""
            return made
        finally:
            close_old_connections()

    async def follow(
        self, made: WSGIResponse, follower: Follower, receive: Receive, send: Send
    ) -> None:
        """Wait with a follower for what it is to be sent."""
        loop = asyncio.get_running_loop()
        ends = asyncio.Event()

        def leave() -> None:
            loop.call_soon_threadsafe(ends.set)

        follower.on_leave(leave)
        gone = asyncio.ensure_future(wait_for_disconnect(receive))
        stopped = asyncio.ensure_future(self.stopping.wait())
        left = asyncio.ensure_future(ends.wait())
        try:
            async with self.hub.follow():
                await self._follow(made, follower, send, {gone, stopped, left})
        finally:
            for task in (gone, stopped, left):
                task.cancel()
            follower.close()

    async def _follow(
        self, made: WSGIResponse, follower: Follower, send: Send, ends: set[asyncio.Future[Any]]
    ) -> None:
        loop = asyncio.get_running_loop()
        started = False
        while True:
            news = asyncio.ensure_future(self.hub.news.wait())
            is_over = any(task.done() for task in ends)
            piece = await loop.run_in_executor(
                self.follower_threads, poll_follower, follower, is_over
            )
            if isinstance(piece, HttpResponse):
                await send_body(merge_late_response(made, piece), send)
            elif piece is not None:
                if not started:
                    await send(build_start_message(made))
                    started = True
                await send(build_body_message(piece, more=not follower.is_over))
            if follower.is_over:
                news.cancel()
                return
            if not piece:
                await asyncio.wait(
                    {news, *ends}, timeout=follower.patience, return_when="FIRST_COMPLETED"
                )
            news.cancel()


def poll_follower(follower: Follower, is_over: bool) -> bytes | HttpResponse | None:
    """What a follower has to send, with a connection that is given back."""
    try:
        return follower.next(is_over)
    finally:
        close_old_connections()


def build_environ(scope: dict[str, Any]) -> dict[str, Any]:
    """The request as WSGI describes it (PEP 3333)."""
    path = scope.get("raw_path") or scope["path"].encode()
    host, port = scope.get("server") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str((scope.get("client") or ("",))[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        # Views that wait hand their waiting over.
        "tracker.follows": True,
    }
    for name, value in scope["headers"]:
        # An underscore would pass for a hyphen, and so for the header of a proxy.
        if b"_" not in name:
            add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def add_header(environ: dict[str, Any], name: str, value: str) -> None:
    """A header; the values of repeated ones are joined."""
    key = name.upper().replace("-", "_")
    key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
    separator = "; " if key == "HTTP_COOKIE" else ","
    environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value


def encode_headers(headers: Any) -> Headers:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def build_error_response(refusal: ProblemError) -> WSGIResponse:
    """What Django is not asked about; the connection ends with it."""
    token = request_id.set(uuid.uuid4().hex)
    try:
        response = build_problem_response(
            refusal.code, str(refusal.detail), headers=refusal.headers
        )
        headers = {**dict(response.items()), "X-Request-ID": request_id.get()}
    finally:
        request_id.reset(token)
    headers |= {"Connection": "close", "Content-Length": str(len(response.content))}
    return WSGIResponse(response.status_code, encode_headers(headers.items()), response.content)


def merge_late_response(made: WSGIResponse, late: HttpResponse) -> WSGIResponse:
    """A late answer under the headers that the middleware gave to the waiting one."""
    own = {name.lower() for name in late.headers} | {"content-length"}
    kept = [(name, value) for name, value in made.headers if name.decode("latin-1") not in own]
    length = [("Content-Length", str(len(late.content)))] if late.status_code != 304 else []
    headers = kept + encode_headers([*late.items(), *length])
    return WSGIResponse(late.status_code, headers, late.content)


def build_start_message(made: WSGIResponse) -> dict[str, Any]:
    return {"type": "http.response.start", "status": made.status, "headers": made.headers}


def build_body_message(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def send_body(made: WSGIResponse, send: Send) -> None:
    await send(build_start_message(made))
    await send(build_body_message(made.body, more=False))


async def send_file(made: WSGIResponse, receive: Receive, send: Send) -> None:
    """Send a file piece by piece, no faster than the client takes it."""
    gone = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        await send(build_start_message(made))
        while not gone.done():
            piece = made.file.read(BLOCK)
            await asyncio.wait_for(send(build_body_message(piece, more=bool(piece))), STALL_SECONDS)
            if not piece:
                break
    except TimeoutError:
        logger.info("A client that took nothing of its answer was left.")
    finally:
        gone.cancel()
        made.file.close()


async def wait_for_disconnect(receive: Receive) -> None:
    """Return when the client is gone."""
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
