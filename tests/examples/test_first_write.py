"""The guide's first write, done as a reader does it: `make run`, `make token`, then the request."""

import json
import os
import re
import socket
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest

from tests.support.fences import ROOT, find_differences, parse_answer, parse_exchanges
from tests.support.processes import run_process
from tests.support.server import wait_until_ready

pytestmark = [pytest.mark.examples, pytest.mark.slow]

GUIDE = ROOT / "docs" / "clients.md"


@pytest.fixture
def installation(tmp_path):
    """The variables of an installation as `make run` makes it, in a database of its own."""
    variables = {
        "PATH": os.environ["PATH"],
        "TRACKER_DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/tracker.sqlite3",
    }
    for command in (("migrate", "--verbosity", "0"), ("loadseeds",), ("createdemo",)):
        done = run_process(["manage.py", *command], **variables)
        assert done.returncode == 0, done.stderr
    return variables


def make_token(variables):
    """Run `make token` in this environment; what is installed is not looked at."""
    environment = f"VENV={os.path.relpath(sys.prefix, ROOT)}"
    installed = f"{os.path.relpath(sys.prefix, ROOT)}/installed"
    command = ["make", "--no-print-directory", "-o", installed, environment, "token"]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


def send(url, text, token):
    """Send a request of the guide with what the shell would put into it."""
    head, _, body = text.partition("\n\n")
    [line, *headers] = head.strip().replace("$TOKEN", token).splitlines()
    method, path = line.split(" ")
    named = dict(header.split(": ", 1) for header in headers)
    named.setdefault("Content-Type", "application/json")
    request = Request(f"{url}{path}", body.encode(), named, method=method)
    with urlopen(request, timeout=60) as answer:
        return answer.status, json.loads(answer.read())


def test_the_first_write_of_the_guide_works_after_make_run_and_make_token(installation, tmp_path):
    made = make_token(installation)
    assert made.returncode == 0, made.stderr
    exported = re.fullmatch(r"export TOKEN=(\S+)\n", made.stdout)
    assert exported, made.stdout
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", address],
            cwd=ROOT,
            env=installation,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_ready(f"http://{address}/readyz", process, log)
        request, answer = next(pair for pair in parse_exchanges(GUIDE) if "POST" in pair[0])
        status, body = send(f"http://{address}", request, exported[1])
    finally:
        process.terminate()
        process.wait(30)

    expected, _, shown_body = parse_answer(answer)
    assert (status, find_differences(shown_body, body)) == (expected, [])


def test_a_token_before_the_first_run_is_refused_with_what_to_do(tmp_path):
    variables = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path}/tracker.sqlite3",
    }
    run_process(["manage.py", "migrate", "--verbosity", "0"], **variables, TRACKER_DEBUG="1")

    made = make_token(variables)

    assert (made.returncode != 0, made.stdout) == (True, "")
    assert "The demo analyst is made by: make run" in made.stderr
