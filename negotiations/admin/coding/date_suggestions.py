"""Suggest what the words of a date can mean, one click each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from negotiations.dates.edtf import parse_edtf
from negotiations.dates.relative import (
    WAS_PUT_OFF,
    DatePhrase,
    find_date_phrases,
    interpret_phrase,
    sort_by_tense,
)
from negotiations.dates.relative_parts import format_span
from negotiations.dates.relative_tense import FUTURE, PAST, find_tense, find_verb
from negotiations.models import Certainty, Source

from .annotated_text import SourceReader
from .offering import DATED_BY_OCCASION, ChipSuggestions

MAX_SUGGESTIONS = 8
DECADES = timedelta(days=10_000)
FOREIGN = 3
# Numbers and ISO dates are read in any language.
READ_IN_WORDS = {"en", "uk", "ru"}
# "After two days" and "a day earlier" count from what the text tells, never from its publication.
FROM_THE_STORY = re.compile(
    r"after \w+ \w+|.* (?:earlier|later)$|the \w+ (?:before|after)$"
    r"|(?:on )?(?:the )?(?:previous|next|following) day$"
    r"|напередодні|накануне|наступного дня|на следующий день",
    re.IGNORECASE,
)
# With a verb of the past they say how long something took: "the first meeting in three years".
FROM_NOW = re.compile(r"in \w+ (?:day|week|month|year)s?$", re.IGNORECASE)
# What counts on from the day on which it was said.
ONWARD = re.compile(r"(?:within|in|протягом|впродовж|упродовж|в течение|через) .*\w", re.IGNORECASE)
BOUNDED = re.compile(r"(?:until|since) ", re.IGNORECASE)
# Words of time, known to the rules or not: a sentence that has any is dated by no other one.
TIMED = re.compile(
    r"\b(?:days?|daily|weeks?|weekly|weekends?|fortnight|months?|monthly|years?|yearly|decades?"
    r"|centur(?:y|ies)|hours?|hourly|spring|summer|autumn|winter|quarter|today|tonight|tomorrow"
    r"|yesterday|every|ago|later|earlier|soon|recently|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|january|february|(?-i:March|May)|april|june|july|august|september|october|november|december"
    r"|дн(?:я|і|ів|ей|и|ями|ем)|день|щод|тиж\w+|щотиж\w+|недел\w+|місяц\w+|месяц\w+|рік|рок[уиі]\w*"
    r"|год(?:а|у|ы|ов)?|весн\w+|літ(?:о|а|ку)|лет(?:о|а|ом)|ос[іе]н\w+|зим\w+|кожн\w+|кажд\w+"
    r"|завтра|\w+завтра|ежедневно|щодня|скоро|незабаром|недавно|нещодавно)\b"
    r"|\d[./]\d|\b(?:1[89]|20)\d\d\b",
    re.IGNORECASE,
)
# Whose dates are what is still to come, and whose are those of what was said or done.
TO_COME = {"deadline", "due"}
DONE = {"position", "statement", "response", "incident", "delivery"}
MEETING = re.compile(
    r"\b(?:meets?|met|meetings?|talk\w*|negotiat\w+|round|summit|session|hearing|sat|sit|gather\w*"
    r"|\w*conven\w*|held|hold|host\w*|resum\w+|took place|takes? place|зустр\w+|встре\w+"
    r"|перегов\w+|раунд\w*|самм?[иі]т\w*|засід\w+|заседа\w+|відбу\w+|состо\w+)\b",
    re.IGNORECASE,
)
EXPIRED = re.compile(
    r"\b(?:expir|pass|lapse|deadline|ran out|end|due|miss|had)\w*|\b(?:сплив|закінч|истек|истёк)",
    re.IGNORECASE,
)


class DateSuggestion(NamedTuple):
    """A reading that fills in the four boxes of a date."""

    edtf: str
    how: str
    words: str
    certainty: str
    anchor: str

    @property
    def value(self) -> str:
        """As a button of a form sends it."""
        return f"{self.edtf}|{self.certainty}|{self.anchor}|{self.words}"


class Found(NamedTuple):
    """Words of the text that tell a date, and the verb by which they stand."""

    words: str
    tense: str
    verb: str
    # The day from which something was put off to another.
    is_replaced: bool = False


def find_unread_language(source: Source) -> str:
    """Return the name of the source's language if its words for dates are not read, else ""."""
    tag = source.language.partition("-")[0].lower()
    if not tag or tag in READ_IN_WORDS:
        return ""
    try:
        return str(get_language_info(tag)["name_translated"])
    except KeyError:
        return source.language


