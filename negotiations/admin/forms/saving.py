"""Saving a page: each record on it that changed is written once, through the history."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from negotiations import history
from negotiations.models import Citation, Record


class SaveError(Exception):
    """A rule that could be asked only while saving: the page is shown again with its fault."""

    def __init__(self, prefix: str | None, error: ValidationError) -> None:
        super().__init__(prefix)
        self.prefix = prefix
        self.error = error


class Page:
    """What one page sends: the form of a record, and beside it the formsets of its parts.

    Each form knows its page, so that the record is validated with the citations beside it.
    """

    def __init__(self, late: Mapping[str | None, ValidationError] | None = None) -> None:
        """``late`` are faults that showed only while saving, by the prefix of their form."""
        self.late = late or {}
        self.formsets: list[Any] = []

    @property
    def citation_formset(self) -> Any:
        """The citations that are typed on the page, if it has any."""
        return next((each for each in self.formsets if each.model is Citation), None)


def get_page(request: Any) -> Page:
    """Return the page that is being saved by this request, or an empty one."""
    return getattr(request, "page", None) or Page()


class PageWriter:
    """Writes the valid forms of a page as one person's work. The caller opens the transaction."""

    def __init__(self, form: Any, formsets: list[Any], by: Any) -> None:
        self.form, self.formsets, self.by = form, formsets, by
        self.record: Record = form.instance
        self.reason = form.cleaned_data.get("reason", "")
        for formset in formsets:
            formset.new_objects, formset.changed_objects = [], []
            formset.deleted_objects = [row.stored for row in formset.forms_to_delete]

    def save(self) -> None:
        """Write changed citations, the record with its new ones, its parts; then delete rows."""
        for formset in self.formsets:
            for gone in formset.deleted_objects:
                gone.lock()
        new = []
        for formset in self.formsets:
            if formset.model is Citation:
                new = self._citations(formset)
        self._record(new)
        for formset in self.formsets:
            if formset.model is not Citation:
                self._parts(formset)
        for formset in self.formsets:
            for gone in formset.deleted_objects:
                self._delete(formset, gone)

    def _write(self, record: Record, related: dict[str, Any]) -> None:
        history.save(record, related=related, by=self.by, reason=self.reason)

    def _citations(self, formset: Any) -> list[Citation]:
        """Write the changed ones; return the new ones, which are written with their record."""
        new = []
        for form in list_changed_forms(formset):
            if form.instance._state.adding:
                new.append(form.instance)
                formset.new_objects.append(form.instance)
            else:
                if form.stored.review == Record.Review.WITHDRAWN:
                    form.instance.review = form.stored.review
                self._write(form.instance, form.related)
                formset.changed_objects.append((form.instance, form.changed_data))
        return new

    def _record(self, new: list[Citation]) -> None:
        if self.record._state.adding or self.form.has_changed():
            related = {**self.form.related, **({"citations": new} if new else {})}
            self._write(self.record, related)
            return
        # Words were added to a record that itself stays as it is: it gets no new version.
        for citation in new:
            citation.record = self.record
            citation.review = self.record.review
            self._write(citation, {})

    def _parts(self, formset: Any) -> None:
        for form in list_changed_forms(formset):
            part = form.instance
            setattr(part, formset.fk.name, self.record)
            adding = part._state.adding
            try:
                # Again, now that the record and its relations are stored: some rules ask them.
                part.validate(form.related)
            except ValidationError as error:
                raise SaveError(form.prefix, error) from error
            self._write(part, form.related)
            if adding:
                formset.new_objects.append(part)
            else:
                formset.changed_objects.append((part, form.changed_data))

    def _delete(self, formset: Any, gone: Record) -> None:
        """Locked above; its state of review may have followed that of the record since."""
        record = type(gone)._default_manager.get(pk=gone.pk)
        try:
            history.delete(record, by=self.by, reason=self.reason)
        except ValidationError as error:
            raise SaveError(formset.prefix, error) from error


def list_changed_forms(formset: Any) -> list[Any]:
    """The rows to be written."""
    gone = formset.forms_to_delete
    return [form for form in formset.forms if form not in gone and form.has_changed()]
