"""How much of a source was read: the sentences that no record and no dismissal touches."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

# A full stop, a question or exclamation mark, with what closes after it, before a new beginning.
# "Umerov… reported" and "3.5" go on; a line end always ends a sentence.
END = re.compile(r"[.?!]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[A-Z0-9À-ÖØ-ÞА-ЯЁІЇЄҐ])|\n")


class Span(NamedTuple):
    """A stretch of a text in characters, from ``start`` up to and without ``end``."""

    start: int
    end: int


class Sentence(NamedTuple):
    start: int
    end: int
    text: str


def sentences(text: str) -> list[Sentence]:
    """The sentences and headings of a text with their places, without the spaces around them."""
    found = []
    start = 0
    for stop in [*(match.end() for match in END.finditer(text)), len(text)]:
        piece = text[start:stop]
        bare = piece.strip()
        if bare:
            first = start + len(piece) - len(piece.lstrip())
            found.append(Sentence(first, first + len(bare), bare))
        start = stop
    return found


def passages(citations: Iterable[tuple[int | None, str]]) -> list[Span]:
    """The stretches that quotations cover, from their ``start`` and ``quote``."""
    return [Span(start, start + len(quote)) for start, quote in citations if start is not None]


def untouched(text: str, touched: Iterable[Span]) -> list[Sentence]:
    """The sentences of which not a single character is covered."""
    spans = sorted(touched)
    # The furthest end among the spans up to each: spans may lie within one another.
    reach: list[int] = []
    for span in spans:
        reach.append(max(span.end, reach[-1]) if reach else span.end)
    starts = [span.start for span in spans]
    missed = []
    for sentence in sentences(text):
        before = bisect_left(starts, sentence.end)
        if not before or reach[before - 1] <= sentence.start:
            missed.append(sentence)
    return missed
