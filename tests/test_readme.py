"""The README's requests, sent: each answers as it is written there."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

README = Path(__file__).parent.parent / "README.md"
EXAMPLE = re.compile(r"```http\nGET (\S+)\n```\s+```json\n(.+?)```", re.DOTALL)
EXAMPLES = EXAMPLE.findall(README.read_text())


def test_the_readme_has_examples():
    assert len(EXAMPLES) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "answer"), EXAMPLES)
def test_a_request_in_the_readme_answers_as_written(reader, address, answer):
    call_command("loadseeds", verbosity=0)

    body = reader.get(address).json()

    body.pop("request_id", None)
    assert body == json.loads(answer)


@pytest.mark.django_db
def test_the_start_page_names_what_is_published(client):
    call_command("loadseeds", verbosity=0)

    page = client.get("/").content.decode()

    assert "/api/v1/negotiations/ukraine-russia-2025/" in page
    assert "<strong>12</strong> positions" in page
