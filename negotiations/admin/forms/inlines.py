"""Records on the page of another: its citations and its parts, each by its own rules and rights."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models, router
from django.db.models.deletion import Collector
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.admin.columns import build_columns, build_readonly_fieldsets
from negotiations.admin.hidden_records import format_visible_paths
from negotiations.models import Citation, Record
from negotiations.permissions import can_create, can_perform, can_view

from .quantities import add_quantity_fields
from .record_form import RuleForm
from .saving import Page, get_page
from .versioned_form import build_stale_error
from .widgets import RecordWidgetsMixin


class InlineForm(RuleForm):
    """One row: its rules are asked only if something in it changed."""

    def guard(self) -> None:
        if self.has_changed():
            super().guard()

    def validate(self) -> None:
        if self.has_changed():
            super().validate()

    def place(self, error: ValidationError) -> None:
        """A part of a record that has no key yet cannot name it; that is no fault of its own."""
        found = error.update_error_dict({})
        for name, field in self.fields.items():
            if isinstance(field, InlineForeignKeyField) and field.parent_instance.pk is None:
                found.pop(name, None)
                found.pop("record", None)
        if found:
            super().place(ValidationError(found))


class CitationForm(InlineForm):
    """The field that the words support is chosen from those of the record."""

    field = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Field"),
        help_text=Citation._meta.get_field("field").help_text,
    )

    def validate(self) -> None:
        """The words are approved with their record, unless they were withdrawn before."""
        record = self.instance.record  # type: ignore[attr-defined]
        if record is not None and self.stored.review != Record.Review.WITHDRAWN:
            self.instance.review = record.review
        super().validate()

    def offer_fields_of(self, record: Record) -> None:
        offered = [("", _("the whole record")), *list_citable_fields(record)]
        self.fields["field"].choices = offered  # type: ignore[attr-defined]


def list_citable_fields(record: Record) -> list[tuple[str, str]]:
    """The fields of a record that words can support, with their names."""
    beside = {"id", "slug", "version", "review", "open_question", "note", "created_by"}
    beside |= {"created_at", "updated_at"}
    found = [*record._meta.concrete_fields, *record._meta.many_to_many]
    return [
        (field.name, str(field.verbose_name))
        for field in found
        if field.name not in beside
        and field.editable
        and not field.name.endswith(("_words", "_certainty", "_anchor"))
    ]


class RecordFormSet(BaseInlineFormSet):
    """Rows that are edited and deleted by the policy table, each guarded by its version."""

    user: ClassVar[Any] = None
    # Whether the page is shown again only for what was typed: nothing of it is saved.
    is_refused: ClassVar[bool] = False

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if isinstance(form, CitationForm):
            form.offer_fields_of(self.instance)
        if form.instance._state.adding or self.is_refused:
            return
        if not can_perform(self.user, "edit", form.instance):
            for name, field in form.fields.items():
                if name not in {"id", self.fk.name, "DELETE"}:
                    field.disabled = True
        if "DELETE" in form.fields and not can_perform(self.user, "delete", form.instance):
            form.fields["DELETE"].disabled = True

    def total_form_count(self) -> int:
        """The rows that were sent, whatever number the form claims."""
        claimed = super().total_form_count()
        if not self.is_bound:
            return claimed
        start = f"{self.prefix}-"
        sent = (name[len(start) :] for name in self.data if name.startswith(start))
        numbers = (rest.partition("-")[0] for rest in sent)
        highest = max((int(n) for n in numbers if re.fullmatch("[0-9]{1,6}", n)), default=-1)
        return min(claimed, highest + 1)

    @property
    def forms_to_delete(self) -> list[Any]:
        """The rows marked for deletion, whatever else is wrong on the page."""
        if not self.can_delete:
            return []
        rows = [form for form in self.initial_forms if form.instance.pk]
        return [form for form in rows if self._should_delete_form(form)]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        page: Page = self.form.page  # type: ignore[attr-defined]
        if self.prefix in page.late:
            raise ValidationError(page.late[self.prefix].messages)
        for form in self.forms_to_delete:
            if form.is_stale:
                raise build_stale_error(form.stored, form.opened_at, self.user)
            self._refuse_if_needed(form.stored)

    def _refuse_if_needed(self, record: Record) -> None:
        """Say so when other records refer to a row that is to be deleted."""
        collector = Collector(using=router.db_for_write(type(record)), origin=record)
        try:
            collector.collect([record])
        except models.ProtectedError as error:
            seen = format_visible_paths(error.protected_objects, self.user)
            raise ValidationError(
                _("“%(record)s” is not deleted: other records refer to it (%(them)s)."),
                code="referred_to",
                params={"record": record, "them": seen},
            ) from None


# Rows of one page; a form of more fields than the settings allow is refused before it comes here.
MAX_INLINE_ROWS = 200


class RecordInline(RecordWidgetsMixin, admin.StackedInline):
    """Parts of a record, without empty rows until they are asked for."""

    form = InlineForm
    formset = RecordFormSet
    extra = 0
    max_num = MAX_INLINE_ROWS
    show_change_link = True
    rows: ClassVar[tuple[Any, ...]] = ()
    list_select_related: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parent_model: Any, admin_site: Any) -> None:
        super().__init__(parent_model, admin_site)
        self.coded = build_columns(self.opts)
        self.form = add_quantity_fields(self.form, self.model)

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        if self._is_closed(request, obj):
            return build_readonly_fieldsets([(None, {"fields": self.rows})], self.coded)
        return [(None, {"fields": [("read_version", "seen_version"), *self.rows]})]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return tuple(self.coded.values()) if self._is_closed(request, obj) else ()

    def get_formset(self, request: Any, obj: Any = None, **options: Any) -> Any:
        # A form that claims a million rows costs no more than one with a few too many.
        options.setdefault("absolute_max", MAX_INLINE_ROWS + 50)
        formset: Any = super().get_formset(request, obj, **options)
        formset.user = formset.form.user = request.user
        formset.is_refused = obj is not None and is_refused_form(request, obj)
        formset.form.page = get_page(request)
        # Our formset says who refers to a deleted row, without naming what is hidden.
        formset.form.hand_clean_DELETE = nothing_to_add
        return formset

    def get_queryset(self, request: Any) -> Any:
        everything: Any = super().get_queryset(request)
        rows, related = everything.visible_to(request.user), self.list_select_related
        return rows.select_related(*related) if related else rows

    def _is_closed(self, request: Any, obj: Any) -> bool:
        return not self.has_change_permission(request, obj)

    # What a row allows is the formset's to say; here only whether the page can be written at all.

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return can_create(request.user)

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return can_create(request.user) if obj is None else self._may_edit(request, obj)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return can_create(request.user) if obj is None else self._may_edit(request, obj)

    has_delete_permission = has_change_permission

    def _may_edit(self, request: Any, obj: Record) -> bool:
        return obj._state.adding or is_form_open(request, obj)


def is_form_open(request: Any, record: Record) -> bool:
    """Whether the page of a record shows a form to write in.

    What was typed in a form that was open is shown again even if the record closed meanwhile; the
    form itself then refuses to be saved.
    """
    is_allowed = can_perform(request.user, "edit", get_stored_record(record))
    return is_allowed or is_refused_form(request, record)


def is_refused_form(request: Any, record: Record) -> bool:
    """Whether a form was sent that was open, for a record that the user may no longer edit."""
    match = request.resolver_match
    is_sent = request.method == "POST" and "form_key" in request.POST
    is_page = match is not None and str(match.url_name).endswith("_change")
    return (
        is_sent
        and is_page
        and can_view(request.user, get_stored_record(record))
        and not can_perform(request.user, "edit", get_stored_record(record))
    )


def get_stored_record(record: Record) -> Record:
    """The record in the state of review that the database has, whatever a form wrote into it."""
    stored = getattr(record, "_stored", None)
    return stored if stored is not None else record


def build_citation_inline(kind: str) -> type[RecordInline]:
    """The inline of the citations of one kind of record."""
    options = {
        "model": Citation,
        "fk_name": kind,
        "form": CitationForm,
        "list_select_related": ("source",),
        "verbose_name_plural": gettext_lazy("citations: the words that support it"),
        "rows": (
            ("source", "field"),
            "quote",
            ("before", "after"),
            ("voice", "relation", "credibility"),
        ),
        "get_extra": one_empty_row_on_add_pages,
    }
    return type(f"{kind.title()}CitationInline", (RecordInline,), options)


def nothing_to_add(form: Any) -> None:
    """In place of Django's own look at what refers to a row."""


def one_empty_row_on_add_pages(
    self: RecordInline, request: Any, obj: Any = None, **options: Any
) -> int:
    """A record wants its words: a new one has the place for them open."""
    return 0 if obj and obj.pk else 1
