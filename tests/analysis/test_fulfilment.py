"""What was promised and what of it was delivered, with bounds, versions, parts and directions."""

import pytest

from negotiations.analysis.quantities import Bounds, add_bounds, compute_share, merge_bounds
from tests.factories import (
    CommitmentFactory,
    DeliveryFactory,
    NegotiationFactory,
    OutcomeFactory,
    PartyFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("parts", "sum_"),
    [
        ([], (0, 0)),
        ([(100, 100), (20, 30)], (120, 130)),
        ([(100, 100), (None, None)], (100, None)),
        ([(None, 5)], (None, 5)),
        ([(None, None)], (None, None)),
    ],
)
def test_sums_keep_their_bounds(parts, sum_):
    assert add_bounds(Bounds(*part) for part in parts) == Bounds(*sum_)


@pytest.mark.parametrize(
    ("counts", "all_"),
    [
        ([(100, 100), (40, 40)], (100, 140)),
        ([(0, 0), (40, 40)], (40, 40)),
        ([(60, 60), (40, 50), (70, 70)], (70, 180)),
        ([(None, None), (40, 40)], (40, None)),
        ([(None, None), (None, None)], (None, None)),
    ],
)
def test_parts_are_never_counted_twice(counts, all_):
    assert merge_bounds(Bounds(*count) for count in counts) == Bounds(*all_)


@pytest.mark.parametrize(
    ("done", "promised", "told"),
    [
        ((50, 50), (100, 100), (0.5, 0.5)),
        ((50, 60), (100, 120), (0.4167, 0.6)),
        ((50, None), (100, 100), (0.5, None)),
        ((None, None), (100, 100), (None, None)),
        ((50, 50), (100, None), (None, 0.5)),
        ((50, 50), (None, None), (None, None)),
        ((50, 50), (0, 0), (None, None)),
        ((120, 120), (100, 100), (1.2, 1.2)),
    ],
)
def test_a_share_is_bounded_by_both(done, promised, told):
    found = compute_share(Bounds(*done), Bounds(*promised))

    assert (found.min, found.max) == told


@pytest.fixture
def talks():
    return NegotiationFactory(slug="talks", review="published")


@pytest.fixture
def sides():
    return [PartyFactory(slug=s, name=s, review="published") for s in ("north", "south")]


@pytest.fixture
def promise(talks, sides):
    outcome = OutcomeFactory(negotiation=talks, slug="exchange", review="published")

    def made(slug, quantity=100, **more):
        values = {
            "outcome": outcome,
            "unit": "persons",
            "obligor": [sides[0]],
            "obligee": [sides[1]],
        }
        values |= {"quantity_min": quantity, "quantity_max": quantity, **more}
        return CommitmentFactory(negotiation=talks, slug=slug, review="published", **values)

    return made


def deliver(commitment, quantity, **more):
    return DeliveryFactory(
        commitment=commitment, quantity_min=quantity, quantity_max=quantity, review="published",
        **{"date": "2025-07-01", **more},
    )  # fmt: skip


def fulfilment(client, on="2025-12-31"):
    body = client.get(f"/api/v1/negotiations/talks/fulfilment/?on={on}").json()
    return {each["slug"]: each for each in body["commitments"]}


def amounts(told):
    return told["deliveries"], told["quantity"]["min"], told["quantity"]["max"]


def test_reported_is_what_was_not_taken_back_and_confirmed_what_two_or_a_third_say(reader, promise):
    owed = promise("owed")
    deliver(owed, 10, verification="reported")
    deliver(owed, 20, verification="claimed_by_sender")
    deliver(owed, 5, verification="confirmed_by_both")
    deliver(owed, 7, verification="confirmed_by_third_party")
    deliver(owed, 30, verification="disputed")
    deliver(owed, 1000, verification="retracted")

    found = fulfilment(reader)["owed"]

    assert amounts(found["reported"]) == (5, 42, 72)
    assert amounts(found["confirmed"]) == (2, 12, 12)
    assert (found["disputed"], found["retracted"]) == (1, 1)
    assert found["share_reported"] == {"min": 0.42, "max": 0.72}
    assert found["share_confirmed"] == {"min": 0.12, "max": 0.12}


def test_each_sides_version_has_its_own_share_of_the_same_deliveries(reader, promise, sides):
    mine = promise("mine", 1000, according_to=sides[0])
    theirs = promise("theirs", 1200, according_to=sides[1])
    other = promise("other", 50)
    deliver(mine, 300)
    deliver(theirs, 300)
    deliver(other, 50)

    found = fulfilment(reader)

    assert (found["mine"]["versions"], found["theirs"]["versions"]) == (["theirs"], ["mine"])
    assert amounts(found["mine"]["reported"]) == (2, 600, 600)
    assert found["mine"]["share_reported"] == {"min": 0.6, "max": 0.6}
    assert found["theirs"]["share_reported"] == {"min": 0.5, "max": 0.5}
    assert (found["other"]["versions"], amounts(found["other"]["reported"])) == ([], (1, 50, 50))


