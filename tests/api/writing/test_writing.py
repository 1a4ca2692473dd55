"""Making, replacing, changing and deleting records: bodies in, with their citations."""

import pytest

from negotiations.models import Citation, Issue, Party, Proposal
from tests.factories import (
    CitationFactory,
    DelegationFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    ResponseFactory,
    RoundFactory,
    SourceFactory,
    StatementFactory,
    TermFactory,
)
from tests.support.scene import get_api_url

pytestmark = pytest.mark.django_db

FOUND = {"if-match": "*"}


def faults(answer):
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_a_record_is_made_with_the_words_that_support_it(analyst, analyst_user):
    source = SourceFactory(
        slug="report", text="The sides met. They met in Istanbul.", review="published"
    )
    body = {
        "name": "Rustem Umerov",
        "citations": [
            {"source": "report", "quote": "The sides met"},
            {"source": "report", "quote": "met", "before": "They ", "voice": "headline"},
        ],
    }

    answer = analyst.post(get_api_url("people"), body)

    assert (answer.status_code, answer.json()["slug"]) == (201, "rustem-umerov")
    assert "citations" not in answer.json()
    made = Citation.objects.order_by("start")
    assert [(c.start, c.voice, c.review, c.created_by, c.source) for c in made] == [
        (0, "narrator", "draft", analyst_user, source),
        (20, "headline", "draft", analyst_user, source),
    ]
    assert {citation.record.slug for citation in made} == {"rustem-umerov"}
    assert [citation.history.count() for citation in made] == [1, 1]


def test_the_faults_of_a_record_and_of_its_words_are_told_at_once(analyst):
    SourceFactory(slug="report", text="They met, and met.", review="published")
    body = {
        "kind": "stat",
        "member_of": ["nobody"],
        "nam": "X",
        "citations": [
            {"source": "report", "quote": "met"},
            {"source": "reprot", "quote": "met", "voise": "narrator"},
            {"source": "report"},
            7,
        ],
    }

    answer = analyst.post(get_api_url("parties"), body)

    assert answer.status_code == 400
    assert sorted(faults(answer)) == [
        ("/citations/0/quote", "quote_ambiguous"),
        ("/citations/1/source", "unknown_reference"),
        ("/citations/1/voise", "unknown_member"),
        ("/citations/2/quote", "required"),
        ("/citations/3", "invalid"),
        ("/kind", "unknown_value"),
        ("/member_of/0", "unknown_reference"),
        ("/nam", "unknown_member"),
        ("/name", "required"),
    ]
    meant = {f["pointer"]: f.get("did_you_mean") for f in answer.json()["errors"]}
    assert (meant["/kind"], meant["/nam"][0]) == (["state"], "name")
    assert meant["/citations/1/source"] == ["report"]
    assert (Party.objects.count(), Citation.objects.count()) == (0, 0)


def test_the_rules_are_run_on_what_can_be_read_of_a_record(analyst):
    source = SourceFactory(slug="report", text="They met, and met.", review="published")
    IssueFactory(slug="aid", question="", review="published")
    PositionFactory(slug="taken")
    body = {
        "slug": "taken",
        "negotiation": NegotiationFactory(review="published").slug,
        "party": PartyFactory(review="published").slug,
        "issue": "aid",
        "stance": "oposes",
        "claim": "",
        "date": "2025-13",
        "date_words": "tomorrow",
        "review": "published",
        "citations": [
            {"source": source.slug, "quote": "parted", "voice": "narator", "field": "clam"},
            {"source": source.slug, "quote": "met", "before": 7},
        ],
    }

    answer = analyst.post(get_api_url("positions"), body)

    assert sorted(faults(answer)) == [
        ("/citations/0/field", "unknown_field"),
        ("/citations/0/quote", "quote_not_found"),
        ("/citations/0/voice", "unknown_value"),
        ("/citations/1/before", "invalid"),
        ("/claim", "blank"),
        ("/date", "invalid_date"),
        ("/date_words", "words_not_found"),
        ("/issue", "no_question"),
        ("/review", "review_step"),
        ("/slug", "slug_not_free"),
        ("/stance", "unknown_value"),
    ]


def test_no_rule_speaks_of_what_cannot_be_read(analyst, analyst_user):
    proposal = ProposalFactory(review="published")
    term = TermFactory(proposal=proposal, review="published")
    own = {"proposal": proposal, "term": term, "created_by": analyst_user}
    response = ResponseFactory(**own, note="Because.", answer="other")
    elsewhere = TermFactory(review="published")
    source = SourceFactory(text="They met.", review="published")
    new = {
        "proposal": proposal.slug,
        "party": response.party.slug,
        "answer": "accepts",
        "date": 2025,
        "date_certainty": "stated",
        "date_words": "yesterday",
        "citations": [
            {"source": "reprot", "quote": "met"},
            {"source": source.slug, "quote": "met"},
        ],
    }
    change = {"version": 1, "proposal": "nothing", "term": elsewhere.slug, "note": 7}

    made = analyst.post(get_api_url("responses"), new)
    changed = analyst.patch(get_api_url("responses", response.slug), change)

    assert sorted(faults(made)) == [
        ("/citations/0/source", "unknown_reference"),
        ("/date", "invalid"),
    ]
    assert sorted(faults(changed)) == [("/note", "invalid"), ("/proposal", "unknown_reference")]


