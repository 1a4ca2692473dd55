"""Dates that their own text doubts (EDTF "~", "?" and "%"): said, drawn and proved as doubted."""

import re

import icalendar
import pytest
from django.test import Client

from negotiations.analysis.date_words import format_edtf
from tests.factories import (
    CommitmentFactory,
    IssueFactory,
    NegotiationFactory,
    OutcomeFactory,
    PartyFactory,
    PositionFactory,
    ProposalFactory,
    RoundFactory,
)

pytestmark = pytest.mark.django_db

HERE = "/negotiations/talks/"
API = "/api/v1/negotiations/talks/"
SEEN = {"review": "published"}


@pytest.fixture
def talks():
    return NegotiationFactory(slug="talks", title="Talks", **SEEN)


@pytest.fixture
def north():
    return PartyFactory(slug="north", name="North", **SEEN)


def dated(text, name="date", certainty="stated"):
    return {name: text, f"{name}_certainty": certainty, **SEEN}


def words_of(path):
    text = re.sub(r"<[^>]*>", " ", Client().get(path).content.decode())
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("sign", "word"), [("~", "around"), ("?", "perhaps"), ("%", "perhaps around")]
)
def test_a_doubted_day_is_said_as_doubted_in_every_picture(talks, north, sign, word):
    issue = IssueFactory(slug="peace", title="Peace", question="Should it?", **SEEN)
    PositionFactory(
        negotiation=talks, party=north, issue=issue, stance="opposes", **dated(f"2015-07-05{sign}")
    )
    CommitmentFactory(
        negotiation=talks,
        obligor=[north],
        outcome=OutcomeFactory(negotiation=talks, **SEEN),
        **dated(f"2015-07-20{sign}", "due"),
    )

    told = {
        path: words_of(HERE + path) for path in ("", "matrix.svg", "timeline.svg", "fulfilment.svg")
    }
    for path in ("", "matrix.svg", "timeline.svg"):
        assert f"{word} 5 July 2015" in told[path], path
    for path in ("", "fulfilment.svg"):
        assert f"due {word} 20 July 2015" in told[path], path
    feed = words_of(f"{API}timeline/?format=atom")
    assert f"{word.capitalize()} 5 July 2015 (stated)." in feed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2015-07-05~/2015-07-09", "roughly between 5 and 9 July 2015"),
        ("2015-07-05?/..", "perhaps on or after 5 July 2015"),
        ("../2015-07-05%", "perhaps roughly on or before 5 July 2015"),
        ("2015-07~", "around July 2015"),
    ],
)
def test_a_doubted_span_is_said_as_doubted(text, said):
    assert format_edtf(text) == said


def test_a_calendar_marks_doubted_assumed_and_cancelled_days(reader, talks):
    days = {
        "plain": dated("2015-07-01"),
        "around": dated("2015-07-02~"),
        "assumed": dated("2015-07-03", certainty="assumed"),
    }
    for title, day in days.items():
        RoundFactory(negotiation=talks, title=title, status="held", **day)
    RoundFactory(negotiation=talks, title="off", status="cancelled", **dated("2015-07-04~"))
    for title, status in (("back", "withdrawn"), ("open", "open")):
        deadline = dated("2015-07-05?", "deadline")
        ProposalFactory(negotiation=talks, title=title, status=status, **deadline)

    answer = reader.get(f"{API}timeline/?format=ics")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")

    found = {str(e["SUMMARY"]).partition(" (")[0]: str(e["STATUS"]) for e in events}
    assert {name.rpartition(" ")[2]: status for name, status in found.items()} == {
        "plain": "CONFIRMED",
        "around": "TENTATIVE",
        "assumed": "TENTATIVE",
        "off": "CANCELLED",
        "back": "CANCELLED",
        "open": "TENTATIVE",
    }
    assert [name for name in found if "day uncertain – " not in name.lower()] == ["plain"]


@pytest.mark.parametrize(
    ("day", "change", "state"),
    [("2015-07-05", "changed", "held"), ("2015-07-05~", "unclear", "several")],
)
def test_a_doubted_day_proves_no_change_and_nothing_held(
    reader, talks, north, *, day, change, state
):
    issue = IssueFactory(slug="peace", title="Peace", question="Should it?", **SEEN)
    about = {"negotiation": talks, "party": north, "issue": issue}
    PositionFactory(stance="supports", **about, **dated("2015-06-20"))
    PositionFactory(stance="opposes", **about, **dated(day))

    (move,) = reader.get(f"{API}movement/?from=2015-07-01&to=2015-07-10").json()["moves"]
    (cell,) = reader.get(f"{API}matrix/?on=2015-07-10").json()["cells"]

    assert (move["change"], cell["state"]) == (change, state)
    (later,) = reader.get(f"{API}matrix/?on=2015-12-31").json()["cells"]
    assert (later["sureness"] == "certain") is (state == "held")


@pytest.mark.parametrize(
    ("due", "on", "overdue"),
    [
        ("2015-07-20", "2015-07-21", "nothing_recorded"),
        ("2015-07-20~", "2015-07-21", "unclear"),
        ("2015-07-20?", "2015-08-21", "nothing_recorded"),
    ],
)
def test_a_doubted_due_day_has_passed_a_month_later(reader, talks, north, *, due, on, overdue):
    CommitmentFactory(negotiation=talks, obligor=[north], **dated(due, "due"))

    (owed,) = reader.get(f"{API}fulfilment/?on={on}").json()["commitments"]

    assert (owed["overdue"], owed["due_latest"]) == (overdue, "2015-07-20")
