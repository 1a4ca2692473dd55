"""The start page: what is recorded, and the ways in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from negotiations.models import RECORDS, Negotiation


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The published negotiations, and how many records of each kind everybody may read."""
    context = {
        "negotiations": Negotiation.objects.published(),
        "counts": [(model.collection(), model.objects.published().count()) for model in RECORDS],
    }
    return render(request, "pages/start.html", context)
