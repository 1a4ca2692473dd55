"""A database that cannot answer loses nothing that was typed: the page offers to send it again."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from negotiations.request_context import is_admin_request
from negotiations.rest.http import exception_handler

from .forms.session_recovery import list_sent_fields


class UnavailableMiddleware:
    """Answer 503 wherever a view or its template finds the database busy, away or read-only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        if not exception_handler.is_unavailable(exception):
            return None
        if is_admin_request(request) and exception_handler.accepts_html(request):
            exception_handler.log_unavailable(exception)
            return render_retry_page(request)
        return exception_handler.respond_unavailable(request, exception)


def render_retry_page(request: HttpRequest) -> HttpResponse:
    """Render what was sent as a form to be sent again; this asks the database nothing."""
    site: Any = admin.site
    # A password is not written into a page, and a browser fills in no file.
    is_complete = not request.FILES and not any("password" in name for name in request.POST)
    context = {
        # Those of the request are read from the database.
        "user": AnonymousUser(),
        "messages": [],
        "site_title": site.site_title,
        "site_header": site.site_header,
        "title": _("The database is busy"),
        "app_path": request.get_full_path(),
        "sent": list_sent_fields(request) if is_complete else [],
        "has_file": bool(request.FILES),
    }
    headers = {"Retry-After": exception_handler.RETRY_AFTER_SECONDS, "Cache-Control": "no-store"}
    template = "admin/negotiations/unavailable.html"
    return TemplateResponse(request, template, context, status=503, headers=headers).render()
