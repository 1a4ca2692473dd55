"""Rows of one table in one prepared statement: a fraction of what ``bulk_create`` takes.

Django compiles a statement for every few rows; here it is compiled once and rows are bound to it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def insert_rows(objects: Sequence[Any]) -> None:
    """Insert new objects of one model, give them their keys, and mark them as stored."""
    if not objects:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    meta = type(objects[0])._meta
    own = meta.auto_field
    if own is not None:
        for each, key in zip(objects, take_keys(own, len(objects)), strict=True):
            if each.pk is None:
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
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
    for each in objects:
        each._state.adding, each._state.db = False, connection.alias


def take_keys(field: Any, number: int) -> list[int]:
    """Reserve keys that no row of the table has or had. On SQLite this thread is its one writer."""
    connection, table = connections[DEFAULT_DB_ALIAS], field.model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            found = cursor.fetchone()
            last = found[0] if found else 0
            return list(range(last + 1, last + 1 + number))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(table), field.column, number],
        )
        return [row[0] for row in cursor.fetchall()]
