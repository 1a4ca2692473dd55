"""Who comes in: passwords, users, roles and tokens at the desk."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from negotiations.models import PasswordGuess, Token, get_role
from negotiations.rest.http.client_address import get_client_address, get_client_network
from tests.conftest import PASSWORD, create_user
from tests.support.admin_client import build_admin_client, list_messages, open_admin_form
from tracker.login_throttle import take_try

LOGIN = "/admin/login/"


def knock(name, password, address="192.0.2.1"):
    """Whether a name and password open the desk."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post(f"{LOGIN}?next=/admin/", {"username": name, "password": password})
    return answer.status_code == 302


def test_eleventh_try_has_to_wait_even_with_the_right_password(analyst_user):
    wrong = [knock("analyst", "wrong") for _number in range(10)]

    assert wrong == [False] * 10
    assert knock("analyst", PASSWORD) is False
    assert knock("ANALYST", PASSWORD) is False


def test_fifty_parallel_guesses_get_ten_tries(transactional_db):
    create_user("contributor", "analyst")
    counted = []

    def guess(_number):
        counted.append(take_try("key", "account", 10))
        connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(guess, range(50)))

    assert sorted(counted) == [False] * 40 + [True] * 10


@pytest.mark.parametrize(("strangers", "tries"), [(1, 12), (5, 12), (55, 2)])
def test_strangers_do_not_lock_an_analyst_out(analyst_user, strangers, tries):
    for number in range(strangers):
        for _try in range(tries):
            knock("analyst", "wrong", f"198.51.100.{number + 1}")

    assert knock("analyst", PASSWORD, "192.0.2.1") is True


def test_account_under_attack_leaves_each_network_fewer_tries(analyst_user):
    for number in range(50):
        for _try in range(2):
            knock("analyst", "wrong", f"198.51.100.{number + 1}")

    wrong = [knock("analyst", "wrong", "203.0.113.5") for _try in range(3)]
    assert (wrong, knock("analyst", PASSWORD, "203.0.113.5")) == ([False] * 3, False)


def test_known_device_passes_where_its_network_has_to_wait(analyst_user):
    client = Client(REMOTE_ADDR="192.0.2.1")
    form = {"username": "analyst", "password": PASSWORD}
    client.post(f"{LOGIN}?next=/admin/", form)
    del client.cookies["session"]
    for _try in range(12):
        knock("analyst", "wrong")

    assert knock("analyst", PASSWORD) is False
    assert client.post(f"{LOGIN}?next=/admin/", form).status_code == 302


def test_known_device_is_forgotten_with_a_new_password_and_counted_by_itself(analyst_user):
    client = Client(REMOTE_ADDR="192.0.2.1")
    form = {"username": "analyst", "password": PASSWORD}
    client.post(f"{LOGIN}?next=/admin/", form)
    del client.cookies["session"]
    for _try in range(10):
        client.post(LOGIN, form | {"password": "wrong"})
    assert client.post(f"{LOGIN}?next=/admin/", form).status_code == 200
    PasswordGuess.objects.all().delete()

    analyst_user.set_password("another long password")
    analyst_user.save()
    for _try in range(12):
        knock("analyst", "wrong")
    changed = client.post(f"{LOGIN}?next=/admin/", form | {"password": "another long password"})
    assert changed.status_code == 200


def test_network_has_to_wait_after_fifty_failures_over_all_accounts(analyst_user, reviewer_user):
    for number in range(50):
        knock(f"guess-{number}", "wrong")

    assert knock("analyst", PASSWORD) is False
    assert knock("reviewer", PASSWORD, "192.0.2.2") is True


def test_network_of_ipv6_is_counted_by_its_first_half(analyst_user):
    for number in range(10):
        knock("analyst", "wrong", f"2001:db8:1:2::{number + 1:x}")

    assert knock("analyst", PASSWORD, "2001:db8:1:2:ffff::1") is False
    assert knock("analyst", PASSWORD, "2001:db8:1:3::1") is True


