"""What a short form can know before anything is typed. Each guess is shown as one, with its reason.

An occasion (a statement coded earlier in the same paragraph) tells party, speaker and date. Else
the first party and the first person that the sentence names are taken, by any of their names.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from negotiations.models import (
    Citation,
    Dismissal,
    Negotiation,
    Participation,
    Party,
    Person,
    Source,
    Statement,
)
from negotiations.models.words import WORD, fold

from .forms import PARTS
from .kinds import Kind
from .passages import Passage, Piece, Reader

OPENING, CLOSING = "“«„", "”»"
SAID = re.compile(
    r"\b(said|says|saying|told|reported|restated|warned|pledged|stated|announced|declared|claimed"
    r"|expressed|called for|raised doubts|proposed)\b"
    # By the stems of Ukrainian and Russian, whoever says it and when.
    r"|\b(?:сказа|заяв|повідом|сообщ|запропон|предлож|попере[дж]|предупре|наголо[сш]|підкресл"
    r"|подч[её]рк|оголо[сш]|объяв|пообіця|пообеща)\w*",
    re.IGNORECASE,
)
# After one of these words a name follows.
OFFICE = re.compile(
    r"\b(?:President|Secretary|Minister|Chancellor|Premier|Envoy|Spokesman|Spokeswoman|Ambassador"
    r"|General|King|Pope|Director|Chairman|Governor|Mr|Mrs|Ms)\b\.? "
)
# Plain names that have cases, and the end that goes in the others: Росія, Росією.
IN_CYRILLIC = re.compile("[\u0400-\u04ff]{4}")
CASE = re.compile("(?:[иіыо]и|[ая]я|[аеиіоуыьюя])$")
LONGEST_CASE = 3
Guess = tuple[Any, str]


class Guesses:
    """For one kind of record over one passage: values by field, each with why it is guessed."""

    def __init__(self, reader: Reader, kind: Kind, passage: Passage) -> None:
        self.reader, self.kind, self.passage = reader, kind, passage
        self.user = reader.user

    def all(self) -> dict[str, Guess]:
        """Only for what the kind asks, and only where there is something to guess from."""
        asked = {*self.kind.asked, *self.kind.more, "voice"}
        found = {**self._talks(), **self._actors(), **self._dates(), **self._rest()}
        dated = {f"{name}{part}" for name in self.kind.dates for part in PARTS}
        wanted = asked | dated | {"negotiation"}
        return {name: guess for name, guess in found.items() if name in wanted and guess[0]}

    # What stands around the words

    @cached_property
    def piece(self) -> Piece | None:
        return self.reader.piece_at(self.passage.start)

    @cached_property
    def sentence(self) -> str:
        return self.piece.sentence.text if self.piece else self.passage.quote

    @cached_property
    def occasion(self) -> Statement | None:
        """The statement last coded before these words, in their paragraph."""
        text, start = self.reader.source.text, self.passage.start
        if start is None:
            return None
        found = None
        for citation in self.reader.citations:
            at = citation.start
            if citation.statement and at is not None and at <= start and "\n" not in text[at:start]:
                found = citation.statement
        return found

    @cached_property
    def negotiation(self) -> Negotiation | None:
        """That of the records coded from this source; else the only one, else the last written."""
        for citation in reversed(self.reader.citations):
            record = citation.record
            own = (
                record if isinstance(record, Negotiation) else getattr(record, "negotiation", None)
            )
            if own is not None:
                return own
        rows = Negotiation.objects.visible_to(self.user).order_by("-updated_at")
        return rows.first()

    # What is guessed of it

    def _talks(self) -> dict[str, Guess]:
        return {"negotiation": (self.negotiation, _("the one coded last"))}

    def _actors(self) -> dict[str, Guess]:
        occasion = self.occasion
        if occasion is not None and self.kind.model is not Statement:
            why = _("from the statement above")
            party, person = occasion.party, occasion.speaker
        else:
            why = _("named in the sentence")
            party, person = self._first_named(Party), self._first_named(Person)
        told = {
            "party": (party, why),
            "speaker": (person, why),
            "spoken_by": (person, why),
            "statement": (occasion, why),
            "proposed_by": ([party] if party else [], why),
            "by": ([party] if party else [], why),
            "addressed_to": (self._other_sides(party), _("the other side")),
        }
        if self.kind.model in {Party, Person, Participation}:
            told.pop("party")
        return told

    def _first_named(self, model: Any) -> Any:
        """The one among those that the source or the negotiation knows whom the sentence names."""
        named = [fold(word) for word in WORD.findall(self.sentence)]
        best: tuple[int, Any] | None = None
        for record in self._known(model):
            for name in (record.name, *record.aliases):
                words = [fold(word) for word in WORD.findall(name)]
                # People are called by their last name alone.
                for sought in [words, words[-1:] if model is Person else words]:
                    at = _place(named, sought)
                    if at is not None and (best is None or at < best[0]):
                        best = at, record
        return best[1] if best else None

    def _known(self, model: Any) -> list[Any]:
        keys = {c.record.pk for c in self.reader.citations if isinstance(c.record, model)}
        rows = model.objects.visible_to(self.user)
        if model is Party and self.negotiation:
            keys |= set(self.negotiation.participations.values_list("party", flat=True))
        return list(rows.filter(pk__in=keys))

    def _other_sides(self, party: Party | None) -> list[Party]:
        """Whom a side addresses, where there is only one other."""
        if party is None or self.negotiation is None:
            return []
        sides = Party.objects.visible_to(self.user).filter(
            participations__negotiation=self.negotiation,
            participations__role=Participation.Role.SIDE,
        )
        others = list(sides.exclude(pk=party.pk).distinct()[:2])
        return others if len(others) == 1 else []

    def _dates(self) -> dict[str, Guess]:
        """The day from which words count; the whole date only where the occasion tells it."""
        occasion, kinds_of_speech = self.occasion, {"position", "proposal"}
        if occasion and occasion.date and self.kind.name in kinds_of_speech:
            why = _("from the statement above")
            return {f"date{part}": (getattr(occasion, f"date{part}"), why) for part in PARTS}
        why = _("the day of publication")
        anchor = day_of(self.reader.source)
        return {f"{name}_anchor": (anchor, why) for name in self.kind.dates}

    def _rest(self) -> dict[str, Guess]:
        name = OFFICE.split(self.passage.quote)[-1] if self.kind.model is Person else ""
        told: dict[str, Guess] = {
            "voice": (self._voice(), _("by the marks and verbs around it")),
            "proposal": (self._last_coded("proposal"), _("the one coded last")),
            "outcome": (self._last_coded("outcome"), _("the one coded last")),
            "commitment": (self._last_coded("commitment"), _("the one coded last")),
        }
        if name:
            told["name"] = (name, _("the words after the office"))
        if self.kind.model is Dismissal and self.piece and self.piece.is_heading:
            told["reason"] = (Dismissal.Reason.HEADING, _("it is a heading"))
        if self.kind.name == "commitment":
            told.pop("outcome")
        return told

    def _last_coded(self, kind: str) -> Any:
        """The last record of a kind whose words stand before these."""
        at = self.passage.start or 0
        found = None
        for citation in self.reader.citations:
            target = getattr(citation, kind)
            if target is not None and citation.start is not None and citation.start <= at:
                found = target
        return found

    def _voice(self) -> str:
        text, start = self.reader.source.text, self.passage.start
        if start is None:
            return ""
        if self.piece and self.piece.is_heading:
            return Citation.Voice.HEADLINE
        before = text[text.rfind("\n", 0, start) + 1 : start + 1]
        opened, closed = (max(before.rfind(mark) for mark in marks) for marks in (OPENING, CLOSING))
        if opened > closed or before.count('"') % 2:
            return Citation.Voice.DIRECT_SPEECH
        names_somebody = self.kind.name in {"party", "person", "post", "participation", "statement"}
        if SAID.search(self.sentence) and not names_somebody:
            return Citation.Voice.REPORTED_SPEECH
        return Citation.Voice.NARRATOR


def _place(words: list[str], sought: list[str]) -> int | None:
    """Where words stand among others, one after another."""
    if not sought:
        return None
    for at in range(len(words) - len(sought) + 1):
        if all(map(_is_called, words[at : at + len(sought)], sought)):
            return at
    return None


def _is_called(word: str, name: str) -> bool:
    """Whether a word is a name, in Ukrainian and Russian in any of its cases."""
    if word == name or not IN_CYRILLIC.match(name):
        return word == name
    stem = CASE.sub("", name)
    return word.startswith(stem) and len(word) - len(stem) <= LONGEST_CASE


def day_of(source: Source) -> date | None:
    """The day of publication, where it is known to the day."""
    earliest, latest = source.published_earliest, source.published_latest  # type: ignore[attr-defined]
    return earliest if earliest == latest else None
