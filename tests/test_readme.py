"""What the README shows beside its requests, which are sent with those of docs/."""

import re

import pytest
from django.core.management import call_command

from tests.fences import ROOT
from tests.receiver import deliver, receiver, subscribed

__all__ = ["receiver"]  # the fixture

README = ROOT / "README.md"


@pytest.mark.django_db
def test_the_receiver_in_the_readme_knows_a_message_from_a_forged_one(analyst, receiver, capsys):
    [code] = re.findall(r"```python\n(.+?)```", README.read_text(), re.DOTALL)
    known = {}
    exec(code, known)
    webhook = subscribed(analyst, receiver)
    analyst.post(f"/api/v1/webhooks/{webhook['slug']}/rotate/")
    analyst.post(f"/api/v1/webhooks/{webhook['slug']}/test/")
    deliver(capsys)
    [(_, headers, body)] = receiver.heard
    late = {**headers, "webhook-timestamp": "1000000000"}

    found = [
        known["is_good"](webhook["secret"], headers, body),
        known["is_good"](webhook["secret"], headers, body + b" "),
        known["is_good"](webhook["secret"], late, body),
        known["is_good"]("whsec_AAAA", headers, body),
    ]

    assert found == [True, False, False, False]


@pytest.mark.django_db
def test_the_start_page_names_what_is_published(client):
    call_command("loadseeds", verbosity=0)

    page = client.get("/").content.decode()

    assert 'href="/negotiations/ukraine-russia-2025/"' in page
    assert "<strong>12</strong> positions" in page
