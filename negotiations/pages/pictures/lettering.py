"""Words in pictures: broken into lines that fit their place, never cut."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

# Columns of letters beside a bar.
LABEL = 48
# Heights of a row with one line, of each further line, and of a line in small letters.
ROW, LINE, SMALL = 26, 17, 14


@dataclass(frozen=True)
class PlacedRow:
    """Something with its place from the top, and its words in lines."""

    item: Any
    top: int
    lines: list[str]
    # Below them, in small letters.
    below: list[str]

    @property
    def end(self) -> int:
        """Where the next row begins."""
        return self.top + ROW + LINE * (len(self.lines) - 1) + SMALL * len(self.below)

    @property
    def second(self) -> int:
        """Where the small letters begin."""
        return self.top + LINE * len(self.lines)


def count_columns(text: str) -> int:
    """Count the columns that a text takes; wide characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def wrap_text(text: str, most: int = LABEL) -> list[str]:
    """Break a text into lines of at most so many columns, between words where it can be."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if count_columns(joined) <= most:
            lines[-1] = joined
            continue
        lines += [""] if lines[-1] else []
        for character in word:
            if count_columns(lines[-1] + character) > most:
                lines.append("")
            lines[-1] += character
    return lines


def stack_rows(
    items: list[Any], label: Callable[[Any], tuple[str, str]], top: int, most: int = LABEL
) -> list[PlacedRow]:
    """Rows below one another, each as high as its words and the small ones below them."""
    placed = []
    for item in items:
        words, small = label(item)
        placed.append(
            PlacedRow(item, top, wrap_text(words, most), wrap_text(small, most) if small else [])
        )
        top = placed[-1].end
    return placed


def find_end(rows: list[PlacedRow], top: int) -> int:
    """Return where the next row would be."""
    return rows[-1].end if rows else top
