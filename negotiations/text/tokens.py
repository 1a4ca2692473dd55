"""Texts folded and taken apart into words that are compared, the same on every database."""

import re
import unicodedata
from functools import cache

from anyascii import anyascii
from django.utils.text import slugify

from .validators import is_invisible

# A letter of these scripts is a word: they write without spaces between words. Thai, Lao, Tibetan,
# Burmese, Khmer, Japanese and Chinese.
UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f"
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
LONGEST_WORD = 60
# A slug made from words begins with so many characters of them.
LONGEST_STEM = 100

# Persian and Arabic keyboards write one letter in two ways; a tatweel only stretches a word.
SAME_LETTERS = {"ى": "ي", "ی": "ي", "ک": "ك", "\u0640": ""}
# Letters to Unicode, though they stand for an apostrophe: they part words as other ones do.
APOSTROPHES = frozenset("\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u055a\ua78b\ua78c")
# Persian parts words by a joiner that has no width.
PARTING_JOINER = re.compile("(?<=[\u0600-\u06ff])\u200c")


class _Folded(dict[str, str]):
    """For each character what is compared of it, found out once."""

    def __missing__(self, sign: str) -> str:
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
        self[sign] = folded = "".join(map(_fold_sign, apart.casefold()))
        return folded


def _is_unseen(sign: str) -> bool:
    return is_invisible(sign) or unicodedata.category(sign).startswith("M")


def _fold_sign(sign: str) -> str:
    if _is_unseen(sign):
        return ""
    if sign in APOSTROPHES:
        return "'"
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN "):
        letters = anyascii(sign).lower()
        return letters if letters.isalnum() else sign
    return SAME_LETTERS.get(sign, sign)


FOLDED = _Folded()


def fold(text: str) -> str:
    """Return the text as it is compared: for search, suggested names, duplicates and slugs.

    Without case, marks and invisible characters; Latin letters become those from a to z, letters
    of other scripts stay: Walesa for Wałęsa, зеленськии for Зеленський.
    """
    return "".join(map(FOLDED.__getitem__, PARTING_JOINER.sub(" ", text)))


class _Romanized(dict[str, str]):
    """For each character its letters in a slug: those of the fold, where these are Latin."""

    def __missing__(self, sign: str) -> str:
        folded = FOLDED[sign]
        if not folded.isascii() and sign.isalnum():
            folded = anyascii(sign).lower()
        self[sign] = folded
        return folded


ROMANIZED = _Romanized()


def slugify_text(text: str) -> str:
    """Return the words of a text in the letters of a slug: lodz for Łódź, kiiv for Київ."""
    composed = unicodedata.normalize("NFC", text.replace("_", " "))
    return slugify("".join(map(ROMANIZED.__getitem__, composed)))[:LONGEST_STEM].strip("-")


def tokenize(text: str) -> list[str]:
    """List the words of a text in their order."""
    return [word[:LONGEST_WORD] for word in WORD.findall(fold(text))]


@cache
def build_word_pattern() -> re.Pattern[str]:
    """Match a word as it is written, with the marks and invisible characters in it."""
    codes = (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0xE0100, 0xE01F0))
    inside = [chr(code) for code in codes if _is_unseen(chr(code))]
    return re.compile(rf"(?:{WORD.pattern}|[{re.escape(''.join(inside))}])+")
