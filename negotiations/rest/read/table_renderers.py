"""Rows as CSV, NDJSON and XLSX, a few at a time: no format holds more than one piece in memory."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, ClassVar

from rest_framework.renderers import BaseRenderer
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.http.renderers import dump_json

from .projections import Body

Pieces = Iterable[Sequence[Body]]

# A spreadsheet runs what begins so; the apostrophe says that it is text. Texts that begin with
# apostrophes before such a sign get one more, so that taking one away always gives the text back.
# Full-width signs count too: a spreadsheet set to Chinese or Japanese takes them for the others.
FORMULA_START = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
ESCAPED_FORMULA = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def escape_formula(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if FORMULA_START.match(text) else text


def unescape_formula(cell: str) -> str:
    """The text that ``escape_formula`` made a cell of."""
    return cell[1:] if ESCAPED_FORMULA.match(cell) else cell


def format_cell(value: Any) -> str:
    """A member's value as the text of a cell; nested values are JSON, null is empty."""
    if isinstance(value, str):
        return escape_formula(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return dump_json(value).decode()


class TableRenderer(BaseRenderer):
    """One format; ``write`` turns pieces of rows into pieces of a file."""

    charset = None
    content_type = ""
    schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        """The file, with one line or row for each body."""
        raise NotImplementedError


class CSVRenderer(TableRenderer):
    """RFC 4180 in UTF-8, the names of the members in the first line."""

    media_type = "text/csv"
    format = "csv"
    content_type = "text/csv; charset=utf-8; header=present"

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerow(members)
        for bodies in pieces:
            writer.writerows([format_cell(value) for value in body.values()] for body in bodies)
            yield lines.getvalue().encode()
            lines.seek(0)
            lines.truncate()
        yield lines.getvalue().encode()


class NDJSONRenderer(TableRenderer):
    """A body on each line."""

    media_type = content_type = "application/x-ndjson"
    format = "ndjson"

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        for bodies in pieces:
            yield b"".join(dump_json(body) + b"\n" for body in bodies)


class SpreadsheetCSVRenderer(CSVRenderer):
    """CSV with a byte order mark, without which Excel reads it in the code page of Windows."""

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        written = super().write(members, pieces)
        yield "\ufeff".encode() + next(written)
        yield from written


# What a sheet holds, and a cell of it in units of UTF-16.
MOST_ROWS, LONGEST_CELL = 2**20, 32_767
# Spreadsheets keep 15 digits of a number; longer ones are written as texts.
MAX_NUMBER = 10**15 - 1
READ_SIZE = 64 * 1024
LIKE_AN_ESCAPE = re.compile("_(?=X[0-9A-Fa-f]{4}_)")


class XLSXRenderer(TableRenderer):
    """A workbook of one sheet.

    Its parts are zipped when all rows are written, so it grows in a temporary file, not in memory,
    and its first byte is sent when the last row has been read.
    """

    media_type = content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        with TemporaryFile() as file:
            write_workbook(file, members, pieces)
            file.seek(0)
            while content := file.read(READ_SIZE):
                yield content


class PlainWorksheet(Worksheet):
    """A sheet of texts that every program reads as they are."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        # Nothing here is rich text: what looks like the library's markup for it is a text.
        self._xml_inline_string(string, True, attributes)

    def _xml_inline_string(self, string: str, preserve: bool, attributes: Any) -> None:
        # The library escapes _x0041_ so that it survives; SheetJS unescapes _X0041_ too.
        super()._xml_inline_string(LIKE_AN_ESCAPE.sub("_x005F_", string), preserve, attributes)


def write_workbook(file: IO[bytes], members: Sequence[str], pieces: Pieces) -> None:
    """Write a workbook of the rows; the library's own temporary files go with their folder."""
    options = {"constant_memory": True, "use_zip64": True}
    with TemporaryDirectory() as folder, Workbook(file, {**options, "tmpdir": folder}) as book:
        # The same rows are the same bytes, whenever they are written.
        book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("records", worksheet_class=PlainWorksheet)
        # The names of the columns stay in sight.
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(members):
            sheet.write_string(0, column, name)
        row = 0
        for bodies in pieces:
            for body in bodies:
                row += 1
                write_row(sheet, row, body)


def write_row(sheet: Worksheet, row: int, body: Body) -> None:
    """Write numbers and truths as such, all else as the text that CSV has."""
    for column, (name, value) in enumerate(body.items()):
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int) and abs(value) <= MAX_NUMBER:
            sheet.write_number(row, column, value)
        elif text := format_cell(value):
            if len(text.encode("utf-16-le")) > 2 * LONGEST_CELL:
                raise CellTooLongError(name, body)
            sheet.write_string(row, column, text)


class CellTooLongError(ProblemError):
    """A text that no cell of a sheet can hold; nothing of the file has been sent."""

    def __init__(self, member: str, body: Body) -> None:
        where = f"{member} of {body['slug']}" if "slug" in body else member
        detail = (
            f"A cell holds {LONGEST_CELL} characters; {where} is longer. Ask for csv or ndjson."
        )
        super().__init__("not_acceptable", detail)


TABLE_RENDERERS: tuple[type[TableRenderer], ...] = (CSVRenderer, NDJSONRenderer, XLSXRenderer)
