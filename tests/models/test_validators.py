"""What every answer to a reader carries, so that no client loads twice what did not change."""

import re
from email.utils import parsedate_to_datetime

import pytest
from django.utils import timezone

from negotiations.models import Token, Webhook, WebhookDelivery
from tests.support.contract import document, resolve_reference
from tests.support.scene import build_scene

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STRONG = re.compile(r'"[^"\x00-\x20\x7f]+"')
EVENT_STREAM = "text/event-stream"
# A value for each parameter that an operation cannot do without.
NEEDED = {"q": "istanbul", "from": "2025-07-01", "to": "2025-08-01"}
# What the document does not tell of: itself, and what it refers to.
BESIDE = ["/api/openapi.json", "/api/problems/", "/api/problems/stale/"]


def operations():
    """Each reading operation of the document: its path, its query and the types it sends."""
    for path, item in document()["paths"].items():
        if "get" in item:
            parameters = map(resolve_reference, item["get"].get("parameters", []))
            needed = {p["name"] for p in parameters if p.get("required") and p["in"] == "query"}
            kinds = item["get"]["responses"]["200"]["content"]
            yield path, {name: NEEDED[name] for name in needed}, set(kinds) - {EVENT_STREAM}


def variables(path, scene, user):
    """What stands in the place of the variables of a path."""
    collection = path.removeprefix("/api/v1/").partition("/")[0]
    if collection == "webhooks":
        webhook = Webhook.objects.get(user=user)
        return {"slug": webhook.slug, "message": webhook.deliveries.get().message}
    if collection == "tokens":
        return {"slug": Token.objects.get(user=user).slug}
    kind = "parties" if collection == "{collection}" else collection
    slug = scene[kind].slug if kind in scene else ""
    return {"collection": kind, "slug": slug, "number": 1, "name": "position_stance"}


def addresses(scene, user):
    """Address, query and type of everything that can be read."""
    webhook = Webhook.objects.create(user=user, url="https://a.example/", position=0)
    WebhookDelivery.objects.create(webhook=webhook, type="webhook.test")
    for path, query, kinds in operations():
        address = path.format(**variables(path, scene, user))
        yield from ((address, query, kind) for kind in sorted(kinds))


def content(response):
    return b"".join(response)


def faults(client, address, query, kind):
    """What an answer lacks."""
    first = client.get(address, query, headers={"accept": kind})
    if first.status_code != 200:
        return [f"answers {first.status_code}"]
    content(first)
    found = [] if STRONG.fullmatch(first.get("ETag", "")) else ["ETag"]
    changed = parsedate_to_datetime(first["Last-Modified"]) if "Last-Modified" in first else None
    found += [] if changed and changed <= timezone.now() else ["Last-Modified"]
    headers = {"accept": kind, "if-none-match": first.get("ETag", '"none"')}
    again = client.get(address, query, headers=headers)
    same = all(again.get(name) == first.get(name) for name in ("ETag", "Cache-Control", "Vary"))
    is_told = again.status_code == 304 and content(again) == b"" and same
    return found if is_told else [*found, "304"]


def test_every_answer_has_a_tag_and_a_time_and_is_not_sent_twice(reviewer, reviewer_user):
    # The first use of a token is kept.
    reviewer.get("/api/v1/me/")
    asked = list(addresses(build_scene(), reviewer_user))

    answers = {(a, kind): faults(reviewer, a, query, kind) for a, query, kind in asked}

    assert len(answers) > 200
    assert {name: found for name, found in answers.items() if found} == {}


@pytest.mark.parametrize("address", BESIDE)
def test_what_is_not_in_the_document_has_them_too(client, address):
    assert faults(client, address, {}, "application/json") == []
