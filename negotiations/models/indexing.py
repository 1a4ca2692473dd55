"""The search index: the words of every record, found by any of them in any script.

Both databases get the same words from here, so both find the same: SQLite in FTS5 tables,
PostgreSQL in a ``tsvector``. Neither takes texts apart itself. What a record read before is kept
with the time in which it did, and can be made anew from the record's versions.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection

from .base import Record
from .search import TOLD, SearchDocument, document
from .words import words

# Documents of the present have their words in the one, those of the past in the other.
PRESENT, PAST = "negotiations_searchwords", "negotiations_pastwords"
# Rows that are in memory at once.
PIECE = 200


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
    if not documents:
        return
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        # Nobody else writes meanwhile.
        last = SearchDocument.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for number, each in enumerate(documents, start=last + 1):
            each.pk = number
    more, place = ("id", "%s") if is_sqlite else ("words", "%s::tsvector")
    names = ", ".join(f'"{name}"' for name in (*COLUMNS, more))
    sql = STORE.format(columns=names, places="%s, " * len(COLUMNS) + place)
    rows = [[*_values(each), each.pk if is_sqlite else vector(each)] for each in documents]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        for table in (PRESENT, PAST) if is_sqlite else ():
            told = [(d.pk, *texts(d)) for d in documents if table_of(d) == table]
            cursor.executemany(WRITE.format(table=table), told)


def _values(each: SearchDocument) -> list[Any]:
    fields = {field.attname: field for field in SearchDocument._meta.concrete_fields}
    return [
        fields[name].get_db_prep_save(getattr(each, name), connection=connection)
        for name in COLUMNS
    ]


def texts(found: SearchDocument) -> tuple[str, str]:
    """The words of a document as FTS5 gets them."""
    return " ".join(words(found.title)), " ".join(words(found.body))


def vector(found: SearchDocument) -> str:
    """The same as a ``tsvector``, written out: the words of the title have the weight A."""
    places: dict[str, list[str]] = {}
    title = words(found.title)
    for place, word in enumerate(title, start=1):
        places.setdefault(word, []).append(f"{place}A")
    # Between the two there is a gap, which no phrase crosses.
    for place, word in enumerate(words(found.body), start=len(title) + 2):
        places.setdefault(word, []).append(str(min(place, 16_383)))
    # A tsvector keeps 256 places of a word.
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items())


# Making it anew, and telling whether that is needed


def due(model: type[Record]) -> Iterator[SearchDocument]:
    """What the index should hold of a kind: record by record, the oldest first."""
    history: Any = model.history
    versions = history.order_by("id", "history_id").iterator(chunk_size=PIECE)
    records = model._base_manager.order_by("pk").iterator(chunk_size=PIECE)
    authors = set(get_user_model()._default_manager.values_list("pk", flat=True))
    for _, rows in groupby(merge(versions, records, key=attrgetter("id")), attrgetter("id")):
        for each in _spans(rows, model.collection()):
            # Versions still name an author whose account is gone.
            each.created_by_id = each.created_by_id if each.created_by_id in authors else None
            yield each


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


def rebuild(model: type[Record]) -> int:
    """Put the documents of a kind in, and count those of the present."""
    count, piece = 0, []
    for each in due(model):
        piece.append(each)
        count += each.until is None
        if len(piece) == PIECE:
            store(piece)
            piece = []
    store(piece)
    return count


def clear() -> None:
    """Take everything out."""
    SearchDocument.objects.all().delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in (PRESENT, PAST):
                if not is_sound(table):
                    cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")  # noqa: S608
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def drift(model: type[Record]) -> Iterator[str]:
    """The addresses of a kind's records that the index has not, has wrongly, or has still."""
    rows = SearchDocument.objects.filter(kind=model.collection())
    stored = rows.order_by("key", "since", "pk").iterator(chunk_size=PIECE)
    for _, documents in groupby(
        merge(stored, due(model), key=attrgetter("key")), attrgetter("key")
    ):
        both = list(documents)
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
    """Whether SQLite finds each word of a table where it stands, and nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 0)"  # noqa: S608
            )
    except DatabaseError:
        return False
    return True
