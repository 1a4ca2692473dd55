"""SQLite has statistics of its tables without an operator: its planner chooses indexes by them."""

import sqlite3
from contextlib import closing

from tests.support.processes import PRODUCTION, ROOT, run_process


def test_loaded_tables_have_statistics(tmp_path):
    file = tmp_path / "tracker.sqlite3"
    variables = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{file}"}

    for command in (["migrate", "-v0"], ["loadseeds", str(ROOT / "seeds")]):
        done = run_process(["manage.py", *command], **variables)
        assert done.returncode == 0, done.stderr

    with closing(sqlite3.connect(file)) as connection:
        known = dict(connection.execute("SELECT idx, stat FROM sqlite_stat1"))
    assert {"position_party_old", "citation_of_position"} <= set(known)
