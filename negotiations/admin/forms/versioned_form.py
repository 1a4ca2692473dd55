"""Forms that know which version of their record they show, and refuse to save over a newer one."""

import copy
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import history
from negotiations.admin.history import wording
from negotiations.history.diff import compare_versions
from negotiations.models import Record

# Fields of the form that are no content of the record.
CONTROL_FIELDS = frozenset({"read_version", "seen_version", "form_key", "warned", "reason"})

SAVED = gettext_lazy(
    "This was saved on %(when)s, after you opened it: it is now version %(version)s."
)
SAVED_BY = gettext_lazy(
    "This was saved by %(who)s on %(when)s, after you opened it: it is now version %(version)s."
)


class VersionedForm(forms.ModelForm):
    """A form of one record that carries the version it was opened at.

    When somebody saved the record meanwhile, the form says what changed and saves nothing. What
    was typed stays; a box then lets its author say that they have seen the newer version.
    """

    user: ClassVar[Any] = None
    instance: Record

    read_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen_version = forms.IntegerField(
        required=False,
        label=gettext_lazy("I have seen what changed; save mine over it"),
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # As it is in the database, before this form writes its values into it.
        self.stored = copy.copy(self.instance)
        if not self.instance._state.adding:
            self.initial["read_version"] = self.instance.version

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name not in CONTROL_FIELDS]

    @property
    def opened_at(self) -> int | None:
        """The version that the author of this form has seen."""
        return self.cleaned_data.get("seen_version") or self.cleaned_data.get("read_version")

    @property
    def is_stale(self) -> bool:
        return not self.stored._state.adding and self.opened_at != self.stored.version

    def guard(self) -> None:
        """Refuse when the record was saved after this form was opened."""
        if not self.is_stale:
            return
        self.add_error(None, build_stale_error(self.stored, self.opened_at, self.user))
        box = forms.CheckboxInput(attrs={"value": self.stored.version}, check_test=never)
        self.fields["seen_version"].widget = box


def never(value: Any) -> bool:
    """Nobody has seen a version before they were shown it."""
    return False


def build_stale_error(stored: Record, opened_at: int | None, user: Any) -> ValidationError:
    """What changed in a record since somebody opened it, by whom and when."""
    rows = history.list_versions(stored)
    new = rows.filter(version=stored.version).first()
    old = rows.filter(version=opened_at).first() if opened_at else None
    who = new.history_user if new else None
    when = formats.date_format(timezone.localtime(stored.updated_at), "DATETIME_FORMAT")
    what = (SAVED_BY if who else SAVED) % {"who": who, "when": when, "version": stored.version}
    yours = _("Nothing of yours is saved yet.")
    messages = [f"{what} {yours}"]
    if old and new:
        found = wording.describe_changes(type(stored), compare_versions(old, new), user)
        messages += [
            _("%(label)s is now “%(new)s”, was “%(old)s”.") % line._asdict() for line in found
        ]
    return ValidationError([ValidationError(message, code="stale") for message in messages])
