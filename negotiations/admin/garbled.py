"""Texts in UTF-8 that a program took for another encoding and saved: ``Ã©`` for ``é``."""

import re
import unicodedata
from typing import NamedTuple

# Code pages of Windows and the Mac that spreadsheet programs open a CSV file in, with the number of
# letters from which on it is no chance: «Зі» is a word, and the bytes of ǳ.
LEAST = {"cp1252": 2, "cp1250": 2, "cp1254": 2, "mac_roman": 2, "cp437": 2, "cp1251": 3}
RUNS = re.compile(r"[^\x00-\x7f]+")
# What a text of ours may consist of, of what is not ASCII.
SCRIPTS = ("LATIN ", "CYRILLIC ", "GREEK ", "ARABIC ", "HEBREW ")
SIGNS = frozenset("’‘‚“”„–—…€•«»°№§©®™·¡¿\u00a0\ufeff\u200e\u200f")
LOST = "\ufffd"


class Garbled(NamedTuple):
    """Letters of a text, and what they were before."""

    seen: str
    meant: str


def bytes_of(page: str) -> dict[str, int]:
    """Return the byte of each letter; bytes without one are taken for control characters."""
    found = {}
    for number in range(128, 256):
        try:
            found[bytes([number]).decode(page)] = number
        except UnicodeDecodeError:
            found[chr(number)] = number
    return found


PAGES = {page: bytes_of(page) for page in LEAST}


def find_garbled(text: str) -> Garbled | None:
    """Return the first garbled letters of a text."""
    if text.isascii():
        return None
    if LOST in text:
        at = text.index(LOST)
        return Garbled(text[max(0, at - 10) : at + 10], "?")
    for run in RUNS.finditer(text):
        for page, table in PAGES.items():
            meant = undo(run[0], table)
            is_long = len(run[0]) >= LEAST[page] or any(map(is_sign, run[0]))
            if meant and is_long and not is_quoted(run[0], text):
                return Garbled(run[0][:40], meant[:40])
    return None


def undo(run: str, table: dict[str, int]) -> str:
    """Return what letters were before a code page was taken for UTF-8; empty if they were not."""
    if any(letter not in table for letter in run):
        return ""
    try:
        meant = bytes(table[letter] for letter in run).decode()
    except UnicodeDecodeError:
        return ""
    return meant if all(is_likely(letter) for letter in meant) else ""


def is_likely(letter: str) -> bool:
    return letter in SIGNS or unicodedata.name(letter, "").startswith(SCRIPTS)


def is_sign(letter: str) -> bool:
    """Whether no word has it: © in «Г©»."""
    return unicodedata.category(letter)[0] in "SC"


def is_quoted(run: str, text: str) -> bool:
    """Whether a letter before a closing quotation mark is only that: «IRMÃ»."""
    return run[-1] == "»" and len(run) == 2 and "«" in text
