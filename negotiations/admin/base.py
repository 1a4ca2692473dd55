"""The page and the list of any kind of record: what is shown, to whom, and how it is saved."""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from negotiations.history import CONFLICT_ERRORS
from negotiations.permissions import can_create, can_perform

from .columns import TranslatedModelAdmin, build_readonly_fieldsets
from .forms.double_submit import (
    find_repeated,
    find_spent,
    reopen,
    retry_conflict,
    save_once,
)
from .forms.inlines import get_stored_record, is_form_open
from .forms.record_form import RecordForm
from .forms.saving import Page, PageWriter, SaveError, get_page
from .forms.widgets import RecordWidgetsMixin
from .history.deletion import DeletionMixin
from .history.views import VersionsMixin
from .review.state_changes import ReviewMixin
from .transfer.views import ImportExportMixin

PROVENANCE = ("version", "created_by", "created_at", "updated_at")
MAX_SEARCH_WORDS = 20


def list_date_fields(name: str) -> tuple[str, ...]:
    """The row of one uncertain date."""
    return (name, f"{name}_certainty", f"{name}_words", f"{name}_anchor")


class RecordAdmin(
    RecordWidgetsMixin,
    ReviewMixin,
    DeletionMixin,
    VersionsMixin,
    ImportExportMixin,
    TranslatedModelAdmin,
):
    """``facts`` are the rows of the form that are the record's own; the rest all kinds share."""

    form = RecordForm
    facts: ClassVar[tuple[Any, ...]] = ()
    derived: ClassVar[tuple[str, ...]] = ()
    actions = ("send_to_review", "take_back", "publish", "withdraw", "delete_selected")
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.ALWAYS
    change_list_template = "admin/negotiations/record_list.html"
    ordering: ClassVar[Any] = None

    # What is shown

    def get_queryset(self, request: Any) -> Any:
        everything: Any = super().get_queryset(request)
        rows, related = everything.visible_to(request.user), self.list_select_related
        return rows.select_related(*related) if isinstance(related, tuple) else rows

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        record = super().get_object(request, object_id, from_field)
        if record is not None:
            # Rights hang on the record as it is stored, not on what a form makes of it.
            record._stored = copy.copy(record)
        return record

    def get_list_display(self, request: Any) -> Any:
        return [*super().get_list_display(request), self.coded["review"], "updated_at"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return (*PROVENANCE, *self.derived, *self._bounds(), *(("slug",) if obj else ()))

    def _bounds(self) -> list[str]:
        names = [field.name for field in self.opts.concrete_fields]
        return [n for n in names if n.endswith(("_earliest", "_latest"))]

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        adding, open_for_writing = obj is None, self.has_change_permission(request, obj)
        first: list[Any] = list(self.facts)
        if open_for_writing:
            first.insert(0, ("read_version", "seen_version", "form_key", "warned"))
        last: list[Any] = [] if adding else ["review"]
        if open_for_writing:
            last.append("reason")
        shown = [
            (None, {"fields": first}),
            (_("Open questions and notes"), {"fields": ["open_question", "note"]}),
            (_("Review and reason"), {"fields": last}),
        ]
        if adding:
            shown.append((_("Public name"), {"fields": ["slug"], "classes": ["collapse"]}))
        else:
            bounds = self._bounds()
            pairs = [tuple(bounds[i : i + 2]) for i in range(0, len(bounds), 2)]
            rows = ["slug", *pairs, *self.derived, PROVENANCE]
            shown.append((_("Provenance"), {"fields": rows, "classes": ["collapse"]}))
        return shown if open_for_writing else build_readonly_fieldsets(shown, self.coded)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **options)
        form.user = request.user
        form.page = get_page(request)
        return form

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only columns of the record itself: what refers to it may be hidden."""
        first = lookup.partition("__")[0]
        own = {*self.opts.concrete_fields, *self.opts.many_to_many}
        if first != "pk" and first not in {field.name for field in own}:
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        """Each word costs a look at every row: a search of many words is refused."""
        if len(search_term.split()) > MAX_SEARCH_WORDS:
            words = _("Search for %(number)s words at most.") % {"number": MAX_SEARCH_WORDS}
            self.message_user(request, words, messages.WARNING)
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    # To whom: the policy table decides, not Django's own permissions

    def has_module_permission(self, request: Any) -> bool:
        return can_create(request.user)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return can_create(request.user)

    def has_add_permission(self, request: Any) -> bool:
        return can_create(request.user)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        if obj is None:
            return can_create(request.user)
        return can_create(request.user) and is_form_open(request, obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        if obj is None:
            return can_create(request.user)
        return can_perform(request.user, "delete", get_stored_record(obj))

    # How it is saved

    def _create_formsets(self, request: Any, obj: Any, change: bool) -> Any:
        """Note the formsets in the page, whose form validates the record with them."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        get_page(request).formsets = formsets
        return formsets, inlines

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """The record is saved with its relations, in ``save_related``."""

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        with save_once(request, str(self.opts.model_name)) as spent:
            PageWriter(form, formsets, request.user).save()
            spent.made = form.instance.pk

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        show = partial(super().changeform_view, request, object_id, form_url, extra_context)
        if request.method != "POST":
            return show()
        respond = self.response_add if object_id is None else self.response_change
        try:
            return retry_conflict(lambda: _save_page(request, show, respond))
        except CONFLICT_ERRORS as lost:
            words = _("Nothing was saved: %(why)s") % {"why": lost}
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


def _save_page(request: Any, show: Callable[[], Any], respond: Callable[[Any, Any], Any]) -> Any:
    """Save the page that was sent, or show it again with its faults."""
    request.page = Page()
    if spent := find_spent(request):
        record = find_repeated(request, spent)
        if record is not None:
            return respond(request, record)
        request.page = Page({None: reopen(request, spent)})
    try:
        return show()
    except SaveError as refused:
        # Nothing is written; the page is shown once more, with the fault in its place.
        request.page = Page({refused.prefix: refused.error})
        return show()
