"""The search index rebuilt from records and versions, and checked, while others read and write."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction

from negotiations.models.base import Record
from negotiations.models.system.changes import Change
from negotiations.models.system.locks import serialize_writers
from negotiations.models.system.search import SearchDocument, build_search_document

from .index import (
    PAST,
    PRESENT,
    PreparedDocument,
    build_fts_texts,
    build_tsvector,
    prepare_document,
    store_prepared_documents,
    table_of,
)

# Records whose documents are in memory at once, and rows that are read at once.
PIECE, FEW = 200, 20
# Characters that are stored in one transaction, for which other writers wait.
BATCH_SIZE = 500_000


def build_expected_documents(model: type[Record], keys: Sequence[int]) -> Iterator[SearchDocument]:
    """Make what the index should hold of some records of a kind, record by record."""
    history: Any = model.history
    versions = history.filter(id__in=keys).order_by("id", "history_id").iterator(FEW)
    records = model._base_manager.filter(pk__in=keys).order_by("pk").iterator(FEW)
    for _, rows in groupby(merge(versions, records, key=attrgetter("id")), attrgetter("id")):
        yield from _spans(rows, model.resource_name)


def _spans(rows: Iterable[Any], kind: str) -> list[SearchDocument]:
    """What one record read, and when: from its versions, followed by itself if it stands."""
    found: list[SearchDocument] = []
    stands = False
    for row in rows:
        stands = not hasattr(row, "history_type")
        new = None if not stands and row.history_type == "-" else build_search_document(row, kind)
        last = found[-1] if found and found[-1].until is None else None
        if last and new and (stands or last.says_what(new)):
            # The record itself is no version: it holds since the last of them.
            new.since = last.since
        elif last:
            last.until = row.history_date
        if last and (last.until is None or last.until <= last.since):
            found.pop()
        found += [new] if new else []
    # Gone without a version that says so.
    return found if stands or not found or found[-1].until else found[:-1]


def list_keys_in_batches(model: type[Record]) -> Iterator[list[int]]:
    """List the keys of all records of a kind that there are, were or are indexed, in pieces."""
    kind, last = model.resource_name, 0
    documents = SearchDocument.objects.filter(kind=kind)
    history: Any = model.history
    sources = (
        (model._base_manager.all(), "pk"),
        (history.all(), "id"),
        (documents.filter(until=None), "key"),
        (documents.exclude(until=None), "key"),
    )
    while True:
        found: set[int] = set()
        for rows, name in sources:
            following = rows.filter(**{f"{name}__gt": last}).order_by(name)
            found |= set(following.values_list(name, flat=True).distinct()[:PIECE])
        if not found:
            return
        piece = sorted(found)[:PIECE]
        yield piece
        last = piece[-1]


def rebuild_model(model: type[Record]) -> int:
    """Put the documents of a kind in anew, piece by piece, and count those of the present.

    Other writers wait while a piece is stored, not while its words are made.
    """
    return sum(rebuild_records(model, keys) for keys in list_keys_in_batches(model))


def rebuild_records(model: type[Record], keys: list[int]) -> int:
    """Put the documents of some records in anew and count those of the present.

    What somebody writes in between is done once more while writers wait.
    """
    history: Any = model.history
    seen = Change.objects.last_number()
    count = 0
    for batch, prepared in list(_batches(build_expected_documents(model, keys), keys)):
        with transaction.atomic():
            serialize_writers()
            news = Change.objects.filter(sequence__gt=seen, kind=model.resource_name)
            newer = history.filter(slug__in=news.values("slug"), id__in=batch)
            written = set(newer.values_list("id", flat=True))
            ready = [each for each in prepared if each.document.key not in written]
            # Made once more under the lock: who writes one record all the time delays nothing.
            ready += map(prepare_document, build_expected_documents(model, sorted(written)))
            _take_out(model.resource_name, batch)
            _forget_authors(each.document for each in ready)
            store_prepared_documents(ready)
        count += sum(each.document.until is None for each in ready)
    return count


def _batches(
    documents: Iterator[SearchDocument], keys: list[int]
) -> Iterator[tuple[list[int], list[PreparedDocument]]]:
    """Part the documents of these records into what is stored in one transaction each."""
    batch: list[int] = []
    prepared: list[PreparedDocument] = []
    size = 0
    by_key = {key: list(found) for key, found in groupby(documents, attrgetter("key"))}
    for key in keys:
        found = by_key.pop(key, [])
        batch.append(key)
        prepared += map(prepare_document, found)
        size += sum(each.size for each in found)
        if size > BATCH_SIZE:
            yield batch, prepared
            batch, prepared, size = [], [], 0
    yield batch, prepared


def _take_out(kind: str, keys: list[int]) -> None:
    """Remove the documents of these records with their words."""
    for is_past, table in ((False, PRESENT), (True, PAST)):
        rows = SearchDocument.objects.filter(kind=kind, key__in=keys, until__isnull=not is_past)
        if connection.vendor == "sqlite":
            _take_words_out(table, list(rows.values_list("pk", flat=True)))
        rows.delete()


def _take_words_out(table: str, numbers: list[int]) -> None:
    with connection.cursor() as cursor:
        places = [(number,) for number in numbers]
        cursor.executemany(f"DELETE FROM {table} WHERE rowid = %s", places)  # noqa: S608


def _forget_authors(documents: Iterable[SearchDocument]) -> None:
    """Versions still name an author whose account is gone."""
    rows = list(documents)
    named = {each.created_by_id for each in rows if each.created_by_id is not None}
    known = get_user_model()._default_manager.filter(pk__in=named).values_list("pk", flat=True)
    for gone in named - set(known):
        for each in rows:
            each.created_by_id = None if each.created_by_id == gone else each.created_by_id


def repair_words() -> None:
    """Make the tables of words whole that SQLite finds damaged, and remove words of no document."""
    for table in (PRESENT, PAST) if connection.vendor == "sqlite" else ():
        if not is_intact(table):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")  # noqa: S608
        while strays := _strays(table):
            with transaction.atomic():
                _take_words_out(table, strays)


def purge_words() -> None:
    """Rewrite the tables of words: SQLite only marks words as deleted until it merges."""
    for table in (PRESENT, PAST) if connection.vendor == "sqlite" else ():
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608


def _strays(table: str) -> list[int]:
    """Some of the rows of words that belong to no document."""
    has = "SELECT id FROM negotiations_searchdocument WHERE until IS"
    has += " NULL" if table == PRESENT else " NOT NULL"
    sql = f"SELECT rowid FROM {table} WHERE rowid NOT IN ({has}) LIMIT {PIECE}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [number for (number,) in cursor.fetchall()]


@contextmanager
def open_snapshot() -> Iterator[None]:
    """Read one state of the database meanwhile, while others write; nothing may be written."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Django's own transactions would keep writers out from their beginning.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def find_drift(model: type[Record]) -> Iterator[str]:
    """List the addresses of a kind's records that the index lacks, has wrongly, or has still."""
    documents = SearchDocument.objects.filter(kind=model.resource_name)
    for keys in list_keys_in_batches(model):
        stored = documents.filter(key__in=keys).order_by("key", "since", "pk")
        needed = list(build_expected_documents(model, keys))
        _forget_authors(needed)
        for _, found in groupby(merge(stored, needed, key=attrgetter("key")), attrgetter("key")):
            both = list(found)
            has, needs = [d for d in both if d.pk], [d for d in both if not d.pk]
            if len(has) != len(needs) or not all(map(_is_right, has, needs)):
                yield str(both[-1])


