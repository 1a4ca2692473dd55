"""Load seed files: ``manage.py loadseeds [path …]``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, IntegrityError

from negotiations.models import StaleVersion
from negotiations.seeding.errors import reporting
from negotiations.seeding.errors.diagnostics import render_report
from negotiations.seeding.errors.error_codes import explain_code
from negotiations.seeding.load import (
    LoadOptions,
    LoadResult,
    get_seeds_folder,
    ignore_progress,
    load,
)

FAULTS, DIFFERENCES = 1, 2


class Command(BaseCommand):
    help = (
        "Load seed files into the database: all of them or, after any fault, none."
        " Exit codes: 0 fine, 1 faults, 2 conflicts with edits (or, with --check, differences)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, help="files or folders; default: seeds/")
        parser.add_argument(
            "--check", "--dry-run", action="store_true", help="print the plan, write nothing"
        )
        parser.add_argument(
            "--prune", action="store_true", help="delete what its file no longer has"
        )
        parser.add_argument(
            "--take",
            choices=["file", "database"],
            help="who wins where a record was edited in the database since the last load",
        )
        parser.add_argument(
            "--as-draft", action="store_true", help="load new records as drafts, for review"
        )
        parser.add_argument("--explain", metavar="CODE", help="explain the code of a fault")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["explain"]:
            self._explain(options["explain"])
            return
        chosen = LoadOptions(
            options["check"], options["prune"], options["take"], options["as_draft"]
        )
        progress = self._progress if sys.stderr.isatty() else ignore_progress
        try:
            result = load(options["paths"] or [get_seeds_folder()], chosen, progress)
        except (IntegrityError, StaleVersion) as refusal:
            message = f"Somebody wrote to the database meanwhile ({refusal}). Nothing was written."
            raise CommandError(message) from refusal
        except DatabaseError as refusal:
            message = f"The database refused: {refusal}. Nothing was written."
            raise CommandError(message) from refusal
        for line in reporting.format_skipped_files(result):
            self.stdout.write(line)
        if result.faults:
            self._refuse(render_report(result.faults), FAULTS)
        self._tell(result, chosen)

    def _tell(self, result: LoadResult, options: LoadOptions) -> None:
        for line in reporting.format_kept_edits(result):
            self.stdout.write(line)
        for line in reporting.format_leftovers(result, options.prune):
            self.stdout.write(line)
        if result.conflicts:
            self._refuse("\n".join(reporting.format_conflicts(result)), DIFFERENCES)
        if options.check:
            for line in reporting.format_plan(result, options.prune):
                self.stdout.write(line)
        for line in reporting.format_file_summary(result):
            self.stdout.write(line)
        pruned = len(result.leftovers.unedited) if options.prune else 0
        if options.check and (result.work or pruned):
            raise SystemExit(DIFFERENCES)

    def _refuse(self, text: str, code: int) -> NoReturn:
        # CommandError would put its own name before the first line.
        self.stderr.write(text)
        raise SystemExit(code)

    def _explain(self, code: str) -> None:
        text = explain_code(code)
        if text is None:
            raise CommandError(f"There is no code {code}.")
        self.stdout.write(f"{code.upper()}: {text}")

    def _progress(self, done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            end = "\n" if done == total else ""
            self.stderr.write(f"\r{done:,} of {total:,} records", ending=end)
