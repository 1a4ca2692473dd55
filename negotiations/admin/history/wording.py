"""Differences between versions, in words."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from negotiations.analysis.wording.headings import name_record
from negotiations.history.diff import FieldDifference
from negotiations.models import Record
from negotiations.rest.http.gone import find_deletion

from .diffs import render_diff

MAX_LENGTH = 1200
NAME = 120


class FieldChange(NamedTuple):
    """One changed field: its name and both values as a person reads them."""

    label: str
    old: str
    new: str

    @property
    def contrast(self) -> SafeString:
        """Both in one, what went and what came marked."""
        old, new = ("" if text == _("empty") else text for text in (self.old, self.new))
        return render_diff(old, new)


def describe_changes(
    model: type[Record], differences: Iterable[FieldDifference], user: Any
) -> list[FieldChange]:
    """Each difference in words; records that the user may not see have no name."""
    return [_line(model._meta.get_field(found.field), found, user) for found in differences]


def _line(field: Any, found: FieldDifference, user: Any) -> FieldChange:
    names = None
    if field.is_relation:
        slugs = {s for value in (found.old, found.new) for s in _listed(value) if s}
        names = _names(field.related_model, slugs, user)
    old, new = (_value(field, value, names) for value in (found.old, found.new))
    return FieldChange(capfirst(str(field.verbose_name)), old, new)


def _names(model: type[Record], slugs: set[str], user: Any) -> dict[str, str]:
    """What the records are called; of those that were deleted, their slugs."""
    rows = model._default_manager.visible_to(user).filter(slug__in=slugs)
    names = {record.slug: Truncator(name_record(record)).chars(NAME) for record in rows}
    for slug in slugs - set(names):
        is_deleted = find_deletion(model, slug, user) is not None
        names[slug] = (
            _("%(slug)s (deleted)") % {"slug": slug}
            if is_deleted
            else _("a record that you cannot see")
        )
    return names


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(field: Any, value: Any, names: dict[str, str] | None) -> str:
    if value in (None, "", [], {}):
        return _("empty")
    if names is not None:
        return "; ".join(names[slug] for slug in _listed(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    named = dict(field.flatchoices or ()).get(value, value)
    return Truncator(_(str(named)) if field.flatchoices else str(named)).chars(MAX_LENGTH)
