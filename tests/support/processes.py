"""Processes of their own, for what a running test cannot change: the settings."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRONG_SECRET = "".join(chr(33 + number) for number in range(64)).replace("#", "x")
PRODUCTION = {
    "TRACKER_SECRET_KEY": STRONG_SECRET,
    "TRACKER_TOKEN_PEPPER": STRONG_SECRET[::-1],
    "TRACKER_ALLOWED_HOSTS": "tracker.example",
    # Nothing listens there, and a check asks for nothing there.
    "DATABASE_URL": "postgres://tracker@127.0.0.1:1/tracker",
}


def run_process(arguments, **variables):
    """A process of its own under these settings alone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, check=False
    )
