"""The rows of a short form, in the order in which they are filled in, for the template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .dating import Offer
from .forms import PARTS, REMARKS
from .kinds import Kind
from .names import NameField


class Row(NamedTuple):
    """A field as the form shows it, with what makes its record in place and why it is filled in."""

    field: Any
    make: Any
    why: str


class DateRow(NamedTuple):
    """The four boxes of a date, with the readings of its words."""

    name: str
    field: Any
    words: Any
    certainty: Any
    anchor: Any
    offers: Sequence[Offer]
    why: str


class Layout(NamedTuple):
    """The whole form; a template would take ``form.kind`` for a field of that name."""

    kind: Kind
    quote: Any
    around: list[Any]
    key: Any
    above: list[Row]
    asked: list[Row]
    dates: list[DateRow]
    more: list[Row]
    more_is_open: bool


def laid_out(form: Any, offers: Callable[[str], list[Offer]]) -> Layout:
    """The form in parts; the cursor stands in the first box that has to be filled in and is not."""
    kind = form.kind
    above = [_row(form, "negotiation")] if kind.has_negotiation else []
    names = list(kind.asked)
    if "post_title" in form.fields:
        # The office stands beside the name, in the words and in the form.
        names[1:1] = ["post_title", "post_party"]
    asked = [_row(form, name) for name in names]
    asked += [_row(form, "voice")] if "voice" in form.fields else []
    more = [_row(form, name) for name in (*kind.more, *REMARKS)]
    _place_cursor(form, [*above, *asked])
    return Layout(
        kind=kind,
        quote=form["quote"],
        around=[form["before"], form["after"]],
        key=form["form_key"],
        above=above,
        asked=asked,
        dates=[
            date_row(form, name, offers(name), form.guessed.get(name, "")) for name in kind.dates
        ],
        more=more,
        more_is_open=any(row.field.errors for row in more),
    )


def _row(form: Any, name: str) -> Row:
    make = form[f"{name}_make"] if f"{name}_make" in form.fields else None
    _describe(form, name)
    return Row(form[name], make, form.guessed.get(name, ""))


def _describe(form: Any, name: str) -> None:
    """The box tells by ids what stands below it: its faults and its help."""
    field = form.fields[name]
    field.widget.attrs["aria-describedby"] = f"id_{name}_about"
    if form.is_bound and name in form.errors:
        field.widget.attrs["aria-invalid"] = "true"
    if isinstance(field, NameField):
        field.widget.attrs["aria-autocomplete"] = "list"


def date_row(form: Any, name: str, found: Sequence[Offer] = (), why: str = "") -> DateRow:
    """The boxes of a date of a form."""
    date, words, certainty, anchor = (form[f"{name}{part}"] for part in PARTS)
    return DateRow(name, date, words, certainty, anchor, found, why)


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
