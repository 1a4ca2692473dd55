"""Arrays: many records of one kind in one request, all or none."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import Change, Citation, Commitment, Party, Position
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PositionFactory,
    SourceFactory,
)
from tests.support.scene import VIEWSETS, build_scene

pytestmark = pytest.mark.slow

ADDRESS = "/api/v1/positions/"


@pytest.fixture
def scene(db):
    """What positions refer to."""
    text = "".join(f"Words of position {number}.\n" for number in range(1000))
    return {
        "negotiation": NegotiationFactory(review="published").slug,
        "party": PartyFactory(review="published").slug,
        "issue": IssueFactory(review="published").slug,
        "source": SourceFactory(text=text, review="published").slug,
    }


def positions(scene, number):
    """So many bodies, each with a citation."""
    shared = {name: scene[name] for name in ("negotiation", "party", "issue")}
    return [
        {
            **shared,
            "stance": "supports",
            "claim": f"Position {index} is held.",
            "date": "2025-06",
            "date_certainty": "stated",
            "citations": [{"source": scene["source"], "quote": f"Words of position {index}."}],
        }
        for index in range(number)
    ]


def faults(answer):
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_an_array_makes_all_and_answers_with_them_in_order(analyst, analyst_user, scene):
    answer = analyst.post(ADDRESS, positions(scene, 3), headers={"Change-Reason": "Coded"})

    made = answer.json()
    assert answer.status_code == 201
    assert [row["claim"] for row in made] == [f"Position {n} is held." for n in range(3)]
    assert made[0] == analyst.get(f"{ADDRESS}{made[0]['slug']}/").json()
    assert len({row["slug"] for row in made}) == 3
    for position in Position.objects.all():
        version = position.history.get()
        assert (version.history_user, version.history_change_reason) == (analyst_user, "Coded")
        assert (version.date, version.version, version.history_type) == ("2025-06", 1, "+")
        citation = position.citations.get()
        assert (citation.created_by, citation.review) == (analyst_user, "draft")
        assert citation.history.get().history_user == analyst_user


def test_many_leave_the_same_rows_as_one(analyst, scene):
    body = positions(scene, 1)[0]
    single = analyst.post(ADDRESS, body).json()
    many = analyst.post(ADDRESS, [body]).json()[0]

    own = {"slug", "created_at", "updated_at"}
    assert without(single, own) == without(many, own)
    assert many["slug"] == f"{single['slug']}-2"
    columns = [column.name for column in Position.history.model._meta.concrete_fields]
    one, other = Position.history.order_by("id").values(*columns)
    own |= {"id", "history_id", "history_date"}
    assert without(one, own) == without(other, own)


def without(row, names):
    return {name: value for name, value in row.items() if name not in names}


def test_each_record_and_each_citation_is_in_the_feed(analyst, scene):
    before = Change.objects.count()

    made = analyst.post(ADDRESS, positions(scene, 2)).json()

    rows = Change.objects.order_by("sequence")[before:]
    assert [(row.kind, row.action) for row in rows] == [
        ("positions", "created"),
        ("positions", "created"),
        ("citations", "created"),
        ("citations", "created"),
    ]
    assert [row.slug for row in rows[:2]] == [row["slug"] for row in made]


def test_relations_to_many_are_written_with_their_versions(analyst, db):
    talks, obligor = NegotiationFactory(review="published"), PartyFactory(review="published")
    bodies = [
        {
            "negotiation": talks.slug,
            "kind": "meet",
            "text": f"To meet, {number}.",
            "obligor": [obligor.slug],
        }
        for number in range(2)
    ]

    made = analyst.post("/api/v1/commitments/", bodies).json()

    assert [row["obligor"] for row in made] == [[obligor.slug], [obligor.slug]]
    for commitment in Commitment.objects.all():
        version = commitment.history.get()
        assert [row.party for row in version.obligor.all()] == [obligor]


def test_one_fault_refuses_all_and_every_fault_has_its_place(analyst, scene):
    bodies = positions(scene, 4)
    bodies[1]["party"] = "nobody"
    bodies[2]["stanse"] = "open"
    bodies[3]["citations"][0]["quote"] = "Words that nobody said."

    answer = analyst.post(ADDRESS, bodies)

    assert answer.status_code == 400
    assert faults(answer) == [
        ("/1/party", "unknown_reference"),
        ("/2/stanse", "unknown_member"),
        ("/3/citations/0/quote", "quote_not_found"),
    ]
    assert Position.objects.count() == 0


def test_a_new_record_that_is_no_draft_has_its_place(analyst, db):
    bodies = [{"name": "Ukraine", "kind": "state", "review": review} for review in
              ("draft", "in_review")]  # fmt: skip

    assert faults(analyst.post("/api/v1/parties/", bodies)) == [("/1/review", "review_step")]


def test_the_place_of_a_nested_fault_names_record_citation_and_member(analyst, scene):
    bodies = positions(scene, 2)
    bodies[1]["citations"][0]["quote"] = "Words that nobody said."

    answer = analyst.post(ADDRESS, bodies)

    assert faults(answer) == [("/1/citations/0/quote", "quote_not_found")]


def test_what_only_the_database_knows_has_its_place_too(analyst, scene):
    PartyFactory(slug="taken")
    bodies = [{"name": name, "kind": "state", "slug": slug} for name, slug in
              [("One", "taken"), ("Two", "free"), ("Three", "free")]]  # fmt: skip

    answer = analyst.post("/api/v1/parties/", bodies)

    assert faults(answer) == [("/0/slug", "slug_not_free"), ("/2/slug", "unique")]
    assert not Party.objects.filter(slug="free").exists()


def test_one_round_tells_the_faults_of_form_of_rules_and_of_the_database(analyst, scene):
    bodies = positions(scene, 260)
    PositionFactory(slug="taken")
    bodies[3] |= {"stance": "oposes", "slug": "taken", "claim": ""}
    bodies[3]["citations"][0]["quote"] = "Words that nobody said."
    bodies[7]["party"] = "nobody"
    bodies[150]["slug"] = "taken"
    bodies[250] |= {"date": "", "date_certainty": "stated"}

    answer = analyst.post(ADDRESS, bodies)

    assert sorted(faults(answer)) == [
        ("/150/slug", "slug_not_free"),
        ("/250/date", "out_of_range"),
        ("/3/citations/0/quote", "quote_not_found"),
        ("/3/claim", "blank"),
        ("/3/slug", "slug_not_free"),
        ("/3/stance", "unknown_value"),
        ("/7/party", "unknown_reference"),
    ]
    assert Position.objects.count() == 1


def test_a_broken_constraint_has_its_place(analyst, scene):
    bodies = positions(scene, 2)
    bodies[1] |= {"date": "", "date_certainty": "stated"}

    answer = analyst.post(ADDRESS, bodies)

    assert faults(answer) == [("/1/date", "out_of_range")]


@pytest.mark.parametrize("bodies", [[], [{}] * 1001])
def test_an_array_holds_one_to_a_thousand(analyst, bodies):
    answer = analyst.post(ADDRESS, bodies)

    assert faults(answer) == [("", "out_of_range")]


@pytest.mark.parametrize("item", [None, 5, "text", []])
def test_an_item_that_is_no_object_is_refused_by_its_place(analyst, scene, item):
    answer = analyst.post(ADDRESS, [*positions(scene, 1), item])

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/1"]


def test_who_may_not_make_one_may_not_make_many(reader, scene):
    assert reader.post(ADDRESS, positions(scene, 1)).status_code == 401


def test_hidden_records_cannot_be_named_by_many(analyst, scene):
    hidden = PartyFactory(review="draft")
    bodies = positions(scene, 1)
    bodies[0]["party"] = hidden.slug

    assert faults(analyst.post(ADDRESS, bodies)) == [("/0/party", "unknown_reference")]


def test_a_rehearsal_answers_as_if_and_stores_nothing(analyst, scene):
    many = analyst.post(f"{ADDRESS}?dry_run=true", positions(scene, 2))
    one = analyst.post(f"{ADDRESS}?dry_run=true", positions(scene, 1)[0])
    faulty = analyst.post(f"{ADDRESS}?dry_run=true", [{}])
    strange = analyst.post(f"{ADDRESS}?dry_run=yes", positions(scene, 1))

    assert [a.status_code for a in (many, one, faulty, strange)] == [201, 201, 400, 400]
    assert one.json()["version"] == 1
    assert strange.json()["errors"][0]["parameter"] == "dry_run"
    assert Position.objects.count() == Change.objects.filter(kind="positions").count() == 0


def test_changes_and_deletes_are_rehearsed_too(analyst):
    party = analyst.post("/api/v1/parties/", {"name": "One", "kind": "state"}).json()
    address = f"/api/v1/parties/{party['slug']}/?dry_run=true"
    tag = {"If-Match": '"1"'}

    changed = analyst.patch(address, {"name": "Two"}, headers=tag)
    deleted = analyst.delete(address, headers=tag)

    assert (changed.status_code, changed.json()["name"], changed["ETag"]) == (200, "Two", '"2"')
    assert deleted.status_code == 204
    assert analyst.get(f"/api/v1/parties/{party['slug']}/").json() == party


def test_bulk_bodies_may_be_larger_than_single_ones(analyst):
    note = "x" * 600_000
    two = [{"name": f"P{n}", "kind": "state", "note": note} for n in range(2)]

    assert analyst.post("/api/v1/parties/", two).status_code == 201
    single = {"name": "P3", "kind": "state", "note": note * 2}
    assert analyst.post("/api/v1/parties/", single).status_code == 413


def test_a_thousand_with_a_citation_each_take_queries_by_chunks(analyst, scene):
    few, many = positions(scene, 10), positions(scene, 1000)
    before = Citation.objects.count()
    with CaptureQueriesContext(connection) as of_few:
        assert analyst.post(ADDRESS, few).status_code == 201
    with CaptureQueriesContext(connection) as of_many:
        answer = analyst.post(ADDRESS, many)

    assert (answer.status_code, len(json.loads(answer.content))) == (201, 1000)
    # Django binds 999 values at once on SQLite: thirty rows in a statement, five tables.
    chunks = 300 if connection.vendor == "sqlite" else 80
    assert len(of_many) <= len(of_few) + chunks
    assert Position.objects.count() == Citation.objects.count() - before == 1010
    assert Position.history.count() == Citation.history.count() - before == 1010


def alike(collection, body, number):
    """So many new bodies like one, told apart where a constraint asks for it."""
    parties = [party.slug for party in PartyFactory.create_batch(number, review="published")]
    text = "".join(f"Passage {index}. " for index in range(number))
    source = SourceFactory(text=text, review="published").slug
    for index in range(number):
        told_apart = {
            "rounds": {"number": index + 100},
            "terms": {"number": index + 100},
            "participations": {"party": parties[index]},
            "delegations": {"party": parties[index]},
            "dismissals": {"source": source, "quote": f"Passage {index}.", "before": ""},
        }
        yield {**body, "slug": f"new-{index}", **told_apart.get(collection, {})}


@pytest.mark.parametrize("collection", VIEWSETS)
def test_an_array_of_any_kind_takes_as_many_queries_for_many_as_for_few(reviewer, db, collection):
    record = build_scene()[collection]
    serializer = VIEWSETS[collection].serializer_class()
    writable = {name for name, field in serializer.fields.items() if not field.read_only}
    read = reviewer.get(f"/api/v1/{record.address}/").json()
    body = {name: read[name] for name in writable - {"slug", "review", "citations"}}
    asked = []
    for number in (3, 25):
        bodies = [*alike(collection, body, number)]
        with CaptureQueriesContext(connection) as queries:
            answer = reviewer.post(f"/api/v1/{collection}/?dry_run=true", bodies)
        assert answer.status_code == 201, answer.content
        asked.append(len(queries))

    assert asked[1] - asked[0] <= 2, asked
