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

from .problem_details import Refusal
from .query_params import Query

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=1)
# A plain word, or a string of RFC 8941 as the draft of the header has it.
KEY = re.compile(r'[!#-~]{1,255}|"[ !#-~]{1,253}"', re.ASCII)
# What an answer is made of, besides its body. The rest belongs to the request that gets it.
KEPT_HEADERS = ("Cache-Control", "Content-Type", "ETag", "Last-Modified", "Location", "Vary")

_running: set[tuple[int, str]] = set()
_lock = threading.Lock()


Method = Callable[..., HttpResponse]


def rehearsable(method: Method) -> Method:
    """A method of a view that writes: it honours the rehearsal."""

    @wraps(method)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_rehearsal(request):
            return method(view, request, *args, **kwargs)
        with transaction.atomic():
            response = method(view, request, *args, **kwargs)
            transaction.set_rollback(True)
        return response

    return run


def repeatable(method: Method) -> Method:
    """The same, and it honours the key."""
    plain = rehearsable(method)

    @wraps(method)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        token = request.auth
        key = request.headers.get(HEADER)
        can_write = isinstance(token, Token) and token.scope == Token.Scope.WRITE
        if key is None or not can_write:
            return plain(view, request, *args, **kwargs)
        refuse_malformed(key)
        if is_rehearsal(request):
            return plain(view, request, *args, **kwargs)
        with alone(token.pk, key), transaction.atomic():
            refuse_while_it_runs_elsewhere(token.pk, key)
            if kept := kept_answer(token, key):
                return replayed(kept, fingerprint(request))
            response = method(view, request, *args, **kwargs)
            keep(token, key, fingerprint(request), response)
            return response

    return run


def prepared(prepare: Callable[..., Callable[[], HttpResponse]]) -> Method:
    """Wrap a method that validates and then returns the write, to be rehearsed or repeated.

    No other writer waits while it validates: only the write runs in the transaction of the key.
    """

    @wraps(prepare)
    def run(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        token, key = request.auth, request.headers.get(HEADER)
        can_write = isinstance(token, Token) and token.scope == Token.Scope.WRITE
        if key is not None and can_write:
            refuse_malformed(key)
        if is_rehearsal(request):
            write = prepare(view, request, *args, **kwargs)
            with transaction.atomic():
                response = write()
                transaction.set_rollback(True)
            return response
        if key is None or not can_write:
            return prepare(view, request, *args, **kwargs)()
        with alone(token.pk, key):
            return _run_once(token, key, request, partial(prepare, view, request, *args, **kwargs))

    return run


def _run_once(
    token: Any, key: str, request: Request, prepare: Callable[[], Callable[[], HttpResponse]]
) -> HttpResponse:
    """Return the kept answer, or write and keep the answer in the same transaction."""
    asked = fingerprint(request)
    if kept := find_kept(token, key):
        return replayed(kept, asked)
    try:
        write = prepare()
    except (APIException, ValidationError):
        # Perhaps it is refused because another process did it meanwhile.
        if kept := find_kept(token, key):
            return replayed(kept, asked)
        raise
    with transaction.atomic():
        refuse_while_it_runs_elsewhere(token.pk, key)
        if kept := kept_answer(token, key):
            return replayed(kept, asked)
        response = write()
        keep(token, key, asked, response)
        return response


def refuse_key(request: Request) -> None:
    """For writes whose answer is not kept: what would be ignored is refused."""
    if HEADER in request.headers:
        detail = "The answer of this address is not kept, so it cannot be repeated."
        fault = {"header": HEADER, "code": "unsupported", "detail": detail}
        raise Refusal("bad_request", f"The header {HEADER} is not taken here.", errors=[fault])


def is_rehearsal(request: Request) -> bool:
    """Whether nothing is to be stored; what is wrong with the parameter is told in its turn."""
    return bool(request.query_params.get("dry_run") == "true")


def refuse_parameters(request: Request) -> None:
    """For writes: they take ``dry_run`` and nothing else."""
    query = Query(request, ["dry_run"])
    query.truth("dry_run")
    query.refuse()


def refuse_malformed(key: str) -> None:
    """400 for a key that is empty, too long or not plain ASCII."""
    if not KEY.fullmatch(key):
        detail = "Write 1 to 255 characters of ASCII without spaces, such as a UUID."
        fault = {"header": HEADER, "code": "malformed", "detail": detail}
        raise Refusal("bad_request", f"The header {HEADER} is malformed.", errors=[fault])


@contextmanager
def alone(token: int, key: str) -> Iterator[None]:
    """409 while this process answers a request with the same key."""
    with _lock:
        if (token, key) in _running:
            raise in_use()
        _running.add((token, key))
    try:
        yield
    finally:
        with _lock:
            _running.discard((token, key))


def refuse_while_it_runs_elsewhere(token: int, key: str) -> None:
    """409 while another process does; on SQLite it has ended when our transaction has begun."""
    if connection.vendor != "postgresql":
        return
    number = hashlib.blake2b(f"{token} {key}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        lock = int.from_bytes(number, signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise in_use()


def in_use() -> Refusal:
    return Refusal("key_in_use", "The first request still runs.", headers={"Retry-After": "1"})


def fingerprint(request: Request) -> str:
    """What was asked, so that a key is told from another request's."""
    headers = [request.headers.get(name, "") for name in ("If-Match", "Change-Reason")]
    path = request.path.rstrip("/")
    asked = [request.method, path, request.META.get("QUERY_STRING", ""), headers, request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def kept_answer(token: Any, key: str) -> KeptAnswer | None:
    """The answer that the key got within the last day; older ones go."""
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    return find_kept(token, key)


def find_kept(token: Any, key: str) -> KeptAnswer | None:
    """Return the answer that the key got within the last day."""
    rows = KeptAnswer.objects.filter(token=token, key=key, at__gte=timezone.now() - KEPT_FOR)
    return rows.first()


def replayed(kept: KeptAnswer, asked: str) -> HttpResponse:
    """The first answer again; 422 when something else is asked."""
    if kept.fingerprint != asked:
        raise Refusal("key_reused", "This key was sent with another body or to another address.")
    response = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def keep(token: Any, key: str, asked: str, response: HttpResponse) -> None:
    """Keep the answer for repeats."""
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    KeptAnswer.objects.create(
        token=token,
        key=key,
        fingerprint=asked,
        status=response.status_code,
        headers=headers,
        body=response.content,
    )
