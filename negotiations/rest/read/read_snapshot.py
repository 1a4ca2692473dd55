"""One state of the database for all reads of a long answer."""

from contextlib import ExitStack

from django.db import connection, transaction


def open_read_snapshot(opened: ExitStack) -> None:
    """Until that is closed, reads see what is committed now and nothing later; no writer waits."""
    if connection.in_atomic_block:
        return
    if connection.vendor == "sqlite":
        # A transaction of Django's is a writer's here, and there is room for one writer only.
        execute_statement("BEGIN DEFERRED")
        opened.callback(execute_statement, "ROLLBACK")
    else:
        opened.enter_context(transaction.atomic())
        execute_statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def execute_statement(statement: str) -> None:
    """Do what has no answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
