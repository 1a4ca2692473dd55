"""A reviewer works through the seed in a browser: by keyboard, by mouse, and without a script."""

import pytest
from playwright.sync_api import expect

from negotiations import history
from negotiations.models import Party, Person, Position
from tests.conftest import create_user
from tests.factories import DelegationFactory, PartyFactory, PersonFactory, PositionFactory
from tests.support.seedfiles import SEEDS, run_command

from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TALKS = "ukraine-russia-2025"


def comes_in(desk, group, name):
    user = create_user(group, name)
    user.set_password(PASSWORD)
    user.save()
    desk.log_in(user)
    return user


@pytest.fixture
def seed(db):
    """The seed, with two of its positions waiting."""
    assert run_command(SEEDS)[0] == 0
    analyst = create_user("contributor", "analyst")
    found = []
    for name in ("ukraine-momentum", "russia-territory"):
        position = Position.objects.get(slug=f"{TALKS}-{name}")
        position.review = "withdrawn"
        history.save(position, by=analyst)
        position.claim = position.claim.replace("more momentum", "momentum").rstrip(".")
        position.review = "draft"
        history.save(position, by=analyst)
        position.review = "in_review"
        history.save(position, by=analyst, reason="The claim is the source's")
        found.append(position)
    return found


def states(records):
    return [type(record).objects.get(pk=record.pk).review for record in records]


def test_a_reviewer_decides_by_keyboard(desk, seed):
    comes_in(desk, "reviewer", "reviewer")
    page = desk.page
    desk.accessible()
    desk.pictures("review-1-index")
    page.get_by_role("link", name="to review").click()
    desk.accessible()
    desk.pictures("review-2-queue")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Open the first")
    desk.accessible()
    desk.picture("review-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.locator("mark").first).to_be_visible()
    desk.accessible()
    desk.pictures("review-3-item")
    page.emulate_media(color_scheme="dark")
    desk.accessible()
    page.emulate_media(color_scheme="light")

    page.keyboard.press("a")
    expect(page.locator(".undo")).to_contain_text("Decided")
    assert sorted(states(seed)) == ["in_review", "published"]
    desk.pictures("review-4-next")
    page.keyboard.press("u")
    expect(page.locator(".messagelist")).to_contain_text("Taken back")
    assert states(seed) == ["in_review", "in_review"]
    page.keyboard.press("r")
    page.keyboard.type("Name the speaker")
    page.keyboard.press("Enter")
    expect(page.locator(".undo")).to_contain_text("Decided")
    assert sorted(states(seed)) == ["draft", "in_review"]
    assert desk.faults == []


def test_a_reviewer_decides_by_mouse_and_without_a_script(chromium, desk, seed):
    comes_in(desk, "reviewer", "reviewer")
    state = desk.page.context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{desk.url}/admin/review/?source=000-abbff991094584f6")
    page.locator(".waiting a").first.click()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Review", exact=True).click()
    page.get_by_role("button", name="Approve the 2 that you have opened").click()
    assert states(seed) == ["published", "published"]
    page.get_by_role("button", name="Undo").click()
    assert states(seed) == ["in_review", "in_review"]
    page.get_by_role("button", name="Approve and next").click()
    page.get_by_label("What is to be mended").fill("Who says so?")
    page.get_by_role("button", name="Send back").click()
    assert sorted(states(seed)) == ["draft", "published"]
    context.close()


def test_single_keys_can_be_switched_off(desk, seed):
    comes_in(desk, "reviewer", "reviewer")
    desk.visit(f"/admin/review/{seed[0].address}/")
    desk.page.get_by_label("Single keys").uncheck()
    desk.page.keyboard.press("a")
    desk.page.reload()
    desk.page.keyboard.press("a")

    assert states(seed) == ["in_review", "in_review"]
    assert not desk.page.get_by_label("Single keys").is_checked()


def test_reviewing_fits_a_narrow_screen(desk, seed):
    comes_in(desk, "reviewer", "reviewer")
    desk.page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/admin/", "/admin/review/", f"/admin/review/{seed[0].address}/"):
        desk.visit(path)
        wide = desk.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (path, wide)
        desk.accessible()


def test_two_parties_are_merged_and_a_deleted_person_comes_back(desk, db):
    user = comes_in(desk, "reviewer", "reviewer")
    page = desk.page
    gone = PartyFactory(name="Turkey", slug="turkey", aliases=["Ankara"])
    kept = PartyFactory(name="Türkiye", slug="turkiye")
    PositionFactory(party=gone)
    delegation = DelegationFactory(party=gone, head=PersonFactory(name="Fidan"))
    blocking = DelegationFactory(party=kept, round=delegation.round)
    desk.visit(f"/admin/negotiations/party/{gone.pk}/change/")
    page.get_by_role("link", name="Merge").click()
    desk.accessible()
    desk.pictures("merge-1-choice")
    page.fill("#id_q", "Türk")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Türkiye").click()
    expect(page.get_by_role("alert")).to_contain_text("already has a delegation")
    desk.accessible()
    desk.pictures("merge-2-refused")
    history.delete(blocking, by=user, reason="The same delegation")
    page.get_by_role("link", name="look again").click()
    desk.accessible()
    desk.pictures("merge-3-preview")
    page.fill("#id_reason", "One state; it asked for this name in 2022")
    page.get_by_role("button", name="Merge them").click()
    expect(page.locator(".messagelist .success")).to_contain_text("2 records moved")
    assert Party.objects.get().aliases == ["Turkey", "Ankara"]

    history.delete(PersonFactory(name="Lavrov"), by=user, reason="Twice")
    desk.visit("/admin/deleted/")
    desk.accessible()
    desk.pictures("deleted")
    page.get_by_role("button", name="Restore lavrov").click()
    assert Person.objects.filter(slug="lavrov", review="draft").exists()
    desk.visit(f"/admin/negotiations/party/{kept.pk}/history/")
    desk.accessible()
    desk.pictures("history")
    assert desk.faults == []
