"""Tables of a kind in and out: import with a preview of every difference, export of the list."""

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.admin.forms.double_submit import digest_of, find_spent, retry_conflict, save_once
from negotiations.admin.forms.quantities import list_quantities
from negotiations.admin.review.state_changes import get_reason
from negotiations.models import Upload
from negotiations.permissions import can_create
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.read.costs import MAX_EXPORT_BYTES, require_affordable_export
from negotiations.rest.read.export import build_file_response, render_table, require_fitting_sheet
from negotiations.rest.read.exported_files import EXPORTED_FILES
from negotiations.rest.read.projections import Viewer
from negotiations.rest.read.read_snapshot import open_read_snapshot
from negotiations.rest.read.sparse_fields import get_default_projection
from negotiations.rest.read.table_renderers import SpreadsheetCSVRenderer, XLSXRenderer
from negotiations.rest.representations.serializers import SERIALIZERS

from .files import MAX_BYTES, MAX_ROWS, read_sheet
from .rows import MAX_CHANGES, RecordResource, build_dataset, iter_problems
from .unreadable import ImportProblem, SeveralSheetsError, UnreadableFileError
from .uploads import (
    build_upload,
    describe_last_import,
    find_upload,
    note_import,
    store_upload,
)

TABLES = {table.format: table for table in (SpreadsheetCSVRenderer, XLSXRenderer)}
MAX_PROBLEMS_SHOWN = 200


