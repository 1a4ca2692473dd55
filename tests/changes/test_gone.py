"""Deleted records: said to be gone to those who knew them, and brought back with their parts."""

import pytest

from negotiations import history
from negotiations.models import Citation, Party, Proposal, Response, Term
from tests.factories import (
    OutcomeFactory,
    PartyFactory,
    PersonFactory,
    ProposalFactory,
    ResponseFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
)
from tests.support.scene import build_scene

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HERE = "/api/v1/parties/north/"


@pytest.fixture
def gone(reviewer_user, administrator_user):
    party = PartyFactory(slug="north", review="published", created_by=reviewer_user)
    history.delete(party, by=administrator_user, reason="Recorded twice")
    return Party.history.get(history_type="-")


def test_a_deleted_record_tells_when_by_whom_and_why(reviewer, gone):
    answer = reviewer.get(HERE)

    body = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (410, "application/problem+json")
    at = gone.history_date.isoformat().replace("+00:00", "Z")
    told = [body[name] for name in ("code", "deleted_at", "deleted_by", "reason")]
    assert told == ["gone", at, "administrator", "Recorded twice"]


def test_readers_are_not_told_by_whom(reader, gone):
    body = reader.get(HERE).json()

    assert (body["status"], body["deleted_by"], body["reason"]) == (410, None, "Recorded twice")


def test_a_deleted_draft_is_gone_for_its_author_and_missing_for_others(
    reader, analyst, reviewer, analyst_user, reviewer_user
):
    history.delete(PartyFactory(slug="north", created_by=analyst_user), by=analyst_user)
    history.delete(PartyFactory(slug="south", created_by=reviewer_user), by=reviewer_user)

    def answers(slug):
        return [c.get(f"/api/v1/parties/{slug}/").status_code for c in (reader, analyst, reviewer)]

    assert (answers("north"), answers("south")) == ([404, 410, 410], [404, 404, 410])


def test_writes_to_a_deleted_record_say_that_it_is_gone(reader, administrator, gone):
    version = {"If-Match": '"1"'}
    answers = [
        administrator.put(HERE, {"name": "x"}, headers=version),
        administrator.patch(HERE, {"name": "x"}, headers=version),
        administrator.delete(HERE, headers=version),
        reader.delete(HERE, headers=version),
    ]

    assert [answer.status_code for answer in answers] == [410, 410, 410, 401]


def test_the_name_of_a_deleted_record_is_not_given_again(analyst, gone):
    body = {"slug": "north", "name": "North", "kind": "state"}

    answer = analyst.post("/api/v1/parties/", body)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "pointer": "/slug",
            "code": "slug_of_deleted",
            "detail": "A deleted record of this kind has this slug; restore it from its history.",
        }
    ]


def test_a_made_name_goes_round_that_of_a_deleted_record(analyst):
    history.delete(PartyFactory(slug="", name="North"))

    answer = analyst.post("/api/v1/parties/", {"name": "North", "kind": "state"})

    assert answer.json()["slug"] == "north-2"


def test_a_restored_record_comes_back_as_a_draft_with_its_parts(reviewer, administrator):
    north = PartyFactory(slug="north", review="published")
    proposal = ProposalFactory(slug="offer", review="published", proposed_by=[north])
    made_at = proposal.created_at
    TermFactory(slug="term", proposal=proposal, review="published", obligor=[north])
    ResponseFactory(slug="answer", proposal=proposal, review="published")
    before = {model: set(model.objects.values_list("slug", flat=True)) for model in KINDS}
    history.delete(proposal, reason="An error")
    assert [model.objects.count() for model in (Proposal, Term, Response)] == [0, 0, 0]

    answer = reviewer.post("/api/v1/proposals/offer/history/", {"restore": 1})

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["version"], body["review"], body["proposed_by"]) == (2, "draft", ["north"])
    after = {model: set(model.objects.values_list("slug", flat=True)) for model in KINDS}
    assert after == before
    back = [Proposal.objects.get(), Term.objects.get(), Response.objects.get()]
    assert {r.review for record in back for r in (record, *record.citations.all())} == {"draft"}
    assert [p.slug for p in Term.objects.get().obligor.all()] == ["north"]
    assert back[0].created_at == made_at
    events = administrator.get("/api/v1/changes/", {"kind": "proposals,terms"}).json()["results"]
    assert [(e["slug"], e["action"]) for e in events[-2:]] == [
        ("offer", "restored"),
        ("term", "restored"),
    ]


# To these the scene has no references.
LEAVES = (
    *("posts", "participations", "delegations", "positions", "responses"),
    *("deliveries", "incidents", "citations", "dismissals"),
)
KINDS = (Proposal, Term, Response, Citation)


