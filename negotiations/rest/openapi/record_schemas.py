"""How bodies read in the OpenAPI document: a component for each thing done with a kind."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from rest_framework import serializers

from negotiations.models import Record, UncertainDateField
from negotiations.rest.read.projections import BODY_FIELDS
from negotiations.rest.read.sparse_fields import get_expandable_relations
from negotiations.rest.representations.relation_fields import (
    CodedField,
    RelatedSlugField,
    RelatedSlugListField,
    ResourcePathField,
)
from negotiations.rest.representations.serializers import NESTED, NEVER_RESET
from negotiations.rest.representations.strict_fields import StrictCharField, StrictJSONField
from negotiations.rest.schemas.values import (
    EMPTY,
    SCHEMA_BY_VALIDATOR,
    SHARED,
    Schema,
    build_vocabulary_schema,
    get_vocabulary_name,
    ref,
)

# What is done with a body, and how its component ends.
COMPONENT_SUFFIXES = {
    "read": "",
    "part": "Part",
    "beside": "Beside",
    "create": "Create",
    "replace": "Replace",
    "change": "Change",
}
DESCRIPTIONS = {
    "part": "Some members of a {}, as `fields` and `omit` chose them.",
    "beside": "A {} under the `expand` of another record.",
    "create": "A {} that is to be made.",
    "replace": "A {} in a new version; what is left out gets its default.",
    "change": "The members of a {} that are to change (RFC 7396); null is as if left out of a PUT.",
}


def build_component_name(serializer: Any, purpose: str) -> str:
    """``Party``, ``PartyCreate``, ``PartyReplace``, ``PartyChange``."""
    return str(serializer.Meta.model.__name__) + COMPONENT_SUFFIXES[purpose]


class RecordBodySchema:
    """One component: the members of a kind's body when it is read, made, replaced or changed."""

    def __init__(self, serializer: Any, purpose: str) -> None:
        self.serializer, self.purpose = serializer, purpose
        self.model: type[Record] = serializer.Meta.model

    def schema(self) -> Schema:
        """The whole; nothing that it does not name may be sent."""
        members = {name: self.member(name, field) for name, field in self.fields()}
        if self.is_read and get_expandable_relations(self.model):
            is_beside = self.purpose == "beside"
            members["expand"] = (
                EXPANDED_FURTHER if is_beside else ref(f"{self.model.__name__}Expanded")
            )
        about = (
            get_model_description(self.model)
            if self.purpose == "read"
            else DESCRIPTIONS[self.purpose]
        )
        schema: Schema = {
            "type": "object",
            "description": about.format(self.model._meta.verbose_name),
            "properties": members,
        }
        if required := [name for name, field in self.fields() if self.requires(field)]:
            schema["required"] = required
        if not self.is_read:
            schema["additionalProperties"] = False
        return schema

    @property
    def is_read(self) -> bool:
        return self.purpose in {"read", "part", "beside"}

    def fields(self) -> Iterator[tuple[str, Any]]:
        """The members that can stand in it."""
        for name, field in self.serializer.fields.items():
            hidden = field.read_only if self.purpose == "create" else field.write_only
            if not hidden:
                yield name, field

    def requires(self, field: Any) -> bool:
        if self.is_read:
            return self.purpose != "part"
        return bool(field.required) and self.purpose != "change"

    def member(self, name: str, field: Any) -> Schema:
        """One member, with what it means."""
        if name == NESTED:
            return {"type": "array", "items": ref("CitationNested"), "description": field.help_text}
        schema = self.slug() if name == "slug" else self.value(name, field)
        if name == "review" and self.purpose == "create":
            schema = {"type": "string", "const": "draft"}
        if self.takes_null(name, field):
            schema = allow_null(schema)
        about = str(field.help_text or "")
        if isinstance(field, RelatedSlugField | RelatedSlugListField):
            about += f" By slug, of {field.model.resource_name}."
        if field.read_only and not self.is_read:
            about += (
                " What the change is based on." if name == "version" else " Only as it was read."
            )
        elif field.read_only:
            schema["readOnly"] = True
        return {**schema, "description": about.strip()}

    def takes_null(self, name: str, field: Any) -> bool:
        """Whether null may stand there; in a patch it gives what is optional its default."""
        if field.read_only:
            return bool(self.column(name).null)
        can_be_removed = self.purpose == "change" and not field.required and name not in NEVER_RESET
        return can_be_removed or bool(getattr(field, "allow_null", False))

    def slug(self) -> Schema:
        return {"anyOf": [ref("Slug"), EMPTY]} if self.purpose == "create" else ref("Slug")

    def column(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def value(self, name: str, field: Any) -> Schema:
        """What a member can be, apart from null."""
        if isinstance(field, ResourcePathField):
            return ref("Address")
        if isinstance(field, RelatedSlugField):
            return ref("Slug")
        if isinstance(field, RelatedSlugListField):
            least = {} if field.allow_empty else {"minItems": 1}
            return {"type": "array", "items": ref("Slug"), "uniqueItems": True, **least}
        column = self.column(name)
        if isinstance(field, CodedField):
            coded = ref(get_vocabulary_name(column))
            return {"anyOf": [coded, EMPTY]} if field.allow_blank else coded
        if isinstance(column, UncertainDateField):
            return ref("UncertainDate")
        return build_value_schema(field, column, patching=self.purpose == "change")


SINGLE_VALUE_SCHEMAS: tuple[tuple[type, Schema], ...] = (
    (serializers.IntegerField, {"type": "integer", "minimum": 0}),
    (serializers.BooleanField, {"type": "boolean"}),
    (serializers.DateTimeField, {"type": "string", "format": "date-time"}),
    (serializers.DateField, {"type": "string", "format": "date"}),
)


def build_value_schema(field: Any, column: Any, *, patching: bool) -> Schema:
    """A single value that is neither coded nor another record."""
    for kind, schema in SINGLE_VALUE_SCHEMAS:
        if isinstance(field, kind):
            largest = {"maximum": getattr(field, "largest", 2**31 - 1)}
            return {**schema, **(largest if schema["type"] == "integer" else {})}
    rule = next(
        (name for check, name in SCHEMA_BY_VALIDATOR.items() if check in column.validators), None
    )
    if isinstance(field, StrictJSONField) and patching and rule == "Identifiers":
        # A merge patch takes out what it sets to null.
        single = {"anyOf": [SHARED[rule]["additionalProperties"], {"type": "null"}]}
        return {**SHARED[rule], "additionalProperties": single}
    if rule:
        return {"anyOf": [ref(rule), EMPTY]} if isinstance(field, StrictCharField) else ref(rule)
    return build_text_schema(field, column)


def build_text_schema(field: Any, column: Any) -> Schema:
    """A text with its length and form."""
    schema = ref("Text" if isinstance(column, models.TextField) else "Line")
    if column.max_length:
        schema["maxLength"] = column.max_length
    if not column.blank and not field.read_only:
        schema |= {"minLength": 1, "pattern": r"\S"}
    for check in column.validators:
        if isinstance(check, RegexValidator):
            form = re.compile(check.regex).pattern.removeprefix(r"\A").removesuffix(r"\Z")
            schema["pattern"] = f"^({form})?$" if column.blank else f"^{form}$"
    return schema


def allow_null(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    branches = schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
    return {"anyOf": [*branches, {"type": "null"}]}


def get_model_description(model: Any) -> str:
    """What the thing is in the world."""
    return "\n".join(line.strip() for line in (model.__doc__ or "").strip().splitlines())


def build_record_components(serializer: Any) -> Iterator[tuple[str, Schema]]:
    """Every component that the document needs for a kind."""
    model = serializer.Meta.model
    for purpose in COMPONENT_SUFFIXES:
        yield (
            build_component_name(serializer, purpose),
            RecordBodySchema(serializer, purpose).schema(),
        )
    if NESTED in serializer.fields:
        yield "CitationNested", RecordBodySchema(serializer.fields[NESTED].child, "create").schema()
    for column in model._meta.concrete_fields:
        if column.choices and column.name in serializer.fields:
            yield get_vocabulary_name(column), build_vocabulary_schema(column)
    yield f"{model.__name__}Member", {"type": "string", "enum": [*BODY_FIELDS[model]]}
    about = f"A page of {model.resource_name}."
    yield (
        f"{model.__name__}Page",
        {"description": about, **build_page_schema(build_record_schema(model))},
    )
    yield f"{model.__name__}Group", build_group_schema(model)
    if get_expandable_relations(model):
        yield f"{model.__name__}Expanded", build_expanded_schema(model)


def build_record_schema(model: Any) -> Schema:
    """A record as it is read: with all its members, unless the query chose some."""
    return {"anyOf": [ref(model.__name__), ref(f"{model.__name__}Part")]}


# What stands beside a record that stands beside another is not spelt out: pages that show the
# document follow every reference, and this one would lead to all kinds from each.
EXPANDED = {"type": "object", "description": "Related records that were asked for, by relation."}
EXPANDED_FURTHER = {**EXPANDED, "additionalProperties": True}


def build_expanded_schema(model: Any) -> Schema:
    """What ``expand`` shows beside a record."""
    found = {}
    for name, field in sorted(get_expandable_relations(model).items()):
        target = field.related_model
        is_one = field.concrete and not field.many_to_many
        found[name] = (
            allow_null(ref(f"{target.__name__}Beside"))
            if is_one
            else ref(f"{target.__name__}Group")
        )
    return {**EXPANDED, "properties": found}


LINK = {"type": ["string", "null"], "format": "uri"}


def build_group_schema(model: Any) -> Schema:
    """The first of several related records."""
    return {
        "type": "object",
        "description": f"The first {model.resource_name} beside a record.",
        "required": ["next", "results"],
        "properties": {
            "next": {**LINK, "description": "The list with the others; null when these are all."},
            "results": {"type": "array", "items": ref(f"{model.__name__}Beside")},
        },
    }


def build_page_schema(item: Schema) -> Schema:
    """A page of a list."""
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {
            "count": {
                "type": "integer",
                "minimum": 0,
                "description": "How many records the filters leave; with `count=true`.",
            },
            "next": {**LINK, "description": "The following page; null on the last."},
            "previous": {**LINK, "description": "The page before; null on the first."},
            "results": {"type": "array", "items": item},
        },
    }
