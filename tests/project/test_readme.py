"""The verifier of docs/webhooks.md, and the start page."""

import re

import pytest
from django.core.management import call_command

from tests.support.fences import ROOT
from tests.support.receiver import create_webhook, receiver, run_worker

__all__ = ["receiver"]  # the fixture

WEBHOOKS = ROOT / "docs" / "webhooks.md"


@pytest.mark.django_db
def test_the_verifier_of_the_guide_accepts_only_signed_messages(analyst, receiver, capsys):
    [code] = re.findall(r"```python\n(.+?)```", WEBHOOKS.read_text(), re.DOTALL)
    known = {}
    exec(code, known)
    webhook = create_webhook(analyst, receiver)
    analyst.post(f"/api/v1/webhooks/{webhook['slug']}/rotate/")
    analyst.post(f"/api/v1/webhooks/{webhook['slug']}/test/")
    run_worker(capsys)
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
