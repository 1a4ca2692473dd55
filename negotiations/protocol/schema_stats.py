"""``stats/`` in the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from .schema_values import Schema, several
from .stats import MOST_GROUPS, MOST_ROWS, groups, measures


def parameters(model: Any) -> Iterator[tuple[str, Schema, str]]:
    """Name, schema and meaning of each."""
    by = several({"type": "string", "enum": [*groups(model)]})
    yield "group", {**by, "maxItems": MOST_GROUPS}, f"By what to count, at most {MOST_GROUPS}."
    told = several({"type": "string", "enum": [*measures(model)]})
    yield "measures", told, "What to tell of each group; `count` when left out."


def table(model: Any) -> Schema:
    """The body: a row for each group."""
    members: Schema = {name: {"type": ["string", "null"]} for name in groups(model)}
    members |= {name: {"type": ["integer", "null"]} for name in measures(model)}
    names = {"type": "array", "items": {"type": "string"}}
    rows = {
        "type": "array",
        "maxItems": MOST_ROWS,
        "items": {"type": "object", "properties": members},
        "description": "A row for each group, in the order of the groups, null last.",
    }
    return {
        "type": "object",
        "required": ["group", "measures", "results"],
        "properties": {"group": names, "measures": names, "results": rows},
    }
