"""Refusal of a database that migrations of before the first release have made."""

from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate
from django.dispatch import receiver


@receiver(pre_migrate)
def refuse_older_data(sender: Any, using: str, **kwargs: Any) -> None:
    """Raise ``CommandError`` when migrations were applied that this version does not have."""
    if sender.label != "negotiations":
        return
    loader = MigrationLoader(connections[using])
    unknown = sorted(
        name
        for app, name in loader.applied_migrations
        if app == sender.label and (app, name) not in loader.disk_migrations
    )
    if unknown:
        message = (
            f"Another version of Negotiation Tracker made this database (migration {unknown[-1]}), "
            "and this version cannot upgrade it: dump its records with that version "
            "(manage.py dumpseeds), then migrate an empty database and load them (loadseeds)."
        )
        raise CommandError(message)
