"""Counts and sums of a filtered list, by groups that are known beforehand."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import ExtractMonth, ExtractYear
from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import Record
from negotiations.rest.http.conditional import respond_with_json
from negotiations.rest.http.query_params import QueryParams
from negotiations.rest.http.response_cache import cache_response
from negotiations.text.did_you_mean import suggest_similar

from .as_of import AS_OF, supports_as_of, validate_as_of
from .filtersets import filter_rows, is_record_relation
from .projections import BODY_FIELDS

PARAMETERS = ("group", "measures")
MOST_GROUPS, MOST_ROWS = 3, 1000
AGGREGATES = {"sum": Sum, "min": Min, "max": Max}
# Choices of a related record by which a kind can be grouped, one step away.
RELATED_GROUP_FIELDS = {"kind", "status", "unit"}


class Group(NamedTuple):
    """One thing to group by: the expression, and how its values read."""

    expression: Any
    read: Any = None


class Measure(NamedTuple):
    """A number about a group: which aggregate, of which field."""

    aggregate: str
    field: str


@cache
def get_groups(model: type[Record]) -> dict[str, Group]:
    """Everything by which a kind can be grouped: choices, relations, years and months."""
    found = dict(_groups(model, ""))
    return {name: found[name] for name in sorted(found)}


def _groups(model: Any, path: str) -> Iterator[tuple[str, Group]]:
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        name = f"{path}{field.name}"
        is_shown = field.name in BODY_FIELDS[model] or field.name in getattr(model, "KINDS", ())
        if path and not (is_record_relation(field) or field.name in RELATED_GROUP_FIELDS):
            continue
        if field.many_to_many and is_shown:
            yield name, Group(F(f"{name}__slug"))
        elif is_record_relation(field) and is_shown:
            yield name, Group(F(f"{name}__slug"))
            if not path:
                yield from _groups(field.related_model, f"{name}__")
        elif field.choices and is_shown:
            yield name, Group(F(name))
        elif hasattr(field, "siblings") and not path:
            yield f"{name}_year", Group(build_period_expression(name, ExtractYear), str)
            yield (
                f"{name}_month",
                Group(build_period_expression(name, build_month_expression), format_year_month),
            )


def build_month_expression(day: Any) -> Any:
    """A day's month and year as one number."""
    return ExtractYear(day) * 100 + ExtractMonth(day)


def format_year_month(number: int) -> str:
    """``2025-07``."""
    return f"{number // 100}-{number % 100:02}"


def build_period_expression(name: str, part: Any) -> Any:
    """The year or month of an uncertain date; null where it may lie in more than one."""
    first, last = part(f"{name}_earliest"), part(f"{name}_latest")
    return Case(When(Q(_same(first, last)), then=first), output_field=models.IntegerField())


def _same(first: Any, last: Any) -> Any:
    return models.lookups.Exact(first, last)


@cache
def get_measures(model: type[Record]) -> dict[str, Measure]:
    """What can be told of each group: how many records, and sums and bounds of quantities."""
    found = {"count": Measure("count", "pk")}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.IntegerField) and field.name.endswith(("_min", "_max")):
            found |= {f"{name}_{field.name}": Measure(name, field.name) for name in AGGREGATES}
    return found


class StatsMixin(GenericViewSet):
    """What a viewset needs for ``stats/``."""

    model: Any
    filterset_class: Any

    @action(detail=False)
    @cache_response
    @supports_as_of
    def stats(self, request: Request) -> HttpResponse:
        """How many records the filters leave, and what they add up to, by groups.

        A record with several parties is counted with each of them, one with none under null. A date
        that may lie in more than one year or month is counted under null. Sums leave out records
        that are parts of others in the list: their counts are contained in those of the whole.
        """
        filters = self.filterset_class.base_filters
        query = QueryParams(request, [*PARAMETERS, AS_OF, *filters])
        validate_as_of(query)
        rows = filter_rows(self.get_queryset(), filters, query, request.user)
        asked = _parse_names(query, "group", get_groups(self.model))
        told = _parse_names(query, "measures", get_measures(self.model)) or ["count"]
        validate_grouping(query, self.model, asked, told)
        query.refuse()
        head = ChangeFeed(request.user).head()
        results = build_table(rows, asked, told)
        if len(results) > MOST_ROWS:
            detail = f"These are more than {MOST_ROWS} groups; narrow the list by filters."
            query.fault("group", "too_many", detail)
            query.refuse()
        body = {"group": asked, "measures": told, "results": results}
        return respond_with_json(request, body, head.at)


