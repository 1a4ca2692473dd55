"""A collection and its records: the same verbs for every kind."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations.history.visible_changes import Feed
from negotiations.models import Record

from .http.conditional import body_tag, record_tag, shaped_tag, with_validators
from .http.content_negotiation import FORMAT, take_format
from .http.gone import Tombstones
from .http.parsers import BulkJSONParser, MergePatchParser, StrictJSONParser
from .http.query_params import Query, readable
from .http.renderers import json_response
from .http.response_cache import kept
from .http.views import ProtocolView, one
from .read.aggregates import Statistics
from .read.as_of import PARAMETER as AS_OF
from .read.as_of import as_parameter, at_an_instant, note_faults
from .read.costs import require_affordable_page
from .read.export import Exports, page_as_asked
from .read.filtersets import FilterBackend
from .read.pagination import PARAMETERS, Page
from .read.projections import MEMBERS, Reader, Shape
from .read.sparse_fields import PARAMETERS as SELECTION
from .read.sparse_fields import is_whole, selected, whole
from .representations.serializers import SERIALIZERS
from .write.mixins import Writes


class RecordViewSet(Writes, Exports, Statistics, Tombstones, ProtocolView, GenericViewSet):
    """List, create, read, replace, change and delete the records of one kind."""

    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    parser_classes = (StrictJSONParser,)
    filter_backends = (FilterBackend,)
    pagination_class = None
    queryset: Any
    serializer_class: Any
    filterset_class: Any

    def __init_subclass__(cls, **options: Any) -> None:
        """Note the kind's body: expansions and batches need that of every kind."""
        super().__init_subclass__(**options)
        MEMBERS[cls.queryset.model] = tuple(cls.serializer_class.Meta.fields)
        SERIALIZERS[cls.queryset.model] = cls.serializer_class

    @property
    def model(self) -> type[Record]:
        """The kind."""
        model: type[Record] = self.queryset.model
        return model

    @property
    def shape(self) -> Shape:
        """The plain body."""
        return whole(self.model)

    @property
    def reader(self) -> Reader:
        """Who asks, and from where."""
        root = self.request.build_absolute_uri("/").rstrip("/")
        return Reader(self.request.user, root, as_parameter(self.instant))

    def get_parsers(self) -> list[Any]:
        is_patch = self.request is not None and self.request.method == "PATCH"
        is_post = self.request is not None and self.request.method == "POST"
        plain = BulkJSONParser() if is_post else StrictJSONParser()
        return [plain, *([MergePatchParser()] if is_patch else [])]

    def get_queryset(self) -> Any:
        return self.model.objects.visible_to(self.request.user)

    def named(self) -> Any:
        """The one row that the address names, if the caller may see it; filters are for lists."""
        slug, rows = self.kwargs["slug"], self.get_queryset()
        return rows.filter(slug=slug) if readable(slug) else rows.none()

    def get_object(self) -> Any:
        return get_object_or_404(self.named())

    # Reading

    @kept
    @at_an_instant
    def list(self, request: Request) -> HttpResponse:
        """The records that the filters leave, page by page."""
        filters = self.filterset_class.base_filters
        query = Query(request, [*PARAMETERS, *SELECTION, AS_OF, FORMAT, *filters])
        note_faults(query)
        take_format(query, self.get_renderers(), filters)
        rows = FilterBackend().narrowed(request, self.get_queryset(), self, query)
        page = Page(request, query, self.model, selected(query, self.model))
        query.refuse()
        require_affordable_page(page.rows(rows), page.shape, self.reader, page.limit)
        # Asked before the rows: who follows from there may meet one twice and misses none.
        feed = Feed(request.user)
        head = feed.head()
        position = page.begin(feed, head.position)
        body = page.read(rows, self.reader)
        if page.counted:
            body = {"count": rows.count(), **body}
        response = page_as_asked(request, page.shape, body)
        if links := page.links():
            response["Link"] = links
        response["Feed-Position"] = str(position)
        return with_validators(response, request, body_tag(response.content), head.at)

    @kept
    @at_an_instant
    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        """One record."""
        query = Query(request, (*SELECTION, AS_OF))
        note_faults(query)
        shape = selected(query, self.model)
        if shape.expansions:
            require_affordable_page(self.named(), shape, self.reader, 1)
        row = one(shape.read(self.named(), self.reader, ("version", "updated_at")))
        query.refuse()
        response = json_response(row.body)
        version = row.extra["version"]
        tag = record_tag(version) if is_whole(query) else shaped_tag(version, response.content)
        return with_validators(response, request, tag, row.extra["updated_at"])
