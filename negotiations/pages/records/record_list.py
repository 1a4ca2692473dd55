"""All records of a kind, page by page: for those who look around."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.models import COLLECTIONS
from negotiations.pages.published import published
from negotiations.pages.responses import page
from negotiations.rest.http.query_params import readable
from negotiations.rest.read.pagination import Ordering

from .links import link, nameable

MOST = 100


@require_safe
def collection(request: HttpRequest, collection: str) -> HttpResponse:
    """The published records of a kind in their order, a hundred ``after`` one of them."""
    model, after = COLLECTIONS[collection], request.GET.get("after", "")
    ordering, found = Ordering.of_model(model), nameable(model)
    if after:
        named = published(model).filter(slug=after) if readable(after) else published(model).none()
        place = named.values_list(*ordering.columns).first()
        if place is None:
            raise Http404
        found = found.filter(ordering.beyond(place, backwards=False))
    rows = list(ordering.sort(found)[: MOST + 1])
    context = {
        "collection": collection,
        "links": [link(row) for row in rows[:MOST]],
        "after": after,
        "next": rows[MOST - 1].slug if len(rows) > MOST else "",
    }
    return page(request, "pages/collection.html", context)
