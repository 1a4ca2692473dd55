"""What a field of any record may hold, and how its value is stored."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.text.validators import has_text, trim, validate_printable, validate_printable_json

# What PostgreSQL can store; SQLite would take more, and the two must refuse alike.
LARGEST = {"PositiveSmallIntegerField": 2**15 - 1, "PositiveIntegerField": 2**31 - 1}

# Words of a source, which are kept to the character.
QUOTED = ("before", "after")


def is_trimmed(field: Any) -> bool:
    """Return whether a field holds a name or another short text that is not quoted."""
    is_short = type(field) is models.CharField and not field.choices
    return is_short and field.name not in QUOTED and not field.name.endswith("_words")


def clean_value(field: Any, value: Any) -> Any:
    """Return a value without the spaces around names; all other texts are kept as they are."""
    if isinstance(field, models.JSONField):
        if isinstance(value, list):
            return [trim(each) if isinstance(each, str) else each for each in value]
        if isinstance(value, dict):
            return {k: trim(each) if isinstance(each, str) else each for k, each in value.items()}
    return trim(value) if isinstance(value, str) and is_trimmed(field) else value


def validate_value(field: Any, value: Any) -> None:
    """Refuse what no field of its sort may hold, whatever the record."""
    if isinstance(field, models.JSONField):
        validate_printable_json(value)
    elif isinstance(field, models.IntegerField) and isinstance(value, int):
        validate_maximum(value, LARGEST.get(field.get_internal_type()))
    elif isinstance(value, str):
        validate_printable(value, multiline=isinstance(field, models.TextField))
        must_show = is_trimmed(field) or not field.blank
        if value and must_show and not has_text(value):
            raise ValidationError(field.error_messages["blank"], code="blank")


def validate_maximum(value: int, most: int | None) -> None:
    """The same bound on every database."""
    if most is not None and value > most:
        message = _("Ensure this value is less than or equal to %(most)d.")
        raise ValidationError(message, code="max_value", params={"most": most})
