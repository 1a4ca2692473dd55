"""A load that is killed, and two at once: nothing half written, nothing doubled."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.support.processes import ROOT
from tests.support.seedfiles import SMALL, write_seed_file

pytestmark = pytest.mark.slow

TABLES = (
    "negotiations_party",
    "negotiations_issue",
    "negotiations_citation",
    "negotiations_historicalissue",
    "negotiations_seedentry",
)
ISSUES = "".join(f'  - {{key: issue-{number}, title: "Issue {number}"}}\n' for number in range(400))
WHOLE = [2, 400, 4, 400, 409]


@pytest.fixture
def database(tmp_path):
    """A database file of its own with empty tables."""
    path = tmp_path / "seeds.sqlite3"
    migration = manage(path, "migrate", "--verbosity", "0")
    assert (migration.communicate()[0], migration.returncode) == ("", 0)
    return path


@pytest.fixture
def seed(tmp_path):
    return write_seed_file(tmp_path, f"{SMALL}\nissues:\n{ISSUES}")


def manage(database, *arguments):
    own = {"DATABASE_URL": f"sqlite:///{database}", "TRACKER_SQLITE_SYNCHRONOUS": "FULL"}
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def rows(database):
    with closing(sqlite3.connect(database)) as connection:
        return [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES]


def test_a_killed_load_leaves_nothing_or_everything(database, seed):
    seen = []
    delay = 0.3
    while not seen or seen[-1] != WHOLE:
        load = manage(database, "loadseeds", seed)
        time.sleep(delay)
        load.kill()
        load.communicate()
        seen.append(rows(database))
        delay += 0.1

    assert [each for each in seen if each not in ([0] * len(TABLES), WHOLE)] == []
    assert len(seen) > 3


def test_two_loads_at_once_make_each_record_once(database, seed):
    loads = [manage(database, "loadseeds", seed) for _ in range(2)]
    answers = sorted(load.communicate()[0] for load in loads)

    assert [load.returncode for load in loads] == [0, 0]
    assert answers == [
        f"{seed}: + 405 records, 4 quotations, 1 open question\n",
        f"{seed}: nothing to do, 409 records as in the file\n",
    ]
    assert rows(database) == WHOLE
