"""Queries whose SQL is made once: most of what a small query costs Django is writing it."""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Stands for the keys while the SQL is made; no record has it.
NO_KEY = -1


class ByKeys:
    """Rows of a kind by their keys; only the keys are bound anew.

    Made from a queryset of ``values_list``. Its other filters must be the same for every reader
    for whom it is used. Values come back as the queryset would give them.
    """

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.compiler = rows.filter(pk__in=[NO_KEY]).query.get_compiler(connection=connection)
        sql, self.parameters = self.compiler.as_sql()
        self.before, self.after = sql.rsplit("IN (%s)", 1)
        self.place = self.parameters.index(NO_KEY)
        self.converters = self.compiler.get_converters([c for c, _, _ in self.compiler.select])

    def fetch(self, keys: Collection[int]) -> list[tuple[Any, ...]]:
        """The rows, in no order."""
        sql = f"{self.before}IN ({', '.join(['%s'] * len(keys))}){self.after}"
        parameters = [*self.parameters[: self.place], *keys, *self.parameters[self.place + 1 :]]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        return [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]
