"""Rows that are validated and prepared while other writers work, then written in few statements."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from typing import Any

from django.db import IntegrityError

from negotiations.history.bulk import (
    RecordUpdate,
    Watch,
    Writes,
    prepare_changed,
    prepare_new,
    sensitive_to,
)
from negotiations.models import RECORDS, Record, StaleVersion
from negotiations.models.rows import reserve_keys

from .apply import Progress, Writer
from .building import Related
from .planning import Action, PlanStep
from .references import Registry


class PreparedWriter(Writer):
    """Validates the steps of a plan in memory, where records that do not exist yet have keys.

    It finds what is right, not all that is wrong: after a fault the rows are written one by one.
    """

    def __init__(
        self, registry: Registry, steps: list[PlanStep], progress: Progress, watch: Watch
    ) -> None:
        super().__init__(registry, steps, progress)
        self.watch = watch
        made = Counter(step.row.model for step in steps if step.action is Action.CREATE)
        self.keys = {
            model: iter(reserve_keys(model._meta.auto_field, number))
            for model, number in made.items()
        }
        self.before = {
            id(step): copy.copy(step.record) for step in steps if step.action is Action.UPDATE
        }
        # By kind and reason, and by kind.
        self.new: dict[tuple[Any, str], list[tuple[Record, Related]]] = defaultdict(list)
        self.changed: dict[Any, list[tuple[RecordUpdate, str]]] = defaultdict(list)

    def prepare(self) -> list[Writes]:
        """Prepare what was validated; raise ``IntegrityError`` when a slug is known."""
        order = {model: number for number, model in enumerate(RECORDS)}
        writes = [
            prepare_new(made, reason=reason)
            for (_, reason), made in sorted(self.new.items(), key=lambda each: order[each[0][0]])
        ]
        for _, those in sorted(self.changed.items(), key=lambda each: order[each[0]]):
            changes, reasons = zip(*those, strict=True)
            writes.append(prepare_changed(changes, reasons=reasons))
        return writes

    def is_overtaken(self) -> bool:
        """Return whether somebody wrote a record that the rows are or name since they were read."""
        used = [record for found in self.registry.stored.values() for record in found.values()]
        changes = [change for those in self.changed.values() for change, _ in those]
        return self.watch.look(used, {each for change in changes for each in sensitive_to(change)})

    def _build(self, step: PlanStep) -> tuple[Any, Related]:
        record, related = super()._build(step)
        record.asks_database = False
        return record, related

    def _save(self, step: PlanStep, record: Any, related: Related) -> None:
        reason = self._reason(step)
        if step.action is Action.CREATE:
            record.pk = record.pk or next(self.keys[step.row.model])
            self.new[step.row.model, reason].append((record, related))
        else:
            change = RecordUpdate(self.before[id(step)], record, related)
            self.changed[step.row.model].append((change, reason))
        step.record = record
        self._know(step)


def can_be_prepared(steps: list[PlanStep]) -> bool:
    """Return whether rows can be validated before any is written.

    What a new state of review allows depends on the records that were written before it.
    """
    return not any(step.action is Action.UPDATE and "review" in step.changes for step in steps)


# Raised when another writer was faster, or when the tables refuse what was prepared.
REFUSALS = (IntegrityError, StaleVersion)
