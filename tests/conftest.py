"""The database of a test run: SQLite in a file of its own, or PostgreSQL by ``DATABASE_URL``."""

import os

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
