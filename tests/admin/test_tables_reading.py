"""What tables that people made in spreadsheets say: dates, errors, formulas, sheets, encodings."""

import datetime
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart

from negotiations.models import Party, Round, Upload
from tests.factories import NegotiationFactory, PartyFactory
from tests.support.admin_client import build_admin_client
from tests.support.table_client import confirm, get_import_faults, get_preview, page, send

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def written(value, number_format="General", column="note"):
    """A workbook with one party, and in one cell a value that is seen in a format."""
    book = workbook(["name", "kind", column], ["Ukraine", "state", value])
    book.active["C2"].number_format = number_format
    return saved(book)


def read(desk, content, column="note"):
    """What the cell says, or the fault."""
    answer = send(desk, Party, content, "typed.xlsx")
    if answer.status_code == 422:
        ((row, name, detail),) = get_import_faults(answer)
        assert (row, name) == (2, column)
        return detail
    ((_row, _kind, changes),) = get_preview(answer)
    return changes.get(column, ("", ""))[1]


JUNE, JULY = datetime.datetime(2025, 6, 1), datetime.datetime(2025, 7, 19)  # noqa: DTZ001
NOON = datetime.datetime(2025, 7, 19, 12, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (JUNE, "mmm-yy", "2025-06"),
        (JUNE, "[$-409]mmm\\-yy;@", "2025-06"),
        (JUNE, "yyyy\\-mm", "2025-06"),
        (JUNE, 'mmmm" "yyyy', "2025-06"),
        (JUNE, "mm/yyyy", "2025-06"),
        (datetime.datetime(2025, 1, 1), "yyyy", "2025"),  # noqa: DTZ001
        (JUNE, "mm-dd-yy", "2025-06-01"),
        (JULY, "dd/mm/yyyy", "2025-07-19"),
        (JULY, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2025-07-19"),
        (JULY, 'yyyy"年"m"月"d"日";@', "2025-07-19"),
        (JULY, "d.m.yyyy h:mm", "2025-07-19"),
        (JULY, "[$-41E]d mmm bbbb", "2025-07-19"),
        (NOON, "yyyy-mm-dd hh:mm:ss", "2025-07-19 12:30:00"),
        (160, "General", "160"),
        (160, "0", "160"),
        (160, "#,##0", "160"),
        (160, "0.00", "160.00"),
        (3.1, "0.00", "3.10"),
        (3.1, "0.0#", "3.1"),
        (3.1, "0.0##;-0.0;0", "3.1"),
        (5, "0.0", "5.0"),
        (1, "#,##0.000", "1.000"),
        (-5, "0.00_);(0.0)", "-5.0"),
        (0, "0.00;-0.00;0", "0"),
        (0.1 + 0.2, "0.00", "0.30"),
        (160, "_(* #,##0_);_(* \\(#,##0\\);_(* \"-\"_);_(@_)", "160"),
        (160, "[Red]0", "160"),
        (2.5, "General", "2.5"),
        (0.1 + 0.2, "General", "0.3"),
        (0.0000001, "General", "0.0000001"),
        (7, "@", "7"),
        (True, "General", "true"),
        ("2025-06", "@", "2025-06"),
        ("2025-06", "yyyy-mm-dd;@", "2025-06"),
        ("many", "0.00", "many"),
        ("many", "_(* #,##0_);_(* \\(#,##0\\);_(* \"-\"_);_(@_)", "many"),
        (0, "_(* #,##0_);_(* \\(#,##0\\);_(* \"-\"??_);_(@_)", "0"),
        (-5, "0;-0", "-5"),
        (-5, "#,##0_);[Red]\\(#,##0\\)", "-5"),
        (0, "0;-0;0;@", "0"),
    ],
)  # fmt: skip
def test_a_cell_says_what_its_format_shows(desk, value, number_format, text):
    assert read(desk, written(value, number_format)) == text


