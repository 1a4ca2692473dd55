"""The page of the API in Chromium, under the policy of our pages and with no other host."""

import re

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import expect

from tests.browser.conftest import SCREENSHOTS
from tests.factories import PartyFactory
from tests.support.contract import document

# Swagger UI takes the underscore of an operation's name for a space; the link works all the same.
UNDERSCORE = "Deprecated: escaping deep link whitespace with `_` is unsupported"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(chromium, live_server):
    """A page that notes what it complains of and whom it asks."""
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.complaints, page.asked = [], []
    page.on("console", lambda message: page.complaints.append((message.type, message.text)))
    page.on("pageerror", lambda error: page.complaints.append(("error", str(error))))
    page.on("request", lambda request: page.asked.append(request.url))
    page.set_default_timeout(60_000)
    yield page
    context.close()


def pictures(page, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png")


def test_the_page_lists_the_operations_and_asks_nobody_else(page, live_server):
    answer = page.goto("/api/docs/")

    assert answer.headers["content-security-policy"].startswith("default-src 'self'; img-src")
    expect(page.locator(".opblock-tag")).to_have_count(len(document()["tags"]), timeout=60_000)
    expect(page.locator(".opblock-tag").first).to_contain_text("sources")
    pictures(page, "documentation")
    page.locator(".opblock-tag", has_text="parties").click()
    expect(page.locator("#operations-parties-parties_list")).to_be_visible()
    pictures(page, "documentation-parties")

    assert page.complaints == []
    assert {url for url in page.asked if not url.startswith((live_server.url, "data:"))} == set()


def test_a_request_can_be_tried(page):
    PartyFactory(name="Ukraine", review="published")
    page.goto("/api/docs/#/parties/parties_retrieve")
    operation = page.locator("#operations-parties-parties_retrieve")

    operation.get_by_role("button", name="Try it out").click()
    operation.locator("tr[data-param-name=slug] input").fill("ukraine")
    operation.get_by_role("button", name="Execute").click()

    answer = operation.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer).to_contain_text('"name": "Ukraine"')
    operation.locator(".live-responses-table").scroll_into_view_if_needed()
    pictures(page, "documentation-tried")
    assert [text for _, text in page.complaints if not text.startswith(UNDERSCORE)] == []


def test_the_icon_is_where_browsers_look_for_it(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert re.fullmatch(r"/static/negotiations/icon.*\.svg", answer["Location"])
    assert finders.find("negotiations/icon.svg")
