"""The demo users of a debug installation."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from negotiations.models import get_role

pytestmark = pytest.mark.django_db


def test_the_demo_users_are_made_with_passwords_that_open_the_desk(settings, capsys, client):
    settings.DEBUG = True

    call_command("createdemo")

    shown = re.findall(r"The demo (\w+) is made\. .*: (\S+)", capsys.readouterr().out)
    assert [name for name, _password in shown] == ["analyst", "reviewer"]
    assert all(client.login(username=name, password=password) for name, password in shown)
    roles = {user.username: (get_role(user), user.is_staff) for user in User.objects.all()}
    assert roles == {"analyst": ("contributor", True), "reviewer": ("reviewer", True)}


def test_a_second_run_shows_no_secret(settings, capsys):
    settings.DEBUG = True
    call_command("createdemo")
    capsys.readouterr()

    call_command("createdemo")

    assert capsys.readouterr().out == (
        "The demo analyst exists; the password was shown when the user was made.\n"
        "The demo reviewer exists; the password was shown when the user was made.\n"
    )
    assert User.objects.count() == 2


def test_other_installations_get_no_demo_users():
    with pytest.raises(CommandError, match="in a debug installation only"):
        call_command("createdemo")
    assert not User.objects.exists()
