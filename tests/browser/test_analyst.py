"""An analyst codes one sentence of the seed article at the desk."""

from pathlib import Path

import pytest

from negotiations.models import Person, Position, Proposal
from tests.conftest import create_user
from tests.factories import (
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    SourceFactory,
)

from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ARTICLE = Path(__file__).resolve().parents[2] / "seeds" / "sources" / "000_abbff991094584f6.txt"
PUTIN = "Russian President Vladimir Putin"
MEETING = "He also restated his willingness to meet Russian President Vladimir Putin directly"
LEADERS = "A meeting at the leadership level is needed to truly ensure peace\u2013lasting peace."


@pytest.fixture
def article(db):
    """What is published before the sentence is coded."""
    public = {"review": "published"}
    text = ARTICLE.read_bytes().decode()
    source = SourceFactory(
        title="", slug="article", publisher="", text=text, published="2025-07-20", **public
    )
    NegotiationFactory(title="Ukraine\u2013Russia talks of 2025", **public)
    PartyFactory(name="Ukraine", **public)
    PartyFactory(name="Russia", **public)
    PersonFactory(name="Zelensky", **public)
    IssueFactory(
        title="Leaders\u2019 meeting", question="Should the two presidents meet?", **public
    )
    return source


@pytest.fixture
def analyst_at_work(desk, article):
    user = create_user("contributor", "analyst")
    user.set_password(PASSWORD)
    user.save()
    desk.log_in(user)
    return desk


def quote(desk, number, words):
    """Copy the words of the article into a row of citations."""
    desk.choose(f"citations-{number}-source", "2025-07-20")
    desk.page.fill(f"#id_citations-{number}-quote", words)
    desk.page.select_option(f"#id_citations-{number}-voice", "narrator")


def add_person(desk):
    desk.visit("/admin/negotiations/person/add/")
    desk.page.fill("#id_name", "Putin")
    quote(desk, 0, PUTIN)
    desk.page.get_by_text("Add another Post").click()
    desk.page.fill("#id_posts-0-title", "President of Russia")
    desk.choose("posts-0-party", "Russia")
    desk.pictures("2-person")
    desk.save()


def add_proposal(desk):
    desk.visit("/admin/negotiations/proposal/add/")
    desk.choose("negotiation", "Ukraine")
    desk.page.fill("#id_title", "Meeting of the leaders")
    desk.page.select_option("#id_kind", "meeting")
    desk.choose("proposed_by", "Ukraine")
    desk.choose("addressed_to", "Russia")
    desk.choose("spoken_by", "Zelensky")
    desk.page.check("#id_restated")
    quote(desk, 0, MEETING)
    desk.pictures("3-proposal")
    desk.save()


def add_position(desk):
    desk.visit("/admin/negotiations/position/add/")
    desk.choose("negotiation", "Ukraine")
    desk.choose("party", "Ukraine")
    desk.choose("issue", "Leaders")
    desk.page.select_option("#id_stance", "supports")
    desk.page.select_option("#id_basis", "stated")
    desk.page.fill("#id_claim", "The leaders of both states should meet.")
    quote(desk, 0, LEADERS)
    desk.page.select_option("#id_citations-0-voice", "direct_speech")
    desk.save()
    desk.pictures("4-positions")


def test_sentence_four_is_coded_with_its_words(analyst_at_work):
    desk = analyst_at_work
    desk.pictures("1-index")
    add_person(desk)
    add_proposal(desk)
    add_position(desk)

    coded = [
        (record.review, record.created_by.username, record.version, words.quote, words.version)
        for record in (
            Person.objects.get(name="Putin"),
            Proposal.objects.get(),
            Position.objects.get(),
        )
        for words in record.citations.all()
    ]
    assert coded == [
        ("draft", "analyst", 1, PUTIN, 1),
        ("draft", "analyst", 1, MEETING, 1),
        ("draft", "analyst", 1, LEADERS, 1),
    ]
    post = Person.objects.get(name="Putin").posts.get()
    assert (post.title, post.party.name) == ("President of Russia", "Russia")
    assert desk.faults == []


def test_a_typed_dash_is_answered_with_the_characters_of_the_source(analyst_at_work):
    desk = analyst_at_work
    desk.visit("/admin/negotiations/person/add/")
    desk.page.fill("#id_name", "Putin")
    quote(desk, 0, "peace-lasting peace")
    desk.page.click("input[name=_save]")
    desk.pictures("5-fault")

    shown = desk.page.locator(".field-quote .errorlist").first.inner_text()
    assert shown == (
        "These words are not in the source; the source writes them: peace\u2013lasting peace"
    )
    assert desk.page.input_value("#id_citations-0-quote") == "peace-lasting peace"
    assert not Person.objects.filter(name="Putin").exists()


def test_two_people_on_one_form_lose_nothing(analyst_at_work):
    desk = analyst_at_work
    desk.visit("/admin/negotiations/person/add/")
    desk.page.fill("#id_name", "Putin")
    desk.page.click("input[name=_continue]")
    second = desk.page.context.new_page()
    second.goto(desk.page.url)
    second.fill("#id_name", "Vladimir Putin")
    second.fill("#id_reason", "The source gives the first name")
    second.click("input[name=_save]")

    desk.page.fill("#id_name", "V. Putin")
    desk.page.click("input[name=_save]")
    desk.pictures("6-stale")

    assert "Name is now “Vladimir Putin”" in desk.page.locator(".errorlist").first.inner_text()
    assert desk.page.input_value("#id_name") == "V. Putin"
    assert Person.objects.filter(name="Vladimir Putin", version=2).exists()
    desk.page.check("#id_seen_version")
    desk.save()
    person = Person.objects.get(name="V. Putin")
    desk.visit(f"/admin/negotiations/person/{person.pk}/history/")
    desk.pictures("7-history")
    desk.page.get_by_role("button", name="Restore version 2").click()
    assert Person.objects.get(pk=person.pk).name == "Vladimir Putin"
    desk.visit(f"/admin/negotiations/person/{person.pk}/delete/")
    desk.pictures("8-delete")
    assert desk.faults == []
