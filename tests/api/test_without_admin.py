"""The API and the pages need nothing of the admin."""

import json

from tests.support.processes import run_process


def test_api_and_pages_answer_without_the_admin(tmp_path):
    done = run_process(
        ["-m", "tests.support.walk_without_admin"],
        DJANGO_SETTINGS_MODULE="tests.support.settings_without_admin",
        DATABASE_URL=f"sqlite:///{tmp_path / 'tracker.sqlite3'}",
    )

    assert done.returncode == 0, done.stderr
    statuses = json.loads(done.stdout)
    assert len(statuses) > 100
    assert {path: status for path, status in statuses.items() if status != 200} == {}
