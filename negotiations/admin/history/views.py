"""The history page of a record: every version in words, and the way back to each."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from negotiations import history
from negotiations.admin.review.state_changes import format_errors, get_reason, parse_form_number
from negotiations.analysis.wording.headings import name_record
from negotiations.history.diff import compare_versions
from negotiations.models import Record, StaleVersion
from negotiations.models.system.roles import can_view_state
from negotiations.permissions import can_perform

from . import wording

PAGE_SIZE = 20
KINDS = {
    "+": gettext_lazy("Created"),
    "~": gettext_lazy("Changed"),
    "-": gettext_lazy("Deleted"),
}
PUBLIC_STATES = [Record.Review.PUBLISHED, Record.Review.WITHDRAWN]


def list_visible_versions(record: Record, user: Any) -> Any:
    """All versions for editors and the author; for others those that were public."""
    rows = history.list_versions(record)
    if can_view_state(user, Record.Review.DRAFT, record.created_by_id):
        return rows
    return rows.filter(review__in=PUBLIC_STATES)


class VersionsMixin(admin.ModelAdmin):
    """Who changed what, when and why; restoring writes the old values as a new version."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        view = self.admin_site.admin_view(require_POST(self.restore_view))
        return [
            path("<path:object_id>/history/<int:history_id>/restore/", view, name=name),
            *super().get_urls(),
        ]

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        rows = list_visible_versions(record, request.user)
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("p"))
        # One more than the page shows, so that its last line too knows what came before.
        shown = list(rows[page.start_index() - 1 : page.end_index() + 1]) if rows else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(kind)s “%(name)s”")
            % {"kind": self.opts.verbose_name, "name": name_record(record)},
            "subtitle": None,
            "opts": self.opts,
            "object": record,
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "page": page,
            "entries": self._entries(shown, len(page.object_list), request.user),
            "may_restore": can_perform(request.user, "edit", record),
            "restore_name": f"admin:{self.opts.app_label}_{self.opts.model_name}_restore",
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/negotiations/record_history.html", context)

    def _entries(self, shown: list[Any], count: int, user: Any) -> list[dict[str, Any]]:
        """Each version with what it changed against the one before, in words."""
        entries = []
        for place, version in enumerate(shown[:count]):
            before = shown[place + 1] if place + 1 < len(shown) else None
            found = compare_versions(before, version) if before else []
            entries.append(
                {
                    "version": version,
                    "kind": KINDS[version.history_type],
                    "lines": wording.describe_changes(self.model, found, user),
                    "is_first": before is None,
                }
            )
        return entries

    def restore_view(self, request: Any, object_id: str, history_id: int) -> Any:
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not can_perform(request.user, "edit", record):
            raise PermissionDenied
        version = list_visible_versions(record, request.user).filter(history_id=history_id).first()
        if version is None:
            raise Http404(_("There is no such version."))
        try:
            self._restore(request, record, version)
        except ValidationError as error:
            words = _("Not restored. %(why)s") % {"why": format_errors(error, self.model)}
            self.message_user(request, words, messages.ERROR)
        except (StaleVersion, IntegrityError):
            words = _("Not restored: somebody saved the record after you opened this page.")
            self.message_user(request, words, messages.ERROR)
        else:
            words = _("“%(name)s” is again as it was in version %(version)s.")
            told = {"name": name_record(record), "version": version.version}
            self.message_user(request, words % told, messages.SUCCESS)
        url = reverse(f"admin:negotiations_{self.opts.model_name}_history", args=[record.pk])
        return HttpResponseRedirect(url)

    def _restore(self, request: Any, record: Record, version: Any) -> None:
        seen = parse_form_number(request.POST.get("version"))
        if seen != record.version:
            raise StaleVersion(record, record.version)
        with transaction.atomic():
            record.lock()
            history.restore(version, by=request.user, reason=get_reason(request))
