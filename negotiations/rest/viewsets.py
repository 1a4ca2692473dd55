"""A collection and its records: the same verbs for every kind."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import Record

from .http.conditional import (
    build_body_etag,
    build_record_etag,
    build_representation_etag,
    respond_with_validators,
)
from .http.content_negotiation import FORMAT, pop_format
from .http.gone import GoneMixin
from .http.parsers import BulkJSONParser, MergePatchParser, StrictJSONParser
from .http.query_params import QueryParams, is_readable
from .http.renderers import build_json_response
from .http.response_cache import cache_response
from .http.views import APIBaseView, get_first_or_404
from .read.aggregates import StatsMixin
from .read.as_of import AS_OF, format_instant, supports_as_of, validate_as_of
from .read.costs import require_affordable_page
from .read.export import ExportMixin, render_list_page
from .read.filtersets import filter_rows
from .read.pagination import PAGE_PARAMETERS, KeysetPage
from .read.projections import BODY_FIELDS, Projection, Viewer
from .read.sparse_fields import (
    SELECTION,
    get_default_projection,
    is_default_selection,
    parse_selection,
)
from .representations.serializers import SERIALIZERS
from .write.mixins import WriteMixin


class RecordViewSet(WriteMixin, ExportMixin, StatsMixin, GoneMixin, APIBaseView, GenericViewSet):
    """List, create, read, replace, change and delete the records of one kind."""

    permission_classes = (AllowAny,)
    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    parser_classes = (StrictJSONParser,)
    pagination_class = None
    queryset: Any
    serializer_class: Any
    filterset_class: Any

    @property
    def model(self) -> type[Record]:
        """The kind."""
        model: type[Record] = self.queryset.model
        return model

    @property
    def shape(self) -> Projection:
        """The plain body."""
        return get_default_projection(self.model)

    @property
    def reader(self) -> Viewer:
        """Who asks, and from where."""
        root = self.request.build_absolute_uri("/").rstrip("/")
        return Viewer(self.request.user, root, format_instant(self.instant))

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
        return rows.filter(slug=slug) if is_readable(slug) else rows.none()

    def get_object(self) -> Any:
        return get_object_or_404(self.named())

    # Reading

    @cache_response
    @supports_as_of
    def list(self, request: Request) -> HttpResponse:
        """The records that the filters leave, page by page."""
        filters = self.filterset_class.base_filters
        query = QueryParams(request, [*PAGE_PARAMETERS, *SELECTION, AS_OF, FORMAT, *filters])
        validate_as_of(query)
        pop_format(query, self.get_renderers(), filters)
        rows = filter_rows(self.get_queryset(), filters, query, request.user)
        page = KeysetPage(request, query, self.model, parse_selection(query, self.model))
        query.refuse()
        require_affordable_page(page.rows(rows), page.shape, self.reader, page.limit)
        # Asked before the rows: who follows from there may meet one twice and misses none.
        feed = ChangeFeed(request.user)
        head = feed.head()
        position = page.begin(feed, head.position)
        body = page.read(rows, self.reader)
        if page.counted:
            body = {"count": rows.count(), **body}
        response = render_list_page(request, page.shape, body)
        if links := page.links():
            response["Link"] = links
        response["Feed-Position"] = str(position)
        return respond_with_validators(
            response, request, build_body_etag(response.content), head.at
        )

    @cache_response
    @supports_as_of
    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        """One record."""
        query = QueryParams(request, (*SELECTION, AS_OF))
        validate_as_of(query)
        shape = parse_selection(query, self.model)
        if shape.expansions:
            require_affordable_page(self.named(), shape, self.reader, 1)
        row = get_first_or_404(shape.read(self.named(), self.reader, ("version", "updated_at")))
        query.refuse()
        response = build_json_response(row.body)
        version = row.extra["version"]
        tag = (
            build_record_etag(version)
            if is_default_selection(query)
            else build_representation_etag(version, response.content)
        )
        return respond_with_validators(response, request, tag, row.extra["updated_at"])


def register_serializers(viewsets: Iterable[type[RecordViewSet]]) -> None:
    """Register each model's serializer and body fields: expansions and batches need all of them."""
    for viewset in viewsets:
        model, serializer = viewset.queryset.model, viewset.serializer_class
        SERIALIZERS[model], BODY_FIELDS[model] = serializer, tuple(serializer.Meta.fields)
