"""``manage.py unlock USER``: let somebody log in again at once."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from tracker import login_throttle


class Command(BaseCommand):
    help = "Forget the wrong passwords of a user, so that they can log in at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the user's log-in name")
        parser.add_argument(
            "--network", default="", help="also forget those of this IPv4 address or IPv6 /64"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not get_user_model().objects.filter(username__iexact=options["user"]).exists():
            raise CommandError(f"There is no user {options['user']!r}.")
        count = login_throttle.unlock(options["user"], options["network"])
        self.stdout.write(
            f"Unlocked {options['user']}: {count} counters of wrong passwords deleted."
        )
