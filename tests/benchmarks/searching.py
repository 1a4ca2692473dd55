"""How many searches a second, ours against a stock viewset's ``icontains``: ``make bench``.

Both answer one page of positions, in turn, in this process through the whole middleware.
"""

import logging
import os

import django

from tests.benchmarks.exporting import CLAIM, fill
from tests.benchmarks.reading import compare, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
# How many positions have a word, by the word: "samovar" is in every thousandth.
WORDS = {"samovar": 1000, "lantern": 100, "harbour": 2}


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from negotiations.models import Position
    from negotiations.search import rebuild

    logging.disable()
    settings.ROOT_URLCONF = "tests.benchmarks.stock"
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        fill(ROWS, claim)
        rebuild.rebuild_model(Position)
        with connection.cursor() as cursor:
            # As a database that has lived for a while knows its tables.
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}, {ROWS} positions; searches a second")
        for word, every in WORDS.items():
            ours, stock = f"/api/v1/positions/?q={word}", f"/stock/positions/?search={word}"
            report(f"{word}, in {ROWS // every}", compare(ours, stock))
            everywhere = f"/api/v1/search/?limit=50&q={word}"
            report(f"{word}, all kinds, ranked", compare(everywhere, stock))
    finally:
        teardown_databases(databases, verbosity=0)


def claim(number: int) -> str:
    """A sentence with the words whose turn it is."""
    return " ".join([CLAIM, *(word for word, every in WORDS.items() if number % every == 0)])


if __name__ == "__main__":
    main()
