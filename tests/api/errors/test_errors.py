"""Refusals: one form for every status, whoever raised it, and nothing of the inside in it."""

import logging

import pytest
from django.db import OperationalError
from django.test import Client

from negotiations.models import Issue
from negotiations.rest.http.problem_details import PROBLEMS
from tests.factories import IssueFactory, PersonFactory
from tests.support.scene import get_api_url

pytestmark = pytest.mark.django_db


def test_a_refusal_says_what_it_is_and_where_to_read_more(reader):
    answer = Client().get("/api/v1/issues/missing/", headers={"x-request-id": "probe-1"})

    assert answer.json() == {
        "type": "/api/problems/not_found/",
        "title": "There is no such thing",
        "status": 404,
        "code": "not_found",
        "detail": "Nothing is found at this address.",
        "request_id": "probe-1",
    }
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert Client().get(answer.json()["type"]).json()["title"] == answer.json()["title"]


def test_every_problem_has_a_page_that_says_what_to_do():
    listed = Client().get("/api/problems/").json()

    single = [Client().get(f"/api/problems/{code}/").json() for code in PROBLEMS]
    assert listed == single
    assert [set(problem) for problem in single] == [{"type", "status", "title", "remedy"}] * len(
        PROBLEMS
    )


def test_a_fault_of_ours_is_logged_and_says_nothing_of_the_inside(monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(Issue.objects, "visible_to", fail)
    client = Client(raise_request_exception=False)

    with caplog.at_level(logging.ERROR):
        answer = client.get(get_api_url("issues"), headers={"x-request-id": "probe-1"})

    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert "secret" not in answer.content.decode()
    assert "a secret of the inside" in caplog.text


def test_a_database_that_is_away_is_a_503_with_a_time_to_come_back(monkeypatch, caplog):
    def fail(*args):
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr(Issue.objects, "visible_to", fail)

    answer = Client(raise_request_exception=False).get(get_api_url("issues"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/nothing", "/livez/nothing", "/apis/"])
def test_programs_get_problems_and_people_get_pages_outside_the_api(path):
    program = Client().get(path)
    person = Client().get(path, headers={"accept": "text/html,*/*;q=0.8"})

    assert (program.status_code, program["Content-Type"]) == (404, "application/problem+json")
    assert (person.status_code, person["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such thing" in person.content.decode()


def test_a_browser_gets_problems_under_the_api():
    answer = Client().get("/api/v1/nothing/", headers={"accept": "text/html"})

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_form_that_expired_is_told_so():
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/admin/login/", {"username": "x", "password": "y"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_deletion_that_a_rule_forbids_is_told_like_other_faults(administrator):
    person = PersonFactory(review="published")
    citation = person.citations.get()

    answer = administrator.delete(
        get_api_url("citations", citation.slug),
        headers={"if-match": "*", "change-reason": "Wrong."},
    )

    fault = {
        "pointer": "/citations",
        "code": "no_citation",
        "detail": "A published record keeps at least one published citation.",
    }
    assert (answer.status_code, answer.json()["errors"]) == (400, [fault])
    assert person.citations.count() == 1


def test_the_root_lists_every_collection_with_its_address(reader):
    IssueFactory(review="published")

    body = Client().get("/api/v1/").json()

    statuses = {name: Client().get(url).status_code for name, url in body["collections"].items()}
    assert statuses == dict.fromkeys(body["collections"], 200)
    assert len(statuses) == 20
