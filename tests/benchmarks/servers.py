"""The three servers of the benchmark, what they use of the machine, and how they are loaded."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.support.processes import PRODUCTION, ROOT
from tests.support.server import find_free_port, start_server

CONNECTIONS = 8
WRK = str(Path(__file__).with_name("load.lua"))
TICKS = os.sysconf("SC_CLK_TCK")
GRANIAN = [
    "--interface",
    "wsgi",
    "--http",
    "1",
    "--no-ws",
    "--workers",
    "2",
    "--blocking-threads",
    "8",
]


@dataclass
class Server:
    """A running server with its processes."""

    name: str
    port: int
    process: subprocess.Popen
    database: "object"
    # Seconds until the first answer.
    started: float = 0.0

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path, body=None, method=None, **headers):
        """Status, body and headers of one answer."""
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            named["Content-Type"] = "application/json"
        request = Request(self.url(path), data, named, method=method)
        try:
            with urlopen(request, timeout=600) as answer:
                return answer.status, answer.read(), answer.headers
        except HTTPError as refusal:
            return refusal.code, refusal.read(), refusal.headers

    def processes(self):
        pids = [self.process.pid]
        for pid in pids:
            with suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                pids += [int(each) for each in children]
        return pids

    def cpu(self):
        """Seconds of CPU so far, with those of the database's processes."""
        return sum(read_cpu(pid) for pid in [*self.processes(), *self.database.processes()])

    def memory(self):
        """Proportional memory of all processes, in MB."""
        return sum(read_pss(pid) for pid in self.processes())


def read_cpu(pid):
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def read_pss(pid):
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def read_production_settings(database):
    """The settings of ours: production, on a closed network, without limits for one address."""
    return {
        **PRODUCTION,
        "TRACKER_ALLOWED_HOSTS": "127.0.0.1",
        "TRACKER_HTTPS": "0",
        "TRACKER_LOG_LEVEL": "WARNING",
        "TRACKER_RATE_ANONYMOUS": "0",
        "TRACKER_RATE_TOKEN": "0",
        "DATABASE_URL": database.url,
    }


@contextmanager
def run_server(name, database, folder, **variables):
    """Start ``ours``, ``stock`` or ``bare`` with two workers, and end it."""
    port, log = find_free_port(), folder / f"{name}.log"
    began = time.monotonic()
    if name == "ours":
        settings = {**read_production_settings(database), "GRANIAN_WORKERS": "2", **variables}
        process, path = start_server(port, settings, log), "/api/v1/positions/?limit=1"
    else:
        module = "tests.benchmarks.stock.wsgi" if name == "stock" else "tests.benchmarks.bare"
        command = [sys.executable, "-m", "granian", *GRANIAN, "--port", str(port)]
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database.url}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, f"{module}:application"], cwd=ROOT, env=environment,
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        path = "/positions/?limit=1"
    server = Server(name, port, process, database)
    try:
        wait(server, path, log)
        server.started = time.monotonic() - began
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(server, path, log):
    until = time.monotonic() + 60
    while time.monotonic() < until and server.process.poll() is None:
        with suppress(OSError):
            if server.ask(path)[0] == 200:
                return
        time.sleep(0.01)
    sys.exit(log.read_text())


@dataclass(frozen=True)
class Measure:
    """What a load came to: answers a second, milliseconds, CPU milliseconds, bytes of an answer."""

    rate: float
    p50: float = 0.0
    p99: float = 0.0
    cpu: float = 0.0
    size: float = 0.0


@dataclass(frozen=True)
class Load:
    """Requests that wrk sends in turn."""

    paths: tuple
    method: str = "GET"
    bodies: tuple = ()
    headers: tuple = ()
    expected: int = 200


def measure(server, load, seconds):
    """Load a server for some seconds, longer where none suffice; other statuses are refused."""
    found = run_wrk(server, load, seconds) or run_wrk(server, load, 10 * seconds)
    if found is None:
        raise RuntimeError(f"{server.name} {load.paths[0]}: no answer in {10 * seconds} s")
    return found


def run_wrk(server, load, seconds):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paths").write_text("\n".join(load.paths))
        (folder / "bodies").write_text("\n".join(load.bodies))
        headers = [word for pair in load.headers for word in ("-H", ": ".join(pair))]
        command = [
            *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "-s", WRK),
            *headers, server.url("/"), "--", name, load.method, str(load.expected),
        ]  # fmt: skip
        before = server.cpu()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        cpu = server.cpu() - before
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if not found["requests"] and not found["wrong"]:
        return None
    if found["wrong"]:
        raise RuntimeError(f"{server.name} {load.paths[0]}: {found}")
    number = found["requests"]
    return Measure(
        number / found["seconds"], found["p50"], found["p99"], cpu * 1000 / number,
        found["bytes"] / number,
    )  # fmt: skip
