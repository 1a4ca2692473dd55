"""The installation: what it says about itself, and what every answer carries."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import django
import pytest
from django.test import Client

from tests.support.processes import PRODUCTION, ROOT, run_process

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


@pytest.mark.slow
def test_a_database_that_is_not_ready_is_a_503(tmp_path):
    program = (
        "import django; django.setup(); from django.test import Client\n"
        "answer = Client().get('/readyz', secure=True, headers={'host': 'tracker.example',"
        " 'x-request-id': 'probe-1'})\n"
        "print(answer.status_code, answer['Content-Type'], answer['Retry-After'])\n"
        "print(answer.content.decode())"
    )
    variables = {**PRODUCTION, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    empty = f"sqlite:///{tmp_path}/empty.sqlite3"

    unmigrated = run_process(["-c", program], **{**variables, "DATABASE_URL": empty})
    away = run_process(["-c", program], **variables)

    assert problem(unmigrated)["detail"] == "The database is not migrated."
    assert problem(away) == {
        "type": "/api/problems/unavailable/",
        "title": "The service is not available now",
        "status": 503,
        "code": "unavailable",
        "detail": "The database does not answer.",
        "request_id": "probe-1",
    }


def problem(answer):
    first, body = answer.stdout.splitlines()
    assert first == "503 application/problem+json 5"
    return json.loads(body)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_told(path):
    answer = Client().get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("sent", "kept"), [("probe-1", True), ("", False), ("a b", False), ("x" * 65, False)]
)
def test_a_request_id_is_taken_over_when_it_is_a_plain_word(sent, kept):
    answer = Client().get("/livez", headers={"x-request-id": sent})

    assert (answer["X-Request-ID"] == sent) is kept
    assert answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/api/nothing", "default-src 'none'; frame-ancestors 'none'"),
        ("/nothing", PAGE_POLICY),
    ],
)
def test_every_answer_carries_its_policy(path, policy):
    answer = Client().get(path)

    assert answer["Content-Security-Policy"] == policy
    assert answer["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_any_page_may_read_public_data_but_not_write():
    asked = {"origin": "https://reader.example", "access-control-request-method": "GET"}

    answer = Client().options("/api/v1/rounds/", headers=asked)

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "authorization" not in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in Client().options("/admin/", headers=asked).headers


def test_the_framework_is_the_one_this_interpreter_is_tested_with():
    expected = (5, 2) if sys.version_info < (3, 12) else (6, 1)

    assert django.VERSION[:2] == expected


def test_nothing_committed_names_a_registry_or_this_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    # In two parts, so that this file does not name them.
    hosts = ["py" + "pi.org", "pythonhosted" + ".org", "npmjs" + ".org", "extra" + "-index-url"]

    named = [
        (name, host)
        for name in listed.stdout.decode().split("\0")
        if name and (ROOT / name).is_file()
        for host in [*hosts, str(ROOT)]
        if host in (ROOT / name).read_bytes().decode("utf-8", "replace")
    ]

    assert named == []


@pytest.mark.slow
def test_database_of_an_older_version_is_refused_in_one_sentence(tmp_path):
    file = tmp_path / "older.sqlite3"
    with closing(sqlite3.connect(file)) as older, older:
        older.execute("CREATE TABLE negotiations_party (id integer PRIMARY KEY)")
        older.execute("CREATE TABLE django_migrations (id integer PRIMARY KEY, app, name, applied)")
        applied = ("negotiations", "0001_initial", "2025-07-20 10:00:00")
        older.execute("INSERT INTO django_migrations VALUES (1, ?, ?, ?)", applied)

    refused = run_process(
        ["manage.py", "migrate"], **{**PRODUCTION, "DATABASE_URL": f"sqlite:///{file}"}
    )

    assert refused.returncode == 1
    assert refused.stderr == (
        "CommandError: Another version of Negotiation Tracker made this database (migration "
        "0001_initial), and this version cannot upgrade it: dump its records with that version "
        "(manage.py dumpseeds), then migrate an empty database and load them (loadseeds).\n"
    )
