"""The pages of the coding desk, under the address of their source."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from negotiations import history
from negotiations.admin.forms.double_submit import (
    find_repeated,
    find_spent,
    generate_form_key,
    reopen,
    retry_conflict,
    save_once,
)
from negotiations.admin.forms.session_recovery import shows_carried_form, was_resumed
from negotiations.history import CONFLICT_ERRORS
from negotiations.models import COLLECTIONS, Record, Source
from negotiations.permissions import can_create, can_perform

from . import name_fields
from .annotated_text import QuotedPassage, SourceReader, build_sentence_passage, locate_passage
from .date_suggestions import find_unread_language, suggest_dates
from .duplicates import find_possible_duplicates
from .form_layout import build_form_layout
from .form_specs import ALL, FORM_SPECS, FormSpec
from .forms import DATE_SUFFIXES, CodingForm, build_coding_form_class
from .offering import ChipSuggestions, apply_chip
from .prefill import get_initial_values

SAVED_RECORD = re.compile(r"([a-z]+)-([0-9]{1,18})-([0-9]{1,9})")


class CodingRequest(NamedTuple):
    """One request at the desk: who asks, about which source."""

    request: Any
    source: Source
    reader: SourceReader

    @property
    def address(self) -> str:
        return reverse("admin:negotiations_source_code", args=[self.source.pk])

    def kind(self, data: Any) -> FormSpec | None:
        return FORM_SPECS.get(data.get("record", ""))

    def passage(self, data: Any) -> QuotedPassage:
        """The words that are asked about: a sentence by its number, or a quotation."""
        piece = self.reader.piece_called(data.get("sentence", ""))
        if piece is not None and not data.get("quote"):
            return build_sentence_passage(self.source.text, piece.sentence)
        told = (str(data.get(name, "")) for name in ("quote", "before", "after"))
        return locate_passage(self.source.text, *told)

    def opened(self, kind: FormSpec, passage: QuotedPassage) -> CodingForm:
        """A new form with what the words prove."""
        initial = get_initial_values(self.reader, kind, passage)
        return self.form_class(kind)(initial={**initial, "form_key": generate_form_key()})

    def form_class(self, kind: FormSpec) -> type[CodingForm]:
        return build_coding_form_class(kind, self.source, self.request.user)

    def kept(self, kind: FormSpec, data: Any) -> CodingForm:
        """The form as it was sent, not judged: with the chip or the reading that was chosen."""
        data = data.copy()
        name, _bar, offer = data.get("_take", "").partition(":")
        if name in kind.dates and offer.count("|") >= len(DATE_SUFFIXES) - 1:
            edtf, certainty, anchor, words = offer.split("|", 3)
            told = {"": edtf, "_certainty": certainty, "_anchor": anchor, "_words": words}
            for part, value in told.items():
                data[f"{name}{part}"] = value
        form = self.form_class(kind)
        apply_chip(data, data.get("_fill", ""), form.base_fields)
        return form(data).unblamed()

    def save(self, kind: FormSpec) -> CodingForm | str:
        """Return the marks of what was made, or the form with its faults.

        The same form sent again leads to what it made; with other content it is shown again.
        """
        return retry_conflict(lambda: self._save(kind))

    def _save(self, kind: FormSpec) -> CodingForm | str:
        if spent := find_spent(self.request):
            if find_repeated(self.request, spent) is not None:
                return spent.marks
            fault = reopen(self.request, spent)
            form = self.form_class(kind)(self.request.POST).unblamed()
            form.add_error(None, fault)
            return form
        with save_once(self.request, kind.name) as spent:
            form = self.form_class(kind)(self.request.POST)
            if form.is_valid() and form.write():
                spent.made, spent.marks = form.instance.pk, format_saved_records(form.made)
        return spent.marks or form


class CodingMixin(admin.ModelAdmin):
    """What the admin of sources has besides the usual pages."""

    def get_urls(self) -> list[URLPattern]:
        code = self.admin_site.admin_view(self.code_view)
        undo = self.admin_site.admin_view(require_POST(self.undo_view))
        found = self.admin_site.admin_view(require_GET(self.names_view))
        name = "negotiations_source"
        return [
            path("code/names/<slug:collection>/", found, name=f"{name}_names"),
            path("<int:object_id>/code/", code, name=f"{name}_code"),
            path("<int:object_id>/code/undo/", undo, name=f"{name}_undo"),
            *super().get_urls(),
        ]

    def _desk(self, request: Any, object_id: int) -> CodingRequest:
        if not can_create(request.user):
            raise PermissionDenied
        source: Any = self.get_object(request, str(object_id))
        if source is None:
            raise Http404("There is no such source.")
        return CodingRequest(request, source, SourceReader(source, request.user))

    @shows_carried_form
    def code_view(self, request: Any, object_id: int) -> Any:
        """The text, and beside it the form of what is being coded."""
        resumed = was_resumed(request)
        desk = self._desk(request, object_id)
        data = request.POST if request.method == "POST" else request.GET
        kind = desk.kind(data)
        form = None
        if kind is not None and request.method == "POST":
            if "_open" in data:
                form = None
            elif resumed or {"_look", "_take", "_fill"} & set(data):
                form = desk.kept(kind, data)
            else:
                done = desk.save(kind)
                if isinstance(done, str):
                    return HttpResponseRedirect(f"{desk.address}?saved={done}")
                form = done
        passage = form.found() if form else desk.passage(data)
        if kind is not None and form is None:
            form = desk.opened(kind, passage)
        return self._page(desk, form, passage, resumed=resumed)

    def _page(
        self, desk: CodingRequest, form: Any, passage: QuotedPassage, *, resumed: bool
    ) -> Any:
        request, reader = desk.request, desk.reader
        piece = reader.piece_at(passage.start)
        shown = None
        if form:
            offered = ChipSuggestions(reader, form.kind, passage)
            readings = {
                name: suggest_dates(reader, form, name, offered) for name in form.kind.dates
            }
            shown = build_form_layout(form, offered, readings)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Coding desk"),
            "opts": self.opts,
            "source": desk.source,
            "reader": reader,
            "kinds": [(k, _(capfirst(str(k.model._meta.verbose_name)))) for k in ALL],
            "passage": passage,
            "piece": piece,
            "form": form,
            "shown": shown,
            "unread_language": find_unread_language(desk.source),
            "alike": find_possible_duplicates(reader, form) if form else [],
            "resumed": resumed,
            "saved": self._saved(request),
            "saved_marks": request.GET.get("saved", ""),
        }
        return TemplateResponse(request, "admin/negotiations/coding/desk.html", context)

    def _saved(self, request: Any) -> list[Any]:
        """What the last save made, if it is still as it was made."""
        return [
            record
            for record, version in find_saved_records(request.GET.get("saved", ""), request.user)
            if record.version == version and record.created_by_id == request.user.pk
        ]

    def undo_view(self, request: Any, object_id: int) -> Any:
        """Take back what one save made, the last first, unless somebody changed it since."""
        desk = self._desk(request, object_id)
        try:
            with transaction.atomic():
                for record, version in reversed(
                    find_saved_records(request.POST.get("made", ""), request.user)
                ):
                    if record.version != version or not can_perform(request.user, "delete", record):
                        raise ValidationError(_("It was changed since."))
                    history.delete(record, by=request.user, reason="Undone at the coding desk")
        except (*CONFLICT_ERRORS, ValidationError) as error:
            told = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            words = _("Not undone: %(why)s") % {"why": told}
            self.message_user(request, words, messages.ERROR)
        else:
            self.message_user(request, _("Undone: nothing of it is kept."), messages.SUCCESS)
        return HttpResponseRedirect(desk.address)

    def names_view(self, request: Any, collection: str) -> Any:
        """Records to choose from, for the box that is being typed into."""
        if not can_create(request.user):
            raise PermissionDenied
        model = COLLECTIONS.get(collection)
        if model is None:
            raise Http404("There is no such kind.")
        found = name_fields.suggest_records(model, request.GET.get("q", "")[:200], request.user)
        return JsonResponse({"found": found})


def format_saved_records(made: list[Record]) -> str:
    """What a save made, for an address: ``party-4-1,position-12-1``."""
    return ",".join(f"{r._meta.model_name}-{r.pk}-{r.version}" for r in made)


def find_saved_records(marks: str, user: Any) -> list[tuple[Any, int]]:
    """The records of such a text that the user sees, each with the version that was made."""
    found = []
    for name, key, version in SAVED_RECORD.findall(marks)[:20]:
        kind = FORM_SPECS.get(name)
        rows: Any = kind.model._default_manager if kind else None
        record = rows.visible_to(user).filter(pk=int(key)).first() if rows else None
        if record is not None:
            found.append((record, int(version)))
    return found
