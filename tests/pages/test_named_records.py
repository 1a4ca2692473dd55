"""Every list names a record by who and what, in each of its formats."""

import csv
import html
import io
import re

import icalendar
import pytest
from django.test import Client

from negotiations import history
from negotiations.models import Citation
from tests.factories import (
    CommitmentFactory,
    DelegationFactory,
    DeliveryFactory,
    IncidentFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    PostFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
    StatementFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
OPEN = {"open_question": "Which?", **PUBLIC}


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.fixture
def lines():
    """One record of each kind with a party, by the line that names it."""
    talks = NegotiationFactory(slug="talks", title="Talks", **PUBLIC)
    wages, press = (PartyFactory(name=n, **PUBLIC) for n in ("Workers’ unions", "The Employers"))
    offer = ProposalFactory(
        negotiation=talks, title="Zebra offer", proposed_by=[wages], addressed_to=[press], **OPEN
    )
    owed = CommitmentFactory(
        negotiation=talks, text="Zebra pay rises.", obligor=[press], obligee=[wages], unit="eur",
        quantity_min=5, quantity_max=5,
        **OPEN,
    )  # fmt: skip
    issue = IssueFactory(question="Should pay not fall?", **PUBLIC)
    incident = {"title": "Zebra strike", "by": [wages], "kind": "other", "note": "A strike."}
    return {
        "Workers’ unions → The Employers: Zebra offer (status: open)": offer,
        "Workers’ unions: Zebra pay stays.": PositionFactory(
            negotiation=talks, party=wages, issue=issue, claim="Zebra pay stays.", **OPEN
        ),
        "The Employers → Workers’ unions: Zebra pay rises.": owed,
        "The Employers → Workers’ unions: 1 EUR (reported), under “Zebra pay rises”": (
            DeliveryFactory(commitment=owed, quantity_min=1, quantity_max=1, note="Zebra", **OPEN)
        ),
        "The Employers: Zebra pay is reviewed": TermFactory(
            proposal=offer, obligor=[press], text="Zebra pay is reviewed", **OPEN
        ),
        "The Employers (interview): Zebra hopes": StatementFactory(
            negotiation=talks, party=press, medium="interview", summary="Zebra hopes", **OPEN
        ),
        "Zebra strike (other; by: Workers’ unions)": IncidentFactory(
            negotiation=talks, **incident, **OPEN
        ),
    }


def test_what_needs_attention_is_named_in_every_format(reader, lines):
    here = "/api/v1/negotiations/talks/attention/?reason=open_question"

    answer = reader.get(here).json()["items"]
    table = reader.get(f"{here}&format=csv").content.decode("utf-8-sig")
    page = words(Client().get("/negotiations/talks/").text)

    assert {item["summary"] for item in answer} == set(lines)
    assert {row["summary"] for row in csv.DictReader(io.StringIO(table))} == set(lines)
    resting = page.partition("Questions that the sources leave open")[2]
    assert [line for line in lines if f"{line} Which?" not in resting] == []


def test_what_passed_is_named_in_its_picture(lines):
    offer, _, owed, *_ = lines.values()
    offer.deadline = owed.due = "2025-07-01"
    offer.deadline_certainty = owed.due_certainty = "stated"
    for record in (offer, owed):
        record.save()

    for path in ("attention.svg?", "?", "attention.svg?on=2025-08-01&"):
        told = words(Client().get(f"/negotiations/talks/{path}").text)
        for line, record in lines.items():
            if record in (offer, owed):
                assert line in told, path


def test_search_changes_and_related_records_name_who(lines):
    client = Client()

    found = words(client.get("/search/?q=zebra").text)
    lists = {each.resource_name: words(client.get(f"/{each.resource_name}/").text)
             for each in lines.values()}  # fmt: skip
    start = words(client.get("/").text).partition("What changed lately")[2]

    assert [line for line in lines if line not in found] == []
    assert [line for line, each in lines.items() if line not in lists[each.resource_name]] == []
    # Of all that was made, the start page has the last ten.
    assert [line for line in list(lines)[3:] if line not in start] == []


def test_a_citation_names_whose_claim_it_supports(client, lines):
    line = "Workers’ unions: Zebra pay stays."
    source = SourceFactory(text="Zebras stay.", **PUBLIC)
    quoted = Citation.objects.filter(position=lines[line]).first()
    assert quoted, source

    page = words(client.get(f"/citations/{quoted.slug}/").text)

    assert f"supports the position “{line}”" in page
    assert f"Record {line}" in page


def test_the_desk_names_who_in_its_queue_and_among_the_deleted(reviewer_user, lines):
    desk = Client()
    desk.force_login(reviewer_user)
    for record in lines.values():
        type(record).objects.filter(pk=record.pk).update(created_by=reviewer_user, review="draft")

    start = words(desk.get("/admin/").text)
    item = next(line for line in lines if line.startswith("Zebra strike"))
    page = words(desk.get(f"/admin/review/incidents/{lines[item].slug}/?state=draft").text)

    assert f"› {item}" in page
    assert sum(line in start for line in lines) == 5
    for record in lines.values():
        if not isinstance(record, ProposalFactory._meta.model | CommitmentFactory._meta.model):
            history.delete(record, by=reviewer_user, reason="Coded twice")
    gone = words(desk.get("/admin/deleted/").text)
    assert [line for line in list(lines)[3:] if line not in gone] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ", day not known"),
        ("2015-07-05", ", on 5 July 2015"),
        ("2014%", ", perhaps around 2014"),
        ("2015-06-01/..", ", on or after 1 June 2015"),
        ("../2015-06-30", ", on or before 30 June 2015"),
    ],
)
def test_posts_are_named_with_their_dates_in_words(client, text, said):
    person = PersonFactory(name="A. Person", **PUBLIC)
    party = PartyFactory(name="Iran", **PUBLIC)
    about = {"person": person, "party": party, "title": "Minister", "date": text}
    PostFactory(date_certainty="stated" if text else "unknown", **about, **PUBLIC)

    for path in (f"/people/{person.slug}/", "/posts/", "/search/?q=minister"):
        assert f" A. Person: Minister (Iran){said} " in words(client.get(path).text), path


