"""Memory and time of the export of 100,000 positions: ``python -m tests.benchmarks.exporting``.

The rows are counted as they are thrown away, as a client at the other end would take them.
"""

import logging
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable

import django

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
MOST_MEGABYTES = 200


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    logging.disable()
    folder = tempfile.TemporaryDirectory()
    if connection.vendor == "sqlite":
        # A file, not memory: a child fills it.
        connection.settings_dict["TEST"]["NAME"] = f"{folder.name}/bench.sqlite3"
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        in_a_child(lambda: fill(ROWS))
        print(f"{connection.vendor}, {ROWS} positions, before: {resident():.0f} MB resident")
        for kind in ("csv", "ndjson", "xlsx"):
            export(kind)
        print(f"at most {resident():.0f} MB resident; promised are {MOST_MEGABYTES}")
    finally:
        teardown_databases(databases, verbosity=0)
        folder.cleanup()
    return int(resident() > MOST_MEGABYTES)


def in_a_child(work) -> None:
    """Its memory is not ours."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        work()
        connections.close_all()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


CLAIM = "It should be so, said the party, and nothing else was to be expected."


def fill(number: int, claim: Callable[[int], str] = lambda _: CLAIM) -> None:
    """Positions of ten parties on twenty issues, written past the rules: only reading is timed."""
    from negotiations.models import Issue, Negotiation, Party, Position

    def made(model, count, **values):
        rows = [
            model(slug=f"{model._meta.model_name}-{n}", review="published", **values)
            for n in range(count)
        ]
        return model.objects.bulk_create(rows)

    talks = made(Negotiation, 5, title="Talks", kind="peace")
    parties = made(Party, 10, name="Party", kind="state")
    issues = made(Issue, 20, title="Issue", question="Should it be?")
    for first in range(0, number, 2000):
        Position.objects.bulk_create(
            Position(
                slug=f"position-{n:07}",
                review="published",
                negotiation=talks[n % 5],
                party=parties[n % 10],
                issue=issues[n % 20],
                stance="supports",
                claim=claim(n),
                date=f"2025-{n % 12 + 1:02}",
            )
            for n in range(first, min(first + 2000, number))
        )


def export(kind: str) -> None:
    """One export, thrown away piece by piece."""
    from django.test import Client

    began = time.perf_counter()
    response = Client().get(f"/api/v1/positions/export/?format={kind}")
    assert response.status_code == 200, response
    first = time.perf_counter() - began
    pieces = iter(response.streaming_content)
    size = len(next(pieces))
    size += sum(map(len, pieces))
    assert size > ROWS * (10 if kind == "xlsx" else 100), size
    seconds = time.perf_counter() - began
    print(
        f"{kind:7} {size / 1e6:6.1f} MB in {seconds:5.1f} s, the first piece after "
        f"{first * 1000:5.0f} ms, {resident():.0f} MB resident at most so far"
    )


def resident() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
