"""Schemathesis in this process: it reads the document, calls the program by WSGI, and counts.

A failure is told with the curl to repeat it. ``FUZZ_SECONDS`` is the time for all roles together,
``FUZZ_SEED`` repeats a run.
"""

import json
import os
import re
import secrets
from collections import Counter
from functools import cache

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from negotiations.rest.representations.relation_fields import RelatedSlugField, RelatedSlugListField
from tests.support.contract import METHODS, document
from tests.support.scene import VIEWSETS

SECONDS = int(os.environ.get("FUZZ_SECONDS", "300"))
SEED = int(os.environ.get("FUZZ_SEED") or secrets.randbits(32))
LONGEST_ANSWER_IN_SECONDS = 10
MOST_ATTEMPTS = 4
# What is right by the document is refused by rules that no schema can say: a slug that names no
# record, words that are not in their source, members that do not fit together or differ from what
# can only be read (400); a record that was deleted (410); a version that does not stand (412), or
# none, in the header or the body (428); a key that was used (422).
# ``only_rules_refuse_what_the_schema_allows`` looks at the 400s.
MAY_BE_REFUSED = [
    *("2xx", "3xx", "400", "401", "403", "404", "409", "410", "412", "422", "428"),
]
# Negating a schema sometimes leaves one without values; the generator gives up, and the operation
# loses the rest of its cases. It has to have had some.
GIVEN_UP = "Cannot generate an array with "
IN_A_BATCH = re.compile("/operations/[0-9]+/body")
CODES_OF_FORM = {
    *("bad_request", "malformed", "invalid", "required", "blank", "null", "empty"),
    *("max_length", "max_value", "min_value", "control_character", "repeated"),
    *("unknown_member", "unknown_parameter", "unknown_value", "unknown_ordering"),
    *("unknown_expansion", "unreadable_value", "repeated_parameter", "not_a_list"),
    *("invalid_country", "invalid_list", "invalid_identifiers", "invalid_slug", "invalid_number"),
}


def configuration(token, seconds, records, seed):
    """All checks, how often, and as whom; with a token, on records that exist."""
    data = {
        "seed": seed,
        "max-time": seconds,
        "workers": 1,
        "continue-on-failure": True,
        "generation": {"max-examples": 15, "no-shrink": True, "database": "none"},
        # The curl of a failure is whole; its token ends with the run.
        "output": {"sanitization": {"enabled": False}, "truncation": {"enabled": False}},
        "checks": {
            "enabled": True,
            "max_response_time": LONGEST_ANSWER_IN_SECONDS,
            # Of what is deleted, 410 is said whatever is sent to it.
            "negative_data_rejection": {"enabled": True, "expected-statuses": ["4xx"]},
            "positive_data_acceptance": {"enabled": True, "expected-statuses": MAY_BE_REFUSED},
        },
        # To wait for a change that does not come teaches nothing.
        "operations": [{"include-path": "/api/v1/changes/", "parameters": {"wait": 1}}],
    }
    if token:
        data["operations"] += [
            {"include-path": path, "parameters": {"path.slug": record.slug, "If-Match": "*"}}
            for path in document()["paths"]
            if "{slug}" in path and (record := records.get(collection_of(path)))
        ]
        data["headers"] = {"Authorization": f"Bearer {token}"}
    return SchemathesisConfig.from_dict(data)


@schemathesis.check
def only_rules_refuse_what_the_schema_allows(ctx, response, case):
    """A request that is valid by the document is refused for no fault that it could have told."""
    is_positive = case.meta is not None and case.meta.generation.mode.is_positive
    if not is_positive or response.status_code != 400:
        return
    problem = json.loads(response.content)
    # The bodies of a batch name records by their local ids, so the document leaves them open; and
    # no schema says which bytes of a header are UTF-8.
    codes = {
        fault["code"]
        for fault in problem.get("errors", [problem])
        if not IN_A_BATCH.match(fault.get("pointer", "")) and fault.get("header") != "Change-Reason"
    }
    assert not codes & CODES_OF_FORM, problem


class Run:
    """One run: how many cases and checks there were, and what failed."""

    def __init__(self, application, records, token, seconds):
        self.answers, self.checks, self.given_up = Counter(), Counter(), Counter()
        self.operations, self.faults = set(), {}
        # A busy machine tries again what it had no time for.
        for attempt in range(MOST_ATTEMPTS):
            config = configuration(token, seconds, records, SEED + attempt)
            self.execute(application, records, config)
            if self.faults or len(self.operations) == number_of_operations():
                return

    def execute(self, application, records, config):
        schema = schemathesis.openapi.from_dict(document(), config=config)
        schema.app = application
        schema.location = "/api/openapi.json"
        aim(schema, records)
        for event in from_schema(schema).execute():
            self.note(event)

    def note(self, event):
        if isinstance(event, events.NonFatalError) and str(event.value).startswith(GIVEN_UP):
            self.given_up[event.label] += 1
        elif isinstance(event, events.NonFatalError | events.FatalError):
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
            f"seed {SEED}: {self.answers.total()} requests to {len(self.operations)} operations, "
            f"{self.checks.total()} checks, answers {dict(sorted(self.answers.items()))}, "
            f"given up {dict(self.given_up)}"
        )

    def told(self):
        """The faults, each with its request."""
        return "\n\n".join(f"{fault}\n{request}" for fault, request in self.faults.items())


@cache
def number_of_operations():
    """How many operations the document has."""
    return sum(len(item.keys() & set(METHODS)) for item in document()["paths"].values())


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
        name: field.model.resource_name
        for name, field in fields
        if isinstance(field, RelatedSlugField | RelatedSlugListField)
    }
