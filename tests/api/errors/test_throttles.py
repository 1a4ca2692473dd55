"""How many requests a minute, and what every answer says of it; CORS; what will go."""

import re
from threading import Thread

import pytest
from django.db import OperationalError, connection

from negotiations.models import RequestCount, Token
from negotiations.pages import urls as pages
from negotiations.rest.http import throttling
from negotiations.rest.http.throttling import RequestCounter
from tests.conftest import build_api_client
from tests.factories import NegotiationFactory
from tests.support.contract import document


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """A minute that has just begun, and a process that has counted nothing."""
    monkeypatch.setattr(throttling.time, "time", lambda: 1_800_000_000.0 - 1_800_000_000 % 60 + 5)
    monkeypatch.setattr(throttling, "REQUEST_COUNTER", RequestCounter())


def test_every_answer_says_what_is_left_and_the_first_too_many_is_429(reader, settings):
    settings.TRACKER_RATE_ANONYMOUS = 2

    first, second, third = (reader.get("/api/v1/parties/") for _ in range(3))

    assert (first.status_code, first["RateLimit-Policy"]) == (200, '"anonymous";q=2;w=60')
    assert [answer["RateLimit"] for answer in (first, second, third)] == [
        '"anonymous";r=1;t=55',
        '"anonymous";r=0;t=55',
        '"anonymous";r=0;t=55',
    ]
    assert (third.status_code, third["Retry-After"]) == (429, "55")
    assert third["Content-Type"] == "application/problem+json"
    assert third.json()["code"] == "throttled"


def test_a_new_minute_begins_anew_and_sweeps_the_last_away(reader, settings, monkeypatch):
    settings.TRACKER_RATE_ANONYMOUS = 1
    statuses = [reader.get("/api/v1/me/").status_code for _ in range(2)]
    now = throttling.time.time() + 60
    monkeypatch.setattr(throttling.time, "time", lambda: now)

    statuses.append(reader.get("/api/v1/me/").status_code)

    assert statuses == [200, 429, 200]
    assert RequestCount.objects.count() == 1


def test_each_token_and_each_address_has_its_own_count(reader, analyst, reviewer, settings):
    settings.TRACKER_RATE_ANONYMOUS = settings.TRACKER_RATE_TOKEN = 1

    clients = (reader, analyst, reviewer)
    statuses = [client.get("/api/v1/me/").status_code for client in clients]
    elsewhere = build_api_client().get("/api/v1/me/", REMOTE_ADDR="203.0.113.7")
    again = [client.get("/api/v1/me/") for client in clients]

    assert [*statuses, elsewhere.status_code] == [200, 200, 200, 200]
    assert [answer.status_code for answer in again] == [429, 429, 429]
    assert again[1]["RateLimit-Policy"] == '"token";q=1;w=60'


def test_refused_writes_and_bad_tokens_count_too(reader, settings):
    settings.TRACKER_RATE_ANONYMOUS = 3
    reader.post("/api/v1/parties/", {"name": "x"})
    wrong = {"Authorization": "Bearer nt_wrong"}
    statuses = [reader.get("/api/v1/me/", headers=wrong).status_code for _ in range(3)]

    assert statuses == [401, 401, 429]


def test_without_a_limit_nothing_is_counted_or_said(reader):
    answer = reader.get("/api/v1/me/")

    assert "RateLimit" not in answer
    assert RequestCount.objects.count() == 0


def test_all_processes_share_one_count(db):
    one, other = RequestCounter(), RequestCounter()

    left = [counter.take("key", 4, 7) for counter in (one, other, one, other, one, other)]

    assert left == [3, 2, 1, 0, -1, -1]


def test_a_process_writes_once_for_each_twentieth_of_the_limit(db, django_assert_num_queries):
    counter = RequestCounter()
    counter.take("other", 1, 7)

    with django_assert_num_queries(20):
        left = [counter.take("key", 100, 7) for _ in range(200)]

    assert left == [*range(99, -1, -1), *[-1] * 100]


def test_two_processes_together_let_through_a_twentieth_too_many_at_most(db):
    processes = RequestCounter(), RequestCounter()

    passed = sum(processes[n % 2].take("key", 100, 7) >= 0 for n in range(300))

    assert 100 <= passed <= 105


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_are_each_counted():
    counter, left = RequestCounter(), []

    def ask():
        left.extend(counter.take("key", 8, 7) for _ in range(4))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(value >= 0 for value in left) == 8


