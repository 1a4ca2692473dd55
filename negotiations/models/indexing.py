"""The search index: the words of every record, found by any of them in any script.

Both databases get the same words from here, so both find the same: SQLite in FTS5 tables,
PostgreSQL in a ``tsvector``. Neither takes texts apart itself. What a record read before is kept
with the time in which it did, and can be made anew from the record's versions.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction

from .base import Record
from .order import queue
from .search import TOLD, SearchDocument, document
from .words import words

# Documents of the present have their words in the one, those of the past in the other.
PRESENT, PAST = "negotiations_searchwords", "negotiations_pastwords"
# Records whose documents are in memory at once, and rows that are read at once.
PIECE, FEW = 200, 20
# Characters that are stored in one transaction, for which other writers wait.
BATCH_SIZE = 500_000


def table_of(found: SearchDocument) -> str:
    """The table that has a document's words on SQLite."""
    return PRESENT if found.until is None else PAST


def keep_in_step(versions: Sequence[Any]) -> None:
    """Bring the index to what these versions, each of another record, say from now on."""
    standing = {(each.kind, each.key): each for each in _standing(versions)}
    due = []
    for version in versions:
        kind = version.instance_type.collection()
        old = standing.get((kind, version.id))
        new = None if version.history_type == "-" else document(version, kind)
        if old and new and old.says_what(new):
            continue
        if old:
            _close(old, version.history_date)
        if new:
            due.append(new)
    store(due)


def _standing(versions: Sequence[Any]) -> Iterator[SearchDocument]:
    """The documents of the present of these records."""
    by_kind: dict[str, list[int]] = {}
    for version in versions:
        by_kind.setdefault(version.instance_type.collection(), []).append(version.id)
    for kind, keys in by_kind.items():
        yield from SearchDocument.objects.filter(kind=kind, key__in=keys, until=None)


def _close(old: SearchDocument, at: Any) -> None:
    """Move a document into the past; one that did not hold for a moment goes."""
    rows = SearchDocument.objects.filter(pk=old.pk)
    held = old.since < at
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            if held:
                cursor.execute(MOVE, [old.pk])
            cursor.execute(f"DELETE FROM {PRESENT} WHERE rowid = %s", [old.pk])  # noqa: S608
    if held:
        rows.update(until=at)
    else:
        rows.delete()


# One statement for many documents; of Django's own, SQLite would take a hundred at a time.
COLUMNS = ("kind", "key", *TOLD, "since", "until")
STORE = "INSERT INTO negotiations_searchdocument ({columns}) VALUES ({places})"
# In place of words that a document which is gone has left.
WRITE = "INSERT OR REPLACE INTO {table} (rowid, title, body) VALUES (%s, %s, %s)"
MOVE = f"""
INSERT OR REPLACE INTO {PAST} (rowid, title, body)
SELECT rowid, title, body FROM {PRESENT} WHERE rowid = %s
"""  # noqa: S608


def store(documents: Sequence[SearchDocument]) -> None:
    """Write new documents with their words."""
    store_prepared([prepare(each) for each in documents])


class Prepared(NamedTuple):
    """A document with its words as the database at hand takes them."""

    document: SearchDocument
    words: Any


def prepare(found: SearchDocument) -> Prepared:
    """Take a document's texts apart: most of the work, for which nobody has to wait."""
    return Prepared(found, texts(found) if connection.vendor == "sqlite" else vector(found))


def store_prepared(prepared: Sequence[Prepared]) -> None:
    """Write new documents whose words are made."""
    if not prepared:
        return
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        # Nobody else writes meanwhile.
        last = SearchDocument.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for number, each in enumerate(prepared, start=last + 1):
            each.document.pk = number
    more, place = ("id", "%s") if is_sqlite else ("words", "%s::tsvector")
    names = ", ".join(f'"{name}"' for name in (*COLUMNS, more))
    sql = STORE.format(columns=names, places="%s, " * len(COLUMNS) + place)
    rows = [[*_values(d), d.pk if is_sqlite else found] for d, found in prepared]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        for table in (PRESENT, PAST) if is_sqlite else ():
            told = [(d.pk, *found) for d, found in prepared if table_of(d) == table]
            cursor.executemany(WRITE.format(table=table), told)


def _values(each: SearchDocument) -> list[Any]:
    fields = {field.attname: field for field in SearchDocument._meta.concrete_fields}
    return [
        fields[name].get_db_prep_save(getattr(each, name), connection=connection)
        for name in COLUMNS
    ]


def texts(found: SearchDocument) -> tuple[str, str]:
    """Return the words of a document as FTS5 gets them."""
    return " ".join(name_words(found)), " ".join(words(found.body))


def name_words(found: SearchDocument) -> list[str]:
    """List the words of its names; what has none is found by those it is named after."""
    return words(found.title or found.slug)


def vector(found: SearchDocument) -> str:
    """Return the same as a ``tsvector``, written out: words of the title have the weight A."""
    places: dict[str, list[str]] = {}
    title = name_words(found)
    for place, word in enumerate(title, start=1):
        places.setdefault(word, []).append(f"{place}A")
    # Between the two there is a gap, which no phrase crosses.
    for place, word in enumerate(words(found.body), start=len(title) + 2):
        places.setdefault(word, []).append(str(min(place, 16_383)))
    # A tsvector keeps 256 places of a word.
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items())


