"""``stats/`` in the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from negotiations.rest.schemas.values import Schema, build_unique_list_schema, ref

from .aggregates import MOST_GROUPS, MOST_ROWS, get_groups, get_measures


def list_stats_parameters(model: Any) -> Iterator[tuple[str, Schema, str]]:
    """Name, schema and meaning of each."""
    by = build_unique_list_schema(ref(f"{model.__name__}GroupBy"))
    yield "group", {**by, "maxItems": MOST_GROUPS}, f"By what to count, at most {MOST_GROUPS}."
    told = build_unique_list_schema(ref(f"{model.__name__}Measure"))
    yield "measures", told, "What to tell of each group; `count` when left out."


def build_stats_components(model: Any) -> Iterator[tuple[str, Schema]]:
    """The words of the request, the table, and its rows."""
    name = model.__name__
    yield f"{name}GroupBy", {"type": "string", "enum": [*get_groups(model)]}
    yield f"{name}Measure", {"type": "string", "enum": [*get_measures(model)]}
    told: Schema = {one: {"type": ["string", "null"]} for one in get_groups(model)}
    told |= {one: {"type": ["integer", "null"]} for one in get_measures(model)}
    yield f"{name}StatsRow", {"type": "object", "properties": told}
    yield f"{name}Stats", build_stats_schema(name)


def build_stats_schema(name: str) -> Schema:
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
