"""What a reader asks to see of a record: members chosen, relations expanded, rights kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations.models import COLLECTIONS
from negotiations.rest.read.expand import MAX_EXPANDED
from negotiations.rest.read.projections import BODY_FIELDS
from negotiations.rest.read.sparse_fields import get_expandable_relations, list_expand_paths
from tests.factories import FACTORIES, CitationFactory, PartyFactory, ProposalFactory, TermFactory
from tests.support.scene import build_scene, get_api_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
every_collection = pytest.mark.parametrize("collection", COLLECTIONS)


@every_collection
def test_each_member_can_be_asked_for_and_left_out(reviewer, collection):
    record = build_scene()[collection]
    here = get_api_url(collection, record.slug)
    whole = reviewer.get(here).json()

    for member, value in whole.items():
        assert reviewer.get(here, {"fields": member}).json() == {member: value}
        rest = {name: other for name, other in whole.items() if name != member}
        assert reviewer.get(here, {"omit": member}).json() == rest


@pytest.mark.parametrize("path", ["", "north/", "export/?format=ndjson"])
def test_a_choice_that_leaves_no_member_is_refused(reader, path):
    PartyFactory(slug="north", review="published")
    here = f"/api/v1/parties/{path}"
    start = "&" if "?" in path else "?"
    every = ",".join(BODY_FIELDS[COLLECTIONS["parties"]])

    for choice in ("fields=slug&omit=slug", "fields=slug&omit=name,slug", f"omit={every}"):
        for expansion in ("", "&expand=citations"):
            answer = reader.get(f"{here}{start}{choice}{expansion}")
            [fault] = answer.json()["errors"]
            assert (answer.status_code, fault) == (
                400,
                {
                    "parameter": "omit",
                    "code": "nothing_left",
                    "detail": "No member is left; leave at least one of those that are asked for.",
                },
            )

    assert '"slug":"north"' in text_of(reader.get(f"{here}{start}fields=slug,name&omit=name"))
    # What is wrong with a name is told alone.
    [fault] = reader.get(f"{here}{start}fields=slgu&omit=slug").json()["errors"]
    assert (fault["parameter"], fault["code"]) == ("fields", "unknown_member")


def text_of(answer):
    """All that is answered: a file that is not read to its end holds its cursor."""
    return answer.getvalue().decode()


@every_collection
def test_what_is_expanded_is_what_its_own_address_answers(reviewer, collection):
    record = build_scene()[collection]
    model = COLLECTIONS[collection]
    met = []

    for name, field in get_expandable_relations(model).items():
        answer = reviewer.get(get_api_url(collection, record.slug), {"expand": name}).json()
        beside = answer.pop("expand")[name]
        assert answer == reviewer.get(get_api_url(collection, record.slug)).json()
        bodies = beside["results"] if isinstance(beside, dict) and "results" in beside else [beside]
        target = field.related_model.resource_name
        for body in filter(None, bodies):
            assert body == reviewer.get(get_api_url(target, body["slug"])).json()
            met.append(name)

    assert met or not get_expandable_relations(model)


@every_collection
def test_every_path_of_two_steps_answers(reader, collection):
    build_scene()
    every = list(list_expand_paths(COLLECTIONS[collection]))

    answers = {
        path: reader.get(get_api_url(collection), {"expand": path}).status_code for path in every
    }

    assert answers == dict.fromkeys(every, 200)


@every_collection
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(reader, collection):
    FACTORIES[collection](review="published")
    query = {"expand": ",".join(get_expandable_relations(COLLECTIONS[collection]))}
    one = queries_of(reader, collection, query)

    FACTORIES[collection].create_batch(9, review="published")

    assert queries_of(reader, collection, query) == one


def queries_of(client, collection, query):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(get_api_url(collection), query).status_code == 200
    return len(queries)


def test_columns_that_nobody_asked_for_are_not_read(reader):
    build_scene()

    with CaptureQueriesContext(connection) as queries:
        reader.get("/api/v1/sources/", {"fields": "slug,title"})

    assert not [query for query in queries if '"text"' in query["sql"]]


def test_what_a_reader_may_not_see_is_not_expanded(reader, analyst, analyst_user):
    proposal = ProposalFactory(review="published")
    TermFactory(proposal=proposal, created_by=analyst_user)

    def terms(client):
        body = client.get(get_api_url("proposals", proposal.slug), {"expand": "terms"}).json()
        return len(body["expand"]["terms"]["results"])

    assert (terms(reader), terms(analyst)) == (0, 1)


def test_a_long_relation_is_cut_and_says_where_it_goes_on(reader):
    party = PartyFactory(review="published", citations=["Words."])
    words = party.citations.get()
    for _ in range(MAX_EXPANDED + 4):
        CitationFactory(record=party, source=words.source, quote="Words.", review="published")

    both = {"expand": "citations.source"}
    beside = reader.get(get_api_url("parties", party.slug), both).json()["expand"]
    rest = reader.get(beside["citations"]["next"]).json()

    assert len(beside["citations"]["results"]) == MAX_EXPANDED
    assert len(rest["results"]) == 5
    everything = [*beside["citations"]["results"], *rest["results"]]
    # The rest reads as the beginning does, with what was asked for beside each.
    assert everything == reader.get("/api/v1/citations/?expand=source").json()["results"]


def test_a_long_list_of_parties_goes_on_too(reader):
    makers = PartyFactory.create_batch(MAX_EXPANDED + 3, review="published")
    proposal = ProposalFactory(review="published", proposed_by=makers)

    both = {"expand": "proposed_by.posts,proposed_by.citations"}
    answer = reader.get(get_api_url("proposals", proposal.slug), both).json()
    beside = answer["expand"]["proposed_by"]
    rest = reader.get(beside["next"]).json()["results"]

    everything = [*beside["results"], *rest]
    assert [body["slug"] for body in everything] == answer["proposed_by"]
    assert {(*body["expand"],) for body in everything} == {("citations", "posts")}


def test_a_rest_whose_names_are_too_long_for_a_query_is_none(reader):
    makers = [PartyFactory(slug=f"{n:02}-{'x' * 140}", review="published") for n in range(40)]
    proposal = ProposalFactory(review="published", proposed_by=makers)

    answer = reader.get(get_api_url("proposals", proposal.slug), {"expand": "proposed_by"}).json()
    beside = answer["expand"]["proposed_by"]
    rest = reader.get(beside["next"])

    assert rest.status_code == 200
    everything = [*beside["results"], *rest.json()["results"]]
    assert [body["slug"] for body in everything] == answer["proposed_by"]


def test_a_cursor_holds_when_other_members_are_asked_for(reader):
    PartyFactory.create_batch(3, review="published")
    first = reader.get("/api/v1/parties/", {"limit": 2, "fields": "slug"}).json()

    second = reader.get(f"{first['next']}&omit=note").json()

    assert len(second["results"]) == 1


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        (
            {"fields": "slgu"},
            {
                "parameter": "fields",
                "code": "unknown_member",
                "detail": "Parties have no member 'slgu'.",
                "did_you_mean": ["slug"],
            },
        ),
        (
            {"expand": "member_fo"},
            {
                "parameter": "expand",
                "code": "unknown_expansion",
                "detail": "Parties have no relation 'member_fo'.",
                "did_you_mean": ["member_of"],
            },
        ),
        (
            {"expand": "member_of.member_of.member_of"},
            {
                "parameter": "expand",
                "code": "too_deep",
                "detail": "At most 2 steps can be expanded.",
            },
        ),
    ],
)
def test_what_does_not_exist_is_refused(reader, query, fault):
    answer = reader.get("/api/v1/parties/", query)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [fault]


def test_a_part_of_a_record_has_a_tag_that_still_guards_a_write(analyst, analyst_user):
    party = PartyFactory(created_by=analyst_user)
    here = get_api_url("parties", party.slug)
    tag = analyst.get(here, {"fields": "slug,name"})["ETag"]

    answer = analyst.patch(here, {"name": "Renamed"}, headers={"If-Match": tag})

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert tag != '"1"'


def test_every_kind_has_its_members():
    assert set(BODY_FIELDS) == set(COLLECTIONS.values())
