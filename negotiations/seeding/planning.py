"""What a load would do to each record: three values compared for every field.

What the file said at the last load, what it says now, and what the database holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, NamedTuple

from negotiations.models import SeedEntry

from .errors.diagnostics import Diagnostic
from .references import Registry
from .rows import SeedRow
from .shape import get_verbose_name
from .stored_values import get_row_values, normalize_value

Take = Literal["file", "database"]

# Stands for "the file has not been loaded before", where no value can be compared.
NEVER = object()
# The difference between a record and none is told under its name.
WHOLE_RECORD = "the record"


class Action(Enum):
    CREATE = "+"
    UPDATE = "~"
    SAME = "="
    GONE = "x"


class FieldDisagreement(NamedTuple):
    """A field on which the file and the database disagree since somebody edited the database."""

    row: SeedRow
    field: str
    last: Any
    file: Any
    database: Any


@dataclass
class PlanStep:
    """What is to happen to one record, and what is left as somebody edited it."""

    row: SeedRow
    action: Action
    record: Any = None
    entry: SeedEntry | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    kept: list[FieldDisagreement] = field(default_factory=list)
    conflicts: list[FieldDisagreement] = field(default_factory=list)


def build_plan(registry: Registry, take: Take | None, as_draft: bool) -> list[PlanStep]:
    """One step for each row, in the order of the files."""
    entries = fetch_entries(registry.rows)
    steps = []
    for row in registry.rows:
        record = registry.stored.get(row.model, {}).get(row.slug)
        entry = entries.get((row.kind, row.slug))
        if as_draft:
            _hold_back(row, record, entry)
        kept = registry.successor(row.model, row.slug) if record is None else None
        if kept and (entry is None or take == "file"):
            _refuse_merged(row, kept)
        steps.append(_step(row, record, entry, take, kept))
    return steps


def fetch_entries(rows: Iterable[SeedRow]) -> dict[tuple[str, str], SeedEntry]:
    """What is remembered of the rows, in one query for each kind."""
    wanted: dict[str, list[str]] = {}
    for row in rows:
        wanted.setdefault(row.kind, []).append(row.slug)
    found = {}
    for kind, slugs in wanted.items():
        for start in range(0, len(slugs), 500):
            chunk = slugs[start : start + 500]
            for entry in SeedEntry.objects.filter(kind=kind, slug__in=chunk):
                found[kind, entry.slug] = entry
    return found


def _hold_back(row: SeedRow, record: Any, entry: SeedEntry | None) -> None:
    """Only what is new becomes a draft: nobody's approval is taken back by a file."""
    if record is None:
        row.values["review"] = "draft"
    else:
        row.values["review"] = entry.values.get("review") if entry else record.review


def _refuse_merged(row: SeedRow, kept: str) -> None:
    """What was merged is not made a second time."""
    message = f"the {get_verbose_name(row.model)} {row.slug} was merged into {kept}"
    row.refuse(
        Diagnostic("E032", message, row.place, help=f"write {kept} wherever the file names it")
    )


def _step(
    row: SeedRow, record: Any, entry: SeedEntry | None, take: Take | None, kept: str | None
) -> PlanStep:
    if record is None and entry is None:
        return PlanStep(row, Action.CREATE)
    if record is None:
        return _plan_deleted(row, entry, take, f"merged into {kept}" if kept else "deleted")
    step = PlanStep(row, Action.SAME, record, entry)
    now = get_row_values(record)
    for name, value in row.values.items():
        if name in row.faulty:
            continue
        new, old = normalize_value(value), normalize_value(now.get(name))
        last = normalize_value(entry.values.get(name, NEVER)) if entry else NEVER
        if new == old:
            continue
        difference = FieldDisagreement(row, name, last, value, now.get(name))
        if old == last or take == "file":
            step.changes[name] = (now.get(name), value)
        elif new == last or take == "database":
            step.kept.append(difference)
        else:
            step.conflicts.append(difference)
    if step.changes:
        step.action = Action.UPDATE
    return step


def force_file_values(steps: list[PlanStep]) -> None:
    """Let the files win for the sake of checking them; with a conflict nothing is written."""
    for step in steps:
        if step.action is Action.GONE:
            step.action = Action.CREATE
        elif step.conflicts:
            step.action = Action.UPDATE
            step.changes |= {each.field: (each.database, each.file) for each in step.conflicts}


def _plan_deleted(row: SeedRow, entry: SeedEntry | None, take: Take | None, what: str) -> PlanStep:
    """Somebody deleted the record: it is made again only when the file is to win."""
    if take == "file":
        return PlanStep(row, Action.CREATE, entry=entry)
    step = PlanStep(row, Action.GONE, entry=entry)
    last = entry.values if entry else {}
    changed = any(
        normalize_value(value) != normalize_value(last.get(n)) for n, value in row.values.items()
    )
    difference = FieldDisagreement(row, WHOLE_RECORD, "there", "there", what)
    if changed and take is None:
        step.conflicts.append(difference._replace(file="changed"))
    else:
        step.kept.append(difference)
    return step
