"""Erase a record for good: ``manage.py eraserecord sources/x --reason "…"``."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from negotiations.erasing import (
    ErasureError,
    ErasureTarget,
    erase,
    find_all_targets,
    find_repetitions,
    find_target,
)
from negotiations.erasing.passages import MOST_LISTED, Passages
from negotiations.models import COLLECTIONS, Erasure

BACKUPS = (
    "Backups, logs and dumped fixtures made until now still hold the text: see docs/operators.md."
)
ELSEWHERE = (
    "Erase each of these, too, if it has to go, and make it again without the passage: a change"
    " alone would leave the passage in its earlier versions."
)


class Command(BaseCommand):
    help = (
        "Erase a record, also a deleted or merged one, from all its versions and wherever they are"
        " repeated. Its address answers 410 with the reason from then on. This cannot be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="collection and slug, such as sources/report")
        parser.add_argument("--reason", required=True, help="why; everybody may read it")
        parser.add_argument(
            "--with-slug", action="store_true", help="replace its slug although somebody chose it"
        )
        parser.add_argument(
            "--no-input", "--noinput", action="store_true", help="do not ask for a confirmation"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["reason"].strip():
            raise CommandError("Give a reason that is not empty. Nothing was erased.")
        target = self.target(options["address"])
        if not options["no_input"]:
            self.confirm(target)
        try:
            done = erase(target, options["reason"].strip(), with_slug=options["with_slug"])
        except (ErasureError, DatabaseError) as refusal:
            raise CommandError(f"{refusal} Nothing was erased.") from refusal
        wipe_freed_space()
        for address in done.addresses:
            self.stdout.write(f"{address}: erased")
        for file in done.files:
            self.stdout.write(f"The seed file {file} still has it: take it out there.")
        self.list_repetitions(done.passages)
        self.stdout.write(BACKUPS)

    def target(self, address: str) -> ErasureTarget:
        """The record that the address names."""
        collection, _, slug = address.strip("/").partition("/")
        model = COLLECTIONS.get(collection)
        if model is None:
            known = ", ".join(sorted(COLLECTIONS))
            raise CommandError(f"There is no collection {collection!r}; there are {known}.")
        # PostgreSQL cannot even be asked for a text with a NUL.
        target = None if "\0" in slug else find_target(model, slug)
        if "\0" not in slug and Erasure.objects.find(collection, slug):
            raise CommandError(f"{address} is erased already.")
        if target is None:
            raise CommandError(f"There is no record {address}, and there was none.")
        return target

    def confirm(self, target: ErasureTarget) -> None:
        """List what would go, and go on after ``yes`` only."""
        for each in find_all_targets(target):
            self.stdout.write(f"{each.model.resource_name}/{each.slug}")
        try:
            answer = input("Erase all versions of these? This cannot be undone. Type yes: ")
        except EOFError:
            raise CommandError("Confirm with --no-input. Nothing was erased.") from None
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was erased.")

    def list_repetitions(self, passages: Passages) -> None:
        """Name the records that repeat a passage; they are left as they are."""
        found = list(islice(find_repetitions(passages), MOST_LISTED + 1))
        for each in found[:MOST_LISTED]:
            versions = ", ".join(map(str, each.versions))
            state = "it still does" if each.is_current else "now it does not"
            self.stdout.write(
                f"{each.address} repeats a passage in {', '.join(each.fields)}"
                f" (version {versions}; {state}). It was left as it is."
            )
        if len(found) > MOST_LISTED:
            self.stdout.write(f"More than {MOST_LISTED} records do; the others are not listed.")
        if found:
            self.stdout.write(ELSEWHERE)


def wipe_freed_space() -> None:
    """Overwrite what the database only marks as free: the bytes would stay in its files."""
    if connection.in_atomic_block:
        return  # In a test: the database refuses it within a transaction.
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM")
            cursor.execute("RESET statement_timeout")
