"""Tables in and out of the desk: exports, previews, imports, refusals."""

import csv
import io
import time

import openpyxl
import pytest
from django.db import connection

from negotiations.models import (
    COLLECTIONS,
    Change,
    Citation,
    Incident,
    Issue,
    Party,
    Position,
    Source,
    Upload,
)
from tests.conftest import create_user
from tests.factories import PartyFactory, PositionFactory, SourceFactory
from tests.support.admin_client import build_admin_client, get_admin_url, list_messages
from tests.support.scene import build_scene
from tests.support.table_client import (
    confirm,
    download_export,
    get_import_faults,
    get_preview,
    page,
    send,
)

pytestmark = pytest.mark.slow

AGAIN = "Export it again and repeat the change."


@pytest.fixture
def scene(db, reviewer_user):
    return build_scene()


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


# Out and in again


@pytest.mark.parametrize("table", ["csv", "xlsx"])
@pytest.mark.parametrize("model", COLLECTIONS.values(), ids=list(COLLECTIONS))
def test_an_export_imports_again_without_a_difference(scene, reviewer_user, model, table):
    client = build_admin_client(reviewer_user)
    content = download_export(client, model, table)

    answer = send(client, model, content, f"rows.{table}")

    assert get_preview(answer) == []
    assert answer.context["result"].totals["skip"] == model.objects.count() > 0
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_csv_of_the_api_is_accepted_as_it_is(scene, reviewer, reviewer_user, collection):
    answer = reviewer.get(f"/api/v1/{collection}/export/?format=csv")
    model = COLLECTIONS[collection]

    sent = send(build_admin_client(reviewer_user), model, b"".join(answer.streaming_content))

    assert get_preview(sent) == []


def test_the_export_has_what_the_list_shows(desk, analyst_user):
    PartyFactory(name="Ukraine", kind="state", review="published")
    PartyFactory(name="Red Cross", kind="other", note="An organisation.", review="published")
    PartyFactory(name="Hidden", kind="state")

    lines = download_export(desk, Party, kind__exact="state").decode().splitlines()

    # The byte order mark makes Excel read UTF-8.
    assert [line.split(",")[0] for line in lines] == ["\ufeffslug", "ukraine"]


@pytest.mark.parametrize("table", ["csv", "xlsx"])
@pytest.mark.parametrize("note", ["=1+1", "\n=1", "＝1", "'=1", "_x0041_", "_X0041_", "a\tb\n c "])
def test_cells_come_back_as_they_were(desk, analyst_user, table, note):
    PartyFactory(name="=1+1", aliases=["-5"], note=note, created_by=analyst_user)
    content = download_export(desk, Party, table)

    assert get_preview(send(desk, Party, content, f"rows.{table}")) == []


def test_a_record_that_no_sheet_holds_is_told_in_the_list(desk, analyst_user):
    SourceFactory(slug="long", text="😀" * 16_384, created_by=analyst_user)

    answer = desk.get(f"{get_admin_url(Source, 'list')}export/xlsx/")

    assert (answer.status_code, list_messages(answer)) == (
        302,
        ["A cell holds 32767 characters; text of long is longer. Ask for csv or ndjson."],
    )


def test_a_long_text_survives_the_journey(desk, analyst_user):
    SourceFactory(text=" A line.\n\n" + "Word. " * 40_000, created_by=analyst_user)

    assert get_preview(send(desk, Source, download_export(desk, Source))) == []


# Writing


def test_rows_become_drafts_and_changes_after_the_preview(desk, analyst_user):
    PartyFactory(name="Ukraine", slug="ukraine", created_by=analyst_user)
    rows = 'slug,version,name,kind,aliases\nukraine,1,Ukraine,state,"[""Kyiv""]"\n,,Russia,state,\n'

    answer = send(desk, Party, rows, reason="From the list of parties")

    assert get_preview(answer) == [
        (2, "update", {"aliases": ("[]", '["Kyiv"]')}),
        (3, "new", {"name": ("", "Russia"), "kind": ("", "state")}),
    ]
    assert list(Party.objects.values_list("name", "version")) == [("Ukraine", 1)]
    assert Change.objects.count() == 1

    done = confirm(desk, Party, answer)

    assert (done.status_code, list_messages(done)) == (302, ["1 party made, 1 changed."])
    found = Party.objects.values_list("slug", "version", "review", "created_by__username")
    assert sorted(found) == [("russia", 1, "draft", "analyst"), ("ukraine", 2, "draft", "analyst")]
    assert Party.objects.get(slug="ukraine").aliases == ["Kyiv"]
    last = Change.objects.order_by("sequence").last()
    assert (last.by, last.reason) == (analyst_user, "From the list of parties")
    assert Upload.objects.count() == 0


