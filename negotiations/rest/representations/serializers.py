"""Bodies in: what a client wrote, checked member by member and then by the record's own rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, cast

from django.core.exceptions import ValidationError as RuleBreach
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField

from negotiations.models import Citation, Record, UncertainDateField
from negotiations.rest.read.projections import Body
from negotiations.rest.read.sparse_fields import get_default_projection
from negotiations.text.did_you_mean import (
    MAX_ERRORS_WITH_SUGGESTIONS,
    CodeWithSuggestions,
    suggest_similar,
)

from .relation_fields import MAX_ITEMS, CodedField, RelatedSlugField, RelatedSlugListField
from .strict_fields import get_strict_field

# Written on create inside their record; read and edited as a collection of their own.
NESTED = "citations"
# What has no default, or keeps its value when nothing is said of it.
NEVER_RESET = frozenset({"slug", "review", "record", NESTED})
# Of strange members: who sends more sends something else than a record.
MAX_UNKNOWN_MEMBERS = 100
# The faults of members by their names, as DRF nests them; those of the whole stand under ``ALL``.
ErrorDetails = dict[str, Any]
NON_FIELD_ERRORS = "non_field_errors"
CITED_LATER = "Citations of a record that exists are written under /api/v1/citations/."
NOT_AN_OBJECT = ErrorDetail("Write a JSON object.", "invalid")


def expand_date_field(name: str) -> tuple[str, ...]:
    """The members of an uncertain date: its text, its bounds, and how it is known."""
    return (name, *(f"{name}_{part}" for part in UncertainDateField.parts))


class BodySerializer(serializers.ModelSerializer):
    """A flat body: related records by slug, nothing ignored."""

    serializer_choice_field = CodedField

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        field = relation_info.model_field
        options: dict[str, Any] = {
            "model": relation_info.related_model,
            "help_text": field.help_text,
        }
        if relation_info.to_many:
            options |= {"required": not field.blank, "allow_empty": field.blank}
            return RelatedSlugListField, options
        options |= {"required": not field.null, "allow_null": field.null}
        return RelatedSlugField, options

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        return get_strict_field(*super().build_standard_field(field_name, model_field), model_field)

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for field in fields.values():
            # The document says them; the record's own rules check them, in the words of every door.
            field.run_validators = _skip_validators  # type: ignore[method-assign]
        return fields

    def get_validators(self) -> list[Any]:
        # DRF's ask the database for each row, tell no member, and keep the rules from being asked.
        return []

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError({NON_FIELD_ERRORS: [NOT_AN_OBJECT]})
        values, unread = self.read(data)
        built = self.build(values, unread)
        faults = self.find_rule_errors(built, unread) | unread
        if faults:
            raise ValidationError(faults)
        return built

    def read(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], ErrorDetails]:
        """The values of the members that can be read, and what is wrong with the others."""
        values: dict[str, Any] = {}
        faults: ErrorDetails = {}
        for name, field in self.fields.items():
            if field.read_only:
                continue
            try:
                value = field.run_validation(field.get_value(data))
                # As in DRF, a serializer adds to what its field checks.
                check = getattr(self, f"validate_{name}", None)
                values[name] = check(value) if check else value
            except SkipField:
                pass
            except ValidationError as error:
                faults[name] = error.detail
        return values, faults | dict(self._strange_members(data))

    def build(self, values: dict[str, Any], unread: Collection[str]) -> Any:
        """Return what the values make; ``unread`` are members whose values could not be read."""
        return values

    def find_rule_errors(self, built: Any, unread: Collection[str]) -> ErrorDetails:
        """Return the rules that it breaks; they say nothing of members that could not be read."""
        return {}

    def _strange_members(self, data: Mapping[str, Any]) -> list[tuple[str, list[ErrorDetail]]]:
        faults: list[tuple[str, list[ErrorDetail]]] = []
        for name in data:
            if len(faults) == MAX_UNKNOWN_MEMBERS:
                break
            field = self.fields.get(name)
            if field is None:
                meant = (
                    suggest_similar(name, self.fields)
                    if len(faults) < MAX_ERRORS_WITH_SUGGESTIONS
                    else []
                )
                code = CodeWithSuggestions("unknown_member", meant)
                faults.append((name, [ErrorDetail("There is no such member.", code)]))
            elif field.read_only and not self._is_unchanged(name, data[name]):
                faults.append(
                    (name, [ErrorDetail(_("This member cannot be written."), "read_only")])
                )
        return faults

    def _is_unchanged(self, name: str, value: Any) -> bool:
        return False


class NestedCitationSerializer(BodySerializer):
    """The words that support a new record; the record is the one they stand in.

    Its value is a pair: the citation as far as it can be read, and what is wrong with the rest. So
    the rules are run on every citation of a record, whatever is wrong with one.
    """

    class Meta:
        model = Citation
        fields = (
            *("source", "quote", "before", "after", "field", "voice", "relation", "credibility"),
            *("open_question", "note"),
        )

    def to_internal_value(self, data: Any) -> tuple[Citation, ErrorDetails]:
        is_object = isinstance(data, Mapping)
        values, faults = self.read(data) if is_object else ({}, {NON_FIELD_ERRORS: [NOT_AN_OBJECT]})
        citation = Citation(**values)
        citation.unread = frozenset(faults if is_object else self.fields)
        return citation, faults


class Draft(NamedTuple):
    """What a body makes of a record. Nothing of it is saved."""

    record: Record
    # Many-to-many relations by field name, and under ``citations`` those that come with a new one.
    related: dict[str, Any]
    # Every member that the body sets, with those that it resets by leaving them out.
    values: dict[str, Any]
    # What could not be read of each citation.
    citation_errors: Sequence[ErrorDetails]


class RecordSerializer(BodySerializer):
    """The body of a record, and the one way in which a body becomes a record.

    ``run_validation(body)`` returns a ``Draft`` or raises with every fault of the body. A changed
    record is the one that the serializer was given, with its new values.
    """

    shared: ClassVar[tuple[str, ...]] = ("slug", "version", "review")
    shared_notes: ClassVar[tuple[str, ...]] = ("open_question", "note", "created_at", "updated_at")

    def get_fields(self) -> Any:
        fields = super().get_fields()
        if hasattr(self.Meta.model, NESTED):
            options: dict[str, Any] = {
                "many": True,
                "max_length": MAX_ITEMS,
                "required": False,
                "write_only": True,
                "help_text": "On create only: the words that support the record.",
            }
            fields[NESTED] = NestedCitationSerializer(**options)
        return fields

    @property
    def model(self) -> type[Record]:
        """The kind of record."""
        return self.Meta.model

    @property
    def stored(self) -> Body:
        """The body as the client could read it."""
        return get_default_projection(self.model).body(cast(Record, self.instance))

    def _is_unchanged(self, name: str, value: Any) -> bool:
        if self.instance is None:
            return False
        # ``version`` says what the change is based on and was compared before.
        return name == "version" or format_json_value(self.stored[name]) == value

    def read(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], ErrorDetails]:
        removed = [name for name in data if self._is_removed(name, data[name])]
        values, faults = super().read({n: data[n] for n in data if n not in removed})
        values |= {name: self._default(name) for name in removed}
        if self.instance:
            if values.pop(NESTED, None) is not None:
                faults[NESTED] = [ErrorDetail(CITED_LATER, "read_only")]
        elif values.get("review", Record.Review.DRAFT) != Record.Review.DRAFT:
            del values["review"]
            faults["review"] = [ErrorDetail(_("A new record is a draft."), "review_step")]
        return values, faults

    def _is_removed(self, name: str, value: Any) -> bool:
        """Whether a patch takes out a member: it then has the default, as when a PUT is silent."""
        field = self.fields.get(name) if self.partial and value is None else None
        is_optional = field and not (field.read_only or field.required or field.allow_null)
        return bool(is_optional) and name not in NEVER_RESET

    def _default(self, name: str) -> Any:
        """What a member holds of which nothing is said."""
        column: Any = self.model._meta.get_field(name)
        return [] if isinstance(column, models.ManyToManyField) else column.get_default()

    def build(self, values: dict[str, Any], unread: Collection[str]) -> Draft:
        """Put the values into the record."""
        record: Record = self.instance or self.model()
        record.asks_database = "held" not in self.context
        record.unread = frozenset(unread)
        if self.instance:
            values = {**values, **self._list_defaults(values, unread)}
        nested = values.pop(NESTED, None)
        many = {field.name for field in self.model._meta.many_to_many}
        related = {name: value for name, value in values.items() if name in many}
        for name, value in values.items():
            if name not in many:
                setattr(record, name, value)
        if nested is not None:
            related[NESTED] = [citation for citation, _faults in nested]
            for citation in related[NESTED]:
                citation.asks_database = record.asks_database
        return Draft(record, related, values, [faults for _citation, faults in nested or ()])

    def _list_defaults(self, values: Collection[str], unread: Collection[str]) -> dict[str, Any]:
        """The defaults of members without a value; name and approval stay.

        PUT replaces the whole. And no rule may take what is stored for what could not be read.
        """
        kept = {*values, *NEVER_RESET}
        names = [name for name in (unread if self.partial else self.fields) if name not in kept]
        return {
            name: self._default(name)
            for name in names
            if name in self.fields and not self.fields[name].read_only
        }

    def find_rule_errors(self, built: Draft, unread: Collection[str]) -> ErrorDetails:
        """Return the rules that the draft breaks, with what is wrong with its citations."""
        details: ErrorDetails = {}
        try:
            built.record.validate(built.related)
        except RuleBreach as error:
            built.record.conceal_slug_holder(error.error_dict, self.context["request"].user)
            details = convert_rule_errors(error)
        return add_nested_errors(details, built.citation_errors)


# The serializer of each model; the app registers those of its viewsets when it starts.
SERIALIZERS: dict[type[Record], type[RecordSerializer]] = {}


def _skip_validators(value: Any) -> None:
    """Instead of a field's own validators."""


def format_json_value(value: Any) -> Any:
    """A value of a body as JSON would carry it."""
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def convert_rule_errors(error: RuleBreach) -> ErrorDetails:
    """A breach of the rules as DRF's nested detail, codes kept."""
    details: ErrorDetails = {}
    for name, errors in error.error_dict.items():
        place = details
        for step in name.split("/"):
            place = place.setdefault(step, {})
        place[NON_FIELD_ERRORS] = [
            ErrorDetail(" ".join(single.messages), single.code or "invalid") for single in errors
        ]
    return details


def add_nested_errors(details: ErrorDetails, nested: Iterable[ErrorDetails]) -> ErrorDetails:
    """The faults of a record, and what is wrong with members of its citations, in their places."""
    for number, faults in enumerate(nested):
        if faults:
            places = details.setdefault(NESTED, {})
            places[str(number)] = places.get(str(number), {}) | faults
    return details
