"""Two records of a kind made one: choose, see what moves, confirm with a reason."""

import copy
from difflib import get_close_matches
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.admin.columns import translate_model_name
from negotiations.admin.review.state_changes import format_errors, get_reason, parse_form_number
from negotiations.history import merge as merging
from negotiations.history.diff import expected_differences
from negotiations.models import Record, StaleVersion
from negotiations.models.system.slug_redirects import fetch_current_records
from negotiations.permissions import can_merge, can_view, find_merge_refusal
from negotiations.text.tokens import fold

from . import wording

CANDIDATES = 20
# Names that are looked through for one like this.
MAX_COMPARED = 2000


class MergeMixin(admin.ModelAdmin):
    """``merge/`` below a record: it goes, and what refers to it refers to the other."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("<path:object_id>/merge/", view, name=name), *super().get_urls()]

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        extra = {**(extra_context or {}), "may_merge": can_merge(request.user)}
        return super().change_view(request, object_id, form_url, extra)

    def _get_obj_does_not_exist_redirect(self, request: Any, opts: Any, object_id: str) -> Any:
        """Lead from a record that was merged to the one that it is now."""
        key: Any = parse_form_number(object_id)
        kept = fetch_current_records(self.model, [key]).get(key) if key else None
        if kept is None or kept.pk == key or not can_view(request.user, kept):
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc]
        words = _("That record was merged into this one, “%(kept)s”.")
        self.message_user(request, words % {"kept": kept}, messages.INFO)
        url = reverse(f"admin:negotiations_{self.opts.model_name}_change", args=[kept.pk])
        return HttpResponseRedirect(url)

    def merge_view(self, request: Any, object_id: str) -> Any:
        """Choose the other (``q`` searches), look at what would move (``into``), or do it."""
        if not can_merge(request.user):
            raise PermissionDenied
        gone = self.get_object(request, object_id)
        if gone is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        key = request.POST.get("into") or request.GET.get("into") or ""
        others = self.get_queryset(request).exclude(pk=gone.pk)
        kept = others.filter(pk=parse_form_number(key) or 0).first()
        if kept is None:
            return self._merge_choice(request, gone, others)
        if request.method == "POST":
            return self._merge(request, gone, kept)
        return self._merge_preview(request, gone, kept)

    def _merge_choice(self, request: Any, gone: Any, others: Any) -> TemplateResponse:
        words = request.GET.get("q", "").strip()
        found = (
            self.get_search_results(request, others, words)[0]
            if words
            else find_similar_records(gone, others)
        )
        context = {"words": words, "candidates": found[:CANDIDATES]}
        return self._merge_page(request, gone, context)

    def _merge_preview(
        self, request: Any, gone: Any, kept: Any, status: int = 200, reason: str = ""
    ) -> TemplateResponse:
        moved, lines, faults = preview_merge(gone, kept, request.user)
        context = {
            "kept": kept,
            "moved": moved,
            "lines": lines,
            "faults": faults,
            "reason": reason,
        }
        return self._merge_page(request, gone, context, status)

    def _merge(self, request: Any, gone: Any, kept: Any) -> Any:
        reason = get_reason(request)
        seen = [
            parse_form_number(request.POST.get(name)) for name in ("gone_version", "kept_version")
        ]
        name = str(gone)
        if not reason:
            self.message_user(request, _("Say why the two are one."), messages.ERROR)
            return self._merge_preview(request, gone, kept, 422)
        if seen != [gone.version, kept.version]:
            words = _("Somebody saved one of them after you opened this page; look again.")
            self.message_user(request, words, messages.ERROR)
            return self._merge_preview(request, gone, kept, 409, reason)
        if explain_merge_refusal(gone, kept, request.user):
            return self._merge_preview(request, gone, kept, 409, reason)
        try:
            moved = merging.merge(gone, kept, by=request.user, reason=reason)
        except merging.MergeError:
            return self._merge_preview(request, gone, kept, 409, reason)
        except (StaleVersion, IntegrityError):
            words = _("Not merged: somebody was faster; look again.")
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(request.path)
        words = _("“%(gone)s” is now “%(kept)s”: %(number)s records moved.")
        told = {"gone": name, "kept": kept, "number": len(moved)}
        self.message_user(request, words % told, messages.SUCCESS)
        url = reverse(f"admin:negotiations_{self.opts.model_name}_change", args=[kept.pk])
        return HttpResponseRedirect(url)

    def _merge_page(
        self, request: Any, gone: Any, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        title = _("Merge %(kind)s “%(name)s” into another")
        context = {
            **self.admin_site.each_context(request),
            "title": title % {"kind": self.opts.verbose_name, "name": gone},
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "gone": gone,
            **context,
        }
        return TemplateResponse(request, "admin/negotiations/merge.html", context, status=status)


def find_similar_records(gone: Any, others: Any) -> list[Any]:
    """Others whose name, or one of whose other names, is like one of this one's."""
    names: dict[str, Any] = {}
    for other in others[:MAX_COMPARED]:
        for name in (other.name, *other.aliases):
            names.setdefault(fold(name), other)
    found = [
        names[near]
        for name in (gone.name, *gone.aliases)
        for near in get_close_matches(fold(name), names, n=5, cutoff=0.6)
    ]
    return list(dict.fromkeys(found))


def preview_merge(gone: Any, kept: Any, user: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """What merging would move, how it would change the one that stays, and what is against it.

    Nothing is written: moved are (kind, name, fields, name of the twin), all by name.
    """
    model = type(gone)
    gone, kept = (copy.copy(record) for record in (gone, kept))
    if refusal := explain_merge_refusal(gone, kept, user):
        return [], [], [("", "", refusal)]
    stored = copy.copy(kept)
    names = {(type(r), r.pk): str(r) for r, _ in merging.find_referrers(gone, besides=kept)}
    try:
        merge = merging.Merge(gone, kept, by=user)
    except merging.MergeError as refused:
        return (
            [],
            [],
            [describe_merge_error(record, error, kept) for record, error in refused.faults],
        )
    moved = [
        describe_moved_record(each, names.get((type(each.record), each.record.pk), ""))
        for each in merge.moved
    ]
    differences = expected_differences(stored, kept, merge.plan.related)
    return moved, wording.describe_changes(model, differences, user), []


def explain_merge_refusal(gone: Any, kept: Any, user: Any) -> str:
    """Say why the policy is against the merge, or return an empty string."""
    referrers = [record for record, _fields in merging.find_referrers(gone, besides=kept)]
    return find_merge_refusal(user, gone, kept, referrers)


def describe_moved_record(moved: merging.MovedReference, name: str) -> tuple[str, str, str, str]:
    """A record that moves: its kind, its name now, the fields, and what says the same already."""
    meta: Any = moved.record._meta
    fields = [str(meta.get_field(name).verbose_name) for name in moved.fields]
    twin = str(moved.twin) if moved.twin else ""
    return capfirst(translate_model_name(moved.record)), name, ", ".join(fields), twin


def describe_merge_error(record: Record, error: ValidationError, kept: Any) -> tuple[str, str, str]:
    """What is against it: the record with its page, unless it is the one that stays."""
    words = format_errors(error, type(record))
    if record == kept:
        return "", "", words
    url = reverse(f"admin:negotiations_{record._meta.model_name}_change", args=[record.pk])
    return url, f"{capfirst(translate_model_name(record))} “{record}”", words
