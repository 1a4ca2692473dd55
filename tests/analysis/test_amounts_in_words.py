"""Numbers in words: what the bounds say and no more, wherever a quantity is shown."""

import html
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from negotiations.analysis.quantities import Bounds, compute_share
from negotiations.models.amounts import UNITS, format_amount
from negotiations.pages.formatting import format_share
from tests.factories import CommitmentFactory, DeliveryFactory, NegotiationFactory, PartyFactory

SEEN = {"review": "published"}
BOUND = st.none() | st.integers(0, 3) | st.integers(0, 10**9)


def words_of(path):
    text = re.sub(r"<[^>]*>", " ", Client().get(path).text)
    return " ".join(html.unescape(text).split())


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (0, 0, "0 persons"),
        (1, 1, "1 person"),
        (2, 2, "2 persons"),
        (1, None, "at least 1 person"),
        (None, 1, "at most 1 person"),
        (None, 500, "at most 500 persons"),
        (0, 500, "0 to 500 persons"),
        (0, 1, "0 to 1 person"),
        (None, None, "number not given"),
    ],
)
@pytest.mark.django_db
def test_bounds_read_alike_on_pages_and_in_pictures(least, most, said):
    talks = NegotiationFactory(slug="talks", **SEEN)
    owed = CommitmentFactory(
        negotiation=talks, unit="persons", quantity_min=least, quantity_max=most, **SEEN
    )
    DeliveryFactory(
        commitment=owed, quantity_min=least, quantity_max=most, date="2025-06-01",
        date_certainty="stated", **SEEN,
    )  # fmt: skip

    for path in ("", "fulfilment.svg"):
        told = words_of(f"/negotiations/talks/{path}")
        assert f"Promised {said}" in told, path
        assert f"Reported {said}" in told, path
    assert f"{said} (reported), under" in words_of("/negotiations/talks/timeline.svg")


@given(BOUND, BOUND, st.sampled_from(sorted(UNITS)))
def test_each_bound_is_said_and_no_other(least, most, unit):
    said = format_amount(least, most, unit)

    numbers = [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", said)]
    assert numbers == list(dict.fromkeys(each for each in (least, most) if each is not None))
    assert said.startswith("at least") == (least is not None and most is None)
    assert said.startswith("at most") == (least is None and most is not None)
    if numbers:
        assert said.endswith(UNITS[unit][0 if numbers[-1] == 1 else 1])


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_shares_say_none_all_and_more_only_where_it_is_so(done, promised):
    found = compute_share(Bounds(done, done), Bounds(promised, promised))
    said = format_share(found)

    assert (found.min == 0, found.min == 1) == (done == 0, done == promised)
    assert (said == "0%") == (done == 0)
    assert (said == "100%") == (done == promised)


@pytest.mark.parametrize(
    ("verifications", "reported", "overdue"),
    [
        ((), "no delivery is recorded", "It was due; no delivery is recorded."),
        (
            ("retracted",),
            "reported and then retracted: 1 delivery",
            "It was due; what was reported as delivered was retracted.",
        ),
        (
            ("retracted", "retracted"),
            "reported and then retracted: 2 deliveries",
            "It was due; what was reported as delivered was retracted.",
        ),
        (
            ("reported", "retracted"),
            "3 persons (30%), in 1 delivery; reported and then retracted: 1 delivery",
            "Overdue: the deliveries recorded are less than was promised.",
        ),
        (
            ("disputed",),
            "0 to 3 persons (0% to 30%), in 1 delivery; disputed: 1 delivery",
            "Overdue: the deliveries recorded are less than was promised.",
        ),
    ],
)
@pytest.mark.django_db
def test_what_was_retracted_or_is_disputed_is_said(verifications, reported, overdue):
    talks = NegotiationFactory(slug="talks", **SEEN)
    owed = CommitmentFactory(
        negotiation=talks, unit="persons", quantity_min=10, quantity_max=10, due="2025-07-01",
        due_certainty="stated", **SEEN,
    )  # fmt: skip
    for verification in verifications:
        DeliveryFactory(
            commitment=owed, quantity_min=3, quantity_max=3, verification=verification,
            date="2025-06-01", date_certainty="stated", **SEEN,
        )  # fmt: skip

    for path in ("", "fulfilment.svg"):
        told = words_of(f"/negotiations/talks/{path}?on=2025-08-01")
        assert overdue in told, path
        for each in reported.split("; "):
            assert each in told, path
        assert "Confirmed no delivery is confirmed" in told, path


@pytest.mark.parametrize(
    ("obligors", "named", "parties", "receivers"),
    [
        (["a"], {}, ["a"], ["b"]),
        (["a", "b"], {}, [], []),
        (["a", "b"], {"delivered_by": "a"}, ["a"], ["b"]),
        (["a", "b"], {"received_by": "a"}, ["b"], ["a"]),
        (["a"], {"delivered_by": "a", "received_by": "b"}, ["a"], ["b"]),
    ],
)
@pytest.mark.django_db
def test_deliveries_have_the_parties_that_are_certain(reader, obligors, named, parties, receivers):
    sides = {slug: PartyFactory(slug=slug, name=slug, **SEEN) for slug in "ab"}
    owed = CommitmentFactory(
        negotiation=NegotiationFactory(slug="talks", **SEEN),
        obligor=[sides[slug] for slug in obligors],
        obligee=[*sides.values()] if len(obligors) > 1 else [sides["b"]],
        **SEEN,
    )
    who = {name: sides[slug] for name, slug in named.items()}
    DeliveryFactory(commitment=owed, **who, **SEEN)
    here = "/api/v1/negotiations/talks/timeline/?kind=deliveries"

    (entry,) = reader.get(here).json()["undated"]
    table = reader.get(f"{here}&format=csv").content.decode()

    assert (entry["parties"], entry["receivers"]) == (parties, receivers)
    for slugs in (parties, receivers):
        assert str(slugs).replace("'", '""').replace(" ", "") in table
