"""A demo analyst and reviewer, for an installation that only its maker sees."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from negotiations.models import Role

DEMO = (("analyst", Role.CONTRIBUTOR), ("reviewer", Role.REVIEWER))


class Command(BaseCommand):
    help = "Make the users analyst and reviewer of a debug installation; shows passwords once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo users are made in a debug installation only: TRACKER_DEBUG=1.")
        with transaction.atomic():
            lines = [self.user(name, role) for name, role in DEMO]
        for line in lines:
            self.stdout.write(line)

    def user(self, name: str, role: Role) -> str:
        """Make the user if there is none of this name; the line to print."""
        if User.objects.filter(username=name).exists():
            return f"The demo {name} exists; the password was shown when the user was made."
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(name, password=password, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        return f"The demo {name} is made. Password, shown this once: {password}"
