"""Indexes of lists: what everybody reads, by each filter, in the orders that people ask for.

They hold published records alone: drafts cost nothing, and readers need no others.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from .date_fields import UnknownAfterAll, UnknownBeforeAll


def build_list_indexes(*filters: str, date: str = "") -> list[models.Index]:
    """Return the indexes of a kind's list.

    ``filters`` are columns by which it is filtered, or pairs of them (``party issue``), each served
    in both directions of the list's order. ``date`` is what orders the list before the slug.
    """
    changed = _build("", [F("updated_at").desc()], "changed")
    if not date:
        return [*(_build(names, [], "list") for names in ("", *filters)), changed]
    oldest, newest = UnknownAfterAll(date), UnknownBeforeAll(date).desc()
    directions: tuple[tuple[models.Expression, str], ...] = ((oldest, "old"), (newest, "new"))
    both = [_build(names, [by], end) for by, end in directions for names in ("", *filters)]
    return [*both, changed]


def _build(names: str, order: list[models.Expression], suffix: str) -> models.Index:
    fields = names.split()
    expressions: list[Any] = [*map(F, fields), *order, F("slug")]
    name = "_".join(["%(class)s", *map(_abbreviate, fields), suffix])
    return models.Index(*expressions, condition=Q(review="published"), name=name)


def _abbreviate(field: str) -> str:
    """A few letters of a field: the name of an index has thirty at most."""
    words = field.split("_")
    return field[:5] if len(words) == 1 else "".join(word[:2] for word in words)
