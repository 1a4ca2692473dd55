"""Form fields that keep what was typed, and show lists as lines."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class ExactTextField(forms.CharField):
    """Keeps every character, the leading space too: offsets count them.

    Browsers send line ends as CRLF; the text has LF.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "strip": False})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class LinesField(forms.Field):
    """A list of names, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    hint = gettext_lazy("One a line.")

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class PairsField(forms.Field):
    """An object of texts, one ``scheme: value`` a line."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    hint = gettext_lazy("One a line, such as wikidata: Q212.")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{key}: {item}" for key, item in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        found: dict[str, str] = {}
        for line in filter(str.strip, str(value or "").splitlines()):
            key, colon, item = (part.strip() for part in line.partition(":"))
            if not colon or not item:
                raise ValidationError(_("Write each line as scheme: value."), code="invalid")
            if key in found:
                raise ValidationError(
                    _("%(key)s stands here twice."), code="repeated", params={"key": key}
                )
            found[key] = item
        return found


class ConcealedInput(forms.TextInput):
    """In place of a relation to a record that the user may not see; it stays as it is."""

    def format_value(self, value: Any) -> str:
        return _("a record that you may not see")
