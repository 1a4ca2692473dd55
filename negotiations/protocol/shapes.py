"""The one read path: from rows to bodies, without model instances.

A shape is made once for a resource, the fields asked for and what is to be expanded. It knows the
columns, the joins and the follow-up queries, so a list costs the same few queries whatever its
length, and no column is read that nobody asked for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from django.db import models
from django.db.models import QuerySet
from django.http import Http404

from negotiations.models import COLLECTIONS, Record, Role, role_of

from .compiled import ByKeys

Body = dict[str, Any]

# The members of each kind's body, in order; filled by the viewsets as they are declared.
MEMBERS: dict[type[Record], tuple[str, ...]] = {}


@dataclass(frozen=True)
class Reader:
    """Who reads: whose rights hold for everything that lies beside a record."""

    user: Any
    # The server's own address, for links.
    root: str = ""

    @property
    def role(self) -> Role:
        """Readers of the same role see the same, but for their own drafts."""
        return role_of(self.user)

    @property
    def sees_own(self) -> bool:
        """Whether they see something that others of their role do not."""
        return self.role == Role.CONTRIBUTOR

    def rows(self, model: type[Record]) -> QuerySet[Any]:
        """What they may see of a kind."""
        return model.objects.visible_to(self.user)


# For a record's own members no rights are asked: whoever may see it may see its slugs.
NOBODY = Reader(None)


@dataclass
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

    def beside(self, rows: Sequence[Row], reader: Reader) -> Mapping[int, Any]:
        """For each row's key, what is expanded."""


class Shape:
    """What the body of a resource consists of."""

    def __init__(
        self,
        model: type[Record],
        members: Iterable[str],
        expansions: Mapping[str, Expansion] | None = None,
    ) -> None:
        self.model, self.members = model, tuple(members)
        self.expansions = dict(expansions or {})
        self.compiled: dict[Role, ByKeys] = {}
        self.columns: dict[str, str] = {}
        self.many: list[Any] = []
        # Member -> (path to a slug, collection): the one that is set is the address.
        self.addresses: dict[str, list[tuple[str, str]]] = {}
        for name in self.members:
            self._add(name)
        columns = (e.column for e in self.expansions.values() if e.column)
        self.wanted = tuple(dict.fromkeys(columns))
        paths = [path for group in self.addresses.values() for path, _ in group]
        self.names = tuple(dict.fromkeys(["pk", *self.columns.values(), *paths, *self.wanted]))

    def _add(self, name: str) -> None:
        if name == "record":
            kinds = {model._meta.model_name: key for key, model in COLLECTIONS.items()}
            cited: Any = self.model
            self.addresses[name] = [(f"{kind}__slug", kinds[kind]) for kind in cited.KINDS]
            return
        field = self.model._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            self.many.append(field)
        else:
            self.columns[name] = f"{name}__slug" if field.is_relation else name

    # Reading

    def read(self, rows: QuerySet[Any], reader: Reader, keys: Collection[str] = ()) -> list[Row]:
        """The rows in their order; ``keys`` are further columns, kept in ``extra``."""
        names = tuple(dict.fromkeys([*self.names, *keys]))
        found = rows.values_list(*names)
        return self._made(names, found, reader, (*self.wanted, *keys))

    def pieces(self, rows: QuerySet[Any], reader: Reader, size: int) -> Iterator[list[Row]]:
        """The rows from one open cursor, ``size`` at a time: memory does not grow with them."""
        found = rows.values_list(*self.names).iterator(chunk_size=size)
        while piece := list(islice(found, size)):
            yield self._made(self.names, piece, reader, self.wanted)

    def _made(
        self,
        names: Sequence[str],
        values: Iterable[tuple[Any, ...]],
        reader: Reader,
        keys: Collection[str],
    ) -> list[Row]:
        """The rows of the values of these columns."""
        found = []
        for single in values:
            row = dict(zip(names, single, strict=True))
            body = {name: row[column] for name, column in self.columns.items()}
            for name, group in self.addresses.items():
                body[name] = next((f"{kind}/{row[p]}" for p, kind in group if row[p]), None)
            found.append(Row(row["pk"], body, {name: row[name] for name in keys}))
        self._fill_many(found)
        for made in found:
            made.body = {name: made.body[name] for name in self.members}
        self._expand(found, reader)
        return found

    def bodies(self, rows: QuerySet[Any], reader: Reader = NOBODY) -> list[Body]:
        """The bodies of the rows in their order."""
        return [row.body for row in self.read(rows, reader)]

    def by_key(self, keys: Collection[Any], reader: Reader) -> dict[int, Body]:
        """The bodies of those of these records that the reader may see."""
        if not keys:
            return {}
        rows = reader.rows(self.model).order_by().values_list(*self.names)
        if reader.sees_own:
            found: Iterable[tuple[Any, ...]] = rows.filter(pk__in=keys)
        else:
            found = self._compiled(rows, reader).fetch(keys)
        return {row.key: row.body for row in self._made(self.names, found, reader, self.wanted)}

    def _compiled(self, rows: QuerySet[Any], reader: Reader) -> ByKeys:
        """The query by keys for all readers of the same role."""
        if reader.role not in self.compiled:
            self.compiled[reader.role] = ByKeys(rows)
        return self.compiled[reader.role]

    def body(self, record: Record, reader: Reader = NOBODY) -> Body:
        """The body of one stored record."""
        for body in self.bodies(self.model._base_manager.filter(pk=record.pk), reader):
            return body
        raise Http404  # Deleted since it was found.

    def _fill_many(self, rows: Sequence[Row]) -> None:
        bodies = {row.key: row.body for row in rows}
        for field in self.many:
            for body in bodies.values():
                body[field.name] = []
            slug = f"{field.m2m_reverse_field_name()}__slug"
            for key, name in links(field, bodies).values_list(f"{field.m2m_field_name()}_id", slug):
                bodies[key][field.name].append(name)

    def _expand(self, rows: Sequence[Row], reader: Reader) -> None:
        if not self.expansions:
            return
        beside = {name: e.beside(rows, reader) for name, e in self.expansions.items()}
        for row in rows:
            row.body["expand"] = {name: found[row.key] for name, found in beside.items()}


def links(field: Any, keys: Collection[int]) -> QuerySet[Any]:
    """The rows of a many-to-many relation for these records, in the order of the slugs."""
    through = field.remote_field.through
    rows = through._default_manager.filter(**{f"{field.m2m_field_name()}__in": list(keys)})
    ordered: QuerySet[Any] = rows.order_by(f"{field.m2m_reverse_field_name()}__slug")
    return ordered
