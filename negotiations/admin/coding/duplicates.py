"""What is recorded already and may be the same: a warning while a form is being filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.models import Issue, Negotiation, Party, Person, Position
from negotiations.models.date_fields import bounds

from .annotated_text import Reader, page_of
from .name_fields import named

MOST_TOLD = 6


class Likeness(NamedTuple):
    """A record that stands already, and in what the new one is like it."""

    what: str
    record: Any

    @property
    def url(self) -> str:
        return page_of(self.record)


def likenesses(reader: Reader, form: Any) -> list[Likeness]:
    """The same words, the same name, or the same party, issue and time."""
    found: dict[tuple[str, int], Likeness] = {}
    for record, what in (
        *_same_position(reader, form),
        *_same_name(form),
        *_same_words(reader, form),
    ):
        key = (type(record).__name__, record.pk)
        found.setdefault(key, Likeness(what, record))
    return list(found.values())[:MOST_TOLD]


def _same_words(reader: Reader, form: Any) -> Iterator[tuple[Any, str]]:
    passage = form.found()
    for citation in reader.citations:
        if citation.start == passage.start and citation.quote == passage.quote:
            kind = _(capfirst(str(citation.record._meta.verbose_name)))
            yield citation.record, _("The same words support: %(kind)s") % {"kind": kind}
    for dismissal in reader.dismissals:
        if dismissal.start == passage.start:
            yield dismissal, _("The same words are dismissed")


def _same_name(form: Any) -> Iterator[tuple[Any, str]]:
    model = form.kind.model
    if model in {Party, Person, Issue, Negotiation}:
        name = "title" if model in {Issue, Negotiation} else "name"
        for record in named(model, str(form[name].value() or ""), form.user)[:MOST_TOLD]:
            yield record, _("This name is taken")


def _same_position(reader: Reader, form: Any) -> Iterator[tuple[Any, str]]:
    if form.kind.model is not Position:
        return
    parties = named(Party, str(form["party"].value() or ""), form.user)
    issues = named(Issue, str(form["issue"].value() or ""), form.user)
    if not parties or not issues:
        return
    first, last = bounds(str(form["date"].value() or ""))
    rows = Position.objects.visible_to(form.user).filter(party__in=parties, issue__in=issues)
    if last:
        rows = rows.filter(Q(date_earliest__lte=last) | Q(date_earliest=None))
    if first:
        rows = rows.filter(Q(date_latest__gte=first) | Q(date_latest=None))
    for position in rows[:MOST_TOLD]:
        yield position, _("The same party on the same issue, at a time that overlaps")
