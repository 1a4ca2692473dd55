"""A server of its own with the seeds, as an operator starts it, and a token to write with."""

import os
import re
import secrets
import shlex
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.processes import PRODUCTION, ROOT, run_process

PATIENCE_IN_SECONDS = 60


@dataclass(frozen=True)
class Server:
    url: str
    token: str
    folder: Path
    # The settings of its process: a command under them works on its data.
    variables: dict[str, str]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    temporary = folder / "temporary"
    temporary.mkdir()
    variables = {
        **PRODUCTION,
        "TRACKER_ALLOWED_HOSTS": "127.0.0.1",
        "TRACKER_HTTPS": "0",
        "DATABASE_URL": f"sqlite:///{folder}/server.sqlite3",
        "DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(),
        "TMPDIR": str(temporary),
    }
    made = ("createsuperuser", "--noinput", "--username", "client", "--email", "client@example.org")
    for command in (("migrate",), ("loadseeds",), made):
        run_manage(command, variables)
    token = run_manage(("createtoken", "client", "--scope", "write"), variables)
    with run_server(folder, variables) as url:
        yield Server(url, token, folder, variables)


@contextmanager
def run_server(folder, variables):
    """Start the server as the README does, on a free port; the value is its address."""
    port = find_free_port()
    address, log = f"127.0.0.1:{port}", folder / "server.log"
    process = start_server(port, variables, log)
    try:
        wait_until_ready(f"http://{address}/readyz", process, log)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(30)


def find_free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def start_server(port, variables, log):
    """The server as the README starts it."""
    readme = (ROOT / "README.md").read_text().replace("\\\n", " ")
    command = re.search(r"^granian (.*)$", readme, re.MULTILINE)[1]
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "granian", *shlex.split(command), "--port", str(port)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def run_manage(command, variables):
    """What a command printed."""
    done = run_process(["manage.py", *command], **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def wait_until_ready(address, process, log):
    until = time.monotonic() + PATIENCE_IN_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(address):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()}")
