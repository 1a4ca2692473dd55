"""Workbooks (ECMA-376) as rows of texts, read as a stream.

The libraries build trees of what a bad file may make long, and none reports number formats and
errors in one pass. Here expat reads each part within limits of bytes, elements and rows.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from .hidden import Hidden
from .number_formats import (
    NumberFormat,
    build_mismatch_cell,
    parse_number_format,
    read_moment,
    read_number,
    shows_text,
)
from .unreadable import (
    BadCell,
    SeveralSheetsError,
    build_file_error,
    build_not_a_workbook_error,
    build_too_large_error,
)

# What a workbook may be when unpacked: a few bytes can say millions.
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_ELEMENTS = 1_500_000
# One text may stand in many cells.
MAX_CHARACTERS = 20_000_000
# Parts that say how the others are to be read; spreadsheets allow 65,490 cell formats.
MAX_SMALL_PART_BYTES = 8 * 1024 * 1024
MAX_FORMATS = 65_490
# Of one tag with its attributes, of one comment.
MAX_TOKEN_LENGTH = 1024 * 1024
# A cell of a spreadsheet holds 32,767 characters.
MAX_TEXT_LENGTH = 100_000
MAX_DEPTH = 50
MAX_PARTS = 5_000
MAX_SHEETS = 255
LAST_ROW, LAST_COLUMN = 2**20, 2**14
READ_SIZE = 64 * 1024
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Whatever a damaged file leads the libraries to.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, LookupError),
    *(NotImplementedError, OSError, OverflowError, RuntimeError, ValueError),
)
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")

Attributes = Mapping[str, str]
Row = tuple[int, list[str]]


class SheetPart(NamedTuple):
    """A sheet of the workbook: its name, where it is, and whether it is hidden."""

    title: str
    path: str
    is_hidden: bool


class Handler:
    """Takes the elements of one part; names come without their namespaces."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class Package:
    """The zip file: reads parts as streams, within limits of what all of them may be."""

    def __init__(self, content: bytes) -> None:
        if content.count(b"PK\x01\x02") > MAX_PARTS:
            raise build_too_large_error()
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        self.parts: dict[str, zipfile.ZipInfo] = {}
        for info in self.zip.infolist():
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if name in self.parts or info.compress_type not in METHODS:
                raise build_not_a_workbook_error()
            self.parts[name] = info
        if sum(info.file_size for info in self.parts.values()) > MAX_UNPACKED_BYTES:
            raise build_too_large_error()
        self.bytes_left, self.elements_left = MAX_UNPACKED_BYTES, MAX_ELEMENTS

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.parts

    def read(self, name: str, handler: Handler, *, is_small: bool = True) -> None:
        """Parse a whole part; without one of this name the handler gets nothing."""
        if name in self:
            for _piece in self.parse(name, handler, is_small=is_small):
                pass

    def parse(self, name: str, handler: Handler, *, is_small: bool = False) -> Iterator[None]:
        """Parse a part, with a pause after each piece."""
        info = self.parts[name.lower()]
        if is_small and info.file_size > MAX_SMALL_PART_BYTES:
            raise build_too_large_error()
        parser, fed = self._parser(handler), 0
        with self.zip.open(info) as stream:
            while piece := stream.read(READ_SIZE):
                self.bytes_left -= len(piece)
                fed += len(piece)
                parser.Parse(piece, False)
                if self.bytes_left < 0 or fed - parser.CurrentByteIndex > MAX_TOKEN_LENGTH:
                    raise build_too_large_error()
                yield
        parser.Parse(b"", True)
        yield

    def _parser(self, handler: Handler) -> Any:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        depth = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            self.elements_left -= 1
            depth += 1
            if self.elements_left < 0 or depth > MAX_DEPTH:
                raise build_too_large_error()
            handler.start(name.rpartition(" ")[2], attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            handler.end(name.rpartition(" ")[2])

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = refuse_doctype
        return parser


def refuse_doctype(*_: Any) -> None:
    """Refuse what could define entities: no workbook has it."""
    raise build_not_a_workbook_error()


class Relationships(Handler):
    """The parts that a part refers to, by id, with their types."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", self.base, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = kind, path

    def of_type(self, kind: str) -> str:
        """The path of the first part of a type."""
        return next((path for found, path in self.found.values() if found == kind), "")


class BookHandler(Handler):
    """The list of sheets, the calendar, and whether formulas are to be calculated on opening."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.epoch: datetime = CALENDAR_WINDOWS_1900
        self.is_uncalculated = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            key = next((v for k, v in attributes.items() if k.endswith(" id")), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), key, is_hidden))
            if len(self.sheets) > MAX_SHEETS:
                raise build_too_large_error()
        elif name == "workbookPr" and is_true(attributes.get("date1904")):
            self.epoch = CALENDAR_MAC_1904
        elif name == "calcPr" and is_true(attributes.get("fullCalcOnLoad")):
            self.is_uncalculated = True


