"""The pictures as people see them: wide and narrow, by day and by night, by mouse and by keys."""

import pytest

from negotiations.models import Negotiation
from negotiations.pages.pictures.svg import PICTURES
from tests.browser.conftest import SCREENSHOTS
from tests.browser.layout import fits, fits_in_both_directions, fits_longer_words
from tests.factories import CommitmentFactory, DeliveryFactory
from tests.support.scene import build_scene
from tests.support.seedfiles import SEEDS, run_command
from tests.support.synthetic import Synthetic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEED = "/negotiations/ukraine-russia-2025/"


@pytest.fixture
def pages(desk):
    """The page of the seed and of talks that nobody held."""
    assert run_command(SEEDS)[0] == 0
    Synthetic()
    return desk


def test_pages_fit_every_screen_in_both_directions(pages):
    for path in (SEED, "/negotiations/synthetic/"):
        pages.visit(path)
        fits_in_both_directions(pages.page)
    assert pages.faults == []


def test_a_table_fits_a_sheet_of_paper(pages):
    pages.page.emulate_media(media="print")
    pages.page.set_viewport_size({"width": 720, "height": 1000})
    for path in (SEED, "/negotiations/synthetic/"):
        pages.visit(path)
        assert fits(pages.page)


def test_longer_words_fit_as_well(pages):
    for path in (SEED, "/negotiations/synthetic/"):
        pages.visit(path)
        fits_longer_words(pages.page)


@pytest.mark.parametrize("path", ["/", SEED])
def test_each_mark_leads_in_one_step_to_the_words_behind_it(path, pages):
    for mark in (".matrix .sign", ".timeline rect.rounds", ".timeline rect.responses"):
        pages.visit(path)
        pages.page.locator(mark).first.click()
        assert pages.page.locator("#words").is_visible(), mark


def test_the_days_stay_in_sight_along_a_long_timeline(pages):
    for width in (390, 1280):
        pages.page.set_viewport_size({"width": width, "height": 800})
        pages.visit(SEED)
        last = pages.page.locator(".timeline > li").last
        last.evaluate("(row) => row.scrollIntoView({block: 'end'})")

        assert 0 <= pages.page.locator(".axis").bounding_box()["y"] < 10
        # Whoever walks back by keys sees what has the focus.
        last.locator("a").first.focus()
        for _ in range(15):
            pages.page.keyboard.press("Shift+Tab")
        focused = pages.page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert focused > pages.page.locator(".axis").bounding_box()["height"]


# The signs of the text that are drawn like one that no font has.
BOXES = """() => {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const drawn = (sign) => {
    canvas.width = canvas.height = 40;
    pen.font = '24px system-ui, sans-serif';
    pen.fillText(sign, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const box = drawn(String.fromCodePoint(0x10fffd));
  const nodes = [...document.querySelectorAll('body, [title], [aria-label]')];
  const text = nodes.map((n) => n.textContent + (n.title || '') + (n.ariaLabel || '')).join('');
  return [...new Set(text)].filter((sign) => sign.trim() && drawn(sign) === box);
}"""


def test_every_sign_has_a_form(pages):
    for path in (SEED, "/negotiations/synthetic/"):
        pages.visit(path)
        assert pages.page.evaluate(BOXES) == []
    pages.page.evaluate("document.body.append(String.fromCodePoint(0x10fffc))")
    assert len(pages.page.evaluate(BOXES)) == 1


def test_three_thousand_records_stay_legible(desk):
    Synthetic(positions=2900)
    desk.visit("/negotiations/synthetic/")
    assert desk.page.locator(".timeline > li").count() == 12
    assert fits(desk.page)

    desk.page.locator(".timeline a").nth(3).click()
    assert 100 < desk.page.locator(".timeline > li").count() <= 200
    desk.page.set_viewport_size({"width": 320, "height": 800})
    assert fits(desk.page)
    desk.page.get_by_role("link", name="Further in the list").click()
    assert desk.page.get_by_role("link", name="Earlier in the list").is_visible()


def test_pages_are_accessible_by_day_and_by_night(pages):
    for scheme in ("light", "dark"):
        pages.page.emulate_media(color_scheme=scheme)
        pages.visit(SEED)
        pages.accessible()


