"""Batches in the OpenAPI document."""

from typing import Any

from negotiations.models import COLLECTIONS
from negotiations.rest.http.merge_patch import MAX_REASON_LENGTH
from negotiations.rest.schemas.values import Schema, ref

from .batch_parsing import LID, MAX_VERSION, OPTIONAL_MEMBERS, REQUIRED_MEMBERS
from .bulk_create import MAX_RECORDS

MEMBERS: dict[str, Schema] = {
    "collection": {"type": "string", "enum": [*COLLECTIONS], "description": "Of what kind it is."},
    "slug": {**ref("Slug"), "description": "Which record."},
    "version": {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_VERSION,
        "description": "The version that was read.",
    },
    "lid": {
        "type": "string",
        "pattern": f"^{LID.pattern}$",
        "description": "A name for the new record within this batch; no other has it.",
    },
    "reason": ref("Line", maxLength=MAX_REASON_LENGTH, description="Why: one line."),
}
BODIES = {
    "create": "As POST at the collection takes it; `lid:` and a local id may stand for a slug.",
    "update": "As PATCH at the record takes it; `lid:` and a local id may stand for a slug.",
}
ABOUT = {
    "create": "A record that is to be made.",
    "update": "A change of a record.",
    "delete": "A record that is to be deleted.",
}
EXAMPLE = {
    "reason": "The proposal is read again",
    "operations": [
        {
            "op": "create",
            "collection": "rounds",
            "lid": "r1",
            "body": {
                "negotiation": "ukraine-russia-2025",
                "title": "The next meeting",
                "status": "proposed",
                "date": "2025-07-21/2025-07-27",
            },
        },
        {
            "op": "create",
            "collection": "citations",
            "body": {
                "record": "rounds/lid:r1",
                "source": "000-abbff991094584f6",
                "quote": "Kyiv has proposed a new round of peace talks with Russia",
            },
        },
        {
            "op": "update",
            "collection": "proposals",
            "slug": "ukraine-russia-2025-next-meeting",
            "version": 1,
            "body": {"review": "withdrawn"},
        },
        {
            "op": "delete",
            "collection": "dismissals",
            "slug": "000-abbff991094584f6-aerial-attacks",
            "version": 1,
        },
    ],
}


def build_one_of_schema(names: dict[str, str], by: str) -> Schema:
    """One of several objects, told apart by a member."""
    mapping = {value: f"#/components/schemas/{name}" for value, name in names.items()}
    return {
        "oneOf": [ref(name) for name in names.values()],
        "discriminator": {"propertyName": by, "mapping": mapping},
    }


def build_operation_schema(op: str) -> Schema:
    """One sort of operation."""
    members: dict[str, Schema] = {
        "op": {"type": "string", "const": op, "description": "What is done."},
        **MEMBERS,
    }
    if op in BODIES:
        members["body"] = {
            "type": "object",
            "additionalProperties": True,
            "description": BODIES[op],
        }
    return {
        "type": "object",
        "description": ABOUT[op],
        "required": [name for name in members if name in REQUIRED_MEMBERS[op]],
        "properties": {
            name: member
            for name, member in members.items()
            if name in REQUIRED_MEMBERS[op] | OPTIONAL_MEMBERS[op]
        },
        "additionalProperties": False,
    }


def build_result_schema(collection: str, name: str) -> Schema:
    """What became of an operation on records of one kind."""
    body = {
        "anyOf": [ref(name), {"type": "null"}],
        "description": "The record as it stands now, unless the operation deleted it; null when a "
        "later one did.",
    }
    return {
        "type": "object",
        "description": f"What became of an operation on {collection}.",
        "required": ["op", "collection", "slug", "version"],
        "properties": {
            "op": ref("BatchOp"),
            "collection": {"type": "string", "const": collection, "description": "Of this kind."},
            "slug": ref("Slug"),
            "version": {
                "type": "integer",
                "description": "The version that stands now or, of a deletion, the last one.",
            },
            "lid": {"type": "string", "description": "As the operation gave it."},
            "body": body,
        },
    }


def build_batch_components() -> dict[str, Schema]:
    """The schemas of requests and answers."""
    operations = {op: f"Batch{op.title()}" for op in REQUIRED_MEMBERS}
    kinds = {name: model.__name__ for name, model in COLLECTIONS.items()}
    results = {collection: f"Batch{kind}Result" for collection, kind in kinds.items()}
    items: Schema = {"type": "array", "minItems": 1, "maxItems": MAX_RECORDS}
    return {
        **{name: build_operation_schema(op) for op, name in operations.items()},
        **{results[c]: build_result_schema(c, kind) for c, kind in kinds.items()},
        "BatchOp": {"type": "string", "enum": [*REQUIRED_MEMBERS], "description": "What is done."},
        "BatchOperation": build_one_of_schema(operations, "op"),
        "BatchResult": build_one_of_schema(results, "collection"),
        "Batch": {
            "type": "object",
            "description": "Operations that are all done, or none.",
            "required": ["operations"],
            "properties": {
                "operations": {
                    **items,
                    "items": ref("BatchOperation"),
                    "description": "What is to be done, in this order.",
                },
                "reason": {**MEMBERS["reason"], "description": "Why, for all operations."},
            },
            "additionalProperties": False,
            "examples": [EXAMPLE],
        },
        "BatchAnswer": {
            "type": "object",
            "description": "What became of each operation, in their order.",
            "required": ["results"],
            "properties": {"results": {**items, "items": ref("BatchResult")}},
        },
    }


REQUEST: dict[str, Any] = {"application/json": ref("Batch")}
