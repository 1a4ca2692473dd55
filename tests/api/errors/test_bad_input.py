"""Every kind of bad input has one exact answer, soon, and harms nothing."""

import json
import time

import pytest
from django.test import Client

from negotiations.models import Issue, Token
from tests.conftest import create_user
from tests.factories import IssueFactory, SourceFactory

pytestmark = pytest.mark.django_db

PARTIES, ISSUES, LAND = "/api/v1/parties/", "/api/v1/issues/", "/api/v1/issues/land/"
PARTY = {"name": "Party", "kind": "state"}
MANY = "x" * 5000


@pytest.fixture
def client(db):
    """A plain client: what is sent here is meant to be against the document."""
    IssueFactory(slug="land", review="published")
    _token, text = Token.issue(
        create_user("administrator", "administrator"), "test", Token.Scope.WRITE
    )
    return Client(headers={"authorization": f"Bearer {text}"})


def send(client, body, method="POST", path=PARTIES, media="application/json", **headers):
    """What is answered within two seconds of work, after which the API is as well as before."""
    started = time.process_time()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.generic(method, path, body, media, headers=headers)
    seconds = time.process_time() - started
    assert seconds < 2
    healthy = client.get(LAND)
    assert (healthy.status_code, healthy.json()["slug"]) == (200, "land")
    assert Issue.objects.count() == 1
    if answer.status_code >= 400 and method != "HEAD":
        problem = answer.json()
        assert answer["Content-Type"] == "application/problem+json"
        assert (problem["status"], problem["type"]) == (
            answer.status_code,
            f"/api/problems/{problem['code']}/",
        )
        assert problem["request_id"] == answer["X-Request-ID"]
    return answer


def code(answer):
    """The status, and the code of the answer or of its one fault."""
    problem = answer.json()
    faults = problem.get("errors") or [problem]
    return answer.status_code, problem["code"], faults[0]["code"]


BODIES = {
    "empty": b"",
    "spaces": b"  \n",
    "byte order mark": b"\xef\xbb\xbf{}",
    "not UTF-8": '{"name": "Å"}'.encode("latin-1"),
    "UTF-16": '{"name": "A"}'.encode("utf-16"),
    "cut off": b'{"name": "A"',
    "two values": b"{} {}",
    "a comment": b'{"name": "A" /* x */}',
    "a single quote": b"{'name': 'A'}",
    "a form": b"name=A&kind=state",
    "a member twice": b'{"name": "A", "name": "B", "kind": "state"}',
    "a nested member twice": b'{"identifiers": {"a": "1", "a": "2"}}',
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "an infinite number": b'{"name": 1e999}',
    "5,000 digits": b'{"name": ' + b"9" * 5000 + b"}",
    "half a pair": rb'{"name": "\ud800"}',
    "half a pair in a name": rb'{"\udfff": 1}',
    "a raw line end": b'{"name": "A\nB"}',
    "33 levels": b'{"name": ' + b"[" * 32 + b"]" * 32 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "100,000 members, one twice": b"{"
    + b",".join(b'"%d":0' % n for n in [*range(90_000), 89_999])
    + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_no_json_is_malformed(client, body):
    assert code(send(client, body)) == (400, "malformed", "malformed")


@pytest.mark.parametrize(
    ("body", "pointer", "character"),
    [
        (rb'{"name": "\ud800"}', "/name", r"Character 1 of this text is \ud800"),
        (rb'{"aliases": ["A", "A\uDC00b"]}', "/aliases/1", r"Character 2 of this text is \udc00"),
        (rb'{"identifiers": {"a/b": "\ud83d \ude00"}}', "/identifiers/a~1b", r"is \ud83d"),
        (rb'[{"name": "A"}, {"note": "\ude00\ud83d"}]', "/1/note", r"is \ude00"),
        (rb'{"a\udfff": 1}', "/a\ufffd", r"Character 2 of this text is \udfff"),
    ],
)
def test_half_of_a_surrogate_pair_has_its_pointer_and_place(client, body, pointer, character):
    (error,) = send(client, body).json()["errors"]

    assert error["pointer"] == pointer
    assert character in error["detail"]
    assert error["detail"].endswith("Write both halves, or the character itself in UTF-8.")


def test_half_of_a_surrogate_pair_in_a_patch_has_its_pointer(client):
    answer = send(client, rb'{"note": "\ud800"}', "PATCH", LAND, if_match="*")

    assert [error["pointer"] for error in answer.json()["errors"]] == ["/note"]


def test_half_of_a_surrogate_pair_deep_inside_is_nested_too_deeply(client):
    assert code(send(client, b"[" * 300 + rb'"\ud800"' + b"]" * 300)) == (
        400,
        "malformed",
        "malformed",
    )


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("q=%ED%A0%80", "The value is not UTF-8 from character 1 on. Encode it as UTF-8."),
        ("q=ab%FF", "The value is not UTF-8 from character 3 on. Encode it as UTF-8."),
        ("q=a%0Cb", "Character 2 of the value is U+000C FORM FEED. Leave it out."),
        ("q=%00", "Character 1 of the value is U+0000 NULL. Leave it out."),
    ],
)
def test_an_unreadable_query_is_answered_with_its_character(client, query, detail):
    (error,) = client.get(f"{PARTIES}?{query}").json()["errors"]

    assert error == {"parameter": "q", "code": "unreadable_value", "detail": detail}


