"""Static files as a production server serves them: under names with a hash."""

import json
import re

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

IMPORT = re.compile(r'^import .* from "(.+)";$', re.MULTILINE)
OTHERS = ["admin", "drf_spectacular_sidecar", "rest_framework", "simple_history"]


def test_modules_import_one_another_by_hashed_names(tmp_path):
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": settings.HASHED_FILES}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=OTHERS)
    hashed = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]

    desk = (tmp_path / hashed["negotiations/coding/desk.js"]).resolve()
    met, waiting = set(), [desk]
    while waiting:
        module = waiting.pop()
        met.add(module)
        found = {(module.parent / name).resolve() for name in IMPORT.findall(module.read_text())}
        waiting.extend(found - met)

    named = {(tmp_path / name).resolve() for name in hashed.values()}
    assert len(met) > 5
    assert met <= named
