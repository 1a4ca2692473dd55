"""The versions of a record: told, read and brought back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations import history
from negotiations.history.merge import merge
from negotiations.models import Citation, Party
from tests.factories import (
    NegotiationFactory,
    PartyFactory,
    PostFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.contract import get_validator
from tests.support.scene import VIEWSETS, build_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("self_review")]


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
    history.save(party, by=reviewer_user, reason="Approved")
    party.name = "Northland"
    history.save(party, by=reviewer_user, reason="Renamed itself")
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
        "merged_into": None,
        "at": at,
        "differences": [{"member": "name", "old": "The North", "new": "Northland"}],
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


def differences(client, record):
    versions = client.get(address(record)).json()["results"]
    return {version["version"]: version["differences"] for version in versions}


def test_differences_are_those_of_versions_that_the_reader_sees(reader, reviewer, north):
    renamed = {"member": "name", "old": "The North", "new": "Northland"}

    assert differences(reader, north) == {3: [renamed], 2: []}
    assert differences(reviewer, north) == {
        3: [renamed],
        2: [
            {"member": "review", "old": "draft", "new": "published"},
            {"member": "name", "old": "North", "new": "The North"},
        ],
        1: [],
    }


def test_differences_have_values_as_bodies_have_them(reviewer):
    old, new = RoundFactory(slug="old"), RoundFactory(slug="new")
    givers = [PartyFactory(slug=slug) for slug in ("north", "south")]
    proposal = ProposalFactory(round=old, negotiation=old.negotiation, complete=None)
    new.negotiation = old.negotiation
    history.save(new)
    proposal.round, proposal.date, proposal.complete = new, "2025-07~", True
    history.save(proposal, related={"proposed_by": givers})
    before, after = (reviewer.get(address(proposal, number)).json() for number in (1, 2))
    history.save(proposal, related={"proposed_by": givers[:1]})

    told = differences(reviewer, proposal)

    assert told[2] == [
        {"member": name, "old": before[name], "new": after[name]}
        for name in after
        if before[name] != after[name] and name not in {"version", "updated_at"}
    ]
    assert {"round", "date", "complete", "proposed_by"} <= {d["member"] for d in told[2]}
    assert told[3] == [{"member": "proposed_by", "old": ["north", "south"], "new": ["north"]}]


def test_differences_name_no_hidden_record(analyst, reviewer, analyst_user):
    hidden, seen = PartyFactory(slug="hidden"), PartyFactory(slug="seen", review="published")
    gone = PartyFactory(slug="gone", review="published")
    party = PartyFactory(slug="own", created_by=analyst_user)
    history.save(party, related={"member_of": [hidden]})
    history.save(party, related={"member_of": [hidden, seen, gone]})
    history.save(party, related={"member_of": [seen]})
    history.delete(gone)

    assert differences(analyst, party) == {
        4: [{"member": "member_of", "old": ["gone", "seen"], "new": ["seen"]}],
        3: [{"member": "member_of", "old": [], "new": ["gone", "seen"]}],
        2: [],
        1: [],
    }
    assert differences(reviewer, party)[2] == [
        {"member": "member_of", "old": [], "new": ["hidden"]}
    ]


def test_of_long_texts_the_beginning_is_told(reviewer):
    source = SourceFactory(text="a" * 6000)
    source.text = "b" * 10
    history.save(source)

    told = {each["member"]: each for each in differences(reviewer, source)[2]}["text"]

    assert told == {"member": "text", "old": "a" * 5000 + "…", "new": "b" * 10, "shortened": True}


def test_differences_cost_as_many_queries_for_many_versions_as_for_few(reviewer):
    parties = [PartyFactory(slug=f"party-{number}") for number in range(12)]
    asked = []
    for number in (3, 40):
        proposal = ProposalFactory()
        for index in range(number):
            proposal.title, proposal.round = f"Title {index}", None
            history.save(proposal, related={"proposed_by": [parties[index % 12]]})
        with CaptureQueriesContext(connection) as queries:
            assert len(reviewer.get(address(proposal)).json()["results"]) == number + 1
        asked.append(len(queries))

    assert asked[1] <= asked[0] <= 12


def test_before_the_first_version_there_is_none(reviewer, north):
    assert reviewer.get(address(north), {"before": 1}).json() == {"next": None, "results": []}


def test_restoring_is_rehearsed_and_repeated_as_other_writes(reviewer, north):
    headers = {"If-Match": '"3"', "Idempotency-Key": "one"}
    here = address(north)

    rehearsed = reviewer.post(f"{here}?dry_run=true", {"restore": 1}, headers=headers)
    stored = Party.objects.get().version
    first = reviewer.post(here, {"restore": 1}, headers=headers)
    again = reviewer.post(here, {"restore": 1}, headers=headers)
    strange = reviewer.post(f"{here}?dryrun=true", {"restore": 1}, headers={"If-Match": "*"})

    assert (rehearsed.status_code, rehearsed.json()["version"], stored) == (200, 4, 3)
    assert (first.status_code, again.content) == (200, first.content)
    assert (again["ETag"], again["Idempotency-Replayed"]) == ('"4"', "true")
    assert strange.json()["code"] == "invalid_query"
    assert Party.objects.get().version == 4


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


@pytest.mark.slow
@pytest.mark.parametrize("collection", VIEWSETS)
def test_a_version_reads_as_the_record_did(reviewer, collection):
    record = build_scene()[collection]
    here = f"/api/v1/{record.address}/"
    then = reviewer.get(here).json()
    record.note = "Looked at again."
    history.save(record)

    version = reviewer.get(address(record, then["version"]))

    assert version.status_code == 200, version.content
    assert version.json() == then != reviewer.get(here).json()


def test_relations_read_as_they_were(reviewer, analyst_user):
    old, new = PartyFactory(slug="old"), PartyFactory(slug="new")
    proposal = ProposalFactory(proposed_by=[old])
    history.save(proposal, related={"proposed_by": [new]})
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
        ({"restore": 2**31}, {"If-Match": "*"}, (400, "invalid")),
    ],
)
def test_what_cannot_be_restored_is_refused(reviewer, north, body, headers, refusal):
    answer = reviewer.post(address(north), body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == refusal
    assert Party.objects.get().version == 3


def test_the_document_takes_the_numbers_that_can_be_one_of_a_version():
    restore = get_validator(("components", "schemas", "Restore"))

    found = [restore.is_valid({"restore": number}) for number in (0, 1, 2**31 - 1, 2**31)]

    assert found == [False, True, True, False]


def test_the_place_of_a_strange_member_is_a_pointer(reviewer, administrator, north):
    body = {"restore": 1, "a/b~c": 1}

    answers = [
        reviewer.post(address(north), body, headers={"If-Match": "*"}),
        administrator.delete("/api/v1/parties/north/", {"version": 3, "a/b~c": 1}),
    ]

    faults = [fault for answer in answers for fault in answer.json()["errors"]]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [
        ("/a~1b~0c", "unknown_member")
    ] * 2


def test_restoring_needs_the_right_to_edit(reader, analyst, reviewer, north, analyst_user):
    draft = PartyFactory(slug="draft", created_by=analyst_user)
    answers = [
        client.post(address(record), {"restore": 1, "version": record.version}).status_code
        for client, record in ((reader, north), (analyst, north), (analyst, draft))
    ]

    assert answers == [401, 403, 200]


def test_what_breaks_a_rule_today_is_not_restored(reviewer):
    wide, narrow = PartyFactory(slug="wide"), PartyFactory(slug="narrow")
    history.save(wide, related={"member_of": [narrow]})
    talks = NegotiationFactory(slug="talks", note="a", kind="other")
    talks.kind = "peace"
    history.save(talks)
    type(talks).history.filter(version=1).update(note="")

    answer = reviewer.post(address(talks), {"restore": 1, "version": 2})

    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/note", "other_needs_note")
    ]


def test_a_relation_to_what_was_deleted_is_not_left_out_unsaid(reviewer):
    gone, wide = PartyFactory(slug="gone"), PartyFactory(slug="wide")
    narrow = PartyFactory(slug="narrow")
    history.save(narrow, related={"member_of": [gone, wide]})
    history.save(narrow, related={"member_of": [wide]})
    history.delete(gone)
    before = {"restore": 2, "version": 3}

    refused = reviewer.post(address(narrow), before)
    reviewer.post(address(gone), {"restore": 1})
    restored = reviewer.post(address(narrow), before)

    faults = [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]]
    assert (refused.status_code, faults) == (400, [("/member_of", "deleted")])
    assert (restored.status_code, restored.json()["member_of"]) == (200, ["gone", "wide"])


def test_what_was_merged_since_is_restored_as_what_it_is_now(reviewer):
    gone, kept = PartyFactory(slug="turkey"), PartyFactory(slug="turkiye")
    narrow = PartyFactory(slug="narrow")
    history.save(narrow, related={"member_of": [gone]})
    post = PostFactory(party=gone, title="Minister")
    merge(gone, kept, by=None, reason="One state")

    members = reviewer.post(address(narrow), {"restore": 2, "version": 3})
    held = reviewer.post(address(post), {"restore": 1, "version": 2})

    assert (members.status_code, members.json()["member_of"]) == (200, ["turkiye"])
    assert (held.status_code, held.json()["party"]) == (200, "turkiye")
