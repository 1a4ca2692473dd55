"""The operations of the OpenAPI document; drf-spectacular finds them and we say what they do."""

import re
from collections.abc import Callable
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from . import bulk
from . import schema_answers as answers
from . import schema_bodies as bodies
from . import schema_stats as statistics
from .paging import DEFAULT_LIMIT, LARGEST_LIMIT, orderable
from .schema_values import Schema, ref, several
from .selection import expandable, paths
from .tables import FORMATS

JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"
# What each action is called, in the operation's name and in its summary.
VERBS = {
    "list": ("list", "List"),
    "export": ("export", "Export"),
    "stats": ("stats", "Count"),
    "retrieve": ("retrieve", "Read"),
    "create": ("create", "Make"),
    "update": ("replace", "Replace"),
    "partial_update": ("change", "Change"),
    "destroy": ("delete", "Delete"),
}

REHEARSAL = {
    "in": "query",
    "name": "dry_run",
    "description": "Do all of it and store nothing.",
    "schema": {"type": "boolean", "default": False},
}
# What is done with a whole collection.
OF_ALL = {"list", "export", "stats"}


def query(name: str, schema: Schema, description: str = "") -> Schema:
    """One optional parameter of a query; several values are separated by commas."""
    schema = dict(schema)
    text = schema.pop("description", description)
    if schema.get("type") == "string" and "format" not in schema:
        schema["minLength"] = 1
    style = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    about = {"description": text} if text else {}
    return {"in": "query", "name": name, **about, **style, "schema": schema}


def meaning(model: Any, path: str) -> str:
    """What the column at the end of a filter's path holds."""
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    names = {field.name for field in model._meta.get_fields()}
    return str(getattr(model._meta.get_field(last), "help_text", "")) if last in names else ""


def one_or_many(schema: Schema) -> Schema:
    """A body, or an array of such."""
    array = {"type": "array", "items": schema, "minItems": 1, "maxItems": bulk.MOST}
    return {"anyOf": [schema, array]}


def header(name: str) -> Schema:
    """One optional header, described once for all operations."""
    return {"$ref": f"#/components/parameters/{name}"}


def view_of(schema: AutoSchema) -> Any:
    """The viewset that an operation belongs to."""
    return schema.view


