"""Fixtures of records: each becomes a version like any other write, by the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone

from negotiations.history import VersionedSave
from negotiations.history.diff import BOOKKEEPING_FIELDS
from negotiations.models import RECORDS, Erasure, MovedSlug, Record, rule_error
from negotiations.models.base import RESERVED_SLUGS

# Columns that a write sets by itself.
SET_BY_WRITES = ("version", "created_at", "updated_at", "created_by_id")


class StoredRecord(NamedTuple):
    """A record as it was stored before the fixture, with the keys of its relations."""

    record: Record
    related: dict[str, set[int]]


class RecordFixture:
    """The records of a load: first stored as the fixture has them, then validated and recorded.

    A row may refer to one that comes later in the file, so nothing can be validated before all
    rows are stored. The command's transaction takes everything back after any fault.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.before: dict[tuple[type[Record], int], StoredRecord | None] = {}
        # Of records that were deleted and come back: their last versions.
        self.gone: dict[tuple[type[Record], int], Any] = {}
        self.faults: list[str] = []
        self.created = self.updated = self.unchanged = 0

    def prepare(self, record: Any) -> StoredRecord | None:
        """Fill in what a row may leave out; return the stored record that the row replaces."""
        # Its many-to-many relations are stored one by one; the version is kept at the end.
        record.skip_history_when_saving = True
        record.created_at = record.created_at or timezone.now()
        record.updated_at = record.updated_at or record.created_at
        if not record.slug:
            record.slug = record.free_slug()
        stored = type(record)._base_manager.filter(pk=record.pk).first() if record.pk else None
        if stored is None:
            self._revive(record)
            return None
        return StoredRecord(stored, _related_keys(stored))

    def _revive(self, record: Any) -> None:
        """Let a record that was deleted go on under its old key, with its history."""
        last = type(record).history.filter(slug=record.slug).order_by("-history_id").first()
        if last is None or last.history_type != "-" or record.pk not in {None, last.id}:
            return
        kind, slug = record.resource_name, record.slug
        if MovedSlug.objects.end(kind, slug) is None and not Erasure.objects.find(kind, slug):
            record.pk = last.id
            self.gone[type(record), last.id] = last

    def add(self, record: Any, before: StoredRecord | None) -> None:
        """Note that a row was stored, in whose place."""
        key = type(record), record.pk
        if key in self.before:
            message = f"There are two rows of this slug or with the key {record.pk}."
            self.refuse(record, ValidationError(message))
        self.before[key] = before

    def refuse(self, record: Any, errors: ValidationError) -> None:
        """Note why a row cannot be stored."""
        by_field = errors.message_dict if hasattr(errors, "error_dict") else {"": errors.messages}
        for field, messages in by_field.items():
            name = f" {field}:" if field not in {"", "__all__"} else ""
            self.faults += [f"{record.address}:{name} {message}" for message in messages]

    def record_all(self) -> None:
        """Validate every record and leave its version, those first that others refer to."""
        ordered = sorted(self.before, key=lambda key: (RECORDS.index(key[0]), key[1]))
        changed = []
        for model, pk in ordered:
            record, before = model._base_manager.get(pk=pk), self.before[model, pk]
            if before and _is_unchanged(record, before):
                values = {name: getattr(before.record, name) for name in SET_BY_WRITES}
                model._base_manager.filter(pk=pk).update(**values)
                self.unchanged += 1
            else:
                changed.append((record, before))
        for record, before in changed:
            self._validate(record, before)
        for record, before in changed if not self.faults else ():
            self._record(record, before)

    def _validate(self, record: Any, before: StoredRecord | None) -> None:
        errors: dict[str, list[ValidationError]] = {}
        try:
            record.validate()
        except ValidationError as error:
            error.update_error_dict(errors)
        except ObjectDoesNotExist:
            return  # It refers to what is not there: the check of the tables names it.
        known: Iterator[tuple[str, ValidationError]] = iter(())
        if before:
            known = self._change_faults(record, before)
        elif (type(record), record.pk) not in self.gone:
            known = _name_faults(record)
        for field, breach in known:
            errors.setdefault(field, []).append(breach)
        if errors:
            self.refuse(record, ValidationError(errors))

    def _change_faults(
        self, record: Any, before: StoredRecord
    ) -> Iterator[tuple[str, ValidationError]]:
        yield from record.change_faults(before.record)
        if record.version < before.record.version:
            yield rule_error(
                "version",
                "Version %(stored)d is stored, and the fixture was written from version %(old)d."
                " Dump it again and repeat the change.",
                "stale",
                stored=before.record.version,
                old=record.version,
            )

    def _record(self, record: Any, before: StoredRecord | None) -> None:
        """Store what follows from a row's values, and its version."""
        once = VersionedSave(record, None, self.reason)
        last = before.record if before else self.gone.get((type(record), record.pk))
        record.created_at = last.created_at if last else timezone.now()
        record.version = last.version + 1 if last else max(record.version, 1)
        with once:
            # ``Record.save`` would count the version up from what the fixture says.
            models.Model.save(record)
        once.keep("~" if before else "+", restored=bool(last and not before))
        if before:
            self.updated += 1
        else:
            self.created += 1


def _related_keys(record: Record) -> dict[str, set[int]]:
    many = record._meta.many_to_many
    return {
        field.name: set(getattr(record, field.name).values_list("pk", flat=True)) for field in many
    }


def _is_unchanged(record: Record, before: StoredRecord) -> bool:
    fields: list[models.Field[Any, Any]] = [
        field for field in record._meta.concrete_fields if field.name not in BOOKKEEPING_FIELDS
    ]
    stored = before.record
    same = all(getattr(record, f.attname) == getattr(stored, f.attname) for f in fields)
    return same and _related_keys(record) == before.related


def _name_faults(record: Any) -> Iterator[tuple[str, ValidationError]]:
    """Why a new record cannot have its slug or its key."""
    kind, slug = type(record), record.slug
    if slug in RESERVED_SLUGS:
        yield rule_error(
            "slug", "An address of the API has this name; choose another.", "reserved_slug"
        )
    if Erasure.objects.find(kind.resource_name, slug):
        message = "A record of this kind with this slug was erased; choose another."
        yield rule_error("slug", message, "slug_of_erased")
    elif kept := MovedSlug.objects.end(kind.resource_name, slug):
        yield rule_error("slug", "It was merged into %(kept)s.", "merged", kept=kept)
    elif kind.history.filter(slug=slug).exists():
        yield rule_error(
            "slug",
            "A deleted record of this kind has this slug and another key. Dump with"
            " --natural-foreign --natural-primary.",
            "slug_of_deleted",
        )
    elif kind.history.filter(id=record.pk).exists():
        yield rule_error(
            "id",
            "A deleted record had the key %(key)d. Dump with --natural-foreign --natural-primary.",
            "key_of_deleted",
            key=record.pk,
        )
