"""Places beside a record and its versions that repeat what it said."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models

from negotiations import history
from negotiations.models import Citation, KeptAnswer, MovedSlug, SeedEntry, Source, Upload
from negotiations.search import rebuild

from .marks import KEPT
from .targets import ErasureTarget, find_target

# Shorter texts are found everywhere and identify nothing.
SHORTEST = 4


def collect_texts(targets: list[ErasureTarget]) -> set[str]:
    """The texts of all versions, as answers and logs repeat them."""
    found: set[str] = set()
    for target in targets:
        for version in target.versions:
            for field in target.model._meta.concrete_fields:
                value = getattr(version, field.attname)
                if field.name in KEPT or field.choices or field.is_relation:
                    continue
                values = value.values() if isinstance(value, dict) else value
                many = values if isinstance(field, models.JSONField) else [value]
                found |= {text for text in many if isinstance(text, str)}
            found.add(str(version.slug))
    return {text for text in found if len(text) >= SHORTEST}


def clear_words_of_dates(
    target: ErasureTarget, targets: list[ErasureTarget], texts: set[str], reason: str
) -> None:
    """Take the source's words out of the dates of records that cited it."""
    if target.model is not Source:
        return
    text = "\n".join(texts)
    cited: set[ErasureTarget] = set()
    for each in targets:
        for version in each.versions if each.model is Citation else ():
            names = ((kind, getattr(version, f"{kind}_id")) for kind in Citation.KINDS)
            cited |= {
                ErasureTarget(Citation._meta.get_field(kind).related_model, pk)  # type: ignore[arg-type]
                for kind, pk in names
                if pk
            }
    for each in cited - set(targets):
        _replace(each, lambda name, value: _without(name, value, text), reason)


def _without(name: str, value: Any, text: str) -> Any:
    return "" if name.endswith("_words") and value and value in text else value


def clear_aliases(targets: list[ErasureTarget], texts: set[str], reason: str) -> None:
    """Take the names of a merged record out of the one that it was merged into."""
    gone = set(targets)
    for each in targets:
        end = MovedSlug.objects.end(each.model.resource_name, each.slug)
        kept = find_target(each.model, end) if end else None
        if kept is not None and kept not in gone:
            _replace(
                kept,
                lambda name, value: (
                    [alias for alias in value if alias not in texts] if name == "aliases" else value
                ),
                reason,
            )


def _replace(target: ErasureTarget, change: Any, reason: str) -> None:
    """Change values of a record, by a version, and of all its versions."""
    names = [field.attname for field in target.model._meta.concrete_fields]
    record = target.stored
    changed = {n: change(n, getattr(record, n)) for n in names} if record else {}
    changed = {name: value for name, value in changed.items() if value != getattr(record, name)}
    if changed:
        for name, value in changed.items():
            setattr(record, name, value)
        history.save(record, reason=reason)
    for version in target.versions:
        values = {n: change(n, getattr(version, n)) for n in names}
        values = {name: value for name, value in values.items() if value != getattr(version, name)}
        if values:
            target.versions.filter(pk=version.pk).update(**values)
    rebuild.rebuild_records(target.model, [target.pk])


def delete_seed_entries(targets: list[ErasureTarget]) -> list[str]:
    """Delete what is remembered of seed files; return the files."""
    files: set[str] = set()
    for each in targets:
        entries = SeedEntry.objects.filter(kind=each.model.resource_name, slug=each.slug)
        files |= set(entries.values_list("file", flat=True))
        entries.delete()
    return sorted(files)


def clear_repetitions(texts: set[str]) -> None:
    """Clear answers, files, sessions and log entries that repeat the texts."""
    needles = [orjson.dumps(text) for text in texts]
    gone = orjson.dumps({"title": "The record was erased", "status": 410, "code": "gone"})
    for answer in KeptAnswer.objects.all():
        if any(needle in bytes(answer.body) for needle in needles):
            answer.body, answer.status = gone, 410
            answer.headers = {"Content-Type": "application/problem+json"}
            answer.save()
    # Files that wait for their confirmation are sent again.
    Upload.objects.all().delete()
    for session in Session.objects.all():
        said = orjson.dumps(session.get_decoded(), default=str)
        if any(needle[1:-1] in said for needle in needles):
            session.delete()
    for entry in LogEntry.objects.filter(change_message__contains='"object"'):
        message = orjson.dumps(orjson.loads(entry.change_message))
        if any(needle in message for needle in needles):
            entry.change_message = ""
            entry.save()
