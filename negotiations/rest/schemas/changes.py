"""Changes and versions in the OpenAPI document."""

from typing import Any

from negotiations.models import COLLECTIONS, Change

from .values import build_list_schema, ref

WORD = {"type": "string"}
FIELDS = {
    "version": {"type": "integer", "description": "The version that it left, or ended."},
    "action": ref("ChangeAction"),
    "changed": {"type": "array", "items": WORD, "description": "The members that changed."},
    "by": {
        "type": ["string", "null"],
        "description": "Who did it; not told without a token.",
    },
    "reason": {"type": "string", "description": "As `Change-Reason` gave it."},
    "merged_into": {
        "type": ["string", "null"],
        "description": "The slug of the record of its kind that it was merged into, if it was.",
    },
    "at": {"type": "string", "format": "date-time", "description": "When it was done."},
}


def build_object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these members."""
    return {"type": "object", "required": [*properties], "properties": properties}


EVENT = build_object_schema(
    {
        "sequence": {"type": "integer", "description": "Its place in the feed of the reader."},
        "kind": ref("Collection"),
        "slug": {**WORD, "description": "Which record of the collection."},
        **FIELDS,
    }
)
FEED_PAGE = build_object_schema(
    {
        "next": {"type": "string", "format": "uri", "description": "Where to go on, now or later."},
        "position": {"type": "integer", "description": "What `after` of the next request is."},
        "more": {"type": "boolean", "description": "Whether there is more at once."},
        "results": {"type": "array", "items": ref("Change")},
    }
)
FEED: dict[str, dict[str, Any]] = {
    "Change": {**EVENT, "description": "One version of one record: what became of it."},
    "ChangeAction": {
        "type": "string",
        "enum": Change.Action.values,
        "description": "\n".join(f"* `{a.value}`: {a.definition}" for a in Change.Action),
    },
    "ChangePage": FEED_PAGE,
    "Collection": {
        "type": "string",
        "enum": [*COLLECTIONS],
        "description": "A kind of records, as its address names it.",
    },
}
FEED_ANSWERS = {
    (200, "application/json"): ref("ChangePage"),
    (200, "text/event-stream"): WORD,
}
KINDS: dict[str, Any] = {
    "type": build_list_schema(ref("Collection")),
    "style": "form",
    "explode": False,
    "description": "Only records of these collections.",
}
FEED_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "after",
        "type": {"type": "integer", "minimum": 0, "default": 0},
        "description": "The position up to which all is known.",
    },
    {
        "name": "limit",
        "type": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
        "description": "How many changes to tell at most.",
    },
    {
        "name": "wait",
        "type": {"type": "integer", "minimum": 1, "maximum": 25},
        "description": "For how many seconds to wait for the first.",
    },
    {"name": "kind", **KINDS},
]