@pytest.mark.parametrize(
    ("value", "number_format", "held"),
    [
        (JULY, "d-mmm", "2025-07-19"),
        (JULY, "dd. mmmm", "2025-07-19"),
        (JULY, "mmmm", "2025-07-19"),
        (JULY, "dddd", "2025-07-19"),
        (JULY, "mmm-yy", "2025-07-19"),
        (JULY, "yyyy", "2025-07-19"),
        (NOON, "yyyy-mm-dd", "2025-07-19 12:30:00"),
        (NOON, "mmm-yy", "2025-07-19 12:30:00"),
        (datetime.time(10, 30), "h:mm", "10:30:00"),
        (1.5, "[h]:mm", "1.5"),
        (0.5, "[h]:mm", "12:00:00"),
        (-3, "yyyy-mm-dd", "-3"),
        (59, "yyyy-mm-dd", "59"),
        (1e9, "yyyy-mm-dd", "1e+09"),
        (0.15, "0%", "0.15"),
        (160, "0.00E+00", "160"),
        (160, '"at least "0', "160"),
        (160, '#,##0 "€"', "160"),
        (160, "[$€-407]#,##0", "160"),
        (160_000, "0,", "160000"),
        (160, "# ?/?", "160"),
        (7, "000", "7"),
        (1.5, "0", "1.5"),
        (3.14159, "0.00", "3.14159"),
        (160, ";;;", "160"),
        (JULY, '"before "yyyy-mm-dd', "2025-07-19"),
        (JULY, 'yyyy-mm-dd"?"', "2025-07-19"),
        (JULY, "yyyy-mm-dd\\~", "2025-07-19"),
        (JUNE, '"about "mmm-yy', "2025-06-01"),
        (0, '0;-0;"unknown"', "0"),
        (0, "0;-0;;@", "0"),
        (-5, "0;0", "-5"),
        (-5, '0;"under "0', "-5"),
        ("agreed", '"not "@', "agreed"),
        ("agreed", '0;-0;0;"not "@', "agreed"),
        ("agreed", ";;;", "agreed"),
    ],
)
def test_a_cell_that_shows_less_than_it_holds_is_refused(desk, value, number_format, held):
    assert read(desk, written(value, number_format)) == (
        f"C2: it holds {held}, but its format “{number_format}” shows something else; "
        "write what is meant as text, for example 2025-06, 2025-07-19 or 160."
    )


def test_a_number_of_more_digits_than_spreadsheets_keep_is_refused(desk):
    assert read(desk, written(12345678901234567890)) == (
        "C2: a number of more than 15 digits, of which a spreadsheet keeps no more; "
        "write it as text."
    )


