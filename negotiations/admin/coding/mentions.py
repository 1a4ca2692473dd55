"""Where a text names parties and people: by their names, other names and adjectives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from negotiations.models import Party, Person, SearchDocument
from negotiations.rest.read.search_query import AndGroup, Phrase, SearchQuery
from negotiations.text.tokens import build_word_pattern, fold

from .adjectives import (
    CASE,
    CYRILLIC_ADJECTIVE,
    Country,
    Token,
    code_of,
    find_countries,
    read_table,
    tokens_of,
)
from .other_names import OTHER_NAMES, Neighbours

# Names that have cases: Росія, Росією.
IN_CYRILLIC = re.compile("[\u0400-\u04ff]{4}")
MAX_CASE_LENGTH = 3
# "Polish" is no verb, and "US" no pronoun: what is written in capitals is looked for in capitals.
MAX_INITIALS_LENGTH = 4
MAX_WORDS = 40
MAX_MENTIONS = 60
MIN_STEM_LENGTH = 4


class NameMention(NamedTuple):
    """A place at which a text names a record, and the words that it uses."""

    start: int
    end: int
    record: Any
    words: str


class Name(NamedTuple):
    """A name as words; ``written`` if it counts only with its own capitals."""

    words: tuple[str, ...]
    written: tuple[str, ...] = ()

    def matches(self, tokens: list[Token]) -> bool:
        if self.written:
            return tuple(token.raw for token in tokens) == self.written
        return all(map(_is_called, (token.folded for token in tokens), self.words))


class AdjectiveStem(NamedTuple):
    """The beginning of a Ukrainian or Russian adjective, and the pattern of what follows it."""

    words: tuple[str, ...]
    ending: str

    def matches(self, tokens: list[Token]) -> bool:
        word, stem = tokens[0].folded, self.words[0]
        return word.startswith(stem) and bool(re.fullmatch(self.ending, word[len(stem) :]))


def find_mentions(
    text: str, records: Iterable[Any], people: Iterable[Person] = ()
) -> list[NameMention]:
    """Find where a text names the records, in its order; of two that overlap the longer.

    No record is named by a part of the whole name of one of the ``people``: "Michael Jordan". A
    state is not named by a part of an unknown name either: "Chad Smith", "Turkish Airlines".
    """
    tokens = tokens_of(text)
    countries = find_countries(text, tokens)
    found = [mention for record in records for mention in _places(text, tokens, record, countries)]
    # A country that nobody recorded is none of its neighbours: "Papua New Guinea".
    found += [NameMention(each.start, each.end, None, "") for each in countries]
    found += [NameMention(*match.span(), None, "") for match in OTHER_NAMES.finditer(text)]
    named = [each for person in people for each in _places(text, tokens, person, [])]
    neighbours = Neighbours(text, tokens, [each[:2] for each in (*found, *named)])
    found = [_without_other_name(each, neighbours) for each in found]
    found += [each._replace(record=None) for each in named if len(tokens_of(each.words)) > 1]
    kept: list[NameMention] = []
    for mention in sorted(found, key=lambda each: each.start - each.end):
        overlapping = [k for k in kept if k.start < mention.end and mention.start < k.end]
        # Two countries may share an adjective: Congolese.
        if all((k.start, k.end) == (mention.start, mention.end) for k in overlapping):
            kept.append(mention)
    recorded = (mention for mention in kept if mention.record is not None)
    return sorted(recorded, key=lambda each: (each.start, each.end))


def _without_other_name(mention: NameMention, neighbours: Neighbours) -> NameMention:
    """Name no record where what stands beside the name of a state makes it another: "Chad Smith".

    The words stay taken.
    """
    party = mention.record
    if not isinstance(party, Party) or party.kind != Party.Kind.STATE:
        return mention
    names = {*map(fold, (party.name, *party.aliases, *read_table().get(code_of(party), ())))}
    is_name = fold(mention.words) in names and " " not in mention.words
    is_name &= not mention.words.isupper()
    if neighbours.make_other_name(mention.start, mention.end, is_name=is_name):
        return mention._replace(record=None)
    return mention


def _places(
    text: str, tokens: list[Token], record: Any, countries: list[Country]
) -> Iterator[NameMention]:
    code = code_of(record) if isinstance(record, Party) else ""
    for each in countries:
        if code and each.code == code:
            yield NameMention(each.start, each.end, record, text[each.start : each.end])
    for name in list_known_names(record):
        size = len(name.words)
        for at in range(len(tokens) - size + 1):
            if name.matches(tokens[at : at + size]):
                start, end = tokens[at].start, tokens[at + size - 1].end
                yield NameMention(start, end, record, text[start:end])


def list_known_names(record: Any) -> list[Name | AdjectiveStem]:
    """Collect all by which a text may name a party or person."""
    names: list[Name | AdjectiveStem] = []
    for text in (record.name, *record.aliases):
        raw = build_word_pattern().findall(text)
        if not raw:
            continue
        is_initials = text.isupper() and len(text) <= MAX_INITIALS_LENGTH
        names.append(Name(tuple(map(fold, raw)), tuple(raw) if is_initials else ()))
        if isinstance(record, Person):
            # People are called by their last name alone.
            names.append(Name((fold(raw[-1]),)))
        elif IN_CYRILLIC.match(fold(raw[-1])) and len(raw) == 1:
            names.append(AdjectiveStem((CASE.sub("", fold(raw[0])),), CYRILLIC_ADJECTIVE))
    return names


def _is_called(word: str, name: str) -> bool:
    """Compare a word with a name, in Ukrainian and Russian in any of its cases."""
    if word == name or not IN_CYRILLIC.match(name):
        return word == name
    stem = CASE.sub("", name)
    return word.startswith(stem) and len(word) - len(stem) <= MAX_CASE_LENGTH


def find_named_records(model: Any, text: str, user: Any) -> list[Any]:
    """Ask the index for records that a text may name: those with one of its words in a name."""
    told = (_as_term(word) for word in dict.fromkeys(build_word_pattern().findall(text)))
    terms = [[term] for term in told if term][:MAX_WORDS]
    visible: Any = model._default_manager.visible_to(user)
    codes: list[str] = []
    if model is Party:
        codes = sorted({each.code for each in find_countries(text, tokens_of(text)) if each.code})
        terms += [
            [Phrase((word,), False) for word in map(fold, build_word_pattern().findall(name))]
            for code in codes
            for name in read_table()[code]
        ]
    found = set()
    if terms:
        wish = SearchQuery([AndGroup(each) for each in terms])
        documents = SearchDocument.objects.visible_to(user).filter(kind=model.resource_name)
        documents = documents.filter(pk__matches=wish.in_title()).order_by("size", "slug")
        found = set(documents.values_list("key", flat=True)[:MAX_MENTIONS])
    records = list(visible.filter(pk__in=found).order_by("slug"))
    if codes:
        records += visible.filter(country__in=codes).exclude(pk__in=found)[:MAX_MENTIONS]
    return records


def _as_term(word: str) -> Phrase | None:
    """Make a term of a word that may be a name; in Cyrillic of its beginning, whatever its case."""
    text = fold(word)
    if not IN_CYRILLIC.match(text):
        return None if word.islower() else Phrase((text,), False)
    if re.search(f"{CYRILLIC_ADJECTIVE}$", text):
        return Phrase((text[:MIN_STEM_LENGTH],), True)
    beginning = text[: max(MIN_STEM_LENGTH, len(text) - MAX_CASE_LENGTH)]
    return None if word.islower() else Phrase((beginning,), True)
