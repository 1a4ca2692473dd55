"""Differences between versions, in words."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.text import Truncator, capfirst

from negotiations.history import Difference
from negotiations.models import Record

EMPTY = "empty"
LONGEST = 600


class Line(NamedTuple):
    """One changed field: its name and both values as a person reads them."""

    label: str
    old: str
    new: str


def lines(model: type[Record], differences: Iterable[Difference], user: Any) -> list[Line]:
    """Each difference in words; records that the user may not see have no name."""
    return [_line(model._meta.get_field(found.field), found, user) for found in differences]


def _line(field: Any, found: Difference, user: Any) -> Line:
    known = None
    if field.is_relation:
        slugs = {slug for value in (found.old, found.new) for slug in _listed(value)}
        rows = field.related_model._default_manager.visible_to(user).filter(slug__in=slugs)
        known = set(rows.values_list("slug", flat=True))
    old, new = (_value(field, value, known) for value in (found.old, found.new))
    return Line(capfirst(str(field.verbose_name)), old, new)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(field: Any, value: Any, known: set[str] | None) -> str:
    if value in (None, "", [], {}):
        return EMPTY
    if known is not None:
        slugs = _listed(value)
        return ", ".join(s if s in known else "a record that you cannot see" for s in slugs)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    named = dict(field.flatchoices or ()).get(value, value)
    return Truncator(str(named)).chars(LONGEST)
