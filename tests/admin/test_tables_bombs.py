"""Files that are small and would cost much: each is refused soon, in little memory."""

import io
import random
import struct
import time
import tracemalloc
import zipfile

import pytest

from negotiations.admin.transfer.files import read_sheet
from negotiations.admin.transfer.unreadable import UnreadableFileError
from negotiations.models import Party, Upload
from tests.support.admin_client import build_admin_client
from tests.support.table_client import get_import_faults, send

pytestmark = pytest.mark.slow

TOO_LARGE = "The workbook is too large; import it in parts or as CSV."
NO_WORKBOOK = "The file is not a workbook that can be read."
ROWS = "<row><c t='inlineStr'><is><t>name</t></is></c></row><row><c><v>1</v></c></row>"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = {"worksheet": "sheet.xml", "styles": "styles.xml", "sharedStrings": "texts.xml"}
LINK = f"<Relationship Id='%s' Type='{OFFICE}/%s' Target='%s'/>"
MEGABYTE = 2**20


def packed(sheet=ROWS, styles="", texts="", book="<sheets><sheet name='S' {}/></sheets>", more=()):
    """A workbook of these parts, in no namespace: a reader has to do without."""
    links = "".join(LINK % (kind, kind, target) for kind, target in KINDS.items())
    named = book.format(f"xmlns:r='{OFFICE}' r:id='worksheet'")
    parts = {
        "_rels/.rels": f"<R>{LINK % ('b', 'officeDocument', 'book.xml')}</R>",
        "book.xml": f"<workbook>{named}</workbook>",
        "_rels/book.xml.rels": f"<R>{links}</R>",
        "sheet.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>",
        "styles.xml": f"<styleSheet>{styles}</styleSheet>",
        "texts.xml": f"<sst>{texts}</sst>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in [*parts.items(), *more]:
            zipped.writestr(name, content)
    return file.getvalue()


def filling(text, megabytes):
    return text * (megabytes * MEGABYTE // len(text))


NAMED = "<row><c t='inlineStr'><is><t>name</t></is></c></row>"
CELLS = [
    ("formats", {"styles": "<cellXfs>" + filling("<xf/>", 45)}, TOO_LARGE),
    ("few formats", {"styles": "<cellXfs>" + filling("<xf/>", 7)}, TOO_LARGE),
    ("fonts", {"styles": filling("<font><b/></font>", 45)}, TOO_LARGE),
    ("number formats", {"styles": filling("<numFmt numFmtId='1' formatCode='0'/>", 45)}, TOO_LARGE),
    ("nested", {"styles": filling("<font>", 7)}, TOO_LARGE),
    ("an attribute", {"styles": f"<font a='{filling('x', 7)}'/>"}, TOO_LARGE),
    ("a comment", {"sheet": f"<!--{filling('x', 45)}-->"}, TOO_LARGE),
    ("an attribute of a cell", {"sheet": f"<row><c s='{filling('1', 45)}'/></row>"}, TOO_LARGE),
    ("a value", {"sheet": f"{NAMED}<row><c><v>{filling('1', 45)}</v></c></row>"}, TOO_LARGE),
    ("empty rows", {"sheet": filling("<row/>", 45)}, NO_WORKBOOK),
    ("few empty rows", {"sheet": filling("<row/>", 7)}, NO_WORKBOOK),
    ("empty cells", {"sheet": NAMED + "<row>" + filling("<c/>", 45)}, NO_WORKBOOK),
    ("rows of cells", {"sheet": NAMED + filling("<row><c/><c/><c/></row>", 45)}, TOO_LARGE),
    ("texts", {"texts": filling("<si/>", 45)}, TOO_LARGE),
    ("unpacked", {"sheet": ROWS + filling(" ", 51)}, TOO_LARGE),
    (
        "other parts",
        {"more": [("a.bin", filling(" ", 26)), ("b.bin", filling(" ", 26))]},
        TOO_LARGE,
    ),
    ("parts", {"more": [(f"{number}.bin", "") for number in range(5000)]}, TOO_LARGE),
    ("sheets", {"book": "<sheets>" + "<sheet name='S' {0}/>" * 300 + "</sheets>"}, TOO_LARGE),
    ("a text", {"texts": f"<si><t>{filling('x', 45)}</t></si>"}, TOO_LARGE),
    (
        "one text in many cells",
        {
            "texts": f"<si><t>{'x' * 100_000}</t></si>",
            "sheet": NAMED + "<row><c t='s'><v>0</v></c></row>" * 1000,
        },
        "The file has too much text; import it in parts.",
    ),
]


@pytest.mark.parametrize(("parts", "words"), [c[1:] for c in CELLS], ids=[c[0] for c in CELLS])
def test_a_workbook_that_unpacks_to_much_is_refused(parts, words):
    content = packed(**parts)
    assert len(content) < MEGABYTE
    tracemalloc.start()
    started = time.process_time()

    with pytest.raises(UnreadableFileError) as refused:
        read_sheet("bomb.xlsx", content)

    seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [fault.detail for fault in refused.value.faults] == [words]
    # Measuring memory makes it some ten times slower than it is.
    assert (seconds < 30, peak < 50 * MEGABYTE) == (True, True)


def test_styles_of_45_megabytes_are_refused_at_once(analyst_user):
    content = packed(styles="<cellXfs>" + filling("<xf numFmtId='0'/>", 45))
    desk = build_admin_client(analyst_user)
    started = time.process_time()

    found = get_import_faults(send(desk, Party, content, "bomb.xlsx"))

    assert (found, len(content) < 200_000) == ([(None, "", TOO_LARGE)], True)
    assert time.process_time() - started < 1
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'>",
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("part", ["_rels/.rels", "book.xml", "sheet.xml", "styles.xml"])
def test_a_document_type_is_refused(part, doctype):
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed())) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            head = doctype if name == part else ""
            new.writestr(name, head + old.read(name).decode())

    with pytest.raises(UnreadableFileError, match=NO_WORKBOOK):
        read_sheet("entities.xlsx", content.getvalue())


