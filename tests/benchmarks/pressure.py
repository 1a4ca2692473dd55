"""Ordinary requests beside clients that take all they can: ``python -m tests.benchmarks.pressure``.

A server of its own, started as the README says, listens on 127.0.0.1; its clients come from
127.0.0.1 to 127.0.0.59. Each attack runs with 100 ordinary requests. The table says how many of
them were answered within a second, the 95th percentile, and the most memory (PSS) of a process.

``DATABASE_URL`` names an empty PostgreSQL database that may be filled; without it an SQLite file
is made. ``SERVER`` is another command to start a server, with ``{port}`` for its port, and
``SERVER_FOLDER`` where it runs: so releases are compared. ``ATTACKS`` chooses by words of names.
"""

import os
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, Queue

from tests.support.processes import PRODUCTION, ROOT
from tests.support.server import find_free_port, run_manage, start_server

ROWS = int(os.environ.get("BENCH_ROWS", "60000"))
ORDINARY, PATIENCE = 100, int(os.environ.get("BENCH_PATIENCE", "20"))
PATHS = (
    "/livez",
    "/api/v1/positions/?limit=50&party=party-{n}",
    "/api/v1/positions/position-000{n}00{n}/",
    "/api/v1/positions/?limit=20&issue=issue-{n}&expand=party,issue",
    "/readyz",
)
# 420,000 of the 500,000 records that an export may hold.
EXPORT = (
    "/api/v1/positions/export/?format=ndjson"
    "&expand=negotiation,party,issue,statement,spoken_by,relayed_by"
)
STREAM = {"Accept": "text/event-stream"}


@dataclass
class Client:
    """One connection, from an address of its own."""

    port: int
    source: str = "127.0.0.1"
    slow: bool = False
    connection: socket.socket = field(init=False)

    def __post_init__(self):
        self.connection = socket.socket()
        if self.slow:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.connection.bind((self.source, 0))
        self.connection.settimeout(PATIENCE)
        self.connection.connect(("127.0.0.1", self.port))

    def send(self, path, headers=(), method="GET", tail="\r\n"):
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in dict(headers).items()]
        self.connection.sendall(("\r\n".join(lines) + "\r\n" + tail).encode())
        return self

    def close(self):
        self.connection.close()

    def head(self):
        """The status and the headers; what belongs to the body is dropped."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self.connection.recv(1024 if self.slow else 65536)
            if not piece:
                return 0, {}
            received += piece
        lines = received.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        return int(lines[0].split()[1]), headers


class Memory(threading.Thread):
    """The most memory that a process of the server had."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.is_over = pid, 0.0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.2):
            self.most = max([self.most, *map(pss, [self.pid, *children(self.pid)])])


def children(pid):
    with suppress(OSError):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(each) for each in found]
    return []


def pss(pid):
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def ordinary(port):
    """The seconds that each of the ordinary requests took; None for what was not answered."""
    work, found = Queue(), []
    for number in range(ORDINARY):
        work.put(number)

    def ask():
        with suppress(Empty):
            while True:
                number = work.get_nowait()
                path = PATHS[number % len(PATHS)].format(n=number % 10)
                began = time.monotonic()
                try:
                    client = Client(port, f"127.0.0.{50 + number % 10}")
                    status, _ = client.send(path, {"Connection": "close"}).head()
                    client.connection.close()
                except OSError:
                    status = 0
                found.append(time.monotonic() - began if status == 200 else None)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


# The attacks: each returns what it found, and leaves its connections open.


def quiet(port, held):
    return ""


def slow_exports(port, held, differ=False):
    """40 addresses load the largest export, each as slowly as it can."""
    statuses = Queue()

    def load(number):
        source = f"127.0.0.{number}"
        path = f"{EXPORT}&updated_since={1960 + number}-01-01T00:00:00Z" if differ else EXPORT
        until = time.monotonic() + 150
        while time.monotonic() < until:
            with suppress(OSError):
                client = Client(port, source, slow=True)
                held.callback(client.connection.close)
                status, headers = client.send(path).head()
                if status == 200 or "retry-after" not in headers:
                    statuses.put(status)
                    return
                client.connection.close()
                time.sleep(int(headers["retry-after"]))

    for number in range(1, 41):
        threading.Thread(target=load, args=(number,), daemon=True).start()
    time.sleep(1)
    return statuses


def greedy_exports(port, held):
    """36 requests of one address for everything with everything next to it."""
    everything = (
        "negotiation,party,issue,statement,spoken_by,relayed_by,follows,term,citations.source,"
        "negotiation.positions,negotiation.rounds,party.positions,issue.positions"
    )
    return several(port, held, 36, f"/api/v1/positions/export/?format=csv&expand={everything}")


def several(port, held, number, path, headers=()):
    statuses = Queue()

    def ask(client):
        with suppress(OSError):
            statuses.put(client.send(path, headers).head()[0])

    for _ in range(number):
        client = Client(port)
        held.callback(client.connection.close)
        threading.Thread(target=ask, args=(client,), daemon=True).start()
    time.sleep(2)
    return statuses


