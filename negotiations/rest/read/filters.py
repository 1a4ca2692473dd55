"""One way each to narrow a list; none ignores what it does not know, none repeats a row."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from negotiations.dates.rfc3339 import parse_day
from negotiations.models import COLLECTIONS, Record
from negotiations.models.nearest_slugs import suggest_slugs
from negotiations.rest.http.gone import find_redirect_slug
from negotiations.rest.read.as_of import parse_instant_param
from negotiations.rest.schemas.values import (
    READABLE_TEXT,
    Schema,
    build_list_schema,
    get_vocabulary_name,
    ref,
)
from negotiations.text.did_you_mean import suggest_similar

Rows = QuerySet[Any]


class FilterError(Exception):
    """A value that a filter refuses: ``code``, ``detail`` and what was perhaps meant."""

    def __init__(self, code: str, detail: str, meant: list[str] | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.meant = code, detail, meant or []


class ParamFilter(django_filters.CharFilter):
    """One parameter of a list. django-filter declares it; ``narrow`` applies it."""

    # What the OpenAPI document says of the parameter.
    schema: Schema = {"type": "string"}

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        """The rows that the text leaves; raises ``FilterError``."""
        raise FilterError("unknown_value", f"{text!r} is not understood.")


class TextFilter(ParamFilter):
    """Exactly this text, or one of several separated by commas."""

    schema = build_list_schema(READABLE_TEXT)

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        asked = text.split(",")
        if not all(asked):
            raise FilterError("empty_value", "One of the values between the commas is empty.")
        return rows.filter(**{f"{self.field_name}__in": asked})


class ChoiceFilter(ParamFilter):
    """One of the coded values, or several separated by commas."""

    def __init__(self, *args: Any, column: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.values = [value for value, _ in column.choices]
        self.schema = build_list_schema(ref(get_vocabulary_name(column)))

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        asked = text.split(",")
        for value in asked:
            if value not in self.values:
                meant = suggest_similar(value, self.values)
                raise FilterError("unknown_value", f"There is no value {value[:100]!r}.", meant)
        return rows.filter(**{f"{self.field_name}__in": asked})


class SlugFilter(ParamFilter):
    """Related records by slug, one or several separated by commas."""

    def __init__(self, *args: Any, target: type[Record], many: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.target, self.many = target, many
        self.schema = build_list_schema(ref("Slug"), f"Slugs of {target.resource_name}.")

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        keys = find_keys(self.target, text.split(","), user)
        if not self.many:
            return rows.filter(**{f"{self.field_name}__in": keys})
        field = rows.model._meta.get_field(self.field_name)
        links = field.remote_field.through._default_manager.filter(
            **{
                f"{field.m2m_field_name()}": OuterRef("pk"),
                f"{field.m2m_reverse_field_name()}__in": keys,
            }
        )
        return rows.filter(Exists(links))


def find_keys(target: type[Record], slugs: list[str], user: Any) -> list[int]:
    """The keys of the records with these slugs, all visible to the user; else a fault."""
    visible = target.objects.visible_to(user)
    found = dict(visible.filter(slug__in=slugs).values_list("slug", "pk"))
    for slug in slugs:
        if slug not in found and (now := find_redirect_slug(target, slug, user)):
            found |= visible.filter(slug=now).values_list("slug", "pk")
            continue
        if slug not in found:
            meant = suggest_slugs(target, slug, user)
            detail = f"There is no {slug[:100]!r} among {target.resource_name}."
            raise FilterError("unknown_reference", detail, meant)
    return list(found.values())


def parse_boolean(text: str) -> bool:
    """``true`` or ``false``."""
    if text not in {"true", "false"}:
        raise FilterError("unknown_value", "Write true or false.")
    return text == "true"


class BooleanFilter(ParamFilter):
    """``true`` or ``false``."""

    schema = {"type": "boolean"}

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        return self.where(rows, parse_boolean(text))

    def where(self, rows: Rows, holds: bool) -> Rows:
        """The rows for which it holds, or does not."""
        # Of `= true` Django leaves the bare column, which no index serves.
        return rows.filter(**{f"{self.field_name}__in": [holds]})


class NonEmptyFilter(BooleanFilter):
    """Whether a text is filled in."""

    schema = {"type": "boolean", "description": "Whether the sources leave something open."}

    def where(self, rows: Rows, holds: bool) -> Rows:
        empty = Q(**{f"{self.field_name}": ""})
        return rows.exclude(empty) if holds else rows.filter(empty)


class HasCitationFilter(BooleanFilter):
    """Whether a citation that the reader may see supports the record."""

    schema = {"type": "boolean", "description": "Whether words of a source support it."}

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        citations = COLLECTIONS["citations"].objects.visible_to(user)
        cited = Exists(citations.filter(**{str(rows.model._meta.model_name): OuterRef("pk")}))
        return rows.filter(cited) if parse_boolean(text) else rows.filter(~cited)


class IntegerFilter(ParamFilter):
    """A whole number, or several separated by commas."""

    schema = build_list_schema({"type": "integer", "minimum": 0, "maximum": 10**9 - 1})

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        numbers = text.split(",")
        if not all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers):
            raise FilterError("invalid_number", "Write whole numbers, separated by commas.")
        return rows.filter(**{f"{self.field_name}__in": [int(n) for n in numbers]})


class DateBoundFilter(ParamFilter):
    """One edge of a window of days; a record is in the window when its span overlaps it."""

    schema = {"type": "string", "format": "date"}

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        day = parse_day(text)
        if day is None:
            raise FilterError("invalid_date", "Write a day, for example 2025-07-19.")
        edge, name = self.extra["edge"], self.field_name
        # An open side reaches everywhere; a record without a date is nowhere.
        inside = Q(**{f"{name}_latest__gte" if edge == "from" else f"{name}_earliest__lte": day})
        open_side = Q(**{f"{name}_{'latest' if edge == 'from' else 'earliest'}__isnull": True})
        return rows.filter(inside | (open_side & ~Q(**{str(name): ""})))


class UpdatedSinceFilter(ParamFilter):
    """An instant; records written then or later."""

    schema = {
        "type": "string",
        "format": "date-time",
        "description": "Only what was written then or later.",
    }

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        instant = parse_instant_param(text)
        if instant is None:
            detail = "Write an instant with its zone, for example 2025-07-19T20:00:00Z."
            raise FilterError("invalid_instant", detail)
        return rows.filter(updated_at__gte=instant)


class CitedRecordFilter(ParamFilter):
    """The record that a citation supports, as ``proposals/<slug>``."""

    schema = ref("Address", description="The record that the words support.")

    def narrow(self, rows: Rows, text: str, user: Any) -> Rows:
        collection, _, slug = text.partition("/")
        model = COLLECTIONS.get(collection)
        kinds = rows.model.KINDS
        if model is None or model._meta.model_name not in kinds or not slug:
            detail = "Write the record as its collection and slug: proposals/<slug>."
            raise FilterError("unknown_reference", detail, suggest_similar(collection, COLLECTIONS))
        return rows.filter(**{f"{model._meta.model_name}__in": find_keys(model, [slug], user)})
