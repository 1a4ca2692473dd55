"""Numbers as people say them: one number, and whether it is exact, a bound, or roughly meant.

The models keep two bounds. Each way of saying a number has one spelling in them:

=========================  ========  ========
said                       ``_min``  ``_max``
=========================  ========  ========
exactly 160                160       160
at least 160               160       empty
at most 160                empty     160
between 150 and 170        150       170
about 160, give or take 8  152       168
no number is said          empty     empty
=========================  ========  ========

"About" alone has no bounds: how far off the number may be is the analyst's reading, so it is asked
for and never computed. What was said stays in the quotation.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .whole_numbers import WholeNumberField

EXACTLY, AT_LEAST, AT_MOST, ABOUT, BETWEEN = "exactly", "at_least", "at_most", "about", "between"
WAYS = (
    ("", "---------"),
    (EXACTLY, gettext_lazy("exactly")),
    (AT_LEAST, gettext_lazy("at least")),
    (AT_MOST, gettext_lazy("at most")),
    (ABOUT, gettext_lazy("about")),
    (BETWEEN, gettext_lazy("between")),
)
Bounds = tuple[int | None, int | None]
UNBOUNDED: Bounds = (None, None)


def list_quantities(model: Any) -> list[str]:
    """List the quantities of a kind of record: ``quantity`` for ``quantity_min`` and ``_max``."""
    names = {field.name for field in model._meta.concrete_fields}
    return [
        field.name.removesuffix("_min")
        for field in model._meta.concrete_fields
        if field.name.endswith("_min") and f"{field.name.removesuffix('_min')}_max" in names
    ]


def parse_bounds(way: str, number: int | None, other: int | None) -> Bounds:
    """Turn what was said into bounds; raise ``ValidationError`` when a part of it is missing."""
    if not way and number is None and other is None:
        return UNBOUNDED
    if number is None:
        raise ValidationError(_("Write the number."), code="required")
    if not way:
        raise ValidationError(
            _("Say whether it is exactly, at least, at most, about or between."), code="required"
        )
    if way in {ABOUT, BETWEEN} and other is None:
        message = {
            ABOUT: _("Write how far off it may be, as you read the source."),
            BETWEEN: _("Write the second number."),
        }[way]
        raise ValidationError(message, code="required")
    if way not in {ABOUT, BETWEEN} and other is not None:
        raise ValidationError(
            _("A second number is only for about and between."), code="superfluous"
        )
    second = other or 0
    if way == BETWEEN and second < number:
        raise ValidationError(_("Write the smaller number first."), code="out_of_range")
    if way == ABOUT and not second:
        message = _(
            "With about, write how far off it may be, 1 or more; for the number itself say exactly."
        )
        raise ValidationError(message, code="out_of_range")
    if way == BETWEEN and second == number:
        message = _("Both numbers are the same: say exactly, or write two that differ.")
        raise ValidationError(message, code="out_of_range")
    return {
        EXACTLY: (number, number),
        AT_LEAST: (number, None),
        AT_MOST: (None, number),
        ABOUT: (max(0, number - second), number + second),
        BETWEEN: (number, second),
    }[way]


def split_bounds(bounds: Bounds) -> list[Any]:
    """Say bounds as the boxes of a form do."""
    least, most = bounds
    if least is None:
        return ["", None, None] if most is None else [AT_MOST, most, None]
    if most is None:
        return [AT_LEAST, least, None]
    return [EXACTLY, least, None] if least == most else [BETWEEN, least, most]


LABELS = {
    "quantity": gettext_lazy("Quantity"),
    "killed": gettext_lazy("Killed"),
    "injured": gettext_lazy("Injured"),
}


class QuantityWidget(forms.MultiWidget):
    """The way, the number, and for two ways a second one, each with a name of its own."""

    def __init__(self, attrs: Any = None) -> None:
        number: dict[str, Any] = {"min": 0, "class": "vIntegerField"}
        widgets: dict[str, Any] = {
            "way": forms.Select(choices=WAYS, attrs={"aria-label": gettext_lazy("How exact")}),
            "number": forms.NumberInput({**number, "aria-label": gettext_lazy("Number")}),
            "other": forms.NumberInput(
                {
                    **number,
                    "aria-label": gettext_lazy("Second number: up to, or give or take"),
                    "placeholder": gettext_lazy("to / ±"),
                }
            ),
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return split_bounds(value or UNBOUNDED)


class QuantityField(forms.MultiValueField):
    """Two bounds, asked for as one number and how it is meant."""

    widget = QuantityWidget

    def __init__(self, column: Any, **options: Any) -> None:
        largest = column.formfield().max_value
        fields = [
            forms.ChoiceField(choices=WAYS, required=False),
            WholeNumberField(min_value=0, max_value=largest, required=False),
            WholeNumberField(min_value=0, max_value=largest, required=False),
        ]
        super().__init__(fields, require_all_fields=False, required=False, **options)

    def compress(self, data_list: Any) -> Bounds:
        way, number, other = [*data_list, None, None, None][:3]
        return parse_bounds(way or "", number, other)


def build_quantity_field(model: Any, name: str) -> QuantityField:
    """Make the form field of a quantity of a kind of record."""
    help_text = gettext_lazy("Empty if no source says; with about, how far off it may be.")
    column = model._meta.get_field(f"{name}_min")
    return QuantityField(column, label=LABELS.get(name, capfirst(name)), help_text=help_text)


def add_quantity_fields(form: Any, model: Any) -> Any:
    """Extend a form class by the quantities of a kind of record."""
    fields = {name: build_quantity_field(model, name) for name in list_quantities(model)}
    return type(form.__name__, (form,), fields) if fields else form


def format_quantity(record: Any, name: str) -> str:
    """Say a quantity of a record in the user's language."""
    least, most = (getattr(record, f"{name}_{end}") for end in ("min", "max"))
    way, number, other = split_bounds((least, most))
    said = {
        AT_LEAST: _("at least %(number)s"),
        AT_MOST: _("at most %(number)s"),
        BETWEEN: _("%(number)s to %(other)s"),
        EXACTLY: "%(number)s",
    }
    return said[way] % {"number": number, "other": other} if way else ""
