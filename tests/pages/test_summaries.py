"""Who and what, in one line, wherever a record is shown; and what dates do not prove."""

import csv
import html
import io
import re
from xml.etree import ElementTree

import icalendar
import pytest
from django.test import Client

from negotiations.analysis.wording.sentences import format_sentence
from negotiations.models import Citation
from tests.factories import (
    CommitmentFactory,
    DelegationFactory,
    DeliveryFactory,
    IssueFactory,
    NegotiationFactory,
    OutcomeFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    PostFactory,
    ProposalFactory,
    ResponseFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
)

pytestmark = pytest.mark.django_db

PUBLIC = {"review": "published"}
HERE = "/negotiations/talks/"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def talks():
    return NegotiationFactory(slug="talks", title="Talks", **PUBLIC)


@pytest.fixture
def sides():
    names = ("United States", "NATO countries")
    return [PartyFactory(name=name, **PUBLIC) for name in names]


def words(path):
    """The text of a page."""
    text = Client().get(path).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def drawn(name, query=""):
    """The texts of a picture."""
    picture = ElementTree.fromstring(Client().get(f"{HERE}{name}.svg{query}").content)
    return ["".join(each.itertext()) for each in picture.iter(f"{SVG}text")]


def shown(query=""):
    """What each format of the timeline calls its entries."""
    here = f"/api/v1{HERE}timeline/?{query}&format="
    client = Client()
    feed = ElementTree.fromstring(client.get(f"{here}atom").content)
    atom = "{http://www.w3.org/2005/Atom}"
    table = client.get(f"{here}csv").content.decode("utf-8-sig")
    events = icalendar.Calendar.from_ical(client.get(f"{here}ics").content).walk("VEVENT")
    return {
        "atom": {each.find(f"{atom}title").text for each in feed.iter(f"{atom}entry")},
        "csv": {row["summary"] for row in csv.DictReader(io.StringIO(table))},
        "ics": {str(event["SUMMARY"]) for event in events},
        "svg": set(drawn("timeline")),
        "html": words(HERE),
    }


def test_tranches_read_as_their_own_numbers_in_every_format(talks, sides):
    north, south = sides
    owed = CommitmentFactory(
        negotiation=talks, text="Each side hands over 1,000 prisoners.", unit="persons",
        quantity_min=1000, quantity_max=1000, obligor=sides, obligee=sides, due="2025-06",
        due_certainty="stated", **PUBLIC,
    )  # fmt: skip
    about = {"commitment": owed, "date": "2025-05-23", "date_certainty": "stated", **PUBLIC}
    for many in (390, 307):
        DeliveryFactory(delivered_by=north, received_by=south, quantity_min=many,
                        quantity_max=many, **about)  # fmt: skip
    least = DeliveryFactory(quantity_min=303, received_by=north, **about)

    told = shown()

    under = "under “Each side hands over 1,000 prisoners”"
    summaries = {
        f"United States → NATO countries: 390 persons (reported), {under}",
        f"United States → NATO countries: 307 persons (reported), {under}",
        f"NATO countries → United States: at least 303 persons (reported), {under}",
    }
    due = "NATO countries ↔ United States: Each side hands over 1,000 prisoners."
    for form in ("atom", "csv", "svg"):
        assert {*summaries, f"Due – {due}"} <= told[form], form
    assert [text for text in summaries if text not in told["html"]] == []
    assert told["ics"] == {f"Due, day uncertain – {due}"}
    assert str(least) == "at least 303 persons to United States, under: " + owed.text
    assert format_sentence(least).startswith("NATO countries → United States: at least 303 persons")


