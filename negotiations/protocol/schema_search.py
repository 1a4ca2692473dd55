"""``search/`` in the OpenAPI document."""

from typing import Any

from negotiations.models import COLLECTIONS, Record

DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100

SEARCH_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "q",
        "required": True,
        "type": {"type": "string", "minLength": 1, "maxLength": 2000},
        "description": "What is looked for.",
    },
    {
        "name": "kind",
        "type": {"type": "string", "minLength": 1},
        "description": "One collection, or several separated by commas.",
    },
    {
        "name": "limit",
        "type": {
            "type": "integer",
            "minimum": 1,
            "maximum": LARGEST_LIMIT,
            "default": DEFAULT_LIMIT,
        },
        "description": "How many results a page holds.",
    },
    {
        "name": "cursor",
        "type": {"type": "string", "minLength": 1},
        "description": "Where it starts: from `next`.",
    },
]
PART = {
    "type": "object",
    "required": ["text", "match"],
    "properties": {"text": {"type": "string"}, "match": {"type": "boolean"}},
}
FOUND: dict[str, Any] = {
    "kind": {"type": "string", "enum": [*COLLECTIONS]},
    "slug": {"type": "string"},
    "title": {"type": "string", "description": "The name of the record, or its slug in words."},
    "review": {"type": "string", "enum": Record.Review.values},
    "language": {"type": "string", "description": "Of a source."},
    "excerpt": {
        "type": "array",
        "items": PART,
        "description": "Words around the first match, in parts; `match` marks what was found.",
    },
}
SEARCH_PAGE: dict[str, Any] = {
    "type": "object",
    "required": ["next", "results"],
    "properties": {
        "next": {"type": ["string", "null"], "format": "uri"},
        "results": {
            "type": "array",
            "items": {"type": "object", "required": [*FOUND], "properties": FOUND},
        },
    },
}
