"""What stands where a record stood: the way to what it was merged into, or when and why it went."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from negotiations.models import Record
from negotiations.pages.formatting import format_day, get_singular_name
from negotiations.pages.responses import render_page
from negotiations.rest.http.gone import find_departure, find_redirect_slug
from negotiations.rest.http.problem_details import PROBLEMS

from .links import get_record_url


def respond_to_missing(request: HttpRequest, model: type[Record], slug: str) -> HttpResponse:
    """The answer for a record that is not there: led on, gone, or not found.

    By whom it was deleted is told to those who work on the record alone, by the API.
    """
    reader, collection = AnonymousUser(), model.resource_name
    target = find_redirect_slug(model, slug, reader)
    if target is not None:
        return HttpResponsePermanentRedirect(get_record_url(collection, target))
    departure = find_departure(model, slug, reader)
    if departure is None:
        raise Http404
    is_deleted = departure.history_type == "-"
    what = "deleted" if is_deleted else "withdrawn"
    day = format_day(departure.history_date)
    context = {
        "title": PROBLEMS["gone"][1],
        "detail": f"This {get_singular_name(collection)} was {what} on {day}.",
        # The reason of a withdrawal is a matter of those who work on the record.
        "reason": (departure.history_change_reason or "") if is_deleted else "",
        "advice": "Its address is never given to another record.",
    }
    return render_page(request, "problem.html", context, status=410)
