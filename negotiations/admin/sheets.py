"""Files of rows in: CSV and XLSX as rows of texts, within limits, each fault with its place."""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import openpyxl
from django.utils.translation import gettext as _

MOST_BYTES = 10 * 1024 * 1024
# What a workbook may be when unpacked: a few bytes can say millions.
MOST_UNPACKED = 50 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 200
# A source's text may be longer than the library's idea of a cell.
csv.field_size_limit(MOST_BYTES)


class Fault(NamedTuple):
    """What is wrong, where; row 1 is the one that names the columns, as spreadsheets count."""

    row: int | None
    column: str
    detail: str


class Unreadable(Exception):
    """The file cannot be taken for rows; ``faults`` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = list(faults)


def unreadable(detail: str, row: int | None = None, column: str = "") -> Unreadable:
    return Unreadable(Fault(row, column, detail))


class Sheet(NamedTuple):
    """The columns, and the rows that are not empty with their numbers."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]


def sheet(name: str, content: bytes) -> Sheet:
    """The rows of a file whose name ends in ``.csv`` or ``.xlsx``; raises ``Unreadable``."""
    if len(content) > MOST_BYTES:
        detail = _("The file is over %(number)s MB; import it in parts.")
        raise unreadable(detail % {"number": MOST_BYTES // 1024**2})
    ending = name.rpartition(".")[2].lower()
    if ending not in {"csv", "xlsx"}:
        raise unreadable(_("Choose a file whose name ends in .csv or .xlsx."))
    lines = csv_lines(content) if ending == "csv" else xlsx_lines(content)
    columns = next(lines, [])
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise unreadable(_("The file has no rows."))
    if len(columns) > MOST_COLUMNS:
        detail = _("The file has more than %(number)s columns.") % {"number": MOST_COLUMNS}
        raise unreadable(detail, 1)
    return Sheet(columns, list(filled(lines, len(columns))))


def filled(lines: Iterable[list[str]], width: int) -> Iterator[tuple[int, list[str]]]:
    """The rows below the first that hold something, as wide as it is."""
    count = 0
    for number, cells in enumerate(lines, start=2):
        is_empty = not any(cells)
        count += not is_empty
        # Empty rows are passed over, but not without end.
        if count > MOST_ROWS or number > 2 * MOST_ROWS:
            detail = _("The file has more than %(number)s rows; import it in parts.")
            raise unreadable(detail % {"number": MOST_ROWS})
        if is_empty:
            continue
        if len(cells) < width or any(cells[width:]):
            detail = _("This row has %(cells)s cells, the first row names %(columns)s columns.")
            raise unreadable(detail % {"cells": len(cells), "columns": width}, number)
        yield number, cells[:width]


def csv_lines(content: bytes) -> Iterator[list[str]]:
    """RFC 4180; where spreadsheets are set so, semicolons or tabs stand for commas."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        detail = _("The file is not UTF-8; save it as CSV UTF-8 or as XLSX.")
        raise unreadable(detail) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from lines
    except csv.Error as error:
        told = {"number": lines.line_num, "why": error}
        raise unreadable(_("Line %(number)s is not CSV: %(why)s.") % told) from None


def xlsx_lines(content: bytes) -> Iterator[list[str]]:
    """The first sheet of a workbook; what a formula gave last stands for it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise unreadable(_("The workbook is too large; import it in parts or as CSV."))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
        first = [text_of(value) for value in next(rows, ())]
        yield first
        for values in rows:
            cells = [text_of(value) for value in values]
            # Empty cells at the end of a row are left out of the file.
            yield cells + [""] * (len(first) - len(cells))
    except Unreadable:
        raise
    except Exception:  # The library raises whatever a broken file leads it to.
        raise unreadable(_("The file is not a workbook that can be read.")) from None


def text_of(value: Any) -> str:
    """A cell as CSV would have it; spreadsheets make numbers and days of what looks so."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
