"""The search index: the words of every record, found by any of them in any script.

Both databases get the same words from here, so both find the same: SQLite in FTS5 tables,
PostgreSQL in a ``tsvector``. Neither takes texts apart itself. What a record read before is kept
with the time in which it did; ``reindexing`` rebuilds all from the records and their versions.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from negotiations.models.rows import Statement, among, reserve_keys
from negotiations.models.system.search import CONTENT_FIELDS, SearchDocument, build_search_document
from negotiations.text.tokens import tokenize

# Documents of the present have their words in the one, those of the past in the other.
PRESENT, PAST = "negotiations_searchwords", "negotiations_pastwords"


def table_of(found: SearchDocument) -> str:
    """The table that has a document's words on SQLite."""
    return PRESENT if found.until is None else PAST


class IndexChange:
    """What versions change in the index: their words are made before anybody has to wait."""

    def __init__(self, versions: Sequence[Any]) -> None:
        """Compare versions, each of another record, with what the index says of these."""
        standing = {(each.kind, each.key): each for each in _standing(versions)}
        self.closing: dict[str, list[int]] = {}
        due = []
        for version in versions:
            kind = version.instance_type.resource_name
            old = standing.get((kind, version.id))
            new = None if version.history_type == "-" else build_search_document(version, kind)
            if old and new and old.says_what(new):
                continue
            if old:
                self.closing.setdefault(kind, []).append(version.id)
            if new:
                due.append(prepare_document(new))
        self.statements = bind_documents(due)

    def run(self, cursor: Any, at: datetime) -> None:
        """Bring the index to what the versions say from this instant on."""
        for kind, keys in self.closing.items():
            _close(cursor, kind, keys, at)
        for statement in self.statements:
            statement.run(cursor, at)


def _standing(versions: Sequence[Any]) -> Iterator[SearchDocument]:
    """The documents of the present of these records."""
    by_kind: dict[str, list[int]] = {}
    for version in versions:
        if version.history_type != "+" or version.version > 1:
            by_kind.setdefault(version.instance_type.resource_name, []).append(version.id)
    for kind, keys in by_kind.items():
        yield from SearchDocument.objects.filter(kind=kind, key__in=keys, until=None)


def _close(cursor: Any, kind: str, keys: Sequence[int], at: datetime) -> None:
    """Move documents into the past; those that did not hold for a moment go."""
    is_sqlite = connection.vendor == "sqlite"
    condition, value = among(keys)
    which = f"FROM {DOCUMENTS} WHERE kind = %s AND key {condition} AND until IS NULL"
    named = [kind, value]
    time = connection.ops.adapt_datetimefield_value(at)
    if is_sqlite:
        cursor.execute(f"{MOVE_SQL} (SELECT id {which} AND since < %s)", [*named, time])
        cursor.execute(f"DELETE FROM {PRESENT} WHERE rowid IN (SELECT id {which})", named)  # noqa: S608
    cursor.execute(f"DELETE {which} AND since >= %s", [*named, time])
    ended = which.replace(f"FROM {DOCUMENTS} WHERE", f"{DOCUMENTS} SET until = %s WHERE")
    cursor.execute(f"UPDATE {ended}", [time, *named])


# One statement for many documents; of Django's own, SQLite would take a hundred at a time.
COLUMNS = ("kind", "key", *CONTENT_FIELDS, "since", "until")
DOCUMENTS = "negotiations_searchdocument"
STORE_SQL = "INSERT INTO negotiations_searchdocument ({columns}) VALUES ({places})"
# In place of words that a document which is gone has left.
WRITE_SQL = "INSERT OR REPLACE INTO {table} (rowid, title, body) VALUES (%s, %s, %s)"
MOVE_SQL = f"""
INSERT OR REPLACE INTO {PAST} (rowid, title, body)
SELECT rowid, title, body FROM {PRESENT} WHERE rowid IN
"""  # noqa: S608


class PreparedDocument(NamedTuple):
    """A document with its words as the database at hand takes them."""

    document: SearchDocument
    words: Any


def prepare_document(found: SearchDocument) -> PreparedDocument:
    """Take a document's texts apart: most of the work, for which nobody has to wait."""
    return PreparedDocument(
        found, build_fts_texts(found) if connection.vendor == "sqlite" else build_tsvector(found)
    )


def store_prepared_documents(prepared: Sequence[PreparedDocument]) -> None:
    """Write new documents whose words are made, each since it held."""
    with connection.cursor() as cursor:
        for statement in bind_documents(prepared):
            statement.run(cursor)


def bind_documents(prepared: Sequence[PreparedDocument]) -> list[Statement]:
    """Bind new documents and their words."""
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite and prepared:
        keys = reserve_keys(SearchDocument._meta.pk, len(prepared))
        for each, key in zip(prepared, keys, strict=True):
            each.document.pk = key
    more, place = ("id", "%s") if is_sqlite else ("words", "%s::tsvector")
    names = ", ".join(f'"{name}"' for name in (*COLUMNS, more))
    sql = STORE_SQL.format(columns=names, places="%s, " * len(COLUMNS) + place)
    rows = [[*_values(d), d.pk if is_sqlite else found] for d, found in prepared]
    copied = f"COPY {DOCUMENTS} ({names}) FROM STDIN"
    statements = [Statement(sql, rows, [COLUMNS.index("since")], copied)]
    for table in (PRESENT, PAST) if is_sqlite else ():
        told = [[d.pk, *found] for d, found in prepared if table_of(d) == table]
        statements.append(Statement(WRITE_SQL.format(table=table), told))
    return statements


def _values(each: SearchDocument) -> list[Any]:
    fields = {field.attname: field for field in SearchDocument._meta.concrete_fields}
    return [
        fields[name].get_db_prep_save(getattr(each, name), connection=connection)
        for name in COLUMNS
    ]


def build_fts_texts(found: SearchDocument) -> tuple[str, str]:
    """Return the words of a document as FTS5 gets them."""
    return " ".join(list_name_words(found)), " ".join(tokenize(found.body))


def list_name_words(found: SearchDocument) -> list[str]:
    """List the words of its names; what has none is found by those it is named after."""
    return tokenize(found.title or found.slug)


def build_tsvector(found: SearchDocument) -> str:
    """Return the same as a ``tsvector``, written out: words of the title have the weight A."""
    places: dict[str, list[str]] = {}
    title = list_name_words(found)
    for place, word in enumerate(title, start=1):
        places.setdefault(word, []).append(f"{place}A")
    # Between the two there is a gap, which no phrase crosses.
    for place, word in enumerate(tokenize(found.body), start=len(title) + 2):
        places.setdefault(word, []).append(str(min(place, 16_383)))
    # A tsvector keeps 256 places of a word.
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items())
