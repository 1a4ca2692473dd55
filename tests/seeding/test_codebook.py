"""The page for seed authors is true: its codebook is the models', its example loads."""

import shutil

import pytest

from negotiations.models import RECORDS
from negotiations.seeding.codebook import BEGIN, END, render_codebook
from tests.support.seedfiles import SEEDS, TEXT, run_command

pytestmark = pytest.mark.django_db

PAGE = (SEEDS / "README.md").read_text(encoding="utf-8")


def test_the_codebook_is_that_of_the_models():
    start = PAGE.index(BEGIN)

    assert PAGE[start : PAGE.index(END) + len(END)] == render_codebook(), (
        "bring it up to date: python manage.py dumpseeds --codebook"
    )


def test_every_coded_value_of_every_kind_is_defined():
    for model in RECORDS:
        for field in model._meta.fields:
            for value, _label in field.choices or ():
                assert f"- `{value}`: " in PAGE


def test_the_example_of_the_page_loads(tmp_path):
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "daily-2025-07-20.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "example.yaml").write_text(example, encoding="utf-8")

    assert run_command(tmp_path) == (
        0,
        f"{tmp_path}/example.yaml: + 5 records, 4 quotations, 1 open question\n",
        "",
    )


def test_the_codebook_is_written_into_its_page_alone(tmp_path):
    shutil.copy(SEEDS / "README.md", tmp_path)
    outdated = PAGE.replace(render_codebook(), f"{BEGIN}\nold\n{END}")
    (tmp_path / "README.md").write_text(outdated, encoding="utf-8")

    answer = run_command(tmp_path, "--codebook", command="dumpseeds")

    assert answer[:2] == (0, f"{tmp_path}/README.md: written\n")
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == PAGE
