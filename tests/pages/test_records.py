"""What the page of a record says: its words in their place, its versions, and how to cite it."""

import re

import pytest

from negotiations import history
from negotiations.pages.records.highlighting import HighlightedPassage, highlight_passages
from negotiations.pages.records.text_fragments import text_link
from tests.factories import (
    CitationFactory,
    CommitmentFactory,
    DeliveryFactory,
    DismissalFactory,
    IssueFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    PositionFactory,
    RoundFactory,
    SourceFactory,
)
from tests.pages.test_start_and_lists import PUBLIC, page_of, told

pytestmark = pytest.mark.django_db

TEXT = "A heading\nThe Kremlin said it is open to talks & more. Others doubt it.\nThe end."
ADDRESS = "https://news.example/1"


@pytest.fixture
def source():
    return SourceFactory(
        title="Talks", slug="talks", text=TEXT, url=ADDRESS, language="en", **PUBLIC
    )


@pytest.fixture
def position(source):
    words = CitationFactory.build(source=source, quote="it is open to talks & more", record=None)
    return PositionFactory(
        slug="russia-open",
        negotiation=NegotiationFactory(title="The talks of 2025", **PUBLIC),
        party=PartyFactory(name="Russia", **PUBLIC),
        issue=IssueFactory(
            title="Further talks", question="Should further talks be held?", **PUBLIC
        ),
        stance="open",
        claim="Talks can go on.",
        date="2025-07",
        citations=[words],
        **PUBLIC,
    )


def test_a_record_shows_its_words_in_their_paragraph_with_the_way_to_the_original(client, position):
    page = client.get(page_of(position))

    assert told(page, "<h1", '<h2 id="facts"') == (
        "Russia: Talks can go on. Question: “Should further talks be held?” Answer: could say yes; "
        "in July 2025; from the source's narration. The words "
        "The Kremlin said it is open to talks & more . Others doubt it. "
        "The source's narration; supports this record – Talks · the words in the original"
    )
    assert '<blockquote lang="en" dir="ltr">' in page.text
    assert "said <mark>it is open to talks &amp; more</mark>. Others" in page.text
    assert f'href="{ADDRESS}#:~:text=it%20is%20open%20to%20talks%20%26%20more"' in page.text


def test_parts_of_a_negotiation_lead_to_it_and_other_sites_are_told_the_words(client, source):
    words = CitationFactory.build(source=source, quote="Others doubt it", record=None)
    owed = CommitmentFactory(
        negotiation__title="The talks", negotiation__review="published", **PUBLIC
    )
    given = DeliveryFactory(commitment=owed, citations=[words], **PUBLIC)

    page = client.get(page_of(given))

    assert (
        f'delivery\n    \n      of <a href="{page_of(owed.negotiation)}">The talks</a>' in page.text
    )
    card = dict(re.findall(r'<meta property="og:(\w+)"\s+content="([^"]*)">', page.text))
    assert card == {
        "site_name": "Negotiation Tracker",
        "type": "article",
        "locale": "en",
        "title": told(page, "<h1", "</h1>").removesuffix("."),
        "description": "Others doubt it",
        "url": f"http://testserver{page_of(given)}",
    }


@pytest.mark.parametrize(
    ("text", "around"),
    [
        (f"{'abc ' * 999}The words.{' def' * 999}", ("abc " * 149, " def" * 149)),
        (f"{'公' * 999}The words.{'開' * 999}", ("公" * 600, "開" * 600)),
    ],
)
def test_of_a_long_paragraph_the_part_around_the_words_is_shown(client, text, around):
    source = SourceFactory(text=text, **PUBLIC)
    words = CitationFactory.build(source=source, quote="The words.", record=None)
    person = PersonFactory(citations=[words], **PUBLIC)

    page = client.get(page_of(person))

    before, after = around
    assert told(page, "<blockquote", "</blockquote>") == " ".join(
        f"… {before} The words. {after} …".split()
    )


