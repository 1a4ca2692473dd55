"""Two parties or persons that are one: what moves, what is refused, where the old name leads."""

import pytest

from negotiations import history
from negotiations.history.merge import MergeError, merge
from negotiations.models import Change, Citation, MovedSlug, Party, Person, Proposal, StaleVersion
from negotiations.rest.changes.views import EVENT_STREAM
from tests.factories import (
    DelegationFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    PostFactory,
    ProposalFactory,
    SourceFactory,
)
from tests.support.scene import build_scene

PUBLIC = {"review": "published"}


@pytest.fixture
def pair(db):
    kept = PartyFactory(name="Türkiye", slug="turkiye", aliases=["Ankara"], **PUBLIC)
    gone = PartyFactory(name="Turkey", slug="turkey", aliases=["Ankara", "TR"], country="TR")
    return gone, kept


def merged(gone, kept, by=None, reason="One state"):
    return merge(gone, kept, by=by, reason=reason)


def test_names_and_codes_are_united(pair, reviewer_user):
    gone, kept = pair

    merged(gone, kept, reviewer_user)

    kept.refresh_from_db()
    assert (kept.aliases, kept.country, kept.version) == (["Ankara", "Turkey", "TR"], "TR", 2)
    assert not Party.objects.filter(slug="turkey").exists()
    last = Change.objects.order_by("sequence").last()
    assert (last.action, last.slug, last.by, last.reason) == (
        "deleted",
        "turkey",
        reviewer_user,
        "turkey merged into turkiye. One state",
    )


@pytest.mark.slow
def test_everything_that_referred_to_one_refers_to_the_other(db):
    scene = build_scene()
    for collection in ("parties", "people"):
        gone = scene[collection]
        kept = type(gone).objects.exclude(pk=gone.pk).first() or PersonFactory(**PUBLIC)
        if collection == "parties":
            kept = PartyFactory(name="Another", **PUBLIC)

        moved = merged(gone, kept)

        assert gone.pk is None
        assert len(moved) > 3
        assert kept.citations.count() > 0
        assert {m.twin for m in moved} == {None}
        for each in moved:
            assert (
                history.list_versions(each.record)
                .first()
                .history_change_reason.endswith("One state")
            )
    # What the old scene said is said of the new ones.
    post = scene["posts"]
    post.refresh_from_db()
    assert post.party.name == "Another"


def test_many_to_many_relations_name_the_other_once(pair):
    gone, kept = pair
    proposal = ProposalFactory(proposed_by=[gone, kept], addressed_to=[PartyFactory()])

    merged(gone, kept)

    assert [party.slug for party in Proposal.objects.get().proposed_by.all()] == ["turkiye"]
    assert history.list_versions(proposal).first().version == 2


def test_the_same_part_in_a_negotiation_becomes_one_with_the_words_of_both(pair):
    gone, kept = pair
    talks = NegotiationFactory()
    ours = ParticipationFactory(negotiation=talks, party=kept, role="host")
    theirs = ParticipationFactory(
        negotiation=talks, party=gone, role="host", citations=["Turkey was the host."]
    )

    moved = merged(gone, kept)

    assert [(each.record.slug, each.twin) for each in moved] == [(theirs.slug, ours)]
    assert [citation.quote for citation in ours.citations.all()] == ["Turkey was the host."]
    assert talks.participations.count() == 1


def test_what_would_break_a_rule_is_named_and_nothing_moves(pair):
    gone, kept = pair
    ProposalFactory(title="Offer", proposed_by=[gone], addressed_to=[kept])
    delegation = DelegationFactory(party=gone, head=PersonFactory())
    DelegationFactory(party=kept, round=delegation.round)
    PositionFactory(party=gone)
    before = Change.objects.count()

    with pytest.raises(MergeError) as refused:
        merged(gone, kept)

    assert [(type(r).__name__, e.message_dict) for r, e in refused.value.faults] == [
        ("Delegation", {"party": ["This party already has a delegation at this round."]}),
        (
            "Proposal",
            {"addressed_to": ["A proposal is addressed to somebody other than its maker."]},
        ),
    ]
    assert (Change.objects.count(), Party.objects.filter(slug="turkey").count()) == (before, 1)


@pytest.mark.parametrize(
    ("theirs", "fault"),
    [
        ({"country": "TM"}, "Their country differs: TM and TR."),
        ({"identifiers": {"wikidata": "Q2"}}, "Their wikidata differs: Q2 and Q1."),
        (PUBLIC, "Publish parties/turkiye first: the other one is published."),
    ],
)
def test_two_that_differ_in_what_names_them_are_not_one(db, theirs, fault):
    ours = {"country": "TR", "identifiers": {"wikidata": "Q1"}}
    kept, gone = PartyFactory(slug="turkiye", **ours), PartyFactory(**theirs)

    with pytest.raises(MergeError) as refused:
        merged(gone, kept)

    assert [error.messages for _, error in refused.value.faults] == [[fault]]


def test_nobody_merges_over_a_change_they_have_not_seen(pair):
    gone, kept = pair
    history.save(Party.objects.get(pk=gone.pk))

    with pytest.raises(StaleVersion):
        merged(gone, kept)


def test_the_merged_one_is_not_restored_and_its_name_not_given_again(pair, analyst):
    gone, kept = pair
    version = history.list_versions(gone).first()
    merged(gone, kept)

    answer = analyst.post("/api/v1/parties/", {"slug": "turkey", "name": "T", "kind": "state"})
    with pytest.raises(Exception, match="It was merged into turkiye"):
        history.restore(version)

    assert answer.json()["errors"][0]["code"] == "slug_not_free"