def test_delegations_are_named_with_their_round_and_claim_no_meeting(client, reader):
    talks = NegotiationFactory(slug="talks", **PUBLIC)
    meeting = RoundFactory(negotiation=talks, title="Third", status="cancelled", **PUBLIC)
    DelegationFactory(round=meeting, party=PartyFactory(name="Iran", **PUBLIC), **OPEN)

    named = "Iran: delegation to “Third” (cancelled; side)"
    items = reader.get("/api/v1/negotiations/talks/attention/?reason=open_question").json()

    assert [each["summary"] for each in items["items"]] == [named]
    assert named in words(client.get(f"/rounds/{meeting.slug}/").text)
    assert "Iran at" not in words(client.get("/delegations/").text)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("2015-07-05", "CONFIRMED", ""),
        ("2015-07", "TENTATIVE", "Day uncertain – "),
        ("2015-07-05~", "TENTATIVE", "Day uncertain – "),
        ("2015-07-05?", "TENTATIVE", "Day uncertain – "),
        ("2015-07-01/2015-07-03", "TENTATIVE", "Day uncertain – "),
        ("../2015-07-05", "TENTATIVE", "At the latest – "),
        ("2015-07-05/..", "TENTATIVE", "At the earliest – "),
        ("../2015-07-05?", "TENTATIVE", "At the latest, day uncertain – "),
    ],
)
def test_calendars_confirm_a_round_only_on_a_certain_day(reader, text, status, said):
    talks = NegotiationFactory(slug="talks", **PUBLIC)
    RoundFactory(
        negotiation=talks, title="R", status="held", date=text, date_certainty="stated", **PUBLIC
    )

    content = reader.get("/api/v1/negotiations/talks/timeline/?format=ics").content

    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["STATUS"]), str(event["SUMMARY"])) == (status, f"{said}R (held)")
