"""Production settings for tests, without what needs HTTPS, collected files or a durable disk."""

import os

os.environ.setdefault(
    "TRACKER_SECRET_KEY", "tests only: this key signs nothing that anybody keeps, ever"
)
os.environ.setdefault("TRACKER_TOKEN_PEPPER", "tests only: a pepper of some length")
os.environ.setdefault("TRACKER_ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("TRACKER_HTTPS", "0")
# On a busy machine a database takes longer to create than an answer may take.
os.environ.setdefault("TRACKER_STATEMENT_TIMEOUT", "30s")
# Tests of the limits switch them on.
os.environ.setdefault("TRACKER_RATE_ANONYMOUS", "0")
os.environ.setdefault("TRACKER_RATE_TOKEN", "0")
# Where nothing else is asked for, the tests make a file of their own.
if not os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_URL_FILE"):
    os.environ["DATABASE_URL"] = "sqlite:///var/tracker.sqlite3"
# A power cut ends the test run anyway.
os.environ.setdefault("TRACKER_SQLITE_SYNCHRONOUS", "OFF")

from tracker.settings import *  # noqa: F403
from tracker.settings import PLAIN_FILES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": PLAIN_FILES}}
WHITENOISE_AUTOREFRESH = True
