"""The search index: the words of every record, found by any of them in any script.

Both databases get the same words from here, so both find the same: SQLite in FTS5 tables,
PostgreSQL in a ``tsvector``. Neither takes texts apart itself. What a record read before is kept
with the time in which it did; ``reindexing`` rebuilds all from the records and their versions.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from .search import TOLD, SearchDocument, document
from .words import words

# Documents of the present have their words in the one, those of the past in the other.
PRESENT, PAST = "negotiations_searchwords", "negotiations_pastwords"


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
