"""Warnings that a form shows once: who saves it again as it is has read them."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.models import Source
from negotiations.text.mojibake import REPLACEMENT_CHARACTER, find_mojibake

from .versioned_form import VersionedForm


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
