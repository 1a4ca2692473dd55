"""A session that ends in mid-form, or a login in another tab, loses nothing of what was typed."""

import re
from html import unescape

import pytest
from django.test import Client

from negotiations.models import Party, Source
from tests.conftest import PASSWORD
from tests.factories import PartyFactory
from tests.support.admin_client import (
    build_admin_client,
    build_login_data,
    get_admin_url,
    open_admin_form,
)
from tests.support.coding_client import SOURCE_INTAKE_URL, get_form_data

pytestmark = pytest.mark.django_db

HERE = {"Origin": "http://testserver", "Accept": "text/html"}


@pytest.fixture
def desk(analyst_user):
    return build_admin_client(analyst_user)


def carried(answer):
    """What the page would send again, but for its token."""
    boxes = re.findall(
        r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', answer.content.decode(), re.DOTALL
    )
    return {name: unescape(value) for name, value in boxes}


def test_a_record_is_saved_once_its_author_has_logged_in_again(desk, analyst_user):
    form = open_admin_form(desk, get_admin_url(Party, "add"))
    form |= {"name": "Ukraine", "kind": "state", "note": " First line\nsecond line <b>"}
    desk.logout()

    asked = desk.post(get_admin_url(Party, "add"), form)
    assert (asked.status_code, Party.objects.count()) == (200, 0)
    wrong = desk.post(
        get_admin_url(Party, "add"), {**carried(asked), **build_login_data("a false guess")}
    )
    assert "a false guess" not in wrong.content.decode()
    assert carried(wrong) == carried(asked)

    shown = desk.post(get_admin_url(Party, "add"), {**carried(wrong), **build_login_data()})
    assert (shown.status_code, Party.objects.count()) == (200, 0)
    assert "You are logged in as analyst." in shown.content.decode()
    assert "Ukraine" in shown.content.decode().partition("<dl>")[2].partition("</dl>")[0]
    saved = desk.post(get_admin_url(Party, "add"), carried(shown))
    assert saved.status_code == 302
    party = Party.objects.get()
    assert (party.note, party.created_by) == (" First line\nsecond line <b>", analyst_user)


def test_a_text_that_is_being_brought_outlives_the_session(desk):
    form = get_form_data(desk.get(SOURCE_INTAKE_URL))
    form |= {"text": " Київ.\nOne.", "kind": "news_article", "language": "uk"}
    desk.logout()

    asked = desk.post(SOURCE_INTAKE_URL, {**form, "_save": "1"})
    shown = desk.post(SOURCE_INTAKE_URL, {**carried(asked), **build_login_data()})
    desk.post(SOURCE_INTAKE_URL, carried(shown))

    assert Source.objects.get().text == " Київ.\nOne."


def test_a_password_that_is_being_changed_is_not_written_into_the_page(desk):
    desk.logout()

    asked = desk.post("/admin/password_change/", {"new_password1": "a secret of mine"})

    assert "a secret of mine" not in asked.content.decode()


def test_a_login_in_another_tab_makes_a_form_stale_and_keeps_it(analyst_user):
    tab = Client(enforce_csrf_checks=True)
    tab.force_login(analyst_user)
    form = {**open_admin_form(tab, get_admin_url(Party, "add")), "name": "Ukraine", "kind": "state"}
    tab.post("/admin/logout/", {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]})
    page = tab.get("/admin/login/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
    named = {"username": "analyst", "password": PASSWORD, "next": "/admin/"}
    assert tab.post("/admin/login/", {**named, "csrfmiddlewaretoken": token}).status_code == 302

    refused = tab.post(get_admin_url(Party, "add"), form, headers=HERE)
    assert (refused.status_code, Party.objects.count()) == (403, 0)
    assert "Nothing of this form is saved yet" in refused.content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', refused.content.decode()).group(1)
    again = {**carried(refused), "csrfmiddlewaretoken": token}
    assert tab.post(get_admin_url(Party, "add"), again, headers=HERE).status_code == 302
    assert Party.objects.get().name == "Ukraine"


def test_form_of_one_user_never_runs_as_another(desk, analyst_user, reviewer_user):
    form = open_admin_form(desk, get_admin_url(Party, "add")) | {"name": "Ukraine", "kind": "state"}
    desk.logout()
    as_reviewer = {**build_login_data(), "login-username": "reviewer"}

    asked = desk.post(get_admin_url(Party, "add"), form)
    refused = desk.post(get_admin_url(Party, "add"), {**carried(asked), **as_reviewer})
    assert "Somebody else filled in this form." in refused.content.decode()
    desk.force_login(reviewer_user)
    in_another_session = desk.post(get_admin_url(Party, "add"), form)

    assert "Log in as analyst, who filled in this form" in in_another_session.content.decode()
    assert Party.objects.count() == 0
    shown = desk.post(
        get_admin_url(Party, "add"), {**carried(in_another_session), **build_login_data()}
    )
    desk.post(get_admin_url(Party, "add"), carried(shown))
    assert Party.objects.get().created_by == analyst_user


def test_log_in_of_another_user_in_another_tab_does_not_run_a_stale_form(
    analyst_user, reviewer_user
):
    tab = Client(enforce_csrf_checks=True)
    tab.force_login(analyst_user)
    form = {**open_admin_form(tab, get_admin_url(Party, "add")), "name": "Ukraine", "kind": "state"}
    tab.logout()
    tab.force_login(reviewer_user)
    tab.get("/admin/")

    refused = tab.post(get_admin_url(Party, "add"), form, headers=HERE)

    assert refused.status_code == 403
    assert "Log in as analyst" in refused.content.decode()
    assert Party.objects.count() == 0


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None])
def test_what_another_site_sends_is_refused_and_not_offered_again(analyst_user, origin):
    tab = Client(enforce_csrf_checks=True)
    tab.force_login(analyst_user)
    headers = {"Accept": "text/html", **({"Origin": origin} if origin else {})}

    refused = tab.post(get_admin_url(Party, "add"), {"name": "Forged"}, headers=headers)

    assert (refused.status_code, carried(refused)) == (403, {})
    assert "Forged" not in refused.content.decode()


def test_who_may_not_write_gets_no_more_by_logging_in_in_mid_form(desk, reviewer_user):
    party = PartyFactory(name="Ukraine", created_by=reviewer_user)
    desk.logout()

    asked = desk.post(get_admin_url(party, "delete"), {"post": "yes"})
    shown = desk.post(get_admin_url(party, "delete"), {**carried(asked), **build_login_data()})
    answer = desk.post(get_admin_url(party, "delete"), carried(shown))

    assert answer.status_code in {302, 403, 404}
    assert Party.objects.filter(pk=party.pk).exists()
