"""What a search looks at of every record: what it reads, and what it read before.

``indexing`` fills it and lays the words beside it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from negotiations.models.base import SLUG_LENGTH

from .roles import filter_visible

# So much of a text is indexed: a tsvector holds one megabyte.
LONGEST_BODY = 200_000

# What names a record: the first of these that its kind has; other names stand beside it.
NAME_FIELDS = ("name", "title", "claim", "summary", "text", "quote")
# Texts that say nothing about the record.
EXCLUDED_FIELDS = frozenset(
    {"slug", "review", "url", "archived_url", "sha256", "language", "country"}
    | {"before", "after", "field"}
)


class SearchDocumentQuerySet(models.QuerySet["SearchDocument"]):
    def visible_to(self, user: Any) -> Self:
        """The documents of records that this user may read."""
        return filter_visible(self, user)


class SearchDocument(models.Model):
    """What a search looks at and shows of one record, and of the time in which it read so.

    Made from the record and its versions, never written by hand.
    """

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
    since = models.DateTimeField(help_text="When the record came to read so.")
    until = models.DateTimeField(null=True, help_text="When it ceased to; empty while it does.")

    objects = SearchDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "slug"]
        indexes = [
            models.Index(
                fields=["kind", "key"],
                condition=Q(until__isnull=False),
                name="search_past_of_a_record",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(until__isnull=True),
                name="search_finds_a_record_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"

    def says_what(self, other: "SearchDocument") -> bool:
        """Whether another document of the record says the same, at whatever time."""
        return all(getattr(self, name) == getattr(other, name) for name in CONTENT_FIELDS)


CONTENT_FIELDS = ("slug", "title", "body", "language", "review", "created_by_id", "size")


def get_name_field(model: Any) -> str:
    """Name the field that names a kind's records; empty where they are named after others."""
    fields = {field.name for field in model._meta.concrete_fields}
    return next((name for name in NAME_FIELDS if name in fields), "")


def build_search_document(record: Any, kind: str) -> SearchDocument:
    """The document of a record or of a version of it, from when it was written on.

    Only its own columns are read.
    """
    texts = dict(_texts(record))
    lines = [texts.pop(get_name_field(record), ""), *(texts.pop("aliases", "").splitlines())]
    title = "\n".join(filter(None, lines))
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
        since=record.history_date if hasattr(record, "history_date") else record.updated_at,
    )


def _texts(record: Any) -> Iterator[tuple[str, str]]:
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if field.name in EXCLUDED_FIELDS or field.name.startswith("history_") or field.choices:
            continue
        if isinstance(field, models.JSONField):
            # In one order: PostgreSQL keeps that of the keys no more than a client need.
            values = [value[key] for key in sorted(value)] if isinstance(value, dict) else value
            yield field.name, "\n".join(map(str, values))
        elif isinstance(value, str):
            yield field.name, value


class Matches(models.Lookup):
    """``pk__matches=pattern``: documents of the present whose words match."""

    lookup_name = "matches"
    prepare_rhs = False
    # Present and past lie apart, so that what was written over does not slow a search of today.
    table, is_past = "negotiations_searchwords", False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        found = f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s"  # noqa: S608
        return f"{column} IN ({found})", [*parameters, self.rhs]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        span = f"{table}.until IS {'NOT ' if self.is_past else ''}NULL"
        return f"({span} AND {table}.words @@ %s::tsquery)", [*parameters, self.rhs]


class PastMatches(Matches):
    """``pk__matched=pattern``: the same of documents of the past."""

    lookup_name = "matched"
    table, is_past = "negotiations_pastwords", True


for lookup in (Matches, PastMatches):
    SearchDocument._meta.pk.register_lookup(lookup)


class Among(models.Lookup):
    """``pk__among=keys``, of a query on PostgreSQL: its keys are found before anything else.

    Left to choose, the planner walks the rows in the order of the list and looks each up: of a
    word with a star it does not know how rare it is.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        keys, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY (ARRAY{keys})", [*parameters, *more]


models.BigAutoField.register_lookup(Among)


def build_match_filter(pattern: str, instant: datetime | None = None) -> Q:
    """The documents whose words match now, or those that held at an instant and match."""
    now = Q(pk__matches=pattern)
    if instant is None:
        return now
    return (now | Q(pk__matched=pattern, until__gt=instant)) & Q(since__lte=instant)
