"""One form makes one record, however often its button is clicked."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from negotiations.models import SpentForm

FORMS_KEPT = timedelta(days=7)


def new_key() -> str:
    """A key for a form that is being opened."""
    return uuid.uuid4().hex


def spend(user: Any, kind: str, key: str) -> SpentForm:
    """Use the form up: a second click waits here, then fails on the unique key."""
    SpentForm.objects.filter(spent_at__lt=timezone.now() - FORMS_KEPT).delete()
    return SpentForm.objects.create(key=key, user=user, kind=kind)


def made_by(user: Any, kind: str, key: str) -> int | None:
    """The key of the record that this very form made already."""
    rows = SpentForm.objects.filter(user=user, kind=kind, key=key[:40].replace("\0", ""))
    return rows.filter(made__isnull=False).values_list("made", flat=True).first()
