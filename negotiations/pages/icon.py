"""The icon, where browsers look for it unasked: on pages that name none, such as the desk's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def favicon_view(request: HttpRequest) -> HttpResponse:
    """To the file, whose name changes with its content."""
    return redirect(static("negotiations/icon.svg"))
