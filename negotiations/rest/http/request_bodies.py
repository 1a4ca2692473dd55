"""The body of a request, as every address that takes one reads it."""

from typing import Any

from rest_framework.request import Request

from .problem_details import ProblemError


def require_body(request: Request) -> Any:
    """The body; an empty one is refused rather than read as an empty object."""
    if not has_body(request):
        raise ProblemError("malformed", "The body is empty.")
    return request.data


def refuse_body(request: Request) -> None:
    """For addresses that take none: what would be ignored is refused."""
    if has_body(request):
        raise ProblemError("bad_request", "This address takes no body.")


def has_body(request: Request) -> bool:
    """Whether the request brings a body; a length that is no number is none to DRF too."""
    return request.headers.get("Content-Length", "").strip("0").isdecimal()
