"""What can be told of a text before anybody has read it: its language, and whether it is known.

Both are guesses by counting, meant to be offered to a person: nothing is set from them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from .tokens import tokenize

SHINGLE_LENGTH = 5
NEAR_DUPLICATE_OVERLAP = 0.8
# A language is told only by a text of some length, with a clear lead over the next.
FEWEST_WORDS = 5
LEAD = 1.5

# Letters that only one language of its script has, and words that stand in every text.
LETTERS = {"uk": "іїєґ", "ru": "ыэъё", "be": "ў", "fa": "پچژگ", "he": "אבגדהוזחט", "ar": "ةىأإ"}
COMMON = {
    "en": "the of and to in that is was for with has have from by said it on",
    "uk": "і в на що з та до не за у про від це як та був були є",
    "ru": "и в на что с по не за от это как из был были к для",
    "de": "der die das und in den von zu mit ist auf für des im nicht",
    "fr": "le la les et de des en un une du que est pour dans sur",
    "es": "el la los las y de en que un una del por con para es",
    "it": "il la di e che in un una per del con non sono della",
    "pl": "i w na z do nie się że to jest o od przez za po",
    "tr": "ve bir bu da de için ile olarak olan daha ne gibi",
}


def detect_language(text: str) -> str:
    """The BCP 47 tag of the likeliest language; empty when no one is clearly ahead."""
    counted = Counter(re.findall(r"[^\W\d_]+", text.casefold()))
    total = sum(counted.values())
    if total < FEWEST_WORDS:
        return ""
    scores = {
        tag: sum(counted[word] for word in set(common.split())) / total
        for tag, common in COMMON.items()
    }
    signs = Counter(text.casefold())
    for tag, letters in LETTERS.items():
        own = sum(signs[letter] for letter in letters)
        scores[tag] = scores.get(tag, 0.0) + own / total
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    (best, first), (_next, second) = ranked[0], ranked[1]
    return best if first > 0.05 and first >= LEAD * second else ""


def build_shingles(text: str) -> set[tuple[str, ...]]:
    """Every run of five words; of a shorter text all its words as one."""
    found = tokenize(text)
    if len(found) < SHINGLE_LENGTH:
        return {tuple(found)} if found else set()
    return {tuple(found[at : at + SHINGLE_LENGTH]) for at in range(len(found) - SHINGLE_LENGTH + 1)}


def measure_overlap(one: str, other: str) -> float:
    """How much of the shorter text stands in the longer one, from 0 to 1."""
    first, second = build_shingles(one), build_shingles(other)
    least = min(len(first), len(second))
    return len(first & second) / least if least else 0.0


def sample_shingles(text: str, count: int = 12) -> Iterable[tuple[str, ...]]:
    """Runs of five words from all over a text: what nearly the same text has one of."""
    found = tokenize(text)
    last = max(0, len(found) - SHINGLE_LENGTH)
    starts = dict.fromkeys(last * number // max(1, count - 1) for number in range(count))
    return [tuple(found[at : at + SHINGLE_LENGTH]) for at in starts if found]
