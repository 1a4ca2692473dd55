"""Dump fixtures: Django's ``manage.py dumpdata``, of one state of the database."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands import dumpdata

from negotiations.models import SearchDocument
from negotiations.rest.read.read_snapshot import open_read_snapshot
from negotiations.serialization import installation


class Command(dumpdata.Command):
    help = (
        "Dump the database as a fixture. Without labels it is the whole installation, with"
        " histories, users and tokens; without the search index, which loaddata builds."
    )

    def handle(self, *app_labels: str, **options: Any) -> None:
        labels = app_labels or [config.label for config in apps.get_app_configs()]
        dumped = installation.resolve_labels(labels) - installation.resolve_labels(
            options["exclude"]
        )
        is_natural = options["use_natural_foreign_keys"] or options["use_natural_primary_keys"]
        if is_natural and any(map(installation.carries_histories, dumped)):
            raise CommandError(
                "Histories name records by number, so they are dumped without --natural-foreign"
                " and --natural-primary. For records alone, name their models (docs/operators.md)."
            )
        options["exclude"] = [*options["exclude"], SearchDocument._meta.label]
        with ExitStack() as opened:
            # Rows of one table must not be newer than those of another.
            open_read_snapshot(opened)
            installation.lift_time_limits()
            super().handle(*app_labels, **options)
