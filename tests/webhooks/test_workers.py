"""Workers as operators run them: processes, several at once, stopped and killed."""

import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from negotiations.models import WebhookDelivery
from tests.factories import PartyFactory
from tests.support.processes import ROOT
from tests.support.receiver import (
    Receiver,
    build_answer,
    create_webhook,
    make_deliveries_due,
    receiver,
)

pytestmark = pytest.mark.slow

__all__ = ["receiver"]  # the fixture

WEBHOOKS, CHANGES = 3, 20
# Seconds; on a busy machine a process takes its time to start.
PATIENCE = 120


def database_url():
    """The database of this test, for other processes."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    place = f"{known['HOST']}:{known['PORT'] or 5432}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{place}/{known['NAME']}"


@pytest.fixture
def worker():
    """Starts workers, and leaves none behind."""
    started = []

    def start(*arguments):
        own = {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "TRACKER_DEBUG": "1",
            "TRACKER_LOG_LEVEL": "WARNING",
            "TRACKER_TOKEN_PEPPER": settings.TRACKER_TOKEN_PEPPER,
            "TRACKER_WEBHOOKS_ALLOW_LOOPBACK": "1",
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "deliverwebhooks", *arguments],
            cwd=ROOT,
            env={**kept, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_deliver_each_change_once_in_order_and_end_when_told(
    reviewer, receiver, worker
):
    webhooks = [create_webhook(reviewer, receiver) for _ in range(WEBHOOKS)]
    all_heard = threading.Event()

    def answer(handler):
        build_answer(200)(handler)
        if len(receiver.heard) >= WEBHOOKS * CHANGES:
            all_heard.set()

    receiver.answer = answer
    workers = [worker("--threads", "2"), worker("--threads", "2")]
    for number in range(CHANGES):
        PartyFactory(slug=f"party-{number}")

    assert all_heard.wait(PATIENCE)
    for process in workers:
        process.send_signal(signal.SIGTERM)
    said = [process.communicate(timeout=PATIENCE)[0] for process in workers]

    assert [process.returncode for process in workers] == [0, 0], said
    assert not any("Traceback" in words for words in said), said
    by_webhook = defaultdict(list)
    of_message = dict(WebhookDelivery.objects.values_list("message", "webhook__slug"))
    for (_, headers, _), (_, slug) in zip(receiver.heard, receiver.told, strict=True):
        by_webhook[of_message[headers["webhook-id"]]].append(slug)
    assert dict(by_webhook) == {
        webhook["slug"]: [f"party-{number}" for number in range(CHANGES)] for webhook in webhooks
    }
    statuses = set(WebhookDelivery.objects.values_list("status", "attempts"))
    assert statuses == {("delivered", 1)}


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_sending_is_sent_again(reviewer, receiver, worker):
    webhook = create_webhook(reviewer, receiver)
    PartyFactory(slug="north")
    heard = threading.Event()
    held = threading.Event()

    def answer(handler):
        heard.set()
        held.wait(PATIENCE)
        build_answer(200)(handler)

    receiver.answer = answer
    first = worker("--once")
    assert heard.wait(PATIENCE)
    first.kill()
    first.communicate()
    held.set()

    # Its place is kept until the lease ends.
    assert worker("--once").communicate()[0] == "0 delivered, 0 to be repeated, 0 given up.\n"
    make_deliveries_due()
    assert worker("--once").communicate()[0] == "1 delivered, 0 to be repeated, 0 given up.\n"

    ids = [headers["webhook-id"] for _, headers, _ in receiver.heard]
    assert (len(ids), len(set(ids))) == (2, 1)
    assert len(receiver.verified(webhook["secret"])) == 2


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_hangs_holds_up_no_other(reviewer, receiver, worker):
    hanging = Receiver()
    held, heard = threading.Event(), threading.Event()
    hanging.answer = lambda _handler: held.wait(PATIENCE)
    try:
        create_webhook(reviewer, hanging)
        create_webhook(reviewer, receiver)
        receiver.answer = lambda handler: (build_answer(200)(handler), heard.set())
        PartyFactory()
        process = worker("--threads", "2")
        assert heard.wait(PATIENCE)
        process.kill()
        process.communicate()
    finally:
        held.set()
        hanging.close()


@pytest.mark.django_db
@pytest.mark.parametrize("threads", ["0", "33"])
def test_threads_are_few(threads):
    with pytest.raises(CommandError, match="Between 1 and 32"):
        call_command("deliverwebhooks", "--threads", threads)
