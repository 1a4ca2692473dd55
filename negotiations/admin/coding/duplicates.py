"""What is recorded already and may be the same: a warning while a form is being filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.models import Issue, Negotiation, Party, Person, Position
from negotiations.models.date_fields import parse_date_bounds

from .annotated_text import SourceReader, get_change_url
from .name_fields import find_by_name

MAX_DUPLICATES = 6


class PossibleDuplicate(NamedTuple):
    """A record that stands already, and in what the new one is like it."""

    what: str
    record: Any

    @property
    def url(self) -> str:
        return get_change_url(self.record)


def find_possible_duplicates(reader: SourceReader, form: Any) -> list[PossibleDuplicate]:
    """The same words, the same name, or the same party, issue and time."""
    found: dict[tuple[str, int], PossibleDuplicate] = {}
    for record, what in (
        *_same_position(reader, form),
        *_same_name(form),
        *_same_words(reader, form),
    ):
        key = (type(record).__name__, record.pk)
        found.setdefault(key, PossibleDuplicate(what, record))
    return list(found.values())[:MAX_DUPLICATES]


def _same_words(reader: SourceReader, form: Any) -> Iterator[tuple[Any, str]]:
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
        for record in find_by_name(model, str(form[name].value() or ""), form.user)[
            :MAX_DUPLICATES
        ]:
            yield record, _("This name is taken")


def _same_position(reader: SourceReader, form: Any) -> Iterator[tuple[Any, str]]:
    if form.kind.model is not Position:
        return
    parties = find_by_name(Party, str(form["party"].value() or ""), form.user)
    issues = find_by_name(Issue, str(form["issue"].value() or ""), form.user)
    if not parties or not issues:
        return
    first, last = parse_date_bounds(str(form["date"].value() or ""))
    rows = Position.objects.visible_to(form.user).filter(party__in=parties, issue__in=issues)
    if last:
        rows = rows.filter(Q(date_earliest__lte=last) | Q(date_earliest=None))
    if first:
        rows = rows.filter(Q(date_latest__gte=first) | Q(date_latest=None))
    for position in rows[:MAX_DUPLICATES]:
        yield position, _("The same party on the same issue, at a time that overlaps")
