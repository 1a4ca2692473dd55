"""What passed with nothing recorded of it, over all negotiations."""

from datetime import date

import pytest

from negotiations.analysis.lapses import find_lapses
from negotiations.analysis.missed import find_missed
from negotiations.models import Negotiation, Record
from tests.factories import (
    NegotiationFactory,
    ProposalFactory,
    ResponseFactory,
    RoundFactory,
    TermFactory,
)
from tests.support.synthetic import Synthetic

pytestmark = pytest.mark.django_db
ON = date(2020, 9, 1)

# Dates that their text doubts: whether one lies before that day, and whether it can lie by it.
DOUBTED = {
    "2020-07-31~": (True, True),
    "2020-08-01?": (False, True),
    "2020-06~": (True, True),
    "2019~": (False, True),
    "2018?": (True, True),
    "../2020-07-31%": (True, True),
    "2020-07-01?/..": (False, True),
    "2020-04~/2020-06": (False, True),
    "2020-02~/2020-04": (True, True),
    "2020-10-02~": (False, True),
    "2020-10-03?": (False, False),
    "2020-11~/2021-01": (False, True),
    "2020-11~/2020-12": (False, False),
    "2020-10-03%/..": (False, False),
    "2020-08-31": (True, True),
    "2020-09-01": (False, True),
}


def rows(model: type[Record]):
    return model.objects.all()


def test_the_same_passed_as_negotiation_by_negotiation():
    Synthetic(positions=0)
    answered, in_part, late = (ProposalFactory(deadline="2020-08") for _ in range(3))
    ResponseFactory(proposal=answered, answer="rejects", date="2020-08")
    item = TermFactory(proposal=in_part)
    ResponseFactory(proposal=in_part, term=item, answer="rejects")
    ResponseFactory(proposal=late, answer="accepts", date="2020-10")
    RoundFactory(status="agreed", date="../2020-08-31")
    RoundFactory(status="agreed", date="2020-09")

    each = [item for talks in Negotiation.objects.all() for item in find_lapses(talks, rows, ON)]
    passed = {item for item in each if item.reason in {"deadline_passed", "round_date_passed"}}

    found = find_missed(rows, ON, 1000)
    assert set(found) == passed
    assert len(found) == len(passed) > 2
    assert {in_part.slug, late.slug} < {item.slug for item in found}
    assert found[:2] == find_missed(rows, ON, 2)


@pytest.mark.parametrize("text", DOUBTED)
def test_doubted_dates_pass_only_beyond_their_margin(reader, text):
    passed, is_given = DOUBTED[text]
    talks = NegotiationFactory(slug="talks", review="published")
    about = {"negotiation": talks, "review": "published"}
    RoundFactory(slug="round", status="agreed", date=text, **about)
    ProposalFactory(slug="offer", deadline=text, **about)
    answered = ProposalFactory(slug="answered", deadline="2020-08-30", **about)
    ResponseFactory(proposal=answered, answer="rejects", date=text, review="published")

    answer = reader.get(
        "/api/v1/negotiations/talks/attention/",
        {"on": str(ON), "reason": "round_date_passed,deadline_passed"},
    )

    told = {item["slug"] for item in answer.json()["items"]}
    expected = {"round": passed, "offer": passed, "answered": not is_given}
    assert told == {slug for slug, is_told in expected.items() if is_told}
    assert {item.slug for item in find_missed(rows, ON, 9)} == told


def test_days_since_a_doubted_date_have_its_margin(reader):
    talks = NegotiationFactory(slug="talks", review="published")
    RoundFactory(negotiation=talks, status="agreed", date="2020-07-20~", review="published")

    answer = reader.get(
        "/api/v1/negotiations/talks/attention/", {"on": str(ON), "reason": "round_date_passed"}
    )

    (item,) = answer.json()["items"]
    assert item["days"] == {"min": 12, "max": 74}
