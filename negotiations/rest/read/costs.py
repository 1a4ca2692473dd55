"""The cost of an answer: estimated before the work starts, refused when it is too much.

The unit is one record in the answer. A row counts as one, and so does each record that is expanded
next to it, repeated ones included. Long texts count as one record for each ``RECORD_BYTES``.

A page is estimated from its limit alone; only when that looks too much are its rows counted. An
export always counts. What is one step away is counted exactly, what is two steps away by the
average of its table. Only what the reader may see counts: a refusal tells nothing of drafts.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Length

from negotiations.models import Record
from negotiations.rest.http.problem_details import ProblemError

from .expand import MAX_EXPANDED, ChildrenExpansion, ToManyExpansion, ToOneExpansion
from .projections import Projection, Viewer

# What a record usually takes in an answer.
RECORD_BYTES = 512
# About 25 MB: what one page may hold.
MAX_PAGE_RECORDS = 50_000
# About 250 MB: what one export may hold.
MAX_EXPORT_RECORDS = 500_000
MAX_EXPORT_BYTES = MAX_EXPORT_RECORDS * RECORD_BYTES
NARROW_FILTERS_ADVICE = "Narrow the filters, for example by party, negotiation or updated_since"


def require_affordable_page(
    rows: QuerySet[Any], shape: Projection, reader: Viewer, limit: int
) -> None:
    """Refuse a page that would hold too much; ``rows`` are those of the page."""
    if not has_long_texts(shape) and limit * get_max_records(shape) <= MAX_PAGE_RECORDS:
        return
    cost = CostEstimate(reader).of_rows(rows, shape, rows.count())
    if cost > MAX_PAGE_RECORDS:
        fitting = max(1, limit * MAX_PAGE_RECORDS // cost)
        raise build_too_costly_problem(
            shape, cost, MAX_PAGE_RECORDS, f"Ask for at most limit={fitting}", "limit"
        )


def require_affordable_export(rows: QuerySet[Any], shape: Projection, reader: Viewer) -> None:
    """Refuse an export that would hold too much."""
    rows = rows.order_by()
    # Without looking at what is next to them, many are refused by their number.
    number = rows.count()
    cost = number * get_min_records(shape)
    if cost <= MAX_EXPORT_RECORDS:
        cost = CostEstimate(reader).of_rows(rows, shape, number)
    if cost > MAX_EXPORT_RECORDS:
        raise build_too_costly_problem(shape, cost, MAX_EXPORT_RECORDS, NARROW_FILTERS_ADVICE)


def build_too_costly_problem(
    shape: Projection, cost: int, most: int, advice: str, name: str = "expand"
) -> ProblemError:
    """The refusal, with what to ask instead."""
    if shape.expansions:
        advice, name = f"{advice}, or expand fewer relations", "expand"
    if has_long_texts(shape):
        advice = f"{advice}; long texts count by their length: omit them, or read them singly"
    detail = f"The answer would cost at least {cost:,} records; {most:,} are allowed. {advice}."
    fault = {"parameter": name, "code": "too_costly", "detail": detail}
    return ProblemError("too_costly", detail, errors=[fault])


@dataclass(frozen=True)
class CostEstimate:
    """About how many records the bodies of some rows hold, for one reader."""

    reader: Viewer

    def of_rows(self, rows: QuerySet[Any], shape: Projection, number: int) -> int:
        """So many rows, and all that is expanded next to them."""
        cost = number + self.of_texts(rows, shape)
        return cost + sum(self.next_to(rows, number, each) for each in list_expansions(shape))

    def next_to(self, rows: QuerySet[Any], number: int, expansion: Any) -> int:
        """What one relation adds to these rows."""
        shape: Projection = expansion.shape
        if isinstance(expansion, ToOneExpansion):
            return number * self.of_body(shape) + self.of_texts_behind(rows, expansion)
        keys = rows.values("pk")
        if isinstance(expansion, ToManyExpansion):
            return min(self.links(expansion, keys), number * MAX_EXPANDED) * self.of_body(shape)
        visible = self.reader.rows(shape.model)
        children = visible.filter(**{f"{expansion.field.name}__in": keys}).order_by()
        found = min(children.count(), number * MAX_EXPANDED)
        cost = found * self.of_body(shape) + self.of_texts(children, shape)
        single = [each for each in list_expansions(shape) if isinstance(each, ToOneExpansion)]
        return cost + sum(self.of_texts_behind(children, each) for each in single)

    def of_body(self, shape: Projection) -> int:
        """One body: itself, and what is usually expanded next to it."""
        return 1 + sum(self.usual(e) * self.of_body(e.shape) for e in list_expansions(shape))

    def usual(self, expansion: Any) -> int:
        """How many records one relation has on average, rounded up."""
        if isinstance(expansion, ToOneExpansion):
            return 1
        if isinstance(expansion, ChildrenExpansion):
            name, parent = expansion.field.name, expansion.parent
            children = self.reader.rows(expansion.shape.model)
            linked = children.filter(**{f"{name}__isnull": False}).count()
        else:
            linked, parent = self.links(expansion), expansion.field.model
        return int(min(MAX_EXPANDED, -(-linked // max(1, self.reader.rows(parent).count()))))

    def links(self, expansion: ToManyExpansion, keys: Any = None) -> int:
        """The rows of a many-to-many relation, of some records or of all."""
        field = expansion.field
        wanted = {f"{field.m2m_reverse_field_name()}__in": self.reader.rows(field.related_model)}
        if keys is not None:
            wanted[f"{field.m2m_field_name()}__in"] = keys
        return int(field.remote_field.through._default_manager.filter(**wanted).count())

    def of_texts(self, rows: QuerySet[Any], shape: Projection, path: str = "") -> int:
        """What the long texts of these rows count as."""
        cost = 0
        for name in list_long_texts(shape):
            if rows.query.is_sliced:
                rows = rows.model._base_manager.filter(pk__in=rows.values("pk"))
            total = rows.aggregate(total=Sum(Length(f"{path}{name}"), default=0))["total"]
            cost += int(total) // RECORD_BYTES
        return cost

    def of_texts_behind(self, rows: QuerySet[Any], expansion: ToOneExpansion) -> int:
        """What the long texts count as to which a relation of these rows leads."""
        target: type[Record] = expansion.shape.model
        if not list_long_texts(expansion.shape):
            return 0
        name = expansion.column.removesuffix("_id")
        if rows.query.is_sliced:
            rows = rows.model._base_manager.filter(pk__in=rows.values("pk"))
        visible = rows.filter(**{f"{name}__in": self.reader.rows(target)})
        return self.of_texts(visible, expansion.shape, f"{name}__")


def get_min_records(shape: Projection) -> int:
    """The records in one body of a shape whose relations to many are all empty."""
    return 1 + sum(
        get_min_records(e.shape) for e in list_expansions(shape) if isinstance(e, ToOneExpansion)
    )


def get_max_records(shape: Projection) -> int:
    """The most records that one body of a shape can hold."""
    numbers = (
        (1 if isinstance(e, ToOneExpansion) else MAX_EXPANDED, e.shape)
        for e in list_expansions(shape)
    )
    return 1 + sum(number * get_max_records(further) for number, further in numbers)


def list_expansions(shape: Projection) -> list[Any]:
    return [*shape.expansions.values()]


def list_long_texts(shape: Projection) -> list[str]:
    return [name for name in shape.model.LONG_TEXTS if name in shape.columns]


def has_long_texts(shape: Projection) -> bool:
    return bool(list_long_texts(shape)) or any(
        has_long_texts(e.shape) for e in list_expansions(shape)
    )
