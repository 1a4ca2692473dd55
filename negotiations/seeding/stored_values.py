"""Stored records as plain values, in the form in which rows have them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import F, ForeignKey, Prefetch, QuerySet

from negotiations.models import CITABLE_MODELS, Citation, Record

from .files.source_files import SourceText
from .shape import ValueType, get_slots


@cache
def list_foreign_keys(model: type[Record]) -> tuple[str, ...]:
    """The foreign keys between records."""
    return tuple(
        field.name
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and issubclass(field.related_model, Record)
    )


def query_with_slugs(model: type[Record]) -> QuerySet[Any]:
    """The records of a kind with the slugs of what they name, in one query and one per list."""
    names = {f"slug_of_{name}": F(f"{name}__slug") for name in list_foreign_keys(model)}
    lists = [
        Prefetch(field.name, queryset=field.related_model._base_manager.only("slug"))
        for field in model._meta.many_to_many
    ]
    return model._base_manager.annotate(**names).prefetch_related(*lists)


def fetch_stored(model: type[Record], slugs: Iterable[str]) -> dict[str, Any]:
    """The stored records among the slugs."""
    return query_with_slugs(model).in_bulk(sorted(slugs), field_name="slug")


def get_row_values(record: Any) -> dict[str, Any]:
    """A record's values as a row has them; it must come from ``query_with_slugs``."""
    model: type[Record] = type(record)
    known = get_slots(model)
    found = {}
    for name in list_foreign_keys(model):
        if name not in CITABLE_MODELS or model is not Citation or getattr(record, f"{name}_id"):
            found[name] = getattr(record, f"slug_of_{name}")
    for name, slot in known.items():
        if slot.form is ValueType.REFERENCE:
            continue
        if slot.form is ValueType.REFERENCES:
            found[name] = sorted(target.slug for target in getattr(record, name).all())
        elif slot.form is ValueType.DATE:
            found[name] = get_date_values(record, name)
        elif slot.form is ValueType.FILE:
            found[name] = SourceText(getattr(record, name))
        else:
            found[name] = getattr(record, name)
    return found


def get_date_values(record: Any, name: str) -> dict[str, str]:
    anchor = getattr(record, f"{name}_anchor")
    return {
        "is": getattr(record, name),
        "says": getattr(record, f"{name}_words"),
        "anchor": anchor.isoformat() if anchor else "",
        "sure": str(getattr(record, f"{name}_certainty")),
    }


def normalize_value(value: Any) -> Any:
    """What tells two values apart: of a source's text its digest, whatever file it came from."""
    if isinstance(value, SourceText):
        return value.plain["sha256"]
    if isinstance(value, dict) and set(value) == {"file", "sha256"}:
        return value["sha256"]
    return value


def serialize_value(value: Any) -> Any:
    """The value as an entry keeps it."""
    return value.plain if isinstance(value, SourceText) else value
