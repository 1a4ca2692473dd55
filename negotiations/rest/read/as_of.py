"""``as_of=<instant>``: the same answer as the same request gave then."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from negotiations.dates.rfc3339 import parse_instant
from negotiations.history.as_of import query_as_of
from negotiations.rest.http.query_params import QueryParams

AS_OF = "as_of"
SCHEMA = {"type": "string", "format": "date-time"}
ABOUT = "Answer as the same request was answered at this instant."


def supports_as_of(read: Callable[..., Any]) -> Callable[..., Any]:
    """A reading method of a view, which answers from the past when it is asked to."""

    @wraps(read)
    def answered(view: Any, request: Request, *args: Any, **options: Any) -> Any:
        view.instant = parse_instant_param(request.query_params.get(AS_OF, ""))
        with query_as_of(view.instant):
            return read(view, request, *args, **options)

    return answered


def parse_instant_param(text: str) -> datetime | None:
    """Return the instant that a parameter names, whose plus may have become a space."""
    return parse_instant(text.replace(" ", "+"))


def format_instant(instant: datetime | None) -> str:
    """The instant as links name it."""
    return instant.isoformat().replace("+00:00", "Z") if instant else ""


def validate_as_of(query: QueryParams) -> None:
    """Note what is wrong with the instant that a query names."""
    if AS_OF not in query:
        return
    instant = parse_instant_param(query[AS_OF])
    if instant is None:
        detail = "Write an instant with its zone, for example 2025-07-20T00:00:00Z."
        query.fault(AS_OF, "invalid_instant", detail)
    elif instant > timezone.now():
        query.fault(AS_OF, "in_the_future", "This is not known yet.")
