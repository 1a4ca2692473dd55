"""Answers in the OpenAPI document: their headers, and every refusal with its codes."""

from typing import Any

from negotiations.rest.http.problem_details import CODE_BY_STATUS, MEDIA_TYPE, PROBLEMS

from .values import Schema, ref

EVENT_STREAM = "text/event-stream"
READ_STATUSES = (304, 400, 401, 406, 429, 500, 503)
WRITE_STATUSES = (400, 401, 403, 406, 409, 413, 415, 429, 500, 503)
PROBLEM_STATUSES: dict[str, tuple[int, ...]] = {
    "list": READ_STATUSES,
    "export": READ_STATUSES,
    "stats": READ_STATUSES,
    "retrieve": (*READ_STATUSES, 404, 410),
    "create": (*WRITE_STATUSES, 422),
    "update": (*WRITE_STATUSES, 404, 410, 412, 422, 428),
    "partial_update": (*WRITE_STATUSES, 404, 410, 412, 422, 428),
    "destroy": (*WRITE_STATUSES, 404, 410, 412, 422, 428),
    # Outside the collections, by method.
    "get": (*READ_STATUSES, 404),
    "post": WRITE_STATUSES,
    "delete": (*WRITE_STATUSES, 404),
}
RESPONSE_NAMES = {status: code.title().replace("_", "") for status, code in CODE_BY_STATUS.items()}
REQUEST_ID = {
    "description": "Names this request in the server's log.",
    "required": True,
    "schema": {"type": "string"},
}
VERSION_TAG = {"type": "string", "pattern": r'^"[0-9]+(-[0-9a-f]+)?"$', "examples": ['"7"']}
ANY_TAG = {"type": "string", "pattern": r'^"[0-9a-f-]+"$'}
HTTP_DATE = {"type": "string", "examples": ["Sat, 19 Jul 2025 20:00:00 GMT"]}
RETRY_AFTER = {
    "description": "Seconds to wait.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
# Where the installation has limits: draft-ietf-httpapi-ratelimit-headers.
RATE_LIMIT: Schema = {
    "RateLimit-Policy": {
        "description": "Requests allowed in seconds.",
        "schema": {"type": "string", "examples": ['"anonymous";q=600;w=60']},
    },
    "RateLimit": {
        "description": "Requests left, and seconds until the next window.",
        "schema": {"type": "string", "examples": ['"anonymous";r=599;t=42']},
    },
}
REPLAYED = {
    "description": "That this is the first answer again, and nothing was done now.",
    "schema": {"type": "string", "const": "true"},
}
FEED_POSITION = {
    "description": "What `after` of `/api/v1/changes/` is, to follow from this answer on.",
    "schema": {"type": "integer", "minimum": 0},
}
MORE_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": RETRY_AFTER, **RATE_LIMIT},
    503: {"Retry-After": RETRY_AFTER},
}