def count_queries(work):
    """The answer, and how many statements the database was asked for it."""
    statements = []

    def count(execute, sql, *more):
        statements.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(count):
        answer = work()
    return answer, len(statements)


def test_an_import_asks_the_database_little_of_each_row(desk, analyst_user):
    rows = "name,kind,note\n" + "".join(f"Party {n},state,Old\n" for n in range(200))
    answer, previewing_new = count_queries(lambda: send(desk, Party, rows))
    _, importing_new = count_queries(lambda: confirm(desk, Party, answer))
    changed = download_export(desk, Party).decode().replace("Old", "New")

    answer, previewing_changed = count_queries(lambda: send(desk, Party, changed))
    _, importing_changed = count_queries(lambda: confirm(desk, Party, answer))

    # Of a new row only its name is looked up; each look at others would add 200.
    assert max(previewing_new, importing_new) < 300
    assert (previewing_changed < 700, importing_changed < 1400) == (True, True)
    assert Party.objects.filter(note="New", version=2).count() == 200


def test_a_change_of_a_relation_is_seen_and_written(desk, analyst_user):
    party = PartyFactory(slug="other", created_by=analyst_user)
    PartyFactory(slug="union", review="published")
    position = PositionFactory(created_by=analyst_user, party__review="published")
    PartyFactory(slug="new", review="published")

    rows = f"slug,version,party\n{position.slug},1,new\n"
    answer = send(desk, Position, rows)
    assert get_preview(answer) == [(2, "update", {"party": (position.party.slug, "new")})]
    confirm(desk, Position, answer)
    rows = f'slug,version,member_of\n{party.slug},1,"[""union""]"\n'
    answer = send(desk, Party, rows)
    assert get_preview(answer) == [(2, "update", {"member_of": ("[]", '["union"]')})]
    confirm(desk, Party, answer)

    assert Position.objects.get().party.slug == "new"
    assert [party.slug for party in Party.objects.get(slug="other").member_of.all()] == ["union"]


def test_a_new_row_brings_its_words(desk, analyst_user):
    source = SourceFactory(text="Ukraine spoke.", created_by=analyst_user)
    words = f'"[{{""source"": ""{source.slug}"", ""quote"": ""Ukraine spoke.""}}]"'

    answer = send(desk, Party, f"name,kind,citations\nUkraine,state,{words}\n")
    confirm(desk, Party, answer)

    assert Citation.objects.get().record == Party.objects.get()


def test_a_workbook_that_a_person_typed_is_read(desk, analyst_user):
    party = PartyFactory(created_by=analyst_user)
    book = openpyxl.Workbook()
    book.active.append(["slug", "version", "country"])
    book.active.append([party.slug, 1.0, "UA"])
    book.active.append([None, None, None])
    file = io.BytesIO()
    book.save(file)

    answer = send(desk, Party, file.getvalue(), "typed.xlsx")

    assert get_preview(answer) == [(2, "update", {"country": ("", "UA")})]


def test_a_cell_far_below_the_table_is_refused_soon(desk):
    book = openpyxl.Workbook()
    book.active.append(["name", "kind"])
    book.active.cell(1_048_576, 16_384, "far away")
    file = io.BytesIO()
    book.save(file)
    started = time.process_time()

    found = get_import_faults(send(desk, Party, file.getvalue(), "far.xlsx"))

    detail = "This row has 201 cells, the first row names 2 columns."
    assert found == [(1_048_576, "", detail)]
    assert time.process_time() - started < 5


