"""Many new records of one kind at once: the rows that ``history.write`` leaves, in few steps.

The number of queries grows with chunks of rows, not with rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from negotiations.feed import announce
from negotiations.models import Record
from negotiations.models.base import VERSIONS
from negotiations.models.order import queue

# Rows in one statement; on SQLite Django itself makes it fewer.
CHUNK = 500
# Beginnings of slugs in one question.
STEMS = 50

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
    name_all(records)
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
    for start in range(0, len(slugs), CHUNK):
        if kind.history.filter(slug__in=slugs[start : start + CHUNK]).exists():
            raise IntegrityError("A record of this kind has this slug, or had it.")


def name_all(records: Sequence[Record]) -> None:
    """Give each record without a slug a free one, as ``Record.free_slug`` would one by one."""
    kind: Any = type(records[0])
    unnamed = [(record, record.slug_stem()) for record in records if not record.slug]
    stems = sorted({stem for _, stem in unnamed})
    taken = {record.slug for record in records if record.slug}
    for start in range(0, len(stems), STEMS):
        alike = Q()
        for stem in stems[start : start + STEMS]:
            alike |= Q(slug=stem) | Q(slug__startswith=f"{stem}-")
        # A deleted record keeps its name.
        for rows in (kind._base_manager, kind.history):
            taken.update(rows.filter(alike).order_by().values_list("slug", flat=True))
    numbers: Counter[str] = Counter()
    for record, stem in unnamed:
        slug = stem
        while slug in taken:
            numbers[stem] = max(numbers[stem] + 1, 2)
            slug = f"{stem}-{numbers[stem]}"
        record.slug = slug
        taken.add(slug)
