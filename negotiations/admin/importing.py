"""Rows of a table into records, by the rules of the API: what each changes, and its faults.

django-import-export runs the rows in one transaction and takes it back for a preview, or when one
of them has a fault; what a row means is said here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError as RuleBreach
from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.serializers import BaseSerializer
from tablib import Dataset

from negotiations import history
from negotiations.api.urls import router
from negotiations.models import Record, StaleVersion
from negotiations.protocol import bulk, parsers, policy
from negotiations.protocol.errors import faults_of
from negotiations.protocol.members import Structure, Text, Truth, Whole
from negotiations.protocol.patches import differs
from negotiations.protocol.query import readable
from negotiations.protocol.references import References
from negotiations.protocol.selection import whole
from negotiations.protocol.serializers import NESTED
from negotiations.protocol.shapes import Body
from negotiations.protocol.suggestions import nearest
from negotiations.protocol.tables import text_of, unguarded

from .answers import retold
from .contrast import Change
from .garbled import find_garbled
from .quantities import quantities_of
from .quantity_cells import both_told, in_typed_columns, require_both_bounds, spell_out
from .sheets import Sheet
from .spoken import noun
from .unreadable import Fault, Unreadable

VIEWS: list[Any] = [view for _, view, _ in router.registry]
SERIALIZERS = {view.queryset.model: view.serializer_class for view in VIEWS}
# Rows that change something, in one file: each is written by itself, while other writers wait.
MOST_CHANGES = 1000
CHUNK = 500
ALL = "__all__"
GARBLED = gettext_lazy(
    "“%(seen)s” looks garbled: perhaps it is “%(meant)s”, opened without its encoding and saved "
    "again. Open the original as UTF-8, and save it as CSV UTF-8 or as XLSX."
)
BASED = gettext_lazy(
    "Say on which version this row is based; the record is in version %(version)s."
)


def dataset(sheet: Sheet, model: type[Record]) -> Dataset:
    """The rows for the library; raises ``Unreadable`` when the columns are not those of a kind."""
    known = [*SERIALIZERS[model]().fields, *quantities_of(model)]
    faults = []
    for place, column in enumerate(sheet.columns):
        if column in sheet.columns[:place]:
            faults.append(Fault(sheet.head, column, _("This column stands twice.")))
        elif column not in known:
            kinds = capfirst(noun(model, 0))
            detail = _("%(kinds)s have no such column.") % {"kinds": kinds}
            faults.append(Fault(sheet.head, column, detail + meant(nearest(column, known))))
        elif both_told(model, column, sheet.columns):
            detail = _("Keep either this column or the two of its bounds.")
            faults.append(Fault(sheet.head, column, detail))
    if not sheet.rows:
        detail = _("The file has no rows below the one that names the columns.")
        faults.append(Fault(None, "", detail))
    if faults:
        raise Unreadable(*faults)
    rows = Dataset(headers=sheet.columns)
    for _number, cells in sheet.rows:
        rows.append(cells)
    return rows


def meant(words: Sequence[str]) -> str:
    """The end of a fault that knows the nearest words."""
    if not words:
        return ""
    either = _("or")
    return " " + _("Did you mean %(words)s?") % {"words": f" {either} ".join(words)}


def value_of(field: BaseSerializer | Any, cell: str) -> Any:
    """What a cell says as a member of a body; a text that fits no type is left to the member."""
    if not cell:
        return empty_value(field)
    if isinstance(field, Whole):
        return int(cell) if re.fullmatch("[0-9]{1,20}", cell) else cell
    if isinstance(field, Truth):
        return {"true": True, "false": False}.get(cell.lower(), cell)
    if isinstance(field, (Structure, References)) or getattr(field, "many", False):
        try:
            return parsers.read(cell.encode())
        except (ParseError, UnicodeEncodeError):
            detail = _('Write JSON, for example ["ukraine", "russia"].')
            raise ValidationError(detail) from None
    return unguarded(cell)


def empty_value(field: Any) -> Any:
    """What an empty cell says."""
    if isinstance(field, Structure):
        return field.kind()
    if isinstance(field, References) or getattr(field, "many", False):
        return []
    return None if field.allow_null and not isinstance(field, Text) else ""


class RecordRows(Resource):
    """The rows of one kind, as one person's work with one reason."""

    class Meta:
        use_transactions = True
        report_skipped = True
        import_id_fields = ()
        instance_loader_class = BaseInstanceLoader

    def __init__(
        self, model: type[Record], request: Any, reason: str, numbers: Sequence[int]
    ) -> None:
        super().__init__()
        self.model, self.request, self.reason, self.numbers = model, request, reason, numbers
        self.serializer_class = SERIALIZERS[model]
        self.context = {"request": request}
        self.known = self.serializer_class(context=self.context).fields
        self.stored: dict[str, Body] = {}
        self.named: dict[str, int] = {}
        self.changing = 0

    def before_import(self, dataset: Dataset, **options: Any) -> None:
        """Read the bodies of all records that the rows name."""
        told = dataset["slug"] if "slug" in dataset.headers else []
        slugs = [slug for slug in told if slug and readable(slug)]
        rows = self.model.objects.visible_to(self.request.user).order_by()
        shape = whole(self.model)
        for start in range(0, len(slugs), CHUNK):
            for body in shape.bodies(rows.filter(slug__in=slugs[start : start + CHUNK])):
                self.stored[body["slug"]] = body

    def import_row(self, row: Mapping[str, str], instance_loader: Any, **options: Any) -> Any:
        """Write what the row says; the caller takes it back if it is a preview."""
        result = self.get_row_result_class()()
        result.number = self.numbers[options["row_number"] - 1]
        result.slug = row.get("slug", "")
        typed = row
        try:
            row = spell_out(self.model, row)
            self._name_once(result)
            body = self.stored.get(result.slug) if result.slug else None
            if body is None:
                self._make(row, result)
            else:
                self._change(row, body, result)
        except RuleBreach as error:
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            result.validation_error = in_typed_columns(self.model, error, typed)
        return result

    def _name_once(self, result: Any) -> None:
        if not result.slug:
            return
        first = self.named.setdefault(result.slug, result.number)
        if first != result.number:
            detail = _("Row %(number)s has this slug already.") % {"number": first}
            raise RuleBreach({"slug": detail})

    def _count(self) -> None:
        self.changing += 1
        if self.changing > MOST_CHANGES:
            detail = _("At most %(number)s rows may change something; import the rest later.")
            raise RuleBreach({ALL: detail % {"number": MOST_CHANGES}})

    # A new record

    def _make(self, row: Mapping[str, str], result: Any) -> None:
        self._count()
        if row.get("version"):
            detail = _("There is no such record; leave the version empty to make a new one.")
            raise RuleBreach({"slug": detail})
        require_both_bounds(self.model, row, row)
        body = self._values({name: cell for name, cell in row.items() if cell})
        serializer = self.serializer_class(context=self.context)
        faults = bulk.faults_in(serializer, body, "")
        if faults:
            raise RuleBreach(by_column(faults))
        self._write(serializer)
        result.diff = [Change(name, "", cell) for name, cell in row.items() if cell]
        result.import_type, result.instance = RowResult.IMPORT_TYPE_NEW, serializer.ready
        result.slug = serializer.ready.slug

    # A change

    def _change(self, row: Mapping[str, str], body: Body, result: Any) -> None:
        self._require_version(row, body)
        cells = {name: text_of(body[name]) for name in row if name in body}
        changed = {name: cell for name, cell in row.items() if cell != cells.get(name, "")}
        result.import_type = RowResult.IMPORT_TYPE_SKIP
        if not changed:
            return
        require_both_bounds(self.model, row, changed)
        self._count()
        record = self.model._base_manager.get(slug=body["slug"])
        values = self._values(changed)
        serializer = self.serializer_class(record, partial=True, context=self.context)
        old = self.model._base_manager.get(pk=record.pk)
        try:
            valid = serializer.run_validation(values)
        except ValidationError as error:
            raise RuleBreach(by_column(list(faults_of(error.detail)))) from None
        really = [name for name, value in valid.items() if differs(old, name, value)]
        if not really:
            return
        self._require_rights(old, record, really)
        self._write(serializer)
        result.diff = [Change(name, cells.get(name, ""), cell) for name, cell in changed.items()]
        result.import_type, result.instance = RowResult.IMPORT_TYPE_UPDATE, record

    def _require_version(self, row: Mapping[str, str], body: Body) -> None:
        told, stored = row.get("version", ""), body["version"]
        if not told:
            detail = BASED % {"version": stored}
            raise RuleBreach({"version": detail})
        if told != str(stored):
            detail = _("Somebody saved the record since: it is now in version %(version)s.")
            advice = _("Export it again and repeat the change.")
            raise RuleBreach({"version": f"{detail % {'version': stored}} {advice}"})

    def _require_rights(self, old: Record, record: Record, changed: Sequence[str]) -> None:
        refusal = policy.find_refusal(self.request.user, old, record.review, changed)
        if refusal:
            raise RuleBreach({ALL if set(changed) - {"review"} else "review": refusal})

    # Both

    def _values(self, cells: Mapping[str, str]) -> Body:
        """The cells as members of a body; all that cannot be read are told at once."""
        values, faults = {}, {}
        for name, cell in cells.items():
            if found := find_garbled(cell):
                faults[name] = [GARBLED % found._asdict()]
                continue
            try:
                values[name] = value_of(self.known[name], cell)
            except ValidationError as error:
                faults[name] = [str(detail) for detail in error.detail]
        if faults:
            raise RuleBreach(faults)
        return values

    def _write(self, serializer: Any) -> None:
        try:
            with transaction.atomic():
                history.write(
                    serializer.ready,
                    related=serializer.related,
                    by=self.request.user,
                    reason=self.reason,
                )
        except (IntegrityError, StaleVersion):
            detail = _("Somebody wrote the same at this moment; try again.")
            raise RuleBreach({ALL: detail}) from None


def by_column(faults: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Faults of a body by their columns, what lies deeper said in words."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        column, _, inside = fault["pointer"].removeprefix("/").partition("/")
        place = f"{inside.replace('/', ', ')}: " if inside and column == NESTED else ""
        words = f"{place}{retold(fault['detail'])}{meant(fault.get('did_you_mean', ()))}"
        found.setdefault(column or ALL, []).append(words)
    return found


def faults_in(result: Any, numbers: Sequence[int]) -> Iterator[Fault]:
    """Every fault of an import with its row and column."""
    for row in result.invalid_rows:
        for column, details in row.error_dict.items():
            for detail in details:
                yield Fault(numbers[row.number - 1], "" if column == ALL else column, detail)
