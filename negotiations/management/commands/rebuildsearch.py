"""``manage.py rebuildsearch``: the search index, made anew from the records."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from negotiations.models import RECORDS
from negotiations.search import rebuild
from negotiations.search.index import PAST, PRESENT

DRIFT = 1


class Command(BaseCommand):
    help = (
        "Make the search index anew. Writes keep it in step by themselves; run this after an"
        " upgrade that changes what is searched. Exit codes: 0 fine, 1 (with --check) it differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="name the records that differ, write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            with rebuild.open_snapshot():
                self.check_all()
        else:
            self.rebuild()

    def rebuild(self) -> None:
        """Put every record in anew, as it is and as it was, while others read and write."""
        rebuild.repair_words()
        count = sum(rebuild.rebuild_model(model) for model in RECORDS)
        self.stdout.write(f"{count} records are indexed.")

    def check_all(self) -> None:
        """Compare each record with its document, and each document with its words."""
        differing = 0
        for model in RECORDS:
            for address in rebuild.find_drift(model):
                self.stdout.write(f"{address} differs")
                differing += 1
        for table in (PRESENT, PAST) if connection.vendor == "sqlite" else ():
            if not rebuild.is_intact(table):
                self.stdout.write(f"{table} is damaged")
                differing += 1
        if differing:
            self.stdout.write("Run manage.py rebuildsearch.")
            raise SystemExit(DRIFT)
        self.stdout.write("The index is in step.")
