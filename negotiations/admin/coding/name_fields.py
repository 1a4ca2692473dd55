"""Relations by name: what is typed, in any of a record's names, is the record that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.api.search import fetch_titles
from negotiations.models import Record, SearchDocument
from negotiations.rest.read.search_query import AndGroup, Phrase, SearchQuery
from negotiations.text.tokens import fold, tokenize

MAX_SUGGESTED = 12
# A name that several have is followed by the one that is nobody else's: "Ivanov [ivanov-2]".
SLUG_IN_LABEL = re.compile(r"\[([a-z0-9-]+)\]$")
MAX_WORDS = 32


def find_documents(model: type[Record], text: str, user: Any, *, whole: bool) -> Any:
    """What the index knows of records that the user sees and whose names have all these words.

    Without ``whole`` a word also finds those that begin with it.
    """
    rows = SearchDocument.objects.visible_to(user).filter(kind=model.resource_name)
    found = tokenize(text)[:MAX_WORDS]
    if not found:
        return rows.none()
    terms = [Phrase((word,), not whole) for word in found]
    return rows.filter(pk__matches=SearchQuery([AndGroup(terms)]).in_title()).order_by(
        "size", "slug"
    )


def suggest_records(model: type[Record], text: str, user: Any) -> list[dict[str, str]]:
    """Records to choose from: the label that names each, and its other names."""
    rows = list(find_documents(model, text, user, whole=False)[:MAX_SUGGESTED])
    titles = fetch_titles(row for row in rows if not row.title)
    firsts = [_first(row) or titles.get((row.kind, row.key), "") for row in rows]
    return [
        {
            # What has no name of its own is found by its slug.
            "label": first if row.title and firsts.count(first) == 1 else f"{first} [{row.slug}]",
            "hint": ", ".join(row.title.split("\n")[1:]),
        }
        for row, first in zip(rows, firsts, strict=True)
    ]


def _first(row: Any) -> str:
    return str(row.title).split("\n", 1)[0]


def find_by_name(model: type[Record], text: str, user: Any) -> list[Any]:
    """The records that the user sees and that have this very name, other name or slug."""
    visible: Any = model._default_manager.visible_to(user)
    if "\0" in text:
        return []
    told = SLUG_IN_LABEL.search(text)
    if told:
        return list(visible.filter(slug=told[1]))
    meant = fold(text.strip())
    rows = find_documents(model, text, user, whole=True)
    keys = [row.key for row in rows[:500] if meant in map(fold, row.title.split("\n"))]
    return list(visible.filter(pk__in=keys) if keys else visible.filter(slug=text.strip()[:150]))


def get_unique_label(record: Any, user: Any) -> str:
    """A text that ``find_by_name`` takes for this record alone."""
    row = SearchDocument.objects.filter(kind=record.resource_name, key=record.pk).first()
    name = (_first(row) if row else "") or str(record)
    return name if find_by_name(type(record), name, user) == [record] else f"{name} [{record.slug}]"


Maker = Callable[[str], Record]


class NameField(forms.CharField):
    """A text box for the name of a record, or of several, separated by semicolons.

    ``maker`` makes a record of a name that nobody has, if the form was told to.
    """

    maker: Maker | None = None

    def __init__(self, model: type[Record], user: Any, *, many: bool, **options: Any) -> None:
        self.model, self.user, self.many = model, user, many
        super().__init__(**options)
        self.widget.attrs |= {
            "data-names": model.resource_name,
            "autocomplete": "off",
            "class": "names",
            **({"data-many": "1"} if many else {}),
        }

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Record):
            return get_unique_label(value, self.user)
        if isinstance(value, list):
            return "; ".join(get_unique_label(each, self.user) for each in value)
        return value

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return [] if self.many else None
        if not self.many:
            return self._one(text)
        return list(dict.fromkeys(self._one(name) for name in self._split(text)))

    def _split(self, text: str) -> list[str]:
        """At semicolons; at commas only where no name has them."""
        if ";" not in text and "," in text and not find_by_name(self.model, text, self.user):
            text = text.replace(",", ";")
        return [name.strip() for name in text.split(";") if name.strip()]

    def _one(self, text: str) -> Any:
        found = find_by_name(self.model, text, self.user)
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(
                _("Several have this name; write one of: %(them)s"),
                code="ambiguous",
                params={"them": "; ".join(f"{text} [{each.slug}]" for each in found)},
            )
        if self.maker is not None:
            return self.maker(text)
        raise ValidationError(
            _("No record that you can see is called “%(name)s”."),
            code="unknown",
            params={"name": text},
        )