def test_semicolons_and_a_byte_order_mark_are_read(desk):
    answer = send(desk, Party, "\ufeffname;kind\r\nUkraine;state\r\n")

    assert get_preview(answer) == [(2, "new", {"name": ("", "Ukraine"), "kind": ("", "state")})]


def test_a_second_click_imports_nothing_and_leads_to_the_list(desk):
    answer = send(desk, Party, "name,kind\nUkraine,state\n")
    first = confirm(desk, Party, answer)

    again = confirm(desk, Party, answer)

    assert list_messages(again)[-1] == list_messages(first)[-1] == "1 party made, 0 changed."
    assert again.headers["Location"] == first.headers["Location"] == get_admin_url(Party, "list")
    assert Party.objects.count() == 1


def test_a_file_confirmed_again_with_another_reason_is_not_answered_as_imported(desk):
    answer = send(desk, Party, "name,kind\nUkraine,state\n")
    confirm(desk, Party, answer)

    form = {"upload": answer.context["upload"].key, "reason": "Another"}
    again = desk.post(page(Party), form)

    words = "This file was imported already: 1 party made, 0 changed. Nothing was written now."
    assert (list_messages(again)[-1], again.headers["Location"]) == (words, page(Party))


def test_the_file_of_another_cannot_be_confirmed(desk, reviewer_user):
    answer = send(desk, Party, "name,kind\nUkraine,state\n")

    confirm(build_admin_client(reviewer_user), Party, answer)

    assert (Party.objects.count(), Upload.objects.count()) == (0, 1)


def test_a_record_that_changed_after_the_preview_is_not_overwritten(desk, analyst_user):
    party = PartyFactory(name="Ukraine", created_by=analyst_user)
    answer = send(desk, Party, f"slug,version,name\n{party.slug},1,Ukraina\n,,Russia\n")
    assert answer.status_code == 422
    answer = send(desk, Party, f"slug,version,name,kind\n{party.slug},1,Ukraina,state\n,,R,state\n")
    party.name = "The Ukraine"
    party.save()

    refused = confirm(desk, Party, answer)

    assert get_import_faults(refused) == [
        (2, "version", f"Somebody saved the record since: it is now in version 2. {AGAIN}")
    ]
    assert list(Party.objects.values_list("name", flat=True)) == ["The Ukraine"]


# Refusals


def test_every_fault_has_its_row_and_column_and_nothing_is_written(desk, analyst_user):
    PositionFactory(slug="talks", created_by=analyst_user)
    taken = PartyFactory(name="Ukraine", slug="ukraine", created_by=analyst_user)
    before = Change.objects.count()
    rows = (
        "slug,version,name,kind,aliases,country,updated_at\n"
        ",,Good,state,,,\n"
        ",,,stat,Kyiv,,\n"
        "ukraine,,Ukraine,state,[],,\n"
        f"ukraine,{taken.version},Ukraine,state,[],,2020-01-01T00:00:00Z\n"
        "russia,3,Russia,state,,,\n"
        ",,Other,other,,xx,\n"
    )

    found = get_import_faults(send(desk, Party, rows))

    assert found == [
        (3, "name", "This field is required."),
        (3, "kind", "There is no value 'stat'. Did you mean state?"),
        (3, "aliases", 'Write JSON, for example ["ukraine", "russia"].'),
        (4, "updated_at", "This member cannot be written."),
        (
            4,
            "version",
            "Say on which version this row is based; the record is in version 1.",
        ),
        (5, "updated_at", "This member cannot be written."),
        (5, "slug", "Row 4 has this slug already."),
        (6, "slug", "There is no such record; leave the version empty to make a new one."),
        (
            7,
            "country",
            "Write the country as its code of two capital letters in ISO 3166-1, for example UA.",
        ),
        (7, "note", "Say in the note what “other” is in kind."),
    ]
    assert (Party.objects.filter(name="Good").count(), Change.objects.count()) == (0, before)


