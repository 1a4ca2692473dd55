"""Many records of one kind at once: the rows that ``history.write`` leaves, in few steps.

The number of queries grows with chunks of rows, not with rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, models, transaction

from negotiations import history
from negotiations.feed import Before, announce
from negotiations.models import Citation, Record, StaleVersion
from negotiations.models.base import VERSIONS
from negotiations.models.naming import find_taken, name_records
from negotiations.models.order import queue
from negotiations.models.rows import insert_rows

# Rows in one statement; on SQLite Django itself makes it fewer.
CHUNK = 500
PUBLISHED = Record.Review.PUBLISHED

Related = Mapping[str, Sequence[Any]]


def write_new(made: Sequence[tuple[Record, Related]], *, by: Any = None, reason: str = "") -> None:
    """Save valid new records of one kind, each with its relations and citations as one version.

    Raises ``IntegrityError`` when the tables refuse one of them; then nothing is written.
    """
    with transaction.atomic():
        queue()
        records = [record for record, _ in made]
        versions = _insert(records, by, reason, [related for _, related in made])
        citations = [(c, r) for r, related in made for c in related.get("citations", ())]
        for citation, record in citations:
            citation.record, citation.review = record, record.review
        versions += _insert([citation for citation, _ in citations], by, reason)
        announce(versions)


class Changed(NamedTuple):
    """A valid change of one record: as it was read, as it is to be, and its proposed relations."""

    stored: Record
    record: Record
    related: Related


def write_changed(
    changes: Sequence[Changed], *, by: Any = None, reasons: Sequence[str] = ()
) -> None:
    """Save changes of different records of one kind, each as one version with its reason.

    Raises ``StaleVersion`` when one of the records was written since it was read; then nothing is
    written.
    """
    kind = type(changes[0].record)
    with transaction.atomic():
        queue()
        for each, reason in zip(changes, reasons, strict=True):
            each.record._history_user = by  # type: ignore[attr-defined]
            each.record._change_reason = reason or None  # type: ignore[attr-defined]
        before = _relate(kind, changes)
        _update(kind, [each.record for each in changes])
        records = [each.record for each in changes]
        versions = _keep_versions(kind, records, "~")
        _keep_relations(kind, records, versions)
        announce(versions, before=before)
        following = _citations_to_follow(kind, records)
        for each, reason in zip(changes, reasons, strict=True):
            if each.record.pk in following:
                history.take_citations_along(each.record, by=by, reason=reason)


def _relate(kind: Any, changes: Sequence[Changed]) -> list[Before]:
    """Store the proposed relations; return what each change finds, and the names it changes."""
    names: list[list[str]] = [
        [
            field.name
            for field in kind._meta.concrete_fields
            if field.name not in history.BOOKKEEPING
            and getattr(each.stored, field.attname) != getattr(each.record, field.attname)
        ]
        for each in changes
    ]
    for field in kind._meta.many_to_many:
        stored = _targets(field, [each.record for each in changes])
        for each, changed in zip(changes, names, strict=True):
            proposed = each.related.get(field.name)
            keys = stored.get(each.record.pk, {})
            if proposed is not None and {target.pk for target in proposed} != set(keys):
                each.record.skip_history_when_saving = True  # type: ignore[attr-defined]
                getattr(each.record, field.name).set(proposed)
                del each.record.skip_history_when_saving  # type: ignore[attr-defined]
                changed.append(field.name)
    return [
        Before(each.stored.review, changed) for each, changed in zip(changes, names, strict=True)
    ]


def _targets(field: Any, records: Sequence[Any]) -> dict[int, dict[int, int]]:
    """Read a many-to-many relation: for each record the keys of its targets, with their rows."""
    own, other = (f"{name}_id" for name in (field.m2m_field_name(), field.m2m_reverse_field_name()))
    found: dict[int, dict[int, int]] = {}
    for start in range(0, len(records), CHUNK):
        keys = [record.pk for record in records[start : start + CHUNK]]
        rows = field.remote_field.through._base_manager.filter(**{f"{own}__in": keys})
        for record, target, row in rows.values_list(own, other, "pk"):
            found.setdefault(record, {})[target] = row
    return found


def _update(kind: Any, records: Sequence[Record]) -> None:
    """Write the columns of each record, if it still has the version at which it was read."""
    fields = [field for field in kind._meta.local_concrete_fields if not field.primary_key]
    rows = []
    for record in records:
        read = record.version
        record.version += 1
        values = [
            field.get_db_prep_save(field.pre_save(record, add=False), connection=connection)
            for field in fields
        ]
        rows.append([*values, record.pk, read])
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table = quote(kind._meta.db_table)
    sql = f"UPDATE {table} SET {columns} WHERE id = %s AND version = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        written = cursor.rowcount
    if written != len(records):
        raise StaleVersion(records[0], None)


def _keep_relations(kind: Any, records: Sequence[Any], versions: Sequence[Any]) -> None:
    """Fill the many-to-many relations of versions with those that their records have now."""
    for field in kind._meta.many_to_many:
        own, other = (
            f"{name}_id" for name in (field.m2m_field_name(), field.m2m_reverse_field_name())
        )
        targets = _targets(field, records)
        kept: Any = VERSIONS.m2m_models[field]
        kept._base_manager.bulk_create(
            [
                kept(history=version, id=row, **{own: record.pk, other: target})
                for record, version in zip(records, versions, strict=True)
                for target, row in sorted(targets.get(record.pk, {}).items())
            ],
            batch_size=CHUNK,
        )


def _citations_to_follow(kind: Any, records: Sequence[Any]) -> set[int]:
    """Return the keys of records with citations that take another state of review with them."""
    if not hasattr(kind, "citations"):
        return set()
    name = kind._meta.get_field("citations").field.name
    published = {record.pk for record in records if record.review == PUBLISHED}
    found = set()
    for start in range(0, len(records), CHUNK):
        keys = [record.pk for record in records[start : start + CHUNK]]
        rows = Citation._base_manager.filter(**{f"{name}__in": keys})
        for key, review, source in rows.values_list(f"{name}_id", "review", "source__review"):
            waits = review not in {PUBLISHED, Record.Review.WITHDRAWN} and source == PUBLISHED
            if waits if key in published else review == PUBLISHED:
                found.add(key)
    return found


def _insert(
    records: Sequence[Any], by: Any, reason: str, related: Sequence[Related] = ()
) -> list[Any]:
    """Insert records of one kind with their relations; return their versions."""
    if not records:
        return []
    kind = type(records[0])
    refuse_known(kind, [record.slug for record in records if record.slug])
    name_records(records)
    for record in records:
        record.created_by = record.created_by or by
        record._history_user = by
        record._change_reason = reason or None
    insert_rows(records)
    versions = _keep_versions(kind, records, "+")
    for field in kind._meta.many_to_many:
        _link(field, records, versions, [values.get(field.name, ()) for values in related])
    return versions


def _keep_versions(kind: Any, records: Sequence[Any], change: str) -> list[Any]:
    """Insert the version that each record has now: ``+`` when it is new, ``~`` when it changed."""
    # Asked for once: each look at the manager makes a new class.
    kept = kind.history.model
    names = [field.attname for field in kept.tracked_fields]
    versions = [
        kept(
            history_date=record.updated_at,
            history_user=record._history_user,
            history_change_reason=record._change_reason,
            history_type=change,
            **{name: getattr(record, name) for name in names},
        )
        for record in records
    ]
    insert_rows(versions)
    return versions


def _link(
    field: Any, records: Sequence[Any], versions: Sequence[Any], targets: Sequence[Sequence[Any]]
) -> None:
    """Fill one many-to-many relation of new records, and that of their versions."""
    through: Any = field.remote_field.through
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    pairs = [
        (version, through(**{own: record, other: target}))
        for record, version, those in zip(records, versions, targets, strict=True)
        for target in those
    ]
    through._base_manager.bulk_create([row for _, row in pairs], batch_size=CHUNK)
    kept: type[models.Model] = VERSIONS.m2m_models[field]
    kept._base_manager.bulk_create(
        [
            kept(history=version, id=row.pk, **{own: getattr(row, own), other: getattr(row, other)})
            for version, row in pairs
        ],
        batch_size=CHUNK,
    )


def are_overtaken(records: Iterable[Record]) -> bool:
    """Tell whether any of these was written or deleted since it was read."""
    read: dict[Any, dict[int, int]] = {}
    for record in records:
        read.setdefault(type(record), {})[record.pk] = record.version
    for kind, versions in read.items():
        keys = list(versions)
        for start in range(0, len(keys), CHUNK):
            rows = kind._base_manager.filter(pk__in=keys[start : start + CHUNK])
            stored = dict(rows.values_list("pk", "version"))
            if any(stored.get(key) != versions[key] for key in keys[start : start + CHUNK]):
                return True
    return False


def known_targets(record: Record) -> Iterator[Record]:
    """List the records that one refers to and that were read with it."""
    fields: Sequence[Any] = record._meta.concrete_fields
    for field in fields:
        if field.is_relation and field.is_cached(record):
            target = getattr(record, field.name)
            if isinstance(target, Record):
                yield target


def refuse_known(kind: Any, slugs: Sequence[str]) -> None:
    """Raise ``IntegrityError`` when one is the name of a record, even of a deleted one."""
    if find_taken(kind, slugs):
        raise IntegrityError("A record of this kind has this slug, or had it.")
