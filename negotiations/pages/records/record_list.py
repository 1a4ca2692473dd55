"""All records of a kind, page by page: for those who look around."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from negotiations.models import COLLECTIONS
from negotiations.pages.published import get_published
from negotiations.pages.responses import render_page
from negotiations.rest.http.query_params import is_readable
from negotiations.rest.read.pagination import Ordering

from .links import build_link, get_nameable

MOST = 100


@require_safe
def record_list_view(request: HttpRequest, collection: str) -> HttpResponse:
    """The published records of a kind in their order, a hundred ``after`` one of them."""
    model, after = COLLECTIONS[collection], request.GET.get("after", "")
    ordering, found = Ordering.of_model(model), get_nameable(model)
    if after:
        named = (
            get_published(model).filter(slug=after)
            if is_readable(after)
            else get_published(model).none()
        )
        place = named.values_list(*ordering.columns).first()
        if place is None:
            raise Http404
        found = found.filter(ordering.beyond(place, backwards=False))
    rows = list(ordering.sort(found)[: MOST + 1])
    context = {
        "collection": collection,
        "links": [build_link(row) for row in rows[:MOST]],
        "after": after,
        "next": rows[MOST - 1].slug if len(rows) > MOST else "",
    }
    return render_page(request, "pages/collection.html", context)
