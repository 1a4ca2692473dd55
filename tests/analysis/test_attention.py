"""What somebody should look at: each reason with what has it and what just has it not."""

import pytest

from negotiations.models import Citation
from tests.factories import (
    CommitmentFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    ProposalFactory,
    ResponseFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return NegotiationFactory(slug="talks", review="published")


def items(client, reason, on="2025-08-01", **query):
    query = {"reason": reason, "on": on, **query}
    answer = client.get("/api/v1/negotiations/talks/attention/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def slugs(client, reason, on="2025-08-01"):
    return [item["slug"] for item in items(client, reason, on)]


def offer(talks, slug, **more):
    return ProposalFactory(negotiation=talks, slug=slug, title=slug, review="published", **more)


def test_a_deadline_needs_attention_until_a_result_is_coded(reader, talks):
    deadline = {"deadline": "../2025-07-10", "deadline_certainty": "stated"}
    offer(talks, "open", **deadline)
    offer(talks, "unknown", status="unknown", **deadline)
    offer(talks, "lapsed", status="lapsed", **deadline)
    offer(talks, "later", deadline="2025-08-01", deadline_certainty="stated")
    offer(talks, "perhaps", deadline="2025-07-10/2025-08-10", deadline_certainty="stated")
    offer(talks, "without")
    for answer in ("rejects", "considers"):
        proposal = offer(talks, answer, **deadline)
        ResponseFactory(proposal=proposal, answer=answer, date="2025-07-05", review="published")
    late = offer(talks, "late", **deadline)
    ResponseFactory(proposal=late, answer="accepts", date="2025-09-01", review="published")
    part = offer(talks, "part", **deadline)
    term = TermFactory(proposal=part, review="published")
    ResponseFactory(proposal=part, term=term, answer="accepts", review="published")

    assert slugs(reader, "deadline_passed") == ["considers", "late", "open", "part", "unknown"]
    assert slugs(reader, "deadline_passed", "2025-07-10") == []
    found = items(reader, "deadline_passed")[2]
    assert (found["title"], found["date"], found["kind"]) == ("open", "../2025-07-10", "proposals")


def test_what_was_decided_later_had_no_result_before(reader, talks):
    north = PartyFactory(slug="north", review="published")
    deadline = {"deadline": "../2025-07-10", "deadline_certainty": "stated"}
    accepted = offer(talks, "accepted", addressed_to=[north], status="accepted", **deadline)
    given = {"answer": "accepts", "date": "2025-09-01", "review": "published"}
    ResponseFactory(proposal=accepted, party=north, **given)
    offer(talks, "undated", addressed_to=[north], status="accepted", **deadline)

    for reason in ("deadline_passed", "proposal_unanswered"):
        assert slugs(reader, reason, "2025-08-31") == ["accepted"]
        assert slugs(reader, reason, "2025-09-01") == []


def test_a_round_that_nobody_says_was_held_needs_attention(reader, talks):
    for status in ("proposed", "agreed", "unknown", "held", "refused", "cancelled"):
        RoundFactory(
            negotiation=talks, slug=status, status=status, date="2025-07", review="published"
        )
    RoundFactory(negotiation=talks, slug="undated", review="published")
    RoundFactory(negotiation=talks, slug="since", date="2025-07/..", review="published")

    assert slugs(reader, "round_date_passed") == ["agreed", "proposed", "unknown"]
    assert slugs(reader, "round_date_passed", "2025-07-31") == []


def test_a_commitment_that_was_due_needs_attention(reader, talks):
    CommitmentFactory(
        negotiation=talks, slug="due", due="2025-07-10", due_certainty="stated", review="published"
    )

    assert slugs(reader, "commitment_overdue", "2025-07-11") == ["due"]
    assert slugs(reader, "commitment_overdue", "2025-07-10") == []


def test_a_proposal_waits_for_each_addressee(reader, talks):
    north, south = (PartyFactory(slug=s, name=s, review="published") for s in ("north", "south"))
    both = offer(talks, "both", addressed_to=[north, south], date="2025-07-01")
    answered = offer(talks, "answered", addressed_to=[north])
    offer(talks, "rejected", addressed_to=[north], status="rejected")
    offer(talks, "to-nobody")
    to_all = offer(talks, "answered-by-anybody")
    offer(talks, "future", addressed_to=[north], date="2025-09-01")
    for proposal in (both, answered, to_all):
        ResponseFactory(proposal=proposal, party=north, date="2025-07-15", review="published")

    found = {i["slug"]: i["parties"] for i in items(reader, "proposal_unanswered")}
    assert found == {"both": ["south"], "to-nobody": []}
    # The answers were not given yet.
    found = {i["slug"]: i["parties"] for i in items(reader, "proposal_unanswered", "2025-07-14")}
    assert found == {
        "answered": ["north"],
        "answered-by-anybody": [],
        "both": ["north", "south"],
        "to-nobody": [],
    }


def test_days_are_counted_as_far_as_they_are_known(reader, talks):
    stated = {"deadline_certainty": "stated"}
    offer(talks, "by", date="2025-07-01", deadline="../2025-07-10", **stated)
    offer(talks, "made-later", date="2025-07-30/2025-08-10", deadline="2025-07-10", **stated)
    offer(talks, "undated", open_question="When?")
    RoundFactory(negotiation=talks, slug="within", date="2025-07-21/2025-07-27", review="published")
    CommitmentFactory(
        negotiation=talks, slug="due", due="2025-07-31", due_certainty="stated", review="published"
    )

    def days(reason):
        return {i["slug"]: (i["days"]["min"], i["days"]["max"]) for i in items(reader, reason)}

    assert days("deadline_passed") == {"by": (22, None), "made-later": (22, 22)}
    assert days("round_date_passed") == {"within": (5, 11)}
    assert days("commitment_overdue") == {"due": (1, 1)}
    assert days("proposal_unanswered") == {
        "by": (31, 31),
        "made-later": (0, 2),
        "undated": (None, None),
    }
    assert days("open_question") == {"undated": (None, None)}


def source(slug, **more):
    return SourceFactory(slug=slug, text="Words.", review="published", **more)


def quoted(*sources, relation="supports"):
    return [Citation(source=each, quote="Words.", relation=relation) for each in sources]


def test_a_record_rests_on_one_source_or_on_one_side(reader, talks):
    north = PartyFactory(name="North", slug="north", aliases=["The Palace"], review="published")
    ParticipationFactory(negotiation=talks, party=north, review="published")
    outside = PartyFactory(name="Outside", slug="outside", review="published")
    ParticipationFactory(negotiation=talks, party=outside, role="outside", review="published")
    palace, other = source("palace", publisher="the palace"), source("north", publisher="North")
    press, abroad = source("press", publisher="Press"), source("abroad", publisher="Outside")

    def told(slug, *sources, also=()):
        citations = quoted(*sources) + quoted(*also, relation="contradicts")
        RoundFactory(negotiation=talks, slug=slug, citations=citations, review="published")

    told("by-one", palace)
    told("by-one-side", palace, other)
    told("by-two", palace, press)
    told("by-one-and-denied", press, also=[other])
    told("by-one-outside", abroad)

    ones = {i["slug"]: i["sources"] for i in items(reader, "one_source") if i["kind"] == "rounds"}
    assert ones == {
        "by-one": ["palace"],
        "by-one-and-denied": ["press"],
        "by-one-outside": ["abroad"],
    }
    sides = {i["slug"]: i["parties"] for i in items(reader, "one_side")}
    assert sides == {"by-one": ["north"], "by-one-side": ["north"]}


def test_questions_sentences_and_what_is_incomplete_are_told_with_their_words(reader, talks):
    text = "Words. Not read. Read."
    read = SourceFactory(
        slug="report", title="A report", text=text, complete=False, open_question="Who wrote it?",
        review="published",
    )  # fmt: skip
    RoundFactory(
        negotiation=talks, slug="held", title="Held", open_question="Where?", review="published",
        citations=[Citation(source=read, quote="Words."), Citation(source=read, quote="Read.")],
    )  # fmt: skip
    offer(talks, "some", complete=False, open_question="What else?")
    offer(talks, "unsure", complete=None)

    def told(reason):
        return [(i["kind"], i["slug"], i["text"], i["start"]) for i in items(reader, reason)]

    assert told("open_question") == [
        ("proposals", "some", "What else?", None),
        ("rounds", "held", "Where?", None),
        ("sources", "report", "Who wrote it?", None),
    ]
    assert told("sentence_uncoded") == [("sources", "report", "Not read.", 7)]
    assert told("source_incomplete") == [("sources", "report", "Who wrote it?", None)]
    assert told("proposal_incomplete") == [("proposals", "some", "What else?", None)]
    assert told("quotation_broken") == []


def test_a_quotation_that_does_not_stand_where_it_should_is_told(reader, talks):
    """The rules refuse it at every door; a database restored in part may have it."""
    read = SourceFactory(slug="report", text="Words. More.", review="published")
    held = RoundFactory(
        negotiation=talks, review="published", citations=[Citation(source=read, quote="Words.")]
    )
    citation = held.citations.get()
    type(read).objects.filter(pk=read.pk).update(text="Other words.")

    (found,) = items(reader, "quotation_broken")

    assert (found["kind"], found["slug"]) == ("citations", citation.slug)
    assert (found["text"], found["start"], found["sources"]) == ("Words.", 0, ["report"])


def test_a_limit_holds_for_each_reason_and_every_count_is_whole(reader, talks):
    for number in range(3):
        offer(talks, f"offer-{number}", open_question="What?")
        RoundFactory(negotiation=talks, slug=f"r{number}", date="2025-07", review="published")

    answer = reader.get(
        "/api/v1/negotiations/talks/attention/",
        {"reason": "open_question,round_date_passed", "limit": 2, "on": "2025-08-01"},
    ).json()

    assert answer["reasons"] == [
        {"reason": "round_date_passed", "count": 3},
        {"reason": "open_question", "count": 3},
    ]
    assert [item["slug"] for item in answer["items"]] == ["r0", "r1", "offer-0", "offer-1"]
