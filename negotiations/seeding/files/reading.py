"""Seed files from disk: bytes are checked before anything is parsed into nodes with places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from negotiations.seeding.errors.diagnostics import Diagnostic, Location, SeedText
from negotiations.seeding.fixtures import check_fixture, is_fixture
from negotiations.seeding.shape import FORMAT

from .nodes import Mapping, Node, Sequence
from .parsing import LINE_END, locate_node, parse_yaml

MAX_BYTES = 64 * 1024 * 1024

# What begins a file in UTF-16 or UTF-32, and how many NULs in its beginning betray one without.
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
WIDE_SAMPLE = 200
REFUSED_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


WIDE = "this looks like UTF-16: save the file as UTF-8"


@dataclass
class SeedDocument:
    """One seed file as read: where it is, what faults call it, what it holds, what is wrong."""

    path: Path
    text: SeedText
    root: Mapping | None = None
    faults: list[Diagnostic] = field(default_factory=list)
    # What the entries of its records call it, whatever folder the load was started from.
    entry_name: str = ""


def read_seed_file(path: Path, name: str) -> SeedDocument:
    """Read and parse one file. Never raises for what is in the file: faults say it."""
    document = SeedDocument(path, SeedText(name))
    raw = _bytes(document)
    content = None if raw is None else _decoded(raw, document)
    if content is None:
        return document
    document.text = SeedText(name, LINE_END.split(content))
    document.faults += _refused_characters(document.text)
    if not document.faults:
        root, faults = parse_yaml(content, document.text)
        document.faults += faults
        _take_root(document, root)
    return document


def _take_root(document: SeedDocument, root: Node | None) -> None:
    if isinstance(root, Mapping):
        document.root = root
    elif isinstance(root, Sequence) and is_fixture(root):
        document.faults += check_fixture(root, document.text)
    elif not document.faults:
        where = Location(document.text) if root is None else locate_node(root, document.text)
        help_ = f"begin with the line: format: {FORMAT}"
        fault = Diagnostic("E001", "the file holds no mapping of sections", where, help=help_)
        document.faults.append(fault)


def _bytes(document: SeedDocument) -> bytes | None:
    try:
        # A pipe or a device would never end.
        if document.path.exists() and not document.path.is_file():
            raise ValueError("it is no regular file")
        size = document.path.stat().st_size
        if size > MAX_BYTES:
            document.faults.append(build_size_diagnostic(Location(document.text), size, MAX_BYTES))
            return None
        return document.path.read_bytes()
    except (OSError, ValueError) as refusal:
        reason = getattr(refusal, "strerror", None) or str(refusal)
        document.faults.append(
            Diagnostic(
                "E011", f"the file cannot be read: {reason.lower()}", Location(document.text)
            )
        )
        return None


def build_size_diagnostic(place: Location, size: int, limit: int, code: str = "E005") -> Diagnostic:
    return Diagnostic(code, f"the file has {size:,} bytes, more than the limit of {limit:,}", place)


def _decoded(raw: bytes, document: SeedDocument) -> str | None:
    if raw.startswith(b"\xef\xbb\xbf"):
        document.faults.append(
            Diagnostic(
                "E004",
                "the file begins with a byte order mark",
                Location(document.text),
                help="save it as UTF-8 without BOM",
            )
        )
        raw = raw[3:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as refusal:
        document.faults.append(_not_utf8(raw, refusal, document.text.name))
        return None


def _not_utf8(raw: bytes, refusal: UnicodeDecodeError, name: str) -> Diagnostic:
    before = raw[: refusal.start].decode("utf-8")
    lines = LINE_END.split(before)
    shown = LINE_END.split(raw.decode("utf-8", errors="replace"))
    return Diagnostic(
        "E002",
        f"the byte 0x{raw[refusal.start]:02X} is no part of a UTF-8 text",
        Location(SeedText(name, shown), len(lines), len(lines[-1]) + 1),
        help=WIDE if raw.startswith(WIDE_MARKS) else "save the file as UTF-8",
    )


def _refused_characters(text: SeedText) -> Iterator[Diagnostic]:
    sample = "".join(text.lines[:WIDE_SAMPLE])[:WIDE_SAMPLE]
    is_wide = sample.count("\0") > len(sample) / 3
    for number, line in enumerate(text.lines, start=1):
        for found in REFUSED_CHARACTERS.finditer(line):
            yield Diagnostic(
                "E003",
                f"the character U+{ord(found.group()):04X} may not stand in a seed file",
                Location(text, number, found.start() + 1),
                help=WIDE if is_wide else "",
            )
            if is_wide:
                return
