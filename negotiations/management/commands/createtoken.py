"""``manage.py createtoken USER``: the first way into the API."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from negotiations.models import Token

MAX_LIFETIME_IN_DAYS = 3650


class Command(BaseCommand):
    help = "Make a token with which a client app acts for a user. It is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the user's log-in name")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument("--scope", choices=Token.Scope.values, default=Token.Scope.READ)
        parser.add_argument("--days", type=int, default=90, help="how long it lives; 0 is for ever")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["days"] <= MAX_LIFETIME_IN_DAYS:
            raise CommandError(f"A token lives 0 to {MAX_LIFETIME_IN_DAYS} days.")
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        lifetime = timedelta(days=options["days"])
        expires_at = timezone.now() + lifetime if lifetime else None
        token, text = Token.issue(user, options["name"], options["scope"], expires_at)
        until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "for ever"
        self.stderr.write(f"{token.get_scope_display()} access for {user}, {until}. Shown once:")
        self.stdout.write(text)
