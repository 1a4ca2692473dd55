"""The pages that people look at, all on one page."""

from django.urls import path, re_path

from negotiations.models import COLLECTIONS

from .home import home_view
from .icon import favicon_view
from .negotiation import negotiation_view
from .pictures.svg import picture_view
from .records.record import record_view, reference_view
from .records.record_list import record_list_view
from .responses import cached_page, rate_limited
from .search import search_view

KIND = f"(?P<collection>{'|'.join(COLLECTIONS)})"
RECORD = f"{KIND}/(?P<slug>[a-z0-9-]+)"

urlpatterns = [
    path("", rate_limited(cached_page(home_view)), name="start"),
    path("favicon.ico", rate_limited(favicon_view)),
    path("search/", rate_limited(cached_page(search_view)), name="search"),
    path(
        "negotiations/<slug:slug>/", rate_limited(cached_page(negotiation_view)), name="negotiation"
    ),
    path(
        "negotiations/<slug:slug>/<slug:name>.svg",
        rate_limited(cached_page(picture_view)),
        name="picture",
    ),
    re_path(f"^{KIND}/$", rate_limited(cached_page(record_list_view)), name="collection"),
    re_path(f"^{RECORD}/$", rate_limited(cached_page(record_view)), name="record"),
    re_path(
        rf"^{RECORD}\.(?P<form>bib|json)$", rate_limited(cached_page(reference_view)), name="cited"
    ),
]
