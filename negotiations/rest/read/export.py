"""The whole of a filtered list as one file, complete before it is sent."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations.history.visible_changes import ChangeFeed, FeedHead, get_feed_head
from negotiations.models import Role, get_role
from negotiations.rest.http.conditional import (
    build_body_etag,
    get_program_changed_at,
    respond_with_validators,
)
from negotiations.rest.http.content_negotiation import FORMAT, pop_format
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.query_params import QueryParams
from negotiations.rest.http.renderers import JSONRenderer, build_json_response
from negotiations.rest.http.throttling import get_client_id

from .as_of import AS_OF, supports_as_of, validate_as_of
from .costs import MAX_EXPORT_BYTES, require_affordable_export
from .exported_files import BUILD_SLOTS, EXPORTED_FILES, SharedFileReader
from .filtersets import filter_rows
from .pagination import Ordering, list_orderable_fields
from .projections import Body, Projection, Viewer
from .read_snapshot import open_read_snapshot
from .sparse_fields import SELECTION, parse_selection
from .table_renderers import LONGEST_CELL, MOST_ROWS, TABLE_RENDERERS, TableRenderer, XLSXRenderer

PARAMETERS = (FORMAT, AS_OF, "ordering", *SELECTION)
# Rows that are in memory at once, and keys that a follow-up query names.
ROWS_PER_CHUNK = 500
# Bytes of a file that a server without better means reads at once.
BLOCK_BYTES = 2**16


class ExportMixin(GenericViewSet):
    """What a viewset needs for tables: the page of a list as one, and ``export/``."""

    model: Any
    reader: Any
    filterset_class: Any
    instant: datetime | None

    def get_renderers(self) -> list[Any]:
        """What an address offers; the first is for those who accept anything."""
        tables = [kind() for kind in TABLE_RENDERERS]
        by_action: dict[Any, list[Any]] = {"export": tables, "list": [JSONRenderer(), *tables]}
        return by_action.get(getattr(self, "action", None)) or super().get_renderers()

    @action(detail=False)
    @supports_as_of
    def export(self, request: Request) -> HttpResponseBase:
        """All records that the filters leave, in one file: CSV, NDJSON or XLSX."""
        filters = self.filterset_class.base_filters
        query = QueryParams(request, [*PARAMETERS, *filters])
        validate_as_of(query)
        pop_format(query, TABLE_RENDERERS, filters)
        rows = filter_rows(self.get_queryset(), filters, query, request.user)
        rows = Ordering.read(query, self.model, list_orderable_fields(self.model)).sort(rows)
        shape = parse_selection(query, self.model)
        query.refuse()
        with ExitStack() as opened:
            open_read_snapshot(opened)
            # Of the state that the rows are read in: so it names these rows and no others.
            head, found = ChangeFeed(request.user).head(), list_search_matches(query, rows)
            response = self.announced(request, shape, head, found)
            if response.status_code == 304:
                return response
            client = get_client_id(request._request, request.auth)
            if request.method == "HEAD":
                with BUILD_SLOTS.take(client):
                    require_affordable_export(rows, shape, self.reader)
                return response
            build = partial(self.pieces, request, shape, rows, opened)
            return build_file_response(
                response, EXPORTED_FILES.open(response["ETag"], client, build, MAX_EXPORT_BYTES)
            )

    def announced(
        self, request: Request, shape: Projection, head: FeedHead, found: Sequence[int]
    ) -> Any:
        """The answer before anything of the file is made, which may be that there is no need."""
        table: Any = request.accepted_renderer
        answer: Any = StreamingHttpResponse(content_type=table.content_type)
        name = f"{self.model.resource_name}.{table.format}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Feed-Position"] = str(head.position)
        tag = build_export_etag(request, shape, head, found)
        return respond_with_validators(answer, request, tag, head.at)

    def pieces(
        self, request: Request, shape: Projection, rows: QuerySet[Any], opened: ExitStack
    ) -> Iterator[bytes]:
        """The file in pieces; refused when it costs too much or its format cannot hold it."""
        table: Any = request.accepted_renderer
        require_affordable_export(rows, shape, self.reader)
        if isinstance(table, XLSXRenderer):
            require_fitting_sheet(rows, shape)
        return render_table(table, shape, rows, self.reader, opened)


def list_search_matches(query: QueryParams, rows: QuerySet[Any]) -> Sequence[int]:
    """The keys of what a search finds: the index can be made anew without any change of records."""
    return tuple(rows.values_list("pk", flat=True)) if "q" in query else ()


def build_export_etag(
    request: Request, shape: Projection, head: FeedHead, found: Sequence[int]
) -> str:
    """The entity tag of a file that is yet to be made: all that decides what will be in it."""
    table: Any = request.accepted_renderer
    role = get_role(request.user)
    # A contributor's drafts may name drafts of others, which a filter can look at.
    position = get_feed_head().position if role == Role.CONTRIBUTOR else head.position
    reader = (request.user.pk, str(role))
    asked = (request.build_absolute_uri(), table.format, list_columns(shape))
    made_from = (*asked, *reader, position, found, get_program_changed_at())
    return build_body_etag(repr(made_from).encode())


def render_list_page(request: Request, shape: Projection, page: Body) -> HttpResponse:
    """A page in the format that was chosen: of a table the rows are the body, the rest headers."""
    table: Any = request.accepted_renderer
    if not isinstance(table, TableRenderer):
        return build_json_response(page)
    content = b"".join(table.write(list_columns(shape), [page["results"]]))
    response = HttpResponse(content, content_type=table.content_type)
    if "count" in page:
        response["Total-Count"] = str(page["count"])
    return response


def list_columns(shape: Projection) -> list[str]:
    """The names of what stands in a row."""
    return [*shape.members, *(["expand"] if shape.expansions else [])]


def render_table(
    table: TableRenderer, shape: Projection, rows: QuerySet[Any], reader: Viewer, opened: ExitStack
) -> Iterator[bytes]:
    """The file in pieces, some bodies at a time."""
    found = shape.pieces(rows, reader, ROWS_PER_CHUNK, opened)
    return table.write(list_columns(shape), ([row.body for row in piece] for piece in found))


def build_file_response(response: HttpResponseBase, file: SharedFileReader) -> FileResponse:
    """The response with its file."""
    headers = dict(response.items())
    sent = FileResponse(file, content_type=headers.pop("Content-Type"), headers=headers)
    sent.block_size = BLOCK_BYTES
    sent["Content-Length"] = str(file.size)
    return sent


def require_fitting_sheet(rows: QuerySet[Any], shape: Projection) -> None:
    """406 when a sheet cannot hold the rows: nothing is cut off unsaid."""
    advice = "Ask for csv or ndjson."
    if rows.count() >= MOST_ROWS:
        detail = f"A sheet holds {MOST_ROWS - 1} records. {advice}"
        raise ProblemError("not_acceptable", detail)
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
        raise ProblemError("not_acceptable", detail)