def describe_json(description: str, schema: Schema) -> Schema:
    """An answer with a body."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def describe_page(schema: Schema, tables: dict[str, Schema]) -> Schema:
    """One page of a list; in a table the rows are the body and the rest are headers."""
    found = describe_json("One page of the list.", schema)
    found["content"] |= {name: {"schema": table} for name, table in tables.items()}
    return found


def describe_file(types: dict[str, Schema]) -> Schema:
    """An answer that is a file."""
    content = {name: {"schema": schema} for name, schema in types.items()}
    return {"description": "The file.", "content": content}


def describe_headers(action: str, status: str) -> Schema:
    """The headers of an answer that a client builds on."""
    found: Schema = {"X-Request-ID": REQUEST_ID, **RATE_LIMIT}
    if action in {"create", "update", "partial_update", "destroy"}:
        found["Idempotency-Replayed"] = REPLAYED
    if status == "204" or action in {"post", "delete"}:
        return found
    if action == "export":
        about = "The name of the file."
        name = {"description": about, "required": True, "schema": {"type": "string"}}
        found |= {"Content-Disposition": name, "Feed-Position": FEED_POSITION}
    # An array of new records has no state and no place of its own.
    found |= describe_validators(action, is_sure=status != "201")
    if status == "201":
        address = {"type": "string", "format": "uri"}
        found["Location"] = {"description": "Where it is, if it is one.", "schema": address}
    if action == "list":
        about = "The next and the previous page (RFC 8288), where there are such."
        found["Link"] = {"description": about, "schema": {"type": "string"}}
        about = "How many records the filters leave; of a table with `count=true`."
        found["Total-Count"] = {"description": about, "schema": {"type": "integer"}}
        found["Feed-Position"] = FEED_POSITION
    return found


def describe_validators(action: str, *, is_sure: bool) -> Schema:
    """The headers that tell one state of an answer from another."""
    is_record = action not in {"list", "get", "stats", "export", "patch"}
    tag = "The record's version, as `If-Match` takes it." if is_record else "The answer's state."
    time = (
        "When the record was last written."
        if is_record
        else "When what it tells of last changed, as far as you may know and the server keeps it."
    )
    schema = VERSION_TAG if is_record else ANY_TAG
    return {
        "ETag": {"description": tag, "required": is_sure, "schema": schema},
        "Last-Modified": {"description": time, "required": is_sure, "schema": HTTP_DATE},
    }


def build_response_ref(status: int) -> Schema:
    """A reference to the answer of this status."""
    name = {304: "NotModified", 308: "Moved"}.get(status) or RESPONSE_NAMES[status]
    return {"$ref": f"#/components/responses/{name}"}


def describe_problems() -> dict[str, Schema]:
    """Every refusal once, under the name of its status."""
    found: dict[str, Schema] = {
        "NotModified": {
            "description": "The answer at hand still holds.",
            "headers": {
                "ETag": {"required": True, "schema": ANY_TAG},
                "Last-Modified": {"required": True, "schema": HTTP_DATE},
                "X-Request-ID": REQUEST_ID,
            },
        },
        "Moved": {
            "description": "The record was merged into another, which is there.",
            "headers": {
                "Location": {"required": True, "schema": {"type": "string", "format": "uri"}},
                "X-Request-ID": REQUEST_ID,
            },
        },
    }
    documented = {status for group in PROBLEM_STATUSES.values() for status in group}
    for status in sorted(documented - {304}):
        codes = [(code, *rest) for code, (s, *rest) in PROBLEMS.items() if s == status]
        found[RESPONSE_NAMES[status]] = {
            "description": "\n".join(f"* `{code}`: {title}. {do}" for code, title, do in codes),
            "headers": {"X-Request-ID": REQUEST_ID, **MORE_HEADERS.get(status, {})},
            "content": {MEDIA_TYPE: {"schema": ref("Problem")}},
        }
    return found


STALE: Schema = {
    "current_version": {"type": ["integer", "null"], "description": "With 412."},
    "changed_by": {"type": ["string", "null"], "description": "With 412."},
    "changed_at": {"type": ["string", "null"], "format": "date-time", "description": "With 412."},
    "changed": {
        "type": ["array", "null"],
        "items": {"type": "string"},
        "description": "With 412: the members that changed since the version given.",
    },
}
REFERRERS = {
    "type": "array",
    "items": {"type": "string"},
    "description": "With 409: the addresses of records that refer to it, 50 at most.",
}
PROBLEM: Schema = {
    "type": "object",
    "examples": [
        {
            "type": "/api/problems/invalid_query/",
            "title": PROBLEMS["invalid_query"][1],
            "status": 400,
            "code": "invalid_query",
            "detail": "1 error",
            "request_id": "0f8c3b9e5d4a4b7f9f3c1f0a2b6d7e8f",
            "errors": [
                {
                    "parameter": "isue",
                    "code": "unknown_parameter",
                    "detail": "There is no such parameter.",
                    "did_you_mean": ["issue"],
                }
            ],
        }
    ],
    "description": "Why a request was refused, and what to do about it (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Where the code is explained.",
        },
        "title": {"type": "string", "description": "The code in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "code": {"type": "string", "enum": [*PROBLEMS], "description": "For programs."},
        "detail": {"type": "string", "description": "This case in words."},
        "request_id": {"type": ["string", "null"], "description": "As in `X-Request-ID`."},
        "errors": {
            "type": "array",
            "items": ref("Fault"),
            "minItems": 1,
            "description": "Every fault that was found.",
        },
        **STALE,
        "deleted_at": {"type": "string", "format": "date-time", "description": "With 410."},
        "withdrawn_at": {
            "type": "string",
            "format": "date-time",
            "description": "With 410: when it left publication; it may come back.",
        },
        "deleted_by": {
            "type": ["string", "null"],
            "description": "With 410; not told without a token.",
        },
        "reason": {"type": "string", "description": "With 410: why it was deleted."},
        "referrers": REFERRERS,
        "did_you_mean": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Known names like the one in the address.",
        },
    },
}
FAULT: Schema = {
    "type": "object",
    "description": "One thing that is wrong, and where: in the body, the query or a header.",
    "required": ["code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "The member of the body (RFC 6901)."},
        "parameter": {"type": "string", "description": "The parameter of the query."},
        "header": {"type": "string", "description": "The header."},
        "code": {"type": "string", "description": "What is wrong, for programs."},
        "detail": {"type": "string", "description": "What is wrong, for people."},
        "did_you_mean": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Known words like the one that is not known.",
        },
        # Of one operation of a batch.
        **STALE,
        "referrers": REFERRERS,
    },
}
