"""The canonical writing of a seed file: one form for one content, so that differences are facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from .files.nodes import resolve
from .files.reading import REFUSED_CHARACTERS
from .shape import FORMAT, NO_DATE, ValueType

MAX_WIDTH = 130

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}

# A row in the order of its keys; a value is written already, or a list of rows.
Pairs: TypeAlias = "list[tuple[str, str | list[Pairs]]]"


def format_text(text: str) -> str:
    """Free text: in double quotes, on one line, with nothing in it that an editor would hide."""
    found = "".join(SHORT.get(character, character) for character in text)
    return f'"{REFUSED_CHARACTERS.sub(_escaped, found)}"'


def _escaped(found: re.Match[str]) -> str:
    number = ord(found.group())
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def format_key(word: str) -> str:
    """A key or a coded value, without quotes where it cannot be taken for something else."""
    bare = PLAIN.fullmatch(word) and isinstance(resolve(word), str)
    return word if bare else format_text(word)


def format_coded_value(value: str) -> str:
    """A coded value; digits are told from numbers by the field they stand in."""
    return value if PLAIN.fullmatch(value) else format_text(value)


def format_date(value: dict[str, str]) -> str:
    """A day that the source states is its text alone; else what says so, and how surely."""
    if value == {**NO_DATE, "is": value["is"], "sure": "stated"}:
        return format_text(value["is"])
    parts = [f"{key}: {format_text(value[key])}" for key in ("says", "anchor", "is") if value[key]]
    parts.append(f"sure: {value['sure']}")
    return f"{{{', '.join(parts)}}}"


def format_value(form: ValueType, value: Any) -> str:
    """One value as a seed file has it; references are short keys already."""
    if form is ValueType.DATE:
        return format_date(value)
    if form is ValueType.REFERENCES:
        return f"[{', '.join(format_key(key) for key in value)}]"
    if form is ValueType.NAMES:
        return f"[{', '.join(format_text(name) for name in value)}]"
    if form is ValueType.CODES:
        pairs = (f"{format_key(key)}: {format_text(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return _single(form, value)


def _single(form: ValueType, value: Any) -> str:
    if form is ValueType.BOOLEAN:
        return str(value).lower()
    if form is ValueType.CHOICE:
        return format_coded_value(value)
    if form is ValueType.REFERENCE:
        return format_key(value)
    return format_text(value) if isinstance(value, str) else str(value)


def format_file(sections: Sequence[tuple[str, str | Pairs | list[Pairs]]]) -> str:
    """A whole file: the format, then each section after an empty line."""
    lines = [f"format: {FORMAT}"]
    for name, content in sections:
        lines += ["", *_section(name, content)]
    return "\n".join(lines) + "\n"


def _section(name: str, content: Any) -> Iterator[str]:
    """A section is one value, one row, or a list of rows."""
    if isinstance(content, str):
        yield f"{name}: {content}"
    elif content and isinstance(content[0], tuple):
        yield f"{name}:"
        yield from _block(content, "  ")
    else:
        yield from _list(name, content, "")


def _list(name: str, rows: list[Pairs], indent: str) -> Iterator[str]:
    """The rows of a list: one line each if all of them fit, else one line for each key."""
    yield f"{indent}{name}:"
    flows = [_flow(row) for row in rows]
    if all(flow and len(indent) + 4 + len(flow) <= MAX_WIDTH for flow in flows):
        for flow in flows:
            yield f"{indent}  - {flow}"
        return
    for row in rows:
        lines = list(_block(row, f"{indent}    "))
        yield f"{indent}  - {lines[0].lstrip()}"
        yield from lines[1:]


def _flow(row: Pairs) -> str:
    """The row on one line, or nothing when it has rows within."""
    if not all(isinstance(value, str) for _, value in row):
        return ""
    return f"{{{', '.join(f'{key}: {value}' for key, value in row)}}}"


def _block(row: Pairs, indent: str) -> Iterator[str]:
    for key, value in row:
        if isinstance(value, str):
            yield f"{indent}{key}: {value}"
        else:
            yield from _list(key, value, indent)
