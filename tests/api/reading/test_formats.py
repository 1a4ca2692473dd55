"""The formats of an address, chosen by ``format=`` or ``Accept``."""

import csv
import io
import json

import openpyxl
import pytest

from negotiations.rest.http.content_negotiation import MediaRange, get_quality
from negotiations.rest.read.table_renderers import XLSXRenderer
from tests.factories import PartyFactory, RoundFactory, SourceFactory

pytestmark = pytest.mark.django_db

HERE = "/api/v1/parties/?fields=slug,name&limit=2"


@pytest.fixture
def parties():
    for number in range(3):
        PartyFactory(slug=f"p-{number}", name=f"=P{number}", review="published")


def test_the_page_of_a_list_comes_in_each_format(reader, parties):
    rows = reader.get(HERE).json()["results"]
    found = {kind: reader.get(f"{HERE}&format={kind}") for kind in ("csv", "ndjson", "xlsx")}

    table = list(csv.reader(io.StringIO(found["csv"].content.decode())))
    assert table == [["slug", "name"], ["p-0", "'=P0"], ["p-1", "'=P1"]]
    assert [json.loads(line) for line in found["ndjson"].content.splitlines()] == rows
    sheet = openpyxl.load_workbook(io.BytesIO(found["xlsx"].content)).active
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == table
    assert reader.get(f"{HERE}&format=json").json()["results"] == rows


def test_the_other_pages_of_a_table_are_in_its_header_link(reader, parties):
    first = reader.get(f"{HERE}&format=csv&count=true")
    address = first["Link"].partition(">")[0].removeprefix("<")
    second = reader.get(address)

    assert (first["Link"][-10:], first["Total-Count"]) == ('rel="next"', "3")
    assert second.content.decode() == "slug,name\r\np-2,'=P2\r\n"
    assert second["Link"].endswith('rel="prev"')


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_table_is_known_by_its_tag_and_kept_apart_from_json(reader, parties, kind):
    first = reader.get(f"{HERE}&format={kind}")
    again = reader.get(f"{HERE}&format={kind}", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert {"Authorization", "Accept"} <= set(again["Vary"].split(", "))
    assert first["ETag"] != reader.get(HERE)["ETag"]
    assert first["Feed-Position"] == reader.get(HERE)["Feed-Position"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/*", "text/csv"),
        ("text/html,*/*;q=0.8", "application/json"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("application/json;q=0, */*;q=0.1, application/x-ndjson;q=0.2", "application/x-ndjson"),
        ("text/csv;header=present;q=0.9, application/json;q=0.1", "text/csv"),
        ("text/csv;q=high", "text/csv"),
        (XLSXRenderer.media_type, XLSXRenderer.media_type),
    ],
)
def test_the_most_welcome_format_is_sent(reader, parties, accept, kind):
    response = reader.get(HERE, headers={"accept": accept})
    assert response["Content-Type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("", "text/html"),
        ("", "text/csv;q=0"),
        ("", "*/*;q=0"),
        ("export/", "application/json"),
        ("export/", "*/*;q=0.5, text/*;q=0, application/*;q=0.000"),
        ("stats/", "text/csv"),
        ("p-0/", "text/csv"),
    ],
)
def test_what_is_not_offered_is_refused(reader, parties, path, accept):
    response = reader.get(f"/api/v1/parties/{path}", headers={"accept": accept})

    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
    assert response["Content-Type"] == "application/problem+json"


def test_format_goes_before_the_header_and_is_one_that_there_is(reader, parties):
    as_csv = reader.get(f"{HERE}&format=csv", headers={"accept": "application/json"})
    assert as_csv["Content-Type"].startswith("text/csv")
    faults = reader.get(f"{HERE}&format=cvs").json()["errors"]
    assert [(f["code"], f["did_you_mean"]) for f in faults] == [("unknown_value", ["csv"])]
    faults = reader.get(f"{HERE}&format=csv,json").json()["errors"]
    assert [f["code"] for f in faults] == ["several_formats"]
    faults = reader.get("/api/v1/parties/p-0/?format=json").json()["errors"]
    assert [f["code"] for f in faults] == ["unknown_parameter"]


def test_rounds_have_a_format_of_their_own(reader):
    RoundFactory(slug="in-one-room", format="direct", review="published")
    RoundFactory(slug="by-telephone", format="remote", review="published")
    here = "/api/v1/rounds/?fields=slug&format="

    assert reader.get(f"{here}remote").json()["results"] == [{"slug": "by-telephone"}]
    assert reader.get(f"{here}csv,direct").content == b"slug\r\nin-one-room\r\n"


def test_a_page_with_a_text_too_long_for_a_cell_is_refused(reader):
    SourceFactory(text="x" * 32_768, review="published")

    response = reader.get("/api/v1/sources/?format=xlsx")
    assert response.status_code == 406
    assert response.json()["detail"].endswith("Ask for csv or ndjson.")


def test_the_narrowest_range_decides():
    ranges = [MediaRange.read(token) for token in ("*/*;q=1", "text/*; Q=0.2 ", "text/csv ;q=0")]
    kinds = ("text/csv", "text/plain", "application/json")
    assert [get_quality(kind, ranges) for kind in kinds] == [0, 0.2, 1]
