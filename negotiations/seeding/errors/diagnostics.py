"""What is wrong with a seed file, at its place: file, line, column, the words, and what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from negotiations.text.counts import format_count

from .error_codes import CODES

# Wider lines are cut around the fault: one of a million characters would fill the screen.
MAX_WIDTH = 160


@dataclass(frozen=True, eq=False)
class SeedText:
    """The text of one seed file by lines, for showing a place in it."""

    name: str
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Location:
    """A stretch of one line; ``line`` and ``column`` count from 1, ``length`` in characters."""

    text: SeedText
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.text.name}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Diagnostic:
    """One fault. ``marked`` is the part of the value that is wrong, where that is known better."""

    code: str
    message: str
    place: Location
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""
    marked: Location | None = field(default=None)

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(f"{self.code} has no explanation in the list of codes")

    @property
    def order(self) -> tuple[str, int, int, str]:
        return self.place.text.name, self.place.line, self.place.column, self.code


def render_diagnostic(fault: Diagnostic) -> str:
    """One fault as a person reads it, with the line of the file and a mark under the words."""
    number = str((fault.marked or fault.place).line)
    margin = " " * len(number)
    lines = [
        f"error[{fault.code}]: {escape_unprintable(fault.message)}",
        f"{margin}--> {fault.place}",
    ]
    lines += _excerpt(fault, number, margin)
    lines += [f"{margin} = {escape_unprintable(note)}" for note in fault.notes]
    if fault.help:
        lines.append(f" help: {escape_unprintable(fault.help)}")
    return "\n".join(lines)


def render_report(faults: Iterable[Diagnostic], consequence: str = "Nothing was written.") -> str:
    """All faults in the order of their places, and how many there are."""
    ordered = sorted(faults, key=lambda fault: fault.order)
    files = len({fault.place.text.name for fault in ordered})
    total = f"{format_count(len(ordered), 'error')} in {format_count(files, 'file')}. {consequence}"
    return "\n\n".join(render_diagnostic(fault) for fault in ordered) + f"\n{total}"


def escape_unprintable(text: str) -> str:
    """The text with what could steer a terminal or reorder the line shown as its code."""
    return "".join(_printable(character) for character in text)


def _printable(character: str) -> str:
    if character == "\t":
        return " "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"<U+{ord(character):04X}>"
    return character


def _excerpt(fault: Diagnostic, number: str, margin: str) -> list[str]:
    place = fault.marked or fault.place
    if not 1 <= place.line <= len(place.text.lines):
        return []
    line = place.text.lines[place.line - 1]
    start = min(max(place.column - 1, 0), len(line))
    end = max(start + 1, min(start + max(place.length, 1), len(line)))
    before, marked, after = line[:start], line[start:end], line[end:]
    if len(line) > MAX_WIDTH:
        before = f"…{before[-40:]}" if len(before) > 41 else before
        marked = f"{marked[:79]}…" if len(marked) > 80 else marked
        after = f"{after[:39]}…" if len(after) > 40 else after
    indent = " " * _width(escape_unprintable(before))
    carets = "^" * max(_width(escape_unprintable(marked)), 1)
    return [
        f"{margin} |",
        f"{number} | {escape_unprintable(before + marked + after)}".rstrip(),
        f"{margin} | {indent}{carets} {escape_unprintable(fault.label)}".rstrip(),
    ]


def _width(text: str) -> int:
    """How many columns a terminal gives to a text: wide letters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(character) in {"W", "F"} for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
