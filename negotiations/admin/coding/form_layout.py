"""The rows of a short form, in the order in which they are filled in, for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .date_suggestions import Offer
from .form_specs import Kind
from .forms import PARTS, REMARKS
from .name_fields import NameField
from .offering import Chip, Offers


class Row(NamedTuple):
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
    offers: Sequence[Offer]


class Layout(NamedTuple):
    """The whole form; a template would take ``form.kind`` for a field of that name."""

    kind: Kind
    quote: Any
    around: list[Any]
    key: Any
    occasion: Chip | None
    above: list[Row]
    asked: list[Row]
    dates: list[DateRow]
    more: list[Row]
    more_is_open: bool


def lay_out(form: Any, offered: Offers, readings: Mapping[str, Sequence[Offer]]) -> Layout:
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
    return Layout(
        kind=kind,
        quote=form["quote"],
        around=[form["before"], form["after"]],
        key=form["form_key"],
        occasion=offered.occasion_chip(form),
        above=above,
        asked=asked,
        dates=[date_row(form, name, readings[name]) for name in kind.dates],
        more=more,
        more_is_open=any(row.field.errors for row in more),
    )


def _row(form: Any, name: str, offered: Offers) -> Row:
    make = form[f"{name}_make"] if f"{name}_make" in form.fields else None
    chips = offered.chips(form, name)
    _describe(form, name, has_chips=bool(chips))
    return Row(form[name], make, chips)


def _describe(form: Any, name: str, *, has_chips: bool) -> None:
    """The box tells by ids what stands below it: its choices, its faults and its help."""
    field = form.fields[name]
    about = [f"id_{name}_about", *([f"id_{name}_chips"] if has_chips else [])]
    field.widget.attrs["aria-describedby"] = " ".join(about)
    if form.is_bound and name in form.errors:
        field.widget.attrs["aria-invalid"] = "true"
    if isinstance(field, NameField):
        field.widget.attrs["aria-autocomplete"] = "list"


def date_row(form: Any, name: str, found: Sequence[Offer] = ()) -> DateRow:
    """The boxes of a date of a form."""
    date, words, certainty, anchor = (form[f"{name}{part}"] for part in PARTS)
    return DateRow(name, date, words, certainty, anchor, found)


def _place_cursor(form: Any, rows: list[Row]) -> None:
    """A fault comes first, wherever it is; then what has to be filled in, then what may be."""
    faulty = [form[name] for name in form.fields if form.is_bound and name in form.errors]
    boxes = [row.field for row in rows]
    empty = [box for box in boxes if not box.value()]
    needed = [box for box in empty if box.field.required]
    for box in (*faulty, *needed, *empty, *boxes[::-1]):
        if not box.is_hidden:
            box.field.widget.attrs["autofocus"] = True
            return
