"""Records made from rows, or brought up to them, without being saved."""

from __future__ import annotations

from datetime import date
from typing import Any

from negotiations.models import Citation, Record

from .current import relations
from .planning import Action, Step
from .resolving import Registry
from .rows import Row
from .shape import Form, slots
from .texts import SourceText

Related = dict[str, list[Record]]


def build(step: Step, registry: Registry) -> tuple[Any, Related]:
    """The record of a step with its values set, and the lists that are to be saved with it.

    What a value refers to and could not be written is left out and noted as faulty.
    """
    row = step.row
    record = step.record if step.action is not Action.CREATE else row.model(slug=row.slug)
    names = row.values if step.action is Action.CREATE else step.changes
    related: Related = {}
    for name in names:
        # A citation is tied to its record once that is saved.
        if name in row.faulty or (row.model is Citation and name == row.through):
            continue
        if name in relations(row.model):
            _point(record, row, name, registry)
        elif slots(row.model)[name].form is Form.REFERENCES:
            related[name] = _targets(row, name, registry)
        else:
            assign(record, name, row.values[name], slots(row.model)[name].form)
    return record, related


def assign(record: Any, name: str, value: Any, form: Form) -> None:
    """Set one plain value on a record."""
    if form is Form.DATE:
        setattr(record, name, value["is"])
        setattr(record, f"{name}_words", value["says"])
        anchor = date.fromisoformat(value["anchor"]) if value["anchor"] else None
        setattr(record, f"{name}_anchor", anchor)
        setattr(record, f"{name}_certainty", value["sure"])
    else:
        setattr(record, name, value.text if isinstance(value, SourceText) else value)


def _point(record: Any, row: Row, name: str, registry: Registry) -> None:
    slug = row.values[name]
    model: Any = row.model._meta.get_field(name).related_model
    target = registry.stored.get(model, {}).get(slug) if slug else None
    if slug and target is None:
        row.faulty.add(name)
    setattr(record, name, target)


def _targets(row: Row, name: str, registry: Registry) -> list[Record]:
    held = registry.stored.get(slots(row.model)[name].target, {})
    slugs = row.values[name]
    if any(slug not in held for slug in slugs):
        row.faulty.add(name)
    return [held[slug] for slug in slugs if slug in held]
