"""Writers of one SQLite file take turns, in all processes and in the order in which they come."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.support.processes import ROOT

pytestmark = pytest.mark.slow

# A writer that never pauses: between two of its transactions the file is free for a moment only.
GREEDY = """
import time
from django.db import transaction
while True:
    with transaction.atomic():
        print("in", flush=True)
        time.sleep({seconds})
"""


def post(server, name):
    """Create a person; return the status, the headers and how long it took."""
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    body = json.dumps({"name": name}).encode()
    began = time.monotonic()
    try:
        with urlopen(Request(f"{server.url}/api/v1/people/", body, headers), timeout=60) as answer:
            return answer.status, answer.headers, time.monotonic() - began
    except HTTPError as refusal:
        return refusal.code, refusal.headers, time.monotonic() - began


@contextmanager
def run_greedy_writer(server, seconds):
    """Another process that writes to the same file; the value is the process, in its turn."""
    command = [sys.executable, "manage.py", "shell", "-c", GREEDY.format(seconds=seconds)]
    with subprocess.Popen(
        command, cwd=ROOT, env=server.variables, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            while process.stdout.readline().strip() != "in":
                assert process.poll() is None
            yield process
        finally:
            process.kill()


@contextmanager
def hold_database(server):
    """Write as a program does that knows nothing of the queue."""
    path = server.variables["DATABASE_URL"].removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def test_writer_that_never_pauses_lets_others_in(server):
    with run_greedy_writer(server, seconds=0.2):
        answers = [post(server, f"Beside the greedy {number}") for number in range(8)]

    assert [status for status, *_ in answers] == [201] * 8
    assert max(seconds for *_, seconds in answers) < 2


def test_log_in_beside_a_writer_that_never_pauses(server):
    token, password = "a" * 32, server.variables["DJANGO_SUPERUSER_PASSWORD"]
    form = {"csrfmiddlewaretoken": token, "username": "client", "password": password}
    headers = {
        "Cookie": f"csrf={token}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "text/html",
    }
    body = urlencode({**form, "next": "/admin/"})
    with (
        run_greedy_writer(server, seconds=0.2),
        closing(HTTPConnection(urlsplit(server.url).netloc, timeout=60)) as connection,
    ):
        began = time.monotonic()
        connection.request("POST", "/admin/login/", body, headers)
        answer = connection.getresponse()
        seconds = time.monotonic() - began

    assert (answer.status, answer.headers["Location"]) == (302, "/admin/")
    assert seconds < 3


def test_writers_write_in_the_order_in_which_they_came(server):
    names = [f"In line {number}" for number in range(8)]
    threads = [threading.Thread(target=post, args=(server, name)) for name in names]
    with hold_database(server):
        for thread in threads:
            thread.start()
            time.sleep(0.2)
    for thread in threads:
        thread.join()

    path = server.variables["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        made = database.execute(
            "SELECT slug FROM negotiations_change WHERE slug LIKE 'in-line-%' ORDER BY sequence"
        ).fetchall()
    assert [slug for (slug,) in made] == [name.lower().replace(" ", "-") for name in names]


def test_writer_without_a_turn_is_503_after_five_seconds(server):
    with run_greedy_writer(server, seconds=30):
        status, headers, seconds = post(server, "Too late")

    assert status == 503
    assert headers["Retry-After"]
    assert 4 < seconds < 8


def test_process_killed_in_its_turn_holds_nobody_up(server):
    with run_greedy_writer(server, seconds=30) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        status, _, seconds = post(server, "After the killed")

    assert status == 201
    assert seconds < 2
