"""The past: every answer as the same request got it then."""

import random
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from negotiations import history
from negotiations.models import RECORDS
from tests.factories import PartyFactory, PersonFactory, ProposalFactory, TermFactory
from tests.scene import VIEWSETS, paint

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


REQUESTS = [
    ("/api/v1/parties/", {"count": "true"}),
    ("/api/v1/parties/", {"ordering": "-name", "limit": 2}),
    ("/api/v1/parties/", {"kind": "state", "has_open_question": "false"}),
    ("/api/v1/parties/p-0/", {}),
    ("/api/v1/parties/p-1/", {"expand": "member_of,citations.source"}),
    ("/api/v1/proposals/", {"proposed_by": "p-0,p-1"}),
    ("/api/v1/proposals/", {"cited": "true", "ordering": "-updated_at"}),
    ("/api/v1/proposals/", {"expand": "terms.obligor,negotiation,proposed_by", "omit": "note"}),
    ("/api/v1/proposals/", {"negotiation__kind": "peace", "date_from": "2025-01-01"}),
    ("/api/v1/proposals/offer-0/", {}),
    ("/api/v1/terms/", {"proposal": "offer-0"}),
    ("/api/v1/terms/", {"obligor": "p-0", "fields": "slug,obligor"}),
    ("/api/v1/citations/", {"review": "published"}),
    ("/api/v1/people/", {"has_open_question": "true"}),
]


def write_something(chance, number, author):
    """One write of some kind, as chance will have it."""
    kinds = {model.collection(): model for model in RECORDS}
    proposals = list(kinds["proposals"].objects.all())
    parties = list(kinds["parties"].objects.all())
    action = chance.randrange(7)
    if action == 0 or not proposals:
        review = chance.choice(["draft", "published"])
        makers = [PartyFactory(slug=f"p-{number}", review=review, created_by=author)]
        ProposalFactory(
            slug=f"offer-{number}", review=review, proposed_by=makers, created_by=author
        )
    elif action == 1:
        TermFactory(proposal=chance.choice(proposals), obligor=[chance.choice(parties)])
    elif action == 2:
        PersonFactory(open_question="Who?" if chance.random() < 0.5 else "", review="published")
    elif action == 3:
        proposal = chance.choice(proposals)
        related = {"proposed_by": chance.sample(parties, min(2, len(parties)))}
        proposal.date = chance.choice(["", "2025-06", "2024"])
        history.write(proposal, related=related, by=author)
    elif action == 4:
        party = chance.choice(parties)
        party.name, party.open_question = f"Name {number}", chance.choice(["", "Which?"])
        history.write(party, by=author)
    elif action == 5:
        history.delete(chance.choice(proposals), by=author, reason="An error")
    else:
        gone = kinds["proposals"].history.filter(history_type="-").first()
        if gone and not kinds["proposals"].objects.filter(pk=gone.id).exists():
            rows = kinds["proposals"].history.filter(id=gone.id).exclude(history_type="-")
            history.restore(rows.first(), by=author)


@pytest.fixture
def clients(reader, analyst, reviewer):
    return reader, analyst, reviewer


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_any_sequence_of_writes_answers_later_as_it_did_then(
    clients, analyst_user, reviewer_user, seed
):
    chance, kept = random.Random(seed), []
    for number in range(14):
        write_something(chance, number, chance.choice([analyst_user, reviewer_user]))
        instant = now()
        for client in clients:
            for path, query in chance.sample(REQUESTS, 5):
                kept.append((client, path, query, instant, asked(client, path, **query)))

    for client, path, query, instant, answer in kept:
        # What a name in a filter meant must have existed; then as now it is a fault where not.
        assert asked(client, path, instant, **query) == answer, (path, query)


@pytest.mark.parametrize("collection", VIEWSETS)
def test_every_kind_is_known_as_it_was(reviewer, collection):
    record = paint()[collection]
    paths = [f"/api/v1/{collection}/", f"/api/v1/{record.address}/"]
    before = [asked(reviewer, path) for path in paths]
    instant = now()
    record.note = "Looked at again."
    history.write(record)

    assert [asked(reviewer, path, instant) for path in paths] == before
    assert [asked(reviewer, path) for path in paths] != before


def test_a_page_leads_to_the_next_page_of_the_same_instant(reviewer):
    for number in range(3):
        PartyFactory(slug=f"p-{number}", name=f"Name {number}")
    instant = now()
    for party in list(type(PartyFactory(slug="p-00")).objects.all()):
        party.name = "Changed"
        history.write(party)

    query = {"limit": 2, "ordering": "-name", "as_of": instant.isoformat()}
    first = reviewer.get("/api/v1/parties/", query).json()
    second = reviewer.get(first["next"]).json()

    names = [party["name"] for party in first["results"] + second["results"]]
    assert names == ["Name 2", "Name 1", "Name 0"]


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
    history.write(party)

    again = reviewer.get("/api/v1/parties/north/", {"as_of": then["updated_at"]}).json()
    assert again == then


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
