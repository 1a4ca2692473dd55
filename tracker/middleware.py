"""What every answer carries: the id of its request, and what a browser may do with it."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import translation

from negotiations.request_context import is_admin_request, request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
logger = logging.getLogger("tracker.requests")

# Nothing in an answer of the API is a page.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
MAX_FORM_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
# A file of the desk, with its form.
MAX_UPLOAD_BYTES = 11 * 1024 * 1024
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=()"


class HTTPSMiddleware:
    """Refuses to write by plain HTTP, where Django's middleware would redirect.

    After a redirect, clients repeat a POST as GET or leave its body out, and keep sending their
    token in clear.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.security = SecurityMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reads = request.method in {"GET", "HEAD", "OPTIONS"}
        if reads or self.security.process_request(request) is None:
            return self.get_response(request)
        from negotiations.rest.http.exception_handler import render_page_or_problem  # noqa: PLC0415 - needs the apps

        detail = "By plain HTTP you can only read, after a redirect to HTTPS. Nothing was written."
        response = render_page_or_problem(request, "https_required", detail)
        return self.security.process_response(request, response)


class AdminLanguageMiddleware(LocaleMiddleware):
    """The analysts' desk in their browser's language; what machines read stays as it is."""

    def process_request(self, request: HttpRequest) -> None:
        if is_admin_request(request):
            super().process_request(request)
        else:
            translation.activate(settings.LANGUAGE_CODE)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return (
            super().process_response(request, response) if is_admin_request(request) else response
        )


class UploadLimitMiddleware:
    """Refuses what is too large, or of nobody, before a byte of it is read.

    Only files that come with a form are written to disk as they arrive, and only those longer than
    what a form may be without them; shorter bodies stay in memory.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, options: Any
    ) -> HttpResponseBase | None:
        from negotiations.rest.http.exception_handler import render_page_or_problem  # noqa: PLC0415 - needs the apps

        # Views without forms are exempt: the API reads and refuses bodies itself.
        is_form = request.method == "POST" and request.content_type == "multipart/form-data"
        length = request.headers.get("Content-Length", "")
        # Python refuses to read numbers of thousands of digits.
        size = int(length.lstrip("0")[:20] or 0) if length.isdecimal() else 0
        if getattr(view, "csrf_exempt", False) or not is_form or size <= MAX_FORM_BYTES:
            return None
        if size > MAX_UPLOAD_BYTES or not is_admin_request(request):
            return render_page_or_problem(request, "too_large", "The body is over the limit.")
        if not request.user.is_authenticated:
            detail = "Your session has ended, or you are not logged in. The file was not read."
            advice = "Log in, then choose the file again."
            return render_page_or_problem(request, "forbidden", detail, advice)
        return None


class RequestIdMiddleware:
    """Takes the client's ``X-Request-ID`` when it is a plain word, else makes one, and logs it."""

    ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)

    def __init__(self, get_response: GetResponse) -> None:
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


class ContentSecurityPolicyMiddleware:
    """A view that needs another policy sets the header itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy(request.path))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    def policy(self, path: str) -> str:
        is_data = f"{path}/".startswith("/api/") and not path.startswith("/api/docs")
        return API_POLICY if is_data else PAGE_POLICY
