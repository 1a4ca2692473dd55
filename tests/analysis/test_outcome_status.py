"""What an outcome's status makes of the commitments under it, in every place that names them."""

import csv
import html
import io
import re
from xml.etree import ElementTree

import icalendar
import pytest
from django.test import Client

from tests.factories import CommitmentFactory, NegotiationFactory, OutcomeFactory, PartyFactory

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
API = "/api/v1/negotiations/talks/"


@pytest.fixture
def commit():
    talks = NegotiationFactory(slug="talks", **PUBLIC)
    north, south = (PartyFactory(name=name, **PUBLIC) for name in ("North", "South"))

    def make(status):
        outcome = OutcomeFactory(negotiation=talks, title="A deal", status=status, **PUBLIC)
        return CommitmentFactory(
            negotiation=talks, outcome=outcome, slug="owed", text="10 items are handed over.",
            quantity_min=10, quantity_max=10, unit="items", obligor=[north], obligee=[south],
            due="2025-07-10", due_certainty="stated", **PUBLIC,
        )  # fmt: skip

    return make


def read_page(path):
    text = Client().get(path).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def read_picture(name):
    picture = ElementTree.fromstring(Client().get(f"/negotiations/talks/{name}.svg").content)
    return " ".join("".join(picture.itertext()).split())


def read_table(name):
    table = Client().get(f"{API}{name}/?format=csv&on=2025-08-01").content.decode("utf-8-sig")
    return next(row for row in csv.DictReader(io.StringIO(table)) if row["slug"] == "owed")


def read_event():
    (event,) = icalendar.Calendar.from_ical(
        Client().get(f"{API}timeline/?format=ics").content
    ).walk("VEVENT")
    return str(event["SUMMARY"]), str(event["STATUS"])


def test_commitment_of_an_outcome_not_reached_is_never_promised_or_due(commit):
    owed = commit("not_reached")

    summary = "North → South: 10 items are handed over. (outcome: not reached)"
    (promise,) = Client().get(f"{API}fulfilment/?on=2025-08-01").json()["commitments"]
    assert (promise["outcome_status"], promise["overdue"]) == ("not_reached", "not_agreed")
    table = read_table("fulfilment")
    assert (table["outcome_status"], table["overdue"]) == ("not_reached", "not_agreed")
    assert read_table("timeline")["summary"] == f"Not agreed – {summary}"
    assert read_event() == (f"Not agreed – {summary}", "CANCELLED")
    reasons = Client().get(f"{API}attention/?on=2025-08-01").json()["items"]
    assert "commitment_overdue" not in {item["reason"] for item in reasons}
    atom = Client().get(f"{API}timeline/?format=atom").content.decode()
    pages = [
        read_page("/negotiations/talks/?on=2025-08-01").partition("What waits Files")[0],
        *map(read_picture, ("fulfilment", "timeline")),
        html.unescape(atom),
        read_page("/"),
        read_page(f"/commitments/{owed.slug}/").partition(" Due ")[0],
    ]
    for shown in pages:
        assert "not reached" in shown.replace("not_reached", "")
        assert re.search(r"Promised 10|Due –|Due:|due \d|[Oo]verdue", shown) is None
    assert "Sought 10 items" in pages[0]
    assert "Not agreed: the outcome was not reached, so nothing is owed." in pages[0]


@pytest.mark.parametrize(
    ("status", "event_status"),
    [
        ("denounced", "CANCELLED"),
        ("ended", "CANCELLED"),
        ("suspended", "TENTATIVE"),
        ("disputed", "TENTATIVE"),
    ],
)
def test_status_of_an_outcome_that_does_not_hold_is_named(commit, status, event_status):
    commit(status)

    summary = f"North → South: 10 items are handed over. (outcome: {status})"
    assert read_event() == (f"Due – {summary}", event_status)
    items = Client().get(f"{API}attention/?on=2025-08-01").json()["items"]
    assert summary in {i["summary"] for i in items if i["reason"] == "commitment_overdue"}
    assert f"due 10 July 2025, outcome: {status}." in read_picture("fulfilment")
    assert f"due 10 July 2025, outcome: {status}." in read_page("/negotiations/talks/")


@pytest.mark.parametrize("status", ["agreed", "in_force"])
def test_outcome_that_holds_is_not_named(commit, status):
    commit(status)

    assert read_event() == ("Due – North → South: 10 items are handed over.", "CONFIRMED")
    assert read_table("fulfilment")["outcome_status"] == status
