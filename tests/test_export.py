"""``export/``: the whole of a filtered list as one file."""

import csv
import io
import json
import threading
import tracemalloc

import openpyxl
import pytest

from negotiations.models import Party, Source
from negotiations.protocol.tables import CSV, guarded, unguarded
from tests.factories import (
    CitationFactory,
    IncidentFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    RoundFactory,
    SourceFactory,
)
from tests.scene import VIEWSETS, address, paint

pytestmark = pytest.mark.django_db

RUN = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "'=1", "''+1"]
PLAIN = ["", "1", "'quoted'", "a=1", "–1", "'"]


def content(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def lines(response):
    return [json.loads(line) for line in content(response).splitlines()]


def cells(response):
    return list(csv.reader(io.StringIO(content(response).decode(), newline="")))


def sheet(response):
    book = openpyxl.load_workbook(io.BytesIO(content(response)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def listed(client, collection, query=""):
    return client.get(f"{address(collection)}?limit=500{query}").json()["results"]


def test_the_files_of_each_kind_have_the_rows_of_its_list(reader):
    paint()

    for collection in VIEWSETS:
        expected = listed(reader, collection)
        assert expected
        address_of_file = f"{address(collection)}export/?format="
        assert lines(reader.get(f"{address_of_file}ndjson")) == expected
        head, *rows = cells(reader.get(f"{address_of_file}csv"))
        assert head == list(expected[0])
        assert rows == [[as_cell(value) for value in row.values()] for row in expected]
        head, *rows = sheet(reader.get(f"{address_of_file}xlsx"))
        assert head == list(expected[0])
        assert rows == [[as_value(value) for value in row.values()] for row in expected]


def as_cell(value):
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, (list, dict, bool)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "" if value is None else str(value)


def as_value(value):
    return value if isinstance(value, (int, bool)) else as_cell(value) or None


def test_the_format_is_chosen_by_header_or_parameter_and_is_csv_without_either(reader):
    def kind(query="", **headers):
        response = reader.get(f"/api/v1/parties/export/{query}", headers=headers)
        return response["Content-Type"], response["Content-Disposition"]

    as_csv = ("text/csv; charset=utf-8; header=present", 'attachment; filename="parties.csv"')
    as_lines = ("application/x-ndjson", 'attachment; filename="parties.ndjson"')
    assert kind() == as_csv
    assert kind(accept="text/html,*/*;q=0.8") == as_csv
    assert kind(accept="application/x-ndjson") == as_lines
    assert kind("?format=ndjson", accept="text/csv") == as_lines


def test_an_export_is_narrowed_ordered_and_shaped_like_a_list(reader):
    for number, kind in enumerate(["company", "state", "state", "other"]):
        PartyFactory(
            slug=f"party-{number}", name=f"P{number}", kind=kind, note="n", review="published"
        )

    query = "kind=state,company&ordering=-slug&omit=note&fields=slug,note,name"
    found = content(reader.get(f"/api/v1/parties/export/?{query}"))

    assert found.decode() == "slug,name\r\nparty-2,P2\r\nparty-1,P1\r\nparty-0,P0\r\n"


def test_rounds_are_filtered_by_their_own_format_too(reader):
    RoundFactory(slug="in-one-room", format="direct", review="published")
    RoundFactory(slug="by-telephone", format="remote", review="published")

    def found(value):
        return lines(reader.get(f"/api/v1/rounds/export/?fields=slug&format={value}"))

    assert found("ndjson,remote") == [{"slug": "by-telephone"}]
    assert found("ndjson") == [{"slug": "by-telephone"}, {"slug": "in-one-room"}]
    faults = reader.get("/api/v1/rounds/export/?format=csv,xlsx,remot").json()["errors"]
    assert [(f["code"], f.get("did_you_mean")) for f in faults] == [
        ("repeated", None),
        ("unknown_value", ["remote"]),
    ]


def test_what_a_query_has_wrong_is_told_at_once(reader):
    response = reader.get(
        "/api/v1/parties/export/?limit=5&format=cvs&fields=nam&kind=stat&expand=x"
    )

    assert response.status_code == 400
    assert sorted((f["parameter"], f["code"]) for f in response.json()["errors"]) == [
        ("expand", "unknown_parameter"),
        ("fields", "unknown_member"),
        ("format", "unknown_value"),
        ("kind", "unknown_value"),
        ("limit", "unknown_parameter"),
    ]


def test_formats_of_exports_are_no_formats_of_other_addresses(reader):
    for path in ["/api/v1/parties/export/", "/api/v1/parties/"]:
        accept = "application/json" if path.endswith("export/") else "text/csv"
        assert reader.get(path, headers={"accept": accept}).status_code == 406
    faults = reader.get("/api/v1/parties/?format=json").json()["errors"]
    assert [(f["parameter"], f["code"]) for f in faults] == [("format", "unknown_parameter")]


def test_everybody_exports_what_they_may_see(reader, analyst, analyst_user, reviewer):
    PartyFactory(slug="public", review="published")
    PartyFactory(slug="own", created_by=analyst_user)
    PartyFactory(slug="hidden")

    def slugs(client):
        response = client.get("/api/v1/parties/export/?fields=slug&format=ndjson")
        return [row["slug"] for row in lines(response)], response["Cache-Control"]

    assert slugs(reader) == (["public"], "public, no-cache")
    assert slugs(analyst) == (["own", "public"], "private, no-store")
    assert slugs(reviewer) == (["hidden", "own", "public"], "private, no-store")


def test_a_head_request_reads_no_rows(reader, django_assert_max_num_queries):
    PartyFactory(review="published")

    with django_assert_max_num_queries(2):
        response = reader.head("/api/v1/parties/export/")

    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"")


@pytest.mark.parametrize("text", RUN)
def test_no_cell_is_run_by_a_spreadsheet_and_each_can_be_read_back(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_cells_are_as_they_are(text):
    assert guarded(text) == unguarded(guarded(text)) == text


def test_formulas_in_records_are_text_in_files(reader):
    PartyFactory(name="=1+1", aliases=["@sum"], note="-", review="published")
    query = "?fields=name,aliases,note"

    assert cells(reader.get(f"/api/v1/parties/export/{query}"))[1] == ["'=1+1", '["@sum"]', "'-"]
    book = openpyxl.load_workbook(
        io.BytesIO(content(reader.get(f"/api/v1/parties/export/{query}&format=xlsx")))
    )
    assert [(c.value, c.data_type) for c in book.active[2]] == [
        ("'=1+1", "s"),
        ('["@sum"]', "s"),
        ("'-", "s"),
    ]


def test_texts_come_to_the_character(reader):
    text = " a,b\n\"c\"\td <e> & 'f' Київ 𝔸 "
    SourceFactory(text=text, review="published")

    for rows in (
        cells(reader.get("/api/v1/sources/export/?fields=text")),
        sheet(reader.get("/api/v1/sources/export/?fields=text&format=xlsx")),
    ):
        assert rows == [["text"], [text]]


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut(reader):
    SourceFactory(slug="long", text="x" * 32_767, review="published")

    response = reader.get("/api/v1/sources/export/?format=xlsx")

    assert response.status_code == 406
    assert response.json()["detail"] == (
        "A cell holds 32767 characters; long has a longer text. Ask for csv or ndjson."
    )
    assert sheet(reader.get("/api/v1/sources/export/?format=xlsx&omit=text"))[1][0] == "long"
    assert "x" * 32_767 in cells(reader.get("/api/v1/sources/export/"))[1]


def test_numbers_of_a_sheet_lose_no_digit(reader):
    IncidentFactory(killed_min=3, review="published")

    rows = sheet(reader.get("/api/v1/incidents/export/?fields=killed_min,killed_max&format=xlsx"))

    assert rows == [["killed_min", "killed_max"], [3, None]]


def test_an_export_costs_queries_by_the_piece_and_keeps_the_order(
    reader, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("negotiations.protocol.export.PIECE", 3)
    bloc = PartyFactory(slug="bloc", review="published")
    for number in range(8):
        PartyFactory(slug=f"party-{number}", member_of=[bloc], review="published")

    # The position of the feed, the rows from one cursor, the relation for each piece of three.
    with django_assert_num_queries(5):
        found = lines(reader.get("/api/v1/parties/export/?format=ndjson&fields=slug,member_of"))

    expected = [{"slug": f"party-{number}", "member_of": ["bloc"]} for number in range(8)]
    assert found == [{"slug": "bloc", "member_of": []}, *expected]


def test_citations_say_what_they_support(reviewer):
    CitationFactory(record=PersonFactory(slug="person"))

    rows = cells(reviewer.get("/api/v1/citations/export/?fields=record"))

    assert rows == [["record"], ["people/person"]]


@pytest.mark.django_db(transaction=True)
def test_a_file_shows_one_state_though_somebody_writes_meanwhile(reader, monkeypatch):
    monkeypatch.setattr("negotiations.protocol.export.PIECE", 2)
    bloc = PartyFactory(slug="bloc", review="published")
    parties = [
        PartyFactory(slug=f"party-{n}", member_of=[bloc], review="published") for n in range(6)
    ]
    response = reader.get("/api/v1/parties/export/?format=ndjson&fields=slug,name,member_of")
    before = listed(reader_of_lists(), "parties", "&fields=slug,name,member_of")
    pieces = iter(response.streaming_content)
    first = next(pieces)

    elsewhere(lambda: change(parties[-1]))
    rest = b"".join(pieces)

    assert [json.loads(line) for line in (first + rest).splitlines()] == before
    after = lines(reader.get("/api/v1/parties/export/?format=ndjson&fields=name&slug=party-5"))
    assert after == [{"name": "New"}]


def reader_of_lists():
    """Asks from a thread of its own: this one's connection is within the export's snapshot."""

    class Lists:
        def get(self, path):
            from tests.conftest import json_client

            answers = []
            elsewhere(lambda: answers.append(json_client().get(path)))
            return answers[0]

    return Lists()


def elsewhere(work):
    """Do it in another thread, with a connection of its own."""
    from django.db import connection

    faults = []

    def run():
        try:
            work()
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not faults, faults


def change(party):
    from negotiations import history

    stored = Party.objects.get(pk=party.pk)
    stored.name = "New"
    history.write(stored, related={"member_of": []})


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_memory_does_not_grow_with_the_number_of_rows(kind, reader, monkeypatch):
    monkeypatch.setattr("negotiations.protocol.export.PIECE", 100)
    text = "The sides met in Istanbul. " * 20

    def peak(number):
        Source.objects.all().delete()
        Source.objects.bulk_create(
            Source(slug=f"s-{n}", kind="post", text=f"{n} {text}", review="published")
            for n in range(number)
        )
        response = reader.get(f"/api/v1/sources/export/?format={kind}")
        size = 0
        tracemalloc.start()
        for piece in response.streaming_content:
            size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(200)
    few, many = peak(400), peak(2000)

    assert many < few * 1.5


def test_a_file_of_no_rows_has_its_header():
    assert b"".join(CSV().write(["slug", "name"], [])) == b"slug,name\r\n"


def test_positions_name_their_relations_by_slug(reader):
    PositionFactory(slug="held", party=PartyFactory(slug="ukraine", review="published"),
                    review="published")  # fmt: skip

    assert cells(reader.get("/api/v1/positions/export/?fields=slug,party")) == [
        ["slug", "party"],
        ["held", "ukraine"],
    ]