class StylesHandler(Handler):
    """The number format of each cell format."""

    def __init__(self) -> None:
        self.custom: dict[int, str] = {}
        self.numbers: list[int] = []
        self.is_inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "cellXfs":
            self.is_inside = True
        elif name == "xf" and self.is_inside:
            self.numbers.append(int(attributes.get("numFmtId", "0")))
        elif name == "numFmt":
            # Those of conditional formats have the same name; the first is the workbook's own.
            number = int(attributes.get("numFmtId", "0"))
            self.custom.setdefault(number, attributes.get("formatCode", ""))
        if max(len(self.numbers), len(self.custom)) > MAX_FORMATS:
            raise build_too_large_error()

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.is_inside = False


class TextHandler(Handler):
    """Collects texts of ``t`` elements, without the reading aids of East Asian scripts."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.is_text, self.aids = False, 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "rPh":
            self.aids += 1
        self.is_text = name == "t" and not self.aids

    def end(self, name: str) -> None:
        self.is_text = False
        if name == "rPh":
            self.aids -= 1

    def text(self, data: str) -> None:
        if self.is_text:
            self.pieces.append(data)

    def take(self) -> str:
        """Return what was collected since the last time."""
        if sum(map(len, self.pieces)) > MAX_TEXT_LENGTH:
            raise build_too_large_error()
        found = "".join(self.pieces)
        self.pieces.clear()
        return found


class SharedStrings(TextHandler):
    """The table of texts, packed: a million of them as objects would be a hundred megabytes."""

    def __init__(self) -> None:
        super().__init__()
        self.packed, self.ends = bytearray(), array("Q", [0])

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.packed += self.take().encode()
            self.ends.append(len(self.packed))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self.ends) - 1:
            raise build_not_a_workbook_error()
        return self.packed[self.ends[number] : self.ends[number + 1]].decode()


class SheetHandler(TextHandler):
    """Turns cells into texts; finished rows that hold something wait in ``rows``."""

    def __init__(self, book: "Workbook", most_columns: int) -> None:
        super().__init__()
        self.book, self.most_columns = book, most_columns
        self.rows: list[Row] = []
        self.cells: dict[int, str] = {}
        self.row = self.column = 0
        self.kind, self.style, self.value = "", 0, ""
        self.is_cell = self.is_value = self.is_formula = False
        self.hidden, self.is_hidden, self.hides_rows = Hidden(), False, False

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == "row":
            self.row = self._next(self.row, int(attributes.get("r", "0")), LAST_ROW)
            self.column = 0
            hidden = attributes.get("hidden")
            self.is_hidden = self.hides_rows if hidden is None else is_true(hidden)
        elif name == "col" and is_true(attributes.get("hidden")):
            first, last = int(attributes.get("min", "0")), int(attributes.get("max", "0"))
            self.hidden.columns.update(range(first, min(last, self.most_columns) + 1))
        elif name == "sheetFormatPr":
            self.hides_rows = is_true(attributes.get("zeroHeight"))
        elif name == "c":
            reference = attributes.get("r", "")
            place = get_column_number(reference) if reference else 0
            self.column = self._next(self.column, place, LAST_COLUMN)
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self.is_cell, self.is_formula, self.value = True, False, ""
            self.pieces.clear()
        elif name == "f":
            self.is_formula = self.is_cell
        elif name == "mergeCell":
            refuse_merged(attributes.get("ref", ""))
        self.is_value = name == "v" and self.is_cell

    def _next(self, last: int, named: int, most: int) -> int:
        number = named or last + 1
        if not last < number <= most:
            raise build_not_a_workbook_error()
        return number

    def text(self, data: str) -> None:
        super().text(data)
        if self.is_value:
            self.value += data
            if len(self.value) > MAX_TEXT_LENGTH:
                raise build_too_large_error()

    def end(self, name: str) -> None:
        super().end(name)
        self.is_value = False
        if name == "c":
            self.is_cell = False
            # Beyond the last column that a table may have it matters only that there is something.
            if cell := self.book.read_cell(self):
                self.cells[min(self.column, self.most_columns + 1)] = cell
        elif name == "row" and self.cells:
            cells = [""] * max(self.cells)
            for column, cell in self.cells.items():
                cells[column - 1] = cell
            self.rows.append((self.row, cells))
            self.cells = {}
            if self.is_hidden:
                self.hidden.rows.append(self.row)


class Workbook:
    """What is needed to read the sheets of a workbook."""

    def __init__(self, content: bytes, most_columns: int) -> None:
        self.package, self.most_columns = Package(content), most_columns
        path = self._relationships("").of_type("officeDocument")
        if path not in self.package:
            raise build_not_a_workbook_error()
        book, styles = BookHandler(), StylesHandler()
        self.package.read(path, book)
        related = self._relationships(path)
        self.package.read(related.of_type("styles"), styles)
        self.epoch, self.is_uncalculated = book.epoch, book.is_uncalculated
        self.styles, self.formats = styles, dict[int, NumberFormat]()
        self.texts_path, self.texts = related.of_type("sharedStrings"), SharedStrings()
        self.has_texts, self.characters_left = False, MAX_CHARACTERS
        # Sheets of charts and macros have no rows.
        self.sheets = [
            SheetPart(title, related.found[key][1], is_hidden)
            for title, key, is_hidden in book.sheets
            if related.found.get(key, ("", ""))[0] == "worksheet"
        ]

    def _relationships(self, path: str) -> Relationships:
        folder, name = posixpath.split(path)
        found = Relationships(folder)
        self.package.read(posixpath.join(folder, "_rels", f"{name}.rels"), found)
        return found

    def read_rows(self, sheet: SheetPart, hidden: Hidden | None = None) -> Iterator[Row]:
        """Yield the rows of a sheet that hold something, and note which of them are hidden."""
        if not self.has_texts:
            self.has_texts = True
            self.package.read(self.texts_path, self.texts, is_small=False)
        handler = SheetHandler(self, self.most_columns)
        handler.hidden = hidden or handler.hidden
        for _piece in self.package.parse(sheet.path, handler):
            yield from handler.rows
            handler.rows.clear()

    def choose_sheet(self, title: str) -> SheetPart:
        """Return the sheet of this title, or the one that has rows; else let the user choose."""
        for sheet in self.sheets:
            if sheet.title == title:
                return sheet
        filled = [s for s in self.sheets if next(self.read_rows(s), None) is not None]
        if len(filled) > 1 or (filled and filled[0].is_hidden):
            raise SeveralSheetsError([(sheet.title, sheet.is_hidden) for sheet in filled])
        if not filled:
            raise build_file_error(_("No sheet of the workbook has rows."))
        return filled[0]

    def read_cell(self, cell: SheetHandler) -> str:
        """Return the text of a cell, or what is wrong with it and where."""
        found = self._value_of(cell)
        self.characters_left -= len(found)
        if self.characters_left < 0:
            raise build_file_error(_("The file has too much text; import it in parts."))
        if isinstance(found, BadCell):
            return BadCell(f"{get_column_letters(cell.column)}{cell.row}: {found}.")
        return found

    def _value_of(self, cell: SheetHandler) -> str:
        kind, value = cell.kind, cell.value
        if cell.is_formula and (self.is_uncalculated or (kind != "str" and not value)):
            return BadCell(
                _(
                    "it holds a formula without its value; open the file in a spreadsheet program "
                    "and save it there, or write the value"
                )
            )
        if kind == "inlineStr":
            return self._text_of(cell, unescape(cell.take()))
        if not value:
            return ""
        reads: dict[str, Callable[[str], str]] = {
            "s": lambda number: self._text_of(cell, unescape(self.texts[int(number)])),
            "str": lambda text: self._text_of(cell, unescape(text)),
            "b": lambda truth: "true" if is_true(truth) else "false",
            "e": build_error_cell,
            "d": lambda day: read_moment(datetime.fromisoformat(day), self._format_of(cell.style)),
            "n": lambda number: read_number(number, self._format_of(cell.style), self.epoch),
        }
        return reads[kind](value)

    def _text_of(self, cell: SheetHandler, text: str) -> str:
        shown = self._format_of(cell.style)
        is_shown = not text or isinstance(text, BadCell) or shows_text(shown)
        return text if is_shown else build_mismatch_cell(text[:20], shown)

    def _format_of(self, style: int) -> NumberFormat:
        if style not in self.formats:
            numbers = self.styles.numbers
            number = numbers[style] if numbers or style else 0
            self.formats[style] = parse_number_format(number, self.styles.custom)
        return self.formats[style]


def read_workbook(content: bytes, choice: str, most_columns: int, hidden: Hidden) -> Iterator[Row]:
    """Yield the rows of the chosen sheet, or of the only one, that hold something."""
    if content.startswith(OLD_WORKBOOK):
        detail = _("This is an old workbook (.xls) or one with a password; save it as .xlsx.")
        raise build_file_error(detail)
    try:
        book = Workbook(content, most_columns)
        yield from book.read_rows(book.choose_sheet(choice), hidden)
    except DAMAGED:
        raise build_not_a_workbook_error() from None


def build_error_cell(value: str) -> BadCell:
    """Return the fault of a cell that holds an error."""
    detail = _("it holds the error %(value)s; write what is meant, or empty it")
    return BadCell(detail % {"value": value[:20]})


def refuse_merged(area: str) -> None:
    """Refuse cells that are one: only the first of them has the value that all show."""
    first, _colon, last = area.partition(":")
    if last and first != last:
        match = REFERENCE.fullmatch(first)
        row = int(match[2]) if match else None
        detail = _("The cells %(area)s are merged; separate them and fill each.")
        raise build_file_error(detail % {"area": area[:20]}, row)


def unescape(text: str) -> str:
    """Return a text with its escaped characters (ST_Xstring): ``_x000D_`` is a carriage return."""
    if "_x" not in text:
        return text
    found = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    try:
        return found.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return BadCell(_("it holds half of a character; write it again"))


def is_true(value: str | None) -> bool:
    return value in {"1", "true", "on"}


def get_column_number(reference: str) -> int:
    """Return 28 for ``AB7``."""
    match = REFERENCE.fullmatch(reference)
    number = 0
    for letter in match[1] if match else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def get_column_letters(number: int) -> str:
    """Return ``AB`` for 28."""
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
