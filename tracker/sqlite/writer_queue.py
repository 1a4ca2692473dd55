"""The order of writers of one SQLite file: first come, first served.

SQLite itself has no order: each writer tries again and again, with growing pauses, and an unlucky
one never gets in. Here the threads of a process wait in line, and the first of each line waits for
the other processes. Only the order depends on this; SQLite's own lock still keeps writers apart.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

# How often the first in line tries a lock that another process holds.
PAUSE_SECONDS = 0.001


class NoTurnError(Exception):
    """Others wrote for as long as this writer would wait."""


class WriterQueue:
    """The writers of one file, in all processes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.mutex = threading.Lock()
        # Of each thread a lock that is open when its turn has come; the first one writes.
        self.line: deque[threading.Lock] = deque()

    @contextmanager
    def take_turn(self, seconds: float) -> Iterator[None]:
        """Wait for the turn and keep it; raise ``NoTurnError`` when it does not come in time."""
        until = time.monotonic() + seconds
        self._wait_in_line(seconds)
        try:
            with self._wait_for_processes(until):
                yield
        finally:
            self._let_next()

    def _wait_in_line(self, seconds: float) -> None:
        turn = threading.Lock()
        with self.mutex:
            self.line.append(turn)
            if self.line[0] is turn:
                return
            turn.acquire()
        if turn.acquire(timeout=seconds):
            return
        with self.mutex:
            # It may have come in this very moment.
            if self.line[0] is not turn:
                self.line.remove(turn)
                raise NoTurnError

    def _let_next(self) -> None:
        with self.mutex:
            self.line.popleft()
            if self.line:
                self.line[0].release()

    @contextmanager
    def _wait_for_processes(self, until: float) -> Iterator[None]:
        """Pass two doors: whoever is between them is next, and nobody can overtake them.

        The kernel opens a door whose process ended, however it ended.
        """
        with ExitStack() as write:
            with ExitStack() as be_next:
                be_next.enter_context(lock_file(f"{self.path}-next", until))
                write.enter_context(lock_file(f"{self.path}-writer", until))
            yield


@contextmanager
def lock_file(path: str, until: float) -> Iterator[None]:
    """Hold an advisory lock on a file that is made for it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError:
        # Nothing can be written to this folder; SQLite says so better.
        yield
        return
    try:
        while not try_lock(descriptor):
            if time.monotonic() > until:
                raise NoTurnError
            time.sleep(PAUSE_SECONDS)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
