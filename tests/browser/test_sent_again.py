"""Two clicks on a button, and a correction after going back, in Chromium."""

import pytest
from playwright.sync_api import expect

from negotiations.models import Party
from tests.conftest import create_user

from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_two_clicks_make_one_party_and_a_correction_is_not_lost(desk):
    user = create_user("reviewer", "reviewer")
    user.set_password(PASSWORD)
    user.save()
    desk.log_in(user)
    desk.visit("/admin/negotiations/party/add/")
    desk.page.fill("#id_name", "Rusia")
    desk.page.select_option("#id_kind", "state")
    key = desk.page.input_value("#id_form_key")
    desk.page.locator("input[name=_save]").dblclick()
    expect(desk.page.locator(".messagelist .success")).to_be_visible()
    assert [party.name for party in Party.objects.all()] == ["Rusia"]

    desk.page.go_back()
    # Chromium asks for the page again; other browsers show it as it was sent, with its key.
    desk.page.evaluate("key => { document.getElementById('id_form_key').value = key }", key)
    desk.page.fill("#id_name", "Russia")
    desk.page.select_option("#id_kind", "state")
    desk.page.click("input[name=_save]")
    link = desk.page.locator(".errorlist a", has_text="Rusia")
    expect(link).to_be_visible()
    expect(desk.page.locator("#id_name")).to_have_value("Russia")
    desk.picture("sent-again")
    link.click()
    desk.page.fill("#id_name", "Russia")
    desk.save()

    assert [party.name for party in Party.objects.all()] == ["Russia"]
    assert desk.faults == []
