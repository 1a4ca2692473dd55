"""What a reader asks to see of a record: ``fields``, ``omit`` and ``expand``."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db import models

from negotiations.models import Record
from negotiations.rest.http.query_params import QueryParams
from negotiations.text.did_you_mean import suggest_similar

from .expand import ChildrenExpansion, ToManyExpansion, ToOneExpansion
from .projections import BODY_FIELDS, Expansion, Projection

SELECTION = ("fields", "omit", "expand")
MAX_EXPAND_DEPTH = 2

# What stands behind each other: ``(("citations", (("source", ()),)),)`` is ``citations.source``.
ExpandTree = tuple[tuple[str, Any], ...]


def parse_selection(query: QueryParams, model: type[Record]) -> Projection:
    """The shape that the query asks for; faults are noted there."""
    asked, omitted = _fields(query, model), _parse_names(query, "omit", model)
    members = tuple(name for name in asked if name not in omitted)
    if asked and not members:
        detail = "No member is left; leave at least one of those that are asked for."
        query.fault("omit", "nothing_left", detail)
    return get_projection(model, members, _tree(query, model))


def is_default_selection(query: QueryParams) -> bool:
    """Whether the query asks for the plain body."""
    return not any(name in query for name in SELECTION)


def get_default_projection(model: type[Record]) -> Projection:
    """The plain body of a kind."""
    return get_projection(model, BODY_FIELDS[model], ())


@lru_cache(maxsize=1000)
def get_projection(model: type[Record], members: tuple[str, ...], tree: ExpandTree) -> Projection:
    """The shape, made once."""
    expansions = {name: _expansion(model, name, below) for name, below in tree}
    return Projection(model, members, expansions)


@cache
def get_expandable_relations(model: type[Record]) -> dict[str, Any]:
    """The relations of a kind that can be expanded, by name."""
    found = {}
    for field in model._meta.get_fields():
        other: Any = field.related_model
        if not field.is_relation or not isinstance(other, type) or other not in BODY_FIELDS:
            continue
        is_reverse = field.auto_created and not field.concrete
        if is_reverse and isinstance(field, models.ManyToManyRel):
            continue
        if is_reverse or field.name in BODY_FIELDS[model]:
            found[field.name] = field
    return found


def _fields(query: QueryParams, model: type[Record]) -> Sequence[str]:
    asked = _parse_names(query, "fields", model)
    return [name for name in BODY_FIELDS[model] if name in asked] if asked else BODY_FIELDS[model]


def _parse_names(query: QueryParams, parameter: str, model: type[Record]) -> list[str]:
    names = query[parameter].split(",") if parameter in query else []
    for name in names:
        if name not in BODY_FIELDS[model]:
            detail = f"{model.resource_name.capitalize()} have no member {name[:100]!r}."
            query.fault(
                parameter, "unknown_member", detail, suggest_similar(name, BODY_FIELDS[model])
            )
    return names


def _tree(query: QueryParams, model: type[Record]) -> ExpandTree:
    tree: dict[str, Any] = {}
    for path in query["expand"].split(",") if "expand" in query else []:
        if _can_be_expanded(query, path, model):
            place = tree
            for name in path.split("."):
                place = place.setdefault(name, {})
    return _frozen(tree)


def _can_be_expanded(query: QueryParams, path: str, model: type[Record]) -> bool:
    steps = path.split(".")
    if len(steps) > MAX_EXPAND_DEPTH:
        query.fault("expand", "too_deep", f"At most {MAX_EXPAND_DEPTH} steps can be expanded.")
        return False
    for name in steps:
        known = get_expandable_relations(model)
        if name not in known:
            detail = f"{model.resource_name.capitalize()} have no relation {name[:100]!r}."
            query.fault("expand", "unknown_expansion", detail, suggest_similar(name, known))
            return False
        model = known[name].related_model
    return True


def _frozen(tree: dict[str, Any]) -> ExpandTree:
    return tuple((name, _frozen(below)) for name, below in sorted(tree.items()))


def _expansion(model: type[Record], name: str, below: ExpandTree) -> Expansion:
    field = get_expandable_relations(model)[name]
    target = field.related_model
    shape = get_projection(target, BODY_FIELDS[target], below)
    if field.auto_created and not field.concrete:
        return ChildrenExpansion(field, model, shape)
    return ToManyExpansion(field, shape) if field.many_to_many else ToOneExpansion(field, shape)


def list_expand_paths(model: type[Record]) -> Iterator[str]:
    """Every path that can be expanded, for tests and the OpenAPI document."""
    for name, field in get_expandable_relations(model).items():
        yield name
        yield from (
            f"{name}.{further}" for further in get_expandable_relations(field.related_model)
        )
