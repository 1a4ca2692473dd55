"""Rows of one table in one statement: a fraction of what ``bulk_create`` takes.

Django compiles a statement for every few rows; here it is compiled once and rows are bound to it.
They can be bound while nobody waits, and written later in a moment.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


class Statement:
    """One statement and the rows that are bound to it.

    ``times`` are the places in each row that get the instant at which it is run. PostgreSQL takes
    all rows at once: as a stream by ``copied``, or by ``joined`` as one list for each column.
    """

    def __init__(
        self,
        sql: str,
        rows: Sequence[list[Any]],
        times: Sequence[int] = (),
        copied: str = "",
        joined: str = "",
    ) -> None:
        self.sql, self.rows, self.times = sql, rows, times
        self.copied, self.joined = copied, joined

    def run(self, cursor: Any, at: datetime | None = None) -> int:
        """Run it for each row; return how many rows were written."""
        if not self.rows:
            return 0
        time = cursor.db.ops.adapt_datetimefield_value(at)
        for row in self.rows if at else ():
            for place in self.times:
                row[place] = time
        is_postgresql = cursor.db.vendor == "postgresql"
        if is_postgresql and self.joined:
            cursor.execute(self.joined, [list(column) for column in zip(*self.rows, strict=True)])
        elif is_postgresql and self.copied:
            with cursor.db.wrap_database_errors, cursor.copy(self.copied) as stream:
                for row in self.rows:
                    stream.write_row(row)
        else:
            cursor.executemany(self.sql, self.rows)
        return int(cursor.rowcount)


def bind_new(objects: Sequence[Any], timed: Collection[str] = ()) -> Statement:
    """Bind new objects of one model, and give them their keys; ``timed`` fields get the instant."""
    if not objects:
        return Statement("", ())
    connection = connections[DEFAULT_DB_ALIAS]
    meta = type(objects[0])._meta
    own = meta.auto_field
    if own is not None:
        unkeyed = [each for each in objects if each.pk is None]
        keys = reserve_keys(own, len(unkeyed)) if unkeyed else []
        for each, key in zip(unkeyed, keys, strict=True):
            each.pk = key
    fields = meta.local_concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    rows = [
        [
            field.get_db_prep_save(field.pre_save(each, add=True), connection=connection)
            for field in fields
        ]
        for each in objects
    ]
    times = [number for number, field in enumerate(fields) if field.name in timed]
    return Statement(sql, rows, times, f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN")


def among(keys: Collection[Any]) -> tuple[str, Any]:
    """Return the condition that a column is one of many values, and its one parameter."""
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return "IN (SELECT value FROM json_each(%s))", json.dumps([*keys])
    return "= ANY(%s)", [*keys]


def reserve_keys(field: Any, number: int) -> list[int]:
    """Reserve keys that no row of the table has or had; what is not used of them stays free."""
    connection, table = connections[DEFAULT_DB_ALIAS], field.model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            taken = "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq"
            cursor.execute(taken, [number, table])
            found = cursor.fetchall()
            if not found:
                # Nothing was ever written to this table.
                first = "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)"
                cursor.execute(first, [table, number])
                found = [(number,)]
            last = found[0][0]
            return list(range(last + 1 - number, last + 1))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(table), field.column, number],
        )
        return [row[0] for row in cursor.fetchall()]