@pytest.mark.parametrize(
    ("member", "text", "detail"),
    [
        (
            "name",
            "A\x0cB",
            (
                "The character U+000C FORM FEED at position 2 is not allowed here. "
                "Delete it, or write a space in its place."
            ),
        ),
        (
            "note",
            "One.\nT\x0bwo.",
            (
                "The character U+000B VERTICAL TAB in line 2, column 2 is not allowed here. "
                "Delete it, or write a space or a line break in its place."
            ),
        ),
        (
            "note",
            "A\u202eB",
            (
                "The character U+202E RIGHT-TO-LEFT OVERRIDE in line 1, column 2 "
                "is not allowed here. Delete it, or write a space or a line break in its place."
            ),
        ),
    ],
)
def test_a_refused_character_has_its_name_and_place(client, member, text, detail):
    answer = send(client, json.dumps(PARTY | {member: text}))

    assert [(e["pointer"], e["detail"]) for e in answer.json()["errors"]] == [
        (f"/{member}", detail)
    ]


@pytest.mark.parametrize("body", [b"[]", b"[1]", b"7", b'"x"', b"null", b"true"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_body_is_an_object(client, method, body):
    if method == "POST" and body.startswith(b"["):
        return  # An array makes several records; its own tests hold that.
    path = PARTIES if method == "POST" else LAND

    answer = send(client, body, method, path, if_match="*")

    # A deletion without a body is complete but for its reason.
    nothing = ("bad_request", "required") if method == "DELETE" else ("invalid", "null")
    wrong = nothing if body == b"null" else ("invalid", "invalid")
    assert code(answer) == (400, *wrong)


MEMBERS = {
    "unknown": ({"naem": "A"}, "/naem", "unknown_member"),
    "escaped in its pointer": ({"a/b~c": 1}, "/a~1b~0c", "unknown_member"),
    "read-only": ({"created_at": "2025-01-01T00:00:00Z"}, "/created_at", "read_only"),
    "the version": ({"version": 1}, "/version", "read_only"),
    "a number for a text": ({"name": 7}, "/name", "invalid"),
    "a truth for a text": ({"name": True}, "/name", "invalid"),
    "a list for a text": ({"name": ["A"]}, "/name", "invalid"),
    "null for a text": ({"name": None}, "/name", "null"),
    "an empty text": ({"name": ""}, "/name", "blank"),
    "spaces for a text": ({"name": " \u00a0\u2003"}, "/name", "blank"),
    "a long text": ({"name": "x" * 201}, "/name", "max_length"),
    "NUL": ({"name": "A\0B"}, "/name", "control_character"),
    "a bidi override": ({"name": "A\u202eB"}, "/name", "control_character"),
    "a bidi isolate in a list": ({"aliases": ["A\u2066B"]}, "/aliases", "control_character"),
    "what is no character": ({"note": "A\ufffeB"}, "/note", "control_character"),
    "a slug with a bidi override": ({"slug": "a\u202eb"}, "/slug", None),
    "a slug with NUL": ({"slug": "a\0b"}, "/slug", None),
    "a slug with a capital": ({"slug": "Land"}, "/slug", "invalid_slug"),
    "a slug with a path": ({"slug": "../land"}, "/slug", "invalid_slug"),
    "an unknown code": ({"kind": "planet"}, "/kind", "unknown_value"),
    "an object for a code": ({"kind": {"a": 1}}, "/kind", "unknown_value"),
    "a text for a list": ({"aliases": "A"}, "/aliases", "invalid"),
    "a list for an object": ({"identifiers": []}, "/identifiers", "invalid"),
    "a slug for slugs": ({"member_of": "land"}, "/member_of", "invalid"),
    "numbers for slugs": ({"member_of": [1]}, "/member_of", "invalid"),
    "a reference with NUL": ({"member_of": ["a\0b"]}, "/member_of/0", "unknown_reference"),
    "100,000 references": ({"member_of": ["a"] * 100_000}, "/member_of", "max_length"),
    "a country that is none": ({"country": "XX"}, "/country", "invalid_country"),
    "10,000 new citations": ({"citations": [{}] * 10_000}, "/citations", "max_length"),
}


@pytest.mark.parametrize(("members", "pointer", "fault"), MEMBERS.values(), ids=MEMBERS)
def test_a_wrong_member_is_told_by_its_pointer(client, members, pointer, fault):
    answer = send(client, json.dumps(PARTY | members))

    told = {one["pointer"]: one["code"] for one in answer.json()["errors"]}
    assert (answer.status_code, list(told)) == (400, [pointer])
    assert told[pointer] == (fault or told[pointer])


def test_a_member_that_only_looks_like_all_is_told_by_its_pointer(client):
    answer = send(client, json.dumps(PARTY | {"__all__": 1}))

    assert code(answer)[2] == "unknown_member"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//host", "ftp://a.example", "https://a b"]
)
def test_an_address_is_one_of_the_web(client, url):
    body = {"kind": "report", "text": "Words.", "url": url}

    answer = send(client, json.dumps(body), path="/api/v1/sources/")

    assert [(f["pointer"], f["code"]) for f in answer.json()["errors"]] == [("/url", "invalid_url")]


@pytest.mark.parametrize(
    "date", ["2025-02-30", "2025-13", "last week", "2025-07-19T10:00Z", "٢٠٢٥"]
)
def test_a_date_exists(client, date):
    body = {"kind": "report", "text": "Words.", "published": date}

    answer = send(client, json.dumps(body), path="/api/v1/sources/")

    faults = [(f["pointer"], f["code"]) for f in answer.json()["errors"]]
    assert (answer.status_code, faults) == (400, [("/published", "invalid_date")])


@pytest.mark.slow
def test_60_000_unknown_members_are_told_in_time(client):
    body = dict.fromkeys(map(str, range(60_000)), 0)

    answer = send(client, json.dumps(body | {"name": "A", "kind": "state"}))

    assert (answer.status_code, answer.json()["detail"]) == (400, "100 errors")


def test_a_body_of_more_than_a_megabyte_is_too_large(client):
    text = "x" * 1024 * 1024

    answers = [
        send(client, json.dumps({"text": text}), path="/api/v1/sources/"),
        send(client, json.dumps({"note": text}), "PATCH", LAND, if_match="*"),
        send(client, json.dumps({"note": text}), "DELETE", LAND, if_match="*"),
    ]

    assert [code(answer)[:2] for answer in answers] == [(413, "too_large")] * 3


def test_a_source_of_nearly_a_megabyte_is_taken(client):
    body = {"kind": "report", "text": "x" * 1_000_000}

    assert send(client, json.dumps(body), path="/api/v1/sources/").status_code == 201
    assert SourceFactory._meta.model.objects.count() == 1