def test_a_workbook_of_the_old_calendar_of_the_mac_is_read_in_it(desk):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "kind", "note"])
    sheet.write_row(1, 0, ["Ukraine", "state"])
    sheet.write_datetime(1, 2, JULY, book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()

    assert read(desk, file.getvalue()) == "2025-07-19"


def test_a_month_that_was_typed_becomes_the_month_of_a_record(desk, analyst_user):
    talks = NegotiationFactory(created_by=analyst_user)
    book = workbook(["negotiation", "title", "date"], [talks.slug, "First", JUNE])
    book.active["C2"].number_format = "mmm-yy"

    answer = send(desk, Round, saved(book), "typed.xlsx")
    confirm(desk, Round, answer)

    assert Round.objects.get().date == "2025-06"


# Errors and formulas


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#NULL!"])
def test_an_error_is_no_text(desk, error):
    book = workbook(["name", "kind", "note"], ["Ukraine", "state", error])
    book.active["C2"].data_type = "e"

    assert read(desk, saved(book)) == (
        f"C2: it holds the error {error}; write what is meant, or empty it."
    )


@pytest.mark.parametrize(
    "error",
    ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#NUM!", " #n/a ", "Err:502"],
)
def test_an_error_in_csv_is_no_text(desk, error):
    answer = send(desk, Party, f"name,kind,note\nUkraine,state,{error}\n")

    assert get_import_faults(answer) == [
        (2, "note", f"it holds the error {error.strip()}; write what is meant, or empty it.")
    ]


UNCALCULATED = (
    "C2: it holds a formula without its value; open the file in a spreadsheet program "
    "and save it there, or write the value."
)


def test_a_formula_without_its_value_is_refused(desk):
    assert read(desk, written("=1+1")) == UNCALCULATED


def test_a_formula_whose_value_is_only_a_stand_in_is_refused(desk):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "kind", "note"])
    sheet.write_row(1, 0, ["Ukraine", "state", "=40+2"])
    book.close()

    assert read(desk, file.getvalue()) == UNCALCULATED


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c r='C2'><f>40+2</f><v>42</v></c>", "42"),
        ("<c r='C2' t='str'><f>A2</f><v>Ukraine</v></c>", "Ukraine"),
        ("<c r='C2' t='str'><f>T(1)</f><v></v></c>", ""),
        ("<c r='C2' t='b'><f>1=1</f><v>1</v></c>", "true"),
        ("<c r='C2' t='e'><f>1/0</f><v>#DIV/0!</v></c>", "C2: it holds the error #DIV/0!; "),
        ("<c r='C2'><f t='shared' si='0'/></c>", "C2: it holds a formula without its value; "),
        ("<c r='C2'><v>1e400</v></c>", "C2: a number of more than 15 digits, "),
        ("<c r='C2'><v>nan</v></c>", "C2: it holds no number that can be read."),
        ("<c r='C2' t='inlineStr'><is><r><t>a</t></r><r><t> b</t></r></is></c>", "a b"),
        (
            "<c r='C2' t='inlineStr'><is><t>a_x000D__x000A_b_x005F_x0041_</t></is></c>",
            "a\nb_x0041_",
        ),
        ("<c r='C2' t='inlineStr'><is><t>漢</t><rPh><t>kan</t></rPh></is></c>", "漢"),
        ("<c r='C2' t='inlineStr'><is><t>_xD83D__xDE00_</t></is></c>", "😀"),
        ("<c r='C2' t='inlineStr'><is><t>_xD83D_</t></is></c>", "C2: it holds half of a character"),
        ("<c t='inlineStr'><is><t>no reference</t></is></c>", "no reference"),
    ],
)
def test_a_cell_is_read_by_its_type(desk, cell, text):
    rows = (
        "<row><c t='inlineStr'><is><t>name</t></is></c><c t='inlineStr'><is><t>kind</t></is></c>"
        "<c t='inlineStr'><is><t>note</t></is></c></row>"
        "<row><c t='inlineStr'><is><t>Ukraine</t></is></c>"
        f"<c t='inlineStr'><is><t>state</t></is></c>{cell}</row>"
    )
    answer = send(desk, Party, packed(rows), "typed.xlsx")

    if answer.status_code == 422:
        assert get_import_faults(answer)[0][2].startswith(text)
    else:
        assert get_preview(answer)[0][2].get("note", ("", ""))[1] == text


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def packed(rows):
    """A workbook of these rows and no more than a workbook needs."""
    link = f"<Relationship Id='r' Type='{OFFICE}/%s' Target='%s'/>"
    links = f"<Relationships xmlns='{PACKAGE}'>{link}</Relationships>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("_rels/.rels", links % ("officeDocument", "/xl/workbook.xml"))
        book.writestr(
            "xl/workbook.xml",
            f"<x:workbook xmlns:x='{MAIN}' xmlns:r='{OFFICE}'><x:sheets>"
            "<x:sheet name='S' sheetId='1' r:id='r'/></x:sheets></x:workbook>",
        )
        book.writestr("xl/_rels/workbook.xml.rels", links % ("worksheet", "sheets/s.xml"))
        book.writestr(
            "xl/sheets/s.xml",
            f"<worksheet xmlns='{MAIN}'><sheetData>{rows}</sheetData></worksheet>",
        )
    return file.getvalue()


# Sheets


