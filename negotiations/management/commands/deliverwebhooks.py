"""``manage.py deliverwebhooks``: the worker that sends what webhooks are to be told."""

import logging
import signal
from argparse import ArgumentParser
from collections import Counter
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connections

from negotiations.models import WebhookDelivery
from negotiations.webhooks.worker import deliver_due

logger = logging.getLogger(__name__)

# Seconds between two looks for something to do, and after a failure of ours.
PAUSE, LONG_PAUSE = 1.0, 5.0
MAX_THREADS = 32


class Command(BaseCommand):
    help = (
        "Send what webhooks are to be told, until SIGTERM or Ctrl-C; the message that is being sent"
        " is finished first. Several may run at once. With --once, for cron: send what is due, end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then end")
        parser.add_argument(
            "--threads", type=int, default=4, help="receivers served at once, by default 4"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["threads"] <= MAX_THREADS:
            raise CommandError(f"Between 1 and {MAX_THREADS} threads can be had.")
        if options["once"]:
            self.tell(deliver_due())
            return
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threads = [Thread(target=keep_working, args=(stopping,)) for _ in range(options["threads"])]
        for thread in threads:
            thread.start()
        self.stderr.write("Delivering; SIGTERM or Ctrl-C ends it.")
        for thread in threads:
            thread.join()

    def tell(self, tally: Counter[str]) -> None:
        """How many attempts ended how."""
        status = WebhookDelivery.Status
        delivered, pending = tally[status.DELIVERED], tally[status.PENDING]
        failed = tally[status.FAILED]
        self.stdout.write(f"{delivered} delivered, {pending} to be repeated, {failed} given up.")


def keep_working(stopping: Event) -> None:
    """Look for something to do until told to stop; what fails is logged and tried again."""
    try:
        while not stopping.is_set():
            pause = PAUSE
            try:
                deliver_due(stopping.is_set)
            except Exception:
                logger.exception("A turn of webhooks failed")
                pause = LONG_PAUSE
            # Given back to the pool, and made anew when the database was away.
            close_old_connections()
            stopping.wait(pause)
    finally:
        connections.close_all()
