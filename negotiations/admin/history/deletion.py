"""Deleting: what goes with a record, what keeps it, and why it goes."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import ValidationError
from django.db import models, router
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import history
from negotiations.admin.columns import translate_model_name
from negotiations.admin.hidden_records import HIDDEN_RECORDS
from negotiations.admin.review.list_actions import SelectedRecords
from negotiations.admin.review.state_changes import format_errors, get_reason, parse_form_number
from negotiations.analysis.wording.headings import name_record
from negotiations.history.bulk import RecordUpdate, Writes, collect, prepare_deleted
from negotiations.models import Record, StaleVersion
from negotiations.permissions import can_perform, can_view

DELETION_ERRORS = (ValidationError, models.ProtectedError, StaleVersion)


def delete_record(record: Record, *, version: int | None, by: Any, reason: str) -> None:
    """Delete a record that was seen at ``version``; raises one of ``DELETION_ERRORS``."""
    check_deletion(record, version=version, reason=reason)
    history.delete(record, by=by, reason=reason)


def check_deletion(record: Record, *, version: int | None, reason: str) -> None:
    """Raise one of ``DELETION_ERRORS`` when the record changed, or when a reason is missing."""
    if version != record.version:
        raise StaleVersion(record, record.version)
    if record.review == Record.Review.PUBLISHED and not reason:
        raise ValidationError(_("A published record is deleted with a reason."))


def format_deletion_error(error: Exception, model: type[Record]) -> str:
    """A refusal in words; who refers to the record stands on the page."""
    if isinstance(error, ValidationError):
        return format_errors(error, model)
    if isinstance(error, StaleVersion):
        return _("Somebody saved it after you opened this page; look at it again.")
    return _("Other records refer to it.")


class DeletionMixin(admin.ModelAdmin):
    """The confirmation pages, for one record and for many."""

    delete_confirmation_template = "admin/negotiations/delete_record.html"
    delete_selected_confirmation_template = "admin/negotiations/delete_records.html"

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        """What would go, by name where the user may see it: (records, counts, refused, kept by)."""
        objs = list(objs)
        collector: Any = NestedObjects(using=router.db_for_write(self.model))
        collector.collect(objs)
        refused = {
            translate_model_name(model)
            for model, records in collector.model_objs.items()
            if issubclass(model, Record)
            for record in records
            if not can_perform(request.user, "delete", record)
        }
        protected = self._names(collector.protected, request.user)
        nested = self._without_links(collector.nested(lambda record: record), request.user)
        counts = {
            translate_model_name(model, 0): len(records)
            for model, records in collector.model_objs.items()
            if issubclass(model, Record)
        }
        return nested, counts, refused, protected

    def _names(self, records: Any, user: Any) -> list[str]:
        named = {name for record in records if (name := self._name(record, user))}
        return sorted(named)

    def _without_links(self, nested: Any, user: Any) -> list[Any]:
        """The tree of records as names; rows of many-to-many tables are no records."""
        found: list[Any] = []
        for item in nested:
            if isinstance(item, list):
                below = self._without_links(item, user)
                if below:
                    found.append(below)
            elif name := self._name(item, user):
                found.append(name)
        return found

    def _name(self, record: Any, user: Any) -> str:
        if not isinstance(record, Record):
            return ""
        if not can_view(user, record):
            return str(HIDDEN_RECORDS)
        return f"{capfirst(translate_model_name(record))}: {name_record(record)}"

    # One record

    def delete_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except DELETION_ERRORS as error:
            self.message_user(request, format_deletion_error(error, self.model), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def delete_model(self, request: Any, obj: Any) -> None:
        seen = parse_form_number(request.POST.get("version"))
        delete_record(obj, version=seen, by=request.user, reason=get_reason(request))

    # Many: each is checked by itself, as in the other actions

    # The name of Django's own action, which it takes the place of.
    @admin.action(
        permissions=["delete"],
        description=gettext_lazy("Delete selected %(verbose_name_plural)s"),
    )
    def delete_selected(self, request: Any, queryset: Any) -> Any:
        """Ask first; then delete what can be deleted."""
        if request.POST.get("post"):
            self.delete_each(request, queryset)
            return None
        nested, counts, refused, protected = self.get_deleted_objects(queryset, request)
        versions = {record: request.POST.get(f"version-{record.pk}") for record in queryset}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delete %(kinds)s") % {"kinds": self.opts.verbose_name_plural},
            "deletable_objects": nested,
            "model_count": counts.items(),
            "records": [
                (record, parse_form_number(version)) for record, version in versions.items()
            ],
            "perms_lacking": refused,
            "protected": protected,
            "opts": self.opts,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, self.delete_selected_confirmation_template, context)

    def delete_each(self, request: Any, queryset: Any) -> None:
        """Delete what can be deleted; name the others with the reason why not."""
        by, reason = request.user, get_reason(request)

        def check(record: Record) -> RecordUpdate:
            if not can_perform(by, "delete", record):
                raise ValidationError(_("You may not delete this record."))
            seen = parse_form_number(request.POST.get(f"version-{record.pk}"))
            check_deletion(record, version=seen, reason=reason)
            history.require_deletable(record)
            collect([record])
            return RecordUpdate(record, record, {})

        def prepare(changes: Sequence[RecordUpdate]) -> Writes:
            return prepare_deleted([change.record for change in changes], by=by, reason=reason)

        selected = SelectedRecords(queryset, check, prepare)
        refused = selected.write()
        for record, error in refused:
            words = f"{name_record(record)}: {format_deletion_error(error, self.model)}"
            self.message_user(request, words, messages.ERROR)
        done = len(selected.records) - len(refused)
        if done:
            what = self.opts.verbose_name if done == 1 else self.opts.verbose_name_plural
            words = _("%(number)s %(what)s deleted.") % {"number": done, "what": what}
            self.message_user(request, words, messages.SUCCESS)
