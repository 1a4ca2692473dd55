"""A Python client as openapi-python-client makes it, unchanged."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import run_process

pytestmark = [pytest.mark.clients, pytest.mark.slow]

PACKAGE = "negotiation_tracker_client"
WALK = Path(__file__).parent / "python" / "walk.py"
IMPORT_ALL = f"""
import importlib, pkgutil, {PACKAGE} as package
names = [one.name for one in pkgutil.walk_packages(package.__path__, "{PACKAGE}.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


@pytest.fixture(scope="module")
def generated(server):
    """The folder of the package, and what its maker said."""
    folder = server.folder / "python"
    folder.mkdir()
    # It formats with ruff, which lies beside it.
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [
            *(tools / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--url", f"{server.url}/api/openapi.json", "--output-path", folder / PACKAGE),
        ],
        env={"PATH": f"{tools}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, done


def in_python(folder, *arguments):
    done = run_process(["-W", "error", *arguments], PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_the_maker_of_python_clients_has_nothing_to_warn_of(generated):
    folder, done = generated

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == f"Generating {folder / PACKAGE}"


def test_every_module_of_the_python_client_compiles_and_can_be_imported(generated):
    folder, _ = generated

    in_python(folder, "-m", "compileall", "-q", str(folder))

    assert int(in_python(folder, "-c", IMPORT_ALL)) > 400


def test_the_python_client_reads_writes_and_follows(generated, server):
    folder, _ = generated

    assert in_python(folder, str(WALK), server.url, server.token) == "read, written, followed"
