"""Taking in a source: its text first, by pasting or as a file, then what can be told of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.models import modelform_factory
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import history
from negotiations.admin.forms.confirmation import ConfirmedFormMixin
from negotiations.admin.forms.double_submit import (
    find_repeated,
    find_spent,
    generate_form_key,
    reopen,
    retry_conflict,
    save_once,
)
from negotiations.admin.forms.record_form import RuleForm
from negotiations.admin.forms.saving import Page
from negotiations.admin.transfer.uploads import build_upload, find_upload, store_upload
from negotiations.models import Source
from negotiations.permissions import can_create

from .form_layout import build_date_row
from .forms import DATE_SUFFIXES, build_form_field
from .source_text import SubmittedText, UploadedText, read_uploaded_text

DATE = tuple(f"published{part}" for part in DATE_SUFFIXES)
PASTED, UPLOADED = "pasted", "uploaded"
# Of files whose text waits until it is chosen, or the pasted one.
UPLOAD_KIND = "source text"
ASKED = ("title", "publisher", "author", "url", "kind", "language", "complete")
MORE = ("archived_url", "reliability", "open_question", "note")


class SourceIntakeForm(ConfirmedFormMixin, RuleForm):
    """A new source: nothing is set that nobody chose, and a known text is not taken unseen.

    Of a pasted text and that of a file, both are kept until one is chosen.
    """

    read_version = None  # type: ignore[assignment]
    seen_version = None  # type: ignore[assignment]

    file = forms.FileField(
        required=False,
        label=gettext_lazy("Or a text file (UTF-8)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.md,text/plain"}),
    )
    form_key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    waiting = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    chosen = forms.ChoiceField(
        required=False, choices=[(PASTED, PASTED), (UPLOADED, UPLOADED)], widget=forms.RadioSelect
    )
    known = forms.BooleanField(
        required=False, label=gettext_lazy("I have looked at these; this is another document")
    )

    # What can be told of the text, once there is one.
    about: SubmittedText | None = None
    uploaded: UploadedText | None = None

    def clean_file(self) -> Any:
        brought = self.cleaned_data["file"]
        if brought:
            self.uploaded = UploadedText(brought.name, read_uploaded_text(brought))
        return brought

    def clean_waiting(self) -> str:
        key: str = self.cleaned_data["waiting"]
        upload = find_upload(self.user, UPLOAD_KIND, key).first()
        if upload and not self.uploaded:
            self.uploaded = UploadedText(upload.name, bytes(upload.content).decode())
        return key

    def clean(self) -> Any:
        if self.uploaded:
            pasted = self.cleaned_data.get("text", "")
            chosen = self.cleaned_data.get("chosen")
            if self.is_undecided:
                message = _("A text is pasted and a file is given. Choose one of them here.")
                self.add_error("chosen", ValidationError(message, code="undecided"))
            elif not pasted or chosen == UPLOADED:
                self.cleaned_data["text"] = self.uploaded.text
                self.errors.pop("text", None)
        return super().clean()

    @property
    def is_undecided(self) -> bool:
        """Whether the pasted text and that of the file differ, and none of them is chosen."""
        pasted = self.cleaned_data.get("text", "")
        if self.uploaded is None or not pasted or self.cleaned_data.get("chosen"):
            return False
        return bool(pasted != self.uploaded.text)

    def validate(self) -> None:
        text = self.cleaned_data.get("text")
        self.about = SubmittedText(text, self.user) if text else None
        if self.about and self.about.twins() and not self.cleaned_data.get("known"):
            message = _("This text is known already; look at the sources named here.")
            self.add_error("known", ValidationError(message, code="known"))
        super().validate()

    def find_duplicates(self) -> Iterator[ValidationError]:
        """Leave out sources of the same text: ``known`` asks about them, and those nearly alike."""
        yield from ()


def build_intake_form_class(user: Any) -> type[SourceIntakeForm]:
    base: Any = type("SourceTakingForm", (SourceIntakeForm,), {"user": user})
    made: Any = modelform_factory(
        Source,
        form=base,
        fields=["text", *ASKED, *DATE, *MORE],
        formfield_callback=partial(build_form_field, user=user),
    )
    text: Any = made.base_fields["text"]
    text.widget.attrs |= {"rows": 14, "autofocus": True, "dir": "auto"}
    # The model's own default would be a guess that nobody made.
    made.base_fields["language"].initial = ""
    return made


def _place_cursor(form: Any) -> None:
    """In the first box that has a fault, as the page shows them; else in the text."""
    faulty = [
        name
        for name in ("file", "chosen", "text", "known", *ASKED, *DATE, *MORE)
        if name in form.errors
    ]
    if faulty:
        form.fields["text"].widget.attrs.pop("autofocus")
        form.fields[faulty[0]].widget.attrs["autofocus"] = True


def describe_text(name: str, text: str) -> str:
    """Say which of two texts is meant: its name, its length and how it begins."""
    words = _("%(name)s, %(length)s characters: “%(begin)s…”")
    return words % {"name": name, "length": len(text), "begin": " ".join(text[:80].split())}


class SourceIntakeMixin(admin.ModelAdmin):
    """The page by which a text comes in."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.take_view)
        return [path("take/", view, name="negotiations_source_take"), *super().get_urls()]

    def take_view(self, request: Any) -> Any:
        """The text; then what it is, offered; then a draft, and on to the coding desk."""
        if not can_create(request.user):
            raise PermissionDenied
        kind = build_intake_form_class(request.user)
        if request.method != "POST":
            return self._taking_page(request, kind(initial={"form_key": generate_form_key()}))
        data = request.POST.copy()
        name, _colon, value = data.get("_take", "").partition(":")
        if name == "language":
            data["language"] = value
        elif name == "published" and value.count("|") == len(DATE) - 1:
            edtf, certainty, anchor, words = value.split("|")
            for box, told in zip(DATE, (edtf, words, certainty, anchor), strict=True):
                data[box] = told
        if "_save" not in data:
            form = kind(data, request.FILES)
            form.is_valid()
        elif isinstance(form := retry_conflict(lambda: self._take(request, kind)), Source):
            return HttpResponseRedirect(reverse("admin:negotiations_source_code", args=[form.pk]))
        return self._taking_page(request, self._with_text(form, kind))

    def _take(self, request: Any, kind: Any) -> Any:
        """Return the new source, or the form with its faults."""
        if spent := find_spent(request):
            source = find_repeated(request, spent)
            if source is not None:
                return source
            kind.page = Page({None: reopen(request, spent)})
        form = kind(request.POST, request.FILES)
        with save_once(request, "source") as spent:
            if form.is_valid():
                history.save(form.instance, by=request.user)
                spent.made = form.instance.pk
        return form.instance if spent.made else form

    def _with_text(self, form: Any, kind: Any) -> Any:
        """The form shown again: a file's text stands in the box; only a save is judged."""
        data, about, errors = form.data.copy(), form.about, dict(form.errors)
        for name in ("waiting", "chosen"):
            data.pop(name, None)
        uploaded = form.uploaded if form.is_undecided else None
        if uploaded:
            upload = build_upload(form.user, UPLOAD_KIND, uploaded.name, uploaded.text.encode())
            store_upload(upload)
            data["waiting"] = upload.key
        if about:
            data["text"] = about.text
        if "_save" not in data:
            data.pop("warned", None)
            errors = {n: e for n, e in errors.items() if n in {"file", "chosen"}}
        shown = kind(data)
        shown.about, shown.uploaded = about, uploaded
        shown._errors = forms.utils.ErrorDict(errors)
        shown.cleaned_data = {}
        if uploaded:
            shown.fields["chosen"].choices = [
                (PASTED, describe_text(_("the pasted text"), about.text if about else "")),
                (UPLOADED, describe_text(uploaded.name, uploaded.text)),
            ]
        _place_cursor(shown)
        return shown

    def _taking_page(self, request: Any, form: Any) -> Any:
        about = form.about
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bring a text"),
            "opts": self.opts,
            "form": form,
            "about": about,
            "offers": list(about.offers()) if about else [],
            "twins": about.twins() if about else [],
            "asked": [form[name] for name in ASKED],
            "date": build_date_row(form, "published"),
            "more": [form[name] for name in MORE],
        }
        return TemplateResponse(request, "admin/negotiations/coding/take.html", context)
