"""The OpenAPI document as a whole: what stands around the operations."""

from typing import Any

from negotiations.models import COLLECTIONS
from negotiations.rest.changes.history_schemas import HISTORY
from negotiations.rest.http.merge_patch import MAX_REASON_LENGTH
from negotiations.rest.openapi.components import share_components
from negotiations.rest.openapi.record_schemas import get_model_description
from negotiations.rest.read.search_schemas import SEARCH
from negotiations.rest.schemas.about import ABOUT
from negotiations.rest.schemas.changes import FEED
from negotiations.rest.schemas.dataclasses import COMPONENTS
from negotiations.rest.schemas.responses import FAULT, PROBLEM, describe_problems
from negotiations.rest.schemas.values import SHARED, Schema, ref
from negotiations.rest.write.batch_schemas import build_batch_components as batch
from negotiations.webhooks.openapi import TAG as WEBHOOK_TAG
from negotiations.webhooks.openapi import WEBHOOK_MESSAGES, WEBHOOKS

GUIDE = """
**Reading** needs no token: everybody reads what is published, a token shows drafts as well. Every
relation is named by slug. Lists come in pages: follow `next` until it is null. A parameter, a value
or a member that does not exist is refused, with the words that were perhaps meant.

**Writing** needs a token that may write. What GET gives can be sent back by PUT. Each change names
the version it is based on, in `If-Match` or as `version` in the body, so that nobody overwrites
what they have not seen. Records begin as drafts; somebody other than the author publishes them.

**Dates** are EDTF, as exact as the source and no more. Beside the text stand the first and the last
day that it allows, the words of the source, how the date is known, and the day from which the words
count.

**Refusals** are problem documents (RFC 9457) with a stable `code` and with all faults at once, each
at its place.
""".strip()

TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token, as `manage.py createtoken USER` makes it. It has its user's rights.",
}
VERSION = {
    "type": "object",
    "description": "What a deletion is based on, where `If-Match` does not say it.",
    "required": ["version"],
    "properties": {
        "version": {"type": "integer", "minimum": 0, "description": "The version that was read."}
    },
    "additionalProperties": False,
}

OWN = {"Version": VERSION, "Problem": PROBLEM, "Fault": FAULT}

TAG = r'(W/)?"[^"\u0000-\u0020\u007f]*"'
PARAMETERS: dict[str, tuple[Schema, str]] = {
    "If-None-Match": (
        {"type": "string", "examples": ['"7"']},
        "Entity tags of the answers at hand; if one still holds, the answer is 304.",
    ),
    "If-Match": (
        {"type": "string", "pattern": rf"^(\*|{TAG}(\s*,\s*{TAG})*)$", "examples": ['"7"']},
        "The version that the change is based on, else `version` in the body; `*` is any.",
    ),
    "Change-Reason": (
        ref("Line", maxLength=MAX_REASON_LENGTH),
        "Why: one line of UTF-8, kept with the version. Needed to delete what is published.",
    ),
    "Idempotency-Key": (
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r'^([!#-~]+|"[ !#-~]+")$'},
        "A name for this request, such as a UUID: sent again within a day it is not done again.",
    ),
}


def postprocess_document(result: Schema, generator: Any, **options: Any) -> Schema:
    """The last hand at the document: its head, its tags, and the components that all share."""
    info = result["info"]
    info["summary"] = info["description"]
    info["description"] = GUIDE
    info["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    result["servers"] = [{"url": "/"}]
    result["tags"] = [
        *(
            {"name": n, "description": get_model_description(model)}
            for n, model in COLLECTIONS.items()
        ),
        {"name": "batch", "description": "Many writes of many kinds at once."},
        {"name": "search", "description": "Records of all kinds by their words."},
        {"name": "changes", "description": "What changed, when and why, and how to undo it."},
        {"name": "about", "description": "What this server holds, and what its words mean."},
        WEBHOOK_TAG,
    ]
    result["webhooks"] = WEBHOOK_MESSAGES
    components = result["components"]
    named = {**SHARED, **ABOUT, **FEED, **HISTORY, **SEARCH, **WEBHOOKS, **COMPONENTS, **OWN}
    named |= batch()
    components["schemas"] = dict(sorted({**components["schemas"], **named}.items()))
    components["parameters"] = {
        name: {"in": "header", "name": name, "description": text, "schema": schema}
        for name, (schema, text) in PARAMETERS.items()
    }
    components["securitySchemes"] = {"token": TOKEN}
    components["responses"] = describe_problems()
    share_components(result)
    order = ("openapi", "info", "servers", "tags", "paths", "webhooks", "components")
    return {name: result[name] for name in order}
