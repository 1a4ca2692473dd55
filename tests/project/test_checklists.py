"""The checklists of ``negotiations/README.md``, followed in a copy of the project."""

import re
import subprocess
import sys

import pytest

from tests.support.processes import ROOT

README = (ROOT / "negotiations" / "README.md").read_text()
WALKS = (
    "tests/api/test_every_resource.py",
    "tests/api/reading/test_plans.py",
    "tests/api/reading/test_selection.py",
    "tests/history/test_as_of.py",
)
# Tests that hold for all kinds at once.
WHOLE = (
    "tests/api/test_schema.py",
    "tests/models/test_resource_names.py",
    "tests/project/test_conventions.py",
    "tests/seeding/test_codebook.py",
    "tests/pages/test_start_and_lists.py::test_every_kind_has_a_list_that_leads_to_a_page_for_each_record",
)

# File -> what is put in, each after the first line that contains a text.
NEW_FIELD = {
    "negotiations/models/incidents.py": [
        (
            "_history_m2m_fields = [by]",
            '    weather = models.CharField(max_length=50, blank=True, help_text="The weather.")\n',
        )
    ],
    "negotiations/api/incidents.py": [('"effect",', '            "weather",\n')],
    "negotiations/admin/incidents.py": [('        "effect",', '        "weather",\n')],
}
MODEL = '''"""Signs of good will beside the talks."""

from django.db import models

from .base import LONGEST_TITLE, Record
from .list_indexes import build_list_indexes
from .talks import Negotiation


class Gesture(Record):
    """A sign of good will that nobody had promised."""

    resource_name = "gestures"

    negotiation = models.ForeignKey(
        Negotiation,
        on_delete=models.PROTECT,
        related_name="gestures",
        help_text="The negotiation it was made in.",
    )
    title = models.CharField(max_length=LONGEST_TITLE, help_text="A short neutral name.")

    class Meta(Record.Meta):
        indexes = build_list_indexes("negotiation")

    def __str__(self) -> str:
        return self.title
'''
VIEWSET = '''"""Gestures."""

from negotiations.models import Gesture
from negotiations.rest.read.filtersets import RecordFilter
from negotiations.rest.representations.serializers import RecordSerializer
from negotiations.rest.viewsets import RecordViewSet


class GestureFilter(RecordFilter):
    """For example ``?negotiation=ukraine-russia-2025``."""

    class Meta:
        model = Gesture
        fields = ["negotiation"]


class GestureSerializer(RecordSerializer):
    class Meta:
        model = Gesture
        fields = [
            *RecordSerializer.shared,
            "negotiation",
            "title",
            *RecordSerializer.shared_notes,
        ]


class GestureViewSet(RecordViewSet):
    """Gestures: signs of good will that nobody had promised."""

    queryset = Gesture.objects.all()
    filterset_class = GestureFilter
    serializer_class = GestureSerializer
'''
ADMIN = '''"""Gestures."""

from django.contrib import admin

from negotiations.models import Gesture

from .base import RecordAdmin
from .forms.inlines import build_citation_inline


@admin.register(Gesture)
class GestureAdmin(RecordAdmin):
    list_display = ("title", "negotiation")
    list_select_related = ("negotiation",)
    search_fields = ("title", "slug")
    facts = ("negotiation", "title")
    inlines = (build_citation_inline("gesture"),)
'''
FACTORY = """

class GestureFactory(RecordFactory):
    negotiation = part(NegotiationFactory)
    title = factory.Sequence(lambda number: f"Gesture {number}")

    class Meta:
        model = Gesture
"""
NEW_MODEL = {
    "negotiations/models/gestures.py": MODEL,
    "negotiations/models/__init__.py": [
        ("from .date_fields", "from .gestures import Gesture\n"),
        ("    Incident,", "    Gesture,\n"),
        ('    "Erasure",', '    "Gesture",\n'),
    ],
    "negotiations/models/citations.py": [
        ('*("outcome", "commitment"', '    "gesture",\n'),
        ("    KINDS = CITABLE_MODELS", '    gesture = build_foreign_key("Gesture")\n'),
    ],
    "negotiations/api/gestures.py": VIEWSET,
    "negotiations/api/urls.py": [
        ("    citations,", "    gestures,\n"),
        ("    incidents.IncidentViewSet,", "    gestures.GestureViewSet,\n"),
    ],
    "negotiations/admin/gestures.py": ADMIN,
    "negotiations/admin/__init__.py": [
        ("    citations,", "    gestures,\n"),
        ('    "citations",', '    "gestures",\n'),
    ],
    "negotiations/analysis/wording/sentences.py": [
        ("    Incident,", "    Gesture,\n"),
        ("    Incident: describe_incident,", "    Gesture: lambda record: record.title,\n"),
    ],
    "tests/models/test_resource_names.py": [('"outcomes"', '    "gestures",\n')],
    "tests/factories.py": [
        ("    Dismissal,", "    Gesture,\n"),
        ("        model = Incident", FACTORY),
    ],
}


@pytest.fixture
def copy(tmp_path):
    """The files under version control."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout.split(b"\0")
    for name in filter(None, names):
        source, target = ROOT / name.decode(), tmp_path / name.decode()
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return tmp_path


def follow(folder, checklist, edits, migration):
    """Edit the files, which are those of the checklist, and make the migration."""
    steps = checklist.strip().split("\n\n")[0]
    listed = set(re.findall(r"`([a-z/_<>]+\.py)`", steps))
    for name, change in edits.items():
        file = folder / name
        if isinstance(change, str):
            file.write_text(change)
            continue
        for anchor, addition in change:
            lines = file.read_text().splitlines(keepends=True)
            [place, *_] = [number for number, line in enumerate(lines) if anchor in line]
            file.write_text("".join([*lines[: place + 1], addition, *lines[place + 1 :]]))
    concepts = {re.sub(r"/(incidents|gestures)\.py$", "/<concept>.py", name) for name in edits}
    assert {name.removeprefix("negotiations/") for name in concepts} == listed
    run(folder, "manage.py", "makemigrations", "negotiations", "-n", migration)
    run(folder, "manage.py", "dumpseeds", "--codebook")


def run(folder, *arguments):
    """Run Python in the copy; what it printed is the message of a failure."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": "", "HOME": str(folder), "TRACKER_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


def get_section(title):
    """The text of the README under a heading."""
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


@pytest.mark.examples
@pytest.mark.parametrize(
    ("title", "edits", "resource"),
    [
        ("Adding a field", NEW_FIELD, "incidents"),
        ("Adding a model", NEW_MODEL, "gestures"),
    ],
)
def test_checklist_names_every_file_to_edit(copy, title, edits, resource):
    follow(copy, get_section(title), edits, "made_up")

    run(copy, "-m", "pytest", "-q", "-n", "0", "-k", resource, *WALKS)
    run(copy, "-m", "pytest", "-q", "-n", "0", *WHOLE)