class RecordSchema(AutoSchema):
    """One operation of the API."""

    @property
    def action(self) -> str:
        """What is done: for records the viewset's action, elsewhere the method."""
        return getattr(self.view, "action", None) or self.method.lower()

    @property
    def model(self) -> Any:
        """The kind; None outside the collections."""
        return getattr(getattr(self.view, "queryset", None), "model", None)

    @property
    def is_read(self) -> bool:
        return self.method == "GET"

    def get_tags(self) -> list[str]:
        return [self.model.collection()] if self.model else ["about"]

    def get_operation_id(self) -> str:
        if self.model:
            return f"{self.model.collection()}_{VERBS[self.action][0]}"
        return str(super().get_operation_id())

    def get_summary(self) -> str | None:
        if not self.model:
            return re.split(r"[.:](?:\s|$)", str(self.get_description()))[0]
        names = self.model._meta.verbose_name_plural, self.model._meta.verbose_name
        is_single = self.action not in OF_ALL
        name = str(names[is_single])
        article = "an" if name[0] in "aeiou" else "a"
        return f"{VERBS[self.action][1]} {f'{article} {name}' if is_single else name}"

    def get_auth(self) -> list[Schema]:
        # Reading is open to everybody; a token shows more.
        token: list[Schema] = [{"token": []}]
        return [*token, {}] if self.is_read else token

    # Requests

    def _resolve_path_parameters(self, variables: list[str]) -> list[Schema]:
        if not self.model:
            return list(super()._resolve_path_parameters(variables))
        return [{"in": "path", "name": name, "required": True, "schema": ref("Slug")}
                for name in variables]  # fmt: skip

    def get_filter_backends(self) -> list[Any]:
        return []

    def _get_parameters(self) -> list[Schema]:
        found = list(super()._get_parameters())
        if not self.model:
            return [*found, *([header("If-None-Match")] if self.is_read else [])]
        if self.action == "export":
            # A filter may be called format too: see the parameter.
            filters = [one for one in self._filters() if one["name"] != "format"]
            return [*found, *filters, *self._file()]
        if self.action == "stats":
            asked = statistics.parameters(self.model)
            given = [query(name, schema, about) for name, schema, about in asked]
            return [*found, *self._filters(), *given, header("If-None-Match")]
        if self.is_read:
            more = [*self._filters(), *self._page()] if self.action == "list" else []
            return [*found, *more, *self._selection(), header("If-None-Match")]
        version = [] if self.action == "create" else [header("If-Match")]
        return [*found, REHEARSAL, *version, header("Change-Reason"), *self._key()]

    def _key(self) -> list[Schema]:
        return [header("Idempotency-Key")] if self.method in {"POST", "PATCH"} else []

    def _filters(self) -> list[Schema]:
        filters = view_of(self).filterset_class.base_filters
        return [
            query(name, one.schema, meaning(self.model, one.field_name))
            for name, one in sorted(filters.items())
        ]

    def _page(self) -> list[Schema]:
        limit = {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_LIMIT,
            "default": DEFAULT_LIMIT,
        }
        return [
            query("limit", limit, "How many records a page holds."),
            query("cursor", {"type": "string"}, "Where it starts: from `next` or `previous`."),
            self._ordering(),
            query("count", {"type": "boolean", "default": False}, "Whether to count all."),
        ]

    def _ordering(self) -> Schema:
        orders = [f"{sign}{name}" for name in orderable(self.model) for sign in ("", "-")]
        terms = several({"type": "string", "enum": orders})
        return query("ordering", terms, "By what they are ordered; a hyphen reverses it.")

    def _file(self) -> list[Schema]:
        formats: Schema = {"type": "string", "enum": [kind.format for kind in FORMATS]}
        about = "What is sent; goes before `Accept`. Without either it is CSV."
        own = view_of(self).filterset_class.base_filters.get("format")
        if own is not None:
            formats = several({"anyOf": [formats, own.schema["items"]]})
            about += " Filters by the member `format` as well: `format=direct,xlsx`."
        return [self._ordering(), *self._members(), query("format", formats, about)]

    def _members(self) -> list[Schema]:
        members = several(ref(f"{self.model.__name__}Member"))
        return [
            query("fields", members, "Only these members."),
            query("omit", members, "All but these members."),
        ]

    def _selection(self) -> list[Schema]:
        shown = self._members()
        if expandable(self.model):
            relations = several(ref(f"{self.model.__name__}Expansion"))
            shown.append(query("expand", relations, "Related records to show under `expand`."))
        instant = {"type": "string", "format": "date-time"}
        about = "Answer as the same request was answered at this instant."
        return [*shown, query("as_of", instant, about)]

    def _get_request_body(self, direction: Any = "request") -> Schema | None:
        if not self.model or self.is_read:
            return super()._get_request_body(direction)
        if self.action == "destroy":
            return {"content": {JSON: {"schema": ref("Version")}}}
        purpose = {"update": "replace", "partial_update": "change"}.get(self.action, "create")
        schema = ref(f"{self.model.__name__}{bodies.ENDINGS[purpose]}")
        if purpose == "create":
            schema = one_or_many(schema)
        types = [JSON, MERGE_PATCH] if purpose == "change" else [JSON]
        return {"content": {name: {"schema": schema} for name in types}, "required": True}

    # Answers

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        found = self._answers() if self.model else super()._get_response_bodies(direction)
        for status, response in found.items():
            response["headers"] = answers.headers(self.action, status)
            # A stream has no state to compare.
            if answers.EVENT_STREAM in response.get("content", ()):
                response["headers"]["ETag"]["required"] = False
        known = {**answers.REFUSALS, **getattr(self.view, "refusals", {})}
        refusals = known.get(self.action, known["retrieve"])
        return {**found, **{str(s): answers.refusal_ref(s) for s in refusals}}

    def _answers(self) -> Schema:
        self._register()
        name = self.model.__name__
        json = answers.json
        by_action: dict[str | None, Callable[[], Schema]] = {
            "destroy": lambda: {"204": {"description": "It is deleted."}},
            "list": lambda: {"200": json("One page of the list.", ref(f"{name}Page"))},
            "stats": lambda: {"200": json("The groups.", statistics.table(self.model))},
            "export": lambda: {"200": answers.file({k.media_type: k.schema for k in FORMATS})},
            "retrieve": lambda: {"200": json("The record.", bodies.whole_or_part(self.model))},
            "create": lambda: {"201": json("It or all are made.", one_or_many(ref(name)))},
        }
        changed = {"200": json("It is so.", ref(name))}
        return by_action[self.action]() if self.action in by_action else changed

    def _register(self) -> None:
        serializer = view_of(self).get_serializer()
        known = {
            **dict(bodies.components(serializer)),
            f"{self.model.__name__}Expansion": {"type": "string", "enum": [*paths(self.model)]},
        }
        for name, schema in known.items():
            component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)
            self.registry.register_on_missing(component)
