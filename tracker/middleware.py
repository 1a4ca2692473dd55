"""What every answer carries: the id of its request, and what a browser may do with it."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from tracker.logs import request_id

Answer = Callable[[HttpRequest], HttpResponseBase]
logger = logging.getLogger("tracker.requests")

# Nothing in an answer of the API is a page.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=()"


class DeskLanguageMiddleware(LocaleMiddleware):
    """The analysts' desk in their browser's language; what machines read stays as it is."""

    def process_request(self, request: HttpRequest) -> None:
        if is_desk(request):
            super().process_request(request)
        else:
            translation.activate(settings.LANGUAGE_CODE)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return super().process_response(request, response) if is_desk(request) else response


def is_desk(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")


class RequestIdMiddleware:
    """Takes the client's ``X-Request-ID`` when it is a plain word, else makes one, and logs it."""

    ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        name = sent if self.ACCEPTED.fullmatch(sent) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]
        token = request_id.set(name)
        started = time.monotonic()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = name
            self.log(request, response, time.monotonic() - started)
            return response
        finally:
            request_id.reset(token)

    def log(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        fields = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
        }
        logger.info("answered", extra={"fields": fields})


class ContentPolicyMiddleware:
    """A view that needs another policy sets the header itself."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy(request.path))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    def policy(self, path: str) -> str:
        is_data = f"{path}/".startswith("/api/") and not path.startswith("/api/docs")
        return API_POLICY if is_data else PAGE_POLICY
