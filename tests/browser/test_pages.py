"""The pages of records as people see them: on every screen, by day and by night, without script."""

import pytest
from playwright.sync_api import expect

from negotiations.models import Commitment, Position, Proposal, Source
from tests.browser.layout import fits_in_both_directions, fits_longer_words
from tests.factories import (
    CitationFactory,
    IssueFactory,
    PartyFactory,
    PositionFactory,
    SourceFactory,
)
from tests.support.seedfiles import SEEDS, run_command

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Verteidigungsministerkonferenzvorbereitungsausschuss"
ARABIC = "قال المتحدث إن المحادثات بين الجانبين ستستمر في الأسبوع المقبل.\n"


@pytest.fixture
def pages(desk):
    """The seed, and a position with long words, in a text that is written from the right."""
    assert run_command(SEEDS)[0] == 0
    public = {"review": "published"}
    url = f"https://news.example/{'path-' * 40}"
    text = f"{ARABIC * 2}."
    source = SourceFactory(title=ARABIC.strip(), text=text, language="ar", url=url, **public)
    words = CitationFactory.build(source=source, quote=ARABIC * 2, record=None)
    PositionFactory(
        slug="long",
        party=PartyFactory(name=LONG, aliases=[LONG * 4], **public),
        issue=IssueFactory(title=f"{LONG} {LONG}", **public),
        claim=f"{LONG * 3} {ARABIC.strip()}",
        citations=[words],
        open_question=LONG * 5,
        **public,
    )
    return desk


def addresses():
    """One page of each sort, those of the seed and the one with long words."""
    last = [kind.objects.published().last() for kind in (Proposal, Commitment)]
    sources = [Source.objects.get(slug__startswith="000"), Source.objects.get(language="ar")]
    records = [*last, Position.objects.get(slug="long"), *sources]
    return ["/", "/positions/", "/search/?q=talks", *(f"/{record.address}/" for record in records)]


def test_pages_fit_every_screen_in_both_directions_and_are_accessible(pages):
    for path in addresses():
        pages.visit(path)
        for scheme in ("light", "dark"):
            pages.page.emulate_media(color_scheme=scheme)
            pages.accessible()
        fits_in_both_directions(pages.page)
        fits_longer_words(pages.page)
    assert pages.faults == []


def test_pages_of_records_are_taken(pages):
    names = ["start", "list", "search", "proposal", "commitment", "long", "source", "source-rtl"]
    for path, name in zip(addresses(), names, strict=True):
        pages.visit(path)
        pages.pictures(f"page-{name}")


def test_a_reader_finds_a_record_and_its_words_without_script(chromium, pages):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{pages.url}/")
    page.get_by_role("searchbox").fill("presented a list of demands")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="News article").click()
    page.locator("mark", has_text="Russia presented a list of demands").locator(
        "xpath=following-sibling::a"
    ).first.click()

    expect(page.locator("h1")).to_contain_text("Russia → Ukraine")
    expect(page.locator("mark")).to_contain_text("Russia presented a list of demands")
    page.locator("figcaption a").first.click()
    expect(page.locator("h1")).to_contain_text("A text without a title")
    context.close()