def test_words_of_a_language_written_from_the_right_say_so(client):
    source = SourceFactory(text="قال إن المحادثات ستستمر", language="ar", **PUBLIC)
    person = PersonFactory(citations=[CitationFactory.build(source=source, record=None)], **PUBLIC)

    assert '<blockquote lang="ar" dir="rtl">' in client.get(page_of(person)).text
    assert '<blockquote class="text" lang="ar" dir="rtl">' in client.get(page_of(source)).text


def test_a_version_is_shown_as_it_was_with_its_words_and_the_way_to_today(client, position):
    position.stance = "opposes"
    history.save(position, reason="Read again")

    old = client.get(f"{page_of(position)}?version=1")
    today = client.get(page_of(position))

    assert told(old, "<h1", "</h1>") == (
        "Russia: Talks can go on. Question: “Should further talks be held?” Answer: could say yes; "
        "in July 2025; from the source's narration."
    )
    assert told(old, "<h1", '<h2 id="facts"').endswith("the words in the original")
    assert "See version 2, which holds now." in old.text
    assert "“Should further talks be held?” Answer: no;" in told(today, "<h1", "</h1>")
    versions = told(today, '<h2 id="history"', '<h2 id="cite"')
    assert re.sub(r"on \d+ \w+ \d+", "on a day", versions) == (
        "Its history Version 2 updated on a day : stance Read again Version 1 created on a day"
    )


@pytest.mark.parametrize(("number", "status"), [("3", 404), ("x", 400), ("1" * 30, 400)])
def test_a_version_that_is_not_there_is_not_found(client, position, number, status):
    assert client.get(f"{page_of(position)}?version={number}").status_code == status


def test_a_version_that_was_a_draft_is_not_told(client):
    party = PartyFactory(name="Draft name")
    party.name, party.review = "Name", "published"
    words = CitationFactory.build(source=SourceFactory(**PUBLIC), record=None)
    history.save(party, related={"citations": [words]})

    assert client.get(f"{page_of(party)}?version=1").status_code == 404
    assert "Draft name" not in client.get(page_of(party)).text


def test_a_record_is_cited_by_bibtex_and_csl_json_with_its_version(client, position):
    at = position.updated_at
    url = "http://testserver/positions/russia-open/?version=1"
    title = (
        "Russia: Talks can go on. Question: “Should further talks be held?” Answer: could say yes; "
        "in July 2025; from the source's narration"
    )

    bib, csl = (client.get(f"/positions/russia-open.{form}?version=1") for form in ("bib", "json"))

    assert bib.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert bib.text == (
        "@misc{russia-open-v1,\n"
        "  author = {{Negotiation Tracker}},\n"
        f"  title = {{{{{title}}}}},\n"
        f"  year = {{{at.year}}},\n"
        f"  month = {{{at.month}}},\n"
        "  howpublished = {Negotiation Tracker, position},\n"
        "  note = {Version 1},\n"
        f"  url = {{{url}}},\n"
        "}\n"
    )
    assert csl.json() == [
        {
            "id": "russia-open-v1",
            "type": "webpage",
            "title": title,
            "author": [{"literal": "Negotiation Tracker"}],
            "container-title": "Negotiation Tracker",
            "genre": "position",
            "version": "1",
            "issued": {"date-parts": [[at.year, at.month, at.day]]},
            "URL": url,
        }
    ]