def test_right_password_forgets_the_failures(analyst_user):
    for _round in range(3):
        assert [knock("analyst", "wrong") for _number in range(8)] == [False] * 8
        assert knock("analyst", PASSWORD) is True


def test_each_pause_is_twice_as_long_as_the_one_before(analyst_user):
    for _number in range(10):
        knock("analyst", "wrong")
    pauses = []
    for _pause in range(8):
        guess = PasswordGuess.objects.exclude(account="").get()
        pauses.append(round((guess.blocked_until - guess.since).total_seconds() / 60))
        PasswordGuess.objects.update(blocked_until=timezone.now())
        knock("analyst", "wrong")

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    PasswordGuess.objects.update(blocked_until=timezone.now())
    assert knock("analyst", PASSWORD) is True


def test_unlock_lets_a_user_log_in_at_once(analyst_user, capsys):
    for number in range(50):
        knock("analyst" if number < 12 else f"guess-{number}", "wrong", "192.0.2.1")
    assert knock("analyst", PASSWORD) is False

    call_command("unlock", "analyst", network="192.0.2.1")

    assert knock("analyst", PASSWORD) is True
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        call_command("unlock", "nobody")


def test_log_ins_are_logged_with_user_and_address(analyst_user, caplog):
    with caplog.at_level("INFO", logger="tracker.login_throttle"):
        knock("analyst", PASSWORD, "::ffff:192.0.2.1")
        knock("analyst", "wrong")
        knock("my-password-in-the-wrong-box", "wrong")
        for _number in range(10):
            knock("analyst", "wrong")

    found = [record for record in caplog.records if record.name == "tracker.login_throttle"]
    lines = [(r.levelname, r.getMessage(), *r.fields.values()) for r in found]
    assert lines[:3] == [
        ("INFO", "logged in", "analyst", "192.0.2.1"),
        ("WARNING", "log-in failed", "analyst", "192.0.2.1"),
        ("WARNING", "log-in failed", None, "192.0.2.1"),
    ]
    assert lines[-1] == ("WARNING", "log-in refused: too many tries", "analyst", "192.0.2.1")


def test_unknown_known_and_locked_names_are_answered_alike(analyst_user):
    def answer(name):
        form = {"username": name, "password": "wrong"}
        return Client().post(LOGIN, form).content.decode().replace(name, "NAME")

    def stripped(text):
        lines = text.splitlines()
        return [line for line in lines if "csrfmiddlewaretoken" not in line]

    known, unknown = answer("analyst"), answer("nobody")
    for _number in range(10):
        knock("analyst", "wrong", "192.0.2.7")
    locked = answer("analyst")

    assert stripped(known) == stripped(unknown) == stripped(locked)
    assert "each further try has to wait" in known


