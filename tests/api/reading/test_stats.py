"""``stats/``: counts and sums of a filtered list."""

import pytest

from negotiations.rest.read.aggregates import get_groups, get_measures
from tests.factories import (
    CommitmentFactory,
    IncidentFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PositionFactory,
    TermFactory,
)
from tests.support.scene import VIEWSETS, build_scene, get_api_url

pytestmark = pytest.mark.django_db


def results(client, path):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()["results"]


def faults(client, path):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 400
    return [(f["parameter"], f["code"], f.get("did_you_mean")) for f in response.json()["errors"]]


@pytest.fixture
def positions():
    talks = NegotiationFactory(review="published")
    issue = IssueFactory(review="published")
    sides = {s: PartyFactory(slug=s, name=s, review="published") for s in ("north", "south")}
    for side, stance, date in [
        ("north", "opposes", "2025-07-19"),
        ("north", "supports", "2025-07"),
        ("north", "supports", "2025-06-30/2025-07-01"),
        ("south", "supports", "2024"),
        ("south", "supports", ""),
    ]:
        PositionFactory(
            negotiation=talks, issue=issue, party=sides[side], stance=stance, date=date,
            date_certainty="stated" if date else "unknown", review="published",
        )  # fmt: skip


def test_positions_are_counted_by_stance_and_party(reader, positions):
    response = reader.get("/api/v1/positions/stats/?group=stance,party&measures=count")

    assert response.json() == {
        "group": ["stance", "party"],
        "measures": ["count"],
        "results": [
            {"stance": "opposes", "party": "north", "count": 1},
            {"stance": "supports", "party": "north", "count": 2},
            {"stance": "supports", "party": "south", "count": 2},
        ],
    }


def test_without_groups_the_whole_list_is_one(reader, positions):
    assert results(reader, "positions/stats/") == [{"count": 5}]
    assert results(reader, "positions/stats/?party=south&date_from=2024-05-01") == [{"count": 1}]
    assert results(reader, "rounds/stats/") == [{"count": 0}]
    assert results(reader, "rounds/stats/?group=status") == []


def test_dates_are_grouped_by_year_and_month_where_they_lie_in_one(reader, positions):
    assert results(reader, "positions/stats/?group=date_year") == [
        {"date_year": "2024", "count": 1},
        {"date_year": "2025", "count": 3},
        {"date_year": None, "count": 1},
    ]
    assert results(reader, "positions/stats/?group=date_month") == [
        {"date_month": "2025-07", "count": 2},
        {"date_month": None, "count": 3},
    ]


def test_a_record_with_several_parties_counts_with_each(reader):
    east, west = (PartyFactory(slug=s, review="published") for s in ("east", "west"))
    TermFactory(obligor=[east, west], review="published")
    TermFactory(obligor=[west], review="published")
    TermFactory(review="published")

    assert results(reader, "terms/stats/?group=obligor") == [
        {"obligor": "east", "count": 1},
        {"obligor": "west", "count": 2},
        {"obligor": None, "count": 1},
    ]


def test_counts_of_a_part_are_not_added_to_those_of_its_whole(reader):
    talks = NegotiationFactory(review="published")
    whole = IncidentFactory(negotiation=talks, killed_min=10, killed_max=12, review="published")
    IncidentFactory(negotiation=talks, killed_min=4, part_of=whole, kind="battle",
                    review="published")  # fmt: skip
    IncidentFactory(negotiation=talks, killed_min=1, review="published")
    query = "incidents/stats/?measures=count,sum_killed_min,min_killed_min,max_killed_max"

    assert results(reader, query) == [
        {"count": 3, "sum_killed_min": 11, "min_killed_min": 1, "max_killed_max": 12}
    ]
    # Where the whole is filtered away the part counts.
    assert results(reader, f"{query}&kind=battle&group=kind") == [
        {
            "kind": "battle",
            "count": 1,
            "sum_killed_min": 4,
            "min_killed_min": 4,
            "max_killed_max": None,
        }
    ]


def test_quantities_of_different_units_are_not_added(reader):
    CommitmentFactory(quantity_min=1000, unit="persons", review="published")
    CommitmentFactory(quantity_min=6000, unit="bodies", review="published")
    query = "commitments/stats/?measures=sum_quantity_min"

    for narrowed in ("", "&unit=persons,bodies", "&unit=persons&unit=bodies"):
        assert faults(reader, query + narrowed) == [("measures", "mixed_units", ["unit"])]
    assert results(reader, f"{query}&unit=persons") == [{"sum_quantity_min": 1000}]
    assert results(reader, f"{query}&group=unit") == [
        {"unit": "bodies", "sum_quantity_min": 6000},
        {"unit": "persons", "sum_quantity_min": 1000},
    ]
    assert results(reader, f"{query}&kind=meet&group=unit") == []


def test_everybody_counts_what_they_may_see(reader, analyst, analyst_user, reviewer):
    for given in [{"review": "published"}, {"created_by": analyst_user}, {}]:
        PartyFactory(**given)

    assert [results(c, "parties/stats/") for c in (reader, analyst, reviewer)] == [
        [{"count": 1}],
        [{"count": 2}],
        [{"count": 3}],
    ]


def test_hidden_records_change_no_byte(reader, positions):
    path = "/api/v1/positions/stats/?group=party,stance,date_year"
    before = reader.get(path)
    PositionFactory()

    assert reader.get(path).content == before.content
    again = reader.get(path, headers={"if-none-match": before["ETag"]})
    assert again.status_code == 304


def test_what_is_wrong_is_told_at_once(reader):
    assert faults(reader, "positions/stats/?group=stanc,party,party&measures=cout&limit=5") == [
        ("limit", "unknown_parameter", None),
        ("group", "unknown_value", ["stance"]),
        ("group", "repeated", None),
        ("measures", "unknown_value", ["count"]),
    ]
    many = "stance,party,issue,firmness"
    assert faults(reader, f"positions/stats/?group={many}") == [("group", "too_many", None)]


def test_the_number_of_groups_is_bounded(reader, monkeypatch):
    monkeypatch.setattr("negotiations.rest.read.aggregates.MOST_ROWS", 1)
    for kind in ("state", "company"):
        PartyFactory(kind=kind, review="published")

    assert faults(reader, "parties/stats/?group=kind") == [("group", "too_many", None)]


@pytest.mark.slow
def test_each_kind_answers_for_each_of_its_groups_and_measures(reader):
    build_scene()

    for collection, viewset in VIEWSETS.items():
        model = viewset.queryset.model
        for name in get_groups(model):
            (row, *_) = results(reader, f"{collection}/stats/?group={name}")
            assert list(row) == [name, "count"]
        asked = [name for name in get_measures(model) if "quantity" not in name]
        (row,) = results(reader, f"{collection}/stats/?measures={','.join(asked)}")
        assert list(row) == asked
        assert reader.get(f"{get_api_url(collection)}stats/x/").status_code == 404
