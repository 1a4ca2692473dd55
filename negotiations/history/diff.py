"""What one version of a record changed: fields by name, relations by slug."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from negotiations.models import Record

# What changes with every write and so tells nothing about it.
BOOKKEEPING_FIELDS = frozenset({"id", "version", "created_at", "updated_at", "created_by"})


class FieldDifference(NamedTuple):
    """One field of a record in two versions; relations are names, many-to-many ones lists."""

    field: str
    old: Any
    new: Any


def get_version_relations(version: Any) -> dict[str, list[Any]]:
    """The many-to-many relations as they were, by field name; what was deleted is left out."""
    found = {}
    for field in version.instance_type._meta.many_to_many:
        rows = getattr(version, field.name).select_related(field.m2m_reverse_field_name())
        targets = (getattr(row, field.m2m_reverse_field_name()) for row in rows)
        found[field.name] = sorted((t for t in targets if t), key=lambda target: target.slug)
    return found


def compare_versions(old: Any, new: Any) -> list[FieldDifference]:
    """What changed from one version to another, in the order of the fields."""
    was, is_now = get_version_relations(old), get_version_relations(new)
    return [*_column_differences(new.instance_type, old, new), *_relation_differences(was, is_now)]


def expected_differences(
    old: Record, new: Record, related: Mapping[str, Sequence[Any]]
) -> list[FieldDifference]:
    """What changes in a record that is stored as ``old`` when it is saved as ``new``."""
    was = {name: list(getattr(old, name).all()) for name in related}
    return [*_column_differences(type(new), old, new), *_relation_differences(was, related)]


def _column_differences(kind: Any, old: Any, new: Any) -> Iterator[FieldDifference]:
    for field in kind._meta.concrete_fields:
        before, after = getattr(old, field.attname), getattr(new, field.attname)
        if field.name not in BOOKKEEPING_FIELDS and before != after:
            if field.is_relation:
                before, after = _name(field, before), _name(field, after)
            yield FieldDifference(field.name, before, after)


def _relation_differences(
    was: Mapping[str, Sequence[Any]], is_now: Mapping[str, Sequence[Any]]
) -> Iterator[FieldDifference]:
    for name in is_now:
        before, after = (sorted(target.slug for target in of[name]) for of in (was, is_now))
        if before != after:
            yield FieldDifference(name, before, after)


def _name(field: Any, key: Any) -> str | None:
    """The slug of what a foreign key pointed at; of a record deleted since, its last known one."""
    if key is None:
        return None
    rows = field.related_model.history.filter(id=key).order_by("-history_id")
    return str(rows.values_list("slug", flat=True).first())
