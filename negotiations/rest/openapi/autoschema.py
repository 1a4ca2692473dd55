"""The operations of the OpenAPI document; drf-spectacular finds them and we say what they do."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from negotiations.rest.http.content_negotiation import FORMAT
from negotiations.rest.http.renderers import JSONRenderer
from negotiations.rest.read import aggregate_schemas as statistics
from negotiations.rest.read import as_of
from negotiations.rest.read.pagination import DEFAULT_LIMIT, LARGEST_LIMIT, list_orderable_fields
from negotiations.rest.read.sparse_fields import get_expandable_relations, list_expand_paths
from negotiations.rest.read.table_renderers import TABLE_RENDERERS
from negotiations.rest.schemas import responses
from negotiations.rest.schemas.values import (
    READABLE_TEXT,
    Schema,
    build_list_schema,
    build_unique_list_schema,
    ref,
)
from negotiations.rest.write import bulk_create

from . import record_schemas

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

DRY_RUN_PARAMETER = {
    "in": "query",
    "name": "dry_run",
    "description": "Do all of it and store nothing.",
    "schema": {"type": "boolean", "default": False},
}
# What is done with a whole collection.
COLLECTION_ACTIONS = {"list", "export", "stats"}


def build_query_parameter(name: str, schema: Schema, description: str = "") -> Schema:
    """One optional parameter of a query; several values are separated by commas."""
    schema = dict(schema)
    text = schema.pop("description", description)
    if schema == {"type": "string"}:
        schema = READABLE_TEXT
    style = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    about = {"description": text} if text else {}
    return {"in": "query", "name": name, **about, **style, "schema": schema}


def get_help_text(model: Any, path: str) -> str:
    """What the column at the end of a filter's path holds."""
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    names = {field.name for field in model._meta.get_fields()}
    return str(getattr(model._meta.get_field(last), "help_text", "")) if last in names else ""


def build_one_or_many_schema(schema: Schema) -> Schema:
    """A body, or an array of such."""
    array = {"type": "array", "items": schema, "minItems": 1, "maxItems": bulk_create.MAX_RECORDS}
    return {"anyOf": [schema, array]}


def build_header_ref(name: str) -> Schema:
    """One optional header, described once for all operations."""
    return {"$ref": f"#/components/parameters/{name}"}


AS_OF_QUERY_PARAMETER = build_query_parameter(as_of.AS_OF, as_of.SCHEMA, as_of.ABOUT)


def get_view(schema: AutoSchema) -> Any:
    """The viewset that an operation belongs to."""
    return schema.view


