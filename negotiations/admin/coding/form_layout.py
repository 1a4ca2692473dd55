"""The rows of a short form, in the order in which they are filled in, for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .date_suggestions import DateSuggestion
from .form_specs import FormSpec
from .forms import DATE_SUFFIXES, REMARKS
from .name_fields import NameField
from .offering import Chip, ChipSuggestions


class FieldRow(NamedTuple):
    """A field as the form shows it, with what makes its record in place and what is offered."""

    field: Any
    make: Any
    chips: Sequence[Chip]


class DateRow(NamedTuple):
    """The four boxes of a date, with the readings of its words."""

    name: str
    field: Any
    words: Any
    certainty: Any
    anchor: Any
    offers: Sequence[DateSuggestion]


class FormLayout(NamedTuple):
    """The whole form; a template would take ``form.kind`` for a field of that name."""

    kind: FormSpec
    quote: Any
    around: list[Any]
    key: Any
    occasion: Chip | None
    above: list[FieldRow]
    asked: list[FieldRow]
    dates: list[DateRow]
    more: list[FieldRow]
    more_is_open: bool


def build_form_layout(
    form: Any, offered: ChipSuggestions, readings: Mapping[str, Sequence[DateSuggestion]]
) -> FormLayout:
    """The form in parts; the cursor stands in the first box that has to be filled in and is not."""
    kind = form.kind
    above = [_row(form, "negotiation", offered)] if kind.has_negotiation else []
    names = list(kind.asked)
    if "post_title" in form.fields:
        # The office stands beside the name, in the words and in the form.
        names[1:1] = ["post_title", "post_party"]
    if "voice" in form.fields and "voice" not in names:
        names.append("voice")
    asked = [_row(form, name, offered) for name in names]
    more = [_row(form, name, offered) for name in (*kind.more, *REMARKS)]
    _place_cursor(form, [*above, *asked])
    return FormLayout(
        kind=kind,
        quote=form["quote"],
        around=[form["before"], form["after"]],
        key=form["form_key"],
        occasion=offered.occasion_chip(form),
        above=above,
        asked=asked,
        dates=[build_date_row(form, name, readings[name]) for name in kind.dates],
        more=more,
        more_is_open=any(row.field.errors for row in more),
    )


def _row(form: Any, name: str, offered: ChipSuggestions) -> FieldRow:
    make = form[f"{name}_make"] if f"{name}_make" in form.fields else None
    chips = offered.chips(form, name)
    _describe(form, name, has_chips=bool(chips))
    return FieldRow(form[name], make, chips)


def _describe(form: Any, name: str, *, has_chips: bool) -> None:
    """The box tells by ids what stands below it: its choices, its faults and its help."""
    field = form.fields[name]
    about = [f"id_{name}_about", *([f"id_{name}_chips"] if has_chips else [])]
    field.widget.attrs["aria-describedby"] = " ".join(about)
    if form.is_bound and name in form.errors:
        field.widget.attrs["aria-invalid"] = "true"
    if isinstance(field, NameField):
        field.widget.attrs["aria-autocomplete"] = "list"


def build_date_row(form: Any, name: str, found: Sequence[DateSuggestion] = ()) -> DateRow:
    """The boxes of a date of a form."""
    date, words, certainty, anchor = (form[f"{name}{part}"] for part in DATE_SUFFIXES)
    return DateRow(name, date, words, certainty, anchor, found)


def _place_cursor(form: Any, rows: list[FieldRow]) -> None:
    """A fault comes first, wherever it is; then what has to be filled in, then what may be."""
    faulty = [form[name] for name in form.fields if form.is_bound and name in form.errors]
    boxes = [row.field for row in rows]
    empty = [box for box in boxes if not box.value()]
    needed = [box for box in empty if box.field.required]
    for box in (*faulty, *needed, *empty, *boxes[::-1]):
        if not box.is_hidden:
            box.field.widget.attrs["autofocus"] = True
            return
