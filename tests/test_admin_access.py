"""Who comes in: passwords, users, roles and tokens at the desk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from negotiations.models import PasswordGuess, Token, role_of

from .conftest import PASSWORD
from .desk import at_the_desk, opened, said

LOGIN = "/admin/login/"


def knock(name, password, address="192.0.2.1"):
    """Whether a name and password open the desk."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post(f"{LOGIN}?next=/admin/", {"username": name, "password": password})
    return answer.status_code == 302


def test_after_ten_wrong_passwords_the_right_one_is_refused_too(analyst_user):
    wrong = [knock("analyst", "wrong", f"192.0.2.{number}") for number in range(10)]

    assert wrong == [False] * 10
    assert knock("analyst", PASSWORD, "192.0.2.99") is False
    assert knock("ANALYST", PASSWORD, "192.0.2.98") is False


def test_ten_wrong_passwords_for_any_account_lock_their_address(analyst_user, reviewer_user):
    for number in range(10):
        knock(f"guess-{number}", "wrong")

    assert knock("analyst", PASSWORD) is False
    assert knock("reviewer", PASSWORD, "192.0.2.2") is True


def test_a_right_password_starts_the_count_anew(analyst_user):
    for _round in range(3):
        assert [knock("analyst", "wrong") for _number in range(3)] == [False] * 3
        assert knock("analyst", PASSWORD) is True


def test_the_pause_ends(analyst_user):
    for _number in range(11):
        knock("analyst", "wrong")
    PasswordGuess.objects.update(since=timezone.now() - timedelta(minutes=16))

    assert knock("analyst", PASSWORD) is True


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
    assert "nothing does for 15 minutes" in known


def test_no_name_or_password_is_kept_in_clear(analyst_user):
    knock("my-password-in-the-wrong-box", "wrong")

    assert "password" not in str(list(PasswordGuess.objects.values()))


def test_behind_our_proxy_the_address_is_the_one_it_noted(analyst_user, settings):
    settings.BEHIND_PROXY = True
    for _number in range(10):
        Client().post(
            LOGIN,
            {"username": f"n{_number}", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{_number}, 192.0.2.5"},
        )

    refused = {"X-Forwarded-For": "203.0.113.9, 192.0.2.5"}
    other = {"X-Forwarded-For": "192.0.2.5, 192.0.2.6"}
    form = {"username": "analyst", "password": PASSWORD}
    assert Client().post(LOGIN, form, headers=refused).status_code == 200
    assert Client().post(f"{LOGIN}?next=/admin/", form, headers=other).status_code == 302


@pytest.mark.parametrize("page", ["user/", "user/add/", "group/", "user/1/change/"])
def test_users_and_groups_are_kept_by_administrators(
    page, analyst_user, reviewer_user, administrator_user
):
    url = f"/admin/auth/{page.replace('1', str(analyst_user.pk))}"
    statuses = [
        at_the_desk(user).get(url).status_code
        for user in (analyst_user, reviewer_user, administrator_user)
    ]

    assert statuses == [403, 403, 200]


def test_an_administrator_makes_a_contributor(administrator_user):
    client = at_the_desk(administrator_user)
    group = Group.objects.get_or_create(name="contributor")[0]
    form = opened(client, "/admin/auth/user/add/")
    form |= {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    form |= {"usable_password": "true", "is_staff": "on", "groups": [group.pk]}

    client.post("/admin/auth/user/add/", form)

    new = User.objects.get(username="new")
    assert (role_of(new), new.is_staff, new.is_superuser) == ("contributor", True, False)


def test_nobody_raises_themselves_or_makes_superusers(administrator_user, analyst_user):
    root = User.objects.create_superuser("root", password=PASSWORD)
    client = at_the_desk(administrator_user)
    own, other = (
        f"/admin/auth/user/{user.pk}/change/" for user in (administrator_user, analyst_user)
    )
    form = opened(client, own)
    assert not {"groups", "is_staff", "is_active", "is_superuser"} & set(form)

    client.post(own, form | {"is_superuser": "on", "groups": []})
    client.post(other, opened(client, other) | {"is_superuser": "on", "user_permissions": "1"})

    for user in (administrator_user, analyst_user):
        user.refresh_from_db()
        assert user.is_superuser is False
    assert [group.name for group in administrator_user.groups.all()] == ["administrator"]
    for page in ("change/", "password/"):
        url = f"/admin/auth/user/{root.pk}/{page}"
        assert client.post(url, {"password1": "x", "password2": "x"}).status_code == 403
    assert client.get(f"/admin/auth/user/{analyst_user.pk}/delete/").status_code == 403


def test_the_text_of_a_token_is_shown_once(analyst_user):
    client = at_the_desk(analyst_user)
    url = "/admin/negotiations/token/add/"

    form = opened(client, url) | {"name": "notebook", "scope": "read"}
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

    at_the_desk(analyst_user).post(url)
    token.refresh_from_db()
    assert token.revoked_at is None
    lists = [
        "notebook" in at_the_desk(user).get("/admin/negotiations/token/").content.decode()
        for user in (analyst_user, reviewer_user, administrator_user)
    ]
    assert lists == [False, True, True]

    answer = at_the_desk(administrator_user).post(url)
    token.refresh_from_db()
    assert token.is_live is False
    assert said(answer) == ["1 revoked."]


def test_a_token_that_ended_already_is_not_made(analyst_user):
    client = at_the_desk(analyst_user)
    url = "/admin/negotiations/token/add/"
    form = opened(client, url) | {"name": "n", "scope": "read"}

    answer = client.post(url, form | {"expires_at_0": "2020-01-01", "expires_at_1": "00:00:00"})

    assert "This is already past." in answer.content.decode()
    assert not Token.objects.exists()
