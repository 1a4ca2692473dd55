"""The database of an installation: SQLite in a file by default, PostgreSQL by ``DATABASE_URL``."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tracker.env import Environment

# What libpq understands and an operator needs; anything else in the address is a mistake.
LIBPQ_PARAMETERS = (
    "application_name",
    "host",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
)


def build_database_settings(environment: Environment, data: Path, *, debug: bool) -> dict[str, Any]:
    """The ``DATABASES["default"]`` entry; ``data`` is the folder of the SQLite file in debug."""
    synchronous = environment.choice("TRACKER_SQLITE_SYNCHRONOUS", "FULL", SYNCHRONOUS)
    timeouts = {
        "statement_timeout": environment.duration("TRACKER_STATEMENT_TIMEOUT", "5s"),
        "lock_timeout": environment.duration("TRACKER_LOCK_TIMEOUT", "2s"),
        "idle_in_transaction_session_timeout": environment.duration(
            "TRACKER_IDLE_TRANSACTION_TIMEOUT", "10s"
        ),
    }
    pool_size = environment.integer("TRACKER_POOL_SIZE", 16, minimum=1)
    url = environment.secret("DATABASE_URL")
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:
        environment.faults.append(
            "DATABASE_URL is not a URL; is a sign in its password not %-coded?"
        )
        return build_sqlite_settings(data / "tracker.sqlite3", synchronous)
    if address.scheme in ("postgres", "postgresql"):
        return build_postgresql_settings(environment, address, port, timeouts, pool_size)
    if address.scheme == "sqlite" and not address.netloc and len(address.path) > 1:
        return build_sqlite_settings(Path(unquote(address.path[1:])), synchronous)
    if not url and not debug:
        environment.require(
            "DATABASE_URL",
            url,
            "Name postgres://user:password@host:port/name, or a file: sqlite:////absolute/path.",
        )
    if url:
        environment.faults.append(
            "DATABASE_URL is neither postgres://user:password@host:port/name nor sqlite:///path."
        )
    return build_sqlite_settings(data / "tracker.sqlite3", synchronous)


SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")


def build_sqlite_settings(path: Path, synchronous: str) -> dict[str, Any]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "ENGINE": "tracker.sqlite",
        "NAME": path,
        # Kept open: the last one to close folds the write-ahead log back, which costs a sync.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Writers queue at BEGIN, where the timeout works, not at their first write, where a
            # reader that became a writer is refused at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}",
        },
    }


def build_postgresql_settings(
    environment: Environment,
    address: SplitResult,
    port: int | None,
    timeouts: dict[str, timedelta],
    pool_size: int,
) -> dict[str, Any]:
    parameters = dict(parse_qsl(address.query, keep_blank_values=True))
    for name in parameters:
        if name not in LIBPQ_PARAMETERS:
            environment.faults.append(
                f"DATABASE_URL has the parameter '{name}': known are {', '.join(LIBPQ_PARAMETERS)}."
            )
    session = {name: f"{limit // timedelta(milliseconds=1)}" for name, limit in timeouts.items()}
    return {
        "ENGINE": "tracker.postgresql",
        "NAME": unquote(address.path[1:]) or "tracker",
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": parameters.pop("host", unquote(address.hostname or "")),
        "PORT": str(port or ""),
        # The pool keeps connections; Django refuses to keep them as well.
        "CONN_MAX_AGE": 0,
        # The backend checks each connection that it takes from the pool.
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **parameters,
            "connect_timeout": 3,
            "options": " ".join(f"-c {name}={limit}" for name, limit in session.items()),
            # Short waits: an empty pool is a quick 503, and a database that came back is found.
            "pool": {"min_size": 1, "max_size": pool_size, "timeout": 3, "reconnect_timeout": 5},
        },
    }
