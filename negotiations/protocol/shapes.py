"""The one read path: from rows to bodies, without model instances.

A shape is made once for a resource from its serializer's declaration. It knows the columns, the
joins and the follow-up queries, so a list costs the same few queries whatever its length.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import Http404

from negotiations.models import COLLECTIONS, Record

Body = dict[str, Any]


class Shape:
    """What the body of a resource consists of."""

    def __init__(self, model: type[Record], fields: Sequence[str]) -> None:
        self.model, self.fields = model, tuple(fields)
        self.columns: dict[str, str] = {}
        self.many: list[Any] = []
        self.addresses: dict[str, dict[str, str]] = {}
        for name in fields:
            self._add(name)

    def _add(self, name: str) -> None:
        if name == "record":
            # The one of several foreign keys that is set, as the address of what it points at.
            kinds = {model._meta.model_name: key for key, model in COLLECTIONS.items()}
            self.addresses[name] = {f"{kind}__slug": kinds[kind] for kind in self.model.KINDS}  # type: ignore[attr-defined]
            return
        field = self.model._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            self.many.append(field)
        else:
            self.columns[name] = f"{name}__slug" if field.is_relation else name

    def bodies(
        self, rows: QuerySet[Any], keys: Sequence[str] = ()
    ) -> list[tuple[Body, tuple[Any, ...]]]:
        """Bodies of the rows in their order, each with the values of the columns ``keys``."""
        paths = [path for group in self.addresses.values() for path in group]
        columns = list(self.columns.values())
        found = []
        for pk, *values in rows.values_list("pk", *columns, *paths, *keys):
            body = dict(zip(self.columns, values, strict=False))
            places = values[len(columns) : len(columns) + len(paths)]
            self._fill_addresses(body, places)
            found.append((pk, body, tuple(values[len(columns) + len(paths) :])))
        self._fill_many({pk: body for pk, body, _ in found})
        return [({name: body[name] for name in self.fields}, key) for _, body, key in found]

    def one(self, rows: QuerySet[Any]) -> Body:
        """The body of the only row; raises ``Http404`` when there is none."""
        for body, _ in self.bodies(rows):
            return body
        raise Http404

    def body(self, record: Record) -> Body:
        """The body of one stored record."""
        return self.one(self.model._base_manager.filter(pk=record.pk))

    def _fill_addresses(self, body: Body, slugs: Sequence[str | None]) -> None:
        rest = iter(slugs)
        for name, group in self.addresses.items():
            pairs = zip(group.values(), rest, strict=False)
            body[name] = next((f"{kind}/{slug}" for kind, slug in pairs if slug), None)

    def _fill_many(self, bodies: dict[int, Body]) -> None:
        for field in self.many:
            for body in bodies.values():
                body[field.name] = []
            for pk, slug in _links(field, bodies):
                bodies[pk][field.name].append(slug)


def _links(field: Any, keys: Iterable[int]) -> QuerySet[Any]:
    """Pairs of a record's key and the slug of what it is linked with, in the order of the slugs."""
    through = field.remote_field.through
    slug = f"{field.m2m_reverse_field_name()}__slug"
    rows = through._default_manager.filter(**{f"{field.m2m_field_name()}__in": list(keys)})
    return rows.order_by(slug).values_list(f"{field.m2m_field_name()}_id", slug)


@cache
def shape_of(model: type[Record], fields: tuple[str, ...]) -> Shape:
    """The shape of these fields, made once."""
    return Shape(model, fields)
