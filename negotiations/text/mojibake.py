"""Texts that a program took for another encoding: ``Ã©`` for ``é``, ``Êèåâ`` for ``Киев``.

The first was UTF-8 and read in a code page; the second was in a code page, and read as Latin-1.
"""

import re
import unicodedata
from typing import NamedTuple

# Code pages of Windows, DOS, the Mac and Unix that programs open a CSV file in.
CODE_PAGES = (
    *("cp1252", "cp1250", "cp1254", "latin_1", "iso8859_2", "mac_roman", "cp437", "cp850", "cp852"),
    *("cp1251", "koi8_r", "koi8_u", "cp866"),
)
RUNS = re.compile(r"[^\x00-\x7f]+")
# Letters of today: garbled letters become others, and real ones rarely these.
LETTERS = re.compile(
    "[\u00a1-\u017f\u0192\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u1e80-\u1ef9"
    "\u0386\u0388-\u03ce\u0401-\u045f\u0490\u0491\u04d8\u04d9"
    "\u05d0-\u05ea\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc\u10d0-\u10f0\u0531-\u0587]"
)
MODERN_CYRILLIC = re.compile("[ЁЄІЇА-яёєіїҐґ]")
SIGNS = frozenset("’‘‚“”„–—…€•«»°№§©®™·¡¿\u00a0\ufeff\u200e\u200f")
# Capitals with which short names of bodies end: РЄ is the Council of Europe.
CAPITALS = frozenset("ЄІЇҐЎЈЁ")
# Words wholly of what Latin-1 has where other code pages have their alphabets.
ACCENTED_WORD = re.compile(
    "(?<![0-9A-Za-z])[\u00c0-\u00ff\u00a8\u00aa\u00af\u00b2-\u00b4\u00b8\u00ba\u00bf\u00a5]{4,}"
    "(?![0-9A-Za-z])"
)
ALPHABETS = ("cp1251", "koi8_u", "cp1253", "cp1255", "cp1256")
REPLACEMENT_CHARACTER = "\ufffd"


class Mojibake(NamedTuple):
    """Letters of a text, and what they were before."""

    seen: str
    meant: str


def build_byte_table(page: str) -> dict[str, int]:
    """Return the byte of each letter; bytes without one are taken for control characters."""
    found = {}
    for number in range(128, 256):
        try:
            found[bytes([number]).decode(page)] = number
        except UnicodeDecodeError:
            found[chr(number)] = number
    return found


PAGES = {page: build_byte_table(page) for page in CODE_PAGES}


def find_mojibake(text: str) -> Mojibake | None:
    """Return the first garbled letters of a text."""
    if text.isascii():
        return None
    if REPLACEMENT_CHARACTER in text:
        at = text.index(REPLACEMENT_CHARACTER)
        return Mojibake(text[max(0, at - 10) : at + 10], "?")
    if misread := find_misread_alphabet(text):
        return misread
    whole = set()
    for run in RUNS.finditer(text):
        if run[0] in whole:
            continue
        readings = [meant for table in PAGES.values() if (meant := undo_code_page(run[0], table))]
        if not readings:
            whole.add(run[0])
        for meant in readings:
            if len(meant) > 1 or is_no_chance(run, meant):
                return Mojibake(run[0][:40], meant[:40])
    return None


def find_misread_alphabet(text: str) -> Mojibake | None:
    """Return the first word whose bytes have another alphabet in a code page."""
    for word in ACCENTED_WORD.finditer(text):
        written = word[0].encode("latin_1")
        for page in ALPHABETS:
            meant = written.decode(page, "replace")
            if (
                len(set(meant)) > 1
                and meant.isalpha()
                and meant in {meant.lower(), meant.upper(), meant.capitalize()}
            ):
                return Mojibake(word[0][:40], meant[:40])
    return None


def undo_code_page(run: str, table: dict[str, int]) -> str:
    """Return what letters were before a code page was taken for UTF-8; empty if they were not."""
    if any(letter not in table for letter in run):
        return ""
    try:
        meant = bytes(table[letter] for letter in run).decode()
    except UnicodeDecodeError:
        return ""
    return meant if all(each in SIGNS or LETTERS.match(each) for each in meant) else ""


def is_no_chance(run: re.Match[str], meant: str) -> bool:
    """Return whether two or three letters that were one are no word of their own.

    Beside other letters, what they were has the script and case of these: “Łódź” and not “SPÓŁKA”,
    in which “ÓŁ” could have been “ӣ”. «Зі» and «РЄ» are words.
    """
    text, seen = run.string, run[0]
    before, after = text[: run.start()][-1:], text[run.end() :][:1]
    beside = "".join(filter(str.isalpha, before + after))
    if len(seen) > 2:
        return True
    is_quoted = seen[-1] == "»" and "«" in text
    if beside:
        is_latin = meant in SIGNS or unicodedata.name(meant, "").startswith("LATIN")
        fits = not meant.isalpha() or not beside.isupper() or meant.isupper()
        return is_latin and fits and not is_quoted
    if any(map(is_symbol, seen)):
        return not is_quoted
    if is_in_cyrillic(seen[0]):
        return MODERN_CYRILLIC.match(meant) is not None and is_no_cyrillic_word(run)
    is_latin = unicodedata.name(meant, "").startswith("LATIN") or meant in SIGNS
    return is_latin and not is_quoted


def is_no_cyrillic_word(run: re.Match[str]) -> bool:
    """Whether a Cyrillic letter and another sign are what a letter alone became: «С–» for «і».

    Only Р and С begin those of today’s letters; beside a sign, they may be an initial.
    """
    first, second = run[0][0], run[0][1]
    if first not in "РС" or second == "…":
        return False
    if second.isalpha():
        return second not in CAPITALS
    if unicodedata.category(second) == "Cc" or second in "†‡·‹›‚„":
        return True
    others = run.string[: run.start()] + run.string[run.end() :]
    beside = (others[run.start() - 1 : run.start() + 1] if run.start() else others[:1]).strip()
    return not beside and not any(map(is_in_cyrillic, others))


def is_in_cyrillic(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("CYRILLIC")


def is_symbol(letter: str) -> bool:
    """Whether no word has it: © in «Г©»."""
    return unicodedata.category(letter)[0] == "S"
