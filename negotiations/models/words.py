"""Texts taken apart into words that are compared, the same on every database."""

import re
import unicodedata

# A letter of Chinese, Japanese or Thai is a word: they write without spaces between words.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
LONGEST_WORD = 60


def plain(text: str) -> str:
    """The text without case and marks: Zelenskyy, ЗЕЛЕНСЬКИЙ and Çelik as they are typed."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M"))


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    return [word[:LONGEST_WORD] for word in WORD.findall(plain(text))]
