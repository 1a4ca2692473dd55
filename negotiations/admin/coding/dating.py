"""What the words of a date can mean, offered beside its field, one click each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from negotiations.models import Certainty, Source
from negotiations.models.reckoning import in_order, phrases, readings
from negotiations.models.reckoning_tense import PAST, find_tense

from .offering import DATED_BY_OCCASION, Offers
from .passages import Reader

MOST_OFFERED = 8
DECADES = timedelta(days=10_000)
# "After two days" and "a day earlier" count from what the text tells, never from its publication.
FROM_THE_STORY = re.compile(r"after \w+ \w+|.* earlier$", re.IGNORECASE)
# With a verb of the past they say how long something took: "the first meeting in three years".
FROM_NOW = re.compile(r"in \w+ (?:day|week|month|year)s?$", re.IGNORECASE)


class Offer(NamedTuple):
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


def offers(reader: Reader, form: Any, name: str, offered: Offers) -> list[Offer]:
    """The readings of the words that were typed; else of those in the quotation and before it.

    They are counted from the anchor that the form has, and from days that the sentence names:
    what was said on Saturday counts from Saturday.
    """
    quote = str(form["quote"].value() or "")
    passage = form.found()
    piece = reader.piece_at(passage.start)
    sentence = piece.sentence.text if piece else quote
    typed = str(form[f"{name}_words"].value() or "").strip()
    near = [_Text(text) for text in (quote, sentence, reader.before_in_paragraph(piece))]
    # The whole sentence has the verb, which a quotation may leave out.
    tenses = {**dict(near[2].tenses()), **dict(near[0].tenses()), **dict(near[1].tenses())}
    in_text = dict.fromkeys(words for text in near for words, _tense in text.tenses())
    anchor = as_day(form[f"{name}_anchor"].value()) or day_of(reader.source)
    found = {offer.value: offer for offer in _from_occasion(form, name, offered)}
    if anchor is None:
        return list(found.values())
    said = dict(near[1].days(anchor))
    for words in [typed] if typed else in_text:
        tense = tenses.get(words, "")
        days = _days_to_count_from(words, tense, said, anchor)
        for day in dict.fromkeys([*days, anchor] if typed else days):
            for offer in _read(words, day, tense):
                found.setdefault(offer.value, offer)
    return list(found.values())[:MOST_OFFERED]


def _days_to_count_from(words: str, tense: str, said: dict[str, date], anchor: date) -> list[date]:
    """Choose the days that words of the text may count from."""
    if FROM_NOW.match(words) and tense == PAST:
        return []
    if FROM_THE_STORY.match(words):
        return list(said.values())
    # A day is not counted from itself.
    own = dict(_Text(words).days(anchor)).get(words)
    is_named = words in said or own in said.values()
    return [anchor] if is_named else [*said.values(), anchor]


class _Text:
    """A text of the source, with the words in it that tell dates."""

    def __init__(self, text: str) -> None:
        self.text, self.phrases = text, phrases(text)

    def tenses(self) -> Iterator[tuple[str, str]]:
        """Give the words, each with the tense of the verb by which they stand."""
        for start, words in self.phrases:
            yield words, find_tense(self.text, start, start + len(words))

    def days(self, anchor: date) -> Iterator[tuple[str, date]]:
        """Give the words that name a day, with it as it counts from the anchor."""
        for words, tense in self.tenses():
            first = next(iter(in_order(readings(words, anchor), anchor, tense)), None)
            day = as_day(first.edtf) if first else None
            if day and day != anchor and not FROM_THE_STORY.match(words):
                yield words, day


def _read(words: str, day: date, tense: str) -> Iterator[Offer]:
    elsewhen = day - DECADES if day.year > 5000 else day + DECADES
    from_there = {reading.edtf for reading in readings(words, elsewhen)}
    for edtf, how in in_order(readings(words, day), day, tense):
        # What stays the same from any day was written out.
        if edtf in from_there:
            yield Offer(edtf, how, words, Certainty.STATED, "")
        else:
            yield Offer(edtf, how, words, Certainty.RESOLVED, day.isoformat())


def as_day(value: Any) -> date | None:
    """A day of a form, typed or known."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def day_of(source: Source) -> date | None:
    """The day of publication, where it is known to the day."""
    earliest, latest = source.published_earliest, source.published_latest  # type: ignore[attr-defined]
    return earliest if earliest == latest else None


def _from_occasion(form: Any, name: str, offered: Offers) -> Iterator[Offer]:
    """Offer the date of the statement above for what may have been said there."""
    said: Any = offered.occasion
    if name == "date" and said is not None and said.date and form.kind.name in DATED_BY_OCCASION:
        how, anchor = _("the date of the statement above"), said.date_anchor
        told = anchor.isoformat() if anchor else ""
        yield Offer(said.date, how, said.date_words, said.date_certainty, told)
