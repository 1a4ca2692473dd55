"""What the operations of the document have in common is said once: parameters and headers."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from typing import Any

from negotiations.rest.schemas.values import Schema

# Things of one kind, each where it stands: (holder, key, its name, a longer one).
Locations = list[tuple[Any, Any, str, str]]


def iter_operations(document: Schema) -> Iterator[Schema]:
    """All operations, in the order of their paths."""
    for item in document["paths"].values():
        yield from item.values()


def list_parameters(document: Schema) -> Locations:
    """Where parameters stand; two of one name are told apart by the collection."""
    return [
        (
            operation["parameters"],
            number,
            parameter["name"],
            build_qualified_name(parameter, operation),
        )
        for operation in iter_operations(document)
        for number, parameter in enumerate(operation.get("parameters", []))
        if "$ref" not in parameter
    ]


def build_qualified_name(parameter: Schema, operation: Schema) -> str:
    """``commitments.kind``, ``path.slug``."""
    owner = "path" if parameter["in"] == "path" else operation["tags"][0]
    return f"{owner}.{parameter['name']}"


def list_headers(document: Schema) -> Locations:
    """Where headers of answers stand."""
    answers = [a for o in iter_operations(document) for a in o["responses"].values()]
    answers += document["components"]["responses"].values()
    return [
        (answer["headers"], name, name, f"other.{name}")
        for answer in answers
        for name in answer.get("headers", {})
    ]


def share_components(document: Schema) -> None:
    """Make a component of each parameter and each header that stands more than once."""
    for kind, places in (
        ("parameters", list_parameters(document)),
        ("headers", list_headers(document)),
    ):
        components = document["components"].setdefault(kind, {})
        said = Counter(_text(holder[key]) for holder, key, _, _ in places)
        known: dict[str, str] = {}
        for holder, key, *names in places:
            text = _text(holder[key])
            if said[text] < 2:
                continue
            if text not in known:
                known[text] = _free(names, components)
                components[known[text]] = holder[key]
            holder[key] = {"$ref": f"#/components/{kind}/{known[text]}"}
        document["components"][kind] = dict(sorted(components.items()))


def _text(thing: Any) -> str:
    return json.dumps(thing, sort_keys=True)


def _free(names: list[str], taken: Schema) -> str:
    """The first of the names that is free, else the last with a number."""
    numbered = (f"{names[-1]}.{number}" for number in count(2))
    return next(name for name in chain(names, numbered) if name not in taken)