def test_the_first_key_leads_past_the_head_and_the_next_to_what_is_there(pages):
    pages.visit(SEED)
    pages.page.keyboard.press("Tab")
    assert pages.page.evaluate("document.activeElement.textContent") == "To the content"
    pages.page.keyboard.press("Enter")
    pages.page.keyboard.press("Tab")
    assert pages.page.evaluate("document.activeElement.textContent") == "Positions"


SHOWN = """(address) => new Promise((done) => {
  const image = new Image();
  image.alt = address;
  image.onload = () => done(image.naturalWidth);
  image.onerror = () => done(0);
  image.src = address;
  document.body.replaceChildren(image);
})"""


def test_pictures_of_the_pages_are_taken_and_can_be_shown_by_another_page(pages):
    for slug in ("ukraine-russia-2025", "synthetic"):
        pages.visit(f"/negotiations/{slug}/")
        pages.pictures(slug)
        pages.visit("/")
        for name in PICTURES:
            assert pages.page.evaluate(SHOWN, f"/negotiations/{slug}/{name}.svg") > 300
            pages.picture(f"{slug}-{name}")
    assert (SCREENSHOTS / "synthetic-390-dark.png").exists()


# Words of a picture that lie over other words or a bar, or run out of it.
OVER = """() => {
  const box = (node) => node.getBoundingClientRect();
  const texts = [...document.querySelectorAll('text')].filter((node) => node.textContent.trim());
  const others = [...texts, ...document.querySelectorAll('.bar, .perhaps')];
  const over = (one, two) => one.left < two.right - 1 && two.left < one.right - 1
    && one.top < two.bottom - 2 && two.top < one.bottom - 2;
  const end = box(document.documentElement).right;
  return texts.filter((text) => box(text).right > end
    || others.some((other) => other !== text && box(other).width && over(box(text), box(other))))
    .map((text) => text.textContent);
}"""


def test_nothing_in_a_picture_lies_over_its_words(pages):
    talks = Negotiation.objects.get(slug="synthetic")
    sides = [each.party for each in talks.participations.order_by("slug")[:2]]
    about = {"negotiation": talks, "obligor": sides[:1], "obligee": sides[1:], "unit": "persons"}
    promise = {"quantity_min": 12000, "quantity_max": 15000, "due": "2020-02-01/2020-03-01"}
    owed = CommitmentFactory(review="published", **about, **promise)
    for most in (4999, None):
        amount = {"quantity_min": 4200, "quantity_max": most}
        DeliveryFactory(
            commitment=owed, verification="confirmed_by_both", review="published", **amount
        )
    for slug in ("ukraine-russia-2025", "synthetic"):
        for name in PICTURES:
            pages.visit(f"/negotiations/{slug}/{name}.svg?on=2025-07-20")
            assert pages.page.evaluate(OVER) == [], (slug, name)


GROUND = """(address) => new Promise((done) => {
  const image = new Image();
  image.onload = () => {
    const pen = document.createElement('canvas').getContext('2d');
    pen.drawImage(image, 0, 0);
    done([...pen.getImageData(2, 2, 1, 1).data]);
  };
  image.src = address;
})"""


def test_a_picture_in_another_page_is_bright_by_day_and_dark_by_night(pages):
    pages.visit("/")
    grounds = {}
    for scheme in ("light", "dark"):
        pages.page.emulate_media(color_scheme=scheme)
        grounds[scheme] = pages.page.evaluate(GROUND, f"{SEED}matrix.svg?{scheme}")
    # And by itself, where the policy of the answer holds.
    pages.visit(f"{SEED}matrix.svg")
    alone = pages.page.evaluate("getComputedStyle(document.querySelector('.ground')).fill")

    assert grounds == {"light": [255, 255, 255, 255], "dark": [20, 24, 30, 255]}
    assert alone == "rgb(20, 24, 30)"
    assert pages.faults == []


def test_talks_of_which_hardly_anything_is_known_have_a_page(pages):
    talks = Negotiation.objects.get(pk=build_scene()["negotiations"].pk)
    pages.visit(f"/negotiations/{talks.slug}/")
    assert fits(pages.page)
    assert pages.page.locator("h1").text_content() == talks.title