def _is_right(found: SearchDocument, due: SearchDocument) -> bool:
    """Whether a document and the words beside it are as they should be."""
    times = (found.since, found.until) == (due.since, due.until)
    return times and found.says_what(due) and has_correct_words(found)


def has_correct_words(found: SearchDocument) -> bool:
    """Whether the words beside a document are those of its texts."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            right = f"SELECT 1 FROM {table_of(found)} WHERE rowid = %s AND title = %s AND body = %s"  # noqa: S608
            cursor.execute(right, [found.pk, *build_fts_texts(found)])
        else:
            cursor.execute(
                "SELECT 1 FROM negotiations_searchdocument WHERE id = %s AND words = %s::tsvector",
                [found.pk, build_tsvector(found)],
            )
        return cursor.fetchone() is not None


def is_intact(table: str) -> bool:
    """Check that SQLite finds each word of a table where it stands, and nothing else.

    SQLite checks a table as if it wrote to it: a copy is checked, so that nobody has to wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
        (sql,) = cursor.fetchone()
        cursor.execute(sql.replace(f"VIRTUAL TABLE {table}", "VIRTUAL TABLE temp.copied", 1))
        try:
            for part in ("data", "idx", "content", "docsize", "config"):
                cursor.execute(f"DELETE FROM temp.copied_{part}")  # noqa: S608
                cursor.execute(
                    f"INSERT INTO temp.copied_{part} SELECT * FROM main.{table}_{part}"  # noqa: S608
                )
            cursor.execute("INSERT INTO temp.copied (copied, rank) VALUES ('integrity-check', 0)")
        except DatabaseError:
            return False
        finally:
            cursor.execute("DROP TABLE temp.copied")
    return True
