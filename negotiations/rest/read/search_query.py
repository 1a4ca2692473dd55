"""What somebody looks for, read from one line as web searches read it."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from negotiations.history.as_of import instant_asked_about
from negotiations.models.system.search import SearchDocument, matching
from negotiations.text.tokens import words

from .filters import FilterFault, Narrowing, Rows

# A phrase in quotation marks, or what stands between spaces; a hyphen before it leaves it out.
TERM = re.compile(r'(-?)"([^"]*)"?|(-?)(\S+)')
MOST_TERMS = 32
# A shorter word is meant as it is; a longer one finds those that begin with it too.
SHORTEST_BEGINNING = 3
MANY = 5000


@dataclass(frozen=True)
class Term:
    """Words that stand one after another; ``beginning`` if the last may go on."""

    words: tuple[str, ...]
    beginning: bool

    def fts5(self) -> str:
        return f'"{" ".join(self.words)}"{"*" if self.beginning else ""}'

    def tsquery(self, weight: str) -> str:
        *first, last = self.words
        last_label = ("*" if self.beginning else "") + weight
        parts = [f"'{word}'{f':{weight}' if weight else ''}" for word in first]
        parts.append(f"'{last}'{f':{last_label}' if last_label else ''}")
        return f"({' <-> '.join(parts)})"


@dataclass
class Alternative:
    """What a record must have all of, and nothing of."""

    wanted: list[Term] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)


@dataclass
class Wish:
    """A search, read: one of its alternatives must hold."""

    alternatives: list[Alternative]

    def pattern(self) -> str:
        """As the database at hand takes it."""
        if connection.vendor == "sqlite":
            return " OR ".join(f"({self._fts5(a)})" for a in self.alternatives)
        return " | ".join(f"({self._tsquery(a)})" for a in self.alternatives)

    def in_title(self) -> str:
        """The same for records whose names have all of the words."""
        if connection.vendor == "sqlite":
            found = (" AND ".join(t.fts5() for t in a.wanted) for a in self.alternatives)
            return f"{{title}} : ({' OR '.join(f'({each})' for each in found)})"
        found = (" & ".join(t.tsquery("A") for t in a.wanted) for a in self.alternatives)
        return " | ".join(f"({each})" for each in found)

    def _fts5(self, alternative: Alternative) -> str:
        wanted = " AND ".join(term.fts5() for term in alternative.wanted)
        return f"({wanted})" + "".join(f" NOT {t.fts5()}" for t in alternative.unwanted)

    def _tsquery(self, alternative: Alternative) -> str:
        wanted = [term.tsquery("") for term in alternative.wanted]
        return " & ".join(wanted + [f"!{term.tsquery('')}" for term in alternative.unwanted])

    def has(self, word: str) -> bool:
        """Whether this word of a text is one that was looked for."""
        for alternative in self.alternatives:
            for term in alternative.wanted:
                if word in term.words or (term.beginning and word.startswith(term.words[-1])):
                    return True
        return False


def read(text: str) -> Wish:
    """A web search: ``word "a phrase" -without this OR that``; nothing in it is a fault of syntax.

    What is not a letter or a digit only separates. Raises ``FilterFault`` without a word to find.
    """
    alternatives, count = [Alternative()], 0
    for minus, phrase, bare_minus, bare in TERM.findall(text):
        if bare == "OR" and not bare_minus:
            alternatives.append(Alternative())
        elif found := words(phrase or bare):
            begins = bool(bare) and len(found[-1]) >= SHORTEST_BEGINNING
            place = alternatives[-1]
            term = Term(tuple(found), begins)
            (place.unwanted if minus or bare_minus else place.wanted).append(term)
            count += len(found)
    alternatives = [a for a in alternatives if a.wanted or a.unwanted]
    if count > MOST_TERMS:
        raise FilterFault("too_many", f"Look for at most {MOST_TERMS} words.")
    if not alternatives or not all(a.wanted for a in alternatives):
        raise FilterFault("no_words", "Name a word that is to be found.")
    return Wish(alternatives)


class Search(Narrowing):
    """Records that have the words."""

    schema = {
        "type": "string",
        "description": 'Words to find: `word "a phrase" -without this OR that`.',
    }

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        pattern = read(text).pattern()
        found = SearchDocument.objects.filter(
            matching(pattern, instant_asked_about()), kind=rows.model.collection()
        )
        keys = found.order_by().values("key")
        # Of many, the first in the order of the list are soon met by walking along it.
        is_rare = connection.vendor == "postgresql" and not keys[MANY : MANY + 1].exists()
        return rows.filter(**{"pk__among" if is_rare else "pk__in": keys})