def test_rows_name_who_and_what_and_how_it_stands(talks, sides):
    one, other = sides
    offer = ProposalFactory(
        negotiation=talks, title="An offer", proposed_by=[one], addressed_to=[other],
        status="rejected", **PUBLIC,
    )  # fmt: skip
    item = TermFactory(proposal=offer, text="Aid ends.", **PUBLIC)
    for term, answer in ((None, "considers"), (item, "rejects")):
        ResponseFactory(proposal=offer, term=term, party=other, answer=answer, **PUBLIC)
    held = RoundFactory(negotiation=talks, title="Third", status="refused", date="2025-06-01",
                        date_certainty="stated", place="Rome", **PUBLIC)  # fmt: skip
    DelegationFactory(round=held, party=other, **PUBLIC)
    DelegationFactory(round=held, party=one)
    truce = OutcomeFactory(negotiation=talks, title="A truce", status="denounced",
                           agreed_by=sides, date="2025-05-01", date_certainty="stated",
                           **PUBLIC)  # fmt: skip

    told = shown()

    summaries = {
        "United States → NATO countries: An offer (status: rejected)",
        "NATO countries, on “An offer”: under consideration",
        "NATO countries, on item “Aid ends.” of “An offer”: rejected",
        "Third (refused; delegations: NATO countries)",
        "A truce (status: denounced; agreed by: NATO countries and United States)",
    }
    for form in ("atom", "csv", "svg"):
        assert summaries <= told[form], form
    assert [text for text in summaries if text not in told["html"]] == []
    assert told["ics"] == {"Third (refused; delegations: NATO countries)"}
    # It was not refused in Rome on that day, nor was the truce denounced when it was reached.
    assert format_sentence(held) == "Third: refused; place: Rome; date: on 1 June 2025"
    assert "reached: on 1 May 2025" in format_sentence(truce)


def test_a_post_is_said_with_the_day_for_which_it_is_known(client):
    party = PartyFactory(name="United States", **PUBLIC)
    person = PersonFactory(name="Donald Trump", **PUBLIC)
    text = SourceFactory(
        text="US President Donald Trump said so.", published="2025-07-20",
        published_certainty="stated", **PUBLIC,
    )  # fmt: skip
    about = {"person": person, "party": party, "title": "President", **PUBLIC}
    told = PostFactory(citations=[Citation(source=text, quote="US President")], **about)
    dated = PostFactory(date="2025-07-20", date_certainty="stated", **about)
    neither = PostFactory(**about)

    assert [format_sentence(post) for post in (told, dated, neither)] == [
        "Donald Trump: President (United States), in a text published on 20 July 2025",
        "Donald Trump: President (United States), on 20 July 2025",
        "Donald Trump: President (United States), day not known",
    ]
    page = words(f"/posts/{told.slug}/")
    assert page.startswith("Donald Trump: President (United States), in a text published on 20")
    assert " was " not in page
    assert str(dated) == "Donald Trump, President (United States), 2025-07-20"


def test_four_positions_of_one_party_are_told_apart_in_the_queue(reviewer_user, talks, sides):
    issue = IssueFactory(title="Arms", question="Should arms be withdrawn?", **PUBLIC)
    about = {"negotiation": talks, "party": sides[0], "issue": issue, "stance": "supports"}
    for number in range(4):
        PositionFactory(claim=f"{'Arms leave the border ' * 12}in step {number}.",
                        review="in_review", **about)  # fmt: skip
    desk = Client()
    desk.force_login(reviewer_user)

    page = html.unescape(desk.get("/admin/review/").content.decode())

    listed = re.findall(r'<a href="/admin/review/positions/[^>]*>(.*?)</a>', page, re.DOTALL)
    assert len(set(listed)) == 4
    assert all("“Should arms be withdrawn?” Answer: yes" in text for text in listed)
    assert [number for number in range(4) if f"in step {number}." not in page] == []


# What dates do not prove


def hold(talks, party, stance, when="", **more):
    known = {"date": when, "date_certainty": "stated"} if when else {}
    return PositionFactory(negotiation=talks, party=party, stance=stance, **known, **more, **PUBLIC)


