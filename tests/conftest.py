"""The database and the browser of a test run."""

import functools
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.support.server import server

__all__ = ["server"]  # the fixture

ROOT = Path(__file__).parent.parent


def pytest_terminal_summary(terminalreporter):
    """What tests found worth telling, passed or not: how much a search for faults has tried."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            told = (
                getattr(report, "user_properties", ())
                if getattr(report, "when", "") == "call"
                else ()
            )
            for name, line in told:
                terminalreporter.write_line(f"{name}: {line}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """A database of this process alone, so that several runs and workers never meet."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        # A file, not memory: connections of several threads must see one database.
        settings["TEST"]["NAME"] = tmp_path_factory.mktemp("database") / "tests.sqlite3"
        if get_migrated_file().exists():
            shutil.copy(get_migrated_file(), settings["TEST"]["NAME"])
    else:
        settings["TEST"]["NAME"] = f"test_tracker_{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_keepdb():
    """A copied file is migrated already; what is left to do is nothing."""
    from django.db import connection

    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The first run after a migration changes keeps its empty database for the runs to come."""
    from django.db import connection

    if connection.vendor == "sqlite" and not get_migrated_file().exists():
        with django_db_blocker.unblock():
            get_migrated_file().parent.mkdir(exist_ok=True)
            mine = get_migrated_file().with_suffix(f".{os.getpid()}")
            mine.unlink(missing_ok=True)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(mine)])
            # In one step: another worker sees the whole file or none.
            mine.replace(get_migrated_file())


@functools.cache
def get_migrated_file():
    """Where the empty, migrated database of these migrations is kept."""
    import django

    digest = hashlib.sha256(django.get_version().encode())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return ROOT / "var" / f"tests-{digest.hexdigest()[:16]}.sqlite3"


@pytest.fixture(autouse=True)
def language():
    """A request leaves its language to the thread; each test begins without, as a program does."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def kept_answers():
    """A test takes back what it wrote, and the next one counts from the same number."""
    from negotiations.rest.http.response_cache import RESPONSE_CACHE

    RESPONSE_CACHE.clear()


@pytest.fixture(autouse=True)
def places():
    """A test client need not read what it got, as every server does; places are free again."""
    from negotiations.rest.changes.views import FOLLOWER_SLOTS
    from negotiations.rest.read.exported_files import EXPORTED_FILES, SEND_SLOTS

    yield
    for each in (SEND_SLOTS, FOLLOWER_SLOTS):
        each.held.clear()
    for shared in EXPORTED_FILES.files.values():
        shared.file.close()
    EXPORTED_FILES.files.clear()


CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium():
    """The machine's Chromium, driven by Playwright. Where it is missing the tests say so."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing: the browser tests must run in CI.")
    if path is None:
        pytest.skip("NOT RUN: no Chromium on this machine (Debian: apt-get install chromium).")
    # Playwright keeps an event loop in this thread, where Django expects none.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # Root, as in containers, cannot have Chromium's sandbox.
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def self_review(settings):
    """A team of one, whose reviewers may edit what is published and publish their own work."""
    settings.TRACKER_ALLOW_SELF_REVIEW = True


# The cast: who asks. Each of the four has a client of the API that speaks JSON.
PASSWORD = "a long enough password"


@pytest.fixture
def analyst_user(db):
    return create_user("contributor", "analyst")


@pytest.fixture
def reviewer_user(db):
    return create_user("reviewer", "reviewer")


@pytest.fixture
def administrator_user(db):
    return create_user("administrator", "administrator")


def create_user(group, username):
    from django.contrib.auth.models import Group, User

    user = User.objects.create_user(username, password=PASSWORD, is_staff=True)
    # A test with transactions of its own empties the tables, groups too.
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


@pytest.fixture
def reader(db):
    return build_api_client()


@pytest.fixture
def analyst(analyst_user):
    return build_api_client(analyst_user)


@pytest.fixture
def reviewer(reviewer_user):
    return build_api_client(reviewer_user)


@pytest.fixture
def administrator(administrator_user):
    return build_api_client(administrator_user)


def build_api_client(user=None):
    """A client of the API; with a user, by a token that may write.

    It holds each answer against the OpenAPI document.
    """
    from negotiations.models import Token
    from tests.support.contract import ContractClient

    client = ContractClient()
    client.default_format = "json"
    if user is not None:
        _token, text = Token.issue(user, "test", Token.Scope.WRITE)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client
