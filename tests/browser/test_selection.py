"""What the mouse and the keys select at the coding desk, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.conftest import create_user
from tests.factories import SourceFactory

from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TEXT = "Talks resumed in Geneva on Monday. The delegations met again on Tuesday."
# The page's two points around a stretch of the text, as a mouse leaves them.
DRAG = """([start, end]) => {
  const find = (offset) => {
    const walker = document.createTreeWalker(
      document.getElementById("coding-text"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest(".pick")) continue;
      if (offset <= node.data.length) return [node, offset];
      offset -= node.data.length;
    }
  };
  getSelection().setBaseAndExtent(...find(start), ...find(end));
  document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
}"""


def open_desk(desk, text, language="en"):
    source = SourceFactory(text=text, language=language, review="published")
    user = create_user("contributor", "analyst")
    user.set_password(PASSWORD)
    user.save()
    desk.log_in(user)
    desk.visit(f"/admin/negotiations/source/{source.pk}/code/")
    expect(desk.page.locator("#coding-text")).to_be_focused()
    return desk.page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("hi", ["दिल्ली", "में", "वार्ता"]),
        ("ar", ["مُحَادَثَات", "سَلَام"]),
        ("fr", ["Ge\u0301ne\u0300ve", "re\u0301pond"]),
        ("fa", ["می\u200cشود", "صلح"]),
        ("uk", ["об'єднані", "місто-герой"]),
        ("ja", ["和", "平"]),
    ],
)
def test_arrow_key_selects_a_whole_word_with_its_marks(desk, language, words):
    separator = "" if language == "ja" else " "
    page = open_desk(desk, separator.join(words), language)
    forward = "ArrowLeft" if language in {"ar", "fa"} else "ArrowRight"
    found = []
    for _ in words:
        page.keyboard.press(forward)
        found.append(page.locator("#coding-bar q").text_content())
    assert found == words
    assert desk.faults == []


@pytest.mark.parametrize(
    ("part", "selected"),
    [("alks resum", "Talks resumed"), (" in Geneva ", "in Geneva"), ("d i", "resumed in")],
)
def test_mouse_selection_snaps_to_whole_words(desk, part, selected):
    page = open_desk(desk, TEXT)
    start = TEXT.index(part)
    page.evaluate(DRAG, [start, start + len(part)])
    expect(page.locator("#coding-bar")).to_be_visible()
    assert page.locator("#coding-bar q").text_content() == selected
    assert page.evaluate("getSelection().toString()") == selected


def test_mouse_selection_of_a_space_alone_selects_nothing(desk):
    page = open_desk(desk, TEXT)
    start = TEXT.index(" resumed")
    page.evaluate(DRAG, [start, start + 1])
    page.wait_for_function("getSelection().isCollapsed")
    expect(page.locator("#coding-bar")).to_be_hidden()


LOST = "No answer from the server; it may have been saved. Save again: it will not be saved twice."
NOT_LOADED = "The form could not be loaded. Try again; what you had typed is kept."
NOT_UNDONE = "No confirmation from the server; it may not have been undone. Try again."


def lose_answers(page, sent):
    """Let no answer to a form of the desk come back from now on."""
    page.route(f"**/{sent}/", lambda route: route.abort())


def write_party(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("y")
    expect(page.locator("#coding-panel [data-record=party]")).to_be_visible()
    page.fill("#coding-panel [name=name]", "Talks")


def test_lost_answer_does_not_claim_that_nothing_was_saved(desk):
    page = open_desk(desk, TEXT)
    write_party(page)
    lose_answers(page, "code")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#coding-says")).to_have_text(LOST)


def test_form_that_is_not_opened_does_not_speak_of_saving(desk):
    page = open_desk(desk, TEXT)
    page.keyboard.press("ArrowRight")
    lose_answers(page, "code")
    page.keyboard.press("y")
    expect(page.locator("#coding-says")).to_have_text(NOT_LOADED)


@pytest.mark.parametrize("status", [0, 400, 503])
def test_unfinished_form_that_does_not_come_back_is_kept(desk, status):
    page = open_desk(desk, TEXT)
    write_party(page)
    page.reload()
    page.route("**/code/", lambda route: route.fulfill(status=status) if status else route.abort())
    page.locator("#coding-unfinished button").click()
    expect(page.locator("#coding-says")).to_have_text(NOT_LOADED)
    expect(page.locator("#coding-unfinished button")).to_have_count(1)


def test_lost_answer_to_undo_speaks_of_undoing(desk):
    page = open_desk(desk, TEXT)
    write_party(page)
    page.select_option("#coding-panel [name=kind]", label="State")
    page.select_option("#coding-panel [name=voice]", label="Narrator")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#coding-says [data-saved]")).to_be_visible()
    lose_answers(page, "undo")
    page.keyboard.press("z")
    expect(page.locator("#coding-says")).to_have_text(NOT_UNDONE)
