"""Records made from rows, or brought up to them, without being saved."""

from __future__ import annotations

from datetime import date
from typing import Any

from negotiations import history
from negotiations.models import Citation, Record

from .errors.diagnostics import Diagnostic
from .files.source_files import SourceText
from .planning import Action, PlanStep
from .references import Registry
from .rows import SeedRow
from .shape import ValueType, get_slots
from .stored_values import list_foreign_keys

Related = dict[str, list[Record]]


def build_record(step: PlanStep, registry: Registry) -> tuple[Any, Related]:
    """The record of a step with its values set, and the lists that are to be saved with it.

    What a value refers to and could not be written is left out and noted as faulty.
    """
    row = step.row
    record = step.record
    if step.action is Action.CREATE:
        record = history.prepare_undelete(row.model(slug=row.slug))
    names = row.values if step.action is Action.CREATE else step.changes
    related: Related = {}
    for name in names:
        # A citation is tied to its record once that is saved.
        if name in row.faulty or (row.model is Citation and name == row.through):
            continue
        if name in list_foreign_keys(row.model):
            _point(record, row, name, registry)
        elif get_slots(row.model)[name].form is ValueType.REFERENCES:
            related[name] = _targets(row, name, registry)
        else:
            assign(record, name, row.values[name], get_slots(row.model)[name].form)
    return record, related


def assign(record: Any, name: str, value: Any, form: ValueType) -> None:
    """Set one plain value on a record."""
    if form is ValueType.DATE:
        setattr(record, name, value["is"])
        setattr(record, f"{name}_words", value["says"])
        anchor = date.fromisoformat(value["anchor"]) if value["anchor"] else None
        setattr(record, f"{name}_anchor", anchor)
        setattr(record, f"{name}_certainty", value["sure"])
    else:
        setattr(record, name, value.text if isinstance(value, SourceText) else value)


def _point(record: Any, row: SeedRow, name: str, registry: Registry) -> None:
    slug = row.values[name]
    model: Any = row.model._meta.get_field(name).related_model
    setattr(record, name, _target(row, name, model, slug, registry) if slug else None)


def _targets(row: SeedRow, name: str, registry: Registry) -> list[Record]:
    model = get_slots(row.model)[name].target
    found = (_target(row, name, model, slug, registry) for slug in row.values[name])
    return [target for target in found if target]


def _target(row: SeedRow, name: str, model: type[Record], slug: str, registry: Registry) -> Any:
    """The record that a value means. One that is missing was deleted, or could not be written."""
    target = registry.stored.get(model, {}).get(slug)
    if target is None:
        named = registry.by_slug.get((model, slug))
        if not row.faulty and not (named and named.faulty):
            kept = registry.successor(model, slug)
            what = f"merged into {kept}" if kept else "deleted"
            message = f"{model.resource_name}/{slug} was {what} in the database"
            help_ = f"write {kept}" if kept else "--take file makes it again"
            row.refuse(Diagnostic("E018", message, row.place_of(name), help=help_), name)
        row.faulty.add(name)
    return target