def test_words_that_the_source_does_not_have_make_no_record(analyst):
    SourceFactory(slug="report", text="They met, and met.", review="published")
    words = [{"source": "report", "quote": quote} for quote in ("They", "met", "parted")]

    answer = analyst.post(get_api_url("people"), {"name": "X", "citations": words})

    assert answer.status_code == 400
    assert faults(answer) == [
        ("/citations/1/quote", "quote_ambiguous"),
        ("/citations/2/quote", "quote_not_found"),
    ]
    assert Citation.objects.count() == 0


def test_words_of_a_record_that_exists_are_written_at_their_own_address(reviewer):
    person = PersonFactory()
    SourceFactory(slug="report", text="They met.")
    words = {"source": "report", "quote": "They met."}

    inside = reviewer.patch(
        get_api_url("people", person.slug), {"citations": [words]}, headers=FOUND
    )
    beside = reviewer.post(get_api_url("citations"), {"record": f"people/{person.slug}", **words})

    assert (inside.status_code, faults(inside)) == (400, [("/citations", "read_only")])
    assert (beside.status_code, beside.json()["start"]) == (201, 0)


@pytest.mark.parametrize(
    "record", ["people/nobody", "peopel/x", "sources/report", "people", "", 7, None, "people/a\x00"]
)
def test_a_citation_supports_a_record_that_is_there(reviewer, record):
    SourceFactory(slug="report", text="They met.")

    body = {"record": record, "source": "report", "quote": "They met."}
    answer = reviewer.post(get_api_url("citations"), body)

    code = "null" if record is None else "unknown_reference"
    assert (answer.status_code, faults(answer)) == (400, [("/record", code)])


def test_put_resets_what_it_leaves_out_and_keeps_the_name_and_the_approval(reviewer):
    party = PartyFactory(
        name="Ukraine", kind="state", country="UA", note="Old.", review="in_review"
    )
    coalition = PartyFactory(kind="coalition", review="draft")
    party.member_of.set([coalition])

    answer = reviewer.put(
        get_api_url("parties", party.slug), {"name": "Ukraina", "kind": "state"}, headers=FOUND
    )

    body = answer.json()
    kept = {n: body[n] for n in ("slug", "review", "version", "country", "note", "member_of")}
    assert (answer.status_code, body["name"]) == (200, "Ukraina")
    assert kept == {
        "slug": "ukraine",
        "review": "in_review",
        "version": 2,
        "country": "",
        "note": "",
        "member_of": [],
    }


def test_put_needs_what_a_new_record_needs(reviewer):
    answer = reviewer.put(get_api_url("parties", PartyFactory().slug), {"note": "X"}, headers=FOUND)

    assert (answer.status_code, faults(answer)) == (
        400,
        [("/name", "required"), ("/kind", "required")],
    )


@pytest.mark.parametrize("media", ["application/json", "application/merge-patch+json"])
def test_a_patch_merges_objects_and_replaces_lists(reviewer, media):
    party = PartyFactory(identifiers={"wikidata": "Q212", "ucdp": "1"}, aliases=["Kyiv", "Kiev"])
    patch = b'{"identifiers": {"ucdp": null, "pa_x": "7"}, "aliases": ["Bankova"]}'

    path = get_api_url("parties", party.slug)
    answer = reviewer.generic("PATCH", path, patch, media, headers=FOUND)

    body = answer.json()
    assert answer.status_code == 200
    assert body["identifiers"] == {"wikidata": "Q212", "pa_x": "7"}
    assert (body["aliases"], body["version"], answer["ETag"]) == (["Bankova"], 2, '"2"')


def test_a_patch_takes_null_where_nothing_may_stand(reviewer):
    part = IssueFactory(part_of=IssueFactory())

    empty = reviewer.patch(get_api_url("issues", part.slug), {"part_of": None}, headers=FOUND)
    refused = reviewer.patch(get_api_url("issues", part.slug), {"title": None}, headers=FOUND)

    assert (empty.status_code, empty.json()["part_of"]) == (200, None)
    assert (refused.status_code, faults(refused)) == (400, [("/title", "null")])


def test_a_patch_takes_out_what_it_sets_to_null(reviewer):
    kremlin = PartyFactory(
        note="Heard.", aliases=["Bankova"], identifiers={"wikidata": "Q1"}, country="UA"
    )
    kremlin.member_of.add(PartyFactory())
    path = get_api_url("parties", kremlin.slug)
    names = ("note", "aliases", "identifiers", "country", "member_of")

    answer = reviewer.patch(path, dict.fromkeys(names), headers=FOUND)
    again = reviewer.patch(path, dict.fromkeys(names), headers=FOUND)
    kept = reviewer.patch(path, {"slug": None, "review": None}, headers=FOUND)

    assert [answer.json()[name] for name in names] == ["", [], {}, "", []]
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert sorted(faults(kept)) == [("/review", "null"), ("/slug", "null")]


