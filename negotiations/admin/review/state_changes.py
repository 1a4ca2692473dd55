"""Sending records to review, publishing and withdrawing them, one or many at once."""

import re
from collections.abc import Sequence
from copy import copy
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from negotiations import history
from negotiations.analysis.wording.headings import name_record
from negotiations.history.bulk import RecordUpdate, Writes, prepare_changed
from negotiations.models import COLLECTIONS, Record, StaleVersion
from negotiations.permissions import (
    NEEDS_SECOND_PERSON,
    can_perform,
    find_refusal,
    get_review_action,
)

from .list_actions import SelectedRecords

# As rules name records: ``people/volodymyr-zelensky``.
RECORD_PATH = re.compile(r"\b(?P<collection>[a-z-]+)/(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)")
DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN = Record.Review
# What each step is called, by the states between which it leads.
STEPS = {
    (DRAFT, IN_REVIEW): gettext_lazy("Send to review"),
    (IN_REVIEW, DRAFT): gettext_lazy("Take back"),
    (DRAFT, PUBLISHED): gettext_lazy("Publish"),
    (IN_REVIEW, PUBLISHED): gettext_lazy("Publish"),
    (WITHDRAWN, PUBLISHED): gettext_lazy("Publish again"),
    (WITHDRAWN, DRAFT): gettext_lazy("Make a draft again"),
    (PUBLISHED, WITHDRAWN): gettext_lazy("Withdraw"),
}


def check_review_change(
    record: Record, state: str, *, version: int | None, by: Any
) -> RecordUpdate:
    """Return the change that brings a record that was seen at ``version`` to a state of review.

    Raises ``ValidationError`` for what the policy or a rule refuses, or when somebody saved the
    record since.
    """
    if state not in Record.REVIEW_STEPS[record.review]:
        raise ValidationError(_("It is %(state)s.") % {"state": get_state_label(record)})
    if refusal := find_refusal(by, record, state, ["review"]):
        raise ValidationError(refusal)
    if version != record.version:
        words = _("Somebody saved it after you opened this page; look at it again.")
        raise ValidationError(words)
    changed = copy(record)
    changed.review = state
    related = {
        field.name: list(getattr(record, field.name).all()) for field in record._meta.many_to_many
    }
    changed.validate(related)
    return RecordUpdate(record, changed, related)


def change_review_state(
    record: Record, state: str, *, version: int | None, by: Any, reason: str = ""
) -> None:
    """Bring a record that was seen at ``version`` to a state of review, as one version.

    Raises ``ValidationError`` as ``check_review_change`` does.
    """
    try:
        with transaction.atomic():
            change = check_review_change(record, state, version=version, by=by)
            history.save(change.record, by=by, reason=reason)
    except (StaleVersion, IntegrityError):
        words = _("Somebody saved it at the same moment; look at it again.")
        raise ValidationError(words) from None
    record.review, record.version = change.record.review, change.record.version


def was_moved(record: Record, state: str, *, version: int | None, by: Any, reason: str) -> bool:
    """Whether this very step was taken already: its button was clicked twice."""
    newest = history.list_versions(record).first()
    return (
        newest is not None
        and (newest.review, newest.version) == (state, (version or 0) + 1)
        and newest.history_user == by
        and (newest.history_change_reason or "") == reason
    )


def get_state_label(record: Record) -> str:
    """The state of review inside a sentence, in the user's language."""
    return _(str(record.get_review_display())).lower()


def parse_form_number(text: str | None) -> int | None:
    """A version from a form; none if it is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def get_reason(request: Any) -> str:
    """The reason typed on a page that is no form of a record."""
    return str(request.POST.get("reason", "")).replace("\0", "").strip()[:500]


def format_errors(error: Any, model: type[Record]) -> str:
    """All faults in one sentence each, with their fields."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    unnamed = {"__all__", "review", "citations"}
    return " ".join(
        message if name in unnamed else f"{get_field_label(model, name)}: {message}"
        for name, messages in error.message_dict.items()
        for message in messages
    )


