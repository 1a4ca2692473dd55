"""Versions: every write through any door leaves one, with who, when and why.

The shadow tables are django-simple-history's. This module makes a record, its many-to-many
relations and its citations one version each, tells versions apart, and brings an old one back.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction

from negotiations.models import Record
from negotiations.models.base import VERSIONS
from negotiations.models.order import queue

# What changes with every write and so tells nothing about it.
BOOKKEEPING = frozenset({"id", "version", "created_at", "updated_at", "created_by"})


class Difference(NamedTuple):
    """One field of a record in two versions; relations are names, many-to-many ones lists."""

    field: str
    old: Any
    new: Any


def write(
    record: Record,
    *,
    related: Mapping[str, Sequence[models.Model]] | None = None,
    by: Any = None,
    reason: str = "",
) -> None:
    """Save a valid record with its relations as one version.

    ``related`` holds many-to-many values by field name and, under ``citations``, citations that are
    to be made with it. Raises ``StaleVersion`` when somebody saved the record meanwhile; then, as
    after any error, nothing is written.
    """
    adding = record._state.adding
    related = dict(related or {})
    citations = related.pop("citations", ())
    with transaction.atomic():
        queue()
        if adding:
            record.created_by = record.created_by or by
        VersionOnce(record, by, reason).save(related)
        for citation in citations:
            citation.record = record  # type: ignore[attr-defined]
            citation.review = record.review  # type: ignore[attr-defined]
            write(citation, by=by, reason=reason)  # type: ignore[arg-type]
        if not adding:
            _take_citations_along(record, by, reason)


class VersionOnce:
    """Saves a record in several steps and leaves one version at the end."""

    def __init__(self, record: Record, by: Any, reason: str) -> None:
        self.record, self.by, self.reason = record, by, reason

    def save(self, related: Mapping[str, Sequence[models.Model]]) -> None:
        """Save the record, then its many-to-many relations, then the version."""
        record = self.record
        kind = "+" if record._state.adding else "~"
        with self:
            record.save()
            for name, targets in related.items():
                getattr(record, name).set(targets)
        self.keep(kind)

    def keep(self, kind: str) -> None:
        """Leave the version: ``+`` for made, ``~`` for changed."""
        self.record._history_user = self.by  # type: ignore[attr-defined]
        self.record._change_reason = self.reason or None  # type: ignore[attr-defined]
        VERSIONS.create_historical_record(self.record, kind)

    def __enter__(self) -> None:
        self.record.skip_history_when_saving = True  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        del self.record.skip_history_when_saving  # type: ignore[attr-defined]


def _take_citations_along(record: Record, by: Any, reason: str) -> None:
    """The words are approved with their record, and leave the public eye with it."""
    if not hasattr(record, "citations"):
        return
    for citation in record.citations.select_related("source"):
        review = citation.review
        if record.review == Record.Review.PUBLISHED:
            if review != Record.Review.WITHDRAWN and citation.source.review == record.review:
                citation.review = record.review
        elif review == Record.Review.PUBLISHED:
            citation.review = Record.Review.WITHDRAWN
        if citation.review != review:
            citation.record = record
            write(citation, by=by, reason=reason)


def delete(record: Record, *, by: Any = None, reason: str = "") -> None:
    """Delete a record with its parts; the versions stay.

    Raises ``ProtectedError`` when other records refer to it, ``ValidationError`` when a rule keeps
    it, ``StaleVersion`` when somebody saved it meanwhile.
    """
    with transaction.atomic():
        record.lock()
        faults: dict[str, list[ValidationError]] = {}
        for field, error in record.delete_faults():
            faults.setdefault(field, []).append(error)
        if faults:
            raise ValidationError(faults)
        record._history_user = by  # type: ignore[attr-defined]
        record._change_reason = reason or None  # type: ignore[attr-defined]
        record.delete()


def versions(record: Record) -> Any:
    """The record's versions, newest first, each with ``version`` and its ``history_…`` fields."""
    rows = type(record).history.filter(id=record.pk)
    return rows.select_related("history_user").order_by("-history_id")


def related_of(version: Any) -> dict[str, list[Any]]:
    """The many-to-many relations as they were, by field name; what was deleted is left out."""
    found = {}
    for field in version.instance_type._meta.many_to_many:
        rows = getattr(version, field.name).select_related(field.m2m_reverse_field_name())
        targets = (getattr(row, field.m2m_reverse_field_name()) for row in rows)
        found[field.name] = sorted((t for t in targets if t), key=lambda target: target.slug)
    return found


def differences(old: Any, new: Any) -> list[Difference]:
    """What changed from one version to another, in the order of the fields."""
    found = []
    for field in new.instance_type._meta.concrete_fields:
        before, after = getattr(old, field.attname), getattr(new, field.attname)
        if field.name not in BOOKKEEPING and before != after:
            if field.is_relation:
                before, after = _name(field, before), _name(field, after)
            found.append(Difference(field.name, before, after))
    was, is_now = related_of(old), related_of(new)
    for name in is_now:
        before, after = [t.slug for t in was[name]], [t.slug for t in is_now[name]]
        if before != after:
            found.append(Difference(name, before, after))
    return found


def _name(field: Any, key: Any) -> str | None:
    """The slug of what a foreign key pointed at; of a record deleted since, its last known one."""
    if key is None:
        return None
    rows = field.related_model.history.filter(id=key).order_by("-history_id")
    return str(rows.values_list("slug", flat=True).first())


def restore(version: Any, *, by: Any = None, reason: str = "") -> Record:
    """Write the record anew as it was in a version, by today's rules, as a version of its own.

    The state of review is today's: an old approval does not carry over. Raises ``ValidationError``
    when the old values break a rule or refer to what is gone.
    """
    model = version.instance_type
    record: Record = version.instance
    today = model._base_manager.filter(pk=record.pk).first()
    if today:
        record._state.adding = False
        record.version, record.review = today.version, today.review
    else:
        record.version += 1
        record.review = Record.Review.DRAFT
    related = related_of(version)
    record.validate(related)
    write(record, related=related, by=by, reason=reason or f"Restored version {version.version}")
    return record
