"""Where a quotation that is not in its source parts from the passage that was probably meant."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import NamedTuple

WORD = re.compile(r"\S+")


class NearestQuote(NamedTuple):
    """``start`` is the passage's first character in the source; ``wrong`` the part of the quotation
    that differs; ``own`` what the source has there, empty where it has nothing."""

    start: int
    wrong: tuple[int, int]
    own: str


def find_nearest_quote(text: str, quote: str) -> NearestQuote | None:
    """The passage with the longest run of words of the quotation, and the first difference.

    None when no two words in a row are shared: then no passage is near enough to be meant.
    """
    said = list(WORD.finditer(quote))
    words = [word.group() for word in said]
    matcher, has = _indexed(text)
    matcher.set_seq1(words)
    block = matcher.find_longest_match()
    if block.size < min(2, len(words)):
        return None
    slack = len(words) // 2 + 2
    low = max(block.b - block.a - slack, 0)
    window = has[low : block.b + len(words) - block.a + slack]
    steps = _steps(words, [word.group() for word in window])
    begin = max(block.b - block.a, 0)
    for tag, i1, i2, j1, j2 in steps:
        if tag == "equal":
            begin = max(low + j1 - i1, 0) if i1 == 0 else begin
            continue
        own = text[window[j1].start() : window[j2 - 1].end()] if j2 > j1 else ""
        first, last = said[min(i1, len(said) - 1)], said[max(min(i1, len(said) - 1), i2 - 1)]
        return NearestQuote(has[begin].start(), (first.start(), last.end()), own)
    return None


@lru_cache(maxsize=4)
def _indexed(text: str) -> tuple[difflib.SequenceMatcher[str], list[re.Match[str]]]:
    """The words of a source, looked up often while a file with many faults is told."""
    has = list(WORD.finditer(text))
    words = [word.group() for word in has]
    return difflib.SequenceMatcher(None, [], words, autojunk=False), has


def _steps(words: list[str], window: list[str]) -> list[tuple[str, int, int, int, int]]:
    """The differences, without what the source has before and after the quotation."""
    found = difflib.SequenceMatcher(None, words, window, autojunk=False).get_opcodes()
    steps = []
    for tag, i1, i2, j1, j2 in found:
        if tag == "insert" and i1 in (0, len(words)):
            continue
        low = max(j1, j2 - (i2 - i1)) if tag == "replace" and i1 == 0 else j1
        high = min(j2, low + (i2 - i1)) if tag == "replace" and i2 == len(words) else j2
        steps.append((str(tag), i1, i2, low, high))
    return steps
