"""The whole of a filtered list as one file, made while it is sent."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations.models import Role, role_of

from .conditions import body_tag, program_changed_at, with_validators
from .feed import Feed, Head, newest
from .filters import FilterBackend
from .instants import PARAMETER as AS_OF
from .instants import at_an_instant, made_at, note_faults
from .negotiation import FORMAT, take_format
from .paging import Ordering, orderable
from .problems import Refusal
from .query import Query
from .renderers import JSONRenderer, json_response
from .selection import PARAMETERS as SELECTION
from .selection import selected
from .shapes import Body, Reader, Shape
from .snapshot import snapshot
from .tables import FORMATS, LONGEST_CELL, MOST_ROWS, XLSX, Table

PARAMETERS = (FORMAT, AS_OF, "ordering", *SELECTION)
# Rows that are in memory at once, and keys that a follow-up query names.
PIECE = 500


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
    def export(self, request: Request) -> HttpResponse:
        """All records that the filters leave, in one file: CSV, NDJSON or XLSX."""
        filters = self.filterset_class.base_filters
        query = Query(request, [*PARAMETERS, *filters])
        note_faults(query)
        take_format(query, FORMATS, filters)
        rows = FilterBackend().narrowed(request, self.get_queryset(), self, query)
        rows = Ordering.read(query, self.model, orderable(self.model)).sort(rows)
        shape = selected(query, self.model)
        query.refuse()
        with Sending() as sending:
            snapshot(sending.opened)
            # Of the state that the rows are read in: so it names these rows and no others.
            head, found = Feed(request.user).head(), found_by_words(query, rows)
            response = self.announced(request, shape, head, found)
            if response.status_code == 304:
                return response
            pieces = self.pieces(request, shape, rows, sending.opened)
            if request.method != "HEAD":
                response.streaming_content = sending.begun(pieces)
        return response

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
        """The file in pieces; 406 when its format cannot hold the rows."""
        table: Any = request.accepted_renderer
        if isinstance(table, XLSX):
            require_sheet(rows, shape)
        pieces = file(table, shape, rows, self.reader, opened)
        return made_at(self.instant, pieces) if self.instant else pieces


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


class Sending:
    """A file on its way, and what is open for it; what is not begun is closed at the end of a with.

    The server closes the rest with the answer, read to its end, in part or not at all.
    """

    def __init__(self) -> None:
        self.opened = ExitStack()
        self.pieces: Iterator[bytes] | None = None

    def __enter__(self) -> "Sending":
        return self

    def __exit__(self, *error: Any) -> None:
        if self.pieces is None:
            self.opened.__exit__(*error)

    def begun(self, pieces: Iterator[bytes]) -> "Sending":
        """The same; the first piece is made now, while an error can still be answered as one."""
        self.pieces = chain([next(pieces, b"")], pieces)
        return self

    def __iter__(self) -> "Sending":
        return self

    def __next__(self) -> bytes:
        try:
            return next(self.pieces or iter(()))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the cursor and of the state of the database that it reads."""
        self.pieces = iter(())
        self.opened.close()


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
