"""The short form of one kind of record: what it asks, and the words that support it."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import modelform_factory
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import history
from negotiations.admin.forms.fields import ExactTextField, LinesField, PairsField
from negotiations.admin.forms.quantities import build_quantity_field, list_quantities
from negotiations.admin.forms.record_form import RuleForm
from negotiations.admin.forms.whole_numbers import WholeNumberField
from negotiations.admin.forms.widgets import EXACT_FIELDS, TEXTAREA_ROWS, require_choice
from negotiations.models import Citation, Dismissal, Issue, Party, Person, Post, Record, Source

from .annotated_text import QuotedPassage, locate_passage
from .form_specs import FormSpec
from .name_fields import NameField

# Kinds that can be made where they are named; what is asked for each besides the name.
MADE_IN_PLACE = (Party, Person, Issue)
PASSAGE_FIELDS = ("quote", "before", "after")
DATE_SUFFIXES = ("", "_words", "_certainty", "_anchor")
REMARKS = ("open_question", "note")


class CodingForm(RuleForm):
    """Valid only with its words; what is named and not known is made with it, if it is told to."""

    # A new record was never opened at a version.
    read_version = None  # type: ignore[assignment]
    seen_version = None  # type: ignore[assignment]

    kind: ClassVar[FormSpec]
    source: ClassVar[Source]

    quote = ExactTextField(
        label=gettext_lazy("Quotation"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    before = ExactTextField(label=gettext_lazy("Words before"), required=False, max_length=200)
    after = ExactTextField(label=gettext_lazy("Words after"), required=False, max_length=200)
    form_key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.made: list[Record] = []
        self.passage: QuotedPassage | None = None
        # Whoever is made in place needs the words first.
        self.order_fields(PASSAGE_FIELDS)
        for name in PASSAGE_FIELDS:
            # The words have the language and the direction of their source, not of the desk.
            self.fields[name].widget.attrs |= {"lang": self.source.language, "dir": "auto"}

    # What is asked of it

    def _clean_fields(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, NameField) and f"{name}_make" in self.fields:
                told = str(self.data.get(f"{name}_make", "")).strip()
                field.maker = partial(self._make, field.model, told) if told else None
        super()._clean_fields()  # type: ignore[misc]

    def clean_after(self) -> str:
        """The words are settled once all three texts are read."""
        text = self.source.text
        told = [str(self.cleaned_data.get(name, "")) for name in PASSAGE_FIELDS]
        self.passage = locate_passage(text, *told)
        self.cleaned_data |= self.passage._asdict() | {"start": None}
        return self.passage.after

    def found(self) -> QuotedPassage:
        """The passage that the form shows now, checked or not."""
        told = [str(self[name].value() or "") for name in PASSAGE_FIELDS]
        return locate_passage(self.source.text, *told)

    def citation(self, **given: Any) -> Citation:
        """A new citation of the words."""
        words = self.passage or QuotedPassage("")
        values: Any = {"voice": self.data.get("voice") or Citation.Voice.NARRATOR}
        return Citation(
            source=self.source,
            quote=words.quote,
            before=words.before,
            after=words.after,
            **{**values, **given},
        )

    def _make(self, model: type[Record], told: str, name: str) -> Record:
        values: Any = {"title": name, "question": told} if model is Issue else {"name": name}
        if model is Party:
            values["kind"] = told
        record = model(**values)
        return self._stored(record)

    def _stored(self, record: Record) -> Record:
        """Written with the words as its own; its faults are told in one list."""
        related = {"citations": [self.citation()]}
        try:
            record.validate(related)
        except ValidationError as error:
            faults = [fault for each in error.error_dict.values() for fault in each]
            raise ValidationError(ValidationError(faults).messages, code="not_made") from error
        history.save(record, related=related, by=self.user)
        self.made.append(record)
        return record

    def validate(self) -> None:
        if isinstance(self.instance, Dismissal):
            words = self.passage or QuotedPassage("")
            self.instance.source = self.source
            self.instance.quote = words.quote
            self.instance.before, self.instance.after = words.before, words.after
            self.instance.validate()
            return
        for name in self.kind.dates:
            # A day to count from says something only with the words that are counted.
            if not self.cleaned_data.get(f"{name}_words"):
                setattr(self.instance, f"{name}_anchor", None)
        self.proposed = [self.citation()]
        try:
            self.instance.validate({**self.related, "citations": self.proposed})
        except ValidationError as error:
            told = error.update_error_dict({})
            raise ValidationError(
                {name.removeprefix("citations/0/"): faults for name, faults in told.items()}
            ) from None

    # Writing

    def write(self) -> bool:
        """Save the valid record with its words as a draft; false if a part of it was refused."""
        related: dict[str, Any] = dict(self.related)
        if not isinstance(self.instance, Dismissal):
            related["citations"] = self.proposed
        history.save(self.instance, related=related, by=self.user)
        self.made.append(self.instance)
        return self._write_post()

    def _write_post(self) -> bool:
        title = self.cleaned_data.get("post_title")
        if not title:
            return True
        party = self.cleaned_data.get("post_party")
        if party is None:
            self.add_error("post_party", _("Say for whom the person holds this office."))
            return False
        try:
            holder: Any = self.instance
            self._stored(Post(person=holder, party=party, title=title))
        except ValidationError as error:
            self.add_error("post_title", error)
            return False
        return True

    def unblamed(self) -> CodingForm:
        """The form with what was typed and without its faults: nobody asked for them yet."""
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data = {}
        return self


def build_coding_form_class(kind: FormSpec, source: Source, user: Any) -> type[CodingForm]:
    """The form class of one kind over one source, for one user."""
    dated = [f"{name}{part}" for name in kind.dates for part in DATE_SUFFIXES]
    negotiation = ["negotiation"] if kind.has_negotiation else []
    quantities = list_quantities(kind.model)
    beside = {"voice", *quantities}
    asked = [name for name in kind.asked if name not in beside]
    names = [*negotiation, *asked, *dated, *kind.more, *REMARKS]
    declared: dict[str, Any] = {"kind": kind, "source": source, "user": user}
    declared |= {name: build_quantity_field(kind.model, name) for name in quantities}
    relations = {f.name: f for f in (*kind.model._meta.fields, *kind.model._meta.many_to_many)}
    for name in names:
        target = relations[name].related_model
        if target in MADE_IN_PLACE:
            declared[f"{name}_make"] = build_creation_field(target)
    if kind.model is Person:
        declared["post_title"] = forms.CharField(
            required=False, max_length=200, label=_("Office, as the source calls it")
        )
        declared["post_party"] = NameField(
            Party, user, many=False, required=False, label=_("Held for the party")
        )
        declared["post_party_make"] = build_creation_field(Party)
    if kind.model is not Dismissal:
        declared["voice"] = forms.ChoiceField(
            choices=[("", "---------"), *translate_choices(Citation.Voice.choices)],
            label=_("Whose words they are"),
        )
    base = type(f"{kind.model.__name__}ShortForm", (CodingForm,), declared)
    callback = partial(build_form_field, user=user)
    made: Any = modelform_factory(kind.model, form=base, fields=names, formfield_callback=callback)
    return made


def build_creation_field(model: Any) -> forms.Field:
    """What must be said of a record that is made where it is named."""
    if model is Party:
        kinds = [("", _("no, it must exist")), *translate_choices(Party.Kind.choices)]
        return forms.ChoiceField(choices=kinds, required=False, label=_("Make it a new party"))
    if model is Issue:
        return forms.CharField(
            required=False, max_length=300, label=_("Make it a new issue with the question")
        )
    return forms.BooleanField(required=False, label=_("Make it a new person"))


def translate_choices(choices: Any) -> list[tuple[str, str]]:
    return [(value, _(str(label))) for value, label in choices]


def build_form_field(db_field: Any, *, user: Any, **options: Any) -> Any:
    """How a field of a model is asked here: names instead of keys, texts kept exactly."""
    words: dict[str, Any] = {
        "label": _(capfirst(str(db_field.verbose_name))),
        "help_text": str(db_field.help_text),
    }
    if db_field.is_relation:
        is_needed = not db_field.blank
        many = isinstance(db_field, models.ManyToManyField)
        return NameField(db_field.related_model, user, many=many, required=is_needed, **words)
    if isinstance(db_field, models.JSONField):
        kind: Any = LinesField if db_field.default is list else PairsField
        return kind(required=False, **words)
    if isinstance(db_field, models.DateField):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        return forms.DateField(required=False, widget=widget, input_formats=["%Y-%m-%d"], **words)
    if isinstance(db_field, models.TextField) or db_field.name in EXACT_FIELDS:
        options["form_class"] = ExactTextField
    elif isinstance(db_field, models.IntegerField):
        options["form_class"] = WholeNumberField
    field = db_field.formfield(**options, **words)
    if isinstance(db_field, models.TextField):
        field.widget.attrs["rows"] = TEXTAREA_ROWS.get(db_field.name, 2)
    if hasattr(field, "choices"):
        field.choices = translate_choices(field.choices)
        require_choice(field, db_field)
    return field
