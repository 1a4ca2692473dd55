"""What somebody looks for, read from one line as web searches read it."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from negotiations.history.as_of import get_as_of_instant
from negotiations.models.system.search import SearchDocument, build_match_filter
from negotiations.text.tokens import tokenize

from .filters import FilterError, ParamFilter, Rows

# A phrase in quotation marks, or what stands between spaces; a hyphen before it leaves it out.
TERM = re.compile(r'(-?)"([^"]*)"?|(-?)(\S+)')
MAX_TERMS = 32
# A shorter word is meant as it is; a longer one finds those that begin with it too.
MIN_PREFIX_LENGTH = 3
MANY_MATCHES = 5000


@dataclass(frozen=True)
class Phrase:
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
class AndGroup:
    """What a record must have all of, and nothing of."""

    wanted: list[Phrase] = field(default_factory=list)
    unwanted: list[Phrase] = field(default_factory=list)


@dataclass
class SearchQuery:
    """A search, read: one of its alternatives must hold."""

    alternatives: list[AndGroup]

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

    def _fts5(self, alternative: AndGroup) -> str:
        wanted = " AND ".join(term.fts5() for term in alternative.wanted)
        return f"({wanted})" + "".join(f" NOT {t.fts5()}" for t in alternative.unwanted)

    def _tsquery(self, alternative: AndGroup) -> str:
        wanted = [term.tsquery("") for term in alternative.wanted]
        return " & ".join(wanted + [f"!{term.tsquery('')}" for term in alternative.unwanted])

    def has(self, word: str) -> bool:
        """Whether this word of a text is one that was looked for."""
        for alternative in self.alternatives:
            for term in alternative.wanted:
                if word in term.words or (term.beginning and word.startswith(term.words[-1])):
                    return True
        return False


def parse_search(text: str) -> SearchQuery:
    """A web search: ``word "a phrase" -without this OR that``; nothing in it is a fault of syntax.

    What is not a letter or a digit only separates. Raises ``FilterError`` without a word to find.
    """
    alternatives, count = [AndGroup()], 0
    for minus, phrase, bare_minus, bare in TERM.findall(text):
        if bare == "OR" and not bare_minus:
            alternatives.append(AndGroup())
        elif found := tokenize(phrase or bare):
            begins = bool(bare) and len(found[-1]) >= MIN_PREFIX_LENGTH
            place = alternatives[-1]
            term = Phrase(tuple(found), begins)
            (place.unwanted if minus or bare_minus else place.wanted).append(term)
            count += len(found)
    alternatives = [a for a in alternatives if a.wanted or a.unwanted]
    if count > MAX_TERMS:
        raise FilterError("too_many", f"Look for at most {MAX_TERMS} words.")
    if not alternatives or not all(a.wanted for a in alternatives):
        raise FilterError("no_words", "Name a word that is to be found.")
    return SearchQuery(alternatives)


class SearchFilter(ParamFilter):
    """Records that have the words."""

    schema = {
        "type": "string",
        "description": 'Words to find: `word "a phrase" -without this OR that`.',
    }

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        pattern = parse_search(text).pattern()
        found = SearchDocument.objects.filter(
            build_match_filter(pattern, get_as_of_instant()), kind=rows.model.resource_name
        )
        keys = found.order_by().values("key")
        # Of many, the first in the order of the list are soon met by walking along it.
        is_rare = (
            connection.vendor == "postgresql" and not keys[MANY_MATCHES : MANY_MATCHES + 1].exists()
        )
        return rows.filter(**{"pk__among" if is_rare else "pk__in": keys})
