"""Requests whose line or headers are wrong: addresses, methods, queries, content types."""

import pytest

from negotiations.models import Issue
from tests.api.errors.test_bad_input import ISSUES, LAND, MANY, PARTIES, client, code, send
from tests.factories import PartyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("self_review")]
__all__ = ["client"]  # the fixture

MEDIA = [
    ("", {}),
    ("text/plain", {}),
    ("application/x-www-form-urlencoded", {}),
    ("multipart/form-data; boundary=x", {}),
    ("application/xml", {}),
    ("application/merge-patch+json", {}),
    ("nonsense", {}),
    ("application/json; charset=latin-1", {}),
    ("application/json; charset=utf-16", {}),
    ('application/json; charset="nonsense"', {}),
    ("application/json", {"content_encoding": "gzip"}),
    ("application/json", {"content_encoding": "br, identity"}),
]


@pytest.mark.parametrize(("media", "headers"), MEDIA)
def test_a_body_is_json_in_utf8_uncompressed(client, media, headers):
    answer = send(client, '{"name": "A", "kind": "state"}', media=media, **headers)

    assert code(answer)[:2] == (415, "unsupported_media_type")


@pytest.mark.parametrize("media", ["application/json; charset=UTF-8", "Application/JSON"])
def test_json_is_taken_under_each_of_its_names(client, media):
    answer = send(client, '{"name": "A", "kind": "state"}', media=media)

    assert answer.status_code == 201


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense"])
@pytest.mark.parametrize("path", [ISSUES, LAND, "/api/v1/", "/api/v1/issues/missing/"])
def test_a_reader_that_accepts_no_json_is_told_so(client, path, accept):
    answer = send(client, b"", "GET", path, accept=accept)

    assert code(answer)[:2] == (406, "not_acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json; q=0.1"])
def test_json_is_what_most_readers_accept(client, accept):
    assert send(client, b"", "GET", LAND, accept=accept).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b", "[::1", ""])
def test_a_foreign_host_is_refused(client, host):
    answer = send(client, b"", "GET", ISSUES, host=host)

    assert code(answer)[:2] == (400, "bad_request")
    assert host not in answer.json()["detail"] or host == ""


METHODS = [
    ("POST", LAND, "GET, PUT, PATCH, DELETE, HEAD"),
    ("PUT", ISSUES, "GET, POST, HEAD"),
    ("PATCH", ISSUES, "GET, POST, HEAD"),
    ("DELETE", ISSUES, "GET, POST, HEAD"),
    ("OPTIONS", ISSUES, "GET, POST, HEAD"),
    ("TRACE", LAND, "GET, PUT, PATCH, DELETE, HEAD"),
    ("CONNECT", LAND, "GET, PUT, PATCH, DELETE, HEAD"),
    ("PROPFIND", LAND, "GET, PUT, PATCH, DELETE, HEAD"),
    ("POST", "/api/v1/", "GET, HEAD"),
]


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS)
@pytest.mark.parametrize("token", ["", "Bearer x"])
def test_a_method_that_is_not_there_is_told_before_who_asks(client, method, path, allowed, token):
    headers = {"authorization": token} if token else {}

    answer = send(client, b"{}", method, path, **headers)

    assert code(answer)[:2] == (405, "method_not_allowed")
    assert sorted(answer["Allow"].split(", ")) == sorted(allowed.split(", "))


@pytest.mark.parametrize("header", ["x_http_method_override", "x_method_override", "x_http_method"])
def test_a_method_is_not_overridden(client, header):
    answer = send(client, b"", "GET", LAND, **{header: "DELETE"})

    assert (answer.status_code, answer.json()["slug"]) == (200, "land")
    assert code(send(client, b"{}", "POST", f"{PARTIES}?_method=DELETE"))[1] == "invalid_query"