def streams(number):
    def attack(port, held):
        statuses = several(port, held, number, "/api/v1/changes/", STREAM)
        for last in range(30, 50):
            client = Client(port, f"127.0.0.{last}")
            held.callback(client.connection.close)
            with suppress(OSError):
                statuses.put(("others", client.send("/api/v1/changes/", STREAM).head()[0]))
        return statuses

    return attack


def silent(port, held):
    for _ in range(200):
        held.callback(Client(port).connection.close)
    time.sleep(1)
    return ""


def half_sent(port, held):
    for number in range(200):
        client = Client(port, f"127.0.0.{1 + number % 40}")
        length = {"Content-Length": 1000, "Content-Type": "application/json"}
        if number % 2:
            client.send("/api/v1/parties/", length, method="POST", tail="\r\n{")
        else:
            client.send("/api/v1/parties/", tail="X-Half: ")
        held.callback(client.connection.close)
    time.sleep(1)
    return ""


ATTACKS = {
    "none": quiet,
    "40 slow readers of the largest export": slow_exports,
    "40 slow readers of a largest export each": partial(slow_exports, differ=True),
    "36 exports of everything": greedy_exports,
    "16 event streams of one address, 20 of others": streams(16),
    "300 event streams of one address, 20 of others": streams(300),
    "200 silent connections": silent,
    "200 requests sent half": half_sent,
}


def main():
    folder = Path(tempfile.mkdtemp(prefix="pressure-"))
    variables = {
        **PRODUCTION,
        "TRACKER_ALLOWED_HOSTS": "127.0.0.1",
        "TRACKER_HTTPS": "0",
        "TRACKER_LOG_LEVEL": "WARNING",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/data.sqlite3",
    }
    run_manage(("migrate", "--verbosity", "0"), variables)
    run_manage(("shell", "-c", FILL), variables)
    kind = variables["DATABASE_URL"].partition(":")[0]
    print(f"{kind}, {ROWS} positions, {ORDINARY} ordinary requests; seconds and MB")
    print("| attack | answers | ordinary within 1 s | p95 | slowest | PSS |")
    print("|---|---|---|---|---|---|", flush=True)
    chosen = os.environ.get("ATTACKS", "").split(",")
    for name, attack in ATTACKS.items():
        if any(word in name for word in chosen):
            measure(name, attack, variables, folder)
    stop(variables, folder)


def measure(name, attack, variables, folder):
    process, port, memory = serve(variables, folder)
    try:
        with ExitStack() as held:
            ordinary(port)
            found = attack(port, held)
            times = ordinary(port)
            if name.startswith("40"):
                time.sleep(60)
                times += ordinary(port)
            answers = tally(found)
            answered = sorted(each for each in times if each is not None)
            in_time = sum(each <= 1 for each in answered)
            p95 = statistics.quantiles(answered, n=20)[-1] if len(answered) > 1 else 0
            slowest = max(answered, default=0)
            print(
                f"| {name} | {answers} | {in_time} of {len(times)} | {p95:.2f} | {slowest:.2f} "
                f"| {memory.most:.0f} |",
                flush=True,
            )
    finally:
        memory.is_over.set()
        end(process)


def tally(found):
    counts = {}
    while isinstance(found, Queue) and not found.empty():
        status = found.get()
        counts[str(status)] = counts.get(str(status), 0) + 1
    return ", ".join(f"{number} × {status}" for status, number in sorted(counts.items()))


def stop(variables, folder):
    """How long SIGTERM takes while 40 streams and 100 silent connections are open."""
    process, port, memory = serve(variables, folder)
    memory.is_over.set()
    with ExitStack() as held:
        for number in range(140):
            client = Client(port, f"127.0.0.{1 + number % 40}")
            held.callback(client.connection.close)
            if number < 40:
                client.send("/api/v1/changes/", STREAM)
        time.sleep(3)
        began = time.monotonic()
        end(process)
        print(
            f"SIGTERM with 40 streams and 100 silent connections: {time.monotonic() - began:.1f} s"
        )


def serve(variables, folder):
    port, log = find_free_port(), folder / "server.log"
    if command := os.environ.get("SERVER"):
        with log.open("wb") as output:
            process = subprocess.Popen(
                shlex.split(command.format(port=port)),
                cwd=os.environ.get("SERVER_FOLDER", ROOT),
                env={"PATH": os.environ["PATH"], **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
    else:
        process = start_server(port, variables, log)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError):
            if Client(port).send("/readyz").head()[0] == 200:
                memory = Memory(process.pid)
                memory.start()
                return process, port, memory
        time.sleep(0.2)
    end(process)
    sys.exit(log.read_text())


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(45)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


FILL = f"""
from tests.benchmarks.exporting import fill
from negotiations.models import Citation, Position, Source
if Position.objects.count() != {ROWS}:
    fill({ROWS})
    sources = Source.objects.bulk_create(
        Source(slug=f"source-{{n}}", kind="post", text=f"{{n}} " + "Words of a source. " * 250,
               sha256=str(n), review="published") for n in range(200))
    Citation.objects.bulk_create(
        (Citation(slug=f"citation-{{p.pk}}", source=sources[p.pk % 200], position=p,
                  quote="Words of", review="published") for p in Position.objects.iterator()),
        batch_size=2000)
"""


if __name__ == "__main__":
    main()
