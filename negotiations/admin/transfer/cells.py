"""What the cells of a row say as members of a body, and what is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError as RuleBreach
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.serializers import BaseSerializer

from negotiations.admin.forms.whole_numbers import refuse_parted
from negotiations.rest.http import parsers
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.read.projections import Body
from negotiations.rest.read.table_renderers import unescape_formula
from negotiations.rest.representations.relation_fields import RelatedSlugListField
from negotiations.rest.representations.serializers import NESTED
from negotiations.rest.representations.strict_fields import (
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictJSONField,
)
from negotiations.text.mojibake import find_mojibake

from .unreadable import BadCell

ALL = "__all__"
# What is wrong with cells, by their columns.
CellErrors = dict[str, list[str]]
# What a body has for a cell that cannot be read: its member refuses it, and rules pass it over.
UNREADABLE: Any = object()
GARBLED = gettext_lazy(
    "“%(seen)s” looks garbled: perhaps it is “%(meant)s”, opened without its encoding and saved "
    "again. Open the original as UTF-8, and save it as CSV UTF-8 or as XLSX."
)
BASED = gettext_lazy(
    "Say on which version this row is based; the record is in version %(version)s."
)


def parse_cell(field: BaseSerializer | Any, cell: str) -> Any:
    """What a cell says as a member of a body; a text that fits no type is left to the member."""
    if not cell:
        return get_empty_value(field)
    if isinstance(field, StrictIntegerField):
        refuse_parted(cell)
        return int(cell) if re.fullmatch("[0-9]{1,20}", cell) else cell
    if isinstance(field, StrictBooleanField):
        return {"true": True, "false": False}.get(cell.lower(), cell)
    if isinstance(field, (StrictJSONField, RelatedSlugListField)) or getattr(field, "many", False):
        try:
            return parsers.parse_json(cell.encode())
        except (ParseError, UnicodeEncodeError):
            detail = _('Write JSON, for example ["ukraine", "russia"].')
            raise ValidationError(detail) from None
        except ProblemError:
            detail = _(
                "A text in this JSON holds half of a surrogate pair, such as \\ud800. Write both "
                "halves, or the character itself."
            )
            raise ValidationError(detail) from None
    return unescape_formula(cell)


def get_empty_value(field: Any) -> Any:
    """What an empty cell says."""
    if isinstance(field, StrictJSONField):
        return field.kind()
    if isinstance(field, RelatedSlugListField) or getattr(field, "many", False):
        return []
    return None if field.allow_null and not isinstance(field, StrictCharField) else ""


def parse_cells(known: Mapping[str, Any], cells: Mapping[str, str], errors: CellErrors) -> Body:
    """Return the cells as members of a body; add the errors of those that cannot be read."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        values[name] = UNREADABLE
        if name in errors:
            continue
        if isinstance(cell, BadCell):
            errors[name] = [str(cell)]
        elif found := find_mojibake(cell):
            errors[name] = [GARBLED % found._asdict()]
        else:
            try:
                values[name] = parse_cell(known[name], cell)
            except ValidationError as error:
                errors[name] = [str(detail) for detail in error.detail]
            except RuleBreach as error:
                errors[name] = error.messages
    return values


def find_version_error(row: Mapping[str, str], body: Body) -> CellErrors:
    """Return what is wrong with the version on which a change is based."""
    told, stored = row.get("version", ""), body["version"]
    if not told:
        return {"version": [BASED % {"version": stored}]}
    if told == str(stored) or isinstance(told, BadCell):
        return {}
    detail = _("Somebody saved the record since: it is now in version %(version)s.")
    advice = _("Export it again and repeat the change.")
    return {"version": [f"{detail % {'version': stored}} {advice}"]}


def group_by_column(faults: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Faults of a body by their columns, what lies deeper said in words."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        column, _, inside = fault["pointer"].removeprefix("/").partition("/")
        place = f"{inside.replace('/', ', ')}: " if inside and column == NESTED else ""
        hint = format_did_you_mean(fault.get("did_you_mean", ()))
        words = f"{place}{fault['detail']}{hint}"
        found.setdefault(column or ALL, []).append(words)
    return found


def format_did_you_mean(words: Sequence[str]) -> str:
    """The end of a fault that knows the nearest words."""
    if not words:
        return ""
    either = _("or")
    return " " + _("Did you mean %(words)s?") % {"words": f" {either} ".join(words)}
