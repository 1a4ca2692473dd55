"""Conditional requests (RFC 9110): validators out, preconditions in."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe
from rest_framework.request import Request

from negotiations import history
from negotiations.history.as_of import instant_asked_about
from negotiations.models import Record

from .exception_handler import step
from .problem_details import Refusal

# A tag of ours starts with the record's version; caches on the way may have weakened it.
TAG = re.compile(r'(?:W/)?"([^"\x00-\x20\x7f]*)"')
# A list may have empty elements (RFC 9110, 5.6.1).
TAGS = re.compile(rf"[\s,]*{TAG.pattern}(?:\s*,[\s,]*{TAG.pattern})*[\s,]*")
# What Apache appends to the tag of an answer that it compresses.
ENCODING = re.compile("-(?:gzip|br|zstd|deflate)$")


SHAPED = re.compile('"[0-9]+-[0-9a-f]+"')


def record_tag(version: int) -> str:
    """The strong entity tag of a record's whole body: its version."""
    return f'"{version}"'


def shaped_tag(version: int, body: bytes) -> str:
    """The strong entity tag of a part of a record, or of one with others beside it."""
    return f'"{version}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def body_tag(body: bytes) -> str:
    """The strong entity tag of any other answer: its content."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


@cache
def program_changed_at() -> datetime:
    """When what is the same for all until the next release was last changed."""
    files = (
        f for name in ("negotiations", "tracker") for f in (settings.BASE_DIR / name).rglob("*")
    )
    # Python writes its own beside ours, whenever it likes.
    times = [f.stat().st_mtime for f in files if f.is_file() and f.parent.name != "__pycache__"]
    return datetime.fromtimestamp(max(times), UTC)


def newest(*instants: datetime | None) -> datetime:
    """The latest of what is kept of private things; where nothing is, the moment of answering."""
    now = timezone.now()
    return max((each for each in instants if each and each <= now), default=now)


def parse_tags(header: str) -> set[str]:
    """The opaque parts of the tags in a header, as we gave them."""
    return {ENCODING.sub("", tag) for tag in TAG.findall(header)}


def tags_in(header: str, name: str) -> set[str]:
    """The same, or 400 when the header is malformed."""
    if not TAGS.fullmatch(header):
        fault = {"header": name, "code": "malformed", "detail": 'Write it as "7".'}
        raise Refusal("bad_request", f"The header {name} is malformed.", errors=[fault])
    return parse_tags(header)


def validated(response: HttpResponse, tag: str, changed_at: datetime | None) -> HttpResponse:
    """The response with its validators; without an instant, nothing happened since the release.

    The time is rounded up to the next second, if that has begun (or had, at the instant that is
    asked about): once it is over, no other state of the answer has the same time.
    """
    seen_at = instant_asked_about() or timezone.now()
    rounded_up = int((changed_at or program_changed_at()).timestamp()) + 1
    response["ETag"] = tag
    response["Last-Modified"] = http_date(min(rounded_up, int(seen_at.timestamp())))
    return response


def with_validators(
    response: HttpResponse, request: Request, tag: str, changed_at: datetime | None = None
) -> HttpResponse:
    """The response with its validators, or 304 when the client has it already."""
    validated(response, tag, changed_at)
    return cacheable(unless_known(response, request), request)


def unless_known(response: HttpResponse, request: HttpRequest | Request) -> HttpResponse:
    """The response, or 304 when the client has it already."""
    known = request.headers.get("If-None-Match", "").strip()
    if known:
        is_known = known == "*" or response["ETag"].strip('"') in parse_tags(known)
    else:
        is_known = is_unmodified(response, request.headers.get("If-Modified-Since", ""))
    if is_known:
        response = HttpResponse(status=304, headers=dict(response.items()))
        del response["Content-Type"]
    return response


def is_unmodified(response: HttpResponse, since: str) -> bool:
    """Whether the client's copy, which it knows by its time, is still the answer.

    Of what changed within this second another state may follow. Where a record stands with others,
    or with what follows from today's date, its own time says too little: the tag decides.
    """
    instant, modified = (
        parse_http_date_safe(each) for each in (since, response.get("Last-Modified", ""))
    )
    if instant is None or modified is None or SHAPED.fullmatch(response["ETag"]):
        return False
    return modified <= instant and modified < int(timezone.now().timestamp())


def cacheable(response: HttpResponse, request: Request) -> HttpResponse:
    """Shared caches may keep what needed no token; they ask each time whether it holds."""
    is_public = request.auth is None
    response["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
    patch_vary_headers(response, ["Authorization", "Accept", "Accept-Encoding"])
    return response


def version_in(body: Any) -> int | None:
    """The version that a body names; 400 when it is no number, or the body no object."""
    if body is None:
        return None
    if not isinstance(body, Mapping):
        fault = {"pointer": "", "code": "invalid", "detail": "Write a JSON object."}
        raise Refusal("invalid", "1 fault", errors=[fault])
    told = body.get("version")
    if "version" in body and (isinstance(told, bool) or not isinstance(told, int)):
        fault = {"pointer": "/version", "code": "invalid", "detail": "Write a whole number."}
        raise Refusal("invalid", "1 fault", errors=[fault])
    return told


def refuse_more_than_version(body: Mapping[str, Any] | None) -> None:
    """400 for a deletion whose body says more than what it is based on."""
    detail = "Of a body, deleting reads the version alone."
    faults = [
        {"pointer": f"/{step(name[:100])}", "code": "unknown_member", "detail": detail}
        for name in body or {}
        if name != "version"
    ]
    if faults:
        number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise Refusal("invalid", number, errors=faults)


def require_version(request: Request, record: Record, body: Any) -> None:
    """Refuse a write that is not based on the stored version: 428 unsaid, 412 stale."""
    header, told = request.headers.get("If-Match"), version_in(body)
    if header is None and told is None:
        raise Refusal("version_required", "Send If-Match or version with the version you read.")
    if header is not None and header.strip() != "*":
        # What follows a hyphen tells shapes of the same version apart.
        versions = {tag.partition("-")[0] for tag in tags_in(header, "If-Match")}
        if str(record.version) not in versions:
            given = min(versions)
            raise stale(record, int(given) if re.fullmatch("[0-9]{1,9}", given) else None)
    if told is not None and told != record.version:
        raise stale(record, told)


def refuse_other_state(request: Request, tag: str) -> None:
    """412 for a write that names another state than this, where it need not name one."""
    header = request.headers.get("If-Match", "*")
    if header.strip() != "*" and tag.strip('"') not in tags_in(header, "If-Match"):
        raise Refusal("stale", "It is not as you read it.")


def stale(record: Record, based_on: int | None) -> Refusal:
    """412 with who changed what since the version that the client read."""
    versions = history.versions(record)
    newest = versions.first()
    old = versions.filter(version=based_on).first() if based_on and based_on < 2**31 else None
    changed = [d.field for d in history.differences(old, newest)] if old and newest else None
    return Refusal(
        "stale",
        f"The record is at version {record.version}.",
        current_version=record.version,
        changed_by=newest.history_user.get_username() if newest and newest.history_user else None,
        changed_at=newest.history_date if newest else None,
        changed=changed,
    )
