"""Rows as CSV, NDJSON and XLSX, a few at a time: no format holds more than one piece in memory."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from rest_framework.renderers import BaseRenderer

from .renderers import dumps
from .shapes import Body

Pieces = Iterable[Sequence[Body]]

# A spreadsheet runs what begins so; the apostrophe says that it is text. Texts that begin with
# apostrophes before such a sign get one more, so that taking one away always gives the text back.
RUN_BY_SPREADSHEETS = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if RUN_BY_SPREADSHEETS.match(text) else text


def unguarded(cell: str) -> str:
    """The text that ``guarded`` made a cell of."""
    return cell[1:] if GUARDED.match(cell) else cell


def text_of(value: Any) -> str:
    """A member's value as the text of a cell; nested values are JSON, null is empty."""
    if isinstance(value, str):
        return guarded(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return dumps(value).decode()


class Table(BaseRenderer):
    """One format; ``write`` turns pieces of rows into pieces of a file."""

    charset = None
    content_type = ""
    schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        """The file, with one line or row for each body."""
        raise NotImplementedError


class CSV(Table):
    """RFC 4180 in UTF-8, the names of the members in the first line."""

    media_type = "text/csv"
    format = "csv"
    content_type = "text/csv; charset=utf-8; header=present"

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerow(members)
        for bodies in pieces:
            writer.writerows([text_of(value) for value in body.values()] for body in bodies)
            yield lines.getvalue().encode()
            lines.seek(0)
            lines.truncate()
        yield lines.getvalue().encode()


class NDJSON(Table):
    """A body on each line."""

    media_type = content_type = "application/x-ndjson"
    format = "ndjson"

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        for bodies in pieces:
            yield b"".join(dumps(body) + b"\n" for body in bodies)


# What a sheet holds, and a cell of it.
MOST_ROWS, LONGEST_CELL = 2**20, 32_767
# Larger numbers would lose their last digits.
LARGEST_NUMBER = 2**53


class XLSX(Table):
    """One sheet of a workbook (ECMA-376), zipped as it is written."""

    media_type = content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"

    def write(self, members: Sequence[str], pieces: Pieces) -> Iterator[bytes]:
        out = Outlet()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, content in PARTS.items():
                book.writestr(entry(name), content)
            with book.open(entry(SHEET), "w", force_zip64=True) as sheet:
                sheet.write(SHEET_HEAD + row_of(members))
                for bodies in pieces:
                    sheet.write(b"".join(row_of(body.values()) for body in bodies))
                    yield out.taken()
                sheet.write(SHEET_TAIL)
        yield out.taken()


class TextTooLong(ValueError):
    """A text that no cell of a sheet can hold."""


def entry(name: str) -> zipfile.ZipInfo:
    """A part of the book, without the time: the same rows are the same file."""
    found = zipfile.ZipInfo(name)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


class Outlet(io.RawIOBase):
    """A file that cannot be wound back: what was written is taken away piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = b"".join(self.written)
        self.written.clear()
        return piece


def row_of(values: Iterable[Any]) -> bytes:
    """A row of the sheet."""
    return f"<row>{''.join(map(cell_of, values))}</row>".encode()


def cell_of(value: Any) -> str:
    """Numbers and truths as such, all else as the text that CSV has."""
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, int) and abs(value) <= LARGEST_NUMBER:
        return f"<c><v>{value}</v></c>"
    text = text_of(value)
    if not text:
        return "<c/>"
    if len(text) > LONGEST_CELL:
        raise TextTooLong(f"A cell holds {LONGEST_CELL} characters, not {len(text)}.")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"
# The first row stays in sight.
SHEET_HEAD = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
).encode()
SHEET_TAIL = b"</sheetData></worksheet>"


def relationships(target: str, kind: str) -> str:
    """That one part belongs to another."""
    link = f'<Relationship Id="rId1" Type="{RELATED}/{kind}" Target="{target}"/>'
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'


PARTS = {
    "[Content_Types].xml": (
        f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{OFFICE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": relationships("xl/workbook.xml", "officeDocument"),
    "xl/workbook.xml": (
        f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>'
        '<sheet name="records" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": relationships("worksheets/sheet1.xml", "worksheet"),
}
FORMATS: tuple[type[Table], ...] = (CSV, NDJSON, XLSX)
