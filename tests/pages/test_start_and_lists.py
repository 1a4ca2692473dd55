"""The pages for readers, as anybody gets them."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations import history
from negotiations.history.merge import merge
from negotiations.models import COLLECTIONS
from negotiations.pages.records import record_list
from tests.factories import (
    CitationFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
)
from tests.support.scene import build_scene

pytestmark = pytest.mark.django_db
PAGE = {"HTTP_ACCEPT": "text/html"}
PUBLIC = {"review": "published"}


def told(response, start="<h1", end="</main>"):
    """What a page says between two pieces of its HTML, without tags and spare spaces."""
    part = response.text.partition(start)[2].partition(end)[0]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", start + part)).split())


def page_of(record):
    return f"/{record.address}/"


def test_a_page_sets_no_cookie_and_is_kept_by_caches_that_ask_whether_it_holds(client):
    first = client.get("/")
    again = client.get("/", HTTP_IF_NONE_MATCH=first["ETag"])

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["Cache-Control"] == again["Cache-Control"] == "public, no-cache"
    assert first["Vary"] == "Accept-Encoding"
    assert not first.cookies


def test_an_address_without_a_page_is_told_to_people_on_a_page_with_the_way_back(client):
    missing = client.get("/parties/nowhere/", **PAGE)

    assert missing.status_code == 404
    assert "There is no such thing" in missing.text
    assert '<a href="/">Back to the start</a>' in missing.text


@pytest.mark.slow
def test_every_kind_has_a_list_that_leads_to_a_page_for_each_record(client):
    scene = build_scene()

    for kind in COLLECTIONS:
        page = client.get(page_of(scene[kind]))
        assert f'href="{page_of(scene[kind])}"' in client.get(f"/{kind}/").text
        assert (kind, page.status_code) == (kind, 200)
        assert f'<link rel="canonical" href="http://testserver{page_of(scene[kind])}">' in re.sub(
            r"\s+", " ", page.text
        )
        assert not page.cookies


def test_a_long_list_goes_on_after_the_last_that_was_shown(client, monkeypatch):
    monkeypatch.setattr(record_list, "MOST", 2)
    talks = NegotiationFactory(**PUBLIC)
    for slug, date in (("undated", ""), ("later", "2025-02"), ("first", "2025-01")):
        RoundFactory(slug=slug, negotiation=talks, title=slug, date=date, **PUBLIC)

    pages = [client.get(f"/rounds/{query}") for query in ("", "?after=later", "?after=nothing")]

    assert [page.status_code for page in pages] == [200, 200, 404]
    assert 'href="?after=later"' in pages[0].text
    assert [told(page, '<ul class="rows"', "</ul>") for page in pages[:2]] == [
        "first (proposed) later (proposed)",
        "undated (proposed)",
    ]


def test_drafts_have_no_page_and_stand_on_none(client):
    scene = build_scene("draft")
    public = PartyFactory(name="Ukraine", **PUBLIC)

    answers = {kind: client.get(page_of(scene[kind])).status_code for kind in COLLECTIONS}
    around = ["/", "/search/?q=sides", page_of(public), *(f"/{kind}/" for kind in COLLECTIONS)]
    texts = "".join(client.get(address).text for address in around)

    assert answers == dict.fromkeys(COLLECTIONS, 404)
    assert [kind for kind in COLLECTIONS if f'"{page_of(scene[kind])}"' in texts] == []


def test_the_start_page_tells_what_changed_and_what_passed_without_a_result(client):
    talks = NegotiationFactory(title="Talks of 2025", status="halted", **PUBLIC)
    RoundFactory(negotiation=talks, title="The third round", date="2025-07-21/2025-07-27", **PUBLIC)
    RoundFactory(
        negotiation=talks, title="The fourth round", date="2025-07", status="agreed", **PUBLIC
    )
    maker = PartyFactory(name="Russia", **PUBLIC)
    ProposalFactory(
        negotiation=talks,
        title="A warning",
        proposed_by=[maker],
        deadline="../2025-09-07",
        **PUBLIC,
    )
    NegotiationFactory(title="Hidden talks")

    page = client.get("/")

    assert told(page, '<h2 id="attention"', '<h2 id="changes"') == (
        "What needs attention "
        "Russia: A warning (status: open) ; deadline: on or before 7 September 2025; "
        "no result is recorded. "
        "The fourth round (agreed) ; date: in July 2025; whether it was held is not recorded. "
        "The third round (proposed) ; date: between 21 and 27 July 2025; "
        "whether it was held is not recorded."
    )
    figures = told(page, '<h2 id="figures"')
    assert " 1 negotiation 0 participations 2 rounds 0 delegations " in figures
    changes = told(page, '<h2 id="changes"', '<h2 id="figures"')
    assert re.search(
        r"lately \d+ \w+ \d+ proposal Russia: A warning \(status: open\) created .* round The",
        changes,
    )
    assert "Hidden" not in page.text


def test_the_start_page_draws_the_newest_negotiations_and_lists_the_others(client):
    for year in range(2021, 2025):
        NegotiationFactory(title=f"Talks of {year}", date=f"{year}", **PUBLIC)
    talks = NegotiationFactory(title="Talks of 2025", date="2025", status="halted", **PUBLIC)
    held = PositionFactory(negotiation=talks, stance="doubts", date="2025-07-01", **PUBLIC)
    asked = RoundFactory(negotiation=talks, title="Third", date="2025-07-21/2025-07-27", **PUBLIC)

    page = client.get("/")

    drawn = told(page, '<h2 id="negotiation-', '<h2 id="negotiation-')
    assert drawn.startswith("Talks of 2025 Halted Who holds what Party ")
    assert f"{held.issue.question} {held.party} Leans to no 1 July 2025" in drawn
    assert "From the timeline 2025-07-17 2025-07-24 2025-07-31" in drawn
    assert "round Third (proposed) between 21 and 27 July 2025" in drawn
    # Each mark is a link to the record with its words.
    for record, mark in ((held, "<svg"), (asked, "<rect")):
        marks = re.findall(rf'<a[^>]*href="{page_of(record)}"[^>]*>\s*{mark}', page.text)
        assert len(marks) == 1
    assert len(re.findall('<h2 id="negotiation-', page.text)) == 3
    assert told(page, '<h2 id="negotiations"', "</ul>") == (
        "More negotiations Talks of 2022 Status unknown Talks of 2021 Status unknown"
    )


def test_of_many_issues_the_start_page_draws_those_on_which_most_is_known(client):
    talks = NegotiationFactory(**PUBLIC)
    about = {"negotiation": talks, "party": PartyFactory(**PUBLIC), **PUBLIC}
    for number in range(8):
        PositionFactory(issue=IssueFactory(title=f"Issue {number}", **PUBLIC), **about)
    last = IssueFactory(title="Issue 9", **PUBLIC)
    for party in (about["party"], PartyFactory(**PUBLIC)):
        PositionFactory(issue=last, **{**about, "party": party})

    head = told(client.get("/"), "<thead", "</thead>")

    assert re.findall(r"Issue \d", head) == [f"Issue {number}" for number in (0, 1, 2, 3, 4, 9)]


def queries(client, address):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_a_page_costs_no_more_queries_the_more_there_is_to_tell(client):
    talks, party = NegotiationFactory(**PUBLIC), PartyFactory(**PUBLIC)
    source = SourceFactory(text=" ".join(f"word{number}" for number in range(10)), **PUBLIC)
    position = PositionFactory(negotiation=talks, party=party, **PUBLIC)
    pages = ["/", "/rounds/", "/search/?q=round", *map(page_of, (position, party, source))]

    def grow(numbers):
        for number in numbers:
            about = {"negotiation": talks, "issue": position.issue, **PUBLIC}
            PositionFactory(party=party, citations=[f"Words {number}."], **about)
            RoundFactory(negotiation=talks, date="2025-01-01", **PUBLIC)
            CitationFactory(record=position, source=source, quote=f"word{number}", **PUBLIC)
        return {address: queries(client, address) for address in pages}

    few, many = grow([0]), grow(range(1, 10))
    assert [address for address in pages if many[address] > few[address]] == []


def test_a_deleted_record_tells_people_when_and_why_and_not_by_whom(client, reviewer_user):
    party = PartyFactory(slug="north", **PUBLIC)
    history.delete(party, by=reviewer_user, reason="Recorded twice")
    deletion = type(party).history.get(history_type="-").history_date

    page = client.get("/parties/north/")

    assert page.status_code == 410
    assert told(page) == (
        f"The record is gone This party was deleted on {deletion.day} {deletion:%B %Y}. "
        "The reason given: Recorded twice Its address is never given to another record. "
        "Back to the start"
    )


def test_a_withdrawn_record_is_gone_and_its_later_life_is_not_told(client, reviewer_user):
    party, draft = PartyFactory(slug="north", **PUBLIC), PartyFactory(slug="south")
    history.save(draft, by=reviewer_user, reason="Never public")
    history.delete(draft, by=reviewer_user, reason="Secret")
    pages = ("/parties/north/", "/parties/north/?version=1", "/api/v1/parties/north/")
    history.save(party, by=reviewer_user)
    assert [client.get(page).status_code for page in pages[:1]] == [200]

    party.review = "withdrawn"
    history.save(party, by=reviewer_user, reason="Secret")
    at = history.list_versions(party).first().history_date

    def expect_gone():
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 410, page
            assert "Secret" not in answer.content.decode()
        assert told(client.get(pages[0])).startswith(
            f"The record is gone This party was withdrawn on {at.day} {at:%B %Y}. Its address"
        )
        problem = client.get(pages[2]).json()
        assert problem["code"] == "gone"
        assert problem["detail"] == f"The record was withdrawn on {at:%Y-%m-%d}."
        assert problem["withdrawn_at"].startswith(f"{at:%Y-%m-%dT%H:%M:%S}")
        assert {"deleted_at", "deleted_by", "reason"}.isdisjoint(problem)

    expect_gone()
    party.review, party.note = "draft", "Secret"
    history.save(party, by=reviewer_user, reason="Secret")
    expect_gone()
    history.delete(party, by=reviewer_user, reason="Secret")
    expect_gone()
    assert client.get("/parties/south/").status_code == 404
    assert client.get("/api/v1/parties/south/").status_code == 404


def test_the_page_of_a_merged_record_leads_on(client, reviewer_user):
    kept, other = PersonFactory(slug="umerov", **PUBLIC), PersonFactory(slug="umierov", **PUBLIC)
    merge(other, kept, by=reviewer_user, reason="One person")

    assert client.get("/people/umierov/").headers["Location"] == "/people/umerov/"


def test_a_long_text_that_is_found_is_shown_in_whole_words(client):
    SourceFactory(title="Report", text=f"prisoner {'exchange ' * 50}", **PUBLIC)

    page = client.get("/search/?q=prisoner")

    shown = told(page, "<ol", "</ol>")
    assert re.fullmatch("source Report prisoner( exchange)+ …", shown)


def test_search_leads_from_quoted_words_to_the_record_that_they_support(client):
    party = PartyFactory(name="Ukraine", citations=["Kyiv was named."], **PUBLIC)

    page = client.get("/search/?q=named&kind=citations")

    assert told(page, "<ol", "</ol>") == "party Ukraine Kyiv was named ."
    assert 'dir="auto">Kyiv was <mark>named</mark>.</p>' in page.text
    assert f'href="{page_of(party)}"' in page.text


def test_search_tells_a_record_once_and_whose_it_is(client):
    russia = PartyFactory(name="Russia", **PUBLIC)
    words = {"claim": "Territory is given up.", "note": "Which territory is not said."}
    PositionFactory(party=russia, citations=["It wants territory."], **words, **PUBLIC)

    page = client.get("/search/?q=territory")

    found = told(page, "<ol", "</ol>")
    assert found.startswith("position Russia: Territory is given up.")
    # Nothing that a line is drawn under stands after the name.
    named = client.get("/search/?q=given").text
    assert 'dir="auto">Russia: Territory is <mark>given</mark> up.</a>' in named
    assert found.count("position") == 1
    assert "It wants territory ." in found


def test_search_marks_the_words_and_tells_what_it_cannot_read(client):
    talks = NegotiationFactory(title="Talks", summary="A prisoner exchange was sought.", **PUBLIC)

    page = client.get("/search/", {"q": "prisoner", "kind": ""})
    nothing, odd = client.get("/search/?q=xylophone"), client.get("/search/?q=a&colour=red")

    assert told(page, "<ol", "</ol>") == "negotiation Talks A prisoner exchange was sought."
    assert "<mark>prisoner</mark>" in page.text
    assert f'href="{page_of(talks)}"' in page.text
    assert "Nothing published has these words." in nothing.text
    assert odd.status_code == 400
    assert "There is no such parameter." in odd.text
