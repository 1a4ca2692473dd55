"""What a reader asks to see of a record: ``fields``, ``omit`` and ``expand``."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db import models

from negotiations.models import Record
from negotiations.rest.http.query_params import Query
from negotiations.text.did_you_mean import nearest

from .expand import Children, ToMany, ToOne
from .projections import MEMBERS, Expansion, Shape

PARAMETERS = ("fields", "omit", "expand")
MOST_STEPS = 2

# What stands behind each other: ``(("citations", (("source", ()),)),)`` is ``citations.source``.
Tree = tuple[tuple[str, Any], ...]


def selected(query: Query, model: type[Record]) -> Shape:
    """The shape that the query asks for; faults are noted there."""
    asked, omitted = _fields(query, model), _named(query, "omit", model)
    members = tuple(name for name in asked if name not in omitted)
    if asked and not members:
        detail = "No member is left; leave at least one of those that are asked for."
        query.fault("omit", "nothing_left", detail)
    return shape_of(model, members, _tree(query, model))


def is_whole(query: Query) -> bool:
    """Whether the query asks for the plain body."""
    return not any(name in query for name in PARAMETERS)


def whole(model: type[Record]) -> Shape:
    """The plain body of a kind."""
    return shape_of(model, MEMBERS[model], ())


@lru_cache(maxsize=1000)
def shape_of(model: type[Record], members: tuple[str, ...], tree: Tree) -> Shape:
    """The shape, made once."""
    expansions = {name: _expansion(model, name, below) for name, below in tree}
    return Shape(model, members, expansions)


@cache
def expandable(model: type[Record]) -> dict[str, Any]:
    """The relations of a kind that can be expanded, by name."""
    found = {}
    for field in model._meta.get_fields():
        other: Any = field.related_model
        if not field.is_relation or not isinstance(other, type) or other not in MEMBERS:
            continue
        is_reverse = field.auto_created and not field.concrete
        if is_reverse and isinstance(field, models.ManyToManyRel):
            continue
        if is_reverse or field.name in MEMBERS[model]:
            found[field.name] = field
    return found


def _fields(query: Query, model: type[Record]) -> Sequence[str]:
    asked = _named(query, "fields", model)
    return [name for name in MEMBERS[model] if name in asked] if asked else MEMBERS[model]


def _named(query: Query, parameter: str, model: type[Record]) -> list[str]:
    names = query[parameter].split(",") if parameter in query else []
    for name in names:
        if name not in MEMBERS[model]:
            detail = f"{model.collection().capitalize()} have no member {name[:100]!r}."
            query.fault(parameter, "unknown_member", detail, nearest(name, MEMBERS[model]))
    return names


def _tree(query: Query, model: type[Record]) -> Tree:
    tree: dict[str, Any] = {}
    for path in query["expand"].split(",") if "expand" in query else []:
        if _can_be_expanded(query, path, model):
            place = tree
            for name in path.split("."):
                place = place.setdefault(name, {})
    return _frozen(tree)


def _can_be_expanded(query: Query, path: str, model: type[Record]) -> bool:
    steps = path.split(".")
    if len(steps) > MOST_STEPS:
        query.fault("expand", "too_deep", f"At most {MOST_STEPS} steps can be expanded.")
        return False
    for name in steps:
        known = expandable(model)
        if name not in known:
            detail = f"{model.collection().capitalize()} have no relation {name[:100]!r}."
            query.fault("expand", "unknown_expansion", detail, nearest(name, known))
            return False
        model = known[name].related_model
    return True


def _frozen(tree: dict[str, Any]) -> Tree:
    return tuple((name, _frozen(below)) for name, below in sorted(tree.items()))


def _expansion(model: type[Record], name: str, below: Tree) -> Expansion:
    field = expandable(model)[name]
    target = field.related_model
    shape = shape_of(target, MEMBERS[target], below)
    if field.auto_created and not field.concrete:
        return Children(field, model, shape)
    return ToMany(field, shape) if field.many_to_many else ToOne(field, shape)


def paths(model: type[Record]) -> Iterator[str]:
    """Every path that can be expanded, for tests and the OpenAPI document."""
    for name, field in expandable(model).items():
        yield name
        yield from (f"{name}.{further}" for further in expandable(field.related_model))
