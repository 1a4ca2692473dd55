"""Queries whose SQL is made once: most of what a small query costs Django is writing it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

Values = list[Any]

# Stands for the keys while the SQL is made; no record has it.
KEY_PLACEHOLDER = -1


class CompiledColumns:
    """Columns of one table, read by any query of its rows.

    A queryset says which rows in which order; Django writes that part for each request. What is
    read of a row is written once, and values come back as a queryset would give them. For the slugs
    and names of published parties::

        Django writes   SELECT "party"."id" FROM "party" WHERE "party"."review" = %s
        written once    "party"."slug", "party"."name"
        is sent         SELECT "party"."slug", "party"."name" FROM "party" WHERE …
    """

    def __init__(self, model: type[models.Model], names: Sequence[str]) -> None:
        self.table = f' FROM "{model._meta.db_table}"'
        rows = model._base_manager.order_by().values_list(*names)
        compiler = rows.query.get_compiler(connection=connection)
        compiler.as_sql()
        expressions = [expression for expression, _, _ in compiler.select]
        self.written = ", ".join(compiler.compile(each)[0] for each in expressions)
        converters = compiler.get_converters(expressions)
        self.conversions = [
            (place, build_converter(*pair))
            for place, pair in converters.items()
            # A day is what drivers give already; what Django does to each costs more than reading.
            if pair[1].output_field.get_internal_type() != "DateField"
        ]

    def sql(self, rows: QuerySet[Any]) -> tuple[str, Sequence[Any]] | None:
        """The statement for these rows; None when there can be none."""
        keys = rows.values_list("pk").query
        try:
            sql, parameters = keys.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            return None
        _, table, rest = sql.partition(self.table)
        return f"SELECT {self.written}{table}{rest}", parameters

    def fetch(self, rows: QuerySet[Any]) -> list[Values]:
        """The values of these rows, in their order."""
        statement = self.sql(rows)
        return self.converted(fetch_rows(*statement)) if statement else []

    def stream(self, rows: QuerySet[Any], size: int, opened: ExitStack) -> Iterator[list[Values]]:
        """The same, ``size`` rows at a time, from one cursor that is open until that is closed.

        This one holds nothing: Python may let go of it at any moment, also while the connection is
        in use, when PostgreSQL's could not be told that its cursor is closed.
        """
        statement = self.sql(rows)
        if statement is None:
            return
        cursor = opened.enter_context(connection.chunked_cursor())
        cursor.execute(*statement)
        while len(found := cursor.fetchmany(size)) == size:
            yield self.converted(found)
        cursor.close()
        if found:
            yield self.converted(found)

    def converted(self, found: Iterable[Any]) -> list[Values]:
        """The rows of a cursor as Python's values."""
        rows = [list(row) for row in found]
        for place, convert in self.conversions:
            for row in rows:
                if row[place] is not None:
                    row[place] = convert(row[place])
        return rows


def build_converter(
    functions: Sequence[Callable[..., Any]], expression: Any
) -> Callable[[Any], Any]:
    """From what a cursor gives to Python's value, as a queryset has it."""

    def convert(value: Any) -> Any:
        # What Django does to each of SQLite's instants and days costs more than reading them.
        if isinstance(value, date):
            return ensure_utc(value) if isinstance(value, datetime) else value
        for function in functions:
            value = function(value, expression, connection)
        return value

    return convert


def ensure_utc(instant: datetime) -> datetime:
    """An instant as a cursor gives it, in UTC; SQLite's have no zone."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class KeyedQuery:
    """A queryset of ``values_list`` with one ``…__in=[NO_KEY]``: only the keys are bound anew.

    Its other filters must be the same for every reader for whom it is used. Written once with the
    key -1, here among the parameters of a review::

        SELECT … WHERE review = %s AND id IN (%s)            ["published", -1]
        fetch({4, 7}) sends … AND id IN (%s, %s)             ["published", 4, 7]
    """

    def __init__(self, rows: QuerySet[Any], columns: CompiledColumns | None = None) -> None:
        if columns is not None:
            sql, self.parameters = columns.sql(rows) or ("", ())
        else:
            compiler = rows.query.get_compiler(connection=connection)
            sql, self.parameters = compiler.as_sql()
        self.before, self.after = sql.rsplit("IN (%s)", 1)
        self.place = list(self.parameters).index(KEY_PLACEHOLDER)

    def fetch(self, keys: Collection[int]) -> list[tuple[Any, ...]]:
        """The rows as the cursor gives them."""
        if not keys:
            return []
        sql = f"{self.before}IN ({build_placeholders(keys)}){self.after}"
        parameters = [*self.parameters[: self.place], *keys, *self.parameters[self.place + 1 :]]
        return fetch_rows(sql, parameters)


def fetch_slugs(keys: Mapping[type[models.Model], Collection[int]]) -> dict[Any, dict[int, str]]:
    """The slugs of records of several kinds by their keys, asked in one statement.

    Joins would give them as well, but of nine tables PostgreSQL takes longer to plan a query than
    to answer it.
    """
    found: dict[Any, dict[int, str]] = {model: {} for model in keys}
    asked = [model for model in keys if keys[model]]
    if not asked:
        return found
    parts = [
        f'SELECT {number}, "id", "slug" FROM "{model._meta.db_table}"'  # noqa: S608
        f' WHERE "id" IN ({build_placeholders(keys[model])})'
        for number, model in enumerate(asked)
    ]
    bound = [key for model in asked for key in keys[model]]
    for number, key, slug in fetch_rows(" UNION ALL ".join(parts), bound):
        found[asked[number]][key] = slug
    return found


def build_placeholders(keys: Collection[Any]) -> str:
    """One placeholder for each."""
    return ", ".join(["%s"] * len(keys))


def fetch_rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
