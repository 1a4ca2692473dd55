"""What was typed is not lost at the door: it is carried through a login, and past a stale token.

Whoever sends a form after their session ended is asked for the password on a page that holds all
that was sent, and goes on with it. Whoever logged in anew in another tab sends it once more.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from negotiations.protocol import errors

# The boxes of the login stand beside those of any form, users' names and passwords included.
PREFIX = "login"


def carries_over(request: Any) -> bool:
    """Whether a form was sent by somebody whose session has ended."""
    is_form = request.method == "POST" and request.user.is_anonymous
    return is_form and request.path not in {reverse("admin:login"), reverse("admin:logout")}


def was_resumed(request: Any) -> bool:
    """Whether the form came through a login: its author looks at it before it is saved."""
    return getattr(request, "resumed", False)


@never_cache
def logged_in_again(request: Any, site: Any, view: Any, *args: Any, **options: Any) -> Any:
    """The view's own answer to what was sent, once the password is right."""
    data = request.POST if f"{PREFIX}-username" in request.POST else None
    form = login_form(site, request, data)
    if data is not None and form.is_valid():
        login(request, form.get_user())
        request.resumed = True
        return view(request, *args, **options)
    return page(site, request, form)


def login_form(site: Any, request: Any, data: Any = None) -> Any:
    """The usual one under other names; its boxes are found, and look, as they usually do."""
    form = site.login_form(request, data=data, prefix=PREFIX)
    for name, field in form.fields.items():
        field.widget.attrs["id"] = f"id_{name}"
    return form


def page(site: Any, request: Any, form: Any, status: int = 200) -> Any:
    """All that was sent but passwords, to be sent again; with a login where one is needed."""
    context = {
        **site.each_context(request),
        "title": _("Log in") if form else _("Send it again"),
        "app_path": request.get_full_path(),
        "form": form,
        "sent": sent_fields(request),
    }
    return TemplateResponse(request, "admin/negotiations/resume.html", context, status=status)


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """List the fields that a form sent, to be sent again; passwords and tokens are left out."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name and name != "login-username"
    ]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: a form of the desk's own pages is only stale, and kept."""
    origin = request.build_absolute_uri("/").removesuffix("/")
    is_ours = request.headers.get("Origin") == origin
    wants_page = "text/html" in request.headers.get("Accept", "")
    if not (is_ours and wants_page and request.path.startswith(reverse("admin:index"))):
        return errors.csrf_failure(request, reason)
    site: Any = admin.site
    form = None if request.user.is_authenticated else login_form(site, request)
    answer: HttpResponse = page(site, request, form, status=403).render()
    return answer
