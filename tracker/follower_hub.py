"""One look at the feed for all followers of a process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import Any

from django.db import Error, close_old_connections

logger = logging.getLogger(__name__)


class FollowerHub:
    """Tells those who wait that there is news; nobody looks as long as nobody waits."""

    def __init__(self, look: Callable[[], Any], pause: float, threads: Executor) -> None:
        self.look, self.pause, self.threads = look, pause, threads
        self.followers = 0
        self.seen: Any = None
        self.news = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[None]:
        """Look for news meanwhile.

        Who follows takes ``news`` before reading and waits for that: it is a new one after each.
        """
        self.followers += 1
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self.followers -= 1

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while self.followers:
            try:
                found = await loop.run_in_executor(self.threads, self._look)
            except Error as error:
                logger.warning("The feed cannot be read: %s", error)
            else:
                if found != self.seen:
                    self.seen = found
                    self.news.set()
                    self.news = asyncio.Event()
            await asyncio.sleep(self.pause)

    def _look(self) -> Any:
        try:
            return self.look()
        finally:
            close_old_connections()
