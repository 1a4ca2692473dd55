"""Which filters a list has: those that its fields give, and those that all records have."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models
from django_filters.rest_framework import FilterSet

from negotiations.models import Record
from negotiations.rest.http.query_params import QueryParams

from .filters import (
    BooleanFilter,
    ChoiceFilter,
    DateBoundFilter,
    FilterError,
    HasCitationFilter,
    IntegerFilter,
    NonEmptyFilter,
    ParamFilter,
    Rows,
    SlugFilter,
    TextFilter,
    UpdatedSinceFilter,
)
from .search_query import SearchFilter


def build_filters(
    model: type[Record], name: str, path: str = ""
) -> Iterator[tuple[str, ParamFilter]]:
    """The filters that a field gives; a relation also those of its target, one step away."""
    field: Any = model._meta.get_field(name)
    full = f"{path}{name}"
    if hasattr(field, "siblings"):
        yield f"{full}_from", DateBoundFilter(field_name=full, edge="from", required=False)
        yield f"{full}_to", DateBoundFilter(field_name=full, edge="to", required=False)
        yield from build_filters(model, f"{name}_certainty", path)
    elif field.is_relation:
        target: Any = field.related_model
        many = bool(field.many_to_many)
        yield full, SlugFilter(field_name=full, target=target, many=many)
        if not path and not many:
            for own in target._meta.concrete_fields:
                if is_record_relation(own) or (own.choices and own.name in {"kind", "status"}):
                    yield from build_filters(target, own.name, f"{name}__")
    elif field.choices:
        yield full, ChoiceFilter(field_name=full, column=field)
    elif isinstance(field, models.BooleanField):
        yield full, BooleanFilter(field_name=full)
    elif isinstance(field, models.IntegerField):
        yield full, IntegerFilter(field_name=full)
    else:
        yield full, TextFilter(field_name=full)


def is_record_relation(field: Any) -> bool:
    """Whether the field is a foreign key to a record."""
    return isinstance(field, models.ForeignKey) and issubclass(field.related_model, Record)


class RecordFilter(FilterSet):
    """The filters of a resource: those of its ``Meta.fields`` and those that all records have."""

    @classmethod
    def get_filters(cls) -> Any:
        filters: dict[str, Any] = OrderedDict()
        model = cls._meta.model
        if model is None:
            return filters
        for name in ("slug", "review", *cls._meta.fields):
            filters.update(build_filters(model, name))
        filters["updated_since"] = UpdatedSinceFilter(field_name="updated_at")
        filters["q"] = SearchFilter(field_name="pk")
        filters["has_open_question"] = NonEmptyFilter(field_name="open_question")
        if hasattr(model, "citations"):
            filters["cited"] = HasCitationFilter(field_name="pk")
        filters.update(cls.declared_filters)
        return filters


def filter_rows(rows: Rows, filters: Mapping[str, Any], query: QueryParams, user: Any) -> Rows:
    """Return the rows that the query leaves; what is wrong with it is noted there."""
    for name in filters.keys() & query.keys():
        try:
            rows = filters[name].narrow(rows, query[name], user)
        except FilterError as fault:
            query.fault(name, fault.code, fault.detail, fault.meant)
    return rows
