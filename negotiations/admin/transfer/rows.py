"""Rows of a table into records, by the rules of the API: what each changes, and its faults.

django-import-export goes through the rows; what a row means is said here. Rows are checked while
nobody waits, and written in few statements once all of them are right. Rows that name one another
are written one by one, in a transaction that is taken back for a preview.
"""

import copy
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError as RuleBreach
from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult
from rest_framework.exceptions import ValidationError
from tablib import Dataset

from negotiations import history, permissions
from negotiations.admin.columns import translate_model_name
from negotiations.admin.duplicates import NAME_FIELDS, StoredContents
from negotiations.admin.forms.quantities import list_quantities
from negotiations.admin.history.diffs import CellChange
from negotiations.history import bulk as many
from negotiations.models import Record, StaleVersion
from negotiations.models.slugs import assign_slugs
from negotiations.models.system.locks import serialize_writers
from negotiations.rest.http.exception_handler import flatten_errors
from negotiations.rest.http.merge_patch import has_value_changed
from negotiations.rest.http.query_params import is_readable
from negotiations.rest.read.projections import Body
from negotiations.rest.read.sparse_fields import get_default_projection
from negotiations.rest.read.table_renderers import format_cell
from negotiations.rest.representations.relation_fields import RelatedSlugField, RelatedSlugListField
from negotiations.rest.representations.serializers import NESTED, SERIALIZERS, Draft
from negotiations.rest.write import bulk_create
from negotiations.text.did_you_mean import suggest_similar

from .cells import (
    ALL,
    CellErrors,
    find_version_error,
    format_did_you_mean,
    group_by_column,
    parse_cells,
)
from .files import Sheet
from .quantity_cells import (
    expand_quantities,
    find_missing_bounds,
    is_given_twice,
    map_errors_to_columns,
)
from .unreadable import BadCell, ImportProblem, UnreadableFileError

# Rows that change something, in one file: checking them takes a minute or two.
MAX_CHANGES = 2000
CHUNK = 500
NAME = re.compile("[a-z0-9-]+")


def build_dataset(sheet: Sheet, model: type[Record]) -> Dataset:
    """Build the library's rows; raises ``UnreadableFileError`` for columns that the kind lacks."""
    known = [*SERIALIZERS[model]().fields, *list_quantities(model)]
    faults = []
    for place, column in enumerate(sheet.columns):
        if column in sheet.columns[:place]:
            faults.append(ImportProblem(sheet.head, column, _("This column stands twice.")))
        elif column not in known:
            kinds = capfirst(translate_model_name(model, 0))
            detail = _("%(kinds)s have no such column.") % {"kinds": kinds}
            faults.append(
                ImportProblem(
                    sheet.head, column, detail + format_did_you_mean(suggest_similar(column, known))
                )
            )
        elif is_given_twice(model, column, sheet.columns):
            detail = _("Keep either this column or the two of its bounds.")
            faults.append(ImportProblem(sheet.head, column, detail))
    if not sheet.rows:
        detail = _("The file has no rows below the one that names the columns.")
        faults.append(ImportProblem(None, "", detail))
    if faults:
        raise UnreadableFileError(*faults)
    rows = Dataset(headers=sheet.columns)
    for _number, cells in sheet.rows:
        rows.append(cells)
    return rows


