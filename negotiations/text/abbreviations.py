"""Whether a full stop ends a sentence or an abbreviation, an initial or an ordinal number.

Where an abbreviation may be the last word, a capital letter after it begins a sentence, also that
of an initial: "Площадь 30 кв. м. А. С. Пушкин жил там." are two. A sentence is more than a day or
year with its preposition, though: "В 2025 г. В. В. Путин прибыл." is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

FILE = Path(__file__).with_name("abbreviations.yaml")
# What of a word may be an abbreviation: “m.in.”, and in “l’art.” what follows the apostrophe.
DOTTED = re.compile(r"(?:(?<!\w)|(?<=[ʼ’']))(?:-?[^\W\d_ʼ][^\W_ʼ-]*(?:-[^\W_ʼ]+)*\.)+\Z")
# “и т. д.” and “prof. zw. dr hab.” are some words.
MOST_WORDS = 4
ORDINAL = re.compile(r"(?:(\w+)\s+)?(?<![\w.,:/-])(\d{1,4})\.\Z")
# "W XX w.", "У червні 2025 р.": the whole of what stands before a stop.
ONLY_A_DATE = re.compile(
    r"\W*[^\W\d_]{1,3}\s+(?:\d{1,2}\s+)?(?:[^\W\d_]+\s+)?(?:\d[\d.–-]*|[IVXІХ]+)\s+[^\W\d_]{1,3}\."
)
INNER_STOP = re.compile(r"\w\.[^\W\d_]{1,4}\.\Z")
NUMBER = re.compile(r"[\d§№ºª°]|[IVXLC]+\b|[A-Z]\b")
INITIAL = re.compile(r"[^\W\d_]\.\s")
WORD = re.compile(r"\w+")
LISTS = ("names", "numbers", "ends", "nouns")
# As much before a stop is looked at.
REACH = 60
VOWELS = frozenset("aeiouyæœøıаеиоуыэюяієαεηιουω")
LONGEST_WITHOUT_VOWEL = 5


class Abbreviations(NamedTuple):
    """Those of one language; the file says what each list is for."""

    # Which list each stands in.
    lists: Mapping[str, str]
    starters: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    goes_on: tuple[str, ...] = ()
    ordinals: bool = False

    def ends_sentence(self, before: str, after: str) -> bool | None:
        """Whether the stop at the end of ``before`` ends a sentence; None if nobody knows."""
        tail, after = before[-REACH:], after.lstrip("\"'“”„«»‹›‘’([ \t\n\u00a0")
        if not after:
            return None
        if tail[-2:-1].isdigit() and (match := ORDINAL.search(tail)):
            return self._ends_after_ordinal(match[1] or "", match[2], after)
        if ONLY_A_DATE.fullmatch(before.strip()):
            return False
        words, dotted = tail.split(), list[str]()
        while words and len(dotted) < MOST_WORDS and (match := DOTTED.search(words[-1])):
            dotted.insert(0, match[0])
            words[-1] = words[-1][: match.start()]
            if words[-1]:
                break
            words.pop()
        if not dotted:
            return None
        keys = ["".join(dotted[first:])[:-1] for first in range(len(dotted))]
        follows_number = bool(words) and words[-1][-1:].isdigit()
        for key in keys:
            if listed := self._listed(key):
                follows_number &= key == keys[0]
                return self._ends_after(listed, after, follows_number=follows_number)
        return self._ends_after_unknown(dotted[-1], after, follows_number=follows_number)

    def _listed(self, key: str) -> str | None:
        # A single capital is an initial.
        return self.lists.get(key) or (self.lists.get(key.lower()) if len(key) > 1 else None)

    def _ends_after(self, listed: str, after: str, *, follows_number: bool) -> bool | None:
        takes_number = listed in {"names", "numbers"}
        if is_lower(after[0]) or (takes_number and NUMBER.match(after)):
            return False
        if listed == "nouns":
            return self._starts(after)
        if listed == "names":
            # 2015 г. and 5 м. are units, г. Москва and м. Київ are towns.
            if not follows_number:
                return False
            if self.starters and not self._starts(after):
                return None
        if after.startswith(self.goes_on):
            return False
        return True if after[0].isalpha() else None

    def _ends_after_unknown(self, dotted: str, after: str, *, follows_number: bool) -> bool | None:
        last = dotted[:-1].rpartition(".")[2]
        has_case = last.lower() != last.upper()
        if len(last) == 1 and not has_case:
            return None if follows_number else False
        if is_lower(after[0]):
            is_dotted = bool(INNER_STOP.search(dotted))
            return False if is_dotted or len(last) == 1 or has_no_vowel(last) else None
        # Yu. V. Ushakov
        is_initial = len(last) == 1 or (len(last) == 2 and INITIAL.match(after))
        if is_initial and last[0].isupper() and after[0].isupper():
            return None if self._starts(after) else False
        return None

    def _ends_after_ordinal(self, word: str, number: str, after: str) -> bool | None:
        if not self.ordinals:
            return None
        if is_lower(after[0]) or after.startswith(self.goes_on):
            return False
        is_noun = len(number) < 4 and word.lower() in self.articles and not self._starts(after)
        return False if is_noun else None

    def _starts(self, after: str) -> bool:
        match = WORD.match(after)
        return match is not None and match[0].lower() in self.starters


def is_lower(letter: str) -> bool:
    """Whether a letter is small in a script in which sentences begin with capitals."""
    return letter.islower() and letter.title() != letter


def has_no_vowel(word: str) -> bool:
    """Whether a word is short and has no vowel, as only abbreviations are: млн, tzn."""
    letters = unicodedata.normalize("NFD", word.lower())
    return len(word) <= LONGEST_WITHOUT_VOWEL and VOWELS.isdisjoint(letters)


@cache
def read_abbreviations() -> dict[str, Abbreviations]:
    """Return those of each language by its code."""
    return {
        language: Abbreviations(
            {word: name for name in LISTS for word in lists.get(name, "").split()},
            frozenset(lists.get("starters", "").split()),
            frozenset(lists.get("articles", "").split()),
            goes_on=tuple(lists.get("goes_on", "").split()),
            ordinals=lists.get("ordinals", False),
        )
        for language, lists in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
    }


def abbreviations_of(language: str) -> Abbreviations | None:
    """Return those of a language, if any are known."""
    return read_abbreviations().get(language)