def test_a_source_marks_what_is_coded_and_tells_what_was_left_out(client, source, position):
    DismissalFactory(source=source, quote="A heading", reason="heading", **PUBLIC)

    page = client.get(page_of(source))

    text = page.text.partition('<blockquote class="text"')[2].partition("</blockquote>")[0]
    cited, left_out, claim = position.citations.get(), source.dismissals.get(), position.claim
    assert (
        text.partition(">")[2].split()
        == (
            f'<p><span id="dismissals-{left_out.slug}"></span>'
            '<span class="dismissed">A heading</span>'
            f'<a class="way" href="/dismissals/{left_out.slug}/" '
            'title="Left out: A heading that states nothing of its own.">heading</a></p>'
            f'<p>The Kremlin said <span id="citations-{cited.slug}"></span>'
            "<mark>it is open to talks &amp; more</mark>"
            f'<a class="way" href="/positions/russia-open/" title="Position: Russia: {claim}">1</a>'
            ". Others doubt it.</p><p>The end.</p>"
        ).split()
    )
    assert told(page, '<h2 id="supported"', '<h2 id="facts"') == (
        f"What rests on it position {position.party}: {claim} Read and left out A heading "
        "Heading: A heading that states nothing of its own. "
        "Not coded yet Others doubt it. The end."
    )


def test_lists_say_that_a_delivery_was_retracted_and_a_round_cancelled(client, source):
    talks = NegotiationFactory(title="Talks of 2025", **PUBLIC)
    russia, ukraine = (PartyFactory(name=name, **PUBLIC) for name in ("Russia", "Ukraine"))
    owed = CommitmentFactory(
        negotiation=talks, text="An exchange.", unit="persons", obligor=[russia], obligee=[ukraine],
        **PUBLIC,
    )  # fmt: skip
    words = CitationFactory.build(source=source, quote="The end", record=None)
    DeliveryFactory(
        commitment=owed, quantity_min=380, quantity_max=400, verification="retracted",
        citations=[words], **PUBLIC,
    )  # fmt: skip
    RoundFactory(negotiation=talks, title="First meeting", status="cancelled", **PUBLIC)
    line = "Russia → Ukraine: 380 to 400 persons (retracted), under “An exchange”"

    pages = [client.get(page_of(record)) for record in (owed, source, talks)]

    assert f"What refers to it Deliveries {line} " in told(pages[0], '<h2 id="related"')
    assert f"What rests on it delivery {line} " in told(pages[1], '<h2 id="supported"')
    assert " First meeting (cancelled) " in told(pages[2], "<main")
    lists = [client.get(f"/{kind}/") for kind in ("deliveries", "rounds")]
    assert [told(page, '<ul class="rows"', "</ul>") for page in lists] == [
        line,
        "First meeting (cancelled)",
    ]


def test_passages_may_overlap_meet_at_one_place_and_cross_lines():
    def passage(number, start, end):
        return HighlightedPassage(
            f"p{number}", start, end, False, str(number), "A claim", f"/{number}/"
        )

    def way(number):
        return f'<a class="way" href="/{number}/" title="A claim">{number}</a>'

    def at(number):
        return f'<span id="p{number}"></span>'

    passages = [passage(1, 0, 2), passage(2, 1, 7), passage(3, 6, 9), passage(4, 7, 10)]
    paragraphs = highlight_passages("abc\n\ndef<\n", passages)

    assert paragraphs == [
        f"{at(1)}<mark>a</mark>{at(2)}<mark>b</mark>{way(1)}<mark>c</mark>",
        f"<mark>d</mark>{at(3)}<mark>e</mark>{way(2)}{at(4)}<mark>f&lt;</mark>{way(3)}{way(4)}",
    ]
    assert highlight_passages("abc\n\n", [passage(1, 0, 5)]) == [f"{at(1)}<mark>abc</mark>{way(1)}"]


@pytest.mark.parametrize(
    ("url", "words", "link"),
    [
        ("https://a.example/", "no, never", "https://a.example/#:~:text=no%2C%20never"),
        ("https://a.example/#top", "anti-air", "https://a.example/#top:~:text=anti%2Dair"),
        ("https://a.example/", "One two.\nThree", "https://a.example/#:~:text=One%20two.,Three"),
        (
            "https://a.example/",
            "It was said that the sides would meet again in the next week, whatever might happen",
            "https://a.example/#:~:text=It%20was%20said%20that%20the,next%20week%2C%20whatever%20might%20happen",
        ),
    ],
)
def test_a_link_names_the_words_in_the_original(url, words, link):
    assert text_link(url, words) == link
