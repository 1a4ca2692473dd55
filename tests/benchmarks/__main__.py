"""The whole benchmark: ``make bench``, or ``python -m tests.benchmarks`` on one database.

``SIZE`` is the number of positions, ``SECONDS`` how long each load lasts, ``ONLY`` words of the
parts to run (reads, filters, kept, writes, memory). Ours is started as the README starts it, with
two workers; the stock app and the bare function under the same server, also with two. All three
answer in turns, so that a slow moment of the machine falls on each of them.
"""

import json
import os
import platform
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import reads, writes
from tests.benchmarks.databases import copy_for_stock, open_filled
from tests.benchmarks.servers import Load, measure, read_production_settings, run_server
from tests.support.processes import ROOT

SIZE = int(os.environ.get("SIZE", "100000"))
SECONDS = int(os.environ.get("SECONDS", "3"))
ONLY = os.environ.get("ONLY", "")
FOLDER = Path(os.environ.get("BENCH_FOLDER", ROOT / "var" / "bench"))
TITLES = (
    "workload", "ours", "stock", "ratio", "must", "bare", "p50", "p99", "stock p99", "CPU", "bytes",
)  # fmt: skip


class Report:
    """The table as it grows."""

    def __init__(self):
        self.rows = []

    def head(self, title):
        print(f"\n### {title}\n\n| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")

    def add(self, name, found, must=0.0):
        """One workload: what each server did with it."""
        ours, stock, bare = (found.get(each) for each in ("ours", "stock", "bare"))
        ratio = ours.rate / stock.rate if stock else 0.0
        cells = [
            name, f"{ours.rate:.1f}", f"{stock.rate:.1f}" if stock else "", f"{ratio:.2f}",
            f"{must:g}" if must else "", f"{bare.rate / stock.rate:.1f}" if bare and stock else "",
            f"{ours.p50:.1f}", f"{ours.p99:.1f}", f"{stock.p99:.1f}" if stock else "",
            f"{ours.cpu:.2f}", f"{ours.size:.0f}",
        ]  # fmt: skip
        self.rows.append([name, ours.rate, stock.rate if stock else 0, ratio, must])
        print(f"| {' | '.join(cells)} |", flush=True)

    def say(self, text):
        self.rows.append([text])
        print(f"- {text}", flush=True)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = read_production_settings(type("None", (), {"url": ""}))
    filled, token, seconds = open_filled(FOLDER, SIZE, settings)
    if ONLY == "load":
        return
    report = Report()
    print(
        f"\n## {filled.vendor}, {SIZE:,} positions\n\n{time.strftime('%Y-%m-%d %H:%M')}, "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load "
        f"average {os.getloadavg()[0]:.1f}, {SECONDS} s for each load, answers a second; "
        "p50, p99 and CPU for each answer of ours in ms\n"
    )
    report.say(f"loading all records by the bulk path: {seconds:.0f} s")
    names = [f"bench_{each}_{SIZE}" for each in ("ours", "stock")]
    names = [f"{name}.sqlite3" for name in names] if filled.vendor == "SQLite" else names
    try:
        databases = filled.copy(names[0]), copy_for_stock(filled, names[1])
        with ExitStack() as opened:
            bench(report, databases, token, opened)
    finally:
        for name in names:
            filled.drop(name)
    (FOLDER / f"{filled.vendor}-{SIZE}.json").write_text(json.dumps(report.rows, indent=1))


def bench(report, databases, token, opened):
    ours, stock = databases
    start = lambda name, database, **more: opened.enter_context(  # noqa: E731
        run_server(name, database, FOLDER, **more)
    )
    other = [start("stock", stock), start("bare", stock)]
    uncached = start("ours", ours, TRACKER_KEPT_ANSWERS_MB="0")
    servers = [uncached, *other]
    for server in servers:
        report.say(
            f"{server.name}: first answer after {server.started:.2f} s, two workers hold "
            f"{server.memory():.0f} MB"
        )
    everything = json.loads(uncached.ask("/api/v1/positions/?limit=1&count=true")[1])["count"]
    if wants("reads"):
        report.head("Reads, nothing kept")
        for read in reads.list_reads(uncached, everything):
            compare(report, read, servers)
        measure_not_modified(report, uncached, "304, nothing kept", 10, servers[1])
    if wants("filters"):
        report.head("Each promised filter, nothing kept")
        for read in reads.list_filters():
            compare(report, read, servers)
    kept = start("ours", ours)
    if wants("kept"):
        measure_kept(report, kept, servers[1], token)
    if wants("writes"):
        report.head("Writes; records a second")
        writes.measure_writes(report, kept, servers, token, SECONDS)
        writes.measure_exports(report, kept, servers[1])
    if wants("memory"):
        for server in (kept, servers[1]):
            report.say(f"{server.name}: two workers hold {server.memory():.0f} MB at the end")


def wants(part):
    return not ONLY or part in ONLY.split(",")


def compare(report, read, servers):
    try:
        reads.check(read, servers)
        loads = read.loads()
        found = {server.name: measure(server, loads[server.name], SECONDS) for server in servers}
    except (ValueError, RuntimeError) as fault:
        report.say(f"NOT MEASURED: {fault}")
        return
    report.add(read.name, found, read.must)


def measure_not_modified(report, server, name, must, stock):
    path = "/api/v1/positions/?expand=party,issue,negotiation"
    tag = server.ask(path)[2]["ETag"]
    load = Load((path,), headers=(("If-None-Match", tag),), expected=304)
    found = {
        "ours": measure(server, load, SECONDS),
        "stock": measure(stock, Load(("/positions/?expand=all",)), SECONDS),
    }
    report.add(name, found, must)


def measure_kept(report, kept, stock, token):
    """Answers that may be kept: asked again, as 304, and while others write."""
    report.head("Asked again, as the server is set up by default")
    for read in reads.list_reads(kept, 100)[:3]:
        for name, must, beside in (
            ("", 50, 0),
            (", 20 writes a second elsewhere", 10, 20),
        ):
            found = {}
            for server, paths in ((kept, read.ours), (stock, read.stock)):
                with Writer(server, beside, token):
                    found[server.name] = measure(server, Load(paths), SECONDS)
            report.add(f"{read.name}{name}", found, must)
    measure_not_modified(report, kept, "304, kept", 60, stock)


class Writer:
    """Writes people, so many a second, while something else is measured."""

    def __init__(self, server, number, token):
        self.server, self.number, self.token = server, number, token
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        if self.number:
            self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        if self.number:
            self.thread.join()

    def run(self):
        path = "/api/v1/people/" if self.server.name == "ours" else "/people/"
        began = time.monotonic()
        for number in range(10**6):
            name = f"beside-{time.time_ns()}"
            body = {"name": "Somebody beside", "slug": name}
            status, text, _ = self.server.ask(path, body, Authorization=f"Bearer {self.token}")
            assert status == 201, text
            if self.is_over.wait(max(0, began + (number + 1) / self.number - time.monotonic())):
                return


if __name__ == "__main__":
    sys.exit(main())
