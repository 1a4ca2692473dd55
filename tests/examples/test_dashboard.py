"""The dashboard, opened from the disk: what it draws, and of whom it asks it."""

import re
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.processes import ROOT
from tests.support.synthetic import Synthetic

pytestmark = [pytest.mark.examples, pytest.mark.slow]

DASHBOARD = (ROOT / "examples" / "dashboard.html").as_uri()


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.faults, page.asked = [], []
    page.on("console", lambda told: page.faults.append(told.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("request", lambda request: page.asked.append(urlsplit(request.url).netloc))
    yield page
    context.close()


def show(page, server, **query):
    page.goto(f"{DASHBOARD}?{urlencode({'api': server.url, **query})}")
    page.wait_for_selector("main:not([aria-busy])")


def texts(page, selector):
    return page.locator(selector).all_inner_texts()


def test_the_dashboard_draws_what_the_tracker_answers(page, server):
    show(page, server, on="2026-11-22")

    assert page.title() == "Peace talks of Ukraine and Russia, 2025"
    assert texts(page, "#matrix thead th") == [
        *("Issue", "Russia\nside", "Ukraine\nside"),
        *("NATO countries\noutside", "United States\noutside"),
    ]
    territory = page.locator("#matrix tr", has_text="Territory").locator("td")
    # Browsers differ in how they write the dates below.
    assert [text.split(",")[0] for text in territory.all_inner_texts()] == [
        "▲ yes\nstated",
        "▼ no\nimplied",
        "nothing found in 1 source",
        "nothing found in 1 source",
    ]
    assert page.locator("#timeline li").count() == 1 + 23
    proposed = page.locator("#timeline li", has_text="The round that Ukraine proposed")
    assert "(proposed)\nround, 21" in proposed.inner_text()
    demand = page.locator("#timeline li", has_text="Ukraine is to reject all Western military aid.")
    assert "position, 1" in demand.inner_text()
    assert texts(page, "#timeline + details summary") == ["11 without a date"]
    assert texts(page, "#attention summary")[:3] == [
        "A deadline passed without a result (1)",
        "A round's date passed without a result (1)",
        "Proposals without an answer (3)",
    ]
    assert page.faults == []
    assert {*page.asked} == {"", urlsplit(server.url).netloc}


def test_a_mark_leads_to_the_page_with_its_words(page, server):
    show(page, server)

    address = page.locator("#matrix td a").first.get_attribute("href")

    assert address == f"{server.url}/positions/ukraine-russia-2025-united-states-deal/"


def test_what_is_refused_is_told(page, server):
    show(page, server, negotiation="no-such-talks")

    assert texts(page, "[role=alert]") == [f"{server.url}: There is no such thing"]


@pytest.mark.django_db(transaction=True)
def test_a_long_record_is_grouped_and_says_what_it_leaves_out(page, live_server):
    talks = Synthetic().negotiation
    page.goto(f"{DASHBOARD}?{urlencode({'api': live_server.url})}")
    page.wait_for_selector("main:not([aria-busy])")

    page.get_by_role("button", name="dates").first.click()
    page.wait_for_selector("#timeline .opened li")

    assert page.title() == talks.title
    thin = page.locator("#attention details", has_text="Resting on one source (")
    count = int(re.search(r"\d+", thin.locator("summary").text_content())[0])
    assert thin.locator("li").last.text_content() == f"{count - 100} more"
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_dashboard_is_accessible_and_fits(page, server, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    show(page, server)

    found = Axe().run(page).response["violations"]

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
