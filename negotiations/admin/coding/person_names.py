"""Names of people in a few words, without the offices that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from negotiations.text.tokens import fold

from .adjectives import find_countries, read_table, tokens_of
from .mentions import find_mentions
from .offices import is_holder, is_of_office
from .other_names import STARTERS, TIMES, Neighbours

# Words with capitals, and the small ones between them: "Ursula von der Leyen met".
CAPITAL = r"(?:(?:al|an|ar|as|ash|at|ed|el|ul)[-‑])?[^\W\d_a-zà-ÿа-ўґ][\w'’.-]*"
FULL_NAME = re.compile(
    rf"(?<![\w'’-]){CAPITAL}"
    rf"(?: (?:(?:de|van|der|den|von|bin|ibn|al|el|da|di|la|le) )*{CAPITAL})*"
)
WORD = re.compile(r"[\w'’.-]*\w")
INITIALS = re.compile(r"[^\W\d_]{2,5}|(?:[A-Z]\.){2,4}")
# After these stands a place, or another person than the one whose office is told.
PREPOSITION = re.compile(
    r"\b(?:in|at|from|to|of|for|with|on|near|by|against|між|между|в|у|на|з|із|зі|с|со|до|от|из"
    r"|від|по|для|при|про|о|об|и|і|та|й)$",
    re.IGNORECASE,
)
# Between the word for an office and the name stands no verb.
JOINING = re.compile(r"of|for|to|the|and|at|in|on|s|з|із|зі|с|по|та|і|и|в|у|при|на", re.IGNORECASE)
CLAUSE_AFTER = re.compile(r", ([^,;.]+)")
MOST_WORDS_BEFORE_OFFICE = 5
RELATIVE = re.compile(r"who|whose|whom|which|when|where|як\w*|котор\w+|чи[йїєя]\w*|and|said|told")
DETERMINER = re.compile(
    r"\A(?:(?:and|with)\s+)?(?:(?:the|an?|its|his|her|their|our|його|її|їхній|его|её|их)\s+)?",
    re.IGNORECASE,
)
OWNER = re.compile("['’]s$")


class NamedOffice(NamedTuple):
    """The name of a person in a text, and the words of the office beside it."""

    name: str
    office: str = ""


class _Reader:
    def __init__(self, text: str, parties: Iterable[Any]) -> None:
        self.text = text
        tokens = tokens_of(text)
        countries = find_countries(text, tokens)
        neighbours = Neighbours(text, tokens, [each[:2] for each in countries])
        names = read_table()
        # "Israel Katz"
        of_people = {
            each.start
            for each in countries
            if fold(text[each.start : each.end]) in map(fold, names[each.code])
            and neighbours.precedes_name(each.start, each.end)
        }
        places = [(each.start, each.end) for each in find_mentions(text, parties)]
        places += [(each.start, each.end) for each in countries]
        self.of_parties = [place for place in places if place[0] not in of_people]

    def is_of_name(self, word: re.Match[str]) -> bool:
        """Whether a word with a capital may be of a person's name."""
        start, end = word.span()
        if any(first <= start < last or first < end <= last for first, last in self.of_parties):
            return False
        is_plain = word[0].lower() in STARTERS or TIMES.fullmatch(word[0])
        is_initials = word[0].isupper() and INITIALS.fullmatch(word[0])
        return not (is_plain or is_initials or is_of_office(word[0]))

    def find_names(self) -> Iterator[tuple[int, int]]:
        """Yield the places of what may be names, without the words of an office before them."""
        for run in FULL_NAME.finditer(self.text):
            words = WORD.finditer(self.text, *run.span())
            start = next((word.start() for word in words if self.is_of_name(word)), None)
            if start is not None:
                yield start, start + len(re.sub(r"(?<=\w\w)\.$", "", self.text[start : run.end()]))

    def follows_office(self, begin: int, start: int) -> bool:
        """Whether nothing stands between an office and the name: "head of the team, Ann Lee"."""
        words = list(WORD.finditer(self.text, begin, start))
        at = next((n for n in reversed(range(len(words))) if is_holder(words[n][0])), None)
        if at is None or PREPOSITION.search(self.text[begin:start].rstrip()):
            return False
        between = self.text[words[at].end() : start].strip()
        if between in {"", ",", ":", "."}:
            return True
        if between.endswith(",") and not re.search("[,;.]", between[:-1]):
            return JOINING.match(between) is not None
        return all(self._is_joining(word) for word in words[at + 1 :])

    def _is_joining(self, word: re.Match[str]) -> bool:
        is_plain = JOINING.fullmatch(word[0]) or is_of_office(word[0])
        return bool(is_plain or (word[0][0].isupper() and not self.is_of_name(word)))

    def precedes_office(self, end: int) -> bool:
        """Whether an office follows the name: "Ann Lee, head of the team"."""
        clause = CLAUSE_AFTER.match(self.text, end)
        words = WORD.findall(clause[1])[:MOST_WORDS_BEFORE_OFFICE] if clause else []
        at = next((number for number, word in enumerate(words) if is_holder(word)), None)
        return at is not None and not any(map(RELATIVE.fullmatch, words[:at]))


def find_named_offices(text: str, parties: Iterable[Any]) -> list[NamedOffice]:
    """Find the people whom a text names beside their office, or the one whom it is the name of.

    What may be another thing than a name is not found: a place, a body, a sentence.
    """
    reader = _Reader(text, parties)
    if text.lower() == text.upper():
        # Scripts without case show no names.
        return [NamedOffice(text)]
    found: list[NamedOffice] = []
    begin = 0
    for start, end in reader.find_names():
        name = text[start:end]
        # Of "Zelenskyy's chief of staff" another is the name.
        if OWNER.search(name):
            continue
        if name == text.strip(" ,."):
            return [NamedOffice(name)]
        if reader.follows_office(begin, start):
            office = text[begin:start].strip(" ,.:")
        elif not PREPOSITION.search(text[begin:start].rstrip()) and reader.precedes_office(end):
            office = text[end:].strip(" ,.")
        else:
            continue
        found.append(NamedOffice(name, DETERMINER.sub("", office, count=1)))
        begin = end
    return found
