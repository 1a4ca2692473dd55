"""Versions in the OpenAPI document."""

from typing import Any

from negotiations.rest.schemas.changes import EVENT, build_object_schema
from negotiations.rest.schemas.values import ref
from negotiations.rest.write.batch_parsing import MAX_VERSION

VERSION_PAGE = build_object_schema(
    {
        "next": {"type": ["string", "null"], "format": "uri", "description": "The older ones."},
        "results": {"type": "array", "items": ref("RecordVersion")},
    }
)
VERSIONS = ref("VersionPage")
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
RECORD = {
    "type": "object",
    "additionalProperties": True,
    "description": "The record, as its collection gives it.",
}
RESTORE = {"application/json": ref("Restore")}
DIFFERENCES = {
    "type": "array",
    "items": ref("Difference"),
    "description": "What it changed, where you may see the version before as well.",
}
HISTORY: dict[str, dict[str, Any]] = {
    "RecordVersion": {
        **build_object_schema({**EVENT["properties"], "differences": DIFFERENCES}),
        "description": "One version of a record: who left it, why, and what it changed.",
    },
    "Difference": {
        "type": "object",
        "description": "A member with another value in a version than in the one before.",
        "required": ["member", "old", "new"],
        "properties": {
            "member": {"type": "string", "description": "Which member."},
            "old": {
                "description": "The value before, as a body has it; what you may not see is not "
                "named: null, or left out of a list.",
            },
            "new": {"description": "The value after."},
            "shortened": {
                "type": "boolean",
                "description": "Whether only the beginning of a long text is told.",
            },
        },
    },
    "VersionPage": VERSION_PAGE,
    "Restore": {
        "type": "object",
        "required": ["restore"],
        "additionalProperties": False,
        "properties": {
            "restore": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_VERSION,
                "description": "The version to restore.",
            },
            "version": {"type": "integer", "description": "The version that stands now."},
        },
    },
}
