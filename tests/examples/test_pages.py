"""The commands of the pages, run in their order beside the files that a page shows."""

import filecmp
import re
import shutil
import sqlite3
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.fences import PAGES, ROOT, Fence, parse_fences
from tests.support.server import run_manage

pytestmark = [pytest.mark.examples, pytest.mark.slow]

WITH_COMMANDS = [page for page in PAGES if any(one.language == "sh" for one in parse_fences(page))]
READMES = [ROOT / "README.md", ROOT / "seeds" / "README.md"]
NOTHING = Fence("", "", "")
INSTALLED = ("manage.py", "negotiations", "tracker", "seeds", "examples", "requirements.lock")
# These go on for ever, run this very test, or ask the network for an address: their words are
# checked by test_readme_commands.py.
NOT_RUN = re.compile(r"(curl|granian|make) .*|python manage\.py deliverwebhooks *(#.*)?")
# A host that no name server knows; test_readme_commands.py checks the request.
UNKNOWN_HOST = "you.example"
SCHEDULE = re.compile(r"^(\S+ ){5}(?=python)")


@pytest.fixture
def folder(tmp_path):
    """A folder as an installation's is, without data; nothing is written into this one."""
    for name in INSTALLED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "var").mkdir()
    return tmp_path


@pytest.fixture
def environment(server, folder):
    tools = Path(sys.executable).parent
    return {
        **server.variables,
        "DATABASE_URL": f"sqlite:///{folder}/var/tracker.sqlite3",
        "PATH": f"{tools}:/usr/bin:/bin",
        "TRACKER": server.url,
        "TOKEN": server.token,
    }


def done(text, folder, environment):
    """The exit code of a command, and all that it printed."""
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(server, folder, environment, page):
    data = sqlite3.connect(server.variables["DATABASE_URL"].removeprefix("sqlite:///"))
    data.execute("VACUUM INTO ?", [str(folder / "var" / "tracker.sqlite3")])
    data.close()
    for fence, below in pairwise([*parse_fences(page), NOTHING]):
        if fence.name:
            path = folder / fence.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence.text)
        if fence.language != "sh" or UNKNOWN_HOST in fence.text:
            continue
        code, printed = done(fence.text, folder, environment)
        if below.language == "text" and not below.name:
            assert printed == below.text
        else:
            assert code == 0, (fence.text, printed)


def commands(page):
    """Each command of a page that ends; a line of a crontab without its schedule."""
    texts = [fence.text for fence in parse_fences(page) if fence.language == "sh"]
    lines = [line for text in texts for line in text.replace("\\\n", " ").splitlines()]
    commands = [SCHEDULE.sub("", line) for line in lines]
    return [command for command in commands if not NOT_RUN.fullmatch(command)]


@pytest.mark.parametrize("page", READMES, ids=["project", "seeds"])
def test_the_commands_of_a_readme_work_in_a_new_installation(folder, environment, page):
    run_manage(("migrate",), environment)

    failed = []
    for command in commands(page):
        code, printed = done(command, folder, environment)
        # With --check 2 means differences, and a new installation has all of them.
        if code not in ((0, 2) if "--check" in command else (0,)) or "Traceback" in printed:
            failed.append((command, code, printed))

    assert failed == []
    assert len(commands(page)) >= 4
    # What was loaded is what was written back.
    differing = filecmp.dircmp(ROOT / "seeds", folder / "seeds")
    assert (differing.diff_files, differing.left_only, differing.right_only) == ([], [], [])
