"""Clients that read an export a few kilobytes a second.

The kernel takes more from the server only once a good part of its buffer was read, and at such a
pace that is later than the 30 s after which the server leaves a client that takes nothing.
"""

import sqlite3
import threading
import time
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit

import pytest

from tests.benchmarks.pressure import Client
from tests.support.server import run_manage, run_server

pytestmark = pytest.mark.slow

EXPORT = "/api/v1/sources/export/?format=ndjson"
# The places of one address.
PLACES = 4
FILL = """
from negotiations.models import Source
Source.objects.bulk_create(
    Source(slug=f"long-{n}", kind="post", text=f"{n} " + "Words of a source. " * 40_000,
           sha256=str(n), review="published") for n in range(20))
"""


@pytest.fixture
def port(server, tmp_path):
    """A server of its own, whose export is larger than what sockets hold."""
    path = tmp_path / "copy.sqlite3"
    original = server.variables["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    variables = {
        **server.variables,
        "DATABASE_URL": f"sqlite:///{path}",
        "TRACKER_RATE_ANONYMOUS": "0",
    }
    run_manage(("shell", "-c", FILL), variables)
    with run_server(tmp_path, variables) as url:
        yield urlsplit(url).port


def trickle(client):
    """Read on, 5 kB a second."""
    with suppress(OSError):
        while client.connection.recv(500):
            time.sleep(0.1)


def ask_for_export(port):
    with closing(Client(port)) as client:
        return client.send(EXPORT, {"Connection": "close"}).head()[0]


def test_trickling_readers_lose_their_places(port):
    with ExitStack() as held:
        for _ in range(PLACES):
            client = held.enter_context(closing(Client(port, slow=True)))
            assert client.send(EXPORT).head()[0] == 200
            threading.Thread(target=trickle, args=(client,), daemon=True).start()
        assert ask_for_export(port) == 429

        until = time.monotonic() + 90
        while (status := ask_for_export(port)) == 429 and time.monotonic() < until:
            time.sleep(1)

    assert status == 200
