"""What the words of a date can mean, offered beside its field, one click each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from negotiations.models import Certainty
from negotiations.models.reckoning import phrases, readings

from .guesses import day_of
from .passages import Reader

MOST_OFFERED = 8
DECADES = timedelta(days=10_000)


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


def offers(reader: Reader, form: Any, name: str) -> list[Offer]:
    """The readings of the words that were typed; else of those in the quotation and before it.

    They are counted from the anchor that the form has, and from days that the sentence names:
    what was said on Saturday counts from Saturday.
    """
    quote = str(form["quote"].value() or "")
    passage = form.found()
    piece = reader.piece_at(passage.start)
    sentence = piece.sentence.text if piece else quote
    typed = str(form[f"{name}_words"].value() or "").strip()
    near = (quote, sentence, reader.before_in_paragraph(piece))
    in_text = (phrase.words for text in near for phrase in phrases(text))
    told = [typed] if typed else list(in_text)
    anchor = as_day(form[f"{name}_anchor"].value()) or day_of(reader.source)
    if anchor is None:
        return []
    said = list(dict.fromkeys(_days_said(sentence, anchor)))
    found: dict[str, Offer] = {}
    for words in dict.fromkeys(told):
        # A day is not counted from itself.
        names_day = next(_days_said(words, anchor), None) in said
        for day in [anchor] if names_day else [*said, anchor]:
            for offer in _read(words, day):
                found.setdefault(offer.value, offer)
    return list(found.values())[:MOST_OFFERED]


def _days_said(text: str, anchor: date) -> Iterator[date]:
    """Days that a text itself names, counted from the anchor."""
    for phrase in phrases(text):
        first = next(iter(readings(phrase.words, anchor)), None)
        day = as_day(first.edtf) if first else None
        if day and day != anchor:
            yield day


def _read(words: str, day: date) -> Iterator[Offer]:
    elsewhen = day - DECADES if day.year > 5000 else day + DECADES
    from_there = {reading.edtf for reading in readings(words, elsewhen)}
    for edtf, how in readings(words, day):
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
