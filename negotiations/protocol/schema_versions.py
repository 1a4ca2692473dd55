"""Versions in the OpenAPI document."""

from typing import Any

from .schema_feed import EVENT, record_of

VERSIONS = record_of(
    {
        "next": {"type": ["string", "null"], "format": "uri", "description": "The older ones."},
        "results": {"type": "array", "items": EVENT},
    }
)
VERSION_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "limit",
        "type": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
        "description": "How many versions to tell at most.",
    },
    {
        "name": "before",
        "type": {"type": "integer", "minimum": 0},
        "description": "Only versions before this `sequence`.",
    },
]
RECORD = {"type": "object", "description": "The record, as its collection gives it."}
RESTORE = {
    "application/json": {
        "type": "object",
        "required": ["restore"],
        "additionalProperties": False,
        "properties": {
            "restore": {"type": "integer", "minimum": 1, "description": "The version to restore."},
            "version": {"type": "integer", "description": "The version that stands now."},
        },
    }
}
