"""What the layers below answer in English, for machines too, in the language of the user.

Where their sentences come filled in, they are known again by their form.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .labels import PLACE, collect_labels

LOWER_LAYER_MESSAGES = (
    gettext_noop("%(twin)s says the same, and others refer to both."),
    gettext_noop("A new record is a draft."),
    gettext_noop("Choose another record of the same kind."),
    gettext_noop("It is named twice."),
    gettext_noop("It refers to a record that was deleted since; restore that first."),
    gettext_noop("It was merged into %(kept)s; restore or change that."),
    gettext_noop("Name at least one."),
    gettext_noop("Publish %(kept)s first: the other one is published."),
    gettext_noop("Publish %(twin)s first: it says the same."),
    gettext_noop("Their %(scheme)s differs: %(theirs)s and %(ours)s."),
    gettext_noop("Their country differs: %(theirs)s and %(ours)s."),
    gettext_noop("There is no '%(slug)s' among %(kinds)s."),
    gettext_noop("There is no value '%(value)s'."),
    gettext_noop("This member cannot be written."),
    gettext_noop("Write a day, for example 2025-07-19."),
    gettext_noop("Write a list of slugs."),
    gettext_noop("Write a number from 0 to %(most)s."),
    gettext_noop("Write a slug."),
    gettext_noop("Write a text."),
    gettext_noop("Write a whole number."),
    gettext_noop("Write true or false."),
)


def translate_message(answer: str) -> str:
    """The same in the language of whoever reads it; as it is, where nobody translated it."""
    for form, pattern in compile_message_patterns():
        match = pattern.fullmatch(answer)
        if match is not None:
            return _(form) % match.groupdict()
    return _(answer)


@cache
def compile_message_patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every sentence with places in it, and how it looks once they are filled.

    Those that say more come first: others would take their words for what fills a place.
    """
    said = {form for form in (*LOWER_LAYER_MESSAGES, *collect_labels()) if PLACE.search(form)}
    found = sorted(said, key=lambda form: (-len(PLACE.sub("", form)), form))
    return [(form, re.compile(_pattern(form), re.DOTALL)) for form in found]


def _pattern(form: str) -> str:
    parts = PLACE.split(form)
    seen: set[str] = set()
    for at in range(1, len(parts), 2):
        name = parts[at]
        parts[at] = f"(?P={name})" if name in seen else f"(?P<{name}>.+)"
        seen.add(name)
    parts[::2] = map(re.escape, parts[::2])
    return "".join(parts)
