"""Keyset pages: page 2,000 costs what page 1 costs; rows added meanwhile repeat and hide none."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from django.core import signing
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
)
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from negotiations.history.visible_changes import ChangeFeed
from negotiations.models import Record
from negotiations.models.date_fields import UnknownAfterAll, UnknownBeforeAll
from negotiations.rest.http.query_params import QueryParams
from negotiations.text.did_you_mean import suggest_similar

from .projections import BODY_FIELDS, Projection, Row, Viewer

DEFAULT_LIMIT, LARGEST_LIMIT = 50, 500
PAGE_PARAMETERS = ("limit", "cursor", "ordering", "count")
# Parameters that may change from one page to the next.
UNSCOPED_PARAMETERS = frozenset({"cursor", "limit", "count", "fields", "omit", "expand"})
# Without the time: the same page has the same cursor, and so the same tag.
CURSOR_SIGNER = signing.Signer(salt="negotiations.cursor")


@dataclass(frozen=True)
class OrderingKey:
    """One column of an order; empty values come last, either way."""

    column: str
    descending: bool
    nullable: bool = False
    # For days that may be unknown: what they are ordered by, which never is NULL.
    day: type[UnknownAfterAll] | None = None

    @property
    def expression(self) -> Any:
        """What the rows are ordered by."""
        return self.day(self.column) if self.day else F(self.column)

    def order(self, *, backwards: bool) -> Any:
        """The ORDER BY term."""
        descending = self.descending != backwards
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        nulls = nulls if self.nullable else {}
        return self.expression.desc(**nulls) if descending else self.expression.asc(**nulls)

    def bind(self, value: Any) -> Any:
        """A value to compare with."""
        if self.day is None:
            return Value(value)
        return Value(value or self.day.day, output_field=models.DateField())

    def further(self, value: Any, *, backwards: bool) -> Q | None:
        """Rows that this column alone puts beyond a value; None when there can be none."""
        if value is None and self.nullable:
            return Q(**{f"{self.column}__isnull": False}) if backwards else None
        comparison = LessThan if self.descending != backwards else GreaterThan
        rows = Q(comparison(self.expression, self.bind(value)))
        return (
            rows | Q(**{f"{self.column}__isnull": True})
            if self.nullable and not backwards
            else rows
        )

    def same(self, value: Any) -> Q:
        """Rows with this value."""
        if value is None and self.nullable:
            return Q(**{f"{self.column}__isnull": True})
        return Q(Exact(self.expression, self.bind(value)))


class Ordering(tuple[OrderingKey, ...]):
    """The columns of an order; the last is unique, so no two rows tie."""

    @classmethod
    def read(cls, query: QueryParams, model: type[models.Model], known: Sequence[str]) -> Self:
        """From ``ordering=-date_earliest,slug``, or the model's own order."""
        if "ordering" not in query:
            return cls.of_model(model)
        keys = []
        terms = query["ordering"].split(",")
        names = [term.removeprefix("-") for term in terms]
        for name, term in zip(names, terms, strict=True):
            if names.count(name) > 1:
                query.fault("ordering", "repeated_value", f"{name[:100]!r} stands there twice.")
                break
            if name in known:
                keys.append(_key(model, name, term.startswith("-")))
            else:
                detail = f"Lists are not ordered by {name[:100]!r}."
                # Of an uncertain date, one of its two days.
                meant = [n for n in known if n in {f"{name}_earliest", f"{name}_latest"}]
                sign = "-" if term.startswith("-") else ""
                meant = [f"{sign}{n}" for n in meant or suggest_similar(name, known)]
                query.fault("ordering", "unknown_ordering", detail, meant)
        return cls._unique(model, keys)

    @classmethod
    @cache
    def of_model(cls, model: type[models.Model]) -> Self:
        """The order in which a kind is listed."""
        keys = []
        terms: Any = model._meta.ordering
        for term in terms:
            name = term if isinstance(term, str) else term.expression.name
            keys.append(_key(model, name.removeprefix("-"), str(term).startswith("-")))
        return cls._unique(model, keys)

    @classmethod
    def _unique(cls, model: type[models.Model], keys: list[OrderingKey]) -> Self:
        if all(key.column != "slug" for key in keys):
            keys.append(_key(model, "slug", False))
        return cls(keys)

    @property
    def columns(self) -> list[str]:
        return [key.column for key in self]

    def sort(self, rows: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        """The rows in this order."""
        return rows.order_by(*(key.order(backwards=backwards) for key in self))

    def beyond(self, values: Sequence[Any], *, backwards: bool) -> Q:
        """The rows after (or before) the row with these values.

        Without NULL, an index serves at least the first column; on PostgreSQL all of them, where
        they have one direction and are compared as a row.
        """
        first, *others = self
        beyond = self._beyond_one_by_one(values, backwards=backwards)
        if any(key.nullable for key in self):
            return beyond
        is_falling = first.descending != backwards
        if all(key.descending == first.descending for key in others):
            own = build_row([key.expression for key in self])
            other = build_row([key.bind(value) for key, value in zip(self, values, strict=True)])
            beyond = Q(LessThan(own, other) if is_falling else GreaterThan(own, other))
        edge = LessThanOrEqual if is_falling else GreaterThanOrEqual
        return Q(edge(first.expression, first.bind(values[0]))) & beyond

    def _beyond_one_by_one(self, values: Sequence[Any], *, backwards: bool) -> Q:
        rows, ties = Q(pk__in=[]), Q()
        for key, value in zip(self, values, strict=True):
            further = key.further(value, backwards=backwards)
            if further is not None:
                rows |= ties & further
            ties &= key.same(value)
        return rows


def build_row(expressions: Sequence[Any]) -> Func:
    """Several values as one, for comparisons."""
    return Func(*expressions, template="(%(expressions)s)", output_field=models.TextField())


def _key(model: type[models.Model], name: str, descending: bool) -> OrderingKey:
    field = model._meta.get_field(name)
    nullable = bool(getattr(field, "null", False))
    if nullable and type(field) is models.DateField:
        day = UnknownBeforeAll if descending else UnknownAfterAll
        return OrderingKey(name, descending, day=day)
    return OrderingKey(f"{name}__slug" if field.is_relation else name, descending, nullable)


@cache
def list_orderable_fields(model: type[Record]) -> list[str]:
    """The members of a kind by which its lists can be ordered: single values, no long texts.

    An uncertain date is ordered by its first or its last day.
    """
    unordered = (models.JSONField, models.TextField, models.ManyToManyField)
    return [
        name
        for name in BODY_FIELDS[model]
        if name != "record"
        and not isinstance(field := model._meta.get_field(name), unordered)
        and not hasattr(field, "siblings")
    ]


class KeysetPage:
    """One page of a list: its bodies, and the addresses of its neighbours."""

    def __init__(
        self, request: Request, query: QueryParams, model: type[Record], shape: Projection
    ) -> None:
        self.request, self.query, self.shape = request, query, shape
        self.ordering = Ordering.read(query, model, list_orderable_fields(model))
        self.limit = query.whole("limit", DEFAULT_LIMIT, LARGEST_LIMIT)
        self.counted = query.truth("count")
        # The position in the feed at which the first page was read: (is it public, the number).
        self.began: tuple[bool, int] | None = None
        self.backwards, self.start = self._start()
        self.next: str | None = None
        self.previous: str | None = None

    def begin(self, feed: ChangeFeed, position: int) -> int:
        """Return the feed's position at the first page, which this may be; all links carry it.

        Who has read all pages follows from there: a row that changes behind them is not missed.
        """
        if self.began is not None:
            position = feed.translate(*self.began)
        self.began = feed.is_public, position
        return position

    def rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the page, and one more, which tells whether it goes on."""
        if self.start is not None:
            rows = rows.filter(self.ordering.beyond(self.start, backwards=self.backwards))
        return self.ordering.sort(rows, backwards=self.backwards)[: self.limit + 1]

    def read(self, rows: QuerySet[Any], reader: Viewer) -> dict[str, Any]:
        """The body of the page."""
        found = self.shape.read(self.rows(rows), reader, self.ordering.columns)
        goes_on, found = len(found) > self.limit, found[: self.limit]
        if self.backwards:
            found.reverse()
        is_first = self.start is None if not self.backwards else not goes_on
        is_last = not goes_on and not self.backwards
        if found and not is_last:
            self.next = self._address(found[-1], backwards=False)
        if found and not is_first:
            self.previous = self._address(found[0], backwards=True)
        results = [row.body for row in found]
        return {"next": self.next, "previous": self.previous, "results": results}

    def links(self) -> str:
        """The header ``Link`` (RFC 8288); empty when the page stands alone."""
        pairs = (("next", self.next), ("prev", self.previous))
        return ", ".join(f'<{address}>; rel="{rel}"' for rel, address in pairs if address)

    def _address(self, row: Row, *, backwards: bool) -> str:
        values = [row.extra[column] for column in self.ordering.columns]
        place = encode_cursor(
            self.request.path, self.query, values, self.began, backwards=backwards
        )
        address: str = replace_query_param(self.request.build_absolute_uri(), "cursor", place)
        return address

    def _start(self) -> tuple[bool, list[Any] | None]:
        """Where the cursor points: whether backwards, and the values of the row it lies beyond."""
        if "cursor" not in self.query:
            return False, None
        try:
            scope, backwards, values, *began = CURSOR_SIGNER.unsign_object(self.query["cursor"])
        except (signing.BadSignature, ValueError):
            self.query.fault("cursor", "bad_cursor", "The cursor is not one of ours.")
            return False, None
        if scope != compute_cursor_scope(self.request.path, self.query):
            detail = "The cursor belongs to a list with other filters or another order."
            self.query.fault("cursor", "bad_cursor", detail)
            return False, None
        self.began = began[0] if began else None
        return backwards, [self._value(*pair) for pair in zip(self.ordering, values, strict=True)]

    def _value(self, key: OrderingKey, value: Any) -> Any:
        """A cursor's JSON value as the column's."""
        return parse_datetime(value) if key.column.endswith("_at") else value


def encode_cursor(
    path: str,
    query: Mapping[str, str],
    values: Sequence[Any],
    began: tuple[bool, int] | None = None,
    *,
    backwards: bool = False,
) -> str:
    """Sign the place beyond a row of the list at this path with this query.

    ``began`` is the position in the feed at which its first page was read, if that was read.
    """
    plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
    place = [compute_cursor_scope(path, query), backwards, plain, *([began] if began else [])]
    return CURSOR_SIGNER.sign_object(place, compress=True)


def compute_cursor_scope(path: str, query: Mapping[str, str]) -> str:
    """What a cursor belongs to: the list with its filters and order, not what it shows of a row."""
    own = sorted((name, value) for name, value in query.items() if name not in UNSCOPED_PARAMETERS)
    return hashlib.blake2b(repr((path.rstrip("/"), own)).encode(), digest_size=8).hexdigest()
