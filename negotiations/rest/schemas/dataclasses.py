"""Plain values in the OpenAPI document: the schema of a dataclass, read from its annotations.

``stance: Annotated[str | None, Position.Stance, "The stance, if it is one."]`` says the type, the
coded values with their definitions, and the meaning.
"""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from negotiations.models import Vocabulary

from .values import Schema, ref

SIMPLE_SCHEMAS: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
# The dataclasses that answers are made of, by name; filled as their views are declared.
COMPONENTS: dict[str, Schema] = {}


def register_component(kind: type) -> Schema:
    """A reference to the schema of a dataclass, which becomes a component of the document."""
    name = kind.__name__
    if name not in COMPONENTS:
        hints = get_type_hints(kind, include_extras=True)
        about = (kind.__doc__ or "").split("\n\n")[0]
        COMPONENTS[name] = {"type": "object", "description": about}
        properties = {field.name: build_schema(hints[field.name]) for field in fields(kind)}
        COMPONENTS[name] |= {"required": [*properties], "properties": properties}
    return ref(name)


def build_schema(hint: Any) -> Schema:
    """The schema of one annotation."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(*inner)
    if origin in {UnionType, Union}:
        (kind,) = [each for each in inner if each is not NoneType]
        return _or_null(build_schema(kind))
    if origin in {list, tuple}:
        return {"type": "array", "items": build_schema(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": build_schema(inner[1])}
    if origin is Literal:
        return {"type": "string", "enum": [*inner]}
    return (
        register_component(hint)
        if is_dataclass(hint) and isinstance(hint, type)
        else SIMPLE_SCHEMAS[hint]
    )


def _annotated(hint: Any, *notes: Any) -> Schema:
    schema = dict(build_schema(hint))
    for note in notes:
        if isinstance(note, str):
            schema["description"] = note
        elif issubclass(note, Vocabulary):
            lines = "\n".join(f"* `{value.value}`: {value.definition}" for value in note)
            # What can be null may be so where it is coded too.
            more = [None] if isinstance(schema["type"], list) else []
            schema |= {"enum": [*note.values, *more], "description": lines}
    return schema


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **more, "type": [schema["type"], "null"]}


def list_field_names(kind: type) -> list[str]:
    """The names of a dataclass's members, in their order."""
    return [field.name for field in fields(kind)]
