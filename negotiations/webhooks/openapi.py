"""Webhooks in the OpenAPI document: those that clients keep, and the messages that they get."""

from typing import Any

from negotiations.models import Webhook, WebhookDelivery
from negotiations.rest.schemas.about import (
    INSTANT,
    URI,
    WORD,
    build_coded_schema,
    build_nullable_schema,
)
from negotiations.rest.schemas.changes import build_object_schema
from negotiations.rest.schemas.values import READABLE_TEXT, Schema, build_list_schema, ref

AUTH: Any = [{"token": []}]
TAGS = ["webhooks"]
TAG = {
    "name": TAGS[0],
    "description": "Signed messages to client apps about what changes (Standard Webhooks 1.0).",
}
KIND = ref("Collection")
GIVEN: dict[str, Schema] = {
    "url": {
        **URI,
        "minLength": 1,
        "maxLength": 500,
        "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[!-~]+$",
        "description": "Where messages are posted: https, and a host that everybody can reach.",
    },
    "kinds": {
        "type": "array",
        "items": KIND,
        "uniqueItems": True,
        "default": [],
        "description": "The collections it is told of; empty: all.",
    },
    "enabled": {
        "type": "boolean",
        "default": True,
        "description": "Whether messages are sent.",
    },
}
WANTED: Schema = {
    "type": "object",
    "required": ["url"],
    "additionalProperties": False,
    "properties": GIVEN,
}
CHANGE = dict.fromkeys(("application/json", "application/merge-patch+json"), ref("WebhookChange"))

_WEBHOOK = {
    "slug": {**WORD, "pattern": "^[0-9a-f]{16}$", "description": "Its public name."},
    "url": {**URI, "description": GIVEN["url"]["description"]},
    "kinds": {"type": "array", "items": KIND, "description": GIVEN["kinds"]["description"]},
    "enabled": {"type": "boolean", "description": GIVEN["enabled"]["description"]},
    "disabled_at": build_nullable_schema(INSTANT, "When it was switched off; null while it is on."),
    "disabled_reason": {
        "anyOf": [ref("WebhookDisabledReason"), {"type": "string", "const": ""}],
        "description": "Why it was switched off; empty while it is on.",
    },
    "failing_since": build_nullable_schema(
        INSTANT, "Since when nothing arrived; null: the last message did."
    ),
    "old_secret_until": build_nullable_schema(
        INSTANT, "Until when the former secret signs as well."
    ),
    "created_at": {**INSTANT, "description": "When it was made."},
}
_CHANGE: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{
            name: {**schema, "description": f"{schema['description']} Only as it was read."}
            for name, schema in _WEBHOOK.items()
        },
        **{name: {k: v for k, v in one.items() if k != "default"} for name, one in GIVEN.items()},
    },
}
_DELIVERY = build_object_schema(
    {
        "id": {**WORD, "description": "The header `webhook-id`, the same at each attempt."},
        "sequence": {
            "type": ["integer", "null"],
            "description": "The place of the change in `/api/v1/changes/`; null for a test.",
        },
        "type": {**WORD, "description": "What it tells, as `positions.created`."},
        "status": ref("WebhookDeliveryStatus"),
        "attempts": {"type": "integer", "description": "Since it was last asked for."},
        "created_at": {**INSTANT, "description": "When it was laid out."},
        "attempted_at": build_nullable_schema(INSTANT, "When it was last sent."),
        "next_attempt_at": build_nullable_schema(INSTANT, "When it is sent next; null: it is not."),
        "response_status": {
            "type": ["integer", "null"],
            "description": "The HTTP status of the last answer; null when there was none.",
        },
        "error": {**WORD, "description": "What went wrong at the last attempt."},
    }
)
_MESSAGE = build_object_schema(
    {
        "type": {
            **WORD,
            "description": "The collection and what happened, as `positions.created`.",
            "examples": ["positions.created", "webhook.test"],
        },
        "timestamp": {**INSTANT, "description": "When it happened."},
        "data": {
            "anyOf": [ref("Change"), ref("WebhookTest")],
            "description": "The change as `/api/v1/changes/` tells it; of a test, the webhook.",
        },
    }
)

WEBHOOKS: dict[str, Schema] = {
    "Webhook": build_object_schema(_WEBHOOK),
    "WebhookChange": _CHANGE,
    "WebhookDelivery": _DELIVERY,
    "WebhookDeliveryPage": build_object_schema(
        {
            "next": build_nullable_schema(URI, "Where the list goes on; null at its end."),
            "results": {"type": "array", "items": ref("WebhookDelivery")},
        }
    ),
    "WebhookDeliveryStatus": build_coded_schema(WebhookDelivery.Status),
    "WebhookDisabledReason": build_coded_schema(Webhook.DisabledReason),
    "WebhookList": build_object_schema(
        {"results": {"type": "array", "items": ref("Webhook"), "description": "The newest first."}}
    ),
    "WebhookMessage": _MESSAGE,
    "WebhookNew": build_object_schema(
        {
            **_WEBHOOK,
            "secret": {
                **WORD,
                "pattern": "^whsec_[A-Za-z0-9+/]{43}=$",
                "description": "With it messages are signed; shown this once.",
            },
        }
    ),
    "WebhookTest": build_object_schema({"webhook": {**WORD, "description": "Its own name."}}),
}
LOG_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "status",
        "type": build_list_schema(ref("WebhookDeliveryStatus")),
        "style": "form",
        "explode": False,
        "description": "Only deliveries in these states.",
    },
    {
        "name": "limit",
        "type": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
        "description": "How many deliveries to tell at most.",
    },
    {
        "name": "before",
        "type": READABLE_TEXT,
        "description": "The `id` of the delivery after which the list goes on.",
    },
]


def _header(name: str, description: str) -> Schema:
    schema = {"type": "string"}
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": description,
        "schema": schema,
    }


# What receivers get: the document's own place for it.
WEBHOOK_MESSAGES: dict[str, Schema] = {
    "change": {
        "post": {
            "operationId": "webhook_message",
            "summary": "Something changed",
            "description": (
                "Sent at least once, until it is answered with 200 to 299 within 15 seconds: at "
                "once, after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours. First "
                "attempts come in the order of the changes, repeats later: `data.sequence` tells."
            ),
            "parameters": [
                _header("webhook-id", "Names the message, at each attempt alike."),
                _header("webhook-timestamp", "When it was sent, in seconds since 1970."),
                _header(
                    "webhook-signature",
                    "`v1,` and the Base64 of the HMAC-SHA256 of `id.timestamp.body` under the "
                    "secret; several are separated by spaces, and one of them must fit.",
                ),
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ref("WebhookMessage")}},
            },
            "responses": {
                "2XX": {"description": "It has arrived."},
                "410": {"description": "No more, please: the webhook is switched off."},
                "default": {
                    "description": "It is sent again later; redirects are not followed. For as "
                    "long as `Retry-After` says with 429 or 503, an hour at most, nothing is sent."
                },
            },
        }
    }
}