def suggest_dates(
    reader: SourceReader, form: Any, name: str, offered: ChipSuggestions
) -> list[DateSuggestion]:
    """Suggest readings of the words that were typed, else of those in the quotation and before it.

    They are counted from the anchor that the form has, and from days that the sentence names:
    what was said on Saturday counts from Saturday.
    """
    quote = str(form["quote"].value() or "")
    piece = reader.piece_at(form.found().start)
    sentence = piece.sentence.text if piece else quote
    typed = str(form[f"{name}_words"].value() or "").strip()
    near = [_Text(text) for text in (quote, sentence, reader.before_in_paragraph(piece))]
    anchor = parse_form_day(form[f"{name}_anchor"].value()) or get_publication_day(reader.source)
    found = {offer.value: offer for offer in _from_occasion(form, name, offered)}
    if anchor is None:
        return list(found.values())
    counting = _Counting(near[1], near[2], anchor)
    own = {each.words for text in near[:2] for each in text.found}
    is_timed = bool(TIMED.search(f"{sentence} {quote}"))
    # The whole sentence has the verb, which a quotation may leave out.
    known = {each.words: each for text in (near[2], *near[:2]) for each in text.found}
    if typed:
        chosen = [known.get(typed, Found(typed, "", ""))]
    else:
        chosen = _choose(known, near, is_timed, form.kind.name, name)
    for each in chosen:
        days = counting.days(each)
        tense = each.tense or (FUTURE if name in TO_COME else "")
        for day in dict.fromkeys([*days, anchor] if typed else days):
            for offer in _read(each.words, day, tense):
                kept = offer if typed or each.words in own else _mark_as_elsewhere(offer)
                found.setdefault(kept.value, kept)
        for offer in counting.from_spans(each):
            found.setdefault(offer.value, offer)
    return list(found.values())[:MAX_SUGGESTIONS]


def _mark_as_elsewhere(offer: DateSuggestion) -> DateSuggestion:
    return offer._replace(how=_("%(how)s, from another sentence") % {"how": offer.how})


def _choose(
    known: dict[str, Found], near: list[_Text], is_timed: bool, kind: str, name: str
) -> list[Found]:
    """Choose the words to read: those of the quotation and its sentence, then those before it.

    Where the sentence has words of time that are not understood, another one's date is a guess.
    """
    quoted = {each.words for each in near[0].found}
    own = dict.fromkeys(each.words for text in near[:2] for each in text.found)
    others = [] if is_timed and not own else [each for each in known if each not in own]
    return [
        each
        for words in (own, others)
        for each in _fitting([known[word] for word in words], kind, name, quoted)
    ]


def _fitting(found: list[Found], kind: str, name: str, quoted: set[str]) -> list[Found]:
    """Order them by how they fit the date that is asked for, those of the quotation first.

    None if all date something else.
    """

    def distance(each: Found) -> tuple[bool, bool, int]:
        misfit = _misfit(each, kind, name)
        return misfit >= FOREIGN, each.words not in quoted, misfit

    ranked = sorted(found, key=distance)
    return ranked if ranked and not distance(ranked[0])[0] else []


def _misfit(found: Found, kind: str, name: str) -> int:
    """Tell how far the verb is from what is dated; from FOREIGN on it dates something else."""
    if name in TO_COME:
        if found.tense == PAST and not EXPIRED.search(found.verb):
            return FOREIGN
        return 0 if found.tense == FUTURE else 1
    if kind in DONE:
        return FOREIGN if found.tense == FUTURE else int(bool(BOUNDED.match(found.words)))
    if BOUNDED.match(found.words):
        return 2
    if kind == "round":
        return 0 if MEETING.search(found.verb) and not found.is_replaced else 1
    return 1 if found.tense == FUTURE else 0


