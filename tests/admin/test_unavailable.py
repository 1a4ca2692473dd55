"""A database that is busy, away or read-only: who asks is told when to try again."""

import logging
import threading
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from negotiations.models import Issue, Party, Source
from negotiations.models.system.locks import WRITERS_LOCK_ID
from tests.admin.test_resuming import carried
from tests.conftest import build_api_client, create_user
from tests.factories import IssueFactory, PartyFactory, SourceFactory
from tests.support import coding_client
from tests.support.admin_client import build_admin_client, get_admin_url, open_admin_form
from tests.support.scene import get_api_url as api_address

pytestmark = pytest.mark.django_db(transaction=True)

HTML = {"Accept": "text/html"}


@contextmanager
def writer():
    """Another writer, who holds the database for as long as this lasts."""
    begun, done = threading.Event(), threading.Event()

    def hold():
        try:
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("BEGIN IMMEDIATE")
                else:
                    cursor.execute("SELECT pg_advisory_lock(%s)", [WRITERS_LOCK_ID])
                begun.set()
                done.wait(60)
                if connection.vendor == "sqlite":
                    cursor.execute("ROLLBACK")
                else:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [WRITERS_LOCK_ID])
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert begun.wait(30)
    with short_patience():
        try:
            yield
        finally:
            done.set()
            thread.join()


@contextmanager
def short_patience():
    """What waits for another writer gives up soon."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100" if sqlite else "SET lock_timeout = 100")
        try:
            yield
        finally:
            cursor.execute("PRAGMA busy_timeout = 20000" if sqlite else "SET lock_timeout = 2000")


@contextmanager
def read_only():
    """The database takes no writes, as a standby that became the primary's address does."""
    sqlite = connection.vendor == "sqlite"
    on, off = (
        ("PRAGMA query_only = 1", "PRAGMA query_only = 0")
        if sqlite
        else ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
        try:
            yield
        finally:
            cursor.execute(off)


@contextmanager
def away():
    """Nobody answers at the address of the database."""
    usual = dict(connection.settings_dict)
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
        connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    else:
        connection.settings_dict["NAME"] = "/nowhere/tracker.sqlite3"
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            connection.close_pool()
        connection.close()
        connection.settings_dict.update(usual)


@pytest.fixture
def desk():
    return build_admin_client(create_user("administrator", "administrator"))


def assert_asks_to_try_again(answer):
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Cache-Control"] == "no-store"
    assert "server failed" not in answer.content.decode()


@pytest.mark.parametrize("hindrance", [writer, read_only, away])
def test_a_form_that_cannot_be_saved_now_is_kept_and_can_be_sent_again(desk, hindrance, caplog):
    form = open_admin_form(desk, get_admin_url(Party, "add"))
    form |= {"name": "Ukraine", "kind": "state", "note": " First line\nsecond line <b>"}

    with hindrance(), caplog.at_level(logging.ERROR):
        refused = desk.post(get_admin_url(Party, "add"), form, headers=HTML)

    assert_asks_to_try_again(refused)
    assert "OperationalError" in caplog.text or "InternalError" in caplog.text
    assert Party.objects.count() == 0
    saved = desk.post(get_admin_url(Party, "add"), carried(refused), headers=HTML)
    assert saved.status_code == 302
    assert Party.objects.get().note == " First line\nsecond line <b>"


def change(desk):
    record = IssueFactory(slug="land")
    path = get_admin_url(record)
    return path, open_admin_form(desk, path) | {"note": "Kept"}


def merge(desk):
    gone, kept = PartyFactory(slug="one"), PartyFactory(slug="other")
    path = get_admin_url(gone, "merge")
    return path, {"into": str(kept.pk), "reason": "One", "gone_version": "1", "kept_version": "1"}


def review(desk):
    record = IssueFactory(slug="land", review="draft")
    return get_admin_url(record, "review"), {"state": "in_review", "version": "1", "reason": "Kept"}


def decide(desk):
    IssueFactory(slug="land", review="in_review")
    return "/admin/review/issues/land/", {"state": "draft", "version": "1", "reason": "Kept"}


def delete(desk):
    path = get_admin_url(IssueFactory(slug="land"), "delete")
    return path, {"post": "yes", "version": "1", "reason": "Kept"}


def act_on_list(desk):
    record = IssueFactory(slug="land", review="draft")
    chosen = {"action": "send_to_review", "_selected_action": str(record.pk)}
    return get_admin_url(Issue, "list"), {**chosen, f"version-{record.pk}": "1"}


def code(desk):
    source = SourceFactory(text="They met.")
    form = coding_client.open_coding_form(desk, source, "dismissal", "They met.")
    return coding_client.get_coding_url(source), {**form, "reason": "background", "_save": "1"}


def bring_text(desk):
    form = open_admin_form(desk, get_admin_url(Source, "add"))
    return get_admin_url(Source, "add"), form | {"text": "Kept.", "kind": "report", "title": "Kept"}


@pytest.mark.parametrize(
    "fill_in", [change, merge, review, decide, delete, act_on_list, code, bring_text]
)
def test_every_form_of_the_desk_waits_for_its_writer(desk, fill_in):
    path, form = fill_in(desk)

    with writer():
        refused = desk.post(path, form, headers=HTML)

    assert_asks_to_try_again(refused)
    sent = {name for name in form if name != "csrfmiddlewaretoken"}
    assert set(carried(refused)) >= {name for name in sent if not isinstance(form[name], list)}
    again = desk.post(path, carried(refused), headers=HTML)
    assert again.status_code in {200, 302}


@pytest.mark.parametrize("path", ["/", "/search/?q=land", "/issues/land/", "/issues/"])
def test_pages_say_when_the_database_is_away(path):
    IssueFactory(slug="land")
    client = Client()

    with away():
        answer = client.get(path, headers=HTML)

    assert_asks_to_try_again(answer)
    assert "The service is not available now" in answer.content.decode()


@pytest.mark.parametrize("path", ["/admin/", "/admin/review/", "/admin/negotiations/issue/"])
def test_pages_of_the_desk_say_when_the_database_is_away(desk, path):
    with away():
        answer = desk.get(path, headers=HTML)
        program = desk.get(path)

    assert_asks_to_try_again(answer)
    assert f'href="{path}"' in answer.content.decode()
    assert program["Content-Type"] == "application/problem+json"


def test_a_password_is_not_written_into_the_page(desk):
    with away():
        answer = desk.post(
            "/admin/login/", {"username": "administrator", "password": "secret"}, headers=HTML
        )

    assert_asks_to_try_again(answer)
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("hindrance", [writer, read_only])
def test_readers_are_served_while_nobody_can_write(hindrance, settings):
    settings.TRACKER_RATE_ANONYMOUS = settings.TRACKER_RATE_TOKEN = 10
    IssueFactory(slug="land", review="published")
    client = build_api_client(create_user("contributor", "analyst"))

    with hindrance():
        answers = [
            client.get(api_address("issues", "land")),
            Client().get(api_address("issues", "land")),
            Client().get("/issues/land/", headers=HTML),
            Client().get("/readyz"),
        ]

    assert [answer.status_code for answer in answers] == [200] * 4


@pytest.mark.parametrize("hindrance", [writer, read_only, away])
def test_the_api_says_so_too(hindrance):
    client = build_api_client(create_user("contributor", "analyst"))
    client.get(api_address("issues"))

    with hindrance():
        answer = client.post(api_address("issues"), {"title": "Land"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
