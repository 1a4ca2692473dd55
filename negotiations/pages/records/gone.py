"""What stands where a record stood: the way to what it was merged into, or when and why it went."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from negotiations.models import Record
from negotiations.pages.formatting import day_words, kind_name
from negotiations.pages.responses import page
from negotiations.rest.http.gone import moved_to, tombstone
from negotiations.rest.http.problem_details import PROBLEMS

from .links import address


def missing(request: HttpRequest, model: type[Record], slug: str) -> HttpResponse:
    """The answer for a record that is not there: led on, gone, or not found.

    By whom it was deleted is told to those who work on the record alone, by the API.
    """
    reader, collection = AnonymousUser(), model.collection()
    target = moved_to(model, slug, reader)
    if target is not None:
        return HttpResponsePermanentRedirect(address(collection, target))
    deletion = tombstone(model, slug, reader)
    if deletion is None:
        raise Http404
    day = day_words(deletion.history_date)
    context = {
        "title": PROBLEMS["gone"][1],
        "detail": f"This {kind_name(collection)} was deleted on {day}.",
        "reason": deletion.history_change_reason or "",
        "advice": "Its address is never given to another record.",
    }
    return page(request, "problem.html", context, status=410)
