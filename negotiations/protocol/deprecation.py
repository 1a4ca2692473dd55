"""Saying in time that something will go: ``Deprecation`` (RFC 9745) and ``Sunset`` (RFC 8594)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import http_date
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView


@dataclass(frozen=True)
class Deprecation:
    """Since when a thing should no longer be used, when it ends, and where one reads more."""

    since: datetime
    ends: datetime | None = None
    more: str = ""

    def mark(self, response: HttpResponse) -> None:
        """Say so in the headers of an answer; links that are there stay."""
        response["Deprecation"] = f"@{int(self.since.timestamp())}"
        if self.ends:
            response["Sunset"] = http_date(self.ends.timestamp())
        if self.more:
            links = [response.get("Link", ""), f'<{self.more}>; rel="deprecation"']
            response["Link"] = ", ".join(filter(None, links))


def deprecated(
    since: datetime, *, ends: datetime | None = None, more: str = ""
) -> Callable[[Any], Any]:
    """Mark a method of a view: its answers and the OpenAPI document say that it will go."""

    def mark(method: Any) -> Any:
        method = extend_schema(deprecated=True)(method)
        method.deprecation = Deprecation(since, ends, more)
        return method

    return mark


class Deprecable(APIView):
    """A view whose methods can be marked."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        method = getattr(self, (request.method or "").lower(), None)
        if marked := getattr(method, "deprecation", None):
            marked.mark(answer)
        return answer