def _parse_names(query: QueryParams, parameter: str, known: Any) -> list[str]:
    names = query[parameter].split(",") if parameter in query else []
    for name in names:
        if name not in known:
            detail = f"Here is no {parameter.removesuffix('s')} {name[:100]!r}."
            query.fault(parameter, "unknown_value", detail, suggest_similar(name, known))
    if len(set(names)) < len(names):
        query.fault(parameter, "repeated", "One of them stands here twice.")
    return names


def validate_grouping(
    query: QueryParams, model: type[Record], asked: Sequence[str], told: Sequence[str]
) -> None:
    """Note what cannot be grouped or added up."""
    if len(asked) > MOST_GROUPS:
        query.fault("group", "too_many", f"Name at most {MOST_GROUPS} groups.")
    unit = next((n for n in ("unit", "commitment__unit") if n in get_groups(model)), None)
    # A filter by one unit leaves one, a filter by several does not.
    if unit is None or unit in asked or "," not in query.get(unit, ","):
        return
    if any(name in get_measures(model) and "quantity" in name for name in told):
        detail = f"Group by {unit} as well: persons and days do not add up."
        query.fault("measures", "mixed_units", detail, [unit])


def build_table(
    rows: QuerySet[Any], asked: Sequence[str], told: Sequence[str]
) -> list[dict[str, Any]]:
    """One row for each group, ordered by the groups, null last; at most one too many."""
    model: Any = rows.model
    chosen = {f"group_{n}": get_groups(model)[name] for n, name in enumerate(asked)}
    numbers = {f"measure_{n}": get_measures(model)[name] for n, name in enumerate(told)}
    whole = rows.order_by()
    if any(measure.aggregate == "sum" for measure in numbers.values()):
        whole = mark_parts(whole)
    whole = whole.annotate(**{key: group.expression for key, group in chosen.items()})
    aggregates = {key: build_aggregate(model, measure) for key, measure in numbers.items()}
    if not chosen:
        found = [tuple(whole.aggregate(**aggregates).values())]
    else:
        grouped = whole.values(*chosen).annotate(**aggregates)
        found = list(grouped.values_list(*chosen, *numbers)[: MOST_ROWS + 1])
    places = range(len(chosen))
    found.sort(key=lambda row: [(row[n] is None, row[n] or "") for n in places])
    # PostgreSQL gives the sum of large whole numbers as a decimal.
    readers = [group.read for group in chosen.values()] + [int] * len(numbers)
    return [
        {
            name: read(value) if read and value is not None else value
            for name, read, value in zip([*asked, *told], readers, row, strict=True)
        }
        for row in found
    ]


def mark_parts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Mark the records whose whole is among the rows too."""
    if "part_of" not in {field.name for field in rows.model._meta.concrete_fields}:
        return rows
    return rows.alias(is_part=Exists(rows.filter(pk=OuterRef("part_of_id"))))


def build_aggregate(model: Any, measure: Measure) -> Any:
    """The SQL aggregate of a measure."""
    if measure.aggregate == "count":
        return Count("pk")
    has_parts = "part_of" in {field.name for field in model._meta.concrete_fields}
    counted = Q(is_part=False) if has_parts and measure.aggregate == "sum" else None
    return AGGREGATES[measure.aggregate](measure.field, filter=counted)
