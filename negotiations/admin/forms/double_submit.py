"""One form is saved once, however often it is sent; other content is never taken for it.

Each of the views that save a form does the same three steps::

    def save(request):
        if spent := find_spent(request):  # sent before: lead to what it saved, or reopen it
            ...
        with save_once(request, "round") as spent:
            ...  # write the record
            spent.made = record.pk
        ...

    retry_conflict(lambda: save(request))
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from negotiations.admin.columns import translate_model_name
from negotiations.history import CONFLICT_ERRORS
from negotiations.models import SpentForm
from negotiations.models.system.slug_redirects import fetch_current_records
from negotiations.permissions import can_view

Answer = TypeVar("Answer")

FORMS_KEPT = timedelta(days=7)
# Buttons, and what the desk itself adds to a form: no content.
BESIDE = re.compile(r"_.*|csrfmiddlewaretoken|form_key|warned|filled_in_by|login-.*")


def generate_form_key() -> str:
    """A key for a form that is being opened."""
    return uuid.uuid4().hex


def key_of(request: Any) -> str:
    """The key of the form, or of the file that it confirms, cut to what a key can be."""
    key = request.POST.get("form_key") or request.POST.get("upload") or ""
    return key[:40].replace("\0", "")


def digest_of(request: Any) -> str:
    """Hash what the form says and where it was sent; empty boxes say nothing."""
    digest = hashlib.sha256(repr(request.path).encode())
    for name, values in sorted(request.POST.lists()):
        if not BESIDE.fullmatch(name) and any(values):
            digest.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            content = hashlib.sha256(file.read()).hexdigest()
            file.seek(0)
            digest.update(repr((name, file.name, content)).encode())
    return digest.hexdigest()


@contextmanager
def save_once(request: Any, kind: str) -> Iterator[SpentForm]:
    """Use the form up and save what it says, in one transaction.

    The block sets ``made`` or ``marks`` of the form to what it saved. If it sets neither, nothing
    that it wrote is kept and the form can be sent again. A second click waits for the first one,
    then fails on the unique key.
    """
    with transaction.atomic():
        SpentForm.objects.filter(spent_at__lt=timezone.now() - FORMS_KEPT).delete()
        spent = SpentForm.objects.create(
            key=key_of(request), user=request.user, kind=kind, digest=digest_of(request)
        )
        yield spent
        if spent.made or spent.marks:
            spent.save(update_fields=["made", "marks"])
        else:
            transaction.set_rollback(True)


def retry_conflict(attempt: Callable[[], Answer]) -> Answer:
    """Make a second attempt if another writer was faster: it then finds what that one wrote."""
    try:
        return attempt()
    except CONFLICT_ERRORS:
        return attempt()


def find_spent(request: Any) -> SpentForm | None:
    """Return what was noted when this form was saved; None if it was not."""
    return SpentForm.objects.filter(user=request.user, key=key_of(request)).first()


def find_made(request: Any, spent: SpentForm) -> Any:
    """Return the record that the form saved, or what it was merged into, if the user sees it."""
    model: Any = apps.get_model("negotiations", spent.kind)
    record = fetch_current_records(model, [spent.made]).get(spent.made) if spent.made else None
    return record if record and can_view(request.user, record) else None


def find_repeated(request: Any, spent: SpentForm) -> Any:
    """Return the record if the form was sent again as it was; None if anything is different."""
    return find_made(request, spent) if spent.digest == digest_of(request) else None


def reopen(request: Any, spent: SpentForm) -> ValidationError:
    """Give the form that was sent a new key; return the words that it is shown again with."""
    request.POST = request.POST.copy()
    request.POST["form_key"] = generate_form_key()
    record = find_made(request, spent)
    if record is None:
        words = format_html(
            "{}",
            _(
                "You saved this form before, but the record is gone. Nothing is saved now. "
                "Save again to make a new record of what is typed here."
            ),
        )
    else:
        link = format_html(
            '<a href="{}">{} “{}”</a>',
            reverse(f"admin:negotiations_{spent.kind}_change", args=[record.pk]),
            translate_model_name(type(record)),
            record,
        )
        words = format_html(
            _(
                "You saved this form before, with other content: {record}. Nothing is saved now. "
                "To correct that record, open it and change it there. To save what is typed here "
                "as well, save again."
            ),
            record=link,
        )
    return ValidationError(words, code="spent")
