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
from negotiations.history.as_of import get_as_of_instant
from negotiations.history.diff import compare_versions
from negotiations.models import Record

from .exception_handler import escape_pointer_token
from .problem_details import ProblemError
from .renderers import build_json_response

# A tag of ours starts with the record's version; caches on the way may have weakened it.
ETAG = re.compile(r'(?:W/)?"([^"\x00-\x20\x7f]*)"')
# A list may have empty elements (RFC 9110, 5.6.1).
ETAG_LIST = re.compile(rf"[\s,]*{ETAG.pattern}(?:\s*,[\s,]*{ETAG.pattern})*[\s,]*")
# What Apache appends to the tag of an answer that it compresses.
ENCODING_SUFFIX = re.compile("-(?:gzip|br|zstd|deflate)$")


REPRESENTATION_ETAG = re.compile('"[0-9]+-[0-9a-f]+"')


def build_record_etag(version: int) -> str:
    """The strong entity tag of a record's whole body: its version."""
    return f'"{version}"'


def build_representation_etag(version: int, body: bytes) -> str:
    """The strong entity tag of a part of a record, or of one with others beside it."""
    return f'"{version}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def build_body_etag(body: bytes) -> str:
    """The strong entity tag of any other answer: its content."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


@cache
def get_program_changed_at() -> datetime:
    """When what is the same for all until the next release was last changed."""
    files = (
        f for name in ("negotiations", "tracker") for f in (settings.BASE_DIR / name).rglob("*")
    )
    # Python writes its own beside ours, whenever it likes.
    times = [f.stat().st_mtime for f in files if f.is_file() and f.parent.name != "__pycache__"]
    return datetime.fromtimestamp(max(times), UTC)


def get_last_modified(*instants: datetime | None) -> datetime:
    """The latest of what is kept of private things; where nothing is, the moment of answering."""
    now = timezone.now()
    return max((each for each in instants if each and each <= now), default=now)


def parse_etags(header: str) -> set[str]:
    """The opaque parts of the tags in a header, as we gave them."""
    return {ENCODING_SUFFIX.sub("", tag) for tag in ETAG.findall(header)}


def parse_etag_header(header: str, name: str) -> set[str]:
    """The same, or 400 when the header is malformed."""
    if not ETAG_LIST.fullmatch(header):
        fault = {"header": name, "code": "malformed", "detail": 'Write it as "7".'}
        raise ProblemError("bad_request", f"The header {name} is malformed.", errors=[fault])
    return parse_etags(header)


def set_validators(response: HttpResponse, tag: str, changed_at: datetime | None) -> HttpResponse:
    """The response with its validators; without an instant, nothing happened since the release.

    The time is rounded up to the next second, if that has begun (or had, at the instant that is
    asked about): once it is over, no other state of the answer has the same time.
    """
    seen_at = get_as_of_instant() or timezone.now()
    rounded_up = int((changed_at or get_program_changed_at()).timestamp()) + 1
    response["ETag"] = tag
    response["Last-Modified"] = http_date(min(rounded_up, int(seen_at.timestamp())))
    return response


def respond_with_validators(
    response: HttpResponse, request: Request, tag: str, changed_at: datetime | None = None
) -> HttpResponse:
    """The response with its validators, or 304 when the client has it already."""
    set_validators(response, tag, changed_at)
    return set_cache_control(get_conditional_response(response, request), request)


def respond_with_json(
    request: Request, body: Any, changed_at: datetime | None = None
) -> HttpResponse:
    """The body as JSON, validated by its bytes, or 304 when the client has it already."""
    response = build_json_response(body)
    return respond_with_validators(response, request, build_body_etag(response.content), changed_at)


def get_conditional_response(
    response: HttpResponse, request: HttpRequest | Request
) -> HttpResponse:
    """The response, or 304 when the client has it already."""
    known = request.headers.get("If-None-Match", "").strip()
    if known:
        is_known = known == "*" or response["ETag"].strip('"') in parse_etags(known)
    else:
        is_known = is_not_modified_since(response, request.headers.get("If-Modified-Since", ""))
    if is_known:
        response = HttpResponse(status=304, headers=dict(response.items()))
        del response["Content-Type"]
    return response


def is_not_modified_since(response: HttpResponse, since: str) -> bool:
    """Whether the client's copy, which it knows by its time, is still the answer.

    Of what changed within this second another state may follow. Where a record stands with others,
    or with what follows from today's date, its own time says too little: the tag decides.
    """
    instant, modified = (
        parse_http_date_safe(each) for each in (since, response.get("Last-Modified", ""))
    )
    if instant is None or modified is None or REPRESENTATION_ETAG.fullmatch(response["ETag"]):
        return False
    return modified <= instant and modified < int(timezone.now().timestamp())


def set_cache_control(response: HttpResponse, request: Request) -> HttpResponse:
    """Shared caches may keep what needed no token; they ask each time whether it holds."""
    is_public = request.auth is None
    response["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
    patch_vary_headers(response, ["Authorization", "Accept", "Accept-Encoding"])
    return response


def parse_body_version(body: Any) -> int | None:
    """The version that a body names; 400 when it is no number, or the body no object."""
    if body is None:
        return None
    if not isinstance(body, Mapping):
        fault = {"pointer": "", "code": "invalid", "detail": "Write a JSON object."}
        raise ProblemError("invalid", errors=[fault])
    told = body.get("version")
    if "version" in body and (isinstance(told, bool) or not isinstance(told, int)):
        fault = {"pointer": "/version", "code": "invalid", "detail": "Write a whole number."}
        raise ProblemError("invalid", errors=[fault])
    return told


def refuse_more_than_version(body: Mapping[str, Any] | None) -> None:
    """400 for a deletion whose body says more than what it is based on."""
    detail = "Of a body, deleting reads the version alone."
    faults = [
        {
            "pointer": f"/{escape_pointer_token(name[:100])}",
            "code": "unknown_member",
            "detail": detail,
        }
        for name in body or {}
        if name != "version"
    ]
    if faults:
        raise ProblemError("invalid", errors=faults)


def require_version(request: Request, record: Record, body: Any) -> None:
    """Refuse a write that is not based on the stored version: 428 unsaid, 412 stale."""
    header, told = request.headers.get("If-Match"), parse_body_version(body)
    if header is None and told is None:
        raise ProblemError(
            "version_required", "Send If-Match or version with the version you read."
        )
    if header is not None and header.strip() != "*":
        # What follows a hyphen tells shapes of the same version apart.
        versions = {tag.partition("-")[0] for tag in parse_etag_header(header, "If-Match")}
        if str(record.version) not in versions:
            given = min(versions)
            raise build_stale_problem(
                record, int(given) if re.fullmatch("[0-9]{1,9}", given) else None
            )
    if told is not None and told != record.version:
        raise build_stale_problem(record, told)


def require_matching_etag(request: Request, tag: str) -> None:
    """412 for a write that names another state than this, where it need not name one."""
    header = request.headers.get("If-Match", "*")
    if header.strip() != "*" and tag.strip('"') not in parse_etag_header(header, "If-Match"):
        raise ProblemError("stale", "It is not as you read it.")


def build_stale_problem(record: Record, based_on: int | None) -> ProblemError:
    """412 with who changed what since the version that the client read."""
    versions = history.list_versions(record)
    newest = versions.first()
    old = versions.filter(version=based_on).first() if based_on and based_on < 2**31 else None
    changed = [d.field for d in compare_versions(old, newest)] if old and newest else None
    return ProblemError(
        "stale",
        f"The record is at version {record.version}.",
        current_version=record.version,
        changed_by=newest.history_user.get_username() if newest and newest.history_user else None,
        changed_at=newest.history_date if newest else None,
        changed=changed,
    )
