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
from negotiations.rest.http.problem_details import Refusal

from .expand import MOST, Children, ToMany, ToOne
from .projections import Reader, Shape

# What a record usually takes in an answer.
RECORD_BYTES = 512
# About 25 MB: what one page may hold.
PAGE_RECORDS = 50_000
# About 250 MB: what one export may hold.
EXPORT_RECORDS = 500_000
EXPORT_BYTES = EXPORT_RECORDS * RECORD_BYTES
NARROWER = "Narrow the filters, for example by party, negotiation or updated_since"


def require_affordable_page(rows: QuerySet[Any], shape: Shape, reader: Reader, limit: int) -> None:
    """Refuse a page that would hold too much; ``rows`` are those of the page."""
    if not has_long_texts(shape) and limit * bound(shape) <= PAGE_RECORDS:
        return
    cost = Estimate(reader).of_rows(rows, shape, rows.count())
    if cost > PAGE_RECORDS:
        fitting = max(1, limit * PAGE_RECORDS // cost)
        raise too_costly(shape, cost, PAGE_RECORDS, f"Ask for at most limit={fitting}", "limit")


def require_affordable_export(rows: QuerySet[Any], shape: Shape, reader: Reader) -> None:
    """Refuse an export that would hold too much."""
    rows = rows.order_by()
    # Without looking at what is next to them, many are refused by their number.
    number = rows.count()
    cost = number * least(shape)
    if cost <= EXPORT_RECORDS:
        cost = Estimate(reader).of_rows(rows, shape, number)
    if cost > EXPORT_RECORDS:
        raise too_costly(shape, cost, EXPORT_RECORDS, NARROWER)


def too_costly(shape: Shape, cost: int, most: int, advice: str, name: str = "expand") -> Refusal:
    """The refusal, with what to ask instead."""
    if shape.expansions:
        advice, name = f"{advice}, or expand fewer relations", "expand"
    if has_long_texts(shape):
        advice = f"{advice}; long texts count by their length: omit them, or read them singly"
    detail = f"The answer would cost at least {cost:,} records; {most:,} are allowed. {advice}."
    fault = {"parameter": name, "code": "too_costly", "detail": detail}
    return Refusal("too_costly", detail, errors=[fault])


@dataclass(frozen=True)
class Estimate:
    """About how many records the bodies of some rows hold, for one reader."""

    reader: Reader

    def of_rows(self, rows: QuerySet[Any], shape: Shape, number: int) -> int:
        """So many rows, and all that is expanded next to them."""
        cost = number + self.of_texts(rows, shape)
        return cost + sum(self.next_to(rows, number, each) for each in expansions(shape))

    def next_to(self, rows: QuerySet[Any], number: int, expansion: Any) -> int:
        """What one relation adds to these rows."""
        shape: Shape = expansion.shape
        if isinstance(expansion, ToOne):
            return number * self.of_body(shape) + self.of_texts_behind(rows, expansion)
        keys = rows.values("pk")
        if isinstance(expansion, ToMany):
            return min(self.links(expansion, keys), number * MOST) * self.of_body(shape)
        visible = self.reader.rows(shape.model)
        children = visible.filter(**{f"{expansion.field.name}__in": keys}).order_by()
        found = min(children.count(), number * MOST)
        cost = found * self.of_body(shape) + self.of_texts(children, shape)
        single = [each for each in expansions(shape) if isinstance(each, ToOne)]
        return cost + sum(self.of_texts_behind(children, each) for each in single)

    def of_body(self, shape: Shape) -> int:
        """One body: itself, and what is usually expanded next to it."""
        return 1 + sum(self.usual(e) * self.of_body(e.shape) for e in expansions(shape))

    def usual(self, expansion: Any) -> int:
        """How many records one relation has on average, rounded up."""
        if isinstance(expansion, ToOne):
            return 1
        if isinstance(expansion, Children):
            name, parent = expansion.field.name, expansion.parent
            children = self.reader.rows(expansion.shape.model)
            linked = children.filter(**{f"{name}__isnull": False}).count()
        else:
            linked, parent = self.links(expansion), expansion.field.model
        return int(min(MOST, -(-linked // max(1, self.reader.rows(parent).count()))))

    def links(self, expansion: ToMany, keys: Any = None) -> int:
        """The rows of a many-to-many relation, of some records or of all."""
        field = expansion.field
        wanted = {f"{field.m2m_reverse_field_name()}__in": self.reader.rows(field.related_model)}
        if keys is not None:
            wanted[f"{field.m2m_field_name()}__in"] = keys
        return int(field.remote_field.through._default_manager.filter(**wanted).count())

    def of_texts(self, rows: QuerySet[Any], shape: Shape, path: str = "") -> int:
        """What the long texts of these rows count as."""
        cost = 0
        for name in long_texts(shape):
            if rows.query.is_sliced:
                rows = rows.model._base_manager.filter(pk__in=rows.values("pk"))
            total = rows.aggregate(total=Sum(Length(f"{path}{name}"), default=0))["total"]
            cost += int(total) // RECORD_BYTES
        return cost

    def of_texts_behind(self, rows: QuerySet[Any], expansion: ToOne) -> int:
        """What the long texts count as to which a relation of these rows leads."""
        target: type[Record] = expansion.shape.model
        if not long_texts(expansion.shape):
            return 0
        name = expansion.column.removesuffix("_id")
        if rows.query.is_sliced:
            rows = rows.model._base_manager.filter(pk__in=rows.values("pk"))
        visible = rows.filter(**{f"{name}__in": self.reader.rows(target)})
        return self.of_texts(visible, expansion.shape, f"{name}__")


def least(shape: Shape) -> int:
    """The records in one body of a shape whose relations to many are all empty."""
    return 1 + sum(least(e.shape) for e in expansions(shape) if isinstance(e, ToOne))


def bound(shape: Shape) -> int:
    """The most records that one body of a shape can hold."""
    numbers = ((1 if isinstance(e, ToOne) else MOST, e.shape) for e in expansions(shape))
    return 1 + sum(number * bound(further) for number, further in numbers)


def expansions(shape: Shape) -> list[Any]:
    return [*shape.expansions.values()]


def long_texts(shape: Shape) -> list[str]:
    return [name for name in shape.model.LONG_TEXTS if name in shape.columns]


def has_long_texts(shape: Shape) -> bool:
    return bool(long_texts(shape)) or any(has_long_texts(e.shape) for e in expansions(shape))