def two_sheets(state="visible"):
    book = workbook(["name", "kind"], ["Ukraine", "state"])
    book.active.title, book.active.sheet_state = "Notes", state
    other = book.create_sheet("Parties & more")
    other.append(["name", "kind"])
    other.append(["Russia", "state"])
    return saved(book)


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_of_several_sheets_the_user_chooses_one(desk, state):
    asked = send(desk, Party, two_sheets(state), "typed.xlsx", reason="From a list")

    is_hidden = state != "visible"
    assert asked.context["sheets"] == [("Notes", is_hidden), ("Parties & more", False)]
    assert ("(hidden)" in asked.content.decode()) == is_hidden
    chosen = {
        "choose": "1",
        "sheet": "Parties & more",
        "upload": asked.context["upload"].key,
        "reason": asked.context["reason"],
    }
    answer = desk.post(page(Party), chosen)
    assert get_preview(answer) == [(2, "new", {"name": ("", "Russia"), "kind": ("", "state")})]
    sent = {name: chosen[name] for name in ("upload", "reason")}
    assert desk.post(page(Party), sent).context["sheets"] == asked.context["sheets"]
    assert Party.objects.count() == 0
    desk.post(page(Party), {**sent, "sheet": answer.context["sheet"]})
    assert [str(party) for party in Party.objects.all()] == ["Russia"]
    assert Party.history.get().history_change_reason == "From a list"
    assert Upload.objects.count() == 0


def test_a_sheet_that_is_not_there_is_asked_for_again(desk):
    asked = send(desk, Party, two_sheets(), "typed.xlsx")
    sent = {"choose": "1", "sheet": "Other", "upload": asked.context["upload"].key}

    assert len(desk.post(page(Party), sent).context["sheets"]) == 2
    assert desk.post(page(Party), {**sent, "upload": "x"}).status_code == 302


def test_a_workbook_whose_only_rows_are_hidden_is_asked_about(desk):
    book = workbook(["name", "kind"], ["Ukraine", "state"])
    book.active.title, book.active.sheet_state = "Notes", "hidden"
    book.create_sheet("Empty")

    assert send(desk, Party, saved(book), "t.xlsx").context["sheets"] == [("Notes", True)]


def test_empty_sheets_and_charts_are_no_choice(desk):
    book = workbook(["name", "kind"], ["Ukraine", "state"])
    book.create_sheet("Empty", 0)["B7"].number_format = "0.00"
    chart = book.create_chartsheet("Chart", 0)
    chart.add_chart(BarChart())

    assert len(get_preview(send(desk, Party, saved(book), "typed.xlsx"))) == 1


def test_a_workbook_of_a_chart_alone_has_no_rows(desk):
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart").add_chart(BarChart())

    found = get_import_faults(send(desk, Party, saved(book), "typed.xlsx"))

    assert found == [(None, "", "No sheet of the workbook has rows.")]


# Rows


def test_formatting_alone_is_no_row_and_no_column(desk):
    book = workbook(["name", "kind"], ["Ukraine", "state"])
    for place in ("A3", "B1048576", "XFD2", "C1"):
        book.active[place].number_format = "0.00"

    assert [row[0] for row in get_preview(send(desk, Party, saved(book), "typed.xlsx"))] == [2]


def test_rows_below_blank_ones_keep_their_numbers(desk):
    book = workbook([], [], ["name", "kind"], [], ["Ukraine", "stat"])

    assert [fault[:2] for fault in get_import_faults(send(desk, Party, saved(book), "t.xlsx"))] == [
        (5, "kind")
    ]
    found = get_import_faults(send(desk, Party, "\n,\nname,knd\n\nUkraine,state\n"))
    assert found == [(3, "knd", "Parties have no such column. Did you mean kind?")]


def test_merged_cells_are_refused(desk):
    book = workbook(["name", "kind"], ["Ukraine", "state"], ["Russia", None])
    book.active.merge_cells("B2:B3")

    detail = "The cells B2:B3 are merged; separate them and fill each."
    assert get_import_faults(send(desk, Party, saved(book), "typed.xlsx")) == [(2, "", detail)]


def test_every_bad_cell_is_told_at_once(desk):
    book = workbook(["name", "kind", "note"], ["=A1", "state", JULY], ["Russia", 0.5, "fine"])
    book.active["C2"].number_format = "d-mmm"
    book.active["B3"].number_format = "0%"

    found = get_import_faults(send(desk, Party, saved(book), "typed.xlsx"))

    assert [fault[:2] for fault in found] == [(2, "name"), (2, "note"), (3, "kind")]


