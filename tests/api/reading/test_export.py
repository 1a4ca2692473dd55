"""``export/``: the whole of a filtered list as one file."""

import csv
import io
import json
import threading
import tracemalloc
from itertools import islice

import openpyxl
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from negotiations import history
from negotiations.models import Party, Source
from negotiations.models.system.search import SearchDocument
from negotiations.rest.read.exported_files import EXPORTED_FILES, SEND_SLOTS
from negotiations.rest.read.table_renderers import (
    CSVRenderer,
    XLSXRenderer,
    escape_formula,
    unescape_formula,
)
from tests.factories import (
    CitationFactory,
    IssueFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = pytest.mark.django_db

RUN = [
    "=1+1",
    "+1",
    "-1",
    "@sum",
    "\tx",
    "\rx",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''+1",
    "'＝1",
]
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
    return client.get(f"{get_api_url(collection)}?limit=500{query}").json()["results"]


@pytest.mark.slow
def test_the_files_of_each_kind_have_the_rows_of_its_list(reader):
    build_scene()

    for collection in VIEWSETS:
        expected = listed(reader, collection)
        assert expected
        address_of_file = f"{get_api_url(collection)}export/?format="
        assert lines(reader.get(f"{address_of_file}ndjson")) == expected
        head, *rows = cells(reader.get(f"{address_of_file}csv"))
        assert head == list(expected[0])
        assert rows == [[as_cell(value) for value in row.values()] for row in expected]
        head, *rows = sheet(reader.get(f"{address_of_file}xlsx"))
        assert head == list(expected[0])
        assert rows == [[as_value(value) for value in row.values()] for row in expected]


def as_cell(value):
    if isinstance(value, str):
        return escape_formula(value)
    if isinstance(value, (list, dict, bool)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "" if value is None else str(value)


def as_value(value):
    return value if isinstance(value, (int, bool)) else as_cell(value) or None


def test_the_format_is_chosen_by_header_or_parameter_and_is_csv_without_either(reader):
    def kind(query="", **headers):
        response = reader.get(f"/api/v1/parties/export/{query}", headers=headers)
        content(response)
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
        ("several_formats", None),
        ("unknown_value", ["remote"]),
    ]


def test_what_a_query_has_wrong_is_told_at_once(reader):
    response = reader.get(
        "/api/v1/parties/export/?limit=5&format=cvs&fields=nam&kind=stat&expand=x"
    )

    assert response.status_code == 400
    assert sorted((f["parameter"], f["code"]) for f in response.json()["errors"]) == [
        ("expand", "unknown_expansion"),
        ("fields", "unknown_member"),
        ("format", "unknown_value"),
        ("kind", "unknown_value"),
        ("limit", "unknown_parameter"),
    ]


def test_an_export_has_beside_its_records_what_is_expanded(reader):
    build_scene()
    query = "fields=slug&expand=party,citations.source"
    expected = listed(reader, "positions", f"&{query}")
    assert [*expected[0]["expand"]] == ["citations", "party"]

    here = f"/api/v1/positions/export/?{query}&format="
    assert lines(reader.get(f"{here}ndjson")) == expected
    head, row = cells(reader.get(f"{here}csv"))
    assert (head, json.loads(row[1])) == (["slug", "expand"], expected[0]["expand"])


def test_an_export_is_of_an_instant(reader):
    party = PartyFactory(slug="north", name="North", aliases=["Old"], review="published")
    then = timezone.now().isoformat()
    party.name, party.aliases = "South", []
    history.save(party)

    query = {"fields": "slug,name", "format": "ndjson", "q": "old", "as_of": then}
    found = reader.get("/api/v1/parties/export/", query)
    # What the connection reads while the file is made is of the present.
    assert Party.objects.get().name == "South"
    assert lines(found) == [{"slug": "north", "name": "North"}]
    assert reader.get("/api/v1/parties/export/?as_of=then").json()["errors"] == [
        {
            "parameter": "as_of",
            "code": "invalid_instant",
            "detail": "Write an instant with its zone, for example 2025-07-20T00:00:00Z.",
        }
    ]


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


def test_a_file_is_sent_again_only_when_it_can_be_another(reader, analyst, analyst_user):
    PartyFactory(slug="public", review="published")
    path = "/api/v1/parties/export/"

    def tag(client, query=""):
        answer = client.get(path + query)
        assert content(answer)
        return answer["ETag"]

    old, drafts = tag(reader), tag(analyst)
    PartyFactory(slug="own", created_by=analyst_user)
    tags = [tag(reader), tag(analyst), tag(reader, "?fields=slug"), tag(reader, "?format=xlsx")]

    assert tags[0] == old
    assert len({old, drafts, *tags}) == 5
    known = reader.get(path, headers={"if-none-match": old})
    assert (known.status_code, known.streaming, known.content) == (304, False, b"")
    PartyFactory(slug="other", review="published")
    anew = reader.get(path, headers={"if-none-match": old})
    assert [row[0] for row in cells(anew)] == ["slug", "other", "public"]


def test_a_file_of_a_search_is_another_when_the_index_is_made_anew(reader):
    PartyFactory(slug="kremlin", name="The Kremlin", review="published")
    path = "/api/v1/parties/export/?q=kremlin&format=ndjson&fields=slug"
    SearchDocument.objects.all().delete()

    drifted = reader.get(path)
    assert lines(drifted) == []
    call_command("rebuildsearch")
    again = reader.get(path, headers={"if-none-match": drifted["ETag"]})

    assert lines(again) == [{"slug": "kremlin"}]
    assert reader.head(path)["ETag"] == again["ETag"]


def test_a_file_that_the_client_has_costs_one_query(reader, django_assert_num_queries):
    PartyFactory(review="published")
    path = "/api/v1/parties/export/"
    tag = reader.head(path)["ETag"]

    with django_assert_num_queries(1):
        assert reader.get(path, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.django_db(transaction=True)
def test_a_tag_is_that_of_the_state_in_which_the_rows_are_read(reader):
    PartyFactory(slug="early", review="published")
    path, late = "/api/v1/parties/export/?format=ndjson&fields=slug", []

    def write_after_the_position_is_asked(execute, sql, *rest):
        found = execute(sql, *rest)
        if "public_sequence" in sql and not late:
            late.append("late")
            elsewhere(lambda: PartyFactory(slug="late", review="published"))
        return found

    with connection.execute_wrapper(write_after_the_position_is_asked):
        first = reader.get(path)
        rows = lines(first)
    again = reader.get(path, headers={"if-none-match": first["ETag"]})

    assert (late, rows) == (["late"], [{"slug": "early"}])
    assert lines(again) == [{"slug": "early"}, {"slug": "late"}]


def test_a_tag_is_also_of_drafts_that_only_a_filter_looks_at(analyst, analyst_user):
    hidden, other = IssueFactory(), IssueFactory(slug="other", review="published")
    position = PositionFactory(issue=hidden, created_by=analyst_user)
    path = "/api/v1/positions/export/?format=ndjson&fields=slug&issue__part_of=other"

    first = analyst.get(path)
    rows = lines(first)
    hidden.part_of = other
    history.save(hidden)
    again = analyst.get(path, headers={"if-none-match": first["ETag"]})

    assert (rows, again.status_code) == ([], 200)
    assert lines(again) == [{"slug": position.slug}]


def is_reading():
    """Whether this connection holds on to a state of the database."""
    in_sqlite = getattr(connection.connection, "in_transaction", False)
    return connection.in_atomic_block or in_sqlite


WHOLE = b"".join(b'{"slug":"party-%d"}\n' % number for number in range(4))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pieces", [0, 1, 8])
def test_no_transaction_is_open_while_a_file_is_sent(reader, monkeypatch, pieces):
    monkeypatch.setattr("negotiations.rest.read.export.BLOCK_BYTES", 10)
    for number in range(4):
        PartyFactory(slug=f"party-{number}", review="published")
    query = "format=ndjson&fields=slug"
    asked = {"PATH_INFO": "/api/v1/parties/export/", "QUERY_STRING": query}

    # As a server asks: the test client lets go of what it has not read.
    answer = WSGIHandler()(RequestFactory()._base_environ(**asked), lambda *_: None)
    read = b"".join(islice(answer, pieces))

    assert (read, is_reading()) == (WHOLE[: 10 * pieces], False)
    assert (answer["Content-Length"], [*EXPORTED_FILES.files]) == ("76", [answer["ETag"]])
    answer.close()
    assert (EXPORTED_FILES.files, SEND_SLOTS.held) == ({}, {})


@pytest.mark.django_db(transaction=True)
def test_readers_of_the_same_state_share_one_file(reader):
    PartyFactory(slug="party", review="published")
    path = "/api/v1/parties/export/?format=ndjson&fields=slug"
    first = reader.get(path)

    with CaptureQueriesContext(connection) as queries:
        second = reader.get(path)

    assert not [query for query in queries if "negotiations_party" in query["sql"]]
    assert len(EXPORTED_FILES.files) == 1
    assert (content(first), content(second)) == (b'{"slug":"party"}\n',) * 2


def test_a_client_has_few_exports_open_and_others_have_theirs(reader, monkeypatch):
    PartyFactory(slug="party", review="published")
    monkeypatch.setattr(SEND_SLOTS, "most_each", 2)
    path = "/api/v1/parties/export/?format=ndjson"

    mine = [reader.get(path) for _ in range(3)]
    other = reader.get(path, REMOTE_ADDR="198.51.100.7")

    assert [answer.status_code for answer in (*mine, other)] == [200, 200, 429, 200]
    assert (mine[2].json()["code"], mine[2]["Retry-After"]) == ("too_many_at_once", "5")
    for answer in (mine[0], mine[1], other):
        assert content(answer)
    assert reader.get(path).status_code == 200


def test_no_more_exports_are_open_than_a_process_can_hold(reader, monkeypatch):
    PartyFactory(slug="party", review="published")
    monkeypatch.setattr(SEND_SLOTS, "most", 1)
    path = "/api/v1/parties/export/?format=ndjson"

    mine = reader.get(path)
    other = reader.get(path, REMOTE_ADDR="198.51.100.7")

    assert (mine.status_code, other.status_code, other["Retry-After"]) == (200, 503, "5")
    assert content(mine)


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_fault_in_the_middle_of_a_file_is_no_half_file(reader, monkeypatch, kind):
    monkeypatch.setattr("negotiations.rest.read.export.ROWS_PER_CHUNK", 1)
    for number in range(3):
        PartyFactory(slug=f"party-{number}", review="published")
    pieces = []

    def lose_the_database(execute, sql, *rest):
        if 'FROM "negotiations_party_member_of"' in sql:
            pieces.append(sql)
            if len(pieces) == 2:
                raise OperationalError("gone")
        return execute(sql, *rest)

    with connection.execute_wrapper(lose_the_database):
        answer = reader.get(f"/api/v1/parties/export/?format={kind}")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (len(pieces), EXPORTED_FILES.files, SEND_SLOTS.held) == (2, {}, {})


@pytest.mark.parametrize("text", RUN)
def test_no_cell_is_run_by_a_spreadsheet_and_each_can_be_read_back(text):
    assert escape_formula(text) == f"'{text}"
    assert unescape_formula(escape_formula(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_cells_are_as_they_are(text):
    assert escape_formula(text) == unescape_formula(escape_formula(text)) == text


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


@pytest.mark.parametrize(
    ("query", "where"), [("", "text of long"), ("&fields=text", "text")], ids=["slug", "no slug"]
)
def test_a_text_of_letters_that_take_two_places_is_refused_too(reader, query, where):
    SourceFactory(slug="long", text="😀" * 16_384, review="published")
    detail = f"A cell holds 32767 characters; {where} is longer. Ask for csv or ndjson."

    for path in ("/api/v1/sources/export/", "/api/v1/sources/"):
        response = reader.get(f"{path}?format=xlsx{query}")
        assert (response.status_code, response.json()["detail"]) == (406, detail)


def test_relations_too_long_for_a_cell_are_refused_before_the_file_begins(reader):
    PartyFactory(slug="named", aliases=["x" * 190 + str(n) for n in range(180)], review="published")

    response = reader.get("/api/v1/parties/export/?format=xlsx")

    assert (response.status_code, response.json()["detail"]) == (
        406,
        "A cell holds 32767 characters; aliases of named is longer. Ask for csv or ndjson.",
    )


def test_an_interrupted_workbook_leaves_no_temporary_file(reader, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    SourceFactory(slug="long", text="😀" * 16_384, review="published")
    PartyFactory(review="published")

    assert reader.get("/api/v1/sources/export/?format=xlsx").status_code == 406
    answer = reader.get("/api/v1/parties/export/?format=xlsx")
    next(iter(answer.streaming_content))

    assert list(tmp_path.iterdir()) == []


def test_the_same_rows_are_the_same_workbook(reader):
    PartyFactory(review="published")
    path = "/api/v1/parties/export/?format=xlsx"

    assert content(reader.get(path)) == content(reader.get(path))


def test_numbers_of_a_sheet_lose_no_digit():
    numbers = [0, 3, -3, 10**15 - 1, 10**15, -(10**15), 2**63]
    bodies = [{"number": number} for number in numbers]

    book = openpyxl.load_workbook(io.BytesIO(b"".join(XLSXRenderer().write(["number"], [bodies]))))

    assert [cell.value for (cell,) in book.active.iter_rows(min_row=2)] == [
        *numbers[:4],
        "1000000000000000",
        "-1000000000000000",
        str(2**63),
    ]


def test_an_export_costs_queries_by_the_piece_and_keeps_the_order(
    reader, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("negotiations.rest.read.export.ROWS_PER_CHUNK", 3)
    bloc = PartyFactory(slug="bloc", review="published")
    for number in range(8):
        PartyFactory(slug=f"party-{number}", member_of=[bloc], review="published")

    # The position of the feed, the number of the rows, these from one cursor, and the relation for
    # each piece of three.
    with django_assert_num_queries(6):
        found = lines(reader.get("/api/v1/parties/export/?format=ndjson&fields=slug,member_of"))

    expected = [{"slug": f"party-{number}", "member_of": ["bloc"]} for number in range(8)]
    assert found == [{"slug": "bloc", "member_of": []}, *expected]


def test_citations_say_what_they_support(reviewer):
    CitationFactory(record=PersonFactory(slug="person"))

    rows = cells(reviewer.get("/api/v1/citations/export/?fields=record"))

    assert rows == [["record"], ["people/person"]]


@pytest.mark.django_db(transaction=True)
def test_a_file_shows_one_state_though_somebody_writes_meanwhile(reader, monkeypatch):
    monkeypatch.setattr("negotiations.rest.read.export.ROWS_PER_CHUNK", 2)
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
            from tests.conftest import build_api_client

            answers = []
            elsewhere(lambda: answers.append(build_api_client().get(path)))
            return answers[0]

    return Lists()


def elsewhere(work):
    """Do it in another thread, with a connection of its own."""
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
    history.save(stored, related={"member_of": []})


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_memory_does_not_grow_with_the_number_of_rows(kind, reader, monkeypatch):
    monkeypatch.setattr("negotiations.rest.read.export.ROWS_PER_CHUNK", 100)
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

    # The rows in between are a megabyte; what is read of a file at once is some 64 KB.
    assert many < few * 1.5 + 128 * 1024


def test_a_file_of_no_rows_has_its_header():
    assert b"".join(CSVRenderer().write(["slug", "name"], [])) == b"slug,name\r\n"


def test_positions_name_their_relations_by_slug(reader):
    PositionFactory(slug="held", party=PartyFactory(slug="ukraine", review="published"),
                    review="published")  # fmt: skip

    assert cells(reader.get("/api/v1/positions/export/?fields=slug,party")) == [
        ["slug", "party"],
        ["held", "ukraine"],
    ]
