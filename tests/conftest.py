"""The database and the browser of a test run."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """A database of this process alone, so that several runs and workers never meet."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        # A file, not memory: connections of several threads must see one database.
        settings["TEST"]["NAME"] = tmp_path_factory.mktemp("database") / "tests.sqlite3"
    else:
        settings["TEST"]["NAME"] = f"test_tracker_{os.getpid()}"


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
