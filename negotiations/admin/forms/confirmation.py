"""Warnings that a form shows once: who saves it again as it is has read them."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.admin.coding.annotated_text import get_change_url
from negotiations.admin.duplicates import (
    MAX_NAMESAKES,
    NAME_FIELDS,
    find_equal_records,
    find_namesakes,
    find_sources_of_text,
)
from negotiations.models import Issue, Negotiation, Party, Person, Record, Source, SpentForm
from negotiations.text.mojibake import REPLACEMENT_CHARACTER, find_mojibake

from .versioned_form import VersionedForm

TAKEN = {
    Party: gettext_lazy("A party named “{name}” exists: {records}."),
    Person: gettext_lazy("A person named “{name}” exists: {records}."),
    Issue: gettext_lazy("An issue named “{name}” exists: {records}."),
    Negotiation: gettext_lazy("A negotiation named “{name}” exists: {records}."),
}
SAME = gettext_lazy("The same is recorded already: {records}.")
SAVE_ANOTHER = gettext_lazy("Save again to add another.")
SAVE_CHANGED = gettext_lazy("Save again to change this one all the same.")


class ConfirmedFormMixin(VersionedForm):
    """Refuses what may be a mistake until it is sent again with the same warnings."""

    warned = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        warnings = list(self.find_warnings())
        if not warnings:
            return
        digest = hashlib.sha256(repr([str(each.message) for each in warnings]).encode())
        if self.cleaned_data.get("warned") == digest.hexdigest():
            return
        for warning in warnings:
            self.add_error(None, warning)
        shown: Any = self.data.copy()  # type: ignore[attr-defined]
        shown[self.add_prefix("warned")] = digest.hexdigest()
        self.data = shown

    def find_warnings(self) -> Iterator[ValidationError]:
        """Yield what may be a mistake in what the form says; texts that stay are not looked at."""
        if isinstance(self.instance, Source) and "text" in self.changed_data:
            yield from find_garbled_letters(self.cleaned_data.get("text", ""))
        if not self.errors:
            yield from self.find_duplicates()

    def find_duplicates(self) -> Iterator[ValidationError]:
        """Yield a warning of the records with the new name, or with the content of a new record."""
        record: Record = self.instance
        name = NAME_FIELDS.get(type(record), "")
        found: list[Any] = []
        if name in self.changed_data:
            found = find_namesakes(type(record), self.cleaned_data[name], self.user)
        elif isinstance(record, Source):
            if "text" in self.changed_data:
                found = list(find_sources_of_text(record.text, self.user))
        elif record._state.adding:
            found = find_equal_records(record, getattr(self, "related", {}), self.user)
        own = {record.pk, self.find_saved_key()}
        found = [each for each in found if each.pk not in own]
        if not found:
            return
        links = format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            ((get_change_url(each), each) for each in found[:MAX_NAMESAKES]),
        )
        told = {"name": self.cleaned_data.get(name, ""), "records": links}
        advice = SAVE_ANOTHER if record._state.adding else SAVE_CHANGED
        taken = format_html(str(TAKEN.get(type(record), SAME)), **told)
        yield ValidationError(format_html("{} {}", taken, advice), code="exists")

    def find_saved_key(self) -> int | None:
        """Return the key of the record that a first click on this form has just saved."""
        spent = SpentForm.objects.filter(
            user=self.user,
            key=self.cleaned_data.get("form_key", ""),
            kind=self.instance._meta.model_name,
        )
        return spent.values_list("made", flat=True).first()


def find_garbled_letters(text: str) -> Iterator[ValidationError]:
    """Yield a warning if a text was read in another encoding than its own."""
    found = find_mojibake(text)
    if found is None:
        return
    told: dict[str, Any] = found._asdict()
    if REPLACEMENT_CHARACTER in found.seen:
        message = _(
            "The text holds U+FFFD REPLACEMENT CHARACTER, which stands for letters that were lost: "
            "“%(seen)s”. Take the text from its source again; if it reads so there, save again."
        )
    else:
        message = _(
            "The text looks garbled: “%(seen)s” is perhaps “%(meant)s”, read in another encoding "
            "than its own. Take the text from its source again; if it reads so there, save again."
        )
    yield ValidationError(message % told, code="garbled")
