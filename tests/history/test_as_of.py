"""The past: every answer as the same request got it then."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from negotiations import history
from negotiations.models import Party
from tests.factories import (
    CitationFactory,
    PartyFactory,
    PositionFactory,
    ProposalFactory,
    TermFactory,
)
from tests.support import admin_client
from tests.support.scene import VIEWSETS, build_scene

pytestmark = pytest.mark.django_db


def now():
    """An instant between two writes."""
    time.sleep(0.001)
    instant = timezone.now()
    time.sleep(0.001)
    return instant


def asked(client, path, instant=None, **query):
    """What tells answers apart: status, results, count, whether there is more; or the body."""
    if instant:
        query["as_of"] = instant.isoformat()
    answer = client.get(path, query)
    body = answer.json()
    if answer.status_code != 200:
        return answer.status_code, body["code"], body.get("reason")
    if "results" not in body:
        return body, answer.headers["ETag"], answer.headers["Last-Modified"]
    more = body["next"] is not None
    return body["results"], body.get("count"), more, answer.headers["Feed-Position"]


@pytest.mark.slow
@pytest.mark.parametrize("collection", VIEWSETS)
def test_every_kind_is_known_as_it_was(reviewer, collection):
    record = build_scene()[collection]
    paths = [f"/api/v1/{collection}/", f"/api/v1/{record.address}/"]
    # ``Last-Modified`` of a record made in this second is cut to the second of the request.
    if now().microsecond > 500_000:
        time.sleep(1 - now().microsecond / 1e6)
    before = [asked(reviewer, path) for path in paths]
    instant = now()
    record.note = "Looked at again."
    history.save(record)

    assert [asked(reviewer, path, instant) for path in paths] == before
    assert [asked(reviewer, path) for path in paths] != before


def test_a_page_leads_to_the_next_page_of_the_same_instant(reviewer):
    for number in range(3):
        PartyFactory(slug=f"p-{number}", name=f"Name {number}")
    instant = now()
    for party in list(type(PartyFactory(slug="p-00")).objects.all()):
        party.name = "Changed"
        history.save(party)

    query = {"limit": 2, "ordering": "-name", "as_of": instant.isoformat()}
    first = reviewer.get("/api/v1/parties/", query).json()
    second = reviewer.get(first["next"]).json()

    names = [party["name"] for party in first["results"] + second["results"]]
    assert names == ["Name 2", "Name 1", "Name 0"]


@pytest.mark.slow
def test_what_is_expanded_leads_to_the_rest_of_the_same_instant(reviewer):
    parties = [PartyFactory(slug=f"p-{number:02}") for number in range(22)]
    proposal = ProposalFactory(slug="offer", proposed_by=parties)
    terms = [TermFactory(proposal=proposal, text=f"Term {number:02}") for number in range(22)]
    query = {"expand": "terms,proposed_by"}
    before = reviewer.get("/api/v1/proposals/offer/", query).json()["expand"]
    instant = now()
    for record in [parties[-1], terms[-1]]:
        record.note = "Looked at again."
        history.save(record)

    query["as_of"] = instant.isoformat()
    then = reviewer.get("/api/v1/proposals/offer/", query).json()["expand"]
    for name in ("terms", "proposed_by"):
        assert then[name]["results"] == before[name]["results"]
        rest = reviewer.get(then[name]["next"]).json()["results"]
        assert [(len(rest), row["note"]) for row in rest] == [(2, ""), (2, "")]


def test_before_it_was_made_there_is_nothing_and_after_it_was_deleted_it_is_gone(reader):
    before = now()
    party = PartyFactory(slug="north", review="published")
    between = now()
    history.delete(party, reason="Recorded twice")
    after = now()

    here = "/api/v1/parties/north/"
    answers = [asked(reader, here, instant)[0] for instant in (before, between, after)]
    assert (answers[0], answers[1]["slug"], answers[2]) == (404, "north", 410)


def test_the_instant_of_a_version_shows_that_version(reviewer):
    party = PartyFactory(slug="north", name="North")
    then = reviewer.get("/api/v1/parties/north/").json()
    party.name = "South"
    history.save(party)

    again = reviewer.get("/api/v1/parties/north/", {"as_of": then["updated_at"]}).json()
    assert again == then


def merge_at_the_desk(client, gone, kept):
    gone, kept = (Party.objects.get(slug=slug) for slug in (gone, kept))
    form = {"into": kept.pk, "gone_version": gone.version, "kept_version": kept.version}
    done = client.post(admin_client.get_admin_url(gone, "merge"), {**form, "reason": "One state"})
    assert done.status_code == 302


def told(client, path, instant=None):
    """Where an address leads, or what stands there, whatever was asked for besides."""
    if instant:
        path += f"{'&' if '?' in path else '?'}as_of={instant:%Y-%m-%dT%H:%M:%S.%fZ}"
    answer = client.get(path)
    if "Location" in answer.headers:
        return answer.status_code, answer["Location"].partition("?")[0]
    if answer.streaming:
        return answer.status_code, b"".join(answer.streaming_content)
    return answer.status_code, {k: v for k, v in answer.json().items() if k != "request_id"}


def test_a_name_leads_as_of_then_where_it_led_then(reviewer, reader, reviewer_user, self_review):
    for slug in "abc":
        party = PartyFactory(slug=slug, name=slug.upper(), review="published")
        CitationFactory(record=party, review="published")
        PositionFactory(party=party, review="published")
    paths = [
        f"/api/v1/{path}"
        for slug in "abc"
        for path in (
            f"parties/{slug}/",
            f"positions/?party={slug}",
            f"positions/export/?party={slug}&format=ndjson",
            f"positions/stats/?party={slug}&group=party",
            f"citations/?record=parties/{slug}",
        )
    ]
    clerk, given = admin_client.build_admin_client(reviewer_user), []
    for names in ("", "ab", "bc"):
        if names:
            merge_at_the_desk(clerk, *names)
        instant = now()
        given += [(c, p, instant, told(c, p)) for c in (reader, reviewer) for p in paths]

    for client, path, instant, answer in given:
        assert told(client, path, instant) == answer, (path, instant)
    here = "http://testserver/api/v1/parties"
    ways = [answer for c, p, _, answer in given if c is reader and p.endswith("parties/a/")]
    assert [way[0] for way in ways] == [200, 308, 308]
    assert [way[1] for way in ways[1:]] == [f"{here}/b/", f"{here}/c/"]


@pytest.mark.parametrize("path", ["/api/v1/parties/", "/api/v1/parties/north/"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("yesterday", "invalid_instant"),
        ("2025-07-20", "invalid_instant"),
        ("2025-07-20T00:00:00", "invalid_instant"),
        ("0001-01-01T00:00:00+14:00", "invalid_instant"),
        ("", "empty_value"),
        ((timezone.now() + timedelta(days=900)).isoformat(), "in_the_future"),
    ],
    ids=["word", "day", "no zone", "too early", "empty", "future"],
)
def test_an_instant_that_cannot_be_meant_is_refused(reader, path, text, code):
    PartyFactory(slug="north", review="published")

    answer = reader.get(path, {"as_of": text})
    faults = [(e["parameter"], e["code"]) for e in answer.json().get("errors", [])]
    assert (answer.status_code, faults) == (400, [("as_of", code)])
