"""What lies beside a record under ``expand``: related records that the reader may see."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from negotiations.models import Record, Role
from negotiations.rest.http.query_params import MAX_VALUE_LENGTH
from negotiations.sql_cache import KEY_PLACEHOLDER, KeyedQuery

from .pagination import Ordering, encode_cursor
from .projections import Projection, Row, Viewer, get_many_to_many_rows

# How many records of a to-many relation are expanded; the rest is a request away.
MAX_EXPANDED = 20


class ToOneExpansion:
    """The record behind a foreign key; null when there is none that the reader may see."""

    def __init__(self, field: Any, shape: Projection) -> None:
        self.column = field.attname
        self.shape = shape

    def beside(self, rows: Sequence[Row], reader: Viewer) -> Mapping[int, Any]:
        keys = {row.extra[self.column] for row in rows} - {None}
        found = self.shape.by_key(keys, reader)
        return {
            row.key: found[key].body if (key := row.extra[self.column]) in found else None
            for row in rows
        }


class ToManyExpansion:
    """The records of a many-to-many relation, in the order of their slugs."""

    column = None

    def __init__(self, field: Any, shape: Projection) -> None:
        self.field, self.shape = field, shape

    def beside(self, rows: Sequence[Row], reader: Viewer) -> Mapping[int, Any]:
        own, theirs = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        visible = reader.rows(self.shape.model).values("pk")
        pairs = get_many_to_many_rows(self.field, [row.key for row in rows]).filter(
            **{f"{theirs}__in": visible}
        )
        linked: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for key, other, slug in pairs.values_list(f"{own}_id", f"{theirs}_id", f"{theirs}__slug"):
            linked[key].append((other, slug))
        parts = {row.key: split_shown(linked[row.key]) for row in rows}
        found = self.shape.by_key({other for keys, _ in parts.values() for other in keys}, reader)
        return {key: self._part(*part, found, reader) for key, part in parts.items()}

    def _part(self, keys: list[int], rest: str, found: Mapping[int, Any], reader: Viewer) -> Any:
        path = f"/api/v1/{self.shape.model.resource_name}/"
        query = reader.query(slug=rest, **build_selection_query(self.shape))
        following = f"{reader.root}{path}?{format_query(query)}" if rest else None
        results = [found[other].body for other in keys if other in found]
        return {"next": following, "results": results}


def split_shown(pairs: list[tuple[int, str]]) -> tuple[list[int], str]:
    """The keys of those that are shown, and the slugs of the rest.

    More are shown than usual when the rest would be too much for one parameter.
    """
    number = MAX_EXPANDED
    while len(rest := ",".join(slug for _, slug in pairs[number:])) > MAX_VALUE_LENGTH:
        number += 1
    return [key for key, _ in pairs[:number]], rest


class ChildrenExpansion:
    """The records that name this one, in their own order: a proposal's terms, a record's words.

    Of each record the first ``MAX_EXPANDED`` children are shown. One more is asked for: if it is
    there, ``next`` leads to the list of the rest, from the cursor of the last that is shown. With 2
    instead of ``MAX_EXPANDED``, of a proposal with the terms a, b and c::

        {"results": [a, b], "next": "/api/v1/terms/?proposal=<slug>&cursor=<after b>"}
    """

    column = None

    def __init__(self, relation: Any, parent: type[Record], shape: Projection) -> None:
        self.field, self.parent, self.shape = relation.field, parent, shape
        self.ordering = Ordering.of_model(shape.model)
        self.ranked: dict[Role, KeyedQuery] = {}

    def beside(self, rows: Sequence[Row], reader: Viewer) -> Mapping[int, Any]:
        pairs = self._first([row.key for row in rows], reader)
        shown = self.shape.by_key([key for key, _ in pairs], reader, self.ordering.columns)
        found: dict[int, list[Row]] = defaultdict(list)
        for key, parent in pairs:
            if key in shown:
                found[parent].append(shown[key])
        slugs = self._slugs(
            rows, [key for key, group in found.items() if len(group) > MAX_EXPANDED]
        )
        return {
            row.key: {
                "next": self._following(slugs.get(row.key), found[row.key], reader),
                "results": [child.body for child in found[row.key][:MAX_EXPANDED]],
            }
            for row in rows
        }

    def _first(self, keys: Sequence[int], reader: Viewer) -> Sequence[tuple[Any, ...]]:
        """The first children of each of these records, and one that tells whether they go on."""
        if reader.sees_own:
            return list(self._rank(keys, reader))
        if reader.role not in self.ranked:
            self.ranked[reader.role] = KeyedQuery(self._rank([KEY_PLACEHOLDER], reader))
        return self.ranked[reader.role].fetch(keys)

    def _rank(self, keys: Sequence[int], reader: Viewer) -> QuerySet[Any]:
        name = self.field.attname
        children = reader.rows(self.shape.model).filter(**{f"{name}__in": keys})
        terms = [key.order(backwards=False) for key in self.ordering]
        rank = Window(RowNumber(), partition_by=[F(name)], order_by=terms)
        ranked = self.ordering.sort(children.annotate(rank=rank).filter(rank__lte=MAX_EXPANDED + 1))
        return ranked.values_list("pk", name)

    def _slugs(self, rows: Sequence[Row], keys: list[int]) -> dict[int, str]:
        """The slugs of the records whose children go on: they name the list that has them all."""
        if all("slug" in row.body for row in rows):
            return {row.key: row.body["slug"] for row in rows if row.key in keys}
        return dict(self.parent._base_manager.filter(pk__in=keys).values_list("pk", "slug"))

    def _following(self, slug: str | None, children: list[Row], reader: Viewer) -> str | None:
        if len(children) <= MAX_EXPANDED or slug is None:
            return None
        is_citation = hasattr(self.shape.model, "KINDS") and self.field.name != "source"
        name = "record" if is_citation else self.field.name
        value = f"{self.parent.resource_name}/{slug}" if is_citation else slug
        path = f"/api/v1/{self.shape.model.resource_name}"
        values = [children[MAX_EXPANDED - 1].extra[column] for column in self.ordering.columns]
        query = reader.query(**{name: value}, **build_selection_query(self.shape))
        place = encode_cursor(path, query, values)
        return f"{reader.root}{path}/?{format_query(query)}&cursor={place}"


def build_selection_query(shape: Projection) -> dict[str, str]:
    """What the rest is to be asked for, so that it reads as the beginning does."""
    return {"expand": ",".join(shape.expansions)} if shape.expansions else {}


def format_query(query: Mapping[str, str]) -> str:
    """A query whose values need no escapes."""
    return "&".join(f"{name}={value}" for name, value in query.items())