def test_matrix_and_movement_mark_alike_what_no_date_proves(talks, sides):
    issue = IssueFactory(title="Arms", question="Should arms be withdrawn?", **PUBLIC)
    hold(talks, sides[0], "opposes", claim="Arms stay.", issue=issue)
    hold(talks, sides[1], "supports", "2025-07-10", issue=issue)
    doubt = "Perhaps: no date unknown (no date proves it by then)"

    page = words(f"{HERE}?on=2025-07-20&since=2025-07-01&until=2025-07-20")

    assert page.count(doubt) == 3
    assert page.count("Yes 10 July 2025") == 2
    for picture, query in (("matrix", "?on=2025-07-20"), ("movement", "?on=2025-07-20")):
        texts = drawn(picture, query)
        assert "Perhaps: no" in texts
        assert "date unknown, no date proves it by then" in texts
        assert "No" not in texts
    # No sign stands for what is not proved.
    content = Client().get(f"{HERE}?on=2025-07-20").content.decode()
    assert "#sign-opposes" not in content
    assert content.count("#sign-supports") == 2


@pytest.mark.parametrize(
    ("held", "rounds", "since"),
    [
        ([], [], "2025-07-19"),
        (["2025-07-20"], [], "2025-07-19"),
        (["2025-03-01", "2025-05"], [], "2025-02-28"),
        (["2025-03-01"], ["2025-06-02"], "2025-06-01"),
        # A round of that very day, and one of which only the end is known.
        ([], ["2025-07-20"], "2025-07-19"),
        ([], ["../2025-07-20"], "2025-07-19"),
        (["2025-08-01"], ["2025-08-01"], "2025-07-19"),
    ],
)
def test_who_moved_never_compares_a_day_with_itself(held, rounds, since, talks, sides):
    for when in held:
        hold(talks, sides[0], "opposes", when)
    for when in rounds:
        RoundFactory(negotiation=talks, status="held", date=when, date_certainty="stated", **PUBLIC)

    content = Client().get(f"{HERE}?on=2025-07-20").content.decode()

    assert f'value="{since}"' in content
    assert f"Who moved from {since} to 2025-07-20" in drawn("movement", "?on=2025-07-20")


def test_a_day_and_itself_are_refused_as_points(reader, talks):
    day = RoundFactory(negotiation=talks, slug="day", date="2025-07-20", date_certainty="stated",
                       **PUBLIC)  # fmt: skip
    for start in ("2025-07-20", day.slug):
        answer = reader.get(f"/api/v1{HERE}movement/?from={start}&to=2025-07-20")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "before_from"
    assert Client().get(f"{HERE}?since=2025-07-20&until=2025-07-20").status_code == 400
    assert Client().get(f"{HERE}movement.svg?since=2025-07-20&until=2025-07-20").status_code == 400


def test_what_a_picture_leaves_out_its_text_says(talks, sides):
    for number in range(8):
        issue = IssueFactory(title=f"Issue {number}", question=f"Should {number} be?", **PUBLIC)
        hold(talks, sides[0], "opposes", "2025-07-01", issue=issue)
        ParticipationFactory(negotiation=talks, party=PartyFactory(**PUBLIC), **PUBLIC)
        RoundFactory(negotiation=talks, date=f"2025-07-{number + 1:02}", date_certainty="stated",
                     **PUBLIC)  # fmt: skip
        RoundFactory(negotiation=talks, date="2025-06", date_certainty="stated", **PUBLIC)
        CommitmentFactory(negotiation=talks, quantity_min=number + 1, **PUBLIC)
    last = IssueFactory(title="Last", question="Should it end?", **PUBLIC)
    for stance in ("supports", "supports", "open", "opposes"):
        hold(talks, sides[1], stance, "2025-07", issue=last)

    start = words("/")

    assert "Shown: 6 of 10 parties and 6 of 9 issues." in start
    assert "Shown: 8 of 16 (rounds, proposals, responses, outcomes, deliveries)." in start
    assert "Shown: 3 of 8 (commitments)." in start
    whole = words(f"{HERE}?on=2025-08-01")
    assert re.search(r"and 2 more: \w+", whole)
    assert "Shown:" not in whole
    assert any(text.startswith("and 2 more: ") for text in drawn("matrix", "?on=2025-08-01"))
    assert not [text for text in drawn("timeline") if "…" in text]
