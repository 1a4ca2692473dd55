"""Whole numbers as people type them, in forms and in tables alike."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Digits that a comma, stop, line, space or apostrophe parts.
PARTED = re.compile(r"[0-9]+(?:[.,_'’‘`\u00b4٫٬ ][0-9]+)+")
THOUSANDS = re.compile(r"[0-9]{1,3}(?:([.,_'’‘`\u00b4٫٬ ])[0-9]{3})(?:\1[0-9]{3})*")


def refuse_parted(text: str) -> None:
    """Refuse a number such as ``1,000``, which is a thousand to one person and 1 to another."""
    match = PARTED.search(" ".join(text.split()))
    if not match:
        return
    seen = match[0]
    thousands = THOUSANDS.fullmatch(seen)
    if not thousands:
        detail = _("“%(seen)s” is no whole number; write one in digits alone, for example 1000.")
    elif thousands[1] in ".," and seen.count(thousands[1]) == 1:
        detail = _(
            "“%(seen)s” may be %(digits)s, or %(whole)s with decimals; "
            "write %(digits)s or %(whole)s in digits alone."
        )
    else:
        detail = _("Write “%(seen)s” in digits alone: %(digits)s.")
    digits, whole = "".join(re.findall("[0-9]+", seen)), re.split("[^0-9]", seen)[0]
    told = {"seen": seen[:40], "digits": digits[:40], "whole": whole}
    raise ValidationError(detail % told, code="invalid")


class WholeNumberField(forms.IntegerField):
    """A number in digits alone. Django's own takes ``1.000`` for 1 and ``1_000`` for 1000."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and (text := value.strip()):
            refuse_parted(text)
            if not re.fullmatch("[+-]?[0-9]+", text):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
