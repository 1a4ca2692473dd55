"""The body of a request, as every address that takes one reads it."""

from typing import Any

from rest_framework.request import Request

from .patches import has_body
from .problems import Refusal


def body_of(request: Request) -> Any:
    """The body; an empty one is refused rather than read as an empty object."""
    if not has_body(request):
        raise Refusal("malformed", "The body is empty.")
    return request.data


def refuse_body(request: Request) -> None:
    """For addresses that take none: what would be ignored is refused."""
    if has_body(request):
        raise Refusal("bad_request", "This address takes no body.")