# Making it anew, and telling whether that is needed


def due(model: type[Record], keys: Sequence[int]) -> Iterator[SearchDocument]:
    """Make what the index should hold of some records of a kind, record by record."""
    history: Any = model.history
    versions = history.filter(id__in=keys).order_by("id", "history_id").iterator(FEW)
    records = model._base_manager.filter(pk__in=keys).order_by("pk").iterator(FEW)
    for _, rows in groupby(merge(versions, records, key=attrgetter("id")), attrgetter("id")):
        yield from _spans(rows, model.collection())


def _spans(rows: Iterable[Any], kind: str) -> list[SearchDocument]:
    """What one record read, and when: from its versions, followed by itself if it stands."""
    found: list[SearchDocument] = []
    stands = False
    for row in rows:
        stands = not hasattr(row, "history_type")
        new = None if not stands and row.history_type == "-" else document(row, kind)
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


def pieces(model: type[Record]) -> Iterator[list[int]]:
    """List the keys of all records of a kind that there are, were or are indexed, in pieces."""
    kind, last = model.collection(), 0
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


def rebuild(model: type[Record]) -> int:
    """Put the documents of a kind in anew, piece by piece, and count those of the present.

    Other writers wait while a piece is stored, not while its words are made.
    """
    count = 0
    for keys in pieces(model):
        left = keys
        while left:
            stored, left = _rebuild_piece(model, left)
            count += stored
    return count


def _rebuild_piece(model: type[Record], keys: list[int]) -> tuple[int, list[int]]:
    """Store what is due of these records; return the keys of those written in between."""
    history: Any = model.history
    seen = history.order_by("-history_id").values_list("history_id", flat=True).first() or 0
    batches = list(_batches(due(model, keys), keys))
    count = 0
    left: list[int] = []
    for batch, prepared in batches:
        with transaction.atomic():
            queue()
            newer = history.filter(history_id__gt=seen, id__in=batch)
            written = set(newer.values_list("id", flat=True))
            unwritten = [each for each in prepared if each.document.key not in written]
            _take_out(model.collection(), [key for key in batch if key not in written])
            _forget_authors(each.document for each in unwritten)
            store_prepared(unwritten)
        left += written
        count += sum(each.document.until is None for each in unwritten)
    return count, sorted(left)


def _batches(
    documents: Iterator[SearchDocument], keys: list[int]
) -> Iterator[tuple[list[int], list[Prepared]]]:
    """Part the documents of these records into what is stored in one transaction each."""
    batch: list[int] = []
    prepared: list[Prepared] = []
    size = 0
    by_key = {key: list(found) for key, found in groupby(documents, attrgetter("key"))}
    for key in keys:
        found = by_key.pop(key, [])
        batch.append(key)
        prepared += map(prepare, found)
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


def mend_words() -> None:
    """Make the tables of words whole that SQLite finds damaged, and remove words of no document."""
    for table in (PRESENT, PAST) if connection.vendor == "sqlite" else ():
        if not is_sound(table):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")  # noqa: S608
        while strays := _strays(table):
            with transaction.atomic():
                _take_words_out(table, strays)


def _strays(table: str) -> list[int]:
    """Some of the rows of words that belong to no document."""
    has = "SELECT id FROM negotiations_searchdocument WHERE until IS"
    has += " NULL" if table == PRESENT else " NOT NULL"
    sql = f"SELECT rowid FROM {table} WHERE rowid NOT IN ({has}) LIMIT {PIECE}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [number for (number,) in cursor.fetchall()]


@contextmanager
def snapshot() -> Iterator[None]:
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


def drift(model: type[Record]) -> Iterator[str]:
    """List the addresses of a kind's records that the index lacks, has wrongly, or has still."""
    documents = SearchDocument.objects.filter(kind=model.collection())
    for keys in pieces(model):
        stored = documents.filter(key__in=keys).order_by("key", "since", "pk")
        needed = list(due(model, keys))
        _forget_authors(needed)
        for _, found in groupby(merge(stored, needed, key=attrgetter("key")), attrgetter("key")):
            both = list(found)
            has, needs = [d for d in both if d.pk], [d for d in both if not d.pk]
            if len(has) != len(needs) or not all(map(_is_right, has, needs)):
                yield str(both[-1])


def _is_right(found: SearchDocument, due: SearchDocument) -> bool:
    """Whether a document and the words beside it are as they should be."""
    times = (found.since, found.until) == (due.since, due.until)
    return times and found.says_what(due) and has_its_words(found)


def has_its_words(found: SearchDocument) -> bool:
    """Whether the words beside a document are those of its texts."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            right = f"SELECT 1 FROM {table_of(found)} WHERE rowid = %s AND title = %s AND body = %s"  # noqa: S608
            cursor.execute(right, [found.pk, *texts(found)])
        else:
            cursor.execute(
                "SELECT 1 FROM negotiations_searchdocument WHERE id = %s AND words = %s::tsvector",
                [found.pk, vector(found)],
            )
        return cursor.fetchone() is not None


def is_sound(table: str) -> bool:
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