class RecordResource(Resource):
    """The rows of one kind, as one person's work with one reason."""

    class Meta:
        report_skipped = True
        import_id_fields = ()
        instance_loader_class = BaseInstanceLoader

    def __init__(
        self,
        model: type[Record],
        request: Any,
        reason: str,
        numbers: Sequence[int],
        repeated: Collection[str] = (),
        *,
        one_by_one: bool = False,
    ) -> None:
        """Take ``repeated`` rows, by number or ``all``, though what they say is recorded."""
        super().__init__()
        self.repeated = repeated
        self.said: dict[Any, int] = {}
        self.model, self.request, self.reason, self.numbers = model, request, reason, numbers
        self.serializer_class = SERIALIZERS[model]
        self.context = {"request": request}
        self.known = self.serializer_class(context=self.context).fields
        self.stored: dict[str, Body] = {}
        self.records: dict[str, Record] = {}
        self.named: dict[str, int] = {}
        self.unique: dict[Any, int] = {}
        self.changing = 0
        self.one_by_one = one_by_one
        self.made: list[tuple[Record, dict[str, Any]]] = []
        self.changed: list[many.RecordUpdate] = []
        self.results: list[tuple[Any, Record]] = []
        self.watch = many.Watch()
        self.writes: list[many.Writes] | None = None

    def check(self, rows: Dataset) -> Any:
        """Return what each row would do, with its faults; nothing is written."""
        self._read_stored(rows)
        self.one_by_one = self._name_one_another(rows)
        result = self._run(rows, dry_run=self.one_by_one)
        if not result.has_validation_errors() and not self.one_by_one:
            # For the preview; other writers may take these names before they are given.
            for record in self._name_made():
                record.slug = ""
        self._fetch_repeated(result)
        return result

    def _fetch_repeated(self, result: Any) -> None:
        """Put the records that say the same, or have the same name, into the results of rows."""
        keys = {key for row in result for key in (row.repeats, *row.namesakes) if key}
        found = self.contents.fetch(keys) if keys else {}
        for row in result:
            row.same = found.get(row.repeats)
            row.named = [found[key] for key in row.namesakes if key in found]

    def prepare(self) -> None:
        """Make ready what was checked, before anybody has to wait for it."""
        if self.one_by_one:
            return
        by, reason = self.request.user, self.reason
        with suppress(IntegrityError):
            writes = []
            if self.made:
                writes.append(many.prepare_new(self.made, by=by, reason=reason))
            if self.changed:
                reasons = [reason] * len(self.changed)
                writes.append(many.prepare_changed(self.changed, by=by, reasons=reasons))
            self.writes = writes
        self.watch.look(self._used(), self._sensitive())

    def write(self, rows: Dataset) -> Any:
        """Write what was checked, all of it or nothing; return what each row did if that is anew.

        What was checked may no longer be true: then the rows are read and checked again, before
        anybody else can write.
        """
        with transaction.atomic():
            serialize_writers()
            if self._write_all():
                return None
            again = RecordResource(
                *(self.model, self.request, self.reason, self.numbers, self.repeated),
                one_by_one=True,
            )
            again._read_stored(rows)
            return again._run(rows, dry_run=False)

    def _run(self, rows: Dataset, *, dry_run: bool) -> Any:
        return self.import_data(
            rows,
            dry_run=dry_run,
            use_transactions=self.one_by_one,
            raise_errors=False,
            rollback_on_validation_errors=True,
        )

    def _write_all(self) -> bool:
        """Write the checked rows; False when another writer was faster, and then nothing is."""
        if self.writes is None or self.watch.look(self._used(), self._sensitive()):
            return False
        try:
            with transaction.atomic():
                for writes in self.writes:
                    writes.write()
        except (IntegrityError, StaleVersion):
            return False
        return True

    def _name_made(self) -> list[Record]:
        """Give new records the slugs that they would get now; return those that had none."""
        unnamed = [record for record, _ in self.made if not record.slug]
        if unnamed:
            assign_slugs([record for record, _ in self.made])
        for result, record in self.results:
            result.slug = record.slug
        return unnamed

    def _used(self) -> set[Record]:
        """The records that the checked rows make, change or name."""
        found: set[Record] = {record for record, _ in self.made if record.pk}
        found.update(change.stored for change in self.changed)
        for record, related in [*self.made, *((c.record, c.related) for c in self.changed)]:
            found.update(many.list_cached_targets(record))
            for target in (target for targets in related.values() for target in targets):
                found.update([target] if target.pk else many.list_cached_targets(target))
        return {record for record in found if record.pk}

    def _sensitive(self) -> set[Record]:
        return {record for change in self.changed for record in many.sensitive_to(change)}

    def _name_one_another(self, rows: Dataset) -> bool:
        """Return whether a row names a record that another row makes or changes."""
        slugs = set(self._slugs(rows))
        columns = [
            name
            for name, field in self.known.items()
            if isinstance(field, (RelatedSlugField, RelatedSlugListField))
            and field.model is self.model
        ]
        return bool(slugs) and any(
            slugs & set(NAME.findall(format_cell(row.get(name) or stored.get(name) or "")))
            for row in rows.dict
            for stored in [self.stored.get(row.get("slug", ""), {})]
            for name in columns
        )

    def _slugs(self, rows: Dataset) -> list[str]:
        told = rows["slug"] if "slug" in rows.headers else []
        return [slug for slug in told if slug and is_readable(slug)]

    def _read_stored(self, dataset: Dataset) -> None:
        """Read the bodies of all records that the rows name."""
        rows_of_cells = dataset.dict
        self.cells = {name: {row[name] for row in rows_of_cells} for name in dataset.headers or ()}
        slugs = self._slugs(dataset)
        rows = self.model.objects.visible_to(self.request.user).order_by()
        shape = get_default_projection(self.model)
        for start in range(0, len(slugs), CHUNK):
            for body in shape.bodies(rows.filter(slug__in=slugs[start : start + CHUNK])):
                self.stored[body["slug"]] = body
        self._read_changing(dataset)

    def _read_changing(self, dataset: Dataset) -> None:
        """Read the records that rows change, with what the rules ask of each, in few queries."""
        slugs = [
            row["slug"]
            for row in dataset.dict
            if (body := self.stored.get(row.get("slug", "")))
            and any(name in body and cell != format_cell(body[name]) for name, cell in row.items())
        ]
        related = [field.name for field in self.model._meta.many_to_many]
        if hasattr(self.model, NESTED):
            related.append(NESTED)
        rows = self.model._base_manager.prefetch_related(*related)
        for start in range(0, min(len(slugs), MAX_CHANGES), CHUNK):
            for record in rows.filter(slug__in=slugs[start : start + CHUNK]):
                self.records[record.slug] = record

    def import_row(self, row: Mapping[str, str], instance_loader: Any, **options: Any) -> Any:
        """Write what the row says; the caller takes it back if it is a preview."""
        result = self.get_row_result_class()()
        result.number = self.numbers[options["row_number"] - 1]
        result.slug = row.get("slug", "")
        result.repeats, result.repeats_row, result.namesakes = None, None, []
        typed = row
        try:
            row, errors = expand_quantities(self.model, row)
            self._check_slug(result, errors)
            body = self.stored.get(result.slug) if result.slug else None
            if body is None:
                self._make(row, result, errors)
            else:
                self._change(row, body, result, errors)
        except RuleBreach as error:
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            result.validation_error = map_errors_to_columns(self.model, error, typed)
        return result

    def _check_slug(self, result: Any, errors: CellErrors) -> None:
        """Add an error when an earlier row has this slug."""
        if not result.slug or isinstance(result.slug, BadCell):
            return
        first = self.named.setdefault(result.slug, result.number)
        if first != result.number:
            detail = _("Row %(number)s has this slug already.") % {"number": first}
            errors["slug"] = [detail]

    def _count(self) -> None:
        self.changing += 1
        if self.changing > MAX_CHANGES:
            detail = _("At most %(number)s rows may change something; import the rest later.")
            raise RuleBreach({ALL: detail % {"number": MAX_CHANGES}})

    # A new record

    def _make(self, row: Mapping[str, str], result: Any, errors: CellErrors) -> None:
        written = {name: cell for name, cell in row.items() if cell}
        if written.pop("version", ""):
            detail = _("There is no such record; leave the version empty to make a new one.")
            errors.setdefault("slug", [detail])
        errors |= find_missing_bounds(self.model, row, written)
        body = parse_cells(self.known, written, errors)
        if not errors and self._says_again(body, written, result):
            result.import_type = RowResult.IMPORT_TYPE_SKIP
            return
        self._count()
        serializer = self.serializer_class(context=self.context)
        draft, faults = bulk_create.build_draft(serializer, body, "")
        if draft is None or errors:
            # What is wrong with a cell that cannot be read replaces what its member says of it.
            raise RuleBreach({**group_by_column(faults), **errors})
        record = draft.record
        if self.one_by_one:
            self._write(draft)
        else:
            self._refuse_repeated(record, result)
            self.made.append((record, draft.related))
            self.results.append((result, record))
        result.diff = [CellChange(name, "", cell) for name, cell in row.items() if cell]
        result.import_type, result.instance = RowResult.IMPORT_TYPE_NEW, record
        result.slug = record.slug
        if name := NAME_FIELDS.get(self.model):
            result.namesakes = self.contents.find_namesakes(body[name])

    @cached_property
    def contents(self) -> StoredContents:
        """What is recorded already of what the file names, once a row is new."""
        return StoredContents(self.model, self.request.user, self.cells)

    def _says_again(self, body: Body, written: Mapping[str, str], result: Any) -> bool:
        """Note which record or earlier row says the same; tell whether this one is left out."""
        said = frozenset(cell for cell in written.items() if cell[0] != "slug")
        first = self.said.setdefault(said, result.number)
        result.repeats = self.contents.find(body)
        if result.repeats is None and first != result.number:
            result.repeats_row = first
        is_new = result.repeats is None and result.repeats_row is None
        return not is_new and {"all", str(result.number)}.isdisjoint(self.repeated)

    # A change

    def _change(self, row: Mapping[str, str], body: Body, result: Any, errors: CellErrors) -> None:
        cells = {name: format_cell(body[name]) for name in row if name in body}
        changed = {name: cell for name, cell in row.items() if cell != cells.get(name, "")}
        result.import_type = RowResult.IMPORT_TYPE_SKIP
        is_changed = bool(changed.keys() - {"version"})
        if is_changed or row.get("version"):
            errors |= find_version_error(row, body)
        if not is_changed and not errors:
            return
        errors |= find_missing_bounds(self.model, row, changed)
        self._count()
        old = self.records.get(body["slug"]) or self.model._base_manager.get(slug=body["slug"])
        record = copy.copy(old)
        values = parse_cells(self.known, changed, errors)
        serializer = self.serializer_class(record, partial=True, context=self.context)
        try:
            draft: Draft = serializer.run_validation(values)
        except ValidationError as error:
            found = group_by_column(list(flatten_errors(error.detail)))
            raise RuleBreach({**found, **errors}) from None
        if errors:
            raise RuleBreach(errors)
        really = [n for n, value in draft.values.items() if has_value_changed(old, n, value)]
        if not really:
            return
        self._require_rights(old, record, really)
        if self.one_by_one:
            self._write(draft)
        else:
            self._refuse_repeated(record, result)
            self.changed.append(many.RecordUpdate(old, record, draft.related))
        result.diff = [
            CellChange(name, cells.get(name, ""), cell) for name, cell in changed.items()
        ]
        result.import_type, result.instance = RowResult.IMPORT_TYPE_UPDATE, record

    def _require_rights(self, old: Record, record: Record, changed: Sequence[str]) -> None:
        refusal = permissions.find_refusal(self.request.user, old, record.review, changed)
        if refusal:
            raise RuleBreach({ALL if set(changed) - {"review"} else "review": refusal})

    # Both

    def _refuse_repeated(self, record: Record, result: Any) -> None:
        """Refuse a row whose values only one record may have, and which an earlier row gives."""
        for constraint in record._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.fields:
                values = tuple(getattr(record, name) for name in constraint.fields)
                first = self.unique.setdefault((constraint.name, values), result.number)
                if None not in values and first != result.number:
                    detail = _("Row %(number)s says the same.") % {"number": first}
                    raise RuleBreach({ALL: detail})

    def _write(self, draft: Draft) -> None:
        try:
            with transaction.atomic():
                history.save(
                    draft.record,
                    related=draft.related,
                    by=self.request.user,
                    reason=self.reason,
                )
        except (IntegrityError, StaleVersion):
            detail = _("Somebody wrote the same at this moment; try again.")
            raise RuleBreach({ALL: detail}) from None


def iter_problems(result: Any, numbers: Sequence[int]) -> Iterator[ImportProblem]:
    """Every fault of an import with its row and column."""
    for row in result.invalid_rows:
        for column, details in row.error_dict.items():
            for detail in details:
                yield ImportProblem(
                    numbers[row.number - 1], "" if column == ALL else column, detail
                )
