"""Every example of the pages for people, checked at once; the examples suite runs what it can."""

import json
import re
import shlex
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from granian.cli import cli as granian

from negotiations.models import Citation
from tests.support.contract import document, find_path, get_validator
from tests.support.processes import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "docs" / "webhooks.md",
    ROOT / "negotiations" / "README.md",
    ROOT / "seeds" / "README.md",
]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
# Requests with their answers, and programs, are run by test_readme.py.
RUN_ELSEWHERE = {"http", "json", "python"}
SCHEDULE = re.compile(r"^(\S+ ){5}(?=python)")


def blocks(*languages):
    return [
        (page, text)
        for page in PAGES
        for _, language, text in FENCE.findall(page.read_text(encoding="utf-8"))
        if language in languages
    ]


def commands():
    """Each command of the pages, its words, without remarks."""
    for page, text in blocks("sh"):
        for line in text.replace("\\\n", " ").splitlines():
            if words := shlex.split(SCHEDULE.sub("", line), comments=True):
                yield pytest.param(words, id=f"{page.parent.name}: {' '.join(words)[:60]}")


def test_the_pages_have_no_example_that_nothing_checks():
    languages = {
        language
        for page in PAGES
        for _, language, _ in FENCE.findall(page.read_text(encoding="utf-8"))
    }

    assert languages - RUN_ELSEWHERE == {"sh", "yaml"}


@pytest.mark.parametrize("words", [*commands()])
def test_a_command_of_the_pages_can_be_given_so(words):
    program, *arguments = words
    CHECKS[program](*arguments)


def check_python(script, name, *arguments):
    assert script == "manage.py"
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(arguments)


def check_make(target):
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def check_granian(*arguments):
    given = granian.make_context("granian", [*arguments]).params
    assert (given["app"], given["interface"].value) == ("tracker.asgi:application", "asgi")


def check_curl(*arguments):
    """What is sent is what the document takes there."""
    body = json.loads(arguments[arguments.index("-d") + 1])
    path = find_path(urlsplit(arguments[-1]).path)
    operation = ("paths", path, "post", "requestBody", "content", "application/json", "schema")
    assert path in document()["paths"]
    assert get_validator(operation, strict=False).is_valid(body)


CHECKS = {
    "curl": check_curl,
    "granian": check_granian,
    "make": check_make,
    "python": check_python,
}


def test_quotations_in_the_page_for_seed_authors_read_as_the_models_say():
    [(_, text)] = [block for block in blocks("yaml") if block[1].lstrip().startswith("citations")]

    columns = {field.name: field for field in Citation._meta.fields}
    for row in yaml.safe_load(text)["citations"]:
        assert row.keys() <= columns.keys()
        assert row.get("voice", "headline") in Citation.Voice.values
