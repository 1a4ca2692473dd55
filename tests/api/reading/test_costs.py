"""What costs too much is refused before the work, with what to ask instead."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import COLLECTIONS
from negotiations.rest.http import throttling
from negotiations.rest.http.throttling import RequestCounter
from negotiations.rest.read import costs, exported_files
from negotiations.rest.read.sparse_fields import list_expand_paths
from tests.factories import CitationFactory, PartyFactory, PositionFactory, SourceFactory
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = pytest.mark.django_db


def some_paths(collection):
    """As many as one parameter holds."""
    return ",".join([*list_expand_paths(COLLECTIONS[collection])][:60])


@pytest.mark.parametrize("collection", VIEWSETS)
def test_expansions_beyond_the_limit_are_refused_for_every_collection(
    reader, collection, monkeypatch
):
    build_scene()
    monkeypatch.setattr(costs, "MAX_PAGE_RECORDS", 1)
    monkeypatch.setattr(costs, "MAX_EXPORT_RECORDS", 1)
    query = {"expand": some_paths(collection)}

    for path in (get_api_url(collection), f"{get_api_url(collection)}export/"):
        answer = reader.get(path, query)
        assert (answer.status_code, answer.json()["code"]) == (400, "too_costly")
        assert "expand fewer relations" in answer.json()["detail"]


def test_a_page_beyond_the_limit_names_a_limit_that_fits(reader, monkeypatch):
    PositionFactory.create_batch(4, review="published")
    monkeypatch.setattr(costs, "MAX_PAGE_RECORDS", 6)

    answer = reader.get("/api/v1/positions/?limit=4&expand=party")
    fitting = reader.get("/api/v1/positions/?limit=3&expand=party")

    assert answer.json()["errors"] == [
        {
            "parameter": "expand",
            "code": "too_costly",
            "detail": (
                "The answer would cost at least 8 records; 6 are allowed. Ask for at most limit=3, "
                "or expand fewer relations."
            ),
        }
    ]
    assert fitting.status_code == 200


def test_a_few_rows_pass_under_any_limit(reader, monkeypatch):
    PositionFactory(review="published")
    monkeypatch.setattr(costs, "MAX_PAGE_RECORDS", 6)

    assert reader.get("/api/v1/positions/?limit=500&expand=party").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/sources/",
        "/api/v1/citations/?expand=source",
        "/api/v1/positions/?expand=citations.source",
        "/api/v1/positions/held/?expand=citations.source",
    ],
)
def test_long_texts_count_by_their_length_and_for_each_repetition(reader, monkeypatch, path):
    source = SourceFactory(text="The words." + "x" * 512 * 20, review="published")
    held = PositionFactory(slug="held", review="published")
    for quote in ("The words.", "The", "words"):
        CitationFactory(record=held, source=source, quote=quote, review="published")
    monkeypatch.setattr(costs, "MAX_PAGE_RECORDS", 15)

    answer = reader.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "too_costly")
    assert "omit them" in answer.json()["detail"]
    assert reader.get("/api/v1/sources/?omit=text").status_code == 200


def test_an_export_beyond_the_limit_by_its_rows_alone_costs_one_query(reader, monkeypatch):
    PositionFactory.create_batch(3, review="published")
    monkeypatch.setattr(costs, "MAX_EXPORT_RECORDS", 8)

    with CaptureQueriesContext(connection) as queries:
        expand = "party,issue,negotiation,citations.source,negotiation.positions"
        answer = reader.get("/api/v1/positions/export/", {"expand": expand})

    assert "at least 12 records" in answer.json()["detail"]
    assert len([query for query in queries if "FROM" in query["sql"]]) == 2


def test_a_client_has_one_export_estimated_at_a_time(reader, monkeypatch):
    PositionFactory(review="published")
    monkeypatch.setattr(exported_files.BUILD_SLOTS, "most_each", 0)

    with CaptureQueriesContext(connection) as queries:
        answers = [getattr(reader, verb)("/api/v1/positions/export/") for verb in ("get", "head")]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert not [query for query in queries if "COUNT" in query["sql"]]


def test_a_refused_export_reads_no_rows_and_makes_no_file(reader, monkeypatch):
    PositionFactory.create_batch(3, review="published")
    monkeypatch.setattr(costs, "MAX_EXPORT_RECORDS", 2)

    with CaptureQueriesContext(connection) as queries:
        answers = [
            reader.get(f"/api/v1/positions/export/?format={kind}")
            for kind in ("csv", "ndjson", "xlsx")
        ]
        head = reader.head("/api/v1/positions/export/")

    assert [answer.json()["code"] for answer in answers] == ["too_costly"] * 3
    assert "Narrow the filters" in answers[0].json()["detail"]
    assert head.status_code == 400
    assert not [query["sql"] for query in queries if '"claim"' in query["sql"]]


def test_a_file_that_grows_beyond_the_limit_is_refused_whole(reader, monkeypatch):
    PartyFactory.create_batch(3, review="published")
    monkeypatch.setattr("negotiations.rest.read.export.MAX_EXPORT_BYTES", 100)

    answer = reader.get("/api/v1/parties/export/")

    assert (answer.status_code, answer.json()["code"]) == (400, "too_costly")
    assert (exported_files.EXPORTED_FILES.files, exported_files.SEND_SLOTS.held) == ({}, {})


def test_what_a_reader_may_not_see_does_not_count(reader, reviewer, monkeypatch):
    held = PositionFactory(review="published")
    CitationFactory(record=held, source=SourceFactory(text="Words." + "x" * 4608), quote="Words.")
    monkeypatch.setattr(costs, "MAX_EXPORT_RECORDS", 5)
    path = "/api/v1/positions/export/?format=ndjson&expand=citations.source,party.positions"

    refused = reviewer.get(path).json()
    assert refused["code"] == "too_costly"
    assert reader.get(path).status_code == 200


# What an answer counts as


@pytest.fixture
def counted(monkeypatch, settings):
    monkeypatch.setattr(throttling.time, "time", lambda: 1_800_000_000.0)
    monkeypatch.setattr(throttling, "REQUEST_COUNTER", RequestCounter())
    monkeypatch.setattr(throttling, "BYTES_PER_REQUEST", 1000)
    settings.TRACKER_RATE_ANONYMOUS = 30


def left(answer):
    return int(answer["RateLimit"].split("r=")[1].split(";")[0])


def test_every_answer_counts_by_its_size(reader, counted):
    PartyFactory.create_batch(20, review="published")
    path = "/api/v1/parties/"

    page = reader.get(path)
    known = reader.get(path, headers={"if-none-match": page["ETag"]})
    again = reader.get(path)
    file = reader.get(f"{path}export/?format=ndjson")

    size = -(-len(page.content) // 1000)
    assert size > 3
    assert [left(answer) for answer in (page, known, again)] == [
        30 - size,
        30 - size - 1,
        30 - 2 * size - 1,
    ]
    assert left(again) - left(file) == min(-(-int(file["Content-Length"]) // 1000), left(again))


def test_the_last_answer_may_be_larger_than_what_is_left(reader, counted, settings):
    settings.TRACKER_RATE_ANONYMOUS = 2
    PartyFactory.create_batch(20, review="published")

    page, refused = reader.get("/api/v1/parties/"), reader.get("/api/v1/parties/")

    assert (page.status_code, left(page), refused.status_code) == (200, 0, 429)
