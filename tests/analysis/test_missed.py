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


def test_each_negotiation_and_all_at_once_report_what_passed():
    answered = ProposalFactory(slug="answered", deadline="2020-08")
    ResponseFactory(proposal=answered, answer="rejects", date="2020-08")
    in_part = ProposalFactory(slug="in-part", deadline="2020-07")
    ResponseFactory(proposal=in_part, term=TermFactory(proposal=in_part), answer="rejects")
    late = ProposalFactory(slug="late", deadline="2020-06")
    ResponseFactory(proposal=late, answer="accepts", date="2020-10")
    RoundFactory(slug="not-held", status="agreed", date="../2020-08-31")
    RoundFactory(slug="to-come", status="agreed", date="2020-09")
    RoundFactory(slug="held", status="held", date="2020-08")

    found = find_missed(rows, ON, 1000)
    by_talks = [
        item for talks in Negotiation.objects.all() for item in find_lapses(talks, rows, ON)
    ]

    assert [(item.slug, item.reason) for item in found] == [
        ("not-held", "round_date_passed"),
        ("in-part", "deadline_passed"),
        ("late", "deadline_passed"),
    ]
    assert [item.slug for item in find_missed(rows, ON, 2)] == ["not-held", "in-part"]
    reasons = {item.reason for item in found}
    assert {item for item in by_talks if item.reason in reasons} == set(found)


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
