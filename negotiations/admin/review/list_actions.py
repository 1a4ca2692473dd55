"""Writing the records chosen in a list: each is checked by itself, all that pass are one write.

They are checked while nobody waits, so that other writers wait for a few statements only.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from negotiations.history import CONFLICT_ERRORS
from negotiations.history.bulk import RecordUpdate, Watch, Writes, list_cached_targets, sensitive_to
from negotiations.models import Record, StaleVersion
from negotiations.models.system.locks import serialize_writers

CHUNK = 500
# Why one record is refused.
CHECK_ERRORS = (ValidationError, models.ProtectedError, StaleVersion)

Refusals = dict[int, Exception]


class SelectedRecords:
    """Records of one kind that a user chose, to be changed or deleted.

    ``check`` returns the change of one record or raises one of ``CHECK_ERRORS``; ``prepare`` makes
    the changes ready to be written.
    """

    def __init__(
        self,
        records: Iterable[Record],
        check: Callable[[Record], RecordUpdate],
        prepare: Callable[[Sequence[RecordUpdate]], Writes],
    ) -> None:
        self.records = list(records)
        self.check, self.prepare = check, prepare

    def write(self) -> list[tuple[Record, Exception]]:
        """Write what can be written; return the other records, each with what is against it.

        One of them may wait for another, as a part for its whole: what is refused is tried again
        for as long as anything else is written.
        """
        waiting = self.records
        while waiting:
            refusals: Refusals = {}
            for group in split_independent(waiting):
                refusals |= self._write_group([record.pk for record in group])
            refused = [record for record in waiting if record.pk in refusals]
            if len(refused) == len(waiting):
                return [(record, refusals[record.pk]) for record in refused]
            waiting = refused
        return []

    def _write_group(self, keys: Sequence[int]) -> Refusals:
        refusals = self._try_to_write(keys)
        if refusals is None:
            # Another writer was faster: once more, while nobody else can write.
            with transaction.atomic():
                serialize_writers()
                refusals = self._try_to_write(keys)
        if refusals is None:
            return dict.fromkeys(keys, build_conflict_error())
        return refusals

    def _try_to_write(self, keys: Sequence[int]) -> Refusals | None:
        """Check and write; None when another writer was faster, and then nothing is written."""
        watch = Watch()
        changes: list[RecordUpdate] = []
        refusals: Refusals = {}
        stored = read_records(type(self.records[0]), keys)
        for key in keys:
            record = stored.get(key)
            if record is None:
                refusals[key] = build_conflict_error()
                continue
            try:
                changes.append(self.check(record))
            except CHECK_ERRORS as error:
                refusals[key] = error
        if not changes:
            return refusals
        used = {record for change in changes for record in list_used(change)}
        sensitive = {r for each in changes for r in (each.stored, *sensitive_to(each))}
        try:
            writes = self.prepare(changes)
            with transaction.atomic():
                serialize_writers()
                if watch.look(used, sensitive):
                    return None
                writes.write()
        except CONFLICT_ERRORS:
            return None
        return refusals


def build_conflict_error() -> ValidationError:
    """What a user is told whose write came second."""
    return ValidationError(_("Somebody saved it at the same moment; look at it again."))


def split_independent(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Split so that no rule asks two records of a group about the same third one."""
    groups: list[tuple[set[Record], list[Record]]] = []
    for record in records:
        about = sensitive_to(RecordUpdate(record, record, {}))
        free = next((group for group in groups if about.isdisjoint(group[0])), None)
        if free is None:
            groups.append(free := (set(), []))
        free[0].update(about)
        free[1].append(record)
    yield from (group for _about, group in groups)


def read_records(kind: type[Record], keys: Sequence[int]) -> dict[int, Record]:
    """Read records by key, with the relations that the rules ask for."""
    fields: Sequence[Any] = (*kind._meta.concrete_fields, *kind._meta.many_to_many)
    related = [field.name for field in fields if field.is_relation]
    if hasattr(kind, "citations"):
        related.append("citations__source")
    rows = kind._base_manager.prefetch_related(*related)
    found: dict[int, Record] = {}
    for start in range(0, len(keys), CHUNK):
        found |= {row.pk: row for row in rows.filter(pk__in=keys[start : start + CHUNK])}
    return found


def list_used(change: RecordUpdate) -> Iterator[Record]:
    """List the records by whose present state a change was checked."""
    yield change.stored
    yield from list_cached_targets(change.record)
    for targets in change.related.values():
        yield from targets
    if hasattr(change.stored, "citations"):
        for citation in change.stored.citations.all():
            yield citation
            yield citation.source
