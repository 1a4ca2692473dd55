"""The versions of a record: told, read and brought back."""

import pytest

from negotiations import history
from negotiations.models import Citation, Party
from tests.factories import NegotiationFactory, PartyFactory, ProposalFactory, SourceFactory
from tests.scene import VIEWSETS, paint

pytestmark = pytest.mark.django_db


def address(record, *steps):
    return "/".join(["/api/v1", record.address, "history", *map(str, steps), ""])


def told(client, record, **query):
    answer = client.get(address(record), query)
    assert answer.status_code == 200, answer.content
    return [(v["version"], v["action"], v["changed"]) for v in answer.json()["results"]]


@pytest.fixture
def north(analyst_user, reviewer_user):
    """Made as North, published as The North, renamed to Northland."""
    source = SourceFactory(review="published", text="They met.")
    words = Citation(source=source, quote="They met.")
    party = PartyFactory(slug="north", name="North", created_by=analyst_user, citations=[words])
    party.name = "The North"
    party.review = "published"
    history.write(party, by=reviewer_user, reason="Approved")
    party.name = "Northland"
    history.write(party, by=reviewer_user, reason="Renamed itself")
    return party


def test_versions_are_told_newest_first_with_author_and_reason(reviewer, north):
    newest = reviewer.get(address(north)).json()["results"][0]

    at = Party.history.get(version=3).history_date.isoformat().replace("+00:00", "Z")
    assert newest == {
        "sequence": 6,
        "kind": "parties",
        "slug": "north",
        "version": 3,
        "action": "updated",
        "changed": ["name"],
        "by": "reviewer",
        "reason": "Renamed itself",
        "at": at,
    }
    every = [(3, "updated", ["name"]), (2, "updated", ["review", "name"]), (1, "created", [])]
    assert [(n, a, sorted(c)) for n, a, c in told(reviewer, north)] == [
        (n, a, sorted(c)) for n, a, c in every
    ]


def test_readers_see_what_was_published_and_no_names(reader, analyst, north):
    assert told(reader, north) == [(3, "updated", ["name"]), (2, "created", [])]
    assert {v["by"] for v in reader.get(address(north)).json()["results"]} == {None}
    assert len(told(analyst, north)) == 3
    assert [reader.get(address(north, n)).status_code for n in (1, 2, 3, 4)] == [404, 200, 200, 404]


def test_versions_come_in_pages(reviewer, north):
    first = reviewer.get(address(north), {"limit": 2}).json()
    second = reviewer.get(first["next"]).json()

    assert [v["version"] for v in first["results"] + second["results"]] == [3, 2, 1]
    assert second["next"] is None


def test_hidden_and_missing_records_have_no_history(reader, reviewer, analyst_user):
    draft = PartyFactory(slug="draft", created_by=analyst_user)

    hidden = reader.get(address(draft))
    missing = reviewer.get("/api/v1/parties/nobody/history/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert reader.get(address(draft, 1)).status_code == 404


@pytest.mark.parametrize("collection", VIEWSETS)
def test_a_version_reads_as_the_record_did(reviewer, collection):
    record = paint()[collection]
    here = f"/api/v1/{record.address}/"
    then = reviewer.get(here).json()
    record.note = "Looked at again."
    history.write(record)

    version = reviewer.get(address(record, then["version"]))

    assert version.status_code == 200, version.content
    assert version.json() == then != reviewer.get(here).json()


def test_relations_read_as_they_were(reviewer, analyst_user):
    old, new = PartyFactory(slug="old"), PartyFactory(slug="new")
    proposal = ProposalFactory(proposed_by=[old])
    history.write(proposal, related={"proposed_by": [new]})
    history.delete(old)

    was, now = (reviewer.get(address(proposal, number)).json() for number in (1, 2))
    assert (was["proposed_by"], now["proposed_by"]) == (["old"], ["new"])


def test_restoring_writes_the_old_values_as_a_new_version(reviewer, north):
    answer = reviewer.post(
        address(north), {"restore": 1}, headers={"If-Match": '"3"', "Change-Reason": "Was right"}
    )

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["name"], body["version"], body["review"]) == ("North", 4, "published")
    assert answer.headers["ETag"] == '"4"'
    newest = reviewer.get(address(north)).json()["results"][0]
    assert (newest["action"], newest["changed"], newest["reason"]) == (
        "restored",
        ["name"],
        "Was right",
    )


@pytest.mark.parametrize(
    ("body", "headers", "refusal"),
    [
        ({"restore": 1}, {}, (428, "version_required")),
        ({"restore": 1}, {"If-Match": '"2"'}, (412, "stale")),
        ({"restore": 1, "version": 2}, {}, (412, "stale")),
        ({"restore": 9}, {"If-Match": "*"}, (400, "invalid")),
        ({"restore": "1"}, {"If-Match": "*"}, (400, "invalid")),
        ({"restore": True}, {"If-Match": "*"}, (400, "invalid")),
        ({}, {"If-Match": "*"}, (400, "invalid")),
        ([], {"If-Match": "*"}, (400, "invalid")),
        ({"restore": 1, "name": "x"}, {"If-Match": "*"}, (400, "invalid")),
    ],
)
def test_what_cannot_be_restored_is_refused(reviewer, north, body, headers, refusal):
    answer = reviewer.post(address(north), body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == refusal
    assert Party.objects.get().version == 3


def test_restoring_needs_the_right_to_edit(reader, analyst, reviewer, north, analyst_user):
    draft = PartyFactory(slug="draft", created_by=analyst_user)
    answers = [
        client.post(address(record), {"restore": 1, "version": record.version}).status_code
        for client, record in ((reader, north), (analyst, north), (analyst, draft))
    ]

    assert answers == [401, 403, 200]


def test_what_breaks_a_rule_today_is_not_restored(reviewer):
    wide, narrow = PartyFactory(slug="wide"), PartyFactory(slug="narrow")
    history.write(wide, related={"member_of": [narrow]})
    talks = NegotiationFactory(slug="talks", note="a", kind="other")
    talks.kind = "peace"
    history.write(talks)
    type(talks).history.filter(version=1).update(note="")

    answer = reviewer.post(address(talks), {"restore": 1, "version": 2})

    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/note", "other_needs_note")
    ]
