"""The OpenAPI document: valid, the same each time, and the same for client developers as for us."""

import json
import os
import subprocess
import sys

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import OpenAPIV31SpecValidator

from negotiations.models import COLLECTIONS
from tests.support.contract import METHODS, document, get_validator, resolve_reference
from tests.support.scene import VIEWSETS, build_scene

ALWAYS = {"400", "401", "406", "429", "500", "503"}
WRITING = ALWAYS | {"403", "409", "413", "415"}
CHANGING = WRITING | {"404", "410", "412", "422", "428"}
REFUSED = {
    "list": ALWAYS | {"304"},
    "retrieve": ALWAYS | {"304", "404", "410"},
    "create": WRITING | {"422"},
    "replace": CHANGING,
    "change": CHANGING,
    "delete": CHANGING,
}


def operations():
    return [
        (path, method, operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def of_records():
    """Operation, action: the six of each kind."""
    named = {operation["operationId"]: operation for _, _, operation in operations()}
    return [(named[f"{kind}_{action}"], action) for kind in COLLECTIONS for action in REFUSED]


@pytest.mark.slow
def test_the_document_is_valid_openapi():
    assert document()["openapi"] == "3.1.1"
    assert [str(fault) for fault in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_the_generator_has_nothing_to_warn_of():
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(public=True)

    assert not GENERATOR_STATS


@pytest.mark.slow
def test_the_document_is_the_same_bytes_each_time(tmp_path):
    found = set()
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.json"
        command = ["manage.py", "spectacular", "--format", "openapi-json", "--file", str(target)]
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"TRACKER_DEBUG": "1", "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, *command], check=True, env=environment)
        found.add(target.read_bytes())

    assert len(found) == 1


@pytest.mark.slow
def test_the_first_readers_of_a_process_may_come_together():
    code = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from negotiations.rest.openapi.views import document
together = Barrier(8)
with ThreadPoolExecutor(8) as readers:
    print(len(set(readers.map(lambda _: (together.wait(), document())[1], range(8)))))
"""
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tracker.settings", "TRACKER_DEBUG": "1"}

    done = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.returncode) == ("1\n", 0), done.stderr


def test_every_operation_has_a_name_of_its_own():
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)


def test_every_operation_on_records_says_what_it_refuses():
    for operation, action in of_records():
        good = {status for status in operation["responses"] if status.startswith("2")}
        assert len(good) == 1
        # What can be merged leads on from its old name.
        leads = (
            {"308"} if operation["operationId"].split("_")[0] in {"parties", "people"} else set()
        )
        refused = REFUSED[action] | (leads if "404" in REFUSED[action] else set())
        assert set(operation["responses"]) - good == refused, operation["operationId"]


def test_reading_sends_no_body():
    reading = [operation for _, method, operation in operations() if method == "get"]

    assert not [one["operationId"] for one in reading if "requestBody" in one]


def test_reading_is_open_and_writing_needs_a_token():
    for path, method, operation in operations():
        wanted = [{"token": []}, {}] if method == "get" else [{"token": []}]
        if not path.startswith(("/api/v1/tokens/", "/api/v1/webhooks/")):
            assert operation["security"] == wanted, (path, method)


def test_what_a_token_is_is_declared():
    assert document()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_operation_has_a_short_name_and_a_tag_that_is_explained():
    explained = {tag["name"] for tag in document()["tags"] if tag["description"]}
    for path, method, operation in operations():
        assert 0 < len(operation["summary"]) <= 100, (path, method)
        assert operation["tags"][0] in explained, (path, method)


def test_every_parameter_of_a_list_is_described():
    for path, method, operation in operations():
        for parameter in operation.get("parameters", []):
            known = resolve_reference(parameter)
            assert known.get("description") or known["in"] == "path", (path, method, known["name"])


def test_every_member_says_what_it_means():
    for name, schema in document()["components"]["schemas"].items():
        for member, value in schema.get("properties", {}).items():
            # What is said of the whole, or by the name.
            of_parts = name.endswith(("Part", "Beside", "Group", "Expanded", "StatsRow"))
            of_parts = of_parts or member == "expand"
            assert "description" in value or "$ref" in value or of_parts or member == "results", (
                name,
                member,
            )


def texts(schema, place):
    """The places of texts of any characters in what a schema takes."""
    is_text = "string" in schema.get("type", ())
    if is_text and not {"pattern", "enum", "format", "const"} & schema.keys():
        yield place
    inner = {**schema.get("properties", {}), "[]": schema.get("items")}
    inner |= {"{}": schema.get("additionalProperties")}
    inner |= {
        f"{key}{n}": one for key in ("anyOf", "oneOf") for n, one in enumerate(schema.get(key, ()))
    }
    for name, one in inner.items():
        if isinstance(one, dict):
            yield from texts({**resolve_reference(one), **one}, f"{place}/{name}")


def test_every_text_that_is_taken_says_its_characters():
    bodies = [
        (f"{method} {path}", content["schema"])
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS and "requestBody" in operation
        for content in resolve_reference(operation["requestBody"])["content"].values()
    ]

    loose = [
        place for path, body in bodies for place in texts({**resolve_reference(body), **body}, path)
    ]

    assert len(bodies) > 60
    assert loose == []


def test_the_words_of_the_program_do_not_leak():
    text = json.dumps(document())

    assert "x-spec-enum-id" not in text
    assert "one way in which a body becomes a record" not in text
    assert not any("enum" in name.lower() for name in document()["components"]["schemas"])


def test_a_coded_list_stands_once():
    lists = [
        tuple(schema["enum"])
        for name, schema in document()["components"]["schemas"].items()
        if "enum" in schema
        and not name.endswith(("Member", "Expansion", "GroupBy", "Measure", "Order"))
    ]

    assert len(lists) == len(set(lists))


@pytest.mark.parametrize(
    ("date", "is_one"),
    [
        ("", True),
        ("2025-07-19", True),
        ("2025-06~", True),
        ("2025-22", True),
        ("202X", True),
        ("2025-XX-XX", True),
        ("2025-06-XX", True),
        ("2025-06-01/2025-06-10", True),
        ("../2025-08-08", True),
        ("2025-06/", True),
        ("2025-13", False),
        ("2025-6", False),
        ("2025-22-01", False),
        ("202X-01", False),
        ("2025-06-XX/2025-07", False),
        ("/", False),
        ("../..", False),
        ("19 July 2025", False),
    ],
)
def test_the_pattern_of_dates_is_that_of_the_parser(date, is_one):
    from negotiations.dates import edtf

    place = ("components", "schemas", "UncertainDate")
    try:
        assert not date or edtf.parse_edtf(date)
        parsed = True
    except edtf.InvalidDate:
        parsed = False

    assert parsed is get_validator(place).is_valid(date) is is_one


@pytest.mark.slow
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_what_is_read_can_be_sent_back(reviewer, collection):
    """The client validates each answer, and each accepted request, against the document."""
    record = build_scene()[collection]
    address = f"/api/v1/{record.address}/"

    body = reviewer.get(address).json()
    answer = reviewer.put(address, body)

    assert (answer.status_code, answer.json()) == (200, body)
    name = VIEWSETS[collection].queryset.model.__name__
    place = ("components", "schemas", f"{name}Replace")
    assert get_validator(place, strict=False).is_valid(body)


def test_every_object_says_which_members_it_has():
    """A schema of an object without any is a type that takes no member in generated clients."""
    silent = []

    def walk(node, place):
        if isinstance(node, list):
            for number, item in enumerate(node):
                walk(item, f"{place}/{number}")
        elif isinstance(node, dict):
            says = {"properties", "additionalProperties", "allOf", "oneOf", "anyOf"}
            if node.get("type") == "object" and says.isdisjoint(node):
                silent.append(place)
            for name, item in node.items():
                walk(item, f"{place}/{name}")

    walk(document(), "")
    assert silent == []
