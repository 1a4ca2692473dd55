"""The analysts' desk: Django's admin with its own door and its own name."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from tracker.login import LoginForm


class TrackerAdminSite(admin.AdminSite):
    site_header = "Negotiation Tracker"
    site_title = "Negotiation Tracker"
    index_title = "What analysts code"
    login_form = LoginForm
    enable_nav_sidebar = True

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """As Django's, and a query with a character that no database stores is refused."""
        inner = super().admin_view(view, cacheable)

        def checked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            for name, values in request.GET.lists():
                if "\0" in name or any("\0" in value for value in values):
                    raise BadRequest("The query contains a NUL character.")
            return inner(request, *args, **options)

        return checked
