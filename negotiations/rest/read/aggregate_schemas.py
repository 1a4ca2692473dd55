"""``stats/`` in the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from negotiations.rest.schemas.values import Schema, each_once, ref

from .aggregates import MOST_GROUPS, MOST_ROWS, groups, measures


def parameters(model: Any) -> Iterator[tuple[str, Schema, str]]:
    """Name, schema and meaning of each."""
    by = each_once(ref(f"{model.__name__}GroupBy"))
    yield "group", {**by, "maxItems": MOST_GROUPS}, f"By what to count, at most {MOST_GROUPS}."
    told = each_once(ref(f"{model.__name__}Measure"))
    yield "measures", told, "What to tell of each group; `count` when left out."


def components(model: Any) -> Iterator[tuple[str, Schema]]:
    """The words of the request, the table, and its rows."""
    name = model.__name__
    yield f"{name}GroupBy", {"type": "string", "enum": [*groups(model)]}
    yield f"{name}Measure", {"type": "string", "enum": [*measures(model)]}
    told: Schema = {one: {"type": ["string", "null"]} for one in groups(model)}
    told |= {one: {"type": ["integer", "null"]} for one in measures(model)}
    yield f"{name}StatsRow", {"type": "object", "properties": told}
    yield f"{name}Stats", table(name)


def table(name: str) -> Schema:
    """The body: a row for each group."""
    return {
        "type": "object",
        "required": ["group", "measures", "results"],
        "properties": {
            "group": {
                "type": "array",
                "items": ref(f"{name}GroupBy"),
                "description": "By what was counted.",
            },
            "measures": {
                "type": "array",
                "items": ref(f"{name}Measure"),
                "description": "What is told of each group.",
            },
            "results": {
                "type": "array",
                "maxItems": MOST_ROWS,
                "items": ref(f"{name}StatsRow"),
                "description": "A row for each group, in the order of the groups, null last.",
            },
        },
    }
