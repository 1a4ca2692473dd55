"""What an installation must be before it serves.

``manage.py`` runs these before every command, ``wsgi.py`` before the first request. Those marked
``deploy`` hold for production only and run under ``check --deploy`` and in ``wsgi.py``.
"""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.http.request import split_domain_port, validate_host

TAG = "tracker"
MIN_KEY_LENGTH = 50
MIN_PEPPER_LENGTH = 32
DURABLE = ("FULL", "EXTRA")
# The first good release of each line that has one; 3.51.3 and all later ones are good.
WAL_RESET_FIXED = {(3, 44): 6, (3, 50): 7, (3, 51): 3}

Apps = Sequence[AppConfig] | None


@register(TAG)
def check_secrets(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG:
        return []
    hint = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    faults: list[CheckMessage] = []
    keys = [("TRACKER_SECRET_KEY", settings.SECRET_KEY)]
    keys += [("TRACKER_SECRET_KEY_FALLBACKS", key) for key in settings.SECRET_KEY_FALLBACKS]
    for name, key in keys:
        if key.startswith("django-insecure-") or len(key) < MIN_KEY_LENGTH:
            text = f"{name} is too weak: {MIN_KEY_LENGTH} random characters are needed."
            faults.append(Error(text, hint=hint, id="tracker.E001"))
    if len(settings.TRACKER_TOKEN_PEPPER) < MIN_PEPPER_LENGTH:
        text = (
            f"TRACKER_TOKEN_PEPPER is too weak: {MIN_PEPPER_LENGTH} random characters are needed."
        )
        faults.append(Error(text, hint=hint, id="tracker.E002"))
    return faults


@register(TAG)
def check_hosts_are_named(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    hosts = settings.ALLOWED_HOSTS
    if "*" in hosts:
        text = "TRACKER_ALLOWED_HOSTS holds '*': any name in a Host header would be believed."
        return [Error(text, hint="Name the hosts.", id="tracker.E003")]
    if settings.DEBUG and not set(hosts) <= {*settings.LOOPBACK, "testserver"}:
        text = "TRACKER_DEBUG is on and TRACKER_ALLOWED_HOSTS names a host that others can reach."
        return [Error(text, hint="Debug is for 127.0.0.1 only.", id="tracker.E004")]
    if not settings.DEBUG and not hosts:
        text = "TRACKER_ALLOWED_HOSTS is not set: every request would be refused."
        return [Error(text, hint="Name the hosts.", id="tracker.E005")]
    return []


@register(TAG)
def check_hosts_can_match(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    hint = (
        "Write names alone, with commas: tracker.example, .tracker.example, 192.0.2.1, "
        "[2001:db8::1]. No scheme, port, path, space, '*' or last dot; other scripts as xn--."
    )
    return [
        Error(
            f"TRACKER_ALLOWED_HOSTS holds {host!r}: no request matches it.", hint, id="tracker.E009"
        )
        for host in settings.ALLOWED_HOSTS
        if host != "*" and not can_match(host)
    ]


def can_match(pattern: str) -> bool:
    """Whether the host of a request can match a pattern, as Django compares them."""
    host, port = split_domain_port(pattern.removeprefix("."))
    return bool(host) and not port and validate_host(host, [pattern])


@register(TAG)
def check_writes_are_durable(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or not is_sqlite():
        return []
    command = settings.DATABASES["default"]["OPTIONS"]["init_command"]
    match = re.search(r"synchronous=(\w+)", command)
    level = match[1] if match else "unset"
    if level in DURABLE:
        return []
    text = f"TRACKER_SQLITE_SYNCHRONOUS is {level}: a power cut would lose acknowledged writes."
    return [Error(text, hint="Leave it at FULL.", id="tracker.E006")]


@register(TAG)
def check_webhooks_stay_outside(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or not settings.TRACKER_WEBHOOKS_ALLOW_LOOPBACK:
        return []
    text = "TRACKER_WEBHOOKS_ALLOW_LOOPBACK is on: webhooks would open what stands on this machine."
    return [Error(text, hint="It is for tests: unset it.", id="tracker.E008")]


@register(TAG, deploy=True)
def check_debug_is_off(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    text = "TRACKER_DEBUG is on: error pages would show the program's inside to everybody."
    return [Error(text, hint="Unset TRACKER_DEBUG in production.", id="tracker.E007")]


@register(TAG, deploy=True)
def check_sqlite_version(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """A warning and no refusal: Debian 12 ships such a library, and one process is not affected."""
    if not is_sqlite() or has_wal_reset_fix(sqlite3.sqlite_version_info):
        return []
    text = (
        f"SQLite {sqlite3.sqlite_version} has the WAL-reset bug: a checkpoint beside a writer in "
        "another process can damage the database. It is fixed in 3.44.6, 3.50.7 and 3.51.3."
    )
    hint = "Write from one process only, or use PostgreSQL (DATABASE_URL)."
    return [checks.Warning(text, hint=hint, id="tracker.W001")]


def has_wal_reset_fix(version: tuple[int, ...]) -> bool:
    line, patch = version[:2], version[2]
    if line > (3, 51):
        return True
    return line in WAL_RESET_FIXED and patch >= WAL_RESET_FIXED[line]


def is_sqlite() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("sqlite"))
