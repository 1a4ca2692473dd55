"""Fixtures of a whole installation: records with their histories, the feed, users and tokens.

They are loaded row by row into an empty database and checked as a whole. What is derived, the
search index, is built from the histories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import CommandError
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, models
from django.db.models import Count, F, Max, Sum

from negotiations.history.diff import BOOKKEEPING_FIELDS
from negotiations.models import RECORDS, Change, Record, SearchDocument
from negotiations.models.base import VERSION_RECORDER
from negotiations.search import rebuild

HISTORIES: frozenset[type[models.Model]] = frozenset(
    {*(model.history.model for model in RECORDS), *VERSION_RECORDER.m2m_models.values()}
)
# What ``migrate`` puts into an empty database, under numbers that differ between databases.
MADE_BY_MIGRATE: tuple[type[models.Model], ...] = (ContentType, Permission, Group)
MOST_NAMED = 5


def carries_histories(model: type[models.Model]) -> bool:
    """Whether a row of this model belongs to a fixture of a whole installation."""
    return model in HISTORIES or model is Change


def lift_time_limits() -> None:
    """Let this transaction take its time: limits for requests would end a long load or dump."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def list_contents() -> list[str]:
    """What keeps a database from being an empty one: ``70 records``, ``2 users``."""
    counted = {
        "records": (model._base_manager for model in RECORDS),
        "versions": (model.history for model in RECORDS),
        "changes": [Change.objects],
        "users": [get_user_model()._default_manager],
    }
    sums = {name: sum(rows.count() for rows in tables) for name, tables in counted.items()}
    return [f"{count:,} {name}" for name, count in sums.items() if count]


def clear_migrated_rows() -> None:
    """Delete what ``migrate`` made: the fixture brings the same rows under its own numbers."""
    for model in reversed(MADE_BY_MIGRATE):
        model._base_manager.all().delete()
    ContentType.objects.clear_cache()


def create_missing_rows() -> None:
    """Add what the fixture's version of the program did not have, such as new permissions."""
    ContentType.objects.clear_cache()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def validate_consistency() -> None:
    """Raise ``CommandError`` unless every record is its last version and the feed has each one."""
    differing = list(chain.from_iterable(_records_unlike_their_versions(m) for m in RECORDS))
    if differing:
        raise CommandError(
            f"The fixture has histories, but not those of its records: {_some(differing)}."
            " Dump everything (manage.py dumpdata) or records only."
        )
    unlike = [model.resource_name for model in RECORDS if not _is_told_by_feed(model)]
    if unlike:
        raise CommandError(
            f"The feed of the fixture does not agree with its histories: {_some(unlike)}."
            " Dump everything (manage.py dumpdata) or records only."
        )


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _records_unlike_their_versions(model: type[Record]) -> Iterator[str]:
    """The addresses of records and last versions that are not the same."""
    last = model.history.values("id").annotate(last=Max("history_id")).values("last")
    kept = {
        version.id: version
        for version in model.history.filter(history_id__in=last).exclude(history_type="-")
    }
    links, kept_links = _links(model), _kept_links(model)
    for record in model._base_manager.order_by("pk").iterator(chunk_size=500):
        version = kept.pop(record.pk, None)
        is_same = version is not None and _is_same(record, version)
        if not is_same or links.get(record.pk) != kept_links.get(version.history_id):
            yield record.address
    for version in kept.values():
        yield f"{model.resource_name}/{version.slug}"


def _is_same(record: Record, version: Any) -> bool:
    names = [f.attname for f in record._meta.concrete_fields if f.name not in BOOKKEEPING_FIELDS]
    return record.version == version.version and all(
        getattr(record, name) == getattr(version, name) for name in names
    )


def _links(model: type[Record]) -> dict[int, set[tuple[str, int]]]:
    """The many-to-many relations of records, by their keys."""
    found: dict[int, set[tuple[str, int]]] = {}
    for field in model._meta.many_to_many:
        through: Any = field.remote_field.through
        columns = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        for own, other in through._base_manager.values_list(*columns):
            found.setdefault(own, set()).add((field.name, other))
    return found


def _kept_links(model: type[Record]) -> dict[int, set[tuple[str, int]]]:
    """The same of their versions."""
    found: dict[int, set[tuple[str, int]]] = {}
    for field in model._meta.many_to_many:
        kept: Any = VERSION_RECORDER.m2m_models[field]
        columns = "history_id", f"{field.m2m_reverse_field_name()}_id"
        for own, other in kept._base_manager.values_list(*columns):
            found.setdefault(own, set()).add((field.name, other))
    return found


def _is_told_by_feed(model: type[Record]) -> bool:
    """Whether the feed has as many rows of a kind as there are versions, of the same numbers."""
    counted = {"count": Count("pk"), "sum": Sum("version")}
    versions = model.history.order_by().aggregate(**counted)
    changes = Change.objects.filter(kind=model.resource_name).order_by().aggregate(**counted)
    return bool(versions == changes)


def rebuild_search() -> None:
    """Build the search index from the histories; its rows in the fixture are left out."""
    rebuild.repair_words()
    for model in RECORDS:
        rebuild.rebuild_model(model)


def skip_used_keys() -> None:
    """Let new rows have keys that no row, not even a deleted one, ever had.

    The versions of a record are found by its key: a new record with the key of a deleted one would
    have its history, and a new user the drafts of a deleted one.
    """
    for model in RECORDS:
        _skip_keys(model, _highest([(model.history, "id")]))
    user = get_user_model()
    names = ("created_by_id", "history_user_id")
    used = [(model.history, name) for model in RECORDS for name in names]
    feed = [(Change.objects, name) for name in ("author_id", "by_id")]
    _skip_keys(user, _highest([*used, *feed]))


def _highest(columns: Iterable[tuple[Any, str]]) -> int:
    found = (rows.order_by().aggregate(most=Max(F(name)))["most"] for rows, name in columns)
    return max((most for most in found if most), default=0)


def _skip_keys(model: type[models.Model], used: int) -> None:
    """Count on from the highest key in use."""
    highest = max(used, model._base_manager.aggregate(most=Max("pk"))["most"] or 0)
    if not highest:
        return
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            counted = "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)"
            cursor.execute(counted, [table, highest])
        else:
            named = "SELECT setval(pg_get_serial_sequence(%s, %s), %s)"
            cursor.execute(named, [f'"{table}"', key, highest])


def is_derived(model: type[models.Model]) -> bool:
    """Whether rows of this model are built from others, and so neither dumped nor loaded."""
    return model is SearchDocument


def resolve_labels(labels: Iterable[str]) -> set[type[models.Model]]:
    """The models that ``dumpdata`` means by these labels."""
    found: set[type[models.Model]] = set()
    for label in labels:
        app, _, name = label.partition(".")
        try:
            config = apps.get_app_config(app)
            found |= {config.get_model(name)} if name else set(config.get_models())
        except LookupError:
            continue  # Django's command says it.
    return found
