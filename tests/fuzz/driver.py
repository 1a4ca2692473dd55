"""Schemathesis in this process: it reads the document, calls the program by WSGI, and counts.

A failure is told with the curl to repeat it. ``FUZZ_SECONDS`` is the time for all roles together.
"""

import os
from collections import Counter
from functools import cache

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from negotiations.protocol.references import Reference, References
from tests.contract import document
from tests.scene import VIEWSETS

SECONDS = int(os.environ.get("FUZZ_SECONDS", "120"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
)


def configuration(token, seconds, records):
    """What is checked, how often, and as whom; with a token, on records that exist."""
    data = {
        "max-time": seconds,
        "workers": 1,
        "continue-on-failure": True,
        "generation": {"max-examples": 15, "no-shrink": True, "database": "none"},
        # The curl of a failure is whole; its token ends with the run.
        "output": {"sanitization": {"enabled": False}, "truncation": {"enabled": False}},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        "phases": {"examples": {"enabled": False}},
    }
    if token:
        data["operations"] = [
            {"include-path": path, "parameters": {"path.slug": record.slug, "If-Match": "*"}}
            for path in document()["paths"]
            if "{slug}" in path and (record := records.get(collection_of(path)))
        ]
        data["headers"] = {"Authorization": f"Bearer {token}"}
    return SchemathesisConfig.from_dict(data)


class Run:
    """One run: how many cases and checks there were, and what failed."""

    def __init__(self, application, records, token, seconds):
        self.answers, self.checks, self.operations, self.faults = Counter(), Counter(), set(), {}
        schema = schemathesis.openapi.from_dict(
            document(), config=configuration(token, seconds, records)
        )
        schema.app = application
        schema.location = "/api/openapi.json"
        aim(schema, records)
        for event in from_schema(schema).execute():
            self.note(event)

    def note(self, event):
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.faults.setdefault(repr(event)[:2000], "")
        if not isinstance(event, events.ScenarioFinished):
            return
        self.operations |= {n.value.operation.label for n in event.recorder.cases.values()}
        for one in event.recorder.interactions.values():
            if one.response is not None:
                self.answers[one.response.status_code] += 1
        for nodes in event.recorder.checks.values():
            for node in nodes:
                self.checks[node.name] += 1
                if node.status == Status.FAILURE:
                    failure = node.failure_info.failure
                    about = f"{event.recorder.label}: {failure.title}: {failure.message[:600]}"
                    self.faults.setdefault(about, node.failure_info.code_sample)

    def summary(self):
        """How much was tried."""
        return (
            f"{self.answers.total()} requests to {len(self.operations)} operations, "
            f"{self.checks.total()} checks, answers {dict(sorted(self.answers.items()))}"
        )

    def told(self):
        """The faults, each with its request."""
        return "\n\n".join(f"{fault}\n{request}" for fault, request in self.faults.items())


def aim(schema, records):
    """Let half of the bodies name records that exist; the others miss."""

    @schema.hook
    def filter_path_parameters(context, path_parameters):
        # Without a slug the address is the list's.
        return not path_parameters or path_parameters.get("slug") != ""

    @schema.hook
    def map_body(context, body):
        collection = collection_of(context.operation.path)
        record = records.get(collection)
        if collection not in VIEWSETS or not isinstance(body, dict) or not hits(body):
            return body
        for name, target in references(collection).items():
            slug = records[target].slug
            if isinstance(body.get(name), str):
                body[name] = slug
            elif isinstance(body.get(name), list):
                body[name] = [slug]
        if isinstance(body.get("version"), int):
            body["version"] = record.version
        return body


def collection_of(path):
    """The part of a path that names a collection."""
    return path.removeprefix("/api/v1/").partition("/")[0]


def hits(value):
    """Half of all values, the same each time."""
    return len(repr(value)) % 2 == 0


@cache
def references(collection):
    """The members of a body that name other records, with their collections."""
    fields = VIEWSETS[collection].serializer_class().fields.items()
    return {
        name: field.model.collection()
        for name, field in fields
        if isinstance(field, Reference | References)
    }
