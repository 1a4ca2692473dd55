"""The form of a record: the record's own rules decide, with all that is to be saved with it."""

import copy
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import construct_instance
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.models import Record
from negotiations.permissions import (
    can_perform,
    can_view,
    explain_refusal,
    find_refusal,
    get_review_action,
)

from .confirmation import ConfirmedFormMixin
from .double_submit import generate_form_key
from .fields import ConcealedInput
from .quantities import list_quantities, split_bounds
from .saving import Page
from .versioned_form import VersionedForm

WITHDRAWN = Record.Review.WITHDRAWN


class RuleForm(VersionedForm):
    """Asks ``Record.validate`` and puts each fault beside its field."""

    # What is sent together with this form.
    page: ClassVar[Page] = Page()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unseen: dict[str, list[Any]] = {}
        self.quantities = [n for n in list_quantities(self._meta.model) if n in self.fields]
        for name in self.quantities:
            least, most = (getattr(self.instance, f"{name}_{end}") for end in ("min", "max"))
            self.initial.setdefault(name, split_bounds((least, most)))
        if not self.instance._state.adding:
            self._keep_what_is_unseen()

    def _keep_what_is_unseen(self) -> None:
        """Relations to records that the user may not see are neither shown nor lost."""
        for field in (*self._meta.model._meta.fields, *self._meta.model._meta.many_to_many):
            if not field.is_relation or field.name not in self.fields:
                continue
            if not issubclass(field.related_model, Record):
                continue
            shown: Any = self.fields[field.name]
            if isinstance(field, models.ManyToManyField):
                self._keep_unseen_rows(field.name)
            elif (target := getattr(self.instance, field.name)) and not can_view(self.user, target):
                shown.queryset = field.related_model._base_manager.filter(pk=target.pk)
                shown.disabled = True
                shown.widget = ConcealedInput()

    def _keep_unseen_rows(self, name: str) -> None:
        told = self.initial.get(name) or []
        self.unseen[name] = [record for record in told if not can_view(self.user, record)]
        self.initial[name] = [record for record in told if can_view(self.user, record)]
        if self.unseen[name]:
            self.fields[name].required = False

    @property
    def related(self) -> dict[str, list[Any]]:
        """The many-to-many relations that the form proposes, and those it does not show."""
        names = [field.name for field in self._meta.model._meta.many_to_many]
        proposed = {n: list(self.cleaned_data[n]) for n in names if n in self.cleaned_data}
        return {name: rows + self.unseen.get(name, []) for name, rows in proposed.items()}

    def _post_clean(self) -> None:
        self.instance = construct_instance(
            self, self.instance, self._meta.fields, self._meta.exclude
        )
        self._set_quantities()
        self.guard()
        try:
            self.validate()
        except ValidationError as error:
            self.instance.conceal_slug_holder(error.error_dict, self.user)
            self.place(error)
        if self.prefix in self.page.late:
            self.place(self.page.late[self.prefix])

    def _set_quantities(self) -> None:
        for name in self.quantities:
            if name in self.cleaned_data:
                least, most = self.cleaned_data[name]
                setattr(self.instance, f"{name}_min", least)
                setattr(self.instance, f"{name}_max", most)

    def _box_of(self, name: str) -> str:
        """Name the field of the form in which a field of the record is typed."""
        base = name.removesuffix("_min").removesuffix("_max")
        return base if base in self.quantities else name

    def validate(self) -> None:
        """Every rule of the record as it is to be."""
        self.instance.validate(self.related)

    def place(self, error: ValidationError) -> None:
        """Each fault beside its field; where the form shows no such field, above all fields."""
        faulty = set(self.errors)
        for field, errors in error.update_error_dict({}).items():
            name = self._box_of(field)
            if name in self.fields and name in faulty:
                continue
            shown = name in self.fields and not self.fields[name].widget.is_hidden
            self.add_error(name if shown else None, errors)


class RecordForm(ConfirmedFormMixin, RuleForm):
    """The form of a page: it sees what the inlines propose, so words and record go together."""

    form_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Reason for this change"),
        help_text=gettext_lazy("Kept with the version, for whoever reads the history."),
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["form_key"] = generate_form_key()
        if "review" in self.fields:
            review: Any = self.fields["review"]
            review.choices = self.steps()

    def guard(self) -> None:
        """Refuse, too, when the record was closed to the user after this form was opened."""
        super().guard()
        if not self.stored._state.adding and not can_perform(self.user, "edit", self.stored):
            self.add_error(None, explain_refusal(self.user, "edit", self.stored))

    def clean(self) -> Any:
        if not self.cleaned_data.get("form_key"):
            raise ValidationError(_("This form has no key; open it again."), code="required")
        if self.cleaned_data.get("review", self.stored.review) != self.stored.review:
            self.refuse_publishing_own_change(self.cleaned_data["review"])
        return super().clean()

    def refuse_publishing_own_change(self, review: str) -> None:
        """Add an error when one save changes the record and also publishes it."""
        own = {*self.changed_data} - {"review"}
        citations = self.page.citation_formset
        if citations is not None and citations.has_changed():
            own.add("citations")
        if refusal := find_refusal(self.user, self.stored, review, ["review", *own]):
            self.add_error("review", refusal)

    def steps(self) -> list[tuple[str, str]]:
        """The state of review as it is, and those to which this user may take the record."""
        now = self.stored.review
        allowed = {
            state
            for state in Record.REVIEW_STEPS[now]
            if can_perform(self.user, get_review_action(now, state), self.stored)
        }
        return [(s.value, _(str(s.label))) for s in Record.Review if s.value in {now, *allowed}]

    def validate(self) -> None:
        """Validate the record with the citations of the page; each of those gets its own faults.

        The record of a page with two changed citations is validated with a list of these two. A
        fault at ``citations/1/quote`` then goes to the box ``quote`` of the form of the second.
        """
        citations = self.page.citation_formset
        if citations is None:
            super().validate()
            return
        rows = list(self.propose_citations(citations))
        try:
            self.instance.validate({**self.related, "citations": [words for words, _form in rows]})
        except ValidationError as error:
            own = self.place_citation_faults(error, citations, [form for _words, form in rows])
            raise ValidationError(own) from None

    def propose_citations(self, formset: Any) -> Any:
        """What the record is to have, each with the form that changes it: the rest are copies."""
        shown = set()
        formset.is_valid()
        for form in formset.forms:
            words = form.instance
            shown.add(words.pk)
            if form in formset.forms_to_delete or form.stored.review == WITHDRAWN:
                continue
            if form.has_changed():
                yield words, form
            elif not words._state.adding:
                yield copy.copy(words), None
        if not self.instance._state.adding:
            for words in self.instance.citations.exclude(pk__in=shown - {None}):  # type: ignore[attr-defined]
                if words.review != WITHDRAWN:
                    yield words, None

    def place_citation_faults(
        self, error: ValidationError, formset: Any, forms: list[Any]
    ) -> dict[str, Any]:
        """Put faults of citations into their forms; return those of the record itself."""
        own: dict[str, Any] = {}
        for name, errors in error.update_error_dict({}).items():
            kind, _, rest = name.partition("/")
            if kind != "citations":
                own[name] = errors
            elif not rest:
                formset.non_form_errors().extend(errors)
            else:
                number, _, field = rest.partition("/")
                form = forms[int(number)]
                if form is not None:
                    form.place(ValidationError({field: errors}))
        return own
