"""Bodies of requests, received before a thread is needed for them."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import nullcontext
from io import BytesIO
from typing import IO, Any

from django.core.handlers.wsgi import WSGIRequest

from negotiations.rest.http.client_slots import Places
from negotiations.rest.http.problem_details import Refusal
from negotiations.rest.http.throttling import client_of
from tracker.chunked_bodies import MOST

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# A larger body waits on the disk for its end.
SMALL = 64 * 1024
UPLOADS = Places("uploads", most=32, most_each=8)
# A body may take so long, and longer at this rate in bytes a second.
SECONDS, RATE = 20, 10_000


class Disconnected(Exception):
    """The client went away in the middle of its request."""


async def receive_body(environ: dict[str, Any], receive: Receive) -> None:
    """Put the body into the environ, with its length; a client that is too slow is refused."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    is_chunked = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
    environ["wsgi.input"] = BytesIO()
    if not length and not is_chunked:
        return
    if length >= MOST:
        raise Refusal("too_large", f"No address takes more than {MOST - 1:,} bytes.")
    is_large = is_chunked or length > SMALL
    client = client_of(WSGIRequest(environ))
    with UPLOADS.take(client) if is_large else nullcontext():
        body: IO[bytes] = (
            tempfile.SpooledTemporaryFile(SMALL) if is_large else BytesIO()  # noqa: SIM115
        )
        received = await _receive_into(body, receive)
    body.seek(0)
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(received)}


async def _receive_into(body: IO[bytes], receive: Receive) -> int:
    """How many bytes there were; at most one more than any address takes."""
    started, received = time.monotonic(), 0
    while received < MOST:
        left = started + SECONDS + received / RATE - time.monotonic()
        try:
            message = await asyncio.wait_for(receive(), max(left, 0))
        except TimeoutError:
            raise Refusal("too_slow", "The body did not arrive in time.") from None
        if message["type"] == "http.disconnect":
            raise Disconnected
        received += body.write(message.get("body", b"")[: MOST - received])
        if not message.get("more_body"):
            break
    return received
