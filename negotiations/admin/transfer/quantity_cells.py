"""Quantities in the cells of a table: one column in words, or the two columns of their bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.admin.forms.quantities import (
    ABOUT,
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    EXACTLY,
    UNBOUNDED,
    Bounds,
    list_quantities,
    parse_bounds,
)
from negotiations.admin.forms.whole_numbers import refuse_parted
from negotiations.rest.read.table_renderers import format_cell, unescape_formula

from .unreadable import BadCell

NUMBER = "([0-9]{1,20})"
# How a cell of a table says a number; a bare number is exact.
SPELLINGS = (
    (rf"(?:exactly )?{NUMBER}", EXACTLY),
    (rf"at least {NUMBER}", AT_LEAST),
    (rf"at most {NUMBER}", AT_MOST),
    (rf"between {NUMBER} and {NUMBER}|{NUMBER} to {NUMBER}", BETWEEN),
    (rf"about {NUMBER}(?:,? give or take {NUMBER})?", ABOUT),
)


def parse_quantity(text: str) -> Bounds:
    """Read a cell such as ``at least 3``; raise ``ValidationError`` when it says something else."""
    words = " ".join(text.replace("_", " ").lower().split())
    if not words:
        return UNBOUNDED
    refuse_parted(words)
    for pattern, way in SPELLINGS:
        match = re.fullmatch(pattern, words)
        if match:
            numbers = [int(each) for each in match.groups() if each is not None]
            return parse_bounds(way, numbers[0], numbers[1] if len(numbers) > 1 else None)
    raise ValidationError(
        _(
            "Write a number in digits alone, or: at least 3, at most 5, between 3 and 5,"
            " about 160 give or take 10."
        ),
        code="invalid",
    )


def is_given_twice(model: Any, column: str, columns: Sequence[str]) -> bool:
    """Whether a table has a quantity in words and one of its bounds too."""
    return column in list_quantities(model) and not {f"{column}_min", f"{column}_max"}.isdisjoint(
        columns
    )


def expand_quantities(
    model: Any, row: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Turn each number that is typed in words, such as ``at least 3``, into its two bounds.

    Return the cells, and what is wrong with numbers by their lower bounds.
    """
    cells: dict[str, str] = dict(row)
    errors: dict[str, list[str]] = {}
    for name in list_quantities(model):
        if name not in cells:
            continue
        cell = cells.pop(name)
        least, most = f"{name}_min", f"{name}_max"
        cells |= {least: cell, most: ""}
        try:
            if isinstance(cell, BadCell):
                raise ValidationError(str(cell))
            bounds = parse_quantity(unescape_formula(cell))
        except ValidationError as error:
            errors[least] = error.messages
        else:
            cells |= {least: format_cell(bounds[0]), most: format_cell(bounds[1])}
    return cells, errors


def map_errors_to_columns(
    model: Any, error: ValidationError, typed: Mapping[str, str]
) -> ValidationError:
    """Name the faults of a quantity by the column in which it was typed."""
    found: dict[str, list[Any]] = {}
    for name, details in error.update_error_dict({}).items():
        base = name.removesuffix("_min").removesuffix("_max")
        is_typed = base in typed and base in list_quantities(model)
        found.setdefault(base if is_typed else name, []).extend(details)
    return ValidationError(found)


def find_missing_bounds(
    model: Any, row: Mapping[str, str], written: Mapping[str, str]
) -> dict[str, list[str]]:
    """Refuse one bound without the column of the other: it may have been meant as exact."""
    detail = _("Add the column %(other)s, or write the column %(name)s: exactly 3.")
    return {
        one: [detail % {"other": other, "name": name}]
        for name in list_quantities(model)
        for one, other in ((f"{name}_min", f"{name}_max"), (f"{name}_max", f"{name}_min"))
        if written.get(one) and other not in row
    }