def get_field_label(model: type[Record], name: str) -> str:
    """What a field is called at the desk; the place of a fault in a part stays as it is."""
    fields = {f.name: f for f in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    return capfirst(str(fields[name].verbose_name)) if name in fields else name


def linkify_records(words: str) -> SafeString:
    """A sentence in which every record that it names leads to its page of review."""
    parts, at = [], 0
    for match in RECORD_PATH.finditer(words):
        if match["collection"] not in COLLECTIONS:
            continue
        url = reverse("admin:review_item", args=[match["collection"], match["slug"]])
        parts += [(words[at : match.start()], url, match.group())]
        at = match.end()
    html = format_html_join("", '{}<a href="{}">{}</a>', parts)
    return format_html("{}{}", html, words[at:])


class ReviewMixin(admin.ModelAdmin):
    """Actions on lists, and buttons on a record's page."""

    def action_checkbox(self, obj: Any) -> SafeString:
        """The list says at which version it shows each record: actions are guarded too."""
        box = super().action_checkbox(obj)
        hidden = '{}<input type="hidden" name="version-{}" value="{}">'
        return format_html(hidden, box, obj.pk, obj.version)

    @admin.action(description=gettext_lazy("Send to review"))
    def send_to_review(self, request: Any, queryset: Any) -> None:
        self._move_all(request, queryset, IN_REVIEW)

    @admin.action(description=gettext_lazy("Take back from review"))
    def take_back(self, request: Any, queryset: Any) -> None:
        self._move_all(request, queryset, DRAFT)

    @admin.action(description=gettext_lazy("Publish"))
    def publish(self, request: Any, queryset: Any) -> None:
        self._move_all(request, queryset, PUBLISHED)

    @admin.action(description=gettext_lazy("Withdraw"))
    def withdraw(self, request: Any, queryset: Any) -> None:
        self._move_all(request, queryset, WITHDRAWN)

    def _move_all(self, request: Any, queryset: Any, state: str) -> None:
        """Change those that may be changed; name the others with the reason why not."""
        by = request.user

        def check(record: Record) -> RecordUpdate:
            seen = parse_form_number(request.POST.get(f"version-{record.pk}"))
            return check_review_change(record, state, version=seen, by=by)

        def prepare(changes: Sequence[RecordUpdate]) -> Writes:
            return prepare_changed(changes, by=by, reasons=[""] * len(changes))

        selected = SelectedRecords(queryset, check, prepare)
        refused = selected.write()
        for record, error in refused:
            fault = linkify_records(f"{record}: {format_errors(error, self.model)}")
            self.message_user(request, fault, messages.ERROR)
        done = len(selected.records) - len(refused)
        if done:
            what = self.opts.verbose_name if done == 1 else self.opts.verbose_name_plural
            label = _(str(Record.Review(state).label)).lower()
            words = _("%(number)s %(what)s now: %(state)s.")
            told = {"number": done, "what": what, "state": label}
            self.message_user(request, words % told, messages.SUCCESS)

    # One record

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_review"
        view = self.admin_site.admin_view(require_POST(self.review_view))
        return [path("<path:object_id>/review/", view, name=name), *super().get_urls()]

    def review_view(self, request: Any, object_id: str) -> Any:
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        state = request.POST.get("state", "")
        seen, reason = parse_form_number(request.POST.get("version")), get_reason(request)
        refusal = ""
        try:
            change_review_state(record, state, version=seen, by=request.user, reason=reason)
        except ValidationError as error:
            if not was_moved(record, state, version=seen, by=request.user, reason=reason):
                refusal = linkify_records(format_errors(error, self.model))
        if refusal:
            self.message_user(request, refusal, messages.ERROR)
        else:
            record.review = state
            words = _("“%(name)s” is now: %(state)s.")
            told = {"name": name_record(record), "state": get_state_label(record)}
            self.message_user(request, words % told, messages.SUCCESS)
        url = reverse(f"admin:negotiations_{self.opts.model_name}_change", args=[record.pk])
        return HttpResponseRedirect(url)

    def review_steps(self, request: Any, record: Any) -> list[tuple[str, str]]:
        """The steps that this user may take with the record: (state, what it is called)."""
        return [
            (state.value, str(STEPS[Record.Review(record.review), state]))
            for state in Record.Review
            if state.value in Record.REVIEW_STEPS[record.review]
            and can_perform(request.user, get_review_action(record.review, state), record)
        ]

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        extra: dict[str, Any] = {**(extra_context or {})}
        if request.method == "GET":
            record = self.get_object(request, object_id)
            if record is not None:
                extra["review_steps"] = self.review_steps(request, record)
                is_closed = not self.has_change_permission(request, record)
                if is_closed and can_perform(request.user, "withdraw", record):
                    self.message_user(request, NEEDS_SECOND_PERSON, messages.INFO)
        return super().change_view(request, object_id, form_url, extra)