ROWS_OF_BAD_CELLS = [
    (Party, {"name": "Ukraine", "kind": "stat", "country": "ua", "aliases": "Kyiv"}),
    (Party, {"name": "#N/A", "kind": "stat", "note": "Ã©tat"}),
    (Party, {"name": "", "kind": "state", "identifiers": "Q212", "note": "a\x0bb"}),
    (Party, {"slug": "No Slug", "name": "U", "kind": "state", "member_of": '["nobody"]'}),
    (Incident, {"killed": "1,000", "injured": "some", "kind": "war", "date": "soon"}),
    (Incident, {"killed": "about 3 give or take 0", "injured": "#REF!", "title": ""}),
    (Incident, {"killed_min": "1,000", "killed_max": "x", "negotiation": "nobody"}),
]
GOOD_CELLS = {"U", "Ukraine", "state"}


@pytest.mark.parametrize(("model", "cells"), ROWS_OF_BAD_CELLS)
def test_every_bad_cell_of_a_row_is_reported_at_once(desk, model, cells):
    file = io.StringIO(newline="")
    csv.writer(file).writerows([cells.keys(), cells.values()])

    found = get_import_faults(send(desk, model, file.getvalue()))

    bad = {name for name, cell in cells.items() if cell not in GOOD_CELLS}
    assert bad <= {column for _row, column, _detail in found}


def test_every_bad_cell_of_a_changed_row_is_reported_at_once(desk, analyst_user):
    PartyFactory(name="Ukraine", slug="ukraine", created_by=analyst_user)
    rows = "slug,version,kind,country,aliases\nukraine,7,stat,#N/A,Kyiv\n"

    found = get_import_faults(send(desk, Party, rows))

    assert {fault[1] for fault in found} == {"version", "kind", "country", "aliases"}


NEVER_CLOSED = (
    "Line {} is not CSV: a quotation mark opens a cell in it or below, and none closes the cell "
    "up to the end of the file. Close the cell, or write each quotation mark inside a cell twice."
)
TEXT_BEHIND = (
    "Line {} is not CSV: more text follows the quotation mark that closes a cell. Write each "
    "quotation mark inside a cell twice, or leave out those around it."
)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ('name,kind\n"U,state\nR,state\n', NEVER_CLOSED.format(2)),
        ('name,kind\n"a\nb",state\nR,"\n\n', NEVER_CLOSED.format(4)),
        ('name,kind\n"U"x,state\n', TEXT_BEHIND.format(2)),
        ('name;kind\n"a\nb";state\n"R" ;state\n', TEXT_BEHIND.format(4)),
    ],
)
def test_errors_of_csv_are_in_our_words(desk, content, detail):
    assert get_import_faults(send(desk, Party, content)) == [(None, "", detail)]


def test_faults_are_told_in_the_language_of_the_desk(desk):
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "uk"

    rows = "title,question,part_of\n,Чи йти далі?,talk\n"
    assert get_import_faults(send(desk, Issue, rows)) == [
        (2, "title", "Це поле обов'язкове."),
        (2, "part_of", "Серед issues немає «talk»."),
    ]
    rows = "name,kind,country\nUkraine,stat,ua\n"
    assert get_import_faults(send(desk, Party, rows)) == [
        (2, "country", "Запишіть країну кодом із двох великих літер за ISO 3166-1, наприклад UA."),
        (2, "kind", "Немає значення «stat». Ви мали на увазі state?"),
    ]
    rows = "name,kind,note\nUkraine,other,\n"
    assert [fault[:2] for fault in get_import_faults(send(desk, Party, rows))] == [(2, "note")]
    assert "Say in the note" not in str(get_import_faults(send(desk, Party, rows)))


def test_an_unknown_value_is_answered_with_the_nearest(desk):
    assert get_import_faults(send(desk, Party, "name,kind\nUkraine,stat\n")) == [
        (2, "kind", "There is no value 'stat'. Did you mean state?")
    ]


def test_what_the_tracker_keeps_cannot_be_imported(desk, analyst_user):
    party = PartyFactory(created_by=analyst_user)
    rows = f"slug,version,updated_at\n{party.slug},1,2020-01-01T00:00:00Z\n"

    assert get_import_faults(send(desk, Party, rows)) == [
        (2, "updated_at", "This member cannot be written.")
    ]


