"""Files of rows in: CSV and XLSX as rows of texts, within limits, each fault with its place."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from django.utils.translation import gettext as _

from .hidden import Hidden
from .unreadable import BadCell, ImportProblem, UnreadableFileError, build_file_error
from .workbooks import OLD_WORKBOOK, Row, build_error_cell, read_workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 10_000
# Empty ones are passed over, but not without end.
LAST_ROW = 2**20
MAX_COLUMNS = 200
ZIPPED = b"PK\x03\x04"
# How Excel is told the delimiter: a line before all others.
DELIMITER_LINE = re.compile(r'"?sep=(.)"?(\r\n|\r|\n|\Z)', re.IGNORECASE)
# Errors as spreadsheet programs save them; of those with numbers, LibreOffice's.
ERRORS = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)|Err:\d{3}",
    re.IGNORECASE,
)
# A source's text may be longer than the library's idea of a cell.
csv.field_size_limit(MAX_BYTES)


class Sheet(NamedTuple):
    """The columns, and the rows that are not empty with their numbers."""

    columns: list[str]
    rows: list[Row]
    # The number of the row that names the columns.
    head: int = 1
    # What its readers do not see.
    notes: Sequence[str] = ()


def read_sheet(name: str, content: bytes, choice: str = "") -> Sheet:
    """Return the rows of a CSV file, or of the chosen sheet of a workbook.

    Raises ``UnreadableFileError``; ``SeveralSheetsError`` if there are several to choose from.
    """
    if len(content) > MAX_BYTES:
        detail = _("The file is over %(number)s MB; import it in parts.")
        raise build_file_error(detail % {"number": MAX_BYTES // 1024**2})
    ending = name.rpartition(".")[2].lower()
    if ending not in {"csv", "xlsx"}:
        raise build_file_error(_("Choose a file whose name ends in .csv or .xlsx."))
    # What a file is decides, not what it is called.
    is_workbook = ending == "xlsx" or content.startswith((ZIPPED, OLD_WORKBOOK))
    hidden = Hidden()
    found = (
        read_workbook(content, choice, MAX_COLUMNS, hidden) if is_workbook else read_csv(content)
    )
    lines = ((number, normalize_line_endings(cells)) for number, cells in found)
    # Blank lines above the table are passed over.
    head, columns = next(((number, cells) for number, cells in lines if any(cells)), (1, []))
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise build_file_error(_("The file has no rows."))
    if len(columns) > MAX_COLUMNS:
        detail = _("The file has more than %(number)s columns.") % {"number": MAX_COLUMNS}
        raise build_file_error(detail, head)
    if faults := [ImportProblem(head, "", str(c)) for c in columns if isinstance(c, BadCell)]:
        raise UnreadableFileError(*faults)
    if is_workbook:
        # Empty cells at the end of a row are left out of the file.
        lines = ((number, cells + [""] * (len(columns) - len(cells))) for number, cells in lines)
    rows = list(iter_filled_rows(lines, len(columns)))
    return Sheet(columns, rows, head, hidden.notes(columns, head))


def iter_filled_rows(lines: Iterable[Row], width: int) -> Iterator[Row]:
    """Yield the rows that hold something, as wide as their columns."""
    count = 0
    for number, cells in lines:
        is_empty = not any(cells)
        count += not is_empty
        if count > MAX_ROWS:
            raise build_too_many_rows_error()
        if is_empty:
            continue
        if len(cells) < width or any(cells[width:]):
            detail = _("This row has %(cells)s cells, the first row names %(columns)s columns.")
            raise build_file_error(detail % {"cells": len(cells), "columns": width}, number)
        yield number, cells[:width]


def build_too_many_rows_error() -> UnreadableFileError:
    detail = _("The file has more than %(number)s rows; import it in parts.")
    return build_file_error(detail % {"number": MAX_ROWS})


def normalize_line_endings(cells: list[str]) -> list[str]:
    """Return the cells with lines that end as they do in the tracker."""
    return [
        cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell for cell in cells
    ]


def read_csv(content: bytes) -> Iterator[Row]:
    """Yield the rows by RFC 4180; semicolons or tabs may stand for commas, as spreadsheets do."""
    text = decode_csv(content)
    named = DELIMITER_LINE.match(text)
    if named:
        text = text[named.end() :]
    # The first line that says something names the columns.
    first = islice(io.StringIO(text, newline=""), LAST_ROW)
    head = next((line for line in first if line.strip(',;\t "\r\n')), "")
    delimiter = named[1] if named else max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    first_line = 1
    try:
        for number, cells in enumerate(lines, start=1):
            if number > LAST_ROW:
                raise build_too_many_rows_error()
            yield number, [check_error_value(cell) for cell in cells]
            first_line = lines.line_num + 1
    except csv.Error as error:
        raise build_file_error(explain_csv_error(error, first_line, lines.line_num)) from None


def explain_csv_error(error: csv.Error, first_line: int, line: int) -> str:
    """Say what is wrong with the row that begins in a line, and was read up to another."""
    told = {"first": first_line, "line": line}
    if "unexpected end" in str(error):
        return (
            _(
                "Line %(first)s is not CSV: a quotation mark opens a cell in it or below, and none "
                "closes the cell up to the end of the file. Close the cell, or write each "
                "quotation mark inside a cell twice."
            )
            % told
        )
    if "expected after" in str(error):
        return (
            _(
                "Line %(line)s is not CSV: more text follows the quotation mark that closes a "
                "cell. Write each quotation mark inside a cell twice, or leave out those around it."
            )
            % told
        )
    return _("Line %(line)s is not CSV. Save the table again as CSV UTF-8 or as XLSX.") % told


def check_error_value(cell: str) -> str:
    """Return the fault of a cell in which a spreadsheet program saved an error."""
    text = cell.strip()
    if not ERRORS.fullmatch(text):
        return cell
    return BadCell(f"{build_error_cell(text)}.")


def decode_csv(content: bytes) -> str:
    """Return the text of a CSV file in UTF-8, or in the UTF-16 that Excel calls Unicode."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        detail = _("The file is not UTF-8; save it as CSV UTF-8 or as XLSX.")
        raise build_file_error(detail) from None
