"""Bodies in: what a client wrote, checked member by member and then by the record's own rules."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError as RuleBreach
from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from negotiations.models import Citation, Record, UncertainDateField

from .members import strict_field
from .references import MOST_ITEMS, CodedField, Reference, References
from .selection import whole
from .shapes import Body
from .suggestions import MOST_SUGGESTED, Code, nearest

# Written on create inside their record; read and edited as a collection of their own.
NESTED = "citations"
# Of strange members: who sends more sends something else than a record.
MOST_FAULTS = 100


def dated(name: str) -> tuple[str, ...]:
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
            return References, options
        options |= {"required": not field.null, "allow_null": field.null}
        return Reference, options

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        return strict_field(*super().build_standard_field(field_name, model_field), model_field)

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for field in fields.values():
            # The document says them; the record's own rules check them, in the words of every door.
            field.run_validators = _leave_to_the_rules  # type: ignore[method-assign]
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError({"non_field_errors": ["Write a JSON object."]}, "invalid")
        faults = dict(self._strange_members(data))
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError(error.detail | faults) from error  # type: ignore[operator]
        if faults:
            raise ValidationError(faults)
        return value

    def _strange_members(self, data: Mapping[str, Any]) -> list[tuple[str, list[ErrorDetail]]]:
        faults: list[tuple[str, list[ErrorDetail]]] = []
        for name in data:
            if len(faults) == MOST_FAULTS:
                break
            field = self.fields.get(name)
            if field is None:
                meant = nearest(name, self.fields) if len(faults) < MOST_SUGGESTED else []
                code = Code("unknown_member", meant)
                faults.append((name, [ErrorDetail("There is no such member.", code)]))
            elif field.read_only and not self._is_unchanged(name, data[name]):
                faults.append((name, [ErrorDetail("This member cannot be written.", "read_only")]))
        return faults

    def _is_unchanged(self, name: str, value: Any) -> bool:
        return False


class NestedCitationSerializer(BodySerializer):
    """The words that support a new record; the record is the one they stand in."""

    class Meta:
        model = Citation
        fields = (
            *("source", "quote", "before", "after", "field", "voice", "relation", "credibility"),
            *("open_question", "note"),
        )


class RecordSerializer(BodySerializer):
    """The body of a record, and the one way in which a body becomes a record."""

    shared: ClassVar[tuple[str, ...]] = ("slug", "version", "review")
    shared_notes: ClassVar[tuple[str, ...]] = ("open_question", "note", "created_at", "updated_at")

    def get_fields(self) -> Any:
        fields = super().get_fields()
        if hasattr(self.Meta.model, NESTED):
            options: dict[str, Any] = {
                "many": True,
                "max_length": MOST_ITEMS,
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
        return whole(self.model).body(cast(Record, self.instance))

    def _is_unchanged(self, name: str, value: Any) -> bool:
        if self.instance is None:
            return False
        # ``version`` says what the change is based on and was compared before.
        return name == "version" or _wire(self.stored[name]) == value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put the values into the record and run its rules; it is then ready to be saved."""
        # What is then ready to be saved.
        self.ready: Record = self.instance or self.model()
        self.ready.asks_database = "held" not in self.context
        self.related: dict[str, Any] = {}
        if not self.partial and self.instance:
            self._reset_what_is_left_out(attrs)
        nested = attrs.pop(NESTED, None)
        if nested is not None and self.instance:
            detail = "Citations of a record that exists are written under /api/v1/citations/."
            raise ValidationError({NESTED: [detail]}, "read_only")
        if nested is not None:
            self.related[NESTED] = [Citation(**values) for values in nested]
            for citation in self.related[NESTED]:
                citation.asks_database = self.ready.asks_database
        many = {field.name for field in self.model._meta.many_to_many}
        for name, value in attrs.items():
            if name in many:
                self.related[name] = value
            else:
                setattr(self.ready, name, value)
        self._run_rules()
        return attrs

    def _run_rules(self) -> None:
        try:
            self.ready.validate(self.related)
        except RuleBreach as error:
            raise ValidationError(flat(error)) from error

    def _reset_what_is_left_out(self, attrs: dict[str, Any]) -> None:
        """PUT replaces the whole: what it leaves out gets its default; name and approval stay."""
        for name, field in self.fields.items():
            if field.read_only or name in attrs or name in {"slug", "review", "record", NESTED}:
                continue
            model_field: Any = self.model._meta.get_field(name)
            is_many = isinstance(model_field, models.ManyToManyField)
            attrs[name] = [] if is_many else model_field.get_default()


def _leave_to_the_rules(value: Any) -> None:
    """Instead of a field's own validators."""


def _wire(value: Any) -> Any:
    """A value of a body as JSON would carry it."""
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def flat(error: RuleBreach) -> Any:
    """A breach of the rules as DRF's nested detail, codes kept."""
    detail: dict[str, Any] = {}
    for name, errors in error.error_dict.items():
        place = detail
        *parents, last = name.split("/")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = [
            ErrorDetail(" ".join(single.messages), single.code or "invalid") for single in errors
        ]
    return detail
