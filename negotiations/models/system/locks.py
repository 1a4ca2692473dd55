"""The order of writes: who comes first is also seen first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# Any number that no other program takes as an advisory lock in this database.
WRITERS_LOCK_ID = 7_201_925
# How long bookkeeping waits for SQLite's writer.
LOCK_WAIT_MILLISECONDS = 50


def serialize_writers() -> None:
    """Wait for the other writers; none of them goes on before this transaction ends.

    Changes are numbered while it holds, so a number that is higher than another is also visible
    later: a reader who has seen the changes up to a number has missed none below it. It comes
    before any record is locked or written, so that two writers never wait for one another.
    """
    # On SQLite a transaction of ours holds the whole database for writing from its beginning.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK_ID])


@contextmanager
def limit_lock_wait(connection: Any) -> Iterator[None]:
    """Wait for SQLite's writer but a moment."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    connection.connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MILLISECONDS}")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {usual}")
