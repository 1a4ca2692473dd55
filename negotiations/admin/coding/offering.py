"""What a short form offers for its empty boxes: nothing of it is filled in before it is chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from django import forms

from negotiations.models import Issue, Negotiation, Participation, Party, Person, Post, Statement

from .annotated_text import QuotedPassage, SourceReader
from .form_specs import FormSpec
from .forms import DATE_SUFFIXES
from .mentions import NameMention, find_mentions, find_named_records
from .name_fields import NameField, get_unique_label
from .person_names import find_named_offices

MAX_CHIPS = 6
# As many as there are digits.
MAX_CHOICES = 9
POSSESSIVE = re.compile("^['’]s?(?= )")
# Who speaks on an occasion, by the box in which another kind of record asks for it.
SPOKEN_BY = {"party": "party", "proposed_by": "party", "spoken_by": "speaker"}
SAID_ON_OCCASION = {"position", "proposal", "response"}
DATED_BY_OCCASION = {"position", "proposal"}


class Chip(NamedTuple):
    """A choice of one click or key: the texts that it writes into boxes."""

    label: str
    fills: dict[str, str]
    hint: str = ""

    @property
    def value(self) -> str:
        """As a button of a form sends it."""
        return json.dumps(self.fills, ensure_ascii=False)


class ChipSuggestions:
    """For one kind of record over one passage."""

    def __init__(self, reader: SourceReader, kind: FormSpec, passage: QuotedPassage) -> None:
        self.reader, self.kind, self.passage = reader, kind, passage
        self._labels: dict[tuple[type, int], str] = {}
        self._candidates: dict[type, list[tuple[Any, str]]] = {}

    def chips(self, form: Any, name: str) -> list[Chip]:
        """Collect the choices for a box, the nearest to the words first."""
        field = form.fields[name]
        if isinstance(field, NameField):
            rows = self._nearest(field.model)[:MAX_CHIPS]
            # What is filled in already needs no offer of the same.
            if [record for record, _words in rows] == [form.initial.get(name)]:
                return []
            return [self._chip(name, record, words) for record, words in rows]
        if isinstance(field, forms.ChoiceField):
            return list(_choices(form, name))
        texts = self._texts().get(name, ())
        return [Chip(text, {name: text}) for text in dict.fromkeys(texts) if text]

    def _chip(self, name: str, record: Any, words: str) -> Chip:
        label = self._label(record)
        hints = [f"“{words}”"] if words and words != label else []
        if isinstance(record, Person) and record.pk in self._posts:
            hints.append(self._posts[record.pk])
        return Chip(label, {name: label}, " · ".join(hints))

    @cached_property
    def _posts(self) -> dict[int, str]:
        """The last known post of each person that is offered, with its party."""
        people = [record.pk for record, _words in self._nearest(Person)]
        rows: Any = Post.objects.visible_to(self.reader.user).filter(person__in=people)
        rows = rows.filter(party__in=Party.objects.visible_to(self.reader.user))
        rows = rows.select_related("party").order_by("date_latest", "pk")
        return {post.person_id: f"{post.title}, {post.party}" for post in rows}

    def _label(self, record: Any) -> str:
        key = type(record), record.pk
        if key not in self._labels:
            self._labels[key] = get_unique_label(record, self.reader.user)
        return self._labels[key]

    # Records, each with the words that name it

    def _nearest(self, model: type) -> list[tuple[Any, str]]:
        if model not in self._candidates:
            self._candidates[model] = self._find(model)
        return self._candidates[model]

    def _find(self, model: type) -> list[tuple[Any, str]]:
        if model in {Party, Person}:
            candidates = [(each.record, each.words) for each in self._mentions(model)]
            candidates += [(record, "") for record in self._known(model)]
        else:
            candidates = [(record, "") for record in self._coded(model)]
        nearest: dict[int, tuple[Any, str]] = {}
        for record, words in candidates:
            nearest.setdefault(record.pk, (record, words))
        return list(nearest.values())

    def _mentions(self, model: Any) -> list[NameMention]:
        """The mentions in the sentence and before it in its paragraph, by their distance."""
        before, sentence, offset = self._around
        text = before + sentence
        rows = find_named_records(model, text, self.reader.user)
        records = {record.pk: record for record in (*self._known(model), *rows)}
        start = (self.passage.start or 0) - offset
        end = start + len(self.passage.quote)

        def distance(mention: NameMention) -> tuple[int, int]:
            return max(start - mention.end, mention.start - end, 0), mention.start

        people = find_named_records(Person, text, self.reader.user) if model is Party else ()
        return sorted(find_mentions(text, records.values(), people), key=distance)

    @cached_property
    def _around(self) -> tuple[str, str, int]:
        """What the paragraph says before the sentence, the sentence, and where they begin."""
        piece = self.reader.piece_at(self.passage.start)
        if piece is None or self.passage.start is None:
            return "", self.passage.quote, self.passage.start or 0
        before = self.reader.before_in_paragraph(piece)
        end = max(piece.sentence.end, self.passage.start + len(self.passage.quote))
        begin = piece.sentence.start
        return before, self.reader.source.text[begin:end], begin - len(before)

    def _known(self, model: Any) -> list[Any]:
        """Those that this source was coded for, and the parties of its negotiation, sides first."""
        return [*self._coded(model), *(self._participants if model is Party else ())]

    @cached_property
    def _participants(self) -> list[Party]:
        if self.negotiation is None:
            return []
        rows = Participation.objects.visible_to(self.reader.user).filter(
            negotiation=self.negotiation, party__in=Party.objects.visible_to(self.reader.user)
        )
        parts = sorted(
            rows.select_related("party").order_by("slug"),
            key=lambda part: part.role != Participation.Role.SIDE,
        )
        return [part.party for part in parts]

    def _coded(self, model: Any) -> list[Any]:
        """Records that were coded from this source: the last before the words first."""
        at = self.passage.start or 0
        rows = [(c.start or 0, c.record) for c in self.reader.citations]
        mine = [(start, record) for start, record in rows if isinstance(record, model)]
        before = [record for start, record in reversed(mine) if start <= at]
        after = [record for start, record in mine if start > at]
        coded = before + after
        if model is Negotiation:
            coded += self._negotiations
        elif model is Issue:
            issue_ids = (getattr(record, "issue_id", None) for _start, record in rows)
            used = {key for key in issue_ids if key is not None}
            coded += Issue.objects.visible_to(self.reader.user).filter(pk__in=used)
        return coded

    @cached_property
    def _negotiations(self) -> list[Negotiation]:
        """The negotiations of the source's records, then those written last."""
        own = self.reader.negotiations
        rows = Negotiation.objects.visible_to(self.reader.user).order_by("-updated_at")
        return [*own, *rows[:MAX_CHIPS]]

    @property
    def negotiation(self) -> Negotiation | None:
        """The negotiation that is being coded, where the source has records of one alone."""
        own = self.reader.negotiations
        return own[0] if len(own) == 1 else None

    # Words of the quotation

    def _texts(self) -> dict[str, Iterable[str]]:
        if self.kind.model is not Person:
            return {}
        known = [record for record, _words in self._nearest(Party)]
        found = find_named_offices(self.passage.quote, known)
        titles = []
        for office in (each.office for each in found[:1]):
            first = next((each.end for each in find_mentions(office, known) if each.start == 0), 0)
            titles = [POSSESSIVE.sub("", office[first:]).strip(), office]
        return {"name": [each.name for each in found], "post_title": titles}

    # The occasion on which something was said

    @cached_property
    def occasion(self) -> Statement | None:
        """The statement last coded before these words, in their paragraph."""
        text, start = self.reader.source.text, self.passage.start
        if start is None or self.kind.name not in SAID_ON_OCCASION:
            return None
        statement = None
        for citation in self.reader.citations:
            at = citation.start
            if citation.statement and at is not None and at <= start and "\n" not in text[at:start]:
                statement = citation.statement
        return statement

    def occasion_chip(self, form: Any) -> Chip | None:
        """Offer who spoke, on which occasion and when, as one choice."""
        occasion = self.occasion
        if occasion is None:
            return None
        fills = {"statement": self._label(occasion)} if "statement" in form.fields else {}
        for name, part in SPOKEN_BY.items():
            record = getattr(occasion, part)
            if name in form.fields and record is not None:
                fills[name] = self._label(record)
        label = ", ".join(text for name, text in fills.items() if name in SPOKEN_BY)
        if self.kind.name in DATED_BY_OCCASION and occasion.date:
            for part in DATE_SUFFIXES:
                value = getattr(occasion, f"date{part}")
                fills[f"date{part}"] = str(value or "")
            label = f"{label}, {occasion.date}"
        return Chip(label, fills, str(occasion))


def _choices(form: Any, name: str) -> Iterator[Chip]:
    """Offer the values of a choice that has still to be made, where they are few."""
    field = form.fields[name]
    values = [(value, label) for value, label in field.choices if value]
    if field.required and not form[name].value() and len(values) <= MAX_CHOICES:
        for value, label in values:
            yield Chip(str(label), {name: str(value)})


def apply_chip(data: Any, sent: str, fields: dict[str, Any]) -> None:
    """Write what a chip fills in into the data of a form; names are added where several may be."""
    for name, text in _parse_chip(sent):
        field = fields.get(name)
        if isinstance(field, NameField) and field.many:
            names = [each.strip() for each in str(data.get(name, "")).split(";")]
            data[name] = "; ".join(dict.fromkeys([*filter(None, names), text]))
        elif field is not None:
            data[name] = text


def _parse_chip(sent: str) -> Iterator[tuple[str, str]]:
    """Read the texts of a chip; what is no chip of ours says nothing."""
    try:
        values = json.loads(sent)
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict):
        yield from ((name, text) for name, text in values.items() if isinstance(text, str))