def test_a_database_that_takes_no_count_leaves_each_process_to_itself(db):
    def refuse(*args):
        raise OperationalError("database is locked")

    one, other = RequestCounter(), RequestCounter()

    with connection.execute_wrapper(refuse):
        alone = [one.take("key", 2, 7) for _ in range(3)]

    assert alone == [1, 0, -1]
    assert other.take("key", 2, 7) == 1


def test_what_is_kept_of_a_caller_is_no_address(reader, settings):
    settings.TRACKER_RATE_ANONYMOUS = 5
    reader.get("/api/v1/me/", REMOTE_ADDR="203.0.113.7")

    assert re.fullmatch("[0-9a-f]{64}", RequestCount.objects.get().key)


# Pages for readers


def test_pages_and_the_api_share_the_count_of_an_address(client, reader, settings):
    settings.TRACKER_RATE_ANONYMOUS = 4
    talks = NegotiationFactory(review="published")

    page = client.get("/")
    picture = client.get(f"/negotiations/{talks.slug}/matrix.svg")
    data = reader.get("/api/v1/parties/")
    nothing = client.get("/parties/nowhere/")

    assert [answer["RateLimit"] for answer in (page, picture, data, nothing)] == [
        f'"anonymous";r={left};t=55' for left in (3, 2, 1, 0)
    ]
    assert [page.status_code, picture.status_code, nothing.status_code] == [200, 200, 404]


def test_whoever_reads_too_many_pages_is_told_when_to_go_on(client, settings, db):
    settings.TRACKER_RATE_ANONYMOUS = 1
    client.get("/")

    page = client.get("/search/", headers={"Accept": "text/html"})
    program = client.get("/search/")

    assert (page.status_code, page["Retry-After"]) == (429, "55")
    assert page["RateLimit"] == '"anonymous";r=0;t=55'
    assert "Too many requests" in page.text
    assert "Go on in 55 seconds." in page.text
    assert (program.status_code, program.json()["code"]) == (429, "throttled")


@pytest.mark.parametrize("pattern", pages.urlpatterns, ids=lambda pattern: str(pattern.pattern))
def test_every_page_is_counted(pattern, rf, settings, db):
    settings.TRACKER_RATE_ANONYMOUS = 9
    named = {"slug": "x", "collection": "parties", "name": "matrix", "form": "bib"}
    wanted = {name: named[name] for name in pattern.pattern.regex.groupindex}

    assert "RateLimit" in pattern.callback(rf.get("/"), **wanted)


# Pages of other origins

# Browsers show it to the page without being told to.
SEEN_BY_ANY_PAGE = {"Last-Modified"}


def promised():
    """The headers of answers that the document names."""
    operations = [one for path in document()["paths"].values() for one in path.values()]
    answers = [one for operation in operations for one in operation["responses"].values()]
    answers += document()["components"]["responses"].values()
    return {name for answer in answers for name in answer.get("headers", {})}


def test_any_page_may_read_and_sees_the_headers_that_clients_need(reader):
    answer = reader.get("/api/v1/parties/", headers={"Origin": "https://map.example"})

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    exposed = set(answer["Access-Control-Expose-Headers"].split(", "))
    assert exposed >= {
        *("ETag", "Link", "Location", "Feed-Position", "RateLimit", "RateLimit-Policy"),
        *("Retry-After", "X-Request-ID", "Idempotency-Replayed"),
    }
    assert promised() - exposed == SEEN_BY_ANY_PAGE


def test_a_page_of_any_origin_learns_what_to_send_and_which_methods_there_are(client, db):
    for path, status, header in (
        ("tokens", 401, "WWW-Authenticate"),
        ("batch", 405, "Allow"),
    ):
        answer = client.get(f"/api/v1/{path}/", headers={"Origin": "https://map.example"})

        assert (answer.status_code, header in answer.headers) == (status, True)
        assert header in answer.headers["Access-Control-Expose-Headers"].split(", ")


def test_no_page_of_another_origin_may_write_or_send_a_token(client):
    asked = {
        "Origin": "https://map.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }

    answer = client.options("/api/v1/parties/", headers=asked)

    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "authorization" not in answer["Access-Control-Allow-Headers"]


# What will go


def test_a_revoked_token_counts_for_its_address(analyst_user, settings):
    settings.TRACKER_RATE_ANONYMOUS = 1
    token, text = Token.issue(analyst_user, "old")
    Token.objects.filter(pk=token.pk).delete()
    client = build_api_client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")

    statuses = [client.get("/api/v1/me/").status_code for _ in range(2)]

    assert statuses == [401, 429]
