"""JSON out."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


class JSONRenderer(BaseRenderer):
    """UTF-8 without a byte order mark; instants in UTC with a Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else dump_json(data)


def dump_json(data: Any) -> bytes:
    """A body; raises ``TypeError`` on what has no form in JSON, never guesses one."""
    return orjson.dumps(data, option=orjson.OPT_UTC_Z)


def build_json_response(body: Any, status: int = 200) -> HttpResponse:
    """A body as bytes, so that its validator can be made from them."""
    return HttpResponse(dump_json(body), status=status, content_type="application/json")
