"""Cells of tables as people type and see them: garbled letters, separators, what is hidden."""

import io

import openpyxl
import pytest
import xlsxwriter
from faker import Faker

from negotiations.models import Incident, Party
from tests.support.admin_client import build_admin_client
from tests.support.table_client import get_import_faults, get_preview, send

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def send_notes(desk, *notes):
    cells = (note.replace('"', '""') for note in notes)
    lines = [f'Party {number},state,"{note}"' for number, note in enumerate(cells)]
    return send(desk, Party, "\n".join(["name,kind,note", *lines]))


@pytest.mark.parametrize(
    ("word", "page"),
    [
        *(("с", "cp1251"), ("я", "cp1251"), ("і", "cp1251"), ("з’їзд", "cp1251")),
        *(("Łódź", "cp1251"), ("dół", "cp1250"), ("Köln", "cp1250"), ("Köln", "iso8859_2")),
        *(("Orbán", "koi8_r"), ("Київ", "koi8_u"), ("Київ", "mac_roman"), ("Köln", "mac_roman")),
        *(("Köln", "latin_1"), ("Ärzte", "cp850"), ("Wałęsa", "cp852"), ("Київ", "cp866")),
    ],
)
def test_utf8_read_in_another_code_page_is_refused_with_its_place(desk, word, page):
    garbled = word.encode().decode(page)

    answer = send_notes(desk, "as it is", f"5 {garbled} 7")

    ((row, column, detail),) = get_import_faults(answer)
    assert (row, column) == (3, "note")
    assert "looks garbled" in detail


@pytest.mark.parametrize(
    ("words", "page"),
    [
        *(("Президент Росії", "cp1251"), ("Київ", "cp1251"), ("КИЕВ", "cp1251")),
        *(("Киев", "koi8_r"), ("Καλημέρα", "cp1253"), ("السلام", "cp1256"), ("שלום", "cp1255")),
    ],
)
def test_another_alphabet_read_as_latin_1_is_refused_with_its_place(desk, words, page):
    answer = send_notes(desk, "as it is", f"The {words.encode(page).decode('latin_1')}, 2025")

    ((row, column, detail),) = get_import_faults(answer)
    assert (row, column) == (3, "note")
    assert "looks garbled" in detail


def test_real_words_are_not_taken_for_garbled(desk):
    words = [
        *("С. Лавров", "п. С. – голова", "У Р. № 5", "С…", "С–300", "5 °С", "РЄ", "Рада (РЄ)"),
        *("Ні", "Ті", "Зі", "Ці", "Її", "Её", "её", "Моё", "«С»", "Ој", "Ђорђе", "Њујорк", "Џон"),
        *("SPÓŁKA", "NÓŻ", "MĘŻCZYZNA", "Úžasný", "ÚŽASNÝ", "PĂŞUNE", "GRÖSSE", "ŽIŽKA", "ČSSR"),
        *("“école”", "«été»", "l’été d’été", "isso —é claro", "–à", "«IRMÃ»", "İzmir", "Σ", "ΟΗΕ"),
        *("öö", "ÅÅÅÅ", "jäääär", "Þýði", "Ýýìà3", "Éàé"),
    ]  # fmt: skip
    for locale in ("uk_UA", "ru_RU", "bg_BG", "pl_PL", "cs_CZ", "de_DE", "fr_FR", "tr_TR", "ro_RO"):
        Faker.seed(1)
        people = [Faker(locale).name() for _ in range(40)]
        words += [*people, *(f"“{name}” — {name.upper()}…" for name in people)]

    changes = [changes["note"][1] for _, _, changes in get_preview(send_notes(desk, *words))]

    assert changes == words


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("1,000", "“1,000” may be 1000, or 1 with decimals; write 1000 or 1 in digits alone."),
        ("2.500", "“2.500” may be 2500, or 2 with decimals; write 2500 or 2 in digits alone."),
        ("1 000", "Write “1 000” in digits alone: 1000."),
        ("1\u202f000", "Write “1 000” in digits alone: 1000."),
        ("1’000", "Write “1’000” in digits alone: 1000."),
        ("1,000,000", "Write “1,000,000” in digits alone: 1000000."),
        ("1000,5", "“1000,5” is no whole number; write one in digits alone, for example 1000."),
        ("1.000,5", "“1.000,5” is no whole number; write one in digits alone, for example 1000."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["killed", "killed_min"])
def test_number_with_separators_is_refused_with_what_to_type(desk, cell, advice, column):
    columns = "killed" if column == "killed" else "killed_min,killed_max"
    values = f'"{cell}"' if column == "killed" else f'"{cell}",'

    answer = send(desk, Incident, f"{columns}\n{values}\n")

    assert (2, column, advice) in get_import_faults(answer)


def save(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


AMBIGUOUS = "“1.000” may be 1000, or 1 with decimals; write 1000 or 1 in digits alone."


@pytest.mark.parametrize(
    ("value", "number_format", "advice"),
    [
        *((1, code, AMBIGUOUS) for code in ("0.000", "#,##0.000", "[Red]0.000;-0", "0.000_)")),
        (12, "0.0", "“12.0” is no whole number; write one in digits alone, for example 1000."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["killed", "killed_min"])
def test_whole_number_shown_with_decimals_is_refused(desk, value, number_format, advice, column):
    book = openpyxl.Workbook()
    book.active.append(["killed"] if column == "killed" else ["killed_min", "killed_max"])
    book.active.append([value])
    book.active["A2"].number_format = number_format

    answer = send(desk, Incident, save(book), "rows.xlsx")

    assert (2, column, advice) in get_import_faults(answer)


def send_parties(desk, change, count=8):
    book = openpyxl.Workbook()
    for row in (["name", "kind", "note"], *(["P" + str(n), "state", "x"] for n in range(count))):
        book.active.append(row)
    change(book.active)
    return send(desk, Party, save(book), "rows.xlsx")


def hide_rows(sheet):
    for row in (1, 3, 5, 6, 7, 20):
        sheet.row_dimensions[row].hidden = True


def test_hidden_rows_are_listed_before_they_are_stored(desk):
    answer = send_parties(desk, hide_rows)

    assert len(get_preview(answer)) == 8
    assert answer.context["notes"] == [
        "4 rows are hidden in the sheet, perhaps by a filter, and are read all the same: 3, 5–7.",
        "Delete what is not meant from the sheet and choose the file again.",
    ]
    assert "4 rows are hidden in the sheet" in answer.content.decode()


def test_hidden_columns_are_listed_before_they_are_stored(desk):
    def hide(sheet):
        for column in ("C", "E"):
            sheet.column_dimensions[column].hidden = True

    assert send_parties(desk, hide).context["notes"][0] == (
        "1 column is hidden in the sheet and is read all the same: note."
    )


def test_rows_that_a_filter_hides_are_listed(desk):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate((["name", "kind"], ["A", "state"], ["B", "movement"])):
            sheet.write_row(number, 0, cells)
        sheet.autofilter("A1:B3")
        sheet.filter_column("B", "x == state")
        sheet.set_row(2, options={"hidden": True})

    answer = send(desk, Party, file.getvalue(), "rows.xlsx")

    assert answer.context["notes"][0].endswith("perhaps by a filter, and is read all the same: 3.")


def test_sheet_without_hidden_rows_has_no_notes(desk):
    assert list(send_parties(desk, list).context["notes"]) == []