class RecordAutoSchema(AutoSchema):
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
        return [self.model.resource_name if self.model else getattr(self.view, "tag", "about")]

    def get_operation_id(self) -> str:
        if self.model:
            return f"{self.model.resource_name}_{VERBS[self.action][0]}"
        return str(super().get_operation_id())

    def get_summary(self) -> str | None:
        if not self.model:
            return re.split(r"[.:](?:\s|$)", str(self.get_description()))[0]
        names = self.model._meta.verbose_name_plural, self.model._meta.verbose_name
        is_single = self.action not in COLLECTION_ACTIONS
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

    def _get_parameters(self) -> list[Schema]:
        found = list(super()._get_parameters())
        if not self.model:
            return [
                *found,
                *([build_header_ref("If-None-Match")] if self.is_read else self._written()),
            ]
        if self.action == "export":
            about = "What is sent; goes before `Accept`. Without either it is CSV."
            more = [self._ordering(), *self._selection(), self._format(about, TABLE_RENDERERS)]
            return [*found, *self._other_filters(), *more, build_header_ref("If-None-Match")]
        if self.action == "stats":
            asked = statistics.list_stats_parameters(self.model)
            given = [build_query_parameter(name, schema, about) for name, schema, about in asked]
            return [
                *found,
                *self._filters(),
                *given,
                AS_OF_QUERY_PARAMETER,
                build_header_ref("If-None-Match"),
            ]
        if self.action == "list":
            about = "What is sent; goes before `Accept`. Without either it is JSON."
            found += [*self._other_filters(), *self._page()]
            found.append(self._format(about, (JSONRenderer, *TABLE_RENDERERS)))
        if self.is_read:
            return [*found, *self._selection(), build_header_ref("If-None-Match")]
        version = [] if self.action == "create" else [build_header_ref("If-Match")]
        others = map(build_header_ref, ("Change-Reason", "Idempotency-Key"))
        return [*found, DRY_RUN_PARAMETER, *version, *others]

    def _written(self) -> list[Schema]:
        """What an address outside the collections reads beside the body of a write."""
        read = getattr(self.view, "read_headers", {}).get(self.action)
        return [] if read is None else [DRY_RUN_PARAMETER, *map(build_header_ref, read)]

    def _filters(self) -> list[Schema]:
        filters = get_view(self).filterset_class.base_filters
        return [
            build_query_parameter(name, one.schema, get_help_text(self.model, one.field_name))
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
            build_query_parameter("limit", limit, "How many records a page holds."),
            build_query_parameter(
                "cursor", {"type": "string"}, "Where it starts: from `next` or `previous`."
            ),
            self._ordering(),
            build_query_parameter(
                "count", {"type": "boolean", "default": False}, "Whether to count all."
            ),
        ]

    def _ordering(self) -> Schema:
        terms = build_unique_list_schema(ref(f"{self.model.__name__}Order"))
        return build_query_parameter(
            "ordering", terms, "By what they are ordered; a hyphen reverses it."
        )

    def _other_filters(self) -> list[Schema]:
        """All but one that is called format: see that parameter."""
        return [one for one in self._filters() if one["name"] != FORMAT]

    def _format(self, about: str, kinds: Sequence[Any]) -> Schema:
        formats: Schema = {"type": "string", "enum": [kind.format for kind in kinds]}
        own = get_view(self).filterset_class.base_filters.get(FORMAT)
        if own is not None:
            formats = build_list_schema({"anyOf": [formats, own.schema["items"]]})
            about += " Filters by the member `format` as well: `format=direct,xlsx`."
        return build_query_parameter(FORMAT, formats, about)

    def _members(self) -> list[Schema]:
        members = build_list_schema(ref(f"{self.model.__name__}Member"))
        return [
            build_query_parameter("fields", members, "Only these members."),
            build_query_parameter("omit", members, "All but these members; one has to be left."),
        ]

    def _selection(self) -> list[Schema]:
        shown = self._members()
        if get_expandable_relations(self.model):
            relations = build_list_schema(ref(f"{self.model.__name__}Expansion"))
            shown.append(
                build_query_parameter(
                    "expand", relations, "Related records to show under `expand`."
                )
            )
        return [*shown, AS_OF_QUERY_PARAMETER]

    def _get_request_body(self, direction: Any = "request") -> Schema | None:
        if not self.model or self.is_read:
            body = super()._get_request_body(direction)
            return {**body, "required": True} if body else None
        if self.action == "destroy":
            return {"content": {JSON: {"schema": ref("Version")}}}
        purpose = {"update": "replace", "partial_update": "change"}.get(self.action, "create")
        schema = ref(f"{self.model.__name__}{record_schemas.COMPONENT_SUFFIXES[purpose]}")
        if purpose == "create":
            schema = build_one_or_many_schema(schema)
        types = [JSON, MERGE_PATCH] if purpose == "change" else [JSON]
        return {"content": {name: {"schema": schema} for name in types}, "required": True}

    # Answers

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        found = self._answers() if self.model else super()._get_response_bodies(direction)
        for status, response in found.items():
            # Where an answer is that of another action, the view says so.
            action = getattr(self.view, "answers_as", {}).get(self.action, self.action)
            response["headers"] = responses.describe_headers(action, status)
            if build_header_ref("Idempotency-Key") in self._written():
                response["headers"]["Idempotency-Replayed"] = responses.REPLAYED
            # A stream has no state to compare.
            if responses.EVENT_STREAM in response.get("content", ()):
                for name in ("ETag", "Last-Modified"):
                    response["headers"][name]["required"] = False
        known = {**responses.PROBLEM_STATUSES, **getattr(self.view, "refusals", {})}
        refusals = known.get(self.action, known["retrieve"])
        if getattr(self.model, "can_be_merged", False) and "{slug}" in self.path:
            refusals = (*refusals, 308)
        return {**found, **{str(s): responses.build_response_ref(s) for s in refusals}}

    def _answers(self) -> Schema:
        self._register()
        name = self.model.__name__
        json = responses.describe_json
        tables = {kind.media_type: kind.schema for kind in TABLE_RENDERERS}
        by_action: dict[str | None, Callable[[], Schema]] = {
            "destroy": lambda: {"204": {"description": "It is deleted."}},
            "list": lambda: {"200": responses.describe_page(ref(f"{name}Page"), tables)},
            "stats": lambda: {"200": json("The groups.", ref(f"{name}Stats"))},
            "export": lambda: {"200": responses.describe_file(tables)},
            "retrieve": lambda: {
                "200": json("The record.", record_schemas.build_record_schema(self.model))
            },
            "create": lambda: {
                "201": json("It or all are made.", build_one_or_many_schema(ref(name)))
            },
        }
        changed = {"200": json("It is so.", ref(name))}
        return by_action[self.action]() if self.action in by_action else changed

    def _register(self) -> None:
        """Put down the components of the kind, at the first of its operations."""
        name = self.model.__name__
        first = f"{name}Expansion"
        if ResolvedComponent(first, ResolvedComponent.SCHEMA, object=first) in self.registry:
            return
        serializer = get_view(self).get_serializer()
        orders = [f"{sign}{key}" for key in list_orderable_fields(self.model) for sign in ("", "-")]
        known = {
            **dict(record_schemas.build_record_components(serializer)),
            **dict(statistics.build_stats_components(self.model)),
            first: {"type": "string", "enum": [*list_expand_paths(self.model)]},
            f"{name}Order": {"type": "string", "enum": orders},
        }
        for key, schema in known.items():
            component = ResolvedComponent(key, ResolvedComponent.SCHEMA, schema, object=key)
            self.registry.register_on_missing(component)
