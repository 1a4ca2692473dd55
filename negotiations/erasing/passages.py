"""Find where other records repeat an erased text: typed or pasted by hand, nothing links them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import models

from negotiations.models import RECORDS
from negotiations.text.tokens import WORD, fold

from .targets import ErasureTarget

# So many words in a row are no accident; shorter texts, such as quotations, count as a whole.
RUN = 8
SHORTEST_RUN = 3
# Rows of versions that are in memory at once.
PAGE = 200
MOST_LISTED = 200
# What many records have in common with an erased one.
SHARED = frozenset({"publisher", "author", "language", "url", "archived_url", "slug"})
TEXTS = (models.CharField, models.TextField, models.JSONField)


class Repetition(NamedTuple):
    """A record that repeats a passage: where it does, and in which of its versions."""

    address: str
    fields: list[str]
    versions: list[int]
    is_current: bool


class Passages:
    """The runs of words of some texts, to be found in others."""

    def __init__(self, texts: Iterable[str], names: Iterable[str]) -> None:
        self.runs: set[int] = set()
        self.lengths: dict[str, set[int]] = defaultdict(set)
        for text, shortest in [(t, SHORTEST_RUN) for t in texts] + [(n, 1) for n in names]:
            words = WORD.findall(fold(text))
            length = min(RUN, len(words))
            if length >= shortest:
                for start in range(len(words) - length + 1):
                    self.lengths[words[start]].add(length)
                    self.runs.add(hash(tuple(words[start : start + length])))

    def are_in(self, text: str) -> bool:
        """Whether a text repeats any of them."""
        words = WORD.findall(fold(text))
        return any(
            start + length <= len(words) and hash(tuple(words[start : start + length])) in self.runs
            for start, word in enumerate(words)
            for length in self.lengths.get(word, ())
        )


def collect_passages(targets: list[ErasureTarget]) -> Passages:
    """The passages of all versions; names of people and parties count, however short."""
    texts: set[str] = set()
    names: set[str] = set()
    for target in targets:
        fields = [field for field in _fields(target.model) if field.name not in SHARED]
        for version in target.versions:
            for field in fields:
                found = names if field.name in {"name", "aliases"} else texts
                found.update(_texts_in(getattr(version, field.attname)))
    return Passages(texts, names)


def find_repetitions(passages: Passages) -> Iterator[Repetition]:
    """Read the versions of all records in pages, without a lock; yield those that repeat any."""
    for model in RECORDS if passages.runs else ():
        found: dict[int, tuple[set[str], list[int]]] = {}
        newest: dict[int, tuple[str, int, str]] = {}
        for row in _version_rows(model):
            fields = {
                "the reason of the change" if name == "history_change_reason" else name
                for name, value in row.items()
                if any(map(passages.are_in, _texts_in(value)))
            }
            if fields or row["id"] in found:
                newest[row["id"]] = (row["slug"], row["version"], row["history_type"])
            if fields:
                names, versions = found.setdefault(row["id"], (set(), []))
                names |= fields
                versions.append(row["version"])
        for key, (names, versions) in found.items():
            slug, version, kind = newest[key]
            is_current = kind != "-" and version in versions
            address = f"{model.resource_name}/{slug}"
            yield Repetition(address, sorted(names), sorted(set(versions)), is_current)


def _version_rows(model: Any) -> Iterator[dict[str, Any]]:
    names = [field.attname for field in _fields(model)]
    beside = ("history_id", "history_type", "history_change_reason", "id", "version")
    last = 0
    while True:
        rows = model.history.filter(history_id__gt=last).order_by("history_id")
        page = list(rows.values(*names, *beside)[:PAGE])
        if not page:
            return
        yield from page
        last = page[-1]["history_id"]


def _fields(model: Any) -> list[Any]:
    fields = model._meta.concrete_fields
    return [f for f in fields if isinstance(f, TEXTS) and not f.choices and f.name != "sha256"]


def _texts_in(value: Any) -> list[str]:
    values = value.values() if isinstance(value, dict) else value
    many = values if isinstance(value, dict | list) else [value]
    return [text for text in many if isinstance(text, str) and text]