class CheckedFile(NamedTuple):
    """A file that was checked: its rows, what they would do, and their faults."""

    resource: Any
    rows: Any
    result: Any
    faults: list[ImportProblem]
    # What of the sheet its readers do not see.
    notes: Sequence[str] = ()


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Table"),
        help_text=format_lazy(
            gettext_lazy(
                "CSV or XLSX, at most {megabytes} MB and {rows} rows, {changes} of which may "
                "make or change a record."
            ),
            megabytes=MAX_BYTES // 1024**2,
            rows=MAX_ROWS,
            changes=MAX_CHANGES,
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    reason = forms.CharField(
        required=False,
        max_length=400,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept with every version that the import makes."),
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )


class ImportExportMixin(admin.ModelAdmin):
    """Pages below the list: ``import/``, its confirmation, and ``export/csv/``."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name=f"{name}_import"),
            path("export/<slug:table>/", view(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    # In

    def import_view(self, request: Any) -> Any:
        """The form, the preview of a file, or the import of a file that was previewed."""
        if not can_create(request.user):
            raise PermissionDenied
        if request.method != "POST":
            return self._import_page(request, form=ImportForm())
        if "choose" in request.POST:
            return self._preview_chosen(request)
        if "upload" in request.POST:
            return retry_conflict(lambda: self._confirmed(request))
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._import_page(request, form=form)
        sent = form.cleaned_data["file"]
        # More than this is not even read: the limit is told by its length alone.
        content = sent.read(MAX_BYTES + 1)
        upload = build_upload(request.user, str(self.opts.model_name), sent.name, content)
        return self._preview(request, upload, form)

    def _preview_chosen(self, request: Any) -> Any:
        """Show what a sheet would do, of a workbook that was sent and has several."""
        upload = self._waiting(request).first()
        if upload is None:
            return self._answer_again(request)
        return self._preview(request, upload, ImportForm(initial={"reason": get_reason(request)}))

    def _preview(self, request: Any, upload: Upload, form: ImportForm) -> Any:
        """Show what the rows would do, their faults, or the sheets to choose from."""
        try:
            _resource, _rows, result, faults, notes = self._check(request, upload)
        except SeveralSheetsError as several:
            store_upload(upload)
            return self._import_page(request, form=form, upload=upload, sheets=several.sheets)
        if known := describe_last_import(upload):
            notes = [known, *notes]
        if faults:
            return self._import_page(
                request, form=form, faults=faults, name=upload.name, notes=notes
            )
        if result.totals["new"] or result.totals["update"] or list_repeats(result):
            store_upload(upload)
        return self._import_page(request, form=form, result=result, upload=upload, notes=notes)

    def _waiting(self, request: Any) -> Any:
        """The file that the form names, if it is the user's own and still there."""
        key = request.POST.get("upload", "")
        return find_upload(request.user, str(self.opts.model_name), key)

    def _answer_again(self, request: Any) -> HttpResponseRedirect:
        """Lead a second click to what the first one did; ask for a file that is gone."""
        spent = find_spent(request)
        if spent and spent.digest == digest_of(request):
            return self._answer_imported(request, spent.marks)
        if spent:
            words = _("This file was imported already: %(what)s Nothing was written now.")
            self.message_user(request, words % {"what": spent.marks}, messages.WARNING)
        else:
            words = _("This file waited too long; send it again.")
            self.message_user(request, words, messages.WARNING)
        return HttpResponseRedirect(reverse(f"admin:negotiations_{self.opts.model_name}_import"))

    def _answer_imported(self, request: Any, what: str) -> HttpResponseRedirect:
        self.message_user(request, what, messages.SUCCESS)
        url = reverse(f"admin:negotiations_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(url)

    def _confirmed(self, request: Any) -> Any:
        """Import the file once: a second click finds it used up."""
        form = ImportForm(initial={"reason": get_reason(request)})
        waiting = self._waiting(request)
        upload = waiting.first()
        if upload is None:
            return self._answer_again(request)
        try:
            result, faults = self._write(request, upload, waiting)
        except SeveralSheetsError as several:
            return self._import_page(request, form=form, upload=upload, sheets=several.sheets)
        if result is None and not faults:
            return self._answer_again(request)
        if faults:
            return self._import_page(request, form=form, faults=faults, name=upload.name)
        return self._answer_imported(request, describe_import(result, self.opts))

    def _check(self, request: Any, upload: Upload) -> CheckedFile:
        """What the rows would do, or their faults; nothing is written and nobody waits."""
        try:
            choice = request.POST.get("sheet", "")
            found = read_sheet(upload.name, bytes(upload.content), choice)
            rows = build_dataset(found, self.model)
        except UnreadableFileError as error:
            return CheckedFile(None, None, None, error.faults)
        numbers = [number for number, _ in found.rows]
        reason = get_reason(request) or f"Imported from {upload.name}"
        repeated = request.POST.getlist("repeated")
        resource = RecordResource(self.model, request, reason, numbers, repeated)
        result = resource.check(rows)
        return CheckedFile(resource, rows, result, list_problems(result, numbers), found.notes)

    def _write(self, request: Any, upload: Upload, waiting: Any) -> tuple[Any, list[ImportProblem]]:
        """What the rows did, or their faults; nothing when the file was imported meanwhile."""
        checked = self._check(request, upload)
        if checked.faults:
            # Rows that were imported meanwhile are faults now, too.
            return None, checked.faults if waiting.exists() else []
        result, faults = checked.result, []
        checked.resource.prepare()
        with save_once(request, str(self.opts.model_name)) as spent:
            if not waiting.delete()[0]:
                return None, []
            if again := checked.resource.write(checked.rows):
                result, faults = again, list_problems(again, checked.resource.numbers)
            if not faults:
                spent.marks = describe_import(result, self.opts)
                note_import(upload, spent.marks)
        return result, faults

    def _import_page(
        self,
        request: Any,
        *,
        form: ImportForm,
        result: Any = None,
        upload: Upload | None = None,
        faults: Sequence[ImportProblem] = (),
        name: str = "",
        sheets: Sequence[tuple[str, bool]] = (),
        notes: Sequence[str] = (),
    ) -> TemplateResponse:
        fields = SERIALIZERS[self.model]().fields.items()
        rows = [row for row in result or () if row.import_type != "skip"]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import %(kinds)s") % {"kinds": self.opts.verbose_name_plural},
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "form": form,
            "result": result,
            "rows": rows,
            "repeats": (repeats := list_repeats(result or ())),
            "unchanged": result.totals["skip"] - len(repeats) if result else 0,
            "upload": upload,
            "sheets": sheets,
            "sheet": request.POST.get("sheet", ""),
            "reason": get_reason(request),
            "faults": faults[:MAX_PROBLEMS_SHOWN],
            "fault_count": len(faults),
            "more_faults": max(0, len(faults) - MAX_PROBLEMS_SHOWN),
            "file_name": name,
            "notes": notes,
            "columns": [(key, column) for key, column in fields],
            "quantities": list_quantities(self.model),
        }
        status = 422 if faults else 200
        return TemplateResponse(request, "admin/negotiations/import.html", context, status=status)

    # Out

    def export_view(self, request: Any, table: str) -> Any:
        """The records of the list, filtered as it is, with the columns of the API's export."""
        if table not in TABLES or not self.has_view_permission(request):
            raise Http404
        back = reverse(f"admin:negotiations_{self.opts.model_name}_changelist")
        try:
            shown = self.get_changelist_instance(request)
            rows = shown.get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{back}?e=1")
        shape, kind, reader = (
            get_default_projection(self.model),
            TABLES[table](),
            Viewer(request.user),
        )
        answer: Any = StreamingHttpResponse(content_type=kind.content_type)
        answer["Content-Disposition"] = f'attachment; filename="{self.model.resource_name}.{table}"'
        answer["Cache-Control"] = "private, no-store"
        try:
            with ExitStack() as opened:
                open_read_snapshot(opened)
                require_affordable_export(rows, shape, reader)
                if table == XLSXRenderer.format:
                    require_fitting_sheet(rows, shape)
                build = partial(render_table, kind, shape, rows, reader, opened)
                client = f"user {request.user.pk}"
                return build_file_response(
                    answer, EXPORTED_FILES.open(uuid.uuid4().hex, client, build, MAX_EXPORT_BYTES)
                )
        except ProblemError as refusal:
            self.message_user(request, str(refusal.detail), messages.ERROR)
            return HttpResponseRedirect(back)


def list_problems(result: Any, numbers: Sequence[int]) -> list[ImportProblem]:
    """The faults of the rows; what the program itself failed in is raised."""
    for unforeseen in result.base_errors:
        raise unforeseen.error
    return list(iter_problems(result, numbers))


def list_repeats(result: Any) -> list[Any]:
    """List the rows that say what a record or an earlier row says already."""
    return [row for row in result if row.repeats or row.repeats_row]


def describe_import(result: Any, opts: Any) -> str:
    """What an import did, in words."""
    numbers = result.totals
    left_out = sum(row.import_type == "skip" for row in list_repeats(result))
    told = {
        "kinds": opts.verbose_name if numbers["new"] == 1 else opts.verbose_name_plural,
        "made": numbers["new"],
        "changed": numbers["update"],
        "same": numbers["skip"] - left_out,
    }
    words = _("%(made)s %(kinds)s made, %(changed)s changed.")
    if told["same"]:
        words = _("%(made)s %(kinds)s made, %(changed)s changed, %(same)s unchanged.")
    if not left_out:
        return words % told
    more = _("Rows left out, because they say what is recorded already: %(number)s.")
    return f"{words % told} {more % {'number': left_out}}"
