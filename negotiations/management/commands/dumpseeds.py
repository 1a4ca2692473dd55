"""Write the records back as seed files: ``manage.py dumpseeds [folder]``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from negotiations.seeding.codebook import update_codebook
from negotiations.seeding.dumping import dump
from negotiations.seeding.load import format_path, get_seeds_folder

DIFFERENCES = 2


class Command(BaseCommand):
    help = (
        "Write all records as seed files in canonical form, each into the file it came from,"
        " and the texts of sources byte for byte."
        " Exit codes: 0 fine, 2 (with --check) files differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="where to; default: seeds/")
        parser.add_argument(
            "--check", action="store_true", help="name the files that differ, write nothing"
        )

        parser.add_argument(
            "--codebook",
            action="store_true",
            help="only bring the codebook in the folder's README.md up to date with the models",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"] or get_seeds_folder()
        if options["codebook"]:
            page = folder / "README.md"
            _replace(page, update_codebook(page.read_text(encoding="utf-8")).encode())
            self.stdout.write(f"{format_path(page)}: written")
            return
        with transaction.atomic():
            files = dump()
        differing = 0
        for name, text in files.items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise CommandError(f"{name} would lie outside {folder}. Nothing more was written.")
            content = text.encode()
            if path.is_file() and path.read_bytes() == content:
                self.stdout.write(f"{format_path(path)}: unchanged")
                continue
            differing += 1
            self.stdout.write(
                f"{format_path(path)}: {'differs' if options['check'] else 'written'}"
            )
            if not options["check"]:
                _replace(path, content)
        if options["check"] and differing:
            raise SystemExit(DIFFERENCES)


def _replace(path: Path, content: bytes) -> None:
    """Write the whole file or leave the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)
