"""What passed with nothing recorded of it, over all negotiations."""

from datetime import date

import pytest

from negotiations.analysis.lapses import lapsed
from negotiations.analysis.missed import missed
from negotiations.models import Negotiation, Record
from tests.factories import ProposalFactory, ResponseFactory, RoundFactory, TermFactory
from tests.synthetic import Synthetic

pytestmark = pytest.mark.django_db
ON = date(2020, 9, 1)


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

    each = [item for talks in Negotiation.objects.all() for item in lapsed(talks, rows, ON)]
    passed = {item for item in each if item.reason in {"deadline_passed", "round_date_passed"}}

    found = missed(rows, ON, 1000)
    assert set(found) == passed
    assert len(found) == len(passed) > 2
    assert {in_part.slug, late.slug} < {item.slug for item in found}
    assert found[:2] == missed(rows, ON, 2)
