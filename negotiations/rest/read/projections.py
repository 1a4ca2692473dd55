"""The one read path: from rows to bodies, without model instances.

A shape is made once for a resource, the fields asked for and what is to be expanded. It knows the
columns, the joins and the follow-up queries, so a list costs the same few queries whatever its
length, and no column is read that nobody asked for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models
from django.db.models import QuerySet
from django.http import Http404

from negotiations.models import Record, Role, get_role
from negotiations.sql_cache import KEY_PLACEHOLDER, CompiledColumns, KeyedQuery, fetch_slugs

Body = dict[str, Any]

# The fields of each model's body, in order; registered with the serializers.
BODY_FIELDS: dict[type[Record], tuple[str, ...]] = {}


@dataclass(frozen=True)
class Viewer:
    """Who reads: whose rights hold for everything that lies beside a record."""

    user: Any
    # The server's own address, for links.
    root: str = ""
    # The instant that is asked about, for links too; empty for now.
    as_of: str = ""

    def query(self, **filters: str) -> dict[str, str]:
        """What another list is asked for the same reader at the same instant."""
        return {**filters, **({"as_of": self.as_of} if self.as_of else {})}

    @property
    def role(self) -> Role:
        """Readers of the same role see the same, but for their own drafts."""
        return get_role(self.user)

    @property
    def sees_own(self) -> bool:
        """Whether they see something that others of their role do not."""
        return self.role == Role.CONTRIBUTOR

    def rows(self, model: type[Record]) -> QuerySet[Any]:
        """What they may see of a kind."""
        return model.objects.visible_to(self.user)


# For a record's own members no rights are asked: whoever may see it may see its slugs.
SYSTEM_VIEWER = Viewer(None)


@dataclass(slots=True)
class Row:
    """One record on its way into a body."""

    key: int
    body: Body
    # Values of columns that are needed and not shown.
    extra: dict[str, Any]


class Expansion(Protocol):
    """What lies beside records under ``expand``: one relation, read for all of them at once."""

    @property
    def column(self) -> str | None:
        """The column that leads to the other side, if it lies in the record's own row."""

    def beside(self, rows: Sequence[Row], reader: Viewer) -> Mapping[int, Any]:
        """For each row's key, what is expanded."""


