"""What may stand in a seed file, derived from the models: sections, keys of a row, its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from django.db import models

from negotiations.models import (
    CITABLE_MODELS,
    RECORDS,
    Citation,
    Commitment,
    Negotiation,
    Outcome,
    Person,
    Proposal,
    Record,
    Round,
    Source,
    UncertainDateField,
)

FORMAT = "negotiation-seed/1"
# What a file says of itself rather than of a record.
NEGOTIATION = "negotiation"

# Which records are written inside which; the names are those of the relation.
PARTS: dict[type[Record], tuple[str, ...]] = {
    Source: ("dismissals",),
    Person: ("posts",),
    Negotiation: ("participations",),
    Round: ("delegations",),
    Proposal: ("terms", "responses"),
    Outcome: ("commitments",),
    Commitment: ("deliveries",),
}
# What can stand on its own too: a pledge has no outcome.
ALSO_ALONE = {Commitment}

# Columns that the tracker keeps by itself.
OWN = {"slug", "version", "review", "open_question", "note"}
# Remarks on a row come after what it says.
REMARKS = ("open_question", "note", "review")
DATE_PARTS = ("earliest", "latest", "words", "certainty", "anchor")


class ValueType(Enum):
    """How a value is written."""

    TEXT = "text"
    CHOICE = "one of its values"
    BOOLEAN = "true or false"
    NUMBER = "a whole number"
    DATE = "a date"
    REFERENCE = "a key"
    REFERENCES = "a list of keys"
    NAMES = "a list of texts"
    CODES = "a mapping of texts"
    FILE = "{file: …} or text"


@dataclass(frozen=True)
class Slot:
    """One key of a row and the field behind it."""

    name: str
    form: ValueType
    field: Any

    @property
    def target(self) -> type[Record]:
        """The kind a reference points at."""
        related: type[Record] = self.field.related_model
        return related

    @property
    def empty(self) -> Any:
        """The value that a row without this key has."""
        if self.form in (ValueType.REFERENCES, ValueType.REFERENCE):
            return [] if self.form is ValueType.REFERENCES else None
        if self.form is ValueType.DATE:
            return dict(NO_DATE)
        default = self.field.get_default()
        return str(default) if isinstance(default, models.TextChoices) else default

    @property
    def required(self) -> bool:
        return not self.field.blank and not self.field.has_default()


NO_DATE = {"is": "", "says": "", "anchor": "", "sure": "unknown"}


@cache
def get_part_relations(model: type[Record]) -> dict[str, tuple[type[Record], str]]:
    """The parts that may stand in a row: key → (kind, the field that points back)."""
    found = {}
    for name in PARTS.get(model, ()):
        relation: Any = model._meta.get_field(name)
        found[name] = (relation.related_model, relation.field.name)
    return found


@cache
def get_sections() -> dict[str, type[Record]]:
    """The sections of a file, in their order; a negotiation is written in the singular."""
    within = {model for owner in PARTS for model, _ in get_part_relations(owner).values()}
    return {
        NEGOTIATION if model is Negotiation else model.resource_name: model
        for model in RECORDS
        if model is not Citation and (model not in within or model in ALSO_ALONE)
    }


@cache
def get_slots(model: type[Record], implied: str = "") -> dict[str, Slot]:
    """The keys of a row by name. ``implied`` is the field that its place in the file says."""
    hidden = {*OWN, implied, "negotiation"}
    if model is Citation:
        hidden |= set(CITABLE_MODELS)
    fields = [field for field in _fields(model) if field.name not in hidden]
    remarks = [model._meta.get_field(name) for name in REMARKS]
    return {field.name: Slot(field.name, _form(field), field) for field in [*fields, *remarks]}


def _fields(model: type[Record]) -> Iterator[Any]:
    """What a person can set, in the order in which the model declares it."""
    declared = [*model._meta.local_fields, *model._meta.local_many_to_many]
    dates = [field.name for field in declared if isinstance(field, UncertainDateField)]
    columns = {f"{name}_{part}" for name in dates for part in DATE_PARTS}
    for field in sorted(declared, key=lambda field: field.creation_counter):
        if field.editable and not field.primary_key and field.name not in columns:
            yield field


# The first that fits; a relation is one before it is anything else.
FORMS: tuple[tuple[type[Any], ValueType], ...] = (
    (models.ManyToManyField, ValueType.REFERENCES),
    (models.ForeignKey, ValueType.REFERENCE),
    (UncertainDateField, ValueType.DATE),
    (models.BooleanField, ValueType.BOOLEAN),
    (models.IntegerField, ValueType.NUMBER),
)


def _form(field: Any) -> ValueType:
    for kind, form in FORMS:
        if isinstance(field, kind):
            return form
    if isinstance(field, models.JSONField):
        return ValueType.NAMES if field.default is list else ValueType.CODES
    if field.model is Source and field.name == "text":
        return ValueType.FILE
    return ValueType.CHOICE if field.choices else ValueType.TEXT


def is_citable(model: type[Record]) -> bool:
    return model._meta.model_name in CITABLE_MODELS


# Beside a claim; open questions and notes there are the record's own.
@cache
def list_citation_keys() -> tuple[str, ...]:
    return tuple(name for name in get_slots(Citation) if name not in REMARKS)


def is_shared(model: type[Record]) -> bool:
    """Whether all negotiations share the kind, so that its key is its slug."""
    return model is Negotiation or (model in get_sections().values() and not has_negotiation(model))


def has_negotiation(model: type[Record]) -> bool:
    """Whether the records belong to one negotiation; a citation may support one, which differs."""
    return model is not Citation and any(field.name == NEGOTIATION for field in model._meta.fields)


def get_verbose_name(model: type[Record]) -> str:
    return str(model._meta.verbose_name)
