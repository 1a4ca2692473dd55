"""The backend's connection, as Django finds it by the name of this module."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from tracker.sqlite.writer_queue import NoTurnError, WriterQueue

WRITING_STATEMENTS = ("INSERT", "UPDATE", "DELETE")
# Tables of one connection, for which nobody waits.
TEMPORARY_TABLES = ("INSERT INTO temp.", "DELETE FROM temp.")
# After so many changed rows, or when tables or indexes changed, a connection that closes renews the
# statistics by which SQLite chooses indexes; one that stays open does after so many more.
CHANGES_BEFORE_CLOSE, CHANGES_BEFORE_COMMIT = 1_000, 100_000
# The limit is of rows of each index: a third of a second for 100,000 positions.
ANALYZE = "PRAGMA busy_timeout=0; PRAGMA analysis_limit=400; ANALYZE"
QUEUES: dict[str, WriterQueue] = {}
MUTEX = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Waits in the queue of writers for as long as SQLite itself may wait (``busy_timeout``)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turn = ExitStack()
        self.execute_wrappers.append(self._queue_statement)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self.analyzed_at, self.schema = 0, self._read_schema()

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
        if self.connection.total_changes - self.analyzed_at > CHANGES_BEFORE_COMMIT:
            self._analyze()
        self.turn.close()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self.turn.close()

    def _close(self) -> None:
        try:
            if self.connection is not None and not self.in_atomic_block:
                with suppress(sqlite3.Error):
                    changes = self.connection.total_changes - self.analyzed_at
                    if changes > CHANGES_BEFORE_CLOSE or self._read_schema() != self.schema:
                        self._analyze()
            super()._close()  # type: ignore[misc]
        finally:
            self.turn.close()

    def _read_schema(self) -> int:
        return int(self.connection.execute("PRAGMA schema_version").fetchone()[0])

    def _analyze(self) -> None:
        """Gather statistics, unless another connection is writing; the next one tries again."""
        [usual] = self.connection.execute("PRAGMA busy_timeout").fetchone()
        with suppress(sqlite3.Error):
            self.connection.executescript(ANALYZE)
            self.analyzed_at = self.connection.total_changes
        self.connection.execute(f"PRAGMA busy_timeout={usual}")


def find_queue(path: str) -> WriterQueue:
    """Return the queue of a file, the same for all threads."""
    with MUTEX:
        return QUEUES.setdefault(path, WriterQueue(path))