class Projection:
    """What the body of a resource consists of, and how it is read.

    Of a body of a proposal, ``title`` is a column; ``negotiation`` is ``negotiation_id``, in whose
    place a slug is put; ``proposed_by`` is many-to-many, its slugs are a query of their own.
    ``record`` of a citation is the address of the one record whose key is set. So a page of
    any length takes a query for the columns, one for all slugs, and one for each such relation.
    """

    def __init__(
        self,
        model: type[Record],
        members: Iterable[str],
        expansions: Mapping[str, Expansion] | None = None,
    ) -> None:
        self.model, self.members = model, tuple(members)
        self.expansions = dict(expansions or {})
        # Member -> its column; for a relation that of the key, in whose place the slug is put.
        self.columns: dict[str, str] = {}
        self.relations: dict[str, Any] = {}
        self.many: dict[str, KeyedQuery] = {}
        # Keys of which one is set, each with its kind: the record that a citation supports.
        self.addresses: dict[str, type[Record]] = {}
        for name in self.members:
            self._add(name)
        self.empty: Body = dict.fromkeys(self.members)
        columns = (e.column for e in self.expansions.values() if e.column)
        self.wanted = tuple(dict.fromkeys([*columns, *self.addresses]))
        self._reads: dict[tuple[str, ...], CompiledColumns] = {}
        self._by_role: dict[tuple[str, ...], KeyedQuery] = {}

    def _add(self, name: str) -> None:
        if name == "record":
            cited: Any = self.model
            for kind in cited.KINDS:
                key: Any = self.model._meta.get_field(kind)
                self.addresses[key.attname] = key.related_model
            return
        field: Any = self.model._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            own, slug = field.m2m_field_name(), f"{field.m2m_reverse_field_name()}__slug"
            self.many[name] = KeyedQuery(
                get_many_to_many_rows(field, [KEY_PLACEHOLDER]).values_list(f"{own}_id", slug)
            )
            return
        self.columns[name] = field.attname
        if field.is_relation:
            self.relations[name] = field.related_model

    # Reading

    def read(self, rows: QuerySet[Any], reader: Viewer, keys: Collection[str] = ()) -> list[Row]:
        """The rows in their order; ``keys`` are further columns, kept in ``extra``."""
        return self._made(self._read(keys).fetch(rows), reader, keys)

    def pieces(
        self, rows: QuerySet[Any], reader: Viewer, size: int, opened: ExitStack
    ) -> Iterator[list[Row]]:
        """The rows from one open cursor, ``size`` at a time: memory does not grow with them."""
        for values in self._read().stream(rows, size, opened):
            yield self._made(values, reader)

    def bodies(self, rows: QuerySet[Any], reader: Viewer = SYSTEM_VIEWER) -> list[Body]:
        """The bodies of the rows in their order."""
        return [row.body for row in self.read(rows, reader)]

    def by_key(
        self, keys: Collection[int], reader: Viewer, extra: Collection[str] = ()
    ) -> dict[int, Row]:
        """Those of the records with these keys that the reader may see."""
        if not keys:
            return {}
        if reader.sees_own:
            rows = self.read(reader.rows(self.model).order_by().filter(pk__in=keys), reader, extra)
        else:
            found = self._read(extra).converted(self._of_role(reader, extra).fetch(keys))
            rows = self._made(found, reader, extra)
        return {row.key: row for row in rows}

    def body(self, record: Record, reader: Viewer = SYSTEM_VIEWER) -> Body:
        """The body of one stored record."""
        for body in self.bodies(self.model._base_manager.filter(pk=record.pk), reader):
            return body
        raise Http404  # Deleted since it was found.

    def _read(self, keys: Collection[str] = ()) -> CompiledColumns:
        """What is read of each row: its key, its members, what leads to others, and these."""
        further = tuple(_column(self.model, name) for name in keys)
        if further not in self._reads:
            names = ["pk", *self.columns.values(), *self.wanted, *further]
            self._reads[further] = CompiledColumns(self.model, names)
        return self._reads[further]

    def _of_role(self, reader: Viewer, keys: Collection[str]) -> KeyedQuery:
        """The query by keys for all readers of the same role."""
        place = (reader.role, *keys)
        if place not in self._by_role:
            rows = reader.rows(self.model).order_by().filter(pk__in=[KEY_PLACEHOLDER])
            self._by_role[place] = KeyedQuery(rows, self._read(keys))
        return self._by_role[place]

    def _made(
        self, values: Iterable[Sequence[Any]], reader: Viewer, keys: Collection[str] = ()
    ) -> list[Row]:
        """The rows of these values."""
        first, last = 1, 1 + len(self.columns)
        extra = (*self.wanted, *keys)
        rows = []
        for single in values:
            body = self.empty.copy()
            body.update(zip(self.columns, single[first:last], strict=True))
            rows.append(Row(single[0], body, dict(zip(extra, single[last:], strict=True))))
        self._name(rows, [name for name in keys if name.endswith(SLUG_SUFFIX)])
        self._fill_many(rows)
        self._expand(rows, reader)
        return rows

    def _name(self, rows: Sequence[Row], keys: Sequence[str]) -> None:
        """Put slugs in the place of keys."""
        asked: dict[type[Record], set[int]] = defaultdict(set)
        for name, model in self.relations.items():
            asked[model].update(row.body[name] for row in rows)
        further = {name: _target(self.model, name) for name in keys} | self.addresses
        for name, model in further.items():
            asked[model].update(row.extra[name] for row in rows)
        slugs = fetch_slugs({model: those - {None} for model, those in asked.items()})
        for name, model in self.relations.items():
            for row in rows:
                row.body[name] = slugs[model].get(row.body[name])
        for name in keys:
            for row in rows:
                row.extra[name] = slugs[further[name]].get(row.extra[name])
        if self.addresses:
            for row in rows:
                row.body["record"] = self._address(row, slugs)

    def _address(self, row: Row, slugs: Mapping[Any, Mapping[int, str]]) -> str | None:
        """``proposals/<slug>``: the record of the one key that is set."""
        for name, model in self.addresses.items():
            if row.extra[name] is not None:
                return f"{model.resource_name}/{slugs[model].get(row.extra[name])}"
        return None

    def _fill_many(self, rows: Sequence[Row]) -> None:
        if not self.many or not rows:
            return
        bodies = {row.key: row.body for row in rows}
        for name, query in self.many.items():
            for body in bodies.values():
                body[name] = []
            for key, slug in query.fetch(bodies):
                bodies[key][name].append(slug)

    def _expand(self, rows: Sequence[Row], reader: Viewer) -> None:
        if not self.expansions:
            return
        beside = {name: e.beside(rows, reader) for name, e in self.expansions.items()}
        for row in rows:
            row.body["expand"] = {name: found[row.key] for name, found in beside.items()}


# The end of a key by which rows are ordered by the slug of what they refer to.
SLUG_SUFFIX = "__slug"


def _column(model: type[Record], name: str) -> str:
    """The row's own column of a key of an order."""
    field: Any = model._meta.get_field(name.removesuffix(SLUG_SUFFIX))
    return field.attname if name.endswith(SLUG_SUFFIX) else name


def _target(model: type[Record], name: str) -> Any:
    return model._meta.get_field(name.removesuffix(SLUG_SUFFIX)).related_model


def get_many_to_many_rows(field: Any, keys: Collection[int]) -> QuerySet[Any]:
    """The rows of a many-to-many relation for these records, in the order of the slugs."""
    through = field.remote_field.through
    rows = through._default_manager.filter(**{f"{field.m2m_field_name()}__in": list(keys)})
    ordered: QuerySet[Any] = rows.order_by(f"{field.m2m_reverse_field_name()}__slug")
    return ordered
