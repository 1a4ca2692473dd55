"""Taking in a source: its text first, by pasting or as a file, then what can be told of it."""

from __future__ import annotations

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
from negotiations.models import Source
from negotiations.permissions import can_create

from .form_layout import build_date_row
from .forms import DATE_SUFFIXES, build_form_field
from .source_text import SubmittedText, read_uploaded_text

DATE = tuple(f"published{part}" for part in DATE_SUFFIXES)
ASKED = ("title", "publisher", "author", "url", "kind", "language", "complete")
MORE = ("archived_url", "reliability", "open_question", "note")


class SourceIntakeForm(RuleForm):
    """A new source: nothing is set that nobody chose, and a known text is not taken unseen."""

    read_version = None  # type: ignore[assignment]
    seen_version = None  # type: ignore[assignment]

    file = forms.FileField(
        required=False,
        label=gettext_lazy("Or a text file (UTF-8)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.md,text/plain"}),
    )
    form_key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    known = forms.BooleanField(
        required=False, label=gettext_lazy("I have looked at these; this is another document")
    )

    # What can be told of the text, once there is one.
    about: SubmittedText | None = None

    def clean_file(self) -> Any:
        brought = self.cleaned_data["file"]
        if brought:
            self.cleaned_data["text"] = read_uploaded_text(brought)
            self.errors.pop("text", None)
        return brought

    def validate(self) -> None:
        text = self.cleaned_data.get("text")
        self.about = SubmittedText(text, self.user) if text else None
        if self.about and self.about.twins() and not self.cleaned_data.get("known"):
            message = _("This text is known already; look at the sources named here.")
            self.add_error("known", ValidationError(message, code="known"))
        super().validate()


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
        name for name in ("file", "text", "known", *ASKED, *DATE, *MORE) if name in form.errors
    ]
    if faulty:
        form.fields["text"].widget.attrs.pop("autofocus")
        form.fields[faulty[0]].widget.attrs["autofocus"] = True


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
        if about:
            data["text"] = about.text
        shown = kind(data)
        shown.about = about
        judged = errors if "_save" in data else {n: e for n, e in errors.items() if n == "file"}
        shown._errors = forms.utils.ErrorDict(judged)
        shown.cleaned_data = {}
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
