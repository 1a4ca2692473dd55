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

from negotiations.history.visible_changes import Feed, Head, newest
from negotiations.models import Role, role_of
from negotiations.rest.http.conditional import body_tag, program_changed_at, with_validators
from negotiations.rest.http.content_negotiation import FORMAT, take_format
from negotiations.rest.http.problem_details import Refusal
from negotiations.rest.http.query_params import Query
from negotiations.rest.http.renderers import JSONRenderer, json_response
from negotiations.rest.http.throttling import client_of

from .as_of import PARAMETER as AS_OF
from .as_of import at_an_instant, note_faults
from .costs import EXPORT_BYTES, require_affordable_export
from .exported_files import BUILDING, FILES, SentFile
from .filtersets import FilterBackend
from .pagination import Ordering, orderable
from .projections import Body, Reader, Shape
from .read_snapshot import snapshot
from .sparse_fields import PARAMETERS as SELECTION
from .sparse_fields import selected
from .table_renderers import FORMATS, LONGEST_CELL, MOST_ROWS, XLSX, Table

PARAMETERS = (FORMAT, AS_OF, "ordering", *SELECTION)
# Rows that are in memory at once, and keys that a follow-up query names.
PIECE = 500
# Bytes of a file that a server without better means reads at once.
BLOCK = 2**16


class Exports(GenericViewSet):
    """What a viewset needs for tables: the page of a list as one, and ``export/``."""

    model: Any
    reader: Any
    filterset_class: Any
    instant: datetime | None

    def get_renderers(self) -> list[Any]:
        """What an address offers; the first is for those who accept anything."""
        tables = [kind() for kind in FORMATS]
        by_action: dict[Any, list[Any]] = {"export": tables, "list": [JSONRenderer(), *tables]}
        return by_action.get(getattr(self, "action", None)) or super().get_renderers()

    @action(detail=False)
    @at_an_instant
    def export(self, request: Request) -> HttpResponseBase:
        """All records that the filters leave, in one file: CSV, NDJSON or XLSX."""
        filters = self.filterset_class.base_filters
        query = Query(request, [*PARAMETERS, *filters])
        note_faults(query)
        take_format(query, FORMATS, filters)
        rows = FilterBackend().narrowed(request, self.get_queryset(), self, query)
        rows = Ordering.read(query, self.model, orderable(self.model)).sort(rows)
        shape = selected(query, self.model)
        query.refuse()
        with ExitStack() as opened:
            snapshot(opened)
            # Of the state that the rows are read in: so it names these rows and no others.
            head, found = Feed(request.user).head(), found_by_words(query, rows)
            response = self.announced(request, shape, head, found)
            if response.status_code == 304:
                return response
            client = client_of(request._request, request.auth)
            if request.method == "HEAD":
                with BUILDING.take(client):
                    require_affordable_export(rows, shape, self.reader)
                return response
            build = partial(self.pieces, request, shape, rows, opened)
            return complete(response, FILES.open(response["ETag"], client, build, EXPORT_BYTES))

    def announced(self, request: Request, shape: Shape, head: Head, found: Sequence[int]) -> Any:
        """The answer before anything of the file is made, which may be that there is no need."""
        table: Any = request.accepted_renderer
        answer: Any = StreamingHttpResponse(content_type=table.content_type)
        name = f"{self.model.collection()}.{table.format}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Feed-Position"] = str(head.position)
        tag = state_tag(request, shape, head, found)
        return with_validators(answer, request, tag, head.at)

    def pieces(
        self, request: Request, shape: Shape, rows: QuerySet[Any], opened: ExitStack
    ) -> Iterator[bytes]:
        """The file in pieces; refused when it costs too much or its format cannot hold it."""
        table: Any = request.accepted_renderer
        require_affordable_export(rows, shape, self.reader)
        if isinstance(table, XLSX):
            require_sheet(rows, shape)
        return file(table, shape, rows, self.reader, opened)


def found_by_words(query: Query, rows: QuerySet[Any]) -> Sequence[int]:
    """The keys of what a search finds: the index can be made anew without any change of records."""
    return tuple(rows.values_list("pk", flat=True)) if "q" in query else ()


def state_tag(request: Request, shape: Shape, head: Head, found: Sequence[int]) -> str:
    """The entity tag of a file that is yet to be made: all that decides what will be in it."""
    table: Any = request.accepted_renderer
    role = role_of(request.user)
    # A contributor's drafts may name drafts of others, which a filter can look at.
    position = newest().position if role == Role.CONTRIBUTOR else head.position
    reader = (request.user.pk, str(role))
    asked = (request.build_absolute_uri(), table.format, columns(shape))
    made_from = (*asked, *reader, position, found, program_changed_at())
    return body_tag(repr(made_from).encode())


def page_as_asked(request: Request, shape: Shape, page: Body) -> HttpResponse:
    """A page in the format that was chosen: of a table the rows are the body, the rest headers."""
    table: Any = request.accepted_renderer
    if not isinstance(table, Table):
        return json_response(page)
    content = b"".join(table.write(columns(shape), [page["results"]]))
    response = HttpResponse(content, content_type=table.content_type)
    if "count" in page:
        response["Total-Count"] = str(page["count"])
    return response


def columns(shape: Shape) -> list[str]:
    """The names of what stands in a row."""
    return [*shape.members, *(["expand"] if shape.expansions else [])]


def file(
    table: Table, shape: Shape, rows: QuerySet[Any], reader: Reader, opened: ExitStack
) -> Iterator[bytes]:
    """The file in pieces, some bodies at a time."""
    found = shape.pieces(rows, reader, PIECE, opened)
    return table.write(columns(shape), ([row.body for row in piece] for piece in found))


def complete(response: HttpResponseBase, file: SentFile) -> FileResponse:
    """The response with its file."""
    headers = dict(response.items())
    sent = FileResponse(file, content_type=headers.pop("Content-Type"), headers=headers)
    sent.block_size = BLOCK
    sent["Content-Length"] = str(file.size)
    return sent


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
