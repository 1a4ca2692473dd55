"""Forms survive a log-in: what was typed is carried through it, and past a stale CSRF token.

A form that is sent after its session ended is answered with a log-in page that holds all that was
sent. After the log-in it is shown for confirmation, and sent again only by the user who filled it
in: nobody runs a form of somebody else.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.contrib.auth import login
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from negotiations.rest.http import exception_handler

from .form_author import AUTHOR_FIELD, get_form_author, is_form_of_another

# The boxes of the login stand beside those of any form, users' names and passwords included.
PREFIX = "login"
# Names of boxes that mean nothing to a reader.
TECHNICAL = re.compile(r"_.*|(.*-)?(read_version|seen_version|form_key|id|[A-Z]+_FORMS)")


def needs_recovery(request: Any) -> bool:
    """Whether a form was sent after its session had ended, or by another than its author."""
    if request.method != "POST" or request.path in {
        reverse("admin:login"),
        reverse("admin:logout"),
    }:
        return False
    return bool(request.user.is_anonymous or is_form_of_another(request))


def shows_carried_form(view: Any) -> Any:
    """Mark a view that itself shows a carried form for confirmation, and saves nothing of it."""
    view.shows_carried_form = True
    return view


def was_resumed(request: Any) -> bool:
    """Whether the form came through a login: its author looks at it before it is saved."""
    return getattr(request, "resumed", False)


@never_cache
def recover_form(request: Any, site: Any, view: Any, *args: Any, **options: Any) -> Any:
    """Log the author of the form in, then show what was sent for confirmation."""
    data = request.POST if f"{PREFIX}-username" in request.POST else None
    form = build_login_form(site, request, data)
    if data is not None and form.is_valid():
        author = get_form_author(request)
        if author is None or author == form.get_user():
            login(request, form.get_user())
            if getattr(view, "shows_carried_form", False):
                request.resumed = True
                return view(request, *args, **options)
            return render_recovery_page(site, request, None)
        form.add_error(None, _("Somebody else filled in this form. Log in as that user."))
    return render_recovery_page(site, request, form)


def build_login_form(site: Any, request: Any, data: Any = None) -> Any:
    """The usual one under other names; its boxes are found, and look, as they usually do."""
    form = site.login_form(request, data=data, prefix=PREFIX)
    for name, field in form.fields.items():
        field.widget.attrs["id"] = f"id_{name}"
    return form


def render_recovery_page(site: Any, request: Any, form: Any, status: int = 200) -> Any:
    """All that was sent but passwords, to be sent again; with a login where one is needed."""
    author = get_form_author(request)
    sent = list_sent_fields(request)
    context = {
        **site.each_context(request),
        "title": _("Log in") if form else _("Send it again"),
        "author": author.get_username() if author else "",
        "app_path": request.get_full_path(),
        "form": form,
        "sent": [(name, value) for name, value in sent if form or name != AUTHOR_FIELD],
        "shown": [
            (pretty_name(name), value)
            for name, value in sent
            if value.strip() and name != AUTHOR_FIELD and not TECHNICAL.fullmatch(name)
        ],
    }
    return TemplateResponse(request, "admin/negotiations/resume.html", context, status=status)


def list_sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
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
        return exception_handler.csrf_failure(request, reason)
    site: Any = admin.site
    is_author = request.user.is_authenticated and not is_form_of_another(request)
    form = None if is_author else build_login_form(site, request)
    answer: HttpResponse = render_recovery_page(site, request, form, status=403).render()
    return answer