def test_a_contributor_changes_no_record_of_others_and_approves_none(desk, analyst_user):
    PartyFactory(name="Ukraine", slug="ukraine", review="published")
    source = SourceFactory(text="Russia", review="published")
    words = [Citation(source=source, quote="Russia")]
    PartyFactory(name="Russia", slug="russia", created_by=analyst_user, citations=words)
    PartyFactory(name="Hidden", slug="hidden")
    rows = (
        "slug,version,name,kind,review\n"
        "ukraine,1,Ukraina,state,published\n"
        "russia,1,Russia,state,published\n"
        "hidden,,Hidden,state,\n"
        ",,New,state,in_review\n"
    )

    assert get_import_faults(send(desk, Party, rows)) == [
        (2, "", "The record is published: ask a reviewer to change it."),
        (3, "review", "Your role does not allow this for this record."),
        (4, "slug", "This name is not free; choose another, or leave it out."),
        (5, "review", "A new record is a draft."),
    ]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("rows.csv", b"\n", (None, "", "The file has no rows.")),
        ("rows.csv", b"name,kind\n", (None, "", "The file has no rows below")),
        ("rows.csv", b"name,knd\nU,s\n", (1, "knd", "Parties have no such column. Did you mean")),
        ("rows.csv", b"name,name\nU,U\n", (1, "name", "This column stands twice.")),
        ("rows.csv", b"name,kind\nU\n", (2, "", "This row has 1 cells, the first row names 2")),
        ("rows.csv", b'name,kind\n"U"x,s\n', (None, "", "Line 2 is not CSV")),
        ("rows.csv", b"name\n\xff\xfe\n", (None, "", "The file is not UTF-8")),
        ("rows.xlsx", b"name\n", (None, "", "The file is not a workbook that can be read.")),
        ("rows.exe", b"name\n", (None, "", "Choose a file whose name ends in .csv or .xlsx.")),
        ("rows.csv", b"name\n" + b"U\n" * 10_001, (None, "", "The file has more than 10000 rows")),
        ("rows.csv", b"name\n" + b"\n" * 2**20, (None, "", "The file has more than 10000 rows")),
        ("rows.csv", b"a," * 300 + b"a\n", (1, "", "The file has more than 200 columns.")),
        ("rows.csv", b"x" * (10 * 1024 * 1024 + 1), (None, "", "The file is over 10 MB")),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(desk, name, content, fault):
    row, column, words = fault

    (found,) = get_import_faults(send(desk, Party, content, name))

    assert (found[:2], found[2][: len(words)]) == ((row, column), words)


@pytest.mark.parametrize("column", ["slug", "name", "aliases", "member_of", "citations", "note"])
def test_characters_that_no_database_stores_are_a_fault_of_their_cell(desk, column):
    cells = {"name": "Ukraine", "kind": "state", column: 'a\0"]'}
    if column in {"aliases", "member_of"}:
        cells[column] = '["a\\u0000"]'
    file = io.StringIO(newline="")
    csv.writer(file).writerows([cells.keys(), cells.values()])

    found = get_import_faults(send(desk, Party, file.getvalue()))

    assert {(row, name) for row, name, _ in found} == {(2, column)}


def test_half_of_a_surrogate_pair_in_a_cell_is_named(desk):
    rows = 'name,kind,aliases\nUkraine,state,"[""\\ud800""]"\n'

    assert get_import_faults(send(desk, Party, rows)) == [
        (
            2,
            "aliases",
            (
                "A text in this JSON holds half of a surrogate pair, such as \\ud800. Write both "
                "halves, or the character itself."
            ),
        )
    ]


def test_without_a_role_there_is_no_import(db):
    client = build_admin_client(create_user("readers", "reader"))

    assert client.get(page(Party)).status_code == 403
    assert client.get(f"{get_admin_url(Party, 'list')}export/csv/").status_code == 404


def test_the_preview_names_no_path_and_asks_for_no_script(desk):
    text = send(desk, Party, "name,kind\nUkraine,state\n").content.decode()

    assert ("/tmp" in text, "<script>" in text, "style=" in text, "onclick" in text) == (False,) * 4
