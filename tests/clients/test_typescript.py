"""TypeScript types as openapi-typescript makes them, unchanged, with the client openapi-fetch."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.clients, pytest.mark.slow]

FOLDER = Path(__file__).parent / "typescript"
MODULES = FOLDER / "node_modules"
GENERATED = FOLDER / "generated" / "api.ts"
TOOLS = Path(sys.executable).parent


def node(*arguments):
    """What a program said that is run by the Node.js that lies beside Python."""
    environment = {"PATH": f"{TOOLS}:/usr/bin:/bin"}
    return subprocess.run(
        [TOOLS / "node", *arguments],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def generated(server):
    """What the maker of the types said; they lie beside the script."""
    assert MODULES.exists(), "The packages of package-lock.json are missing: make test-clients"
    GENERATED.parent.mkdir(exist_ok=True)
    return node(
        *(MODULES / "openapi-typescript" / "bin" / "cli.js", f"{server.url}/api/openapi.json"),
        *("--output", GENERATED),
    )


def test_the_maker_of_typescript_types_has_nothing_to_warn_of(generated):
    assert generated.returncode == 0, generated.stderr
    assert "warn" not in (generated.stdout + generated.stderr).lower()


def test_the_types_and_their_use_compile_strictly(generated):
    done = node(MODULES / "typescript" / "bin" / "tsc", "--project", ".")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_script_in_typescript_reads_writes_and_follows(generated, server):
    done = node("walk.ts", server.url, server.token)

    assert done.stderr == ""
    assert (done.returncode, done.stdout) == (0, "read, written, followed\n")