@pytest.mark.parametrize("collection", LEAVES)
def test_what_nothing_refers_to_is_deleted_and_brought_back_as_it_was(
    reviewer, administrator, collection
):
    record = build_scene("draft")[collection]
    here = f"/api/v1/{record.address}/"
    was = administrator.get(here).json()

    assert administrator.delete(here, headers={"If-Match": "*"}).status_code == 204
    assert administrator.get(here).status_code == 410
    answer = administrator.post(f"{here}history/", {"restore": was["version"]})

    assert answer.status_code == 200, answer.content
    changing = {"version": was["version"] + 1, "updated_at": answer.json()["updated_at"]}
    assert administrator.get(here).json() == {**was, **changing}


def test_a_part_that_was_deleted_earlier_stays_deleted(reviewer):
    proposal = ProposalFactory(slug="offer")
    history.delete(TermFactory(slug="term", proposal=proposal))
    history.delete(proposal)

    assert reviewer.post("/api/v1/proposals/offer/history/", {"restore": 1}).status_code == 200
    assert Term.objects.count() == 0


def test_the_history_of_a_deleted_record_is_for_those_who_may_restore_it(
    reader, analyst, reviewer, gone
):
    answers = [
        (client.get(f"{HERE}history/").status_code, client.get(f"{HERE}history/1/").status_code)
        for client in (reader, analyst, reviewer)
    ]
    versions = reviewer.get(f"{HERE}history/").json()["results"]

    assert answers == [(410, 410), (410, 410), (200, 200)]
    assert [(v["version"], v["action"]) for v in versions] == [(1, "deleted"), (1, "created")]
    assert analyst.post(f"{HERE}history/", {"restore": 1}).status_code == 410


def test_a_record_whose_author_left_comes_back_without_them(reviewer, reviewer_user, analyst_user):
    person = PersonFactory(slug="ann", created_by=analyst_user)
    history.delete(person)
    analyst_user.delete()

    assert reviewer.post("/api/v1/people/ann/history/", {"restore": 1}).status_code == 200
    assert type(person).objects.get().created_by == reviewer_user


def test_relations_to_many_and_words_come_back_with_their_record(administrator):
    north, south = (PartyFactory(slug=slug, review="published") for slug in ("north", "south"))
    rounds = [RoundFactory(slug="first"), RoundFactory(slug="second")]
    talks = rounds[0].negotiation
    rounds[1].negotiation = talks
    history.save(rounds[1])
    source = SourceFactory(text="They agreed.")
    words = Citation(source=source, quote="They agreed.")
    outcome = OutcomeFactory(
        negotiation=talks, rounds=rounds, agreed_by=[north, south], citations=[words]
    )
    here = f"/api/v1/{outcome.address}/"
    was = administrator.get(here, {"expand": "citations"}).json()

    assert administrator.delete(here, headers={"If-Match": '"1"'}).status_code == 204
    assert Citation.objects.filter(outcome__isnull=False).count() == 0
    assert administrator.post(f"{here}history/", {"restore": 1}).status_code == 200

    back = administrator.get(here, {"expand": "citations"}).json()
    assert (back["rounds"], back["agreed_by"]) == (["first", "second"], ["north", "south"])
    assert without_bookkeeping(back) == without_bookkeeping(was)
    version = type(outcome).history.get(version=2)
    assert version.rounds.count() == version.agreed_by.count() == 2


def without_bookkeeping(body):
    """A body and what lies beside it, but for versions and the times of the last writes."""
    if isinstance(body, list):
        return [without_bookkeeping(each) for each in body]
    if not isinstance(body, dict):
        return body
    kept = body.keys() - {"version", "updated_at"}
    return {name: without_bookkeeping(body[name]) for name in kept}


def test_what_refers_to_a_record_is_listed_as_far_as_it_can_be_seen(
    analyst, reviewer, analyst_user
):
    north = PartyFactory(slug="north", created_by=analyst_user)
    for number in range(60):
        ProposalFactory(slug=f"hidden-{number}", proposed_by=[north])
    own = ProposalFactory(slug="own", proposed_by=[north], created_by=analyst_user)

    def refused(client):
        answer = client.delete(HERE, headers={"If-Match": '"1"'})
        assert answer.status_code == 409
        return answer.json()

    assert refused(analyst)["referrers"] == ["proposals/own"]
    assert len(refused(reviewer)["referrers"]) == 50
    assert refused(reviewer)["detail"] == "Other records refer to it; the first 50 are named."
    history.delete(own)
    assert "referrers" not in refused(analyst)


def test_parts_that_the_caller_does_not_see_are_not_deleted_along(analyst, analyst_user):
    proposal = ProposalFactory(slug="offer", created_by=analyst_user)
    TermFactory(slug="hidden", proposal=proposal)

    answer = analyst.delete("/api/v1/proposals/offer/", headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json().get("referrers")) == (409, None)
    assert Term.objects.count() == 1
