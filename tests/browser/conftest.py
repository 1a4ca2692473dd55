"""The demo analyst in front of Chromium; screenshots stay under ``var/screenshots``."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PASSWORD = "one time only 7!"


class Desk:
    """What an analyst does with a page, in their words."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.faults = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _note(self, message):
        # The installation has no icon yet, which browsers ask for unasked.
        if message.type == "error" and "favicon" not in message.location["url"]:
            self.faults.append(message.text)

    def visit(self, path):
        self.page.goto(f"{self.url}{path}")

    def log_in(self, user):
        self.visit("/admin/login/?next=/admin/")
        self.page.fill("#id_username", user.username)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("input[type=submit]")
        expect(self.page.locator("#user-tools")).to_be_visible()

    def choose(self, field, text):
        """Pick a record by typing into its autocomplete."""
        box = self.page.locator(f"#id_{field}")
        box.locator("xpath=following-sibling::span[contains(@class,'select2')]").click()
        # Until then keys go nowhere.
        expect(self.page.locator(".select2-container--open .select2-search__field")).to_be_focused()
        with self.page.expect_response(lambda answer: f"term={text[0]}" in answer.url):
            self.page.keyboard.type(text)
        self.page.locator(".select2-results__option", has_text=text).first.click()

    def save(self):
        self.page.click("input[name=_save]")
        expect(self.page.locator(".messagelist .success")).to_be_visible()

    def accessible(self):
        """Axe finds nothing on the page as it stands."""
        before = list(self.faults)
        found = Axe().run(self.page).response["violations"]
        # Axe tries styles of its own, which the policy forbids and the console tells.
        self.page.wait_for_timeout(100)
        self.faults[:] = before
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []

    def picture(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def pictures(self, name):
        """The page on a desk and on a telephone, by day and by night."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for width in (1280, 390):
                self.page.set_viewport_size({"width": width, "height": 800})
                self.picture(f"{name}-{width}-{scheme}")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def desk(chromium, live_server):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield Desk(context.new_page(), re.sub("localhost", "127.0.0.1", live_server.url))
    context.close()
