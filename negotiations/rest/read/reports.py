"""Answers about one record: computed from what the reader may see, as JSON and as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from negotiations.dates.rfc3339 import parse_day
from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import Record
from negotiations.rest.http.conditional import build_representation_etag, respond_with_validators
from negotiations.rest.http.gone import GoneMixin
from negotiations.rest.http.query_params import QueryParams, is_readable
from negotiations.rest.http.renderers import JSONRenderer, build_json_response
from negotiations.rest.http.response_cache import cache_response
from negotiations.rest.http.views import APIBaseView, get_first_or_404
from negotiations.rest.schemas.dataclasses import list_field_names, register_component
from negotiations.rest.schemas.responses import READ_STATUSES
from negotiations.rest.schemas.values import Schema
from negotiations.text.did_you_mean import suggest_similar

from .as_of import AS_OF, supports_as_of, validate_as_of
from .projections import Viewer
from .table_renderers import CSVRenderer

ON, FORMAT = "on", "format"
DAY_SCHEMA: Schema = {"type": "string", "format": "date"}
INSTANT_SCHEMA: Schema = {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class ReportParameter:
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


ON_PARAMETER = ReportParameter(
    ON, DAY_SCHEMA, "The day of the world that is asked about; without it, today's."
)
AS_OF_PARAMETER = ReportParameter(
    AS_OF, INSTANT_SCHEMA, "Answer as the same request was answered at this instant."
)


class ReportView(GoneMixin, APIBaseView):
    """One question about the record that the address names.

    A view says what it reads from the query (``asked``), what it answers (``answer``), and for each
    of its ``formats`` but JSON, by a method of that name, the content of a file.
    """

    permission_classes = (AllowAny,)
    refusals: ClassVar = {"get": (*READ_STATUSES, 404, 410)}
    model: type[Record]
    name: str
    parameters: tuple[ReportParameter, ...] = ()
    formats: tuple[type[Any], ...] = (CSVRenderer,)
    # What a row of the table is: a dataclass of the answer.
    row: type

    def get_renderers(self) -> list[Any]:
        return [JSONRenderer(), *(renderer() for renderer in self.formats)]

    @property
    def reader(self) -> Viewer:
        """Who asks; their rights hold for everything that is counted."""
        return Viewer(self.request.user)

    # The document tells what each question is: its class does.
    @cache_response
    @supports_as_of
    def get(self, request: Request, slug: str) -> HttpResponse:
        rows = self.reader.rows(self.model)
        record = get_first_or_404(list(rows.filter(slug=slug)) if is_readable(slug) else [])
        known = [parameter.name for parameter in self.parameters]
        query = QueryParams(request, [*known, AS_OF, FORMAT])
        validate_as_of(query)
        self.note_format(query)
        asked = self.asked(record, query)
        query.refuse()
        head = ChangeFeed(request.user).head()
        renderer: Any = request.accepted_renderer
        if renderer.format == JSONRenderer.format:
            response = build_json_response(self.answer(record, **asked))
        else:
            content = getattr(self, renderer.format)(record, **asked)
            response = HttpResponse(content, content_type=renderer.content_type)
            name = f"{record.slug}-{self.name}.{renderer.format}"
            response["Content-Disposition"] = f'inline; filename="{name}"'
        # Not by time alone: some answers change at midnight.
        tag = build_representation_etag(record.version, response.content)
        return respond_with_validators(response, request, tag, head.at)

    def asked(self, record: Any, query: QueryParams) -> dict[str, Any]:
        """What the query asks for, as arguments of ``answer``; faults are noted in it."""
        return {ON: self.day(query)} if ON_PARAMETER in self.parameters else {}

    def answer(self, record: Any, **asked: Any) -> Any:
        """The answer, a dataclass."""
        raise NotImplementedError

    def table(self, record: Any, **asked: Any) -> Iterable[Any]:
        """The rows of the answer's table."""
        raise NotImplementedError

    def csv(self, record: Any, **asked: Any) -> bytes:
        """The table in a file."""
        names = list_field_names(self.row)
        rows = self.table(record, **asked)
        bodies = [{name: getattr(row, name) for name in names} for row in rows]
        return b"".join(CSVRenderer().write(names, [bodies]))

    def day(self, query: QueryParams) -> date:
        """The day of the world that is asked about: that of the instant, if none is named."""
        now = self.instant or timezone.now()
        return parse_report_day(query, ON) or now.astimezone(UTC).date()

    def note_format(self, query: QueryParams) -> None:
        """Note a format that there is not."""
        known = [JSONRenderer.format, *(renderer.format for renderer in self.formats)]
        if query.get(FORMAT, known[0]) not in known:
            detail = f"There is no format {query[FORMAT][:100]!r}."
            query.fault(FORMAT, "unknown_value", detail, suggest_similar(query[FORMAT], known))


def parse_report_day(query: QueryParams, name: str) -> date | None:
    """The day that a parameter names, if it is given; what is none is noted."""
    text = query.get(name)
    if text is None:
        return None
    day = parse_day(text)
    if day is None:
        query.fault(name, "invalid_date", "Write a day, for example 2025-07-19.")
    return day


def parse_report_choices(query: QueryParams, name: str, known: Sequence[str]) -> list[str]:
    """The values of a parameter that names several, all of them without it."""
    if name not in query:
        return [*known]
    words = query[name].split(",")
    for word in words:
        if word not in known:
            detail = f"There is no {name} {word[:100]!r}."
            query.fault(name, "unknown_value", detail, suggest_similar(word, known))
    if len(set(words)) < len(words):
        query.fault(name, "repeated", "One of them stands here twice.")
    return [word for word in known if word in words]


def document_report(kind: type) -> Callable[[type[ReportView]], type[ReportView]]:
    """Declare what a view answers: the document tells it from the dataclass."""

    def declared(view: type[ReportView]) -> type[ReportView]:
        collection = view.model.resource_name
        known = (*view.parameters, *_list_shared_parameters(view))
        documented = extend_schema(
            operation_id=f"{collection}_{view.name}",
            tags=[collection],
            parameters=[parameter.documented() for parameter in known],
            responses={
                (200, "application/json"): register_component(kind),
                **{(200, form.media_type): {"type": "string"} for form in view.formats},
            },
        )
        return extend_schema_view(get=documented)(view)

    return declared


def _list_shared_parameters(view: type[ReportView]) -> tuple[ReportParameter, ...]:
    formats = ["json", *(form.format for form in view.formats)]
    schema: Schema = {"type": "string", "enum": formats}
    return AS_OF_PARAMETER, ReportParameter(FORMAT, schema, "What is sent; goes before `Accept`.")
