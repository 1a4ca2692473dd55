"""The analysts' desk: Django's admin with its own door and its own name."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from negotiations.models import RECORDS
from tracker.login_throttle import LoginForm


class TrackerAdminSite(admin.AdminSite):
    site_header = "Negotiation Tracker"
    site_title = "Negotiation Tracker"
    login_form = LoginForm
    enable_nav_sidebar = True
    index_template = "admin/negotiations/index.html"

    def get_urls(self) -> list[Any]:
        """Django's, and the pages that belong to no single kind."""
        from negotiations.admin import urls  # noqa: PLC0415 - its records register at this site

        return [*urls.get_urls(self), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """What is one's own to do, above the lists."""
        from negotiations.admin.dashboard import HEADING, get_dashboard_context  # noqa: PLC0415 - as above

        extra = {"title": HEADING, **get_dashboard_context(request.user), **(extra_context or {})}
        return super().index(request, extra)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tracker's own kinds first, in the order in which they are coded."""
        order = {model.__name__: place for place, model in enumerate(RECORDS)}
        apps = super().get_app_list(request, app_label)
        for app in apps:
            for model in app["models"]:
                model["name"] = gettext(str(model["name"]))
            app["models"].sort(key=lambda model: order.get(model["object_name"], len(order)))
        return sorted(apps, key=lambda app: app["app_label"] != "negotiations")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, but what was typed outlives its session; no query has a NUL character."""
        from negotiations.admin.forms.session_recovery import needs_recovery, recover_form  # noqa: PLC0415

        inner = super().admin_view(view, cacheable)

        def checked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            for name, values in request.GET.lists():
                if "\0" in name or any("\0" in value for value in values):
                    raise BadRequest("The query contains a NUL character.")
            if needs_recovery(request):
                return recover_form(request, self, inner, *args, **options)
            return inner(request, *args, **options)

        return checked
