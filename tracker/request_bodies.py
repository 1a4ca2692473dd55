"""Bodies of requests, received before a thread is needed for them."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import nullcontext
from io import BytesIO
from typing import IO, Any

from django.core.handlers.wsgi import WSGIRequest

from negotiations.rest.http.client_slots import SlotPool
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.throttling import get_client_id
from tracker.chunked_bodies import MAX_BODY_BYTES

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# A larger body waits on the disk for its end.
SPOOL_BYTES = 64 * 1024
UPLOAD_SLOTS = SlotPool("uploads", most=32, most_each=8)
# A body may take so long, and longer at this rate in bytes a second.
SECONDS, RATE = 20, 10_000


class ClientDisconnectedError(Exception):
    """The client went away in the middle of its request."""


async def receive_body(environ: dict[str, Any], receive: Receive) -> None:
    """Put the body into the environ, with its length; a client that is too slow is refused."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    is_chunked = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
    environ["wsgi.input"] = BytesIO()
    if not length and not is_chunked:
        return
    if length >= MAX_BODY_BYTES:
        raise ProblemError("too_large", f"No address takes more than {MAX_BODY_BYTES - 1:,} bytes.")
    is_large = is_chunked or length > SPOOL_BYTES
    client = get_client_id(WSGIRequest(environ))
    with UPLOAD_SLOTS.take(client) if is_large else nullcontext():
        body: IO[bytes] = (
            tempfile.SpooledTemporaryFile(SPOOL_BYTES) if is_large else BytesIO()  # noqa: SIM115
        )
        received = await _receive_into(body, receive)
    body.seek(0)
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(received)}


async def _receive_into(body: IO[bytes], receive: Receive) -> int:
    """How many bytes there were; at most one more than any address takes."""
    started, received = time.monotonic(), 0
    while received < MAX_BODY_BYTES:
        left = started + SECONDS + received / RATE - time.monotonic()
        try:
            message = await asyncio.wait_for(receive(), max(left, 0))
        except TimeoutError:
            raise ProblemError("too_slow", "The body did not arrive in time.") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnectedError
        received += body.write(message.get("body", b"")[: MAX_BODY_BYTES - received])
        if not message.get("more_body"):
            break
    return received
