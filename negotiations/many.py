"""Many new records of one kind at once: the rows that ``history.write`` leaves, in few steps.

The number of queries grows with chunks of rows, not with rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction

from negotiations.feed import announce
from negotiations.models import Record
from negotiations.models.base import VERSIONS
from negotiations.models.naming import find_taken, name_records
from negotiations.models.order import queue

# Rows in one statement; on SQLite Django itself makes it fewer.
CHUNK = 500

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
    kind._base_manager.bulk_create(records, batch_size=CHUNK)
    versions = kind.history.bulk_history_create(
        records, batch_size=CHUNK, default_change_reason=reason or None
    )
    for field in kind._meta.many_to_many:
        _link(field, records, versions, [values.get(field.name, ()) for values in related])
    return list(versions)


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


def refuse_known(kind: Any, slugs: Sequence[str]) -> None:
    """Raise ``IntegrityError`` when one is the name of a record, even of a deleted one."""
    if find_taken(kind, slugs):
        raise IntegrityError("A record of this kind has this slug, or had it.")
