"""Rows written through the models' rules and their history, each after those it refers to."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction

from negotiations import history
from negotiations.models import Citation, Source

from .building import Related, build_record
from .errors.diagnostics import Diagnostic
from .errors.quote_diagnostics import RejectedRecord
from .planning import Action, PlanStep
from .references import Registry
from .rows import SeedRow

Progress = Callable[[int, int], None]

# On a row with faults these may follow from them, and would send the author astray.
CONSEQUENCES = {NON_FIELD_ERRORS, "citations"}


# Without its source's text nothing can be said of a quotation.
ABOUT_WORDS = {"E021", "E022", "E023", "E025"}


def _source_is_faulty(row: SeedRow) -> bool:
    targets = [target for each in (row, *row.citations) for target in each.targets]
    return any(target.model is Source and "text" in target.faulty for target in targets)


def sort_by_references(rows: list[SeedRow]) -> Iterator[SeedRow]:
    """Each row after those it refers to; citations stay with their record.

    Rows that refer to one another in a circle are refused and left out.
    """
    done: set[int] = set()
    open_: set[int] = set()
    for first in rows:
        stack = [first]
        while stack:
            row = stack[-1]
            if id(row) in done:
                stack.pop()
                continue
            waiting = [each for each in _needs(row) if id(each) not in done]
            if not waiting or id(row) in open_:
                if waiting:
                    row.refuse(
                        Diagnostic("E019", "this leads back to the record itself", row.place)
                    )
                done.add(id(row))
                stack.pop()
                yield row
                continue
            open_.add(id(row))
            stack += waiting


def _needs(row: SeedRow) -> list[SeedRow]:
    needs = [*row.targets]
    for citation in row.citations:
        needs += [target for target in citation.targets if target is not row]
    return needs


class Writer:
    """Writes the steps of a plan inside the caller's transaction, and goes on after a fault.

    With any fault the caller rolls back: then writing only serves to check what depends on it.
    """

    def __init__(self, registry: Registry, steps: list[PlanStep], progress: Progress) -> None:
        self.registry = registry
        self.steps = {id(step.row): step for step in steps}
        self.progress = progress
        # Citations whose rules were checked with their record's.
        self.checked: dict[int, Any] = {}

    def write(self) -> None:
        rows = [row for row in self.registry.rows if row.model is not Citation]
        for number, row in enumerate(sort_by_references(rows), start=1):
            self._record(self.steps[id(row)])
            for citation in row.citations:
                self._citation(self.steps[id(citation)], self.steps[id(row)])
            self.progress(number, len(rows))

    def _record(self, step: PlanStep) -> None:
        if step.action in (Action.SAME, Action.GONE):
            self._know(step)
            return
        record, related = self._build(step)
        proposed = self._proposed(step, record)
        citations = {"citations": [citation for _, citation in proposed]}
        # Without the key, the citations in the database are those that count.
        told = citations if proposed or step.action is Action.CREATE else {}
        self._validate(step.row, record, {**related, **told}, proposed)
        self.checked |= {id(row): citation for row, citation in proposed}
        self._save(step, record, related)

    def _build(self, step: PlanStep) -> tuple[Any, Related]:
        return build_record(step, self.registry)

    def _proposed(self, step: PlanStep, record: Any) -> list[tuple[SeedRow, Any]]:
        """The citations that the record is to have; copies, as validation sets their review."""
        proposed: list[tuple[SeedRow, Any]] = []
        for row in step.row.citations:
            own = self.steps[id(row)]
            built = self._build(own)[0] if own.action is not Action.GONE else None
            if built is not None and built.source_id:
                proposed.append((row, copy.copy(built)))
                if record.pk:
                    # As the record is to be, not as it is stored.
                    proposed[-1][1].record = record
        return proposed

    def _citation(self, step: PlanStep, owner: PlanStep) -> None:
        if step.action is Action.UPDATE and "review" in owner.changes:
            self._catch_up(step)
        if step.action in (Action.SAME, Action.GONE) or owner.record is None:
            return
        citation, related = self._build(step)
        citation.record = owner.record
        checked = self.checked.get(id(step.row))
        if checked is not None and step.action is Action.CREATE:
            citation.start = checked.start
        else:
            self._validate(step.row, citation, related)
        self._save(step, citation, related)

    def _catch_up(self, step: PlanStep) -> None:
        """Approving a record approves its citations: that is done already."""
        step.record.refresh_from_db()
        if step.record.review == step.row.values["review"]:
            step.changes.pop("review", None)
        if not step.changes:
            step.action = Action.SAME

    def _validate(
        self,
        row: SeedRow,
        record: Any,
        related: Related,
        proposed: Sequence[tuple[SeedRow, Any]] = (),
    ) -> None:
        # As they were before: faults that are found together do not follow from one another.
        spoilt = {name for name in row.faulty if name}
        is_unsure = bool(row.faulty) or any(citation.faulty for citation in row.citations)
        try:
            record.validate(related)
        except ValidationError as error:
            refused = RejectedRecord(row, record, self.registry, proposed)
            for about, name, fault in refused.faults(error):
                if fault.code in ABOUT_WORDS and _source_is_faulty(about):
                    continue
                if about is not row or not _follows_from_faults(name, spoilt, is_unsure=is_unsure):
                    about.refuse(fault, name)

    def _save(self, step: PlanStep, record: Any, related: Related) -> None:
        reason = self._reason(step)
        if not step.row.faulty:
            history.save(record, related=related, reason=reason)
        elif not self._tried(record, related, reason):
            return
        step.record = record
        self._know(step)

    def _reason(self, step: PlanStep) -> str:
        return f"Loaded from {step.row.document.path.name}"

    def _tried(self, record: Any, related: Related, reason: str) -> bool:
        """Whether a faulty record could be written for the sake of those that refer to it.

        A party without a kind is such a record. The load fails in any case, but with the party in
        the tables its positions are validated too, and their faults are listed in the same run.
        """
        try:
            with transaction.atomic():
                history.save(record, related=related, reason=reason)
        except (DatabaseError, ValidationError, ValueError, OverflowError):
            return False
        return True

    def _know(self, step: PlanStep) -> None:
        """From now on other rows can refer to the record."""
        if step.record is None:
            return
        self.registry.stored.setdefault(step.row.model, {})[step.row.slug] = step.record


def _follows_from_faults(name: str, spoilt: set[str], *, is_unsure: bool) -> bool:
    """Whether a fault of a field follows from others of its row that are listed already."""
    if is_unsure and name in CONSEQUENCES:
        return True
    return any(name == each or name.startswith(f"{each}_") for each in spoilt)
