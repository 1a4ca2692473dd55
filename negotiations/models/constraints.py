"""Constraints that know which field they are about, and faults written for a person."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RuleError = tuple[str, ValidationError]
RuleErrors = Iterator[RuleError]


def rule_error(field: str, message: str | Promise, code: str, **params: object) -> RuleError:
    """One fault of a record, under the field where a person mends it."""
    return field, ValidationError(message, code=code, params=params or None)  # type: ignore[arg-type]


class _AboutField:
    """A stock constraint whose violation is reported under one field instead of ``__all__``.

    Migrations and the database see the stock constraint: the field only steers the message.
    """

    def __init__(self, *, about: str, **options: Any) -> None:
        super().__init__(**options)
        self.about = about

    def clone(self) -> Any:
        _path, args, options = self.deconstruct()  # type: ignore[attr-defined]
        return type(self)(*args, about=self.about, **options)

    def validate(self, *args: Any, **options: Any) -> None:
        try:
            super().validate(*args, **options)  # type: ignore[misc]
        except ValidationError as error:
            raise ValidationError({self.about: error}) from error


class FieldUniqueConstraint(_AboutField, models.UniqueConstraint):
    """``FieldUniqueConstraint(about="number", fields=[…], name="…", …)``."""

    def __init__(self, *, about: str, **options: Any) -> None:
        options.setdefault("violation_error_code", "unique")
        super().__init__(about=about, **options)

    def deconstruct(self) -> Any:
        return "django.db.models.UniqueConstraint", *super().deconstruct()[1:]


class FieldCheckConstraint(_AboutField, models.CheckConstraint):
    """``FieldCheckConstraint(about="date", condition=Q(…), name="…", …)``."""

    def __init__(self, *, about: str, **options: Any) -> None:
        options.setdefault("violation_error_code", "out_of_range")
        super().__init__(about=about, **options)

    def deconstruct(self) -> Any:
        return "django.db.models.CheckConstraint", *super().deconstruct()[1:]


def build_bounds_check(kind: str, minimum: str, maximum: str) -> FieldCheckConstraint:
    """The least is not above the most; an empty most is open."""
    return FieldCheckConstraint(
        about=maximum,
        condition=Q(**{f"{minimum}__isnull": True})
        | Q(**{f"{maximum}__isnull": True})
        | Q(**{f"{minimum}__lte": F(maximum)}),
        name=f"{kind}_{minimum}_is_at_most_{maximum}",
        violation_error_message=_("The least is above the most."),
    )