def test_a_part_that_is_there_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed(more=[("sheet.xml", "<worksheet/>")])

    with pytest.raises(UnreadableFileError, match=NO_WORKBOOK):
        read_sheet("twice.xlsx", content)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_packed_as_no_workbook_is_is_refused(method):
    file = io.BytesIO(packed())
    with zipfile.ZipFile(file, "a", method) as book:
        book.writestr("more.xml", "x")

    with pytest.raises(UnreadableFileError, match=NO_WORKBOOK):
        read_sheet("packed.xlsx", file.getvalue())


@pytest.mark.parametrize("size", [0, 10, 2**31 - 1, 2**32 - 2])
def test_a_part_that_lies_about_its_size_is_refused(size):
    content = packed(sheet=ROWS + filling(" ", 60))
    true = struct.pack("<L", 60 * MEGABYTE + len(ROWS) + 45)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        true = struct.pack("<L", book.getinfo("sheet.xml").file_size)
    assert content.count(true) == 2
    started = time.process_time()

    with pytest.raises(UnreadableFileError):
        read_sheet("lying.xlsx", content.replace(true, struct.pack("<L", size)))

    assert time.process_time() - started < 1


def test_damaged_workbooks_are_refused_in_words():
    whole = packed(styles="<cellXfs><xf numFmtId='14'/></cellXfs>", texts="<si><t>a</t></si>")
    choice = random.Random(2025)
    outcomes = set()
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(choice.randint(1, 4)):
            content[choice.randrange(len(content))] = choice.randrange(256)
        damaged = bytes(content[: choice.choice([len(content), choice.randrange(len(content))])])
        try:
            read_sheet("damaged.xlsx", damaged)
        except UnreadableFileError as refused:
            outcomes.update(fault.detail for fault in refused.faults)

    assert NO_WORKBOOK in outcomes


def test_workbooks_of_damaged_parts_are_refused_in_words():
    parts = {
        "sheet": f"{ROWS}<row r='9'><c r='A9' s='1' t='s'><v>0</v></c></row>",
        "styles": "<numFmt numFmtId='165' formatCode='mmm-yy'/><cellXfs><xf/><xf numFmtId='165'/>",
        "texts": "<si><t>a_x0041_</t></si><si/>",
    }
    choice = random.Random(2025)
    for _ in range(2000):
        name = choice.choice(list(parts))
        text = list(parts[name])
        for _ in range(choice.randint(1, 3)):
            text[choice.randrange(len(text))] = choice.choice("<>/='0159-_xsAZ \"&;\n")
        try:
            read_sheet("damaged.xlsx", packed(**{**parts, name: "".join(text)}))
        except UnreadableFileError as refused:
            assert refused.faults


# CSV


CSV = [
    ("one field", b"name\n" + b"x" * (10 * MEGABYTE - 5), None),
    ("one quoted field", b'name\n"' + b"x" * (10 * MEGABYTE - 6), "Line 2 is not CSV"),
    ("quotation marks", b"name\n" + b'"' * (10 * MEGABYTE - 5), "Line 2 is not CSV"),
    ("columns", b"a," * 100_000 + b"a\n", "The file has more than 200 columns."),
    ("cells", b"name\n" + b"," * (10 * MEGABYTE - 5), "This row has"),
    ("filled cells", b"name\n" + b"a," * (5 * MEGABYTE - 5), "This row has"),
    ("delimiters first", b"," * (10 * MEGABYTE), "The file has no rows."),
    ("spaces", b" " * (10 * MEGABYTE), "The file has no rows below"),
    ("empty lines", b"name\n" + b"\n" * (10 * MEGABYTE - 5), "The file has more than 10000 rows"),
    ("empty lines first", b"\n" * (10 * MEGABYTE), "The file has more than 10000 rows"),
    ("returns", b"\r" * (10 * MEGABYTE), "The file has more than 10000 rows"),
    ("rows", b"name\n" + b"x\n" * (5 * MEGABYTE - 5), "The file has more than 10000 rows"),
    ("zeros", b"name\n" + b"\0" * (10 * MEGABYTE - 5), None),
]


@pytest.mark.parametrize(("content", "words"), [c[1:] for c in CSV], ids=[c[0] for c in CSV])
def test_a_csv_that_costs_much_is_read_or_refused_soon(content, words):
    started = time.process_time()
    try:
        found, refused = read_sheet("bomb.csv", content), ""
    except UnreadableFileError as error:
        found, refused = None, error.faults[0].detail

    assert time.process_time() - started < 5
    if words is None:
        assert found.columns == ["name"]
    else:
        assert refused.startswith(words) or found.rows == []
