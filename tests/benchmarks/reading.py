"""How many list pages a second, ours against a stock viewset, in one run: ``make bench``.

Both answer in this process through the whole middleware, in turn, so that a slow moment of the
machine falls on both. Ratios are what counts; absolute figures mean nothing on a shared machine.
What ours keeps for readers without a token is forgotten before each page, but in the last case,
which measures just that.
"""

import logging
import os
import statistics
import time
from collections.abc import Callable

import django

ROWS = int(os.environ.get("BENCH_ROWS", "20000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "30"))
STOCK = "/stock/positions/"
CASES = {
    "list page, three expansions": "/api/v1/positions/?expand=party,issue,negotiation",
    "list page": "/api/v1/positions/",
    "list page of one party's": "/api/v1/positions/?party=party-3&expand=party,issue,negotiation",
}
AGAIN = "list page, three expansions"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    logging.disable()
    settings.ROOT_URLCONF = "tests.benchmarks.stock"
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        fill()
        with connection.cursor() as cursor:
            # As a database that has lived for a while knows its tables.
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}, {ROWS} positions, {ROUNDS} rounds; pages a second")
        for name, address in CASES.items():
            stock = STOCK + ("?party=4" if "party=" in address else "")
            report(name, compare(address, stock))
        report("the first, asked again", compare(CASES[AGAIN], STOCK, again=True))
    finally:
        teardown_databases(databases, verbosity=0)


def fill() -> None:
    """Positions of ten parties on twenty issues, written past the rules: only reading is timed."""
    from negotiations.models import Issue, Negotiation, Party, Position

    def made(model, number, **values):
        rows = [
            model(slug=f"{model._meta.model_name}-{n}", review="published", **values)
            for n in range(number)
        ]
        return model.objects.bulk_create(rows)

    talks = made(Negotiation, 5, title="Talks", kind="peace")
    parties = made(Party, 10, name="Party", kind="state")
    issues = made(Issue, 20, title="Issue", question="Should it be?")
    Position.objects.bulk_create(
        [
            Position(
                slug=f"position-{n:07}",
                review="published",
                negotiation=talks[n % 5],
                party=parties[n % 10],
                issue=issues[n % 20],
                stance="supports",
                claim="It should be.",
                date=f"2025-{n % 12 + 1:02}",
            )
            for n in range(ROWS)
        ],
        batch_size=2000,
    )


def compare(ours: str, stock: str, *, again: bool = False) -> tuple[list[float], list[float]]:
    """Seconds for one page each, in turn."""
    from django.test import Client

    from negotiations.rest.http.response_cache import RESPONSE_CACHE

    client = Client()

    def seconds(address: str) -> float:
        if not again:
            RESPONSE_CACHE.clear()
        began = time.perf_counter()
        response = client.get(address)
        taken = time.perf_counter() - began
        assert response.status_code == 200, response.content[:300]
        assert len(response.json()["results"]) == 50
        return taken

    for address in (ours, stock):
        seconds(address)
    pairs = [(seconds(ours), seconds(stock)) for _ in range(ROUNDS)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def report(name: str, times: tuple[list[float], list[float]]) -> None:
    middle: Callable[[list[float]], float] = statistics.median
    ours, stock = middle(times[0]), middle(times[1])
    print(f"{name:32} ours {1 / ours:7.0f}   stock {1 / stock:7.0f}   ratio {stock / ours:5.1f}")


if __name__ == "__main__":
    main()