class _Text:
    """A text of the source, with the words in it that tell dates."""

    def __init__(self, text: str) -> None:
        places: list[DatePhrase] = find_date_phrases(text)
        ends = [(at, at + len(words)) for at, words in places]
        new = {at for at, _words in places if WAS_PUT_OFF.search(text[:at])}
        self.found = [
            Found(
                words,
                find_tense(text, at, at + len(words)),
                find_verb(text, at, at + len(words), [each for each in ends if each[0] != at]),
                bool(new) and at not in new,
            )
            for at, words in places
        ]

    def dated(self, anchor: date) -> Iterator[tuple[Found, str]]:
        """Give the words that count from the anchor, each with its first reading."""
        for each in self.found:
            readings = sort_by_tense(interpret_phrase(each.words, anchor), anchor, each.tense)
            if readings and not FROM_THE_STORY.match(each.words):
                yield each, readings[0].edtf

    def days(self, anchor: date) -> dict[str, date]:
        """Collect the words that name a day, with it as it counts from the anchor."""
        dated = self.dated(anchor)
        days = (
            (e.words, parse_form_day(edtf)) for e, edtf in dated if not ONWARD.fullmatch(e.words)
        )
        return {words: day for words, day in days if day and day != anchor}


class _Counting:
    """The days from which the words of a sentence may count."""

    def __init__(self, sentence: _Text, before: _Text, anchor: date) -> None:
        self.sentence, self.anchor = sentence, anchor
        self.said = sentence.days(anchor)
        self.earlier = before.days(anchor)

    def days(self, found: Found) -> list[date]:
        words = found.words
        if FROM_NOW.match(words) and found.tense == PAST:
            return []
        if FROM_THE_STORY.match(words):
            # The day that was named last.
            return list(self.said.values()) or list(self.earlier.values())[-1:]
        if self._spans(found):
            return []
        # A day is not counted from itself.
        own = _Text(words).days(self.anchor).get(words)
        is_named = words in self.said or own in self.said.values()
        return [self.anchor] if is_named else [*self.said.values(), self.anchor]

    def from_spans(self, found: Found) -> Iterator[DateSuggestion]:
        """Count on from both ends of a month or year: "said in March it would within 180 days"."""
        for words, first, last in self._spans(found):
            ends = [interpret_phrase(found.words, day) for day in (first, last)]
            for (early, _how), (late, _same) in zip(*ends, strict=False):
                begin, end = parse_edtf(early).earliest, parse_edtf(late).latest
                if end is not None:
                    edtf = format_span(begin, end) if begin else f"../{end.isoformat()}"
                    how = _("counted from “%(words)s”") % {"words": words}
                    yield DateSuggestion(edtf, how, found.words, Certainty.RESOLVED, "")
                    break

    def _spans(self, found: Found) -> list[tuple[str, date, date]]:
        """The stretches, longer than a day, in which was said what is still to come."""
        if self.said or found.tense != FUTURE or not ONWARD.fullmatch(found.words):
            return []
        dated = [
            (each.words, parse_edtf(edtf))
            for each, edtf in self.sentence.dated(self.anchor)
            if each.tense == PAST
        ]
        return [
            (words, meant.earliest, meant.latest)
            for words, meant in dated
            if meant.earliest and meant.latest and meant.earliest < meant.latest
        ]


def _read(words: str, day: date, tense: str) -> Iterator[DateSuggestion]:
    elsewhen = day - DECADES if day.year > 5000 else day + DECADES
    from_there = {reading.edtf for reading in interpret_phrase(words, elsewhen)}
    for edtf, how in sort_by_tense(interpret_phrase(words, day), day, tense):
        # What stays the same from any day was written out.
        if edtf in from_there:
            yield DateSuggestion(edtf, how, words, Certainty.STATED, "")
        else:
            yield DateSuggestion(edtf, how, words, Certainty.RESOLVED, day.isoformat())


def parse_form_day(value: Any) -> date | None:
    """A day of a form, typed or known."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def get_publication_day(source: Source) -> date | None:
    """The day of publication, where it is known to the day."""
    earliest, latest = source.published_earliest, source.published_latest  # type: ignore[attr-defined]
    return earliest if earliest == latest else None


def _from_occasion(form: Any, name: str, offered: ChipSuggestions) -> Iterator[DateSuggestion]:
    """Offer the date of the statement above for what may have been said there."""
    said: Any = offered.occasion
    if name == "date" and said is not None and said.date and form.kind.name in DATED_BY_OCCASION:
        how, anchor = _("the date of the statement above"), said.date_anchor
        counted_from = anchor.isoformat() if anchor else ""
        yield DateSuggestion(said.date, how, said.date_words, said.date_certainty, counted_from)
