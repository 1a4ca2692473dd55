"""Refusals: every answer that is not the thing asked for, as a problem document (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.exceptions import APIException

from negotiations.request_context import request_id
from negotiations.text.counts import format_count

MEDIA_TYPE = "application/problem+json"

# code -> (status, title, what the client can do).
PROBLEMS: dict[str, tuple[int, str, str]] = {
    "bad_request": (400, "The request cannot be read", "Mend the request as the detail says."),
    "malformed": (400, "The body is not valid JSON", "Send one JSON object in UTF-8."),
    "invalid": (400, "The record is not valid", "Mend each of the faults under errors."),
    "invalid_query": (400, "The query is not valid", "Mend each of the faults under errors."),
    "too_costly": (400, "The answer would be too large", "Ask for less, as the detail says."),
    "unauthenticated": (401, "A token is needed", "Send Authorization: Bearer and a token."),
    "bad_token": (401, "The token is not valid", "Ask for a new token."),
    "forbidden": (403, "This is not allowed", "Ask somebody whose role allows it."),
    "https_required": (
        403,
        "HTTPS is required",
        "Send it to the https address. Revoke a token that was sent in clear.",
    ),
    "not_found": (404, "There is no such thing", "Check the address."),
    "method_not_allowed": (405, "The method is not allowed here", "See the header Allow."),
    "not_acceptable": (406, "No acceptable format", "Accept application/json."),
    "too_slow": (408, "The request took too long", "Send it again, over a better connection."),
    "conflict": (409, "Other records refer to it", "Change or delete those first."),
    "key_in_use": (409, "A request with this key still runs", "Ask again in a moment."),
    "key_reused": (422, "The key belongs to another request", "Use a new key for each request."),
    "gone": (410, "The record is gone", "Drop your copy, or restore it from its history."),
    "stale": (412, "The record was changed meanwhile", "Read it again and repeat the change."),
    "too_large": (413, "The body is too large", "Send less at a time."),
    "unsupported_media_type": (415, "The content type is not supported", "Send JSON in UTF-8."),
    "version_required": (
        428,
        "The version is missing",
        "Name the version the change is based on, in If-Match or in the body.",
    ),
    "throttled": (429, "Too many requests", "Wait as long as Retry-After says."),
    "too_many_at_once": (
        429,
        "Too many at the same time",
        "Finish the exports and streams that are open, or wait as long as Retry-After says.",
    ),
    "error": (500, "The server failed", "Nothing was written. Tell us the request_id."),
    "unavailable": (503, "The service is not available now", "Try again after Retry-After."),
}
CODE_BY_STATUS = {status: code for code, (status, _, _) in reversed(PROBLEMS.items())}


class ProblemError(APIException):
    """Raised by the protocol itself: a code of the table above and, if it helps, single faults.

    ``errors`` are objects with ``pointer``, ``parameter`` or ``header``, ``code``, ``detail`` and
    perhaps ``did_you_mean``; without a ``detail``, it says how many there are. ``more`` are further
    members of the document.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or format_count(len(errors), "error"), code)
        self.code = code
        self.status_code = PROBLEMS[code][0]
        self.errors, self.headers, self.more = list(errors), dict(headers or {}), more


def build_problem(
    code: str, detail: str, *, errors: Sequence[Any] = (), **more: Any
) -> dict[str, Any]:
    """The members of a problem document."""
    status, title, _ = PROBLEMS[code]
    members: dict[str, Any] = {
        "type": f"/api/problems/{code}/",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id.get() or None,
    }
    if errors:
        members["errors"] = list(errors)
    return members | more


def build_problem_response(
    code: str,
    detail: str,
    *,
    errors: Sequence[Any] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The problem document as a response, whatever the client accepts."""
    body = orjson.dumps(build_problem(code, detail, errors=errors, **more), option=orjson.OPT_UTC_Z)
    return HttpResponse(
        body,
        status=PROBLEMS[code][0],
        headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **(headers or {})},
    )
