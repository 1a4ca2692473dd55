"""The tracker as it was known at an instant.

Meanwhile every SELECT on this connection reads, in place of each table of records, the versions
that held then. So the past is asked by the very code that asks the present: every filter, order,
page and expansion answers as it did.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from negotiations.models import RECORDS, Change, MovedSlug

# Of these the past is what was there: a row is never changed.
APPEND_ONLY_TABLES = (Change._meta.db_table, MovedSlug._meta.db_table)
SqlWithParams = tuple[str, list[Any]]


class VersionedTable(NamedTuple):
    """A table of the present: its columns, and where their past is kept."""

    columns: tuple[str, ...]
    past: str
    # For links between records: the versions of the record that they belong to.
    owner: str


@cache
def get_versioned_tables() -> dict[str, VersionedTable]:
    """The tables of records and of the links between them, by name."""
    found = {}
    for model in RECORDS:
        history: Any = model.history.model
        past = history._meta.db_table
        found[model._meta.db_table] = VersionedTable(_columns(model), past, "")
        for field in model._meta.many_to_many:
            through: Any = field.remote_field.through
            links = getattr(history, field.name).model._meta.db_table
            found[through._meta.db_table] = VersionedTable(_columns(through), links, past)
    return found


def _columns(model: Any) -> tuple[str, ...]:
    return tuple(field.column for field in model._meta.concrete_fields)


@contextmanager
def query_as_of(instant: datetime | None, version: Any = None) -> Iterator[None]:
    """Read the tracker as it was known at an instant; of one record a version may be named.

    None is the present.

    An instant in the middle of a write that was still going on shows what it had written by then.
    """
    with connection.execute_wrapper(AsOfWrapper(instant, version)) if instant else nullcontext():
        yield


def get_as_of_instant() -> datetime | None:
    """The instant of which is read on this connection; None is the present."""
    past = (wrapper for wrapper in connection.execute_wrappers if isinstance(wrapper, AsOfWrapper))
    return next((wrapper.at for wrapper in past), None)


class AsOfWrapper:
    """Puts the past before a query, under the names of the present's tables.

    ``SELECT slug FROM "party"`` becomes, shortened::

        WITH "party" AS (
            SELECT kept."id", kept."slug", … FROM "historicalparty" kept
            WHERE kept."history_type" <> '-'          -- it was not deleted
            AND kept."history_id" = (                 -- the newest version at the instant
                SELECT MAX(later."history_id") FROM "historicalparty" later
                WHERE later."id" = kept."id" AND later."history_date" <= %s))
        SELECT slug FROM "party"

    A link between records held if the version of its record did: its past is joined to that of its
    ``owner``. Append-only tables are cut off at the instant.
    """

    def __init__(self, instant: datetime, version: Any = None) -> None:
        self.at = instant
        self.instant = connection.ops.adapt_datetimefield_value(instant)
        self.named = (version._meta.db_table, version.id, version.history_id) if version else None

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if many or not sql.lstrip("( ").startswith("SELECT"):
            return execute(sql, params, many, context)
        found = [
            self._then(name, table)
            for name, table in get_versioned_tables().items()
            if f'"{name}"' in sql
        ]
        found += [self._until_then(name) for name in APPEND_ONLY_TABLES if f'"{name}"' in sql]
        if found:
            sql = f"WITH {', '.join(query for query, _ in found)} {sql}"
            params = [*(value for _, values in found for value in values), *(params or ())]
        return execute(sql, params, many, context)

    # The names come from our models, the values go in as parameters.

    def _then(self, name: str, table: VersionedTable) -> SqlWithParams:
        columns = ", ".join(f'kept."{column}"' for column in table.columns)
        source = f'"{table.past}" kept'
        if table.owner:
            source += f' JOIN "{table.owner}" version USING ("history_id")'
        held, values = self._held(table.owner or table.past, "version" if table.owner else "kept")
        return f'"{name}" AS (SELECT {columns} FROM {source} WHERE {held})', values  # noqa: S608

    def _held(self, past: str, version: str) -> SqlWithParams:
        """That a version is the one that held at the instant."""
        newest = f'SELECT MAX(later."history_id") FROM "{past}" later'  # noqa: S608
        same = f'later."id" = {version}."id" AND later."history_date" <= %s'
        stands = f"{version}.\"history_type\" <> '-'"
        held = f'{stands} AND {version}."history_id" = ({newest} WHERE {same})'
        if self.named is None or self.named[0] != past:
            return held, [self.instant]
        _, key, chosen = self.named
        named = f'{version}."history_id" = %s OR ({version}."id" <> %s AND {held})'
        return f"({named})", [chosen, key, self.instant]

    def _until_then(self, name: str) -> SqlWithParams:
        # SQLite takes the bare name inside its own definition for a recursion.
        table = f'main."{name}"' if connection.vendor == "sqlite" else f'"{name}"'
        return f'"{name}" AS (SELECT * FROM {table} WHERE "at" <= %s)', [self.instant]  # noqa: S608
