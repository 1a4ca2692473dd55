"""The whole of a filtered list as one file, made while it is sent."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from .conditions import cacheable
from .feed import Feed
from .filters import FilterBackend
from .paging import Ordering, orderable
from .problems import Refusal
from .query import Query
from .selection import selected
from .shapes import Body, Shape
from .snapshot import snapshot
from .suggestions import nearest
from .tables import FORMATS, LONGEST_CELL, MOST_ROWS, XLSX, Table

PARAMETERS = ("format", "ordering", "fields", "omit")
# Rows that are in memory at once, and keys that a follow-up query names.
PIECE = 500


class FormatNegotiation(DefaultContentNegotiation):
    """``format=`` goes before ``Accept``; one that there is not is among the query's faults."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        asked = request.query_params.get("format", "").split(",")
        for table in renderers:
            if isinstance(table, Table) and table.format in asked:
                return table, table.media_type
        return super().select_renderer(request, renderers, format_suffix)


class Exports(GenericViewSet):
    """What a viewset needs for ``export/``."""

    content_negotiation_class = FormatNegotiation
    model: Any
    reader: Any
    filterset_class: Any

    def get_renderers(self) -> list[Any]:
        """Tables for exports, JSON for all else; the first is for those who accept anything."""
        if getattr(self, "action", None) == "export":
            return [kind() for kind in FORMATS]
        return super().get_renderers()

    @action(detail=False)
    def export(self, request: Request) -> StreamingHttpResponse:
        """All records that the filters leave, in one file: CSV, NDJSON or XLSX."""
        filters = self.filterset_class.base_filters
        query = Query(request, [*PARAMETERS, *filters])
        take_format(query, filters)
        rows = FilterBackend().narrowed(request, self.get_queryset(), self, query)
        rows = Ordering.read(query, self.model, orderable(self.model)).sort(rows)
        shape = selected(query, self.model)
        query.refuse()
        table: Any = request.accepted_renderer
        if isinstance(table, XLSX):
            require_sheet(rows, shape)
        # Asked before the rows: who follows from there may meet one twice and misses none.
        position = Feed(request.user).position()
        content = () if request.method == "HEAD" else begun(self.file(table, shape, rows))
        response: Any = StreamingHttpResponse(content, content_type=table.content_type)
        name = f"{self.model.collection()}.{table.format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Feed-Position"] = str(position)
        cacheable(response, request)
        return response

    def file(self, table: Table, shape: Shape, rows: QuerySet[Any]) -> Iterator[bytes]:
        """The file in pieces, all of one state of the database."""
        with snapshot():
            yield from table.write(shape.members, self.pieces(shape, rows))

    def pieces(self, shape: Shape, rows: QuerySet[Any]) -> Iterator[Sequence[Body]]:
        """The bodies, some at a time."""
        for found in shape.pieces(rows, self.reader, PIECE):
            yield [row.body for row in found]


def take_format(query: Query, filters: Collection[str]) -> None:
    """Take the file's format out of ``format=``; a kind may have a filter of the same name.

    Then both are said in one: ``format=direct,xlsx``.
    """
    known = [kind.format for kind in FORMATS]
    words = query.pop("format", "").split(",")
    asked = [word for word in words if word in known]
    rest = [word for word in words if word and word not in known]
    if len(asked) > 1:
        query.fault("format", "repeated", "A file has one format.")
    if rest and "format" in filters:
        query["format"] = ",".join(rest)
    elif rest:
        detail = f"There is no format {rest[0][:100]!r}."
        query.fault("format", "unknown_value", detail, nearest(rest[0], known))


def begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces; the first is made now, while an error can still be answered as one."""
    first = next(pieces, b"")

    def all_of_them() -> Iterator[bytes]:
        try:
            yield from chain([first], pieces)
        finally:
            pieces.close()  # type: ignore[attr-defined]

    return all_of_them()


def require_sheet(rows: QuerySet[Any], shape: Shape) -> None:
    """406 when a sheet cannot hold the rows: nothing is cut off unsaid."""
    advice = "Ask for csv or ndjson."
    if rows.count() >= MOST_ROWS:
        detail = f"A sheet holds {MOST_ROWS - 1} records. {advice}"
        raise Refusal("not_acceptable", detail)
    texts = [
        name
        for name in shape.columns
        if isinstance(shape.model._meta.get_field(name), models.TextField)
    ]
    # One place is for the apostrophe of a guarded text.
    lengths = {f"{name}_length": Length(name) for name in texts}
    too_long = Q(pk__in=[])
    for name in lengths:
        too_long |= Q(**{f"{name}__gte": LONGEST_CELL})
    slug = rows.alias(**lengths).filter(too_long).values_list("slug", flat=True).first()
    if slug is not None:
        detail = f"A cell holds {LONGEST_CELL} characters; {slug} has a longer text. {advice}"
        raise Refusal("not_acceptable", detail)
