"""Databases of the benchmark: one is filled, each server gets a copy of its own."""

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.support.processes import run_process

# Of the stock app: a competent developer serves what people ask most, in the order of the list.
INDEXES = """
CREATE INDEX stock_pair ON negotiations_position (party_id, issue_id, date_earliest);
CREATE INDEX stock_talk ON negotiations_position (negotiation_id, date_earliest);
CREATE INDEX stock_order ON negotiations_position (review, date_earliest, slug);
"""


@dataclass(frozen=True)
class SQLite:
    """A file."""

    path: Path
    vendor = "SQLite"

    @property
    def url(self):
        return f"sqlite:///{self.path}"

    def exists(self):
        return self.path.exists()

    def create(self):
        pass

    def copy(self, name):
        self.drop(name)
        shutil.copy(self.path, self.path.with_name(name))
        return SQLite(self.path.with_name(name))

    def drop(self, name):
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(name + ending).unlink(missing_ok=True)

    def execute(self, script):
        connection = sqlite3.connect(self.path)
        connection.executescript(script)
        connection.close()

    def list_own_indexes(self):
        connection = sqlite3.connect(self.path)
        asked = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%''published''%'"
        found = [row[0] for row in connection.execute(asked)]
        connection.close()
        return found

    def processes(self):
        return []


@dataclass(frozen=True)
class PostgreSQL:
    """A database of the server that ``DATABASE_URL`` names."""

    server: str
    name: str
    vendor = "PostgreSQL"

    @property
    def url(self):
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}"))

    def _run(self, url, *statements):
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            for each in statements:
                cursor = connection.execute(each)
            return cursor.fetchall() if cursor.description else []

    def exists(self):
        asked = f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'"
        return bool(self._run(self.server, asked))

    def create(self):
        self._run(self.server, f"CREATE DATABASE {self.name}")

    def copy(self, name):
        self.drop(name)
        self._run(self.server, f"CREATE DATABASE {name} TEMPLATE {self.name}")
        return PostgreSQL(self.server, name)

    def drop(self, name):
        self._run(self.server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, script):
        self._run(self.url, *filter(str.strip, script.split(";")))

    def list_own_indexes(self):
        asked = "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%''published''%'"
        return [row[0] for row in self._run(self.url, asked)]

    def processes(self):
        asked = f"SELECT pid FROM pg_stat_activity WHERE datname = '{self.name}'"
        return [row[0] for row in self._run(self.server, asked)]


def open_filled(folder, size, variables):
    """The filled database, its token and the seconds that loading took; made where it is missing.

    It stays in ``folder``, or on the server of ``DATABASE_URL``, for the next run.
    """
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        database = PostgreSQL(url, f"bench_{size}")
    else:
        database = SQLite(folder / f"bench_{size}.sqlite3")
    notes = folder / f"{database.vendor}-{size}"
    variables = {
        **variables,
        "DATABASE_URL": database.url,
        "TRACKER_STATEMENT_TIMEOUT": "1h",
    }
    if not (database.exists() and notes.exists()):
        database.drop(f"bench_{size}" + (".sqlite3" if database.vendor == "SQLite" else ""))
        database.create()
        run(("manage.py", "migrate", "-v0"), variables)
        told = run(("-m", "tests.benchmarks.dataset"), {**variables, "SIZE": str(size)})
        notes.write_text(told)
    else:
        run(("manage.py", "migrate", "-v0"), variables)
        database.execute("ANALYZE")
    if database.vendor == "SQLite":
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seconds, token = notes.read_text().split()
    return database, token, float(seconds)


def run(command, variables):
    done = run_process(command, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def copy_for_stock(database, name):
    """A copy with the indexes of the stock app in place of ours."""
    copied = database.copy(name)
    copied.execute("".join(f"DROP INDEX {name};" for name in copied.list_own_indexes()))
    copied.execute(INDEXES)
    copied.execute("ANALYZE")
    return copied