def test_what_is_delivered_under_a_part_counts_once_to_the_whole(reader, promise):
    whole, wounded, young = (
        promise("whole", 1000),
        promise("wounded", 100, category="wounded"),
        promise("young", 200, category="under 25"),
    )
    deliver(whole, 400)
    deliver(wounded, 100)
    deliver(young, 150)

    found = fulfilment(reader)

    assert (found["whole"]["parts"], found["wounded"]["parts"]) == (["wounded", "young"], [])
    assert amounts(found["whole"]["reported"]) == (3, 400, 650)
    assert amounts(found["wounded"]["reported"]) == (1, 100, 100)
    assert found["young"]["share_reported"] == {"min": 0.75, "max": 0.75}


def test_who_is_wounded_may_be_young_as_well(reader, promise):
    promise("whole", 100)
    deliver(promise("wounded", 100, category="wounded"), 60)
    deliver(promise("young", 100, category="under 25"), 50)

    assert amounts(fulfilment(reader)["whole"]["reported"]) == (2, 60, 110)


def test_a_part_may_have_been_delivered_with_the_whole(reader, promise):
    promise("wounded", 10, category="wounded", due="2025-07-10")
    whole = promise("whole", 100)
    assert fulfilment(reader)["wounded"]["overdue"] == "nothing_recorded"

    deliver(whole, 100)

    assert fulfilment(reader)["wounded"]["overdue"] == "unclear"


def test_a_pledge_has_no_parts_and_directions_are_told_apart(reader, promise, sides):
    both = {"obligor": sides, "obligee": sides}
    mutual = promise("mutual", **both)
    promise("pledge", outcome=None)
    promise("pledged-part", outcome=None, category="wounded")
    deliver(mutual, 30, delivered_by=sides[0], received_by=sides[1])
    deliver(mutual, 20, delivered_by=sides[1], received_by=sides[0])
    deliver(mutual, 5)
    deliver(promise("one-way", obligor=sides[:1], obligee=sides[1:]), 7)

    found = fulfilment(reader)

    assert [
        (way["delivered_by"], way["received_by"], amounts(way["reported"]))
        for way in found["mutual"]["directions"]
    ] == [
        (None, None, (1, 5, 5)),
        ("north", "south", (1, 30, 30)),
        ("south", "north", (1, 20, 20)),
    ]
    (way,) = found["one-way"]["directions"]
    assert (way["delivered_by"], way["received_by"]) == ("north", "south")
    assert found["pledge"]["parts"] == []


def test_what_came_later_does_not_count_and_what_may_have_counts_to_the_most(reader, promise):
    owed = promise("owed")
    deliver(owed, 10, date="2025-07-01")
    deliver(owed, 20, date="2025-07")
    deliver(owed, 40, date="2025-08-01")

    assert amounts(fulfilment(reader, "2025-06-30")["owed"]["reported"]) == (0, 0, 0)
    assert amounts(fulfilment(reader, "2025-07-15")["owed"]["reported"]) == (2, 10, 30)
    assert amounts(fulfilment(reader, "2025-08-01")["owed"]["reported"]) == (3, 70, 70)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("due", "delivered", "on", "overdue"),
    [
        ("", None, "2099-01-01", "no"),
        ("2025-07-10", None, "2025-07-10", "no"),
        ("2025-07-10", None, "2025-07-11", "nothing_recorded"),
        ("2025-07", None, "2025-07-31", "unclear"),
        ("2025-07", None, "2025-08-01", "nothing_recorded"),
        ("2025-07", None, "2025-07-01", "no"),
        ("../2025-07-10", None, "2025-07-01", "unclear"),
        ("2025-07-10/..", None, "2025-08-01", "unclear"),
        ("2025-07-10", 99, "2025-07-11", "yes"),
        ("2025-07-10", 100, "2025-07-11", "no"),
    ],
)
def test_overdue_is_what_certainly_passed_and_certainly_lacks(
    reader, promise, *, due, delivered, on, overdue
):
    owed = promise("owed", due=due, due_certainty="stated" if due else "unknown")
    if delivered:
        deliver(owed, delivered)

    assert fulfilment(reader, on)["owed"]["overdue"] == overdue


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        (None, "It was due; no delivery is recorded."),
        (99, "Overdue: the deliveries recorded are less than was promised."),
    ],
)
def test_no_record_of_a_delivery_is_not_called_overdue(client, promise, delivered, words):
    owed = promise("owed", due="2025-07-10", due_certainty="stated")
    if delivered:
        deliver(owed, delivered)

    page = client.get("/negotiations/talks/").content.decode()

    assert words in page
    assert ("Overdue" in page) is bool(delivered)
    assert "Due and not fulfilled" not in page


def test_an_abstention_is_never_overdue(client, reader, promise):
    owed = promise("quiet", None, kind="stop_fighting", due="2025-07-10", due_certainty="stated")
    table = reader.get("/api/v1/negotiations/talks/fulfilment/?format=csv").text

    assert fulfilment(reader)["quiet"]["overdue"] == "no"
    assert "nothing_recorded" not in table
    page = client.get("/negotiations/talks/").content.decode()
    assert owed.text in page
    assert "overdue" not in page.lower()
    assert "It was due" not in page


def test_a_delivery_of_unknown_size_leaves_open_whether_it_was_enough(reader, promise):
    owed = promise("owed", due="2025-07-10")
    deliver(owed, None)

    assert fulfilment(reader)["owed"]["overdue"] == "unclear"
