"""The requests in docs/ and the README, sent in their order, are answered as written there."""

import json
import re

import pytest
from django.core.management import call_command

from negotiations.models import Token
from tests.support.fences import (
    PAGES,
    ROOT,
    find_differences,
    parse_answer,
    parse_exchanges,
    parse_fences,
    send_request,
)

README = ROOT / "README.md"
WITH_REQUESTS = [page for page in (README, *PAGES) if parse_exchanges(page)]
# Each is tried: requests here, Python in test_readme.py, the others in tests/examples/.
LANGUAGES = {"http", "json", "python", "sh", "text", "yaml"}

LARGEST_IN_BYTES = 150_000


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("page", WITH_REQUESTS, ids=lambda page: page.stem)
def test_the_requests_of_a_page_are_answered_as_written(reader, analyst_user, page):
    call_command("loadseeds", verbosity=0)
    _, token = Token.issue(analyst_user, "docs", Token.Scope.WRITE)

    wrong = []
    for request, answer in parse_exchanges(page):
        found = send_request(reader, request, token)
        if faults := disagreements(found, *parse_answer(answer)):
            wrong.append("\n".join([request.strip(), *faults, found.content.decode()]))

    assert not wrong, "\n\n".join(wrong)


def disagreements(found, status, headers, body):
    """Where an answer is not the one that a page shows."""
    told = json.loads(found.content or "null")
    if isinstance(body, dict) and "request_id" not in body:
        told.pop("request_id", None)
    headers_found = {name: found.headers.get(name) for name in headers}
    return [
        *find_differences(body, told),
        *find_differences(headers, headers_found),
        *find_differences(status or found.status_code, found.status_code),
    ]


def test_every_request_and_every_answer_of_a_page_is_half_of_a_pair():
    for page in WITH_REQUESTS:
        halves = [fence for fence in parse_fences(page) if fence.language in {"http", "json"}]

        assert len(halves) == 2 * len(parse_exchanges(page)) >= 4, page


def test_every_fenced_example_is_of_a_kind_that_is_tried():
    kinds = {fence.language for page in PAGES for fence in parse_fences(page)}

    assert kinds <= LANGUAGES


def test_the_guide_of_operators_has_every_setting():
    code = "".join(path.read_text() for path in (ROOT / "tracker").glob("*.py"))
    read = {*re.findall(r"""environment\.\w+\(\s*"([A-Z_]+)""", code)}
    rows = re.findall(
        r"^\| (`[A-Z_].+?) \|", (ROOT / "docs" / "operators.md").read_text(), re.MULTILINE
    )
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    # One for the person at this machine, one for tests.
    assert read - told == {"TRACKER_DEBUG", "TRACKER_WEBHOOKS_ALLOW_LOOPBACK"}
    assert told - read == set()


def test_every_picture_is_shown_and_small():
    text = "".join(page.read_text() for page in (README, *PAGES))
    pictures = {*(ROOT / "docs" / "images").iterdir()}

    assert [one.name for one in pictures if f"images/{one.name})" not in text] == []
    assert [one.name for one in pictures if one.stat().st_size > LARGEST_IN_BYTES] == []


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.stem)
def test_every_link_to_a_file_leads_to_one(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text())
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (page.parent / link).exists()] == []
