"""Answers to readers without a token are kept until somebody writes, and for nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations.models import SearchDocument
from negotiations.rest.http import throttling
from negotiations.rest.http.response_cache import MEGABYTE, RESPONSE_CACHE
from tests.factories import CommitmentFactory, NegotiationFactory, PartyFactory, PositionFactory

pytestmark = pytest.mark.django_db
POSITIONS = "/api/v1/positions/?expand=party,citations.source"


def told(answer):
    """What a client sees, apart from the names of single requests."""
    headers = {n: v for n, v in answer.items() if n != "X-Request-ID"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize(
    "path",
    [
        POSITIONS,
        "/api/v1/positions/{slug}/",
        "/api/v1/positions/stats/?group=stance",
        "/",
        "/positions/{slug}/",
        "/positions/{slug}.bib",
    ],
)
def test_the_same_again_costs_one_look_at_the_feed(reader, django_assert_num_queries, path):
    path = path.format(slug=PositionFactory(review="published").slug)
    first = reader.get(path)

    with django_assert_num_queries(1):
        again = reader.get(path)

    assert told(again) == told(first)


@pytest.mark.parametrize(
    "path", [POSITIONS, "/api/v1/negotiations/talks/timeline/", "/negotiations/talks/"]
)
def test_a_write_of_anybody_is_seen_at_once(reader, reviewer, path, self_review):
    talks = NegotiationFactory(slug="talks", review="published")
    position = PositionFactory(review="published", negotiation=talks, claim="It should be.")
    before = reader.get(path)

    done = reviewer.patch(
        f"/api/v1/positions/{position.slug}/", {"claim": "It should not be."}, HTTP_IF_MATCH="*"
    )

    after = reader.get(path)
    assert done.status_code == 200
    assert b"It should be." in before.content
    assert b"It should not be." in after.content
    assert after["ETag"] != before["ETag"]


def test_what_is_kept_is_for_readers_without_a_token(reader, reviewer):
    PartyFactory(slug="draft")
    PartyFactory(slug="published", review="published")

    def slugs(client):
        return [party["slug"] for party in client.get("/api/v1/parties/").json()["results"]]

    assert [slugs(client) for client in (reviewer, reader, reviewer, reader)] == [
        ["draft", "published"],
        ["published"],
        ["draft", "published"],
        ["published"],
    ]


def test_a_wrong_token_gets_nothing_that_is_kept(reader):
    reader.get("/api/v1/parties/")

    assert reader.get("/api/v1/parties/", HTTP_AUTHORIZATION="Bearer nt_no").status_code == 401


def test_a_client_that_has_it_is_told_so(reader, django_assert_num_queries):
    PartyFactory(review="published")
    tag = reader.get("/api/v1/parties/")["ETag"]

    with django_assert_num_queries(1):
        answer = reader.get("/api/v1/parties/", HTTP_IF_NONE_MATCH=tag)

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in answer


def test_formats_and_hosts_are_kept_apart(reader, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    PartyFactory.create_batch(2, review="published")

    def asked(host, accept):
        answer = reader.get("/api/v1/parties/?limit=1", HTTP_HOST=host, HTTP_ACCEPT=accept)
        return answer["Content-Type"].partition(";")[0], host in answer["Link"]

    for _ in range(2):
        for host in settings.ALLOWED_HOSTS:
            assert asked(host, "application/json") == ("application/json", True)
            assert asked(host, "text/csv") == ("text/csv", True)


@pytest.mark.parametrize("path", ["/api/v1/parties/", "/"])
def test_what_is_kept_counts_for_the_limit(reader, settings, monkeypatch, path):
    settings.TRACKER_RATE_ANONYMOUS = 2
    monkeypatch.setattr(throttling, "REQUEST_COUNTER", throttling.RequestCounter())
    monkeypatch.setattr(throttling.time, "time", lambda: 1_800_000_000.0)

    answers = [reader.get(path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].partition(";t")[0] for answer in answers] == [
        '"anonymous";r=1',
        '"anonymous";r=0',
        '"anonymous";r=0',
    ]


def test_today_is_not_kept_until_tomorrow(reader, monkeypatch):
    talks = NegotiationFactory(slug="talks", review="published")
    CommitmentFactory(negotiation=talks, review="published", due="2025-09-07")
    path = "/api/v1/negotiations/talks/attention/"

    def asked_at(instant):
        monkeypatch.setattr(timezone, "now", lambda: instant)
        return reader.get(path).json()["on"]

    evening = datetime(2025, 9, 7, 23, 59, tzinfo=UTC)
    assert asked_at(evening) == asked_at(evening) == "2025-09-07"
    assert asked_at(evening + timedelta(minutes=2)) == "2025-09-08"


@pytest.mark.parametrize("path", ["/api/v1/parties/?q=finland", "/search/?q=finland"])
def test_words_are_looked_up_each_time(reader, path):
    PartyFactory(slug="the-north", name="Finland", review="published")
    before = reader.get(path)
    # The index is made anew without a write, too.
    SearchDocument.objects.all().delete()

    assert b"the-north" in before.content
    assert b"the-north" not in reader.get(path).content


def test_memory_is_bounded(reader, settings):
    settings.TRACKER_KEPT_ANSWERS_MB = 1
    PartyFactory.create_batch(40, note="n" * 900, review="published")

    for limit in range(1, 60):
        assert reader.get(f"/api/v1/parties/?limit={limit}").status_code == 200

    assert MEGABYTE / 2 < RESPONSE_CACHE.size <= MEGABYTE
    assert (
        RESPONSE_CACHE.size
        < sum(len(one.body) for one in RESPONSE_CACHE.kept.values()) + MEGABYTE / 4
    )


def test_an_operator_switches_it_off(reader, settings):
    settings.TRACKER_KEPT_ANSWERS_MB = 0
    PartyFactory(review="published")
    reader.get("/api/v1/parties/")

    with CaptureQueriesContext(connection) as queries:
        reader.get("/api/v1/parties/")

    # A look at the version of what is kept takes one query.
    assert len(queries) > 1


@pytest.mark.parametrize("path", ["/", "/negotiations/talks/", "/search/?q=talks"])
@pytest.mark.parametrize("form", ['"{}"', '"{}-gzip"', '"x",, W/"{}-br"'])
def test_a_page_is_known_by_its_tag_in_any_form_and_never_by_a_time(client, db, path, form):
    NegotiationFactory(slug="talks", title="Talks", review="published")
    first = client.get(path)
    tag = form.format(first["ETag"].strip('"'))

    for _ in range(2):
        since = client.get(path, headers={"if-modified-since": "Fri, 31 Dec 2100 00:00:00 GMT"})
        known = client.get(path, headers={"if-none-match": tag})
        assert (first.status_code, since.status_code, known.status_code) == (200, 200, 304)
