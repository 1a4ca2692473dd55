"""The pages that people look at, all on one page."""

from django.urls import path, re_path

from negotiations.models import COLLECTIONS

from .home import start
from .icon import icon
from .negotiation import negotiation
from .pictures.svg import picture
from .records.record import cited, record
from .records.record_list import collection
from .responses import counted, kept
from .search import search

KIND = f"(?P<collection>{'|'.join(COLLECTIONS)})"
RECORD = f"{KIND}/(?P<slug>[a-z0-9-]+)"

urlpatterns = [
    path("", counted(kept(start)), name="start"),
    path("favicon.ico", counted(icon)),
    path("search/", counted(kept(search)), name="search"),
    path("negotiations/<slug:slug>/", counted(kept(negotiation)), name="negotiation"),
    path("negotiations/<slug:slug>/<slug:name>.svg", counted(kept(picture)), name="picture"),
    re_path(f"^{KIND}/$", counted(kept(collection)), name="collection"),
    re_path(f"^{RECORD}/$", counted(kept(record)), name="record"),
    re_path(rf"^{RECORD}\.(?P<form>bib|json)$", counted(kept(cited)), name="cited"),
]