def test_read_only_members_are_sent_back_unchanged_or_refused(reviewer):
    statement = StatementFactory(date="2025-07")
    path = get_api_url("statements", statement.slug)
    body = reviewer.get(path).json()
    derived = {"created_at": "2020-01-01T00:00:00Z", "date_earliest": "2025-07-02"}

    changed = reviewer.put(path, body | derived)
    moved = reviewer.put(path, body | {"date": "2025-08"})
    mended = reviewer.put(
        path, {n: v for n, v in body.items() if not n.startswith("date_")} | {"date": "2025-08"}
    )

    expected = [("/created_at", "read_only"), ("/date_earliest", "read_only")]
    assert (changed.status_code, sorted(faults(changed))) == (400, expected)
    # The bounds that come with the old date are those that are stored.
    assert (moved.status_code, moved.json()["date_earliest"]) == (200, "2025-08-01")
    assert (mended.status_code, mended.json()["code"]) == (412, "stale")


def test_a_slug_is_taken_once_and_never_changed(reviewer):
    IssueFactory(slug="land")
    other = IssueFactory(slug="sea")

    twice = reviewer.post(get_api_url("issues"), {"title": "Land", "slug": "land"})
    moved = reviewer.patch(get_api_url("issues", "sea"), {"slug": "ocean"}, headers=FOUND)
    made = reviewer.post(get_api_url("issues"), {"title": "Land"})

    assert (twice.status_code, faults(twice)) == (400, [("/slug", "unique")])
    assert (moved.status_code, faults(moved)) == (400, [("/slug", "immutable")])
    assert (made.status_code, made.json()["slug"]) == (201, "land-2")
    assert Issue.objects.get(pk=other.pk).slug == "sea"


@pytest.mark.parametrize("name", ["Export", "Stats"])
def test_no_record_has_the_name_of_an_address_of_the_api(analyst, name):
    body = {"name": name, "kind": "state"}

    refused = analyst.post(get_api_url("parties"), {**body, "slug": name.lower()})
    made = analyst.post(get_api_url("parties"), body)
    many = analyst.post(get_api_url("parties"), [body])

    assert (refused.status_code, faults(refused)) == (400, [("/slug", "reserved_slug")])
    slugs = [made.json()["slug"], many.json()[0]["slug"]]
    assert slugs == [f"party-{name.lower()}", f"party-{name.lower()}-2"]
    assert analyst.get(made["Location"]).json() == made.json()


def test_a_fault_of_the_record_stands_under_its_member(analyst):
    talks = NegotiationFactory(slug="talks")
    analyst_talks = {"negotiation": talks.slug, "title": "Round"}

    answer = analyst.post(get_api_url("rounds"), analyst_talks)
    assert (answer.status_code, faults(answer)) == (400, [("/negotiation", "unknown_reference")])

    NegotiationFactory(slug="public", review="published")
    RoundFactory(negotiation__review="published")
    body = {"negotiation": "public", "title": "Round", "number": 0, "date": "2025-02-30"}
    answer = analyst.post(get_api_url("rounds"), body)
    assert sorted(faults(answer)) == [("/date", "invalid_date"), ("/number", "out_of_range")]


def test_many_relations_are_a_set(reviewer):
    for slug in ("one", "two"):
        PartyFactory(slug=slug)
    proposal = ProposalFactory(proposed_by=list(Party.objects.filter(slug__in=["one", "two"])))
    path = get_api_url("proposals", proposal.slug)

    same = reviewer.patch(path, {"proposed_by": ["two", "one"]}, headers=FOUND)
    twice = reviewer.patch(path, {"proposed_by": ["one", "one"]}, headers=FOUND)
    none = reviewer.patch(path, {"proposed_by": []}, headers=FOUND)

    assert (same.json()["proposed_by"], same.json()["version"]) == (["one", "two"], 1)
    assert faults(twice) == [("/proposed_by/1", "repeated")]
    assert faults(none) == [("/proposed_by", "empty")]
    assert Proposal.objects.get().version == 1


def test_a_record_that_others_refer_to_is_not_deleted(reviewer):
    delegation = DelegationFactory()
    party = delegation.party
    path = get_api_url("parties", party.slug)

    refused = reviewer.delete(path, headers=FOUND)
    own = reviewer.delete(get_api_url("delegations", delegation.slug), headers=FOUND)
    freed = reviewer.delete(path, headers=FOUND)

    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["referrers"] == [delegation.address]
    assert [own.status_code, freed.status_code, own.content] == [204, 204, b""]


def test_a_record_goes_with_its_words_and_both_keep_their_versions(reviewer, reviewer_user):
    citation = CitationFactory()
    person = citation.record

    answer = reviewer.delete(
        get_api_url("people", person.slug), {"version": 1}, headers={"change-reason": "Wrong."}
    )

    assert (answer.status_code, Citation.objects.count()) == (204, 0)
    last = [record.history.order_by("-history_id").first() for record in (person, citation)]
    assert [(v.history_type, v.history_user) for v in last] == [("-", reviewer_user)] * 2
    assert last[0].history_change_reason == "Wrong."
