"""Answers about one record: computed from what the reader may see, as JSON and as a table."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request

from negotiations.history.visible_changes import Feed
from negotiations.models import Record
from negotiations.rest.http.conditional import shaped_tag, with_validators
from negotiations.rest.http.gone import Tombstones
from negotiations.rest.http.query_params import Query, readable
from negotiations.rest.http.renderers import JSONRenderer, json_response
from negotiations.rest.http.response_cache import kept
from negotiations.rest.http.views import ProtocolView, one
from negotiations.rest.schemas.dataclasses import component, members
from negotiations.rest.schemas.responses import READ
from negotiations.rest.schemas.values import Schema
from negotiations.text.did_you_mean import nearest

from .as_of import PARAMETER as AS_OF
from .as_of import at_an_instant, note_faults
from .projections import Reader
from .table_renderers import CSV

ON, FORMAT = "on", "format"
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a question, as the document tells of it."""

    name: str
    schema: Schema
    description: str
    required: bool = False

    def documented(self) -> OpenApiParameter:
        """As the document tells it; several values are separated by commas."""
        is_list = self.schema["type"] == "array"
        return OpenApiParameter(
            self.name,
            self.schema,
            description=self.description,
            required=self.required,
            style="form" if is_list else None,
            explode=False if is_list else None,
        )


ON_A_DAY = Parameter(ON, DAY, "The day of the world that is asked about; without it, today's.")
KNOWN_THEN = Parameter(AS_OF, INSTANT, "Answer as the same request was answered at this instant.")


class QuestionView(Tombstones, ProtocolView):
    """One question about the record that the address names.

    A view says what it reads from the query (``asked``), what it answers (``answer``), and for each
    of its ``formats`` but JSON, by a method of that name, the content of a file.
    """

    refusals: ClassVar = {"get": (*READ, 404, 410)}
    model: type[Record]
    name: str
    parameters: tuple[Parameter, ...] = ()
    formats: tuple[type[Any], ...] = (CSV,)
    # What a row of the table is: a dataclass of the answer.
    row: type

    def get_renderers(self) -> list[Any]:
        return [JSONRenderer(), *(renderer() for renderer in self.formats)]

    @property
    def reader(self) -> Reader:
        """Who asks; their rights hold for everything that is counted."""
        return Reader(self.request.user)

    # The document tells what each question is: its class does.
    @kept
    @at_an_instant
    def get(self, request: Request, slug: str) -> HttpResponse:
        rows = self.reader.rows(self.model)
        record = one(list(rows.filter(slug=slug)) if readable(slug) else [])
        known = [parameter.name for parameter in self.parameters]
        query = Query(request, [*known, AS_OF, FORMAT])
        note_faults(query)
        self.note_format(query)
        asked = self.asked(record, query)
        query.refuse()
        head = Feed(request.user).head()
        renderer: Any = request.accepted_renderer
        if renderer.format == JSONRenderer.format:
            response = json_response(self.answer(record, **asked))
        else:
            content = getattr(self, renderer.format)(record, **asked)
            response = HttpResponse(content, content_type=renderer.content_type)
            name = f"{record.slug}-{self.name}.{renderer.format}"
            response["Content-Disposition"] = f'inline; filename="{name}"'
        # Not by time alone: some answers change at midnight.
        tag = shaped_tag(record.version, response.content)
        return with_validators(response, request, tag, head.at)

    def asked(self, record: Any, query: Query) -> dict[str, Any]:
        """What the query asks for, as arguments of ``answer``; faults are noted in it."""
        return {ON: self.day(query)} if ON_A_DAY in self.parameters else {}

    def answer(self, record: Any, **asked: Any) -> Any:
        """The answer, a dataclass."""
        raise NotImplementedError

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        """The rows of the answer's table."""
        raise NotImplementedError

    def csv(self, record: Any, **asked: Any) -> bytes:
        """The table in a file."""
        names = members(self.row)
        rows = self.table(record, **asked)
        bodies = [{name: getattr(row, name) for name in names} for row in rows]
        return b"".join(CSV().write(names, [bodies]))

    def day(self, query: Query) -> date:
        """The day of the world that is asked about: that of the instant, if none is named."""
        now = self.instant or timezone.now()
        return day_in(query, ON) or now.astimezone(UTC).date()

    def note_format(self, query: Query) -> None:
        """Note a format that there is not."""
        known = [JSONRenderer.format, *(renderer.format for renderer in self.formats)]
        if query.get(FORMAT, known[0]) not in known:
            detail = f"There is no format {query[FORMAT][:100]!r}."
            query.fault(FORMAT, "unknown_value", detail, nearest(query[FORMAT], known))


def day_in(query: Query, name: str) -> date | None:
    """The day that a parameter names, if it is given; what is none is noted."""
    text = query.get(name)
    if text is None:
        return None
    day = day_of(text)
    if day is None:
        query.fault(name, "invalid_date", "Write a day, for example 2025-07-19.")
    return day


def day_of(text: str) -> date | None:
    """A day as RFC 3339 writes it; None for all else."""
    try:
        return (
            date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
        )
    except ValueError:
        return None


def words_in(query: Query, name: str, known: Sequence[str]) -> list[str]:
    """The values of a parameter that names several, all of them without it."""
    if name not in query:
        return [*known]
    words = query[name].split(",")
    for word in words:
        if word not in known:
            detail = f"There is no {name} {word[:100]!r}."
            query.fault(name, "unknown_value", detail, nearest(word, known))
    if len(set(words)) < len(words):
        query.fault(name, "repeated", "One of them stands here twice.")
    return [word for word in known if word in words]


def answers(kind: type) -> Callable[[type[QuestionView]], type[QuestionView]]:
    """Declare what a view answers: the document tells it from the dataclass."""

    def declared(view: type[QuestionView]) -> type[QuestionView]:
        collection = view.model.collection()
        known = (*view.parameters, *_shared(view))
        documented = extend_schema(
            operation_id=f"{collection}_{view.name}",
            tags=[collection],
            parameters=[parameter.documented() for parameter in known],
            responses={
                (200, "application/json"): component(kind),
                **{(200, form.media_type): {"type": "string"} for form in view.formats},
            },
        )
        return extend_schema_view(get=documented)(view)

    return declared


def _shared(view: type[QuestionView]) -> tuple[Parameter, ...]:
    formats = ["json", *(form.format for form in view.formats)]
    schema: Schema = {"type": "string", "enum": formats}
    return KNOWN_THEN, Parameter(FORMAT, schema, "What is sent; goes before `Accept`.")