# Where the old name leads


@pytest.fixture
def public_pair(db):
    kept = PersonFactory(name="Volodymyr Zelensky", slug="zelensky", **PUBLIC)
    gone = PersonFactory(name="Zelenskyy", slug="zelenskyy", **PUBLIC)
    PostFactory(person=gone, slug="president", **PUBLIC)
    kept.refresh_from_db()
    merged(gone, kept)
    return gone, kept


def test_readers_and_writers_are_led_to_the_new_name(public_pair, reader, reviewer):
    answers = [
        reader.get("/api/v1/people/zelenskyy/?fields=slug"),
        reader.head("/api/v1/people/zelenskyy"),
        reader.get("/api/v1/people/zelenskyy/history/"),
        reader.get("/api/v1/people/zelenskyy/history/1/"),
        reviewer.patch("/api/v1/people/zelenskyy/", {"note": "x"}),
        reviewer.delete("/api/v1/people/zelenskyy/"),
    ]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (308, f"http://testserver/api/v1/people/zelensky{rest}")
        for rest in ("/?fields=slug", "", "/history/", "/history/1/", "/", "/")
    ]
    assert reader.patch("/api/v1/people/zelenskyy/", {}).status_code == 401


def test_filters_and_the_past_know_the_old_name(public_pair, reader, analyst):
    then = Person.history.filter(slug="zelenskyy").last().history_date.isoformat()

    found = reader.get("/api/v1/posts/?person=zelenskyy").json()["results"]
    old = reader.get("/api/v1/people/zelenskyy/", {"as_of": then})
    wrong = analyst.post("/api/v1/posts/", {"person": "zelenskyy"}).json()["errors"][0]

    assert [post["slug"] for post in found] == ["president"]
    assert (old.status_code, old.json()["name"]) == (200, "Zelenskyy")
    assert (wrong["pointer"], wrong["did_you_mean"]) == ("/person", ["zelensky"])


def test_a_merge_and_the_citations_it_moved_are_told_in_the_feed(db, reader, reviewer):
    kept = PartyFactory(name="Türkiye", slug="turkiye", identifiers={}, **PUBLIC)
    gone = PartyFactory(name="Turkey", slug="turkey", identifiers={}, **PUBLIC)
    talks = NegotiationFactory(**PUBLIC)
    ParticipationFactory(negotiation=talks, party=kept, role="host", slug="ours", **PUBLIC)
    ParticipationFactory(negotiation=talks, party=gone, role="host", slug="theirs", **PUBLIC)
    known = reader.get("/api/v1/parties/")["Feed-Position"]
    merged(gone, kept)

    for client in (reader, reviewer):
        events = client.get("/api/v1/changes/", {"after": known if client is reader else 0})
        told = [e for e in events.json()["results"] if e["merged_into"] or e["changed"]]
        merges = [e for e in told if e["merged_into"]]
        assert [(e["slug"], e["action"], e["merged_into"]) for e in merges] == [
            ("theirs", "deleted", "ours"),
            ("turkey", "deleted", "turkiye"),
        ]
        moved = [e["changed"] for e in told if e["kind"] == "citations"]
        assert moved
        assert set(map(tuple, moved)) == {("record",)}
    stream = reader.get("/api/v1/changes/", {"after": known}, headers={"accept": EVENT_STREAM})
    lines = b""
    while b'"merged_into":"turkiye"' not in lines:
        lines += next(stream.streaming_content)
    stream.close()


def test_a_merge_into_a_draft_that_one_may_not_see_is_told_as_a_deletion(
    analyst, analyst_user, reviewer
):
    kept = PersonFactory(name="Zelensky", slug="zelensky")
    gone = PersonFactory(name="Zelenskyy", slug="zelenskyy", created_by=analyst_user)
    merged(gone, kept)

    told = [c.get("/api/v1/changes/").json()["results"][-1] for c in (analyst, reviewer)]
    assert [(e["slug"], e["action"], e["merged_into"]) for e in told] == [
        ("zelenskyy", "deleted", None),
        ("zelenskyy", "deleted", "zelensky"),
    ]


def test_words_of_a_draft_are_published_with_the_record_it_is_merged_into(reader):
    kept = PersonFactory(name="Zelensky", slug="zelensky", **PUBLIC)
    source = SourceFactory(slug="report", text="Zelenskyy spoke.", **PUBLIC)
    gone = PersonFactory(
        name="Zelenskyy", slug="zelenskyy", citations=[Citation(source=source, quote="Zelenskyy")]
    )
    merged(gone, kept)

    answer = reader.get("/api/v1/people/zelensky/?expand=citations").json()
    assert "Zelenskyy" in answer["aliases"]
    assert "Zelenskyy" in [c["quote"] for c in answer["expand"]["citations"]["results"]]


def test_a_name_leads_on_over_two_mergers(public_pair, reader):
    _, kept = public_pair
    last = PersonFactory(slug="the-president", **PUBLIC)

    merged(Person.objects.get(pk=kept.pk), last)

    answer = reader.get("/api/v1/people/zelenskyy/")
    assert answer["Location"] == "http://testserver/api/v1/people/the-president/"
    assert MovedSlug.objects.count() == 2


def test_a_name_leads_nobody_to_what_they_may_not_see(pair, reader):
    merged(PartyFactory(slug="draft-one"), PartyFactory(slug="draft-two"))

    hidden, none = reader.get("/api/v1/parties/draft-one/"), reader.get("/api/v1/parties/none/")

    assert (hidden.status_code, none.status_code) == (404, 404)
