"""The words of every record, found by any of them in any script.

Both databases get the same words from here, so both find the same: SQLite in an FTS5 table,
PostgreSQL in a ``tsvector``. Neither takes texts apart itself.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Q

from .access import Role, role_of
from .base import SLUG_LENGTH, Record
from .words import words

# So much of a text is indexed: a tsvector holds one megabyte.
LONGEST_BODY = 200_000

# What names a record, best first; other names stand beside it.
NAMES = ("name", "title", "claim", "summary", "text", "quote")
# Texts that say nothing about the record.
UNTOLD = frozenset(
    {"slug", "review", "url", "archived_url", "sha256", "language", "country"}
    | {"before", "after", "field"}
)


class SearchDocumentQuerySet(models.QuerySet["SearchDocument"]):
    def visible_to(self, user: Any) -> Self:
        """The documents of records that this user may read."""
        role = role_of(user)
        if role in {Role.REVIEWER, Role.ADMINISTRATOR}:
            return self.all()
        public = Q(review=Record.Review.PUBLISHED)
        return self.filter(public | Q(created_by=user) if role == Role.CONTRIBUTOR else public)


class SearchDocument(models.Model):
    """What a search looks at and shows of one record. Made from it, never written by hand."""

    kind = models.CharField(max_length=40, help_text="The collection of the record.")
    key = models.BigIntegerField(help_text="The key of the record.")
    slug = models.CharField(max_length=SLUG_LENGTH)
    title = models.TextField(help_text="Its name and its other names, a line each.")
    body = models.TextField(help_text="Its other texts, a line each.")
    language = models.CharField(max_length=35, blank=True)
    review = models.CharField(max_length=10)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    size = models.PositiveIntegerField(help_text="How many characters it has.")

    objects = SearchDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="search_finds_a_record_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"


# What is compared to tell whether a document is up to date.
TOLD = ("slug", "title", "body", "language", "review", "created_by_id", "size")


def document(record: Any, kind: str) -> SearchDocument:
    """The document of a record or of a version of it: only its own columns are read."""
    texts = dict(_texts(record))
    first = next((name for name in NAMES if texts.get(name)), "")
    lines = [texts.pop(first, ""), *(texts.pop("aliases", "").splitlines())]
    title = "\n".join(filter(None, lines)) or record.slug.replace("-", " ")
    body = "\n".join(text for text in texts.values() if text)[:LONGEST_BODY]
    return SearchDocument(
        kind=kind,
        key=record.id,
        slug=record.slug,
        title=title,
        body=body,
        language=getattr(record, "language", ""),
        review=record.review,
        created_by_id=record.created_by_id,
        size=len(title) + len(body),
    )


def _texts(record: Any) -> Iterator[tuple[str, str]]:
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if field.name in UNTOLD or field.name.startswith("history_") or field.choices:
            continue
        if isinstance(field, models.JSONField):
            values = value.values() if isinstance(value, dict) else value
            yield field.name, "\n".join(map(str, values))
        elif isinstance(value, str):
            yield field.name, value


def keep_in_step(versions: Sequence[Any]) -> None:
    """Bring the index to what these versions say; of several of one record the last one counts."""
    last = {(v.instance_type.collection(), v.id): v for v in versions}
    gone = [key for key, version in last.items() if version.history_type == "-"]
    kept = [document(v, kind) for (kind, _), v in last.items() if v.history_type != "-"]
    forget(gone)
    store(kept)


def forget(keys: Sequence[tuple[str, int]]) -> None:
    """Take the documents of these records out."""
    with connection.cursor() as cursor:
        if keys and connection.vendor == "sqlite":
            cursor.executemany(ERASE, keys)
        for kind, key in keys:
            SearchDocument.objects.filter(kind=kind, key=key).delete()


# One statement for many documents; of Django's own, SQLite would take a hundred at a time.
COLUMNS = ("kind", "key", *TOLD)
STORE = """
INSERT INTO negotiations_searchdocument ({columns}) VALUES ({places})
ON CONFLICT (kind, "key") DO UPDATE SET {changes}
"""
ERASE = """
DELETE FROM negotiations_searchwords WHERE rowid =
(SELECT id FROM negotiations_searchdocument WHERE kind = %s AND "key" = %s)
"""
WRITE = """
INSERT INTO negotiations_searchwords (rowid, title, body)
SELECT id, %s, %s FROM negotiations_searchdocument WHERE kind = %s AND "key" = %s
"""


def store(documents: Sequence[SearchDocument]) -> None:
    """Write the documents with their words, each in place of the one that its record had."""
    if not documents:
        return
    is_sqlite = connection.vendor == "sqlite"
    columns = [f'"{name}"' for name in COLUMNS] + ([] if is_sqlite else ["words"])
    places = ["%s"] * len(COLUMNS) + ([] if is_sqlite else ["%s::tsvector"])
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns[2:])
    sql = STORE.format(columns=", ".join(columns), places=", ".join(places), changes=changes)
    rows = [[getattr(each, name) for name in COLUMNS] for each in documents]
    with connection.cursor() as cursor:
        if not is_sqlite:
            pairs = zip(rows, documents, strict=True)
            cursor.executemany(sql, [[*row, vector(each)] for row, each in pairs])
            return
        cursor.executemany(sql, rows)
        cursor.executemany(ERASE, [(each.kind, each.key) for each in documents])
        told = [(" ".join(words(d.title)), " ".join(words(d.body)), d) for d in documents]
        cursor.executemany(WRITE, [(title, body, d.kind, d.key) for title, body, d in told])


def vector(document: SearchDocument) -> str:
    """A ``tsvector``, written out: the words of the title have the weight A."""
    places: dict[str, list[str]] = {}
    title = words(document.title)
    for place, word in enumerate(title, start=1):
        places.setdefault(word, []).append(f"{place}A")
    # Between the two there is a gap, which no phrase crosses.
    for place, word in enumerate(words(document.body), start=len(title) + 2):
        places.setdefault(word, []).append(str(min(place, 16_383)))
    # A tsvector keeps 256 places of a word.
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items())


def clear() -> None:
    """Take everything out."""
    SearchDocument.objects.all().delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM negotiations_searchwords")


def drift(model: type[Record]) -> Iterator[str]:
    """The addresses of a kind's records that the index has not, has wrongly, or has still."""
    kind = model.collection()
    stored = {each.key: each for each in SearchDocument.objects.filter(kind=kind)}
    for record in model._base_manager.order_by("pk").iterator(chunk_size=200):
        found, due = stored.pop(record.pk, None), document(record, kind)
        is_same = found and all(getattr(found, name) == getattr(due, name) for name in TOLD)
        if not found or not is_same or not has_its_words(found):
            yield f"{kind}/{due.slug}"
    for left in stored.values():
        yield f"{kind}/{left.slug}"


def has_its_words(found: SearchDocument) -> bool:
    """Whether the words beside a document are those of its texts."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            texts = " ".join(words(found.title)), " ".join(words(found.body))
            cursor.execute(
                "SELECT 1 FROM negotiations_searchwords WHERE rowid = %s AND title = %s"
                " AND body = %s",
                [found.pk, *texts],
            )
        else:
            cursor.execute(
                "SELECT 1 FROM negotiations_searchdocument WHERE id = %s AND words = %s::tsvector",
                [found.pk, vector(found)],
            )
        return cursor.fetchone() is not None


class Matches(models.Lookup):
    """``pk__matches=pattern``: documents whose words match."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        found = "SELECT rowid FROM negotiations_searchwords WHERE negotiations_searchwords MATCH %s"
        return f"{column} IN ({found})", [*parameters, self.rhs]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        return f"{table}.words @@ %s::tsquery", [*parameters, self.rhs]


SearchDocument._meta.pk.register_lookup(Matches)