def test_no_name_or_password_is_kept_in_clear(analyst_user):
    knock("my-password-in-the-wrong-box", "wrong")

    assert "password" not in str(list(PasswordGuess.objects.values()))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address", "network"),
    [
        ("192.0.2.1", None, "192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", None, "192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", None, "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.1:51234", "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "[2001:db8::1]:443", "2001:db8::1", "2001:db8::/64"),
        ("127.0.0.1", "[2001:db8::1]", "2001:db8::1", "2001:db8::/64"),
        ("127.0.0.1", "[::ffff:192.0.2.1]:443", "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "2001:DB8:0:0::1", "2001:db8::1", "2001:db8::/64"),
        ("127.0.0.1", "10.0.0.1, 192.0.2.5", "192.0.2.5", "192.0.2.5"),
        ("127.0.0.1", "192.0.2.5, unknown", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ("fe80::1%eth0", None, "fe80::1", "fe80::/64"),
        ("", None, "", ""),
    ],
)
def test_client_address_is_read_in_every_form(peer, forwarded, address, network, settings):
    settings.BEHIND_PROXY = forwarded is not None
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded

    assert (get_client_address(request), get_client_network(request)) == (address, network)


def test_addresses_that_clients_write_themselves_are_not_believed():
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.0.0.1")

    assert get_client_address(request) == "192.0.2.1"


@pytest.mark.parametrize("page", ["user/", "user/add/", "group/", "user/1/change/"])
def test_users_and_groups_are_kept_by_administrators(
    page, analyst_user, reviewer_user, administrator_user
):
    url = f"/admin/auth/{page.replace('1', str(analyst_user.pk))}"
    statuses = [
        build_admin_client(user).get(url).status_code
        for user in (analyst_user, reviewer_user, administrator_user)
    ]

    assert statuses == [403, 403, 200]


def test_an_administrator_makes_a_contributor(administrator_user):
    client = build_admin_client(administrator_user)
    group = Group.objects.get_or_create(name="contributor")[0]
    form = open_admin_form(client, "/admin/auth/user/add/")
    form |= {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    form |= {"usable_password": "true", "is_staff": "on", "groups": [group.pk]}

    client.post("/admin/auth/user/add/", form)

    new = User.objects.get(username="new")
    assert (get_role(new), new.is_staff, new.is_superuser) == ("contributor", True, False)


def test_nobody_raises_themselves_or_makes_superusers(administrator_user, analyst_user):
    root = User.objects.create_superuser("root", password=PASSWORD)
    client = build_admin_client(administrator_user)
    own, other = (
        f"/admin/auth/user/{user.pk}/change/" for user in (administrator_user, analyst_user)
    )
    form = open_admin_form(client, own)
    assert not {"groups", "is_staff", "is_active", "is_superuser"} & set(form)

    client.post(own, form | {"is_superuser": "on", "groups": []})
    client.post(
        other, open_admin_form(client, other) | {"is_superuser": "on", "user_permissions": "1"}
    )

    for user in (administrator_user, analyst_user):
        user.refresh_from_db()
        assert user.is_superuser is False
    assert [group.name for group in administrator_user.groups.all()] == ["administrator"]
    for page in ("change/", "password/"):
        url = f"/admin/auth/user/{root.pk}/{page}"
        assert client.post(url, {"password1": "x", "password2": "x"}).status_code == 403
    assert client.get(f"/admin/auth/user/{analyst_user.pk}/delete/").status_code == 403


def test_the_text_of_a_token_is_shown_once(analyst_user):
    client = build_admin_client(analyst_user)
    url = "/admin/negotiations/token/add/"

    form = open_admin_form(client, url) | {"name": "notebook", "scope": "read"}
    answer = client.post(url, form)

    token = Token.objects.get()
    text = answer.context["token"].text
    assert (token.user, token.name, token.scope) == (analyst_user, "notebook", "read")
    assert text in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    pages = [
        client.get(f"/admin/negotiations/token/{page}") for page in ("", f"{token.pk}/change/")
    ]
    for page in pages:
        assert page.status_code == 200
        assert text not in page.content.decode()
        assert token.digest not in page.content.decode()


def test_everybody_sees_and_revokes_their_own_tokens(
    analyst_user, reviewer_user, administrator_user
):
    token, _text = Token.issue(reviewer_user, "notebook")
    url = f"/admin/negotiations/token/{token.pk}/revoke/"

    build_admin_client(analyst_user).post(url)
    token.refresh_from_db()
    assert token.revoked_at is None
    lists = [
        "notebook" in build_admin_client(user).get("/admin/negotiations/token/").content.decode()
        for user in (analyst_user, reviewer_user, administrator_user)
    ]
    assert lists == [False, True, True]

    answer = build_admin_client(administrator_user).post(url)
    token.refresh_from_db()
    assert token.is_live is False
    assert list_messages(answer) == ["1 revoked."]


def test_a_token_that_ended_already_is_not_made(analyst_user):
    client = build_admin_client(analyst_user)
    url = "/admin/negotiations/token/add/"
    form = open_admin_form(client, url) | {"name": "n", "scope": "read"}

    answer = client.post(url, form | {"expires_at_0": "2020-01-01", "expires_at_1": "00:00:00"})

    assert "This is already past." in answer.content.decode()
    assert not Token.objects.exists()