def test_lines_within_a_cell_end_as_those_of_the_tracker(desk, analyst_user):
    PartyFactory(name="Ukraine", slug="ukraine", note="a\nb\nc", created_by=analyst_user)
    rows = 'slug,version,note\r\nukraine,1,"a\r\nb\rc"\r\n'

    assert get_preview(send(desk, Party, rows)) == []


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\r", "\ufeffsep=;\r\n"])
def test_the_line_that_names_the_delimiter_is_no_row(desk, first):
    rows = f'{first}name;kind;note\r\nUkraine;state;"a, b, c, d"\r\n'

    assert get_preview(send(desk, Party, rows))[0][2]["note"] == ("", "a, b, c, d")


def test_unicode_text_of_excel_is_read(desk):
    rows = "name\tkind\r\nУкраїна\tstate\r\n".encode("utf-16")

    assert get_preview(send(desk, Party, rows))[0][2]["name"] == ("", "Україна")


def test_a_workbook_is_known_by_what_it_is(desk):
    book = saved(workbook(["name", "kind"], ["Ukraine", "state"]))
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512

    assert len(get_preview(send(desk, Party, book, "parties.csv"))) == 1
    assert get_import_faults(send(desk, Party, old, "parties.xlsx"))[0][2] == (
        "This is an old workbook (.xls) or one with a password; save it as .xlsx."
    )


# Encodings


@pytest.mark.parametrize(
    ("word", "page"),
    [
        ("é", "cp1252"),
        ("Café de la Paix", "cp1252"),
        ("Łódź", "cp1250"),
        ("Türkiye", "mac_roman"),
        ("São Tomé", "cp437"),
        ("Київ", "cp1251"),
        ("“Мир”", "cp1251"),
        ("ÉTAT", "cp1252"),
        ("it’s", "cp1252"),
        ("العربية", "cp1252"),
    ],
)
@pytest.mark.parametrize("table", ["csv", "xlsx"])
def test_text_that_a_code_page_has_garbled_is_refused(desk, word, page, table):
    # Bytes without a letter are left as control characters, as Windows leaves them.
    letters = [bytes([byte]) for byte in word.encode()]
    seen = "".join(b.decode(page) if can_decode(b, page) else b.decode("latin-1") for b in letters)
    rows = [["name", "kind", "note"], ["U", "state", f"See {seen}."]]
    content = saved(workbook(*rows)) if table == "xlsx" else "\n".join(map(",".join, rows))

    ((row, column, detail),) = get_import_faults(send(desk, Party, content, f"rows.{table}"))

    assert (row, column) == (2, "note")
    assert detail.endswith(
        "opened without its encoding and saved again. "
        "Open the original as UTF-8, and save it as CSV UTF-8 or as XLSX."
    )


def can_decode(byte, page):
    try:
        byte.decode(page)
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        *(
            "é",
            "Łódź",
            "Київ і Львів",
            "Зі «Сі»",
            "«IRMÃ»",
            "Г» і «В»",
            "São João",
            "ÂNGELA",
            "±5°",
        ),
        *("Ђорђе", "Ünïcödé", "µm²", "½ ¾", "€ 5", "İstanbul", "Ærø", "Ελλάδα", "نص", "中文", "РЈ"),
    ],
)
def test_text_that_is_not_garbled_is_read(desk, text):
    assert get_preview(send(desk, Party, f"name,kind\n{text},state\n"))[0][2]["name"] == ("", text)


def test_text_that_lost_a_letter_is_refused(desk):
    ((row, column, detail),) = get_import_faults(send(desk, Party, "name,kind\nCaf\ufffd,state\n"))

    assert (row, column, detail[:12]) == (2, "name", "“Caf\ufffd” looks")


def test_what_is_stored_garbled_can_be_sent_back_as_it_is(desk, analyst_user):
    PartyFactory(slug="cafe", name="CafÃ©", created_by=analyst_user)

    assert get_preview(send(desk, Party, "slug,version,name\ncafe,1,CafÃ©\n")) == []
