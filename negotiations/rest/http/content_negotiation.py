"""Which of its formats an address sends: ``format=`` goes before ``Accept``."""

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from negotiations.text.did_you_mean import suggest_similar

from .query_params import QueryParams

FORMAT = "format"
QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


class MediaRange(NamedTuple):
    """One of the ranges of a header ``Accept``: ``text/*;q=0.8``."""

    kind: str
    quality: float

    @classmethod
    def read(cls, token: str) -> "MediaRange":
        """From its text; a weight that is none counts as none given."""
        kind, *parameters = token.split(";")
        weights = filter(None, map(QUALITY.fullmatch, parameters))
        return cls(kind.strip().lower(), float(next((w[1] for w in weights), 1)))


class ContentNegotiation(DefaultContentNegotiation):
    """The best by the weights of ``Accept`` (RFC 9110, 12.5.1), of equals the first on offer."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        asked = ",".join(request.query_params.getlist(FORMAT)).split(",")
        for renderer in renderers:
            # One that there is not is among the query's faults.
            if renderer.format in asked:
                return renderer, renderer.media_type
        ranges = [MediaRange.read(token) for token in self.get_accept_list(request) or ["*/*"]]
        best = max(renderers, key=lambda renderer: get_quality(renderer.media_type, ranges))
        if not get_quality(best.media_type, ranges):
            raise NotAcceptable
        return best, best.media_type


def get_quality(media_type: str, ranges: Sequence[MediaRange]) -> float:
    """How welcome a type is: the weight of the narrowest range that it lies in; 0 for none."""
    for wanted in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        weights = [one.quality for one in ranges if one.kind == wanted]
        if weights:
            return max(weights)
    return 0


def pop_format(query: QueryParams, renderers: Collection[Any], filters: Collection[str]) -> None:
    """Take the format out of ``format=``; a kind may have a filter of the same name.

    Then both are said in one: ``format=direct,xlsx``.
    """
    known = [renderer.format for renderer in renderers]
    words = query.pop(FORMAT, "").split(",")
    asked = [word for word in words if word in known]
    rest = [word for word in words if word and word not in known]
    if len(asked) > 1:
        query.fault(FORMAT, "several_formats", "An answer has one format.")
    if rest and FORMAT in filters:
        query[FORMAT] = ",".join(rest)
    elif rest:
        detail = f"There is no format {rest[0][:100]!r}."
        query.fault(FORMAT, "unknown_value", detail, suggest_similar(rest[0], known))
