"""``manage.py translations``: the catalogues brought into step with the words of the interface."""

import contextlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from negotiations.admin.labels import collect_labels, format_as_template

APP = Path(__file__).resolve().parents[2]


class Command(BaseCommand):
    help = (
        "Collect the words of the interface into locale/*/LC_MESSAGES/django.po and compile them. "
        "Needs gettext (Debian: apt-get install gettext)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        (APP / "labels.txt").write_text(format_as_template(collect_labels()), encoding="utf-8")
        locales = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        (APP / "locale").mkdir(exist_ok=True)
        with contextlib.chdir(APP):
            call_command("makemessages", locale=locales, no_location=True, no_obsolete=True)
            call_command("compilemessages", locale=locales)
