"""What changed from one version of a record to the next, as far as a reader may know it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from negotiations.history.diff import BOOKKEEPING_FIELDS
from negotiations.models import Record
from negotiations.models.base import VERSION_RECORDER
from negotiations.permissions import can_view
from negotiations.rest.read.projections import BODY_FIELDS

# Of longer texts the beginning is told; the versions themselves have the whole.
MAX_TEXT_LENGTH = 5000

# For every kind, the keys of records that are named.
Keys = dict[type[Record], set[int]]
Slugs = dict[type[Record], dict[int, str]]


class MemberChange(NamedTuple):
    """A member with another value in one version than in the one before."""

    field: Any
    old: Any
    new: Any


def diff_versions(
    model: type[Record], key: int, numbers: Collection[int], user: Any
) -> dict[int, list[dict[str, Any]]]:
    """For each of these versions of a record, what it changed: member, old value, new value.

    Related records are slugs; those that the reader may not see are not named. The number of
    queries depends on the kind alone. That the reader sees both versions is for the caller to know.
    """
    rows = model.history.filter(id=key, version__in={n - back for n in numbers for back in (0, 1)})
    versions = {row.version: row for row in rows.exclude(history_type="-")}
    many = _fetch_many_to_many(model, versions.values())
    steps = {
        number: [*_diff_fields(model, versions[number - 1], versions[number], many)]
        for number in numbers
        if number in versions and number - 1 in versions
    }
    slugs = _fetch_slugs((step for found in steps.values() for step in found), user)
    return {n: [*_serialize_changes(found, slugs)] for n, found in steps.items()}


def _fetch_many_to_many(
    model: type[Record], versions: Iterable[Any]
) -> dict[tuple[int, str], set[int]]:
    """The keys of many-to-many relations, by version and field."""
    held: dict[tuple[int, str], set[int]] = {}
    keys = [version.history_id for version in versions]
    for field in model._meta.many_to_many:
        rows = VERSION_RECORDER.m2m_models[field]._base_manager.filter(history_id__in=keys)
        names = "history_id", f"{field.m2m_reverse_field_name()}_id"
        for version, other in rows.values_list(*names):
            held.setdefault((version, field.name), set()).add(other)
    return held


def _diff_fields(model: type[Record], old: Any, new: Any, many: Any) -> Iterator[MemberChange]:
    fields = {field.name: field for field in (*model._meta.fields, *model._meta.many_to_many)}
    for name in BODY_FIELDS[model]:
        field: Any = fields.get(name)
        # What a citation supports never changes.
        if field is None or name in BOOKKEEPING_FIELDS:
            continue
        if field.many_to_many:
            before, after = (many.get((v.history_id, name), set()) for v in (old, new))
        else:
            before, after = (getattr(version, field.attname) for version in (old, new))
        if before != after:
            yield MemberChange(field, before, after)


def _fetch_slugs(steps: Iterable[MemberChange], user: Any) -> Slugs:
    """The names of those related records that the reader may see, or could when they were there."""
    keys: Keys = {}
    for step in steps:
        if step.field.is_relation:
            for value in (step.old, step.new):
                those = value if step.field.many_to_many else {value} - {None}
                keys.setdefault(step.field.related_model, set()).update(those)
    return {model: dict(_fetch_visible_slugs(model, those, user)) for model, those in keys.items()}


def _fetch_visible_slugs(
    model: type[Record], keys: set[int], user: Any
) -> Iterator[tuple[int, str]]:
    yield from model.objects.visible_to(user).filter(pk__in=keys).values_list("pk", "slug")
    gone = keys - set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
    if gone:
        last = model.history.filter(id__in=gone, history_type="-").order_by("history_id")
        yield from ((row.id, row.slug) for row in last if can_view(user, row))


def _serialize_changes(steps: Iterable[MemberChange], slugs: Slugs) -> Iterator[dict[str, Any]]:
    for step in steps:
        (old, was_cut), (new, is_cut) = (
            _format_value(step.field, v, slugs) for v in (step.old, step.new)
        )
        if old != new or was_cut or is_cut:
            cut = {"shortened": True} if was_cut or is_cut else {}
            yield {"member": step.field.name, "old": old, "new": new, **cut}


def _format_value(field: Any, value: Any, slugs: Slugs) -> tuple[Any, bool]:
    """A value as a body has it, and whether it is cut."""
    if field.is_relation:
        known = slugs[field.related_model]
        if field.many_to_many:
            return sorted(known[key] for key in value if key in known), False
        return known.get(value), False
    is_long = isinstance(value, str) and len(value) > MAX_TEXT_LENGTH
    return (f"{value[:MAX_TEXT_LENGTH]}…", True) if is_long else (value, False)
