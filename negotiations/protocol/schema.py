"""The OpenAPI document: what drf-spectacular cannot read off the views by itself."""

from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_parameter_type

from .filters import FilterBackend
from .paging import LARGEST_LIMIT, orderable
from .problems import BY_STATUS, MEDIA_TYPE, PROBLEMS
from .serializers import NESTED

REFUSALS = {
    "list": (400, 401, 406),
    "retrieve": (400, 401, 404, 406),
    "create": (400, 401, 403, 406, 409, 413, 415),
    "update": (400, 401, 403, 404, 406, 409, 412, 413, 415, 428),
    "partial_update": (400, 401, 403, 404, 406, 409, 412, 413, 415, 428),
    "destroy": (400, 401, 403, 404, 406, 409, 412, 413, 415, 428),
}
READS = {"list", "retrieve", None}
TAG_PATTERN = {"type": "string", "examples": ['"7"']}


class TokenScheme(OpenApiAuthenticationExtension):
    """How the document names our tokens."""

    target_class = "negotiations.protocol.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "`manage.py createtoken USER`"}


class FiltersInSchema(DjangoFilterExtension):
    """Each filter of a list as a parameter."""

    target_class = "negotiations.protocol.filters.FilterBackend"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema: Any, *args: Any) -> list[Any]:
        filters = getattr(auto_schema.view, "filterset_class", None)
        if filters is None or getattr(auto_schema.view, "action", "") != "list":
            return []
        return [query(name, one.schema) for name, one in filters.base_filters.items()]


def query(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    """One optional parameter of a query; an empty value is never meant."""
    schema = dict(schema)
    text = schema.pop("description", description)
    if schema["type"] == "string":
        schema["minLength"] = 1
    return build_parameter_type(name=name, schema=schema, location="query", description=text)


def header(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """One optional header."""
    return build_parameter_type(
        name=name, schema=schema, location="header", description=description
    )


class RecordSchema(AutoSchema):
    """One operation of the API."""

    @property
    def action(self) -> str | None:
        return getattr(self.view, "action", None)

    def get_tags(self) -> list[str]:
        model = getattr(getattr(self.view, "queryset", None), "model", None)
        return [model.collection()] if model else ["about"]

    def get_operation_id(self) -> str:
        verb = {"destroy": "delete", "partial_update": "change", "update": "replace"}
        name = str(self.action)
        return f"{self.get_tags()[0]}_{verb.get(name, name)}"

    def get_filter_backends(self) -> list[Any]:
        return [FilterBackend] if self.action == "list" else []

    def get_auth(self) -> list[dict[str, Any]]:
        # Reading is open to everybody; a token shows more.
        token: list[dict[str, Any]] = [{"token": []}]
        return [*token, {}] if self.action in READS else token

    def own_parameters(self) -> list[Any]:
        match = header("If-None-Match", {"type": "string"}, "Entity tags of answers at hand.")
        if self.action == "list":
            return [*self._list_parameters(), match]
        if self.action == "retrieve":
            return [match]
        if self.action in REFUSALS:
            reason = header("Change-Reason", {"type": "string", "maxLength": 500}, "Why, one line.")
            version = header("If-Match", TAG_PATTERN, "The version that the change is based on.")
            return [reason] if self.action == "create" else [version, reason]
        return []

    def _list_parameters(self) -> list[Any]:
        fields = orderable(self.view.model)
        order = (
            f"Fields, separated by commas, a hyphen before one reverses it: {', '.join(fields)}."
        )
        limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": 50}
        return [
            query("limit", limit, "How many records a page holds."),
            query(
                "cursor", {"type": "string"}, "Where the page starts: from `next` or `previous`."
            ),
            query("ordering", {"type": "string"}, order),
            query("count", {"type": "boolean", "default": False}, "Whether to count all."),
        ]

    def get_operation(self, *args: Any, **options: Any) -> Any:
        operation = super().get_operation(*args, **options)
        if operation is None:
            return None
        operation["parameters"] = [
            *operation.get("parameters", []),
            *self.own_parameters(),
        ]
        responses = operation["responses"]
        for status in REFUSALS.get(str(self.action), (400, 401, 406)):
            responses[str(status)] = {
                "description": PROBLEMS[BY_STATUS[status]][1],
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        if self.action in READS:
            responses["304"] = {"description": "The client has it already."}
        for status in ("200", "201"):
            if status in responses:
                responses[status]["headers"] = response_headers(str(self.action), status)
        return operation

    def _get_response_for_code(
        self, serializer: Any, status_code: str, *args: Any, **o: Any
    ) -> Any:
        response = super()._get_response_for_code(serializer, status_code, *args, **o)
        if self.action == "list":
            content = response["content"]["application/json"]
            content["schema"] = envelope(content["schema"]["items"])
        return response


def response_headers(action: str, status: str) -> dict[str, Any]:
    """The headers of an answer that a client builds on."""
    headers: dict[str, Any] = {
        "ETag": {"schema": TAG_PATTERN, "description": "Strong entity tag."},
        "X-Request-ID": {"schema": {"type": "string"}, "description": "Names this request."},
    }
    if status == "201":
        headers["Location"] = {"schema": {"type": "string", "format": "uri"}}
    if action == "list":
        headers["Link"] = {"schema": {"type": "string"}, "description": "Next and previous page."}
    if action == "retrieve":
        headers["Last-Modified"] = {"schema": {"type": "string"}}
    return headers


def envelope(item: Any) -> dict[str, Any]:
    """A page of a list."""
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {
            "count": {"type": "integer", "description": "With `count=true`."},
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": item},
        },
    }


PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "did_you_mean": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "current_version": {"type": ["integer", "null"], "description": "With 412."},
        "changed_by": {"type": ["string", "null"], "description": "With 412."},
        "changed_at": {"type": ["string", "null"], "format": "date-time"},
        "changed": {"type": ["array", "null"], "items": {"type": "string"}},
        "referrers": {"type": "array", "items": {"type": "string"}, "description": "With 409."},
    },
}


def finished(result: dict[str, Any], generator: Any, **options: Any) -> dict[str, Any]:
    """The last hand at the document: the problem's schema, and members not to be invented."""
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for name, schema in schemas.items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
            if name.startswith("Patched"):
                schema.get("properties", {}).pop(NESTED, None)
    return result
