"""The backend's connection, as Django finds it by the name of this module."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from tracker.sqlite.writer_queue import NoTurnError, WriterQueue

WRITING_STATEMENTS = ("INSERT", "UPDATE", "DELETE")
# Tables of one connection, for which nobody waits.
TEMPORARY_TABLES = ("INSERT INTO temp.", "DELETE FROM temp.")
QUEUES: dict[str, WriterQueue] = {}
MUTEX = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Waits in the queue of writers for as long as SQLite itself may wait (``busy_timeout``)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turn = ExitStack()
        self.execute_wrappers.append(self._queue_statement)

    def _queue_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Take a turn for a statement that writes outside a transaction."""
        writes = sql.startswith(WRITING_STATEMENTS) and not sql.startswith(TEMPORARY_TABLES)
        if self.in_atomic_block or not writes:
            return execute(sql, params, many, context)
        with self._take_turn():
            return execute(sql, params, many, context)

    @contextmanager
    def _take_turn(self) -> Iterator[None]:
        self.ensure_connection()
        if self.is_in_memory_db():
            yield
            return
        seconds = self.connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
        with ExitStack() as turn:
            try:
                turn.enter_context(find_queue(str(self.settings_dict["NAME"])).take_turn(seconds))
            except NoTurnError as error:
                raise OperationalError("database is locked: other writers were first") from error
            yield

    def _start_transaction_under_autocommit(self) -> None:
        with ExitStack() as turn:
            turn.enter_context(self._take_turn())
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            self.turn = turn.pop_all()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self.turn.close()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self.turn.close()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self.turn.close()


def find_queue(path: str) -> WriterQueue:
    """Return the queue of a file, the same for all threads."""
    with MUTEX:
        return QUEUES.setdefault(path, WriterQueue(path))
