"""What stands beside the collections, in the OpenAPI document: the caller, tokens, vocabularies."""

from typing import Any

from negotiations import permissions
from negotiations.models import COLLECTIONS, Record, Role, Token

from .changes import build_object_schema
from .values import Schema, ref

URI = {"type": "string", "format": "uri"}
WORD = {"type": "string"}
INSTANT = {"type": "string", "format": "date-time"}


def build_coded_schema(kind: Any) -> Schema:
    """A coded value with its definitions."""
    lines = (f"* `{one.value}`: {one.definition}" for one in kind)
    return {"type": "string", "enum": kind.values, "description": "\n".join(lines)}


def build_nullable_schema(schema: Schema, description: str) -> Schema:
    """The same or null."""
    return {**schema, "type": [schema["type"], "null"], "description": description}


REACH = build_object_schema(
    {
        state.value: {**WORD, "enum": ["all", "own", "others", "none"], "description": state.label}
        for state in Record.Review
    }
)
REACH["description"] = "On whose records, for each state of review."

OWN_TOKEN = {
    "slug": {**WORD, "description": "Its public name."},
    "name": {**WORD, "description": "What it is for."},
    "scope": ref("TokenScope"),
    "created_at": {**INSTANT, "description": "When it was made."},
    "expires_at": build_nullable_schema(INSTANT, "When it ends; null is never."),
    "last_used_at": build_nullable_schema(
        INSTANT, "When it was last used, to five minutes; null is never."
    ),
    "current": {"type": "boolean", "description": "Whether this request was made with it."},
}
WANTED = {
    "type": "object",
    "examples": [{"name": "Map of talks", "scope": "read"}],
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": ref(
            "Line",
            minLength=1,
            maxLength=100,
            description="What it is for: the name of the client app.",
        ),
        "scope": {**ref("TokenScope"), "default": Token.Scope.READ.value},
        "expires_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "At most ten years from now; by default 90 days, null is for ever.",
        },
    },
}
VALUE = build_object_schema(
    {
        "value": {**WORD, "description": "As it stands in a body."},
        "label": {**WORD, "description": "As a person reads it."},
        "definition": {**WORD, "description": "What it means."},
        "mappings": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": WORD},
            "description": "What other data sets call it, where they do: their codes.",
        },
    }
)

ABOUT: dict[str, Schema] = {
    "Collections": build_object_schema(
        {
            "collections": build_object_schema(dict.fromkeys(COLLECTIONS, URI))
            | {"description": "The address of each."},
            "openapi": {**URI, "description": "This document."},
            "docs": {**URI, "description": "The page to read it."},
        }
    ),
    "Me": build_object_schema(
        {
            "user": build_nullable_schema(WORD, "The user's name; null without a token."),
            "role": ref("Role"),
            "token": {
                "anyOf": [ref("Token"), {"type": "null"}],
                "description": "The token that was sent.",
            },
            "may": build_object_schema(
                {
                    "create": {"type": "boolean", "description": "Whether records can be made."},
                    **dict.fromkeys(permissions.ACTIONS, ref("Reach")),
                }
            )
            | {"description": "What is allowed."},
        }
    ),
    "Reach": REACH,
    "Role": build_coded_schema(Role),
    "Token": build_object_schema(OWN_TOKEN),
    "TokenCreate": WANTED,
    "TokenList": build_object_schema(
        {"results": {"type": "array", "items": ref("Token"), "description": "The newest first."}}
    ),
    "TokenNew": build_object_schema(
        {**OWN_TOKEN, "token": {**WORD, "description": "Its text, shown this once."}}
    ),
    "TokenScope": build_coded_schema(Token.Scope),
    "Vocabulary": build_object_schema(
        {
            "name": {**WORD, "description": "Its name, such as `position_stance`."},
            "used_by": {"type": "array", "items": WORD, "description": "The members it is for."},
            "values": {
                "type": "array",
                "items": ref("VocabularyValue"),
                "description": "In their order.",
            },
        }
    ),
    "VocabularyList": build_object_schema(
        {
            "schemes": {
                "type": "object",
                "additionalProperties": ref("VocabularyScheme"),
                "description": "The data sets that `mappings` names.",
            },
            "results": {
                "type": "array",
                "items": ref("Vocabulary"),
                "description": "All of them.",
            },
        }
    ),
    "VocabularyScheme": build_object_schema(
        {
            "title": {**WORD, "description": "The data set, and which of its codes."},
            "version": {**WORD, "description": "The version of which the codes are."},
            "url": {**URI, "description": "Where it is."},
        }
    ),
    "VocabularyValue": VALUE,
}