QUERIES = [
    ("kidn=state", "unknown_parameter"),
    ("_method=DELETE", "unknown_parameter"),
    ("pk=1", "unknown_parameter"),
    ("name__regex=(a%2B)%2B", "unknown_parameter"),
    ("created_by__password=x", "unknown_parameter"),
    ("%00=1", "unknown_parameter"),
    ("%FF=1", "unknown_parameter"),
    ("kind%5B%5D=state", "unknown_parameter"),
    ("=state", "unknown_parameter"),
    ("limit=2&limit=3", "repeated_parameter"),
    ("kind=", "empty_value"),
    ("kind", "empty_value"),
    ("kind=%00", "unreadable_value"),
    ("kind=%FF", "unreadable_value"),
    ("kind=%ED%A0%80", "unreadable_value"),
    ("kind=a%0Ab", "unreadable_value"),
    (f"kind={MANY}", "unreadable_value"),
    ("kind=STATE", "unknown_value"),
    ("kind=state,", "unknown_value"),
    ("kind=,,,", "unknown_value"),
    ("limit=0", "out_of_range"),
    ("limit=1000000", "out_of_range"),
    ("limit=%2050", "out_of_range"),
    ("count=1", "unknown_value"),
    ("cursor=x", "bad_cursor"),
    ("ordering=nmae", "unknown_ordering"),
    ("member_of=%27;drop table", "unknown_reference"),
    ("updated_since=yesterday", "invalid_instant"),
    ("updated_since=2025-07-19T20:00:00", "invalid_instant"),
]


@pytest.mark.parametrize(("query", "fault"), QUERIES)
def test_a_query_is_read_strictly(client, query, fault):
    answer = send(client, b"", "GET", f"{PARTIES}?{query}")

    assert code(answer) == (400, "invalid_query", fault)


def test_a_query_is_utf8_whatever_the_body_would_be(client):
    PartyFactory(slug="ivory-coast", name="Côte d'Ivoire", review="published")

    media = "text/plain; charset=iso-8859-1"
    answer = client.get(f"{PARTIES}?q=C%C3%B4te", headers={"Content-Type": media})

    assert [each["slug"] for each in answer.json()["results"]] == ["ivory-coast"]


@pytest.mark.parametrize(("method", "path"), [("GET", LAND), ("POST", PARTIES), ("PATCH", LAND)])
def test_an_address_without_parameters_takes_none(client, method, path):
    answer = send(client, b'{"note": "x"}', method, f"{path}?kind=state")

    assert code(answer) == (400, "invalid_query", "unknown_parameter")


def test_2_000_parameters_are_told_in_time(client):
    query = "&".join(f"parameter_{number}=x" for number in range(2000))

    answer = send(client, b"", "GET", f"{PARTIES}?{query}")

    assert (code(answer)[1], len(answer.json()["errors"])) == ("invalid_query", 2000)


def test_4_000_parameters_are_not_read(client):
    query = "&".join(f"p{number}=x" for number in range(4000))

    assert code(send(client, b"", "GET", f"{PARTIES}?{query}"))[:2] == (400, "bad_request")


PATHS = [
    "/api/v1/issues/١/",
    "/api/v1/issues/1/",
    "/api/v1/issues/-1/",
    "/api/v1/issues/land%00/",
    "/api/v1/issues/%00/",
    "/api/v1/issues/%FF/",
    "/api/v1/issues/%F0%9F%98%80/",
    "/api/v1/issues/land%0A/",
    "/api/v1/issues/LAND/",
    "/api/v1/issues/land%20/",
    f"/api/v1/issues/{MANY}/",
    "/api/v1/issues/../parties/land/",
    "/api/v1/issues/..%2F..%2Fadmin/",
    "/api/v1/issues/%2e%2e/",
    "/api/v1/issues//land/",
    "/api/v1/issues/land//",
    "/api/v1//issues/",
    "/api/v1/issues/land/more/",
    "/api/v1/issues.json",
    "/api/v1/Issues/",
    "/api/v2/issues/",
    "/api/nothing",
    "/api/problems/nothing/",
]


@pytest.mark.parametrize("path", PATHS)
def test_an_odd_address_is_not_found(client, path):
    assert code(send(client, b"", "GET", path))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    "reason",
    ["x" * 501, "a\tb", "\x80\x81", "a\u0085b".encode().decode("latin-1"), "\u00e2\u0080\u00ae"],
)
def test_a_reason_is_one_line_of_text(client, reason):
    answer = send(client, b'{"note": "x", "version": 1}', "PATCH", LAND, change_reason=reason)

    assert code(answer) == (400, "bad_request", "invalid")


def test_a_reason_is_kept_to_the_character(client):
    reason = "Тому що — “так”"
    sent = reason.encode().decode("latin-1")

    answer = send(client, b'{"note": "x", "version": 1}', "PATCH", LAND, change_reason=sent)

    assert answer.status_code == 200
    assert Issue.history.order_by("-history_id").first().history_change_reason == reason
