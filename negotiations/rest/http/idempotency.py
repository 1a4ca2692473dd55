"""Writes that can be repeated without doubling, and writes that are only rehearsed.

``Idempotency-Key``: the answer is kept in the transaction of the write, for a day, under the token
and the key. A refused request keeps nothing, so its key can be used again.
``dry_run=true`` on any write runs all of it and takes it back.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial, wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from negotiations.models import KeptAnswer, Token

from .problem_details import ProblemError
from .query_params import QueryParams

HEADER = "Idempotency-Key"
RESPONSE_LIFETIME = timedelta(days=1)
# A plain word, or a string of RFC 8941 as the draft of the header has it.
KEY_PATTERN = re.compile(r'[!#-~]{1,255}|"[ !#-~]{1,253}"', re.ASCII)
# What an answer is made of, besides its body. The rest belongs to the request that gets it.
STORED_HEADERS = ("Cache-Control", "Content-Type", "ETag", "Last-Modified", "Location", "Vary")

_running: set[tuple[int, str]] = set()
_lock = threading.Lock()


Method = Callable[..., HttpResponse]


def supports_dry_run(method: Method) -> Method:
    """A method of a view that writes: it honours the rehearsal."""

    @wraps(method)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_dry_run(request):
            return method(view, request, *args, **kwargs)
        with transaction.atomic():
            response = method(view, request, *args, **kwargs)
            transaction.set_rollback(True)
        return response

    return run


def idempotent(method: Method) -> Method:
    """The same, and it honours the key."""
    plain = supports_dry_run(method)

    @wraps(method)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        token = request.auth
        key = request.headers.get(HEADER)
        can_write = isinstance(token, Token) and token.scope == Token.Scope.WRITE
        if key is None or not can_write:
            return plain(view, request, *args, **kwargs)
        validate_key(key)
        if is_dry_run(request):
            return plain(view, request, *args, **kwargs)
        with exclusive_key(token.pk, key), transaction.atomic():
            lock_key(token.pk, key)
            if kept := purge_and_find_response(token, key):
                return replay_response(kept, compute_fingerprint(request))
            response = method(view, request, *args, **kwargs)
            store_response(token, key, compute_fingerprint(request), response)
            return response

    return run


def idempotent_two_phase(prepare: Callable[..., Callable[[], HttpResponse]]) -> Method:
    """Wrap a method that validates and then returns the write, to be rehearsed or repeated.

    No other writer waits while it validates: only the write runs in the transaction of the key.
    """

    @wraps(prepare)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        token, key = request.auth, request.headers.get(HEADER)
        can_write = isinstance(token, Token) and token.scope == Token.Scope.WRITE
        if key is not None and can_write:
            validate_key(key)
        if is_dry_run(request):
            write = prepare(view, request, *args, **kwargs)
            with transaction.atomic():
                response = write()
                transaction.set_rollback(True)
            return response
        if key is None or not can_write:
            return prepare(view, request, *args, **kwargs)()
        with exclusive_key(token.pk, key):
            return _run_once(token, key, request, partial(prepare, view, request, *args, **kwargs))

    return run


def _run_once(
    token: Any, key: str, request: Request, prepare: Callable[[], Callable[[], HttpResponse]]
) -> HttpResponse:
    """Return the kept answer, or write and keep the answer in the same transaction."""
    asked = compute_fingerprint(request)
    if kept := find_stored_response(token, key):
        return replay_response(kept, asked)
    try:
        write = prepare()
    except (APIException, ValidationError):
        # Perhaps it is refused because another process did it meanwhile.
        if kept := find_stored_response(token, key):
            return replay_response(kept, asked)
        raise
    with transaction.atomic():
        lock_key(token.pk, key)
        if kept := purge_and_find_response(token, key):
            return replay_response(kept, asked)
        response = write()
        store_response(token, key, asked, response)
        return response


def refuse_idempotency_key(request: Request) -> None:
    """For writes whose answer is not kept: what would be ignored is refused."""
    if HEADER in request.headers:
        detail = "The answer of this address is not kept, so it cannot be repeated."
        fault = {"header": HEADER, "code": "unsupported", "detail": detail}
        raise ProblemError("bad_request", f"The header {HEADER} is not taken here.", errors=[fault])


def is_dry_run(request: Request) -> bool:
    """Whether nothing is to be stored; what is wrong with the parameter is told in its turn."""
    return bool(request.query_params.get("dry_run") == "true")


def allow_only_dry_run(request: Request) -> None:
    """For writes: they take ``dry_run`` and nothing else."""
    query = QueryParams(request, ["dry_run"])
    query.truth("dry_run")
    query.refuse()


def validate_key(key: str) -> None:
    """400 for a key that is empty, too long or not plain ASCII."""
    if not KEY_PATTERN.fullmatch(key):
        detail = "Write 1 to 255 characters of ASCII without spaces, such as a UUID."
        fault = {"header": HEADER, "code": "malformed", "detail": detail}
        raise ProblemError("bad_request", f"The header {HEADER} is malformed.", errors=[fault])


@contextmanager
def exclusive_key(token: int, key: str) -> Iterator[None]:
    """409 while this process answers a request with the same key."""
    with _lock:
        if (token, key) in _running:
            raise build_key_in_use_problem()
        _running.add((token, key))
    try:
        yield
    finally:
        with _lock:
            _running.discard((token, key))


def lock_key(token: int, key: str) -> None:
    """409 while another process does; on SQLite it has ended when our transaction has begun."""
    if connection.vendor != "postgresql":
        return
    number = hashlib.blake2b(f"{token} {key}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        lock = int.from_bytes(number, signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise build_key_in_use_problem()


def build_key_in_use_problem() -> ProblemError:
    return ProblemError("key_in_use", "The first request still runs.", headers={"Retry-After": "1"})


def compute_fingerprint(request: Request) -> str:
    """What was asked, so that a key is told from another request's."""
    headers = [request.headers.get(name, "") for name in ("If-Match", "Change-Reason")]
    path = request.path.rstrip("/")
    asked = [request.method, path, request.META.get("QUERY_STRING", ""), headers, request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def purge_and_find_response(token: Any, key: str) -> KeptAnswer | None:
    """The answer that the key got within the last day; older ones go."""
    KeptAnswer.objects.filter(at__lt=timezone.now() - RESPONSE_LIFETIME).delete()
    return find_stored_response(token, key)


def find_stored_response(token: Any, key: str) -> KeptAnswer | None:
    """Return the answer that the key got within the last day."""
    rows = KeptAnswer.objects.filter(
        token=token, key=key, at__gte=timezone.now() - RESPONSE_LIFETIME
    )
    return rows.first()


def replay_response(kept: KeptAnswer, asked: str) -> HttpResponse:
    """The first answer again; 422 when something else is asked."""
    if kept.fingerprint != asked:
        raise ProblemError(
            "key_reused", "This key was sent with another body or to another address."
        )
    response = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def store_response(token: Any, key: str, asked: str, response: HttpResponse) -> None:
    """Keep the answer for repeats."""
    headers = {name: response[name] for name in STORED_HEADERS if name in response}
    KeptAnswer.objects.create(
        token=token,
        key=key,
        fingerprint=asked,
        status=response.status_code,
        headers=headers,
        body=response.content,
    )
