"""Members of bodies: each takes the one JSON type that the document names, and no other.

DRF's own fields are made for forms and read ``"5"`` as a number and ``5`` as a text; then the same
record has many bodies. What a value must be beyond its type is left to the record's own rules.
"""

import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from negotiations.dates.rfc3339 import parse_day

# What every database of ours can hold.
MAX_VALUES = {
    models.PositiveSmallIntegerField: 2**15 - 1,
    models.PositiveIntegerField: 2**31 - 1,
    models.PositiveBigIntegerField: 2**63 - 1,
}


class StrictCharField(serializers.CharField):
    """A text, kept to the character: a source may begin with a space."""

    def __init__(self, *, allow_unicode: bool = False, **options: Any) -> None:
        # ``allow_unicode`` is what DRF says of slugs; their column checks them.
        super().__init__(**options, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("Write a text."), "invalid")
        return data


class StrictIntegerField(serializers.IntegerField):
    """A whole number from 0 to the most that its column holds."""

    def __init__(self, *, largest: int = 2**63 - 1, **options: Any) -> None:
        super().__init__(**options)
        self.largest = largest

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise ValidationError(_("Write a whole number."), "invalid")
        if not 0 <= data <= self.largest:
            detail = _("Write a number from 0 to %(most)s.") % {"most": self.largest}
            raise ValidationError(detail, "out_of_range")
        return data


class StrictBooleanField(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise ValidationError(_("Write true or false."), "invalid")
        return data


class StrictDateField(serializers.DateField):
    """A day of the calendar: four digits, two and two."""

    def to_internal_value(self, value: Any) -> datetime.date:
        day = parse_day(value) if isinstance(value, str) else None
        if day is None:
            raise ValidationError(_("Write a day, for example 2025-07-19."), "invalid")
        return day


class StrictJSONField(serializers.JSONField):
    """A list or an object, as the column's default is one."""

    def __init__(self, *, kind: type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, self.kind):
            name = "a list" if self.kind is list else "an object"
            raise ValidationError(f"Write {name}.", "invalid")
        return data


def get_strict_field(field_class: Any, options: dict[str, Any], column: Any) -> tuple[Any, Any]:
    """The strict field, with its options, in place of the one that DRF chose for a column."""
    if issubclass(field_class, serializers.ChoiceField):
        return field_class, options
    if issubclass(field_class, serializers.JSONField):
        known = {k: v for k, v in options.items() if k in {"help_text", "required", "read_only"}}
        return StrictJSONField, {**known, "kind": type(column.get_default())}
    if issubclass(field_class, serializers.IntegerField) and not options.get("read_only"):
        known = {k: v for k, v in options.items() if k not in {"min_value", "max_value"}}
        return StrictIntegerField, {**known, "largest": MAX_VALUES.get(type(column), 2**63 - 1)}
    for loose, strict in (
        (serializers.CharField, StrictCharField),
        (serializers.BooleanField, StrictBooleanField),
        (serializers.DateField, StrictDateField),
    ):
        if issubclass(field_class, loose):
            return strict, options
    return field_class, options
