"""``search/`` in the OpenAPI document."""

from typing import Any

from negotiations.rest.schemas.changes import KINDS
from negotiations.rest.schemas.values import READABLE_TEXT, ref

from .as_of import ABOUT, AS_OF, SCHEMA

DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100

SEARCH_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "q",
        "required": True,
        "type": {**READABLE_TEXT, "maxLength": 2000},
        "description": "What is looked for.",
    },
    {"name": "kind", **KINDS},
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
        "type": READABLE_TEXT,
        "description": "Where it starts: from `next`.",
    },
    {"name": AS_OF, "type": SCHEMA, "description": ABOUT},
]
PART = {
    "type": "object",
    "required": ["text", "match"],
    "properties": {
        "text": {"type": "string", "description": "A piece of the record's words."},
        "match": {"type": "boolean", "description": "Whether it was looked for."},
    },
}
FOUND: dict[str, Any] = {
    "kind": ref("Collection"),
    "slug": {"type": "string", "description": "Which record of the collection."},
    "title": {
        "type": "string",
        "description": "The name, or who and what where that is not enough.",
    },
    "review": ref("Review"),
    "language": {"type": "string", "description": "Of a source."},
    "excerpt": {
        "type": "array",
        "items": ref("SearchExcerpt"),
        "description": "Words around the first match, in parts; `match` marks what was found.",
    },
}
SEARCH_PAGE = ref("SearchPage")
SEARCH: dict[str, dict[str, Any]] = {
    "SearchExcerpt": PART,
    "SearchPage": {
        "type": "object",
        "required": ["next", "results"],
        "properties": {
            "next": {
                "type": ["string", "null"],
                "format": "uri",
                "description": "The following page; null on the last.",
            },
            "results": {"type": "array", "items": ref("SearchResult")},
        },
    },
    "SearchResult": {"type": "object", "required": [*FOUND], "properties": FOUND},
}
