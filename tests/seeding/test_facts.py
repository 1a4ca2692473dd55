"""The first seed says what its article says, and nothing else."""

import datetime

import pytest
from django.db import transaction
from django.db.models import Q, Sum

from negotiations.models import (
    RECORDS,
    Citation,
    Commitment,
    Delivery,
    Dismissal,
    Incident,
    Outcome,
    Party,
    Person,
    Position,
    Proposal,
    Record,
    Response,
    Round,
    Source,
)
from negotiations.text.quotes import find_occurrences
from negotiations.text.segmentation import split_sentences
from negotiations.text.sentences import build_quote_spans, find_untouched_sentences
from tests.support.seedfiles import SEEDS, count_rows, run_command

pytestmark = pytest.mark.django_db

ARTICLE = SEEDS / "sources" / "000_abbff991094584f6.txt"


@pytest.fixture(scope="module", autouse=True)
def seeds(django_db_setup, django_db_blocker):
    """The seeds, loaded once: these tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert run_command(SEEDS)[0] == 0
        yield
        transaction.set_rollback(True)


def short(record):
    return record.slug.removeprefix("ukraine-russia-2025-")


def test_the_file_holds_so_many_records_all_published():
    assert count_rows() == {
        "sources": 1,
        "parties": 4,
        "people": 4,
        "posts": 4,
        "negotiations": 1,
        "participations": 4,
        "rounds": 3,
        "issues": 8,
        "statements": 1,
        "proposals": 4,
        "terms": 2,
        "responses": 1,
        "positions": 12,
        "outcomes": 3,
        "commitments": 3,
        "deliveries": 1,
        "incidents": 4,
        "citations": 52,
        "dismissals": 5,
        "entries": 117,
    }
    assert {r.review for model in RECORDS for r in model.objects.all()} == {"published"}


def test_the_source_keeps_its_leading_space_and_every_offset():
    source = Source.objects.get()
    quoted = [*Citation.objects.all(), *Dismissal.objects.all()]

    assert source.text.encode() == ARTICLE.read_bytes()
    assert source.text.startswith(" date 2025-07-20 Ukrainian President")
    for passage in quoted:
        assert find_occurrences(source.text, passage.quote) == [passage.start]
    assert Citation.objects.get(proposal__slug="ukraine-russia-2025-next-meeting").start == 294


def test_no_sentence_of_the_article_is_untouched():
    text = Source.objects.get().text
    quoted = [
        *Citation.objects.values_list("start", "quote"),
        *Dismissal.objects.values_list("start", "quote"),
    ]

    assert len(split_sentences(text)) == 20
    assert find_untouched_sentences(text, build_quote_spans(quoted)) == []


def test_three_people_were_killed_not_six():
    whole = Incident.objects.get(slug="ukraine-russia-2025-russian-attacks")
    killed = Incident.objects.filter(part_of=None).aggregate(least=Sum("killed_min"))

    assert killed == {"least": 3}
    assert (whole.killed_min, whole.killed_max) == (3, None)
    assert {short(part): part.killed_min for part in whole.parts.all()} == {
        "dnipropetrovsk": 2,
        "odesa": 1,
    }


def test_istanbul_is_a_place_and_no_turkey_is_known():
    held = Round.objects.filter(status="held")

    assert {(each.place, each.country, each.number) for each in held} == {("Istanbul", "", None)}
    texts = [str(vars(record)) for model in RECORDS for record in model.objects.all()]
    assert not [text for text in texts if "Turk" in text or "Türk" in text]


def test_the_rounds_have_an_order_and_no_numbers():
    earlier = Round.objects.get(slug="ukraine-russia-2025-istanbul-earlier")
    later = Round.objects.get(slug="ukraine-russia-2025-istanbul-later")
    proposed = Round.objects.get(slug="ukraine-russia-2025-new-round")

    assert not Round.objects.exclude(number=None).exists()
    assert (earlier.date, earlier.date_certainty) == ("", "unknown")
    assert (later.date, later.date_certainty) == ("2025-06-01/2025-06-10", "assumed")
    assert (proposed.date, proposed.date_words, proposed.date_anchor) == (
        "2025-07-21/2025-07-27",
        "next week",
        datetime.date(2025, 7, 19),
    )


def test_russia_gave_no_answer_to_the_offer_of_july():
    answered = {short(response.proposal) for response in Response.objects.all()}

    assert answered == {"russian-demands"}
    assert {short(p) for p in Proposal.objects.filter(status="open")} == {
        "next-meeting",
        "leaders-meeting",
        "trump-ultimatum",
    }


def test_kyiv_the_kremlin_and_the_west_are_no_parties_of_their_own():
    assert {party.slug: party.aliases for party in Party.objects.all()} == {
        "ukraine": ["Kyiv"],
        "russia": ["The Kremlin"],
        "united-states": [],
        "nato-countries": [],
    }
    assert {person.name for person in Person.objects.all()} == {
        "Volodymyr Zelensky",
        "Umerov",
        "Vladimir Putin",
        "Donald Trump",
    }


def test_following_is_an_order_and_no_cause():
    ready = Position.objects.get(slug="ukraine-russia-2025-russia-ready")

    assert short(ready.follows) == "trump-ultimatum"
    assert (ready.date, ready.date_words) == ("2025-07-01/2025-07-19", "Earlier this month")
    assert "an order, not a cause" in ready.open_question


def test_the_deadline_is_the_seventh_of_september_at_the_latest():
    ultimatum = Proposal.objects.get(slug="ukraine-russia-2025-trump-ultimatum")

    assert (ultimatum.deadline, ultimatum.deadline_words) == ("../2025-09-07", "within 50 days")
    assert (ultimatum.deadline_earliest, ultimatum.deadline_latest) == (
        None,
        datetime.date(2025, 9, 7),
    )
    assert ultimatum.consequence == "new sanctions"


def test_each_side_holds_these_positions():
    assert sorted(
        (p.party.slug, p.issue.slug, p.stance, p.firmness, p.basis) for p in Position.objects.all()
    ) == [
        ("nato-countries", "western-military-aid", "supports", "unspecified", "stated"),
        ("russia", "further-talks", "open", "unspecified", "stated"),
        ("russia", "further-talks", "supports", "unspecified", "stated"),
        ("russia", "territory", "supports", "demand", "stated"),
        ("russia", "western-military-aid", "opposes", "demand", "stated"),
        ("ukraine", "further-talks", "doubts", "unspecified", "stated"),
        ("ukraine", "further-talks", "supports", "unspecified", "stated"),
        ("ukraine", "leaders-meeting", "supports", "unspecified", "stated"),
        ("ukraine", "territory", "opposes", "unspecified", "implied"),
        ("ukraine", "western-military-aid", "supports", "unspecified", "implied"),
        ("united-states", "deal", "supports", "demand", "stated"),
        ("united-states", "western-military-aid", "supports", "unspecified", "stated"),
    ]


def test_the_outcomes_with_what_is_owed_and_was_delivered():
    outcomes = {short(o): (o.status, o.commitments.count()) for o in Outcome.objects.all()}
    pledge = Commitment.objects.get(outcome=None)
    delivery = Delivery.objects.get()

    assert outcomes == {
        "ceasefire": ("not_reached", 0),
        "prisoner-exchanges": ("agreed", 1),
        "return-of-remains": ("agreed", 1),
    }
    assert [party.slug for party in pledge.backed_by.all()] == ["nato-countries"]
    assert (short(delivery.commitment), delivery.verification) == ("return-remains", "reported")
    assert (delivery.date, delivery.quantity_min, delivery.delivered_by) == ("", None, None)
    assert delivery.citations.get().voice == "headline"
    assert not Commitment.objects.filter(~Q(quantity_min=None) | ~Q(quantity_max=None)).exists()


def test_every_quotation_supports_a_record_that_is_told_apart():
    cited = [citation.record for citation in Citation.objects.all()]

    assert len(cited) == 52
    assert all(isinstance(record, Record) for record in cited)
    uncited = {
        model.resource_name
        for model in RECORDS
        if model.needs_citation and model.objects.filter(citations=None).exists()
    }
    assert uncited == set()


@pytest.mark.parametrize(
    ("q", "expected"),
    [("Kyiv", "parties/ukraine"), ("kremlin", "parties/russia")],
)
def test_a_capital_finds_its_side(q, expected, reader):
    results = reader.get("/api/v1/search/", {"q": q}).json()["results"]
    assert f"{results[0]['kind']}/{results[0]['slug']}" == expected
    listed = reader.get("/api/v1/parties/", {"q": q}).json()["results"]
    assert expected.removeprefix("parties/") in [party["slug"] for party in listed]
