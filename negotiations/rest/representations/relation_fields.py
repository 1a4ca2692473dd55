"""How a body names other records: by slug."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from negotiations.models import CITABLE_MODELS, COLLECTIONS, Record
from negotiations.models.nearest_slugs import suggest_slugs
from negotiations.rest.http.gone import find_redirect_slug
from negotiations.rest.http.query_params import is_readable
from negotiations.text.did_you_mean import (
    MAX_ERRORS_WITH_SUGGESTIONS,
    CodeWithSuggestions,
    suggest_similar,
)

# How many records, or new citations, one member names.
MAX_ITEMS = 200


# Records by kind and slug that were looked up at once for many bodies.
PrefetchedRecords = Mapping[type[Record], Mapping[str, Record]]


def find_records(
    model: type[Record], slugs: list[str], user: Any, held: PrefetchedRecords | None = None
) -> dict[str, Record]:
    """The records with these slugs that the user may see; of those that are held, if given."""
    if held is not None:
        return {slug: held[model][slug] for slug in slugs if slug in held.get(model, ())}
    visible = model.objects.visible_to(user)
    # PostgreSQL cannot even be asked for a text with a NUL.
    slugs = [slug for slug in slugs if is_readable(slug)]
    return {record.slug: record for record in visible.filter(slug__in=slugs)}


def build_unknown_reference_error(model: type[Record], slug: str, context: Any) -> ErrorDetail:
    """The fault of naming a record that is not there, or hidden; the first tell what was meant."""
    context["suggested"] = context.get("suggested", 0) + 1
    meant: list[str] = []
    if context["suggested"] <= MAX_ERRORS_WITH_SUGGESTIONS and is_readable(slug):
        user = context["request"].user
        now, alike = find_redirect_slug(model, slug, user), suggest_slugs(model, slug, user)
        meant = [now, *(other for other in alike if other != now)] if now else alike
    code = CodeWithSuggestions("unknown_reference", meant)
    detail = _("There is no '%(slug)s' among %(kinds)s.")
    words = {"slug": repr(slug[:100])[1:-1], "kinds": model.resource_name}
    return ErrorDetail(detail % words, code)


@extend_schema_field({"type": "string"})
class RelatedSlugField(serializers.Field):
    """One record by its slug."""

    def __init__(self, *, model: type[Record], **options: Any) -> None:
        super().__init__(**options)
        self.model = model

    def to_internal_value(self, data: Any) -> Record:
        if not isinstance(data, str):
            raise ValidationError(_("Write a slug."), "invalid")
        user = self.context["request"].user
        record = find_records(self.model, [data], user, self.context.get("held")).get(data)
        if record is None:
            raise ValidationError([build_unknown_reference_error(self.model, data, self.context)])
        return record

    def to_representation(self, value: Record) -> str:
        return value.slug


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class RelatedSlugListField(serializers.Field):
    """Several records by their slugs, each once; the order carries no meaning."""

    def __init__(self, *, model: type[Record], allow_empty: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.model, self.allow_empty = model, allow_empty

    def to_internal_value(self, data: Any) -> list[Record]:
        if not isinstance(data, list) or not all(isinstance(slug, str) for slug in data):
            raise ValidationError(_("Write a list of slugs."), "invalid")
        if not data and not self.allow_empty:
            raise ValidationError(_("Name at least one."), "empty")
        if len(data) > MAX_ITEMS:
            raise ValidationError(f"Name at most {MAX_ITEMS}.", "max_length")
        user = self.context["request"].user
        records = find_records(self.model, data, user, self.context.get("held"))
        faults: dict[str, list[ErrorDetail]] = {}
        for number, slug in enumerate(data):
            if slug not in records:
                faults[str(number)] = [
                    build_unknown_reference_error(self.model, slug, self.context)
                ]
            elif slug in data[:number]:
                faults[str(number)] = [ErrorDetail(_("It is named twice."), "repeated")]
        if faults:
            raise ValidationError(faults)
        return [records[slug] for slug in data]

    def to_representation(self, value: Any) -> list[str]:
        return sorted(record.slug for record in value.all())


@extend_schema_field({"type": "string", "examples": ["proposals/russian-demands"]})
class ResourcePathField(serializers.Field):
    """A record of any kind that can be cited, as its collection and slug."""

    def to_internal_value(self, data: Any) -> Record:
        kinds = {
            name: model
            for name, model in COLLECTIONS.items()
            if model._meta.model_name in CITABLE_MODELS
        }
        collection, _separator, slug = (
            data.partition("/") if isinstance(data, str) else ("", "", "")
        )
        if collection not in kinds:
            code = CodeWithSuggestions("unknown_reference", suggest_similar(collection, kinds))
            raise ValidationError("Write it as proposals/<slug>.", code)
        user = self.context["request"].user
        held = self.context.get("held")
        record = find_records(kinds[collection], [slug], user, held).get(slug)
        if record is None:
            raise ValidationError(
                [build_unknown_reference_error(kinds[collection], slug, self.context)]
            )
        return record

    def to_representation(self, value: Record) -> str:
        return value.address


class CodedField(serializers.ChoiceField):
    """A coded value; an unknown one is answered with those like it."""

    def to_internal_value(self, data: Any) -> Any:
        if data == "" and self.allow_blank:
            return ""
        if not isinstance(data, str) or data not in self.choices:
            code = CodeWithSuggestions(
                "unknown_value", suggest_similar(str(data), [str(key) for key in self.choices])
            )
            detail = _("There is no value '%(value)s'.") % {"value": repr(str(data)[:100])[1:-1]}
            raise ValidationError(detail, code)
        return data
