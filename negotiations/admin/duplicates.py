"""What is recorded already: records with the same name, and records with the same content."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models

from negotiations.history.merge import IGNORED_FIELDS
from negotiations.models import Citation, Issue, Negotiation, Party, Person, Record, Source
from negotiations.rest.representations.serializers import NESTED
from negotiations.text.tokens import fold

from .coding.name_fields import find_by_name

# The kinds whose records have a name that is nobody else's as a rule.
NAME_FIELDS: dict[type[models.Model], str] = {
    Party: "name",
    Person: "name",
    Issue: "title",
    Negotiation: "title",
}
# Of a long text, its digest is compared.
DIGEST = "sha256"
MAX_NAMESAKES = 5
EMPTY: tuple[Any, ...] = (None, "", frozenset())


def find_namesakes(model: type[Record], name: str, user: Any) -> list[Any]:
    """Return the records that the user sees and that have this name among theirs."""
    return find_by_name(model, name, user) if model in NAME_FIELDS and name.strip() else []


def find_sources_of_text(text: str, user: Any) -> Any:
    """Return the sources that the user sees and that have this very text."""
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return Source.objects.visible_to(user).filter(sha256=digest)


def find_equal_records(record: Any, related: Mapping[str, Iterable[Any]], user: Any) -> list[Any]:
    """Return a record that says all that a new one says, if the user sees any."""
    body: dict[str, Any] = {}
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if field.is_relation and value is not None and field.name not in IGNORED_FIELDS:
            value = getattr(record, field.name).slug
        body[field.name] = value
    for field in record._meta.many_to_many:
        body[field.name] = {target.slug for target in related.get(field.name, ())}
    contents = StoredContents(type(record), user, {name: [value] for name, value in body.items()})
    key = contents.find(body)
    return list(contents.fetch([key] if key else []).values())


class StoredContents:
    """What the records of a kind that a user sees say, to find those that say the same.

    A record says the same as a body when it has all that the body says: texts are compared as they
    are searched, and what the body leaves empty may be anything. The records are read once.
    """

    def __init__(
        self, model: type[Record], user: Any, among: Mapping[str, Collection[Any]]
    ) -> None:
        """Read the records whose relations and coded values are ``among`` these, field by field.

        Related records are named by slug.
        """
        self.model = model
        self.rows: Any = model._default_manager.visible_to(user).order_by("pk")
        self.columns = [
            field
            for field in model._meta.concrete_fields
            if field.name not in IGNORED_FIELDS and field.editable
        ]
        self.needed = [
            field.name
            for field in self.columns
            if not (field.blank or field.null or field.has_default())
        ]
        # Of kinds that have names, each name counts, whatever else a record says.
        for field in self.columns if model not in NAME_FIELDS else ():
            is_coded = field.is_relation or field.choices
            if is_coded and field.name in self.needed and field.name in among:
                path = f"{field.name}__slug" if field.is_relation else field.name
                self.rows = self.rows.filter(**{f"{path}__in": among[field.name]})
        # By the values that every record needs: the number of a row, or the key, and the content.
        self.found: dict[tuple[Any, ...], list[tuple[int, dict[str, Any]]]] = {}
        self.names: dict[str, list[int]] = {}
        self._read()

    def _read(self) -> None:
        names = [field.name for field in self.columns]
        paths = [self._path(field) for field in self.columns]
        many: dict[str, dict[int, set[str]]] = {}
        for field in self.model._meta.many_to_many:
            many[field.name] = {}
            pairs = self.rows.filter(**{f"{field.name}__isnull": False})
            for key, slug in pairs.values_list("pk", f"{field.name}__slug"):
                many[field.name].setdefault(key, set()).add(slug)
        for key, *values in self.rows.values_list("pk", *paths).iterator():
            content = dict(zip(names, values, strict=True))
            content |= {name: slugs.get(key, set()) for name, slugs in many.items()}
            self._add(key, content)

    def _path(self, field: Any) -> str:
        if field.is_relation:
            return f"{field.name}__slug"
        return DIGEST if field.name in self.model.LONG_TEXTS else str(field.name)

    def _add(self, key: int, content: Mapping[str, Any]) -> None:
        normal = {name: normalize(value) for name, value in content.items()}
        self.found.setdefault(self._key(normal), []).append((key, normal))
        if name := NAME_FIELDS.get(self.model):
            for each in {normal[name], *normal.get("aliases", ())}:
                self.names.setdefault(each, []).append(key)

    def _key(self, normal: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(normal.get(name) for name in self.needed)

    def find(self, body: Mapping[str, Any]) -> int | None:
        """Return the key of the first record that says all that a body says.

        The body names related records by slug, as those of the API do.
        """
        told = dict(body)
        for name in self.model.LONG_TEXTS:
            if name in told:
                told[name] = hashlib.sha256(str(told[name]).encode()).hexdigest()
        known = {field.name: field for field in (*self.columns, *self.model._meta.many_to_many)}
        wanted = {name: normalize(told[name]) for name in told if name in known}
        for key, normal in self.found.get(self._key(wanted), ()):
            covers = all(
                _covers(known[name], normal.get(name), value)
                for name, value in wanted.items()
                if value not in EMPTY
            )
            citations = body.get(NESTED)
            if covers and (not citations or self._cites(key, citations)):
                return key
        return None

    def _cites(self, key: int, citations: Iterable[Any]) -> bool:
        """Return whether a record is supported by all these words already."""
        words = Citation.objects.filter(**{f"{self.model._meta.model_name}_id": key})
        return all(
            words.filter(source__slug=each.get("source"), quote=each.get("quote")).exists()
            for each in citations
        )

    def find_namesakes(self, name: str) -> list[int]:
        """Return the keys of the records with this name among theirs."""
        return self.names.get(normalize(name), [])[:MAX_NAMESAKES]

    def fetch(self, keys: Iterable[int]) -> dict[int, Record]:
        """Return the records with these keys."""
        return self.model._default_manager.in_bulk(set(keys))


def normalize(value: Any) -> Any:
    """Return a value as it is compared: texts folded, lists and objects as sets."""
    if isinstance(value, str):
        return fold(" ".join(value.split()))
    if isinstance(value, dict):
        return frozenset((key, normalize(item)) for key, item in value.items())
    if isinstance(value, (list, set)):
        return frozenset(map(normalize, value))
    return value.isoformat() if isinstance(value, date) else value


def _covers(field: Any, stored: Any, wanted: Any) -> bool:
    """Return whether a stored value says what is wanted; it may have more names or identifiers."""
    if isinstance(field, models.JSONField) and isinstance(stored, frozenset):
        return bool(wanted <= stored)
    return bool(wanted == stored)
