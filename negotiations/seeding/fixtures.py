"""Django's own fixtures, when somebody gives one to the seed loader: refused, each row with why.

A fixture can hold any model. The loader takes records alone, so a file can never make a user.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from negotiations.models import Record

from .errors.diagnostics import Diagnostic, SeedText
from .files.nodes import Mapping, Node, Scalar, Sequence
from .files.parsing import locate_node

HOW = "load it with manage.py loaddata, or write it in the nested form of seeds/README.md"


def is_fixture(root: Sequence) -> bool:
    """Whether a list looks like what ``dumpdata`` writes."""
    return any(isinstance(item, Mapping) and "model" in item.entries for item in root.items)


def check_fixture(root: Sequence, text: SeedText) -> Iterator[Diagnostic]:
    """One fault for each row that is no record, else one for the file."""
    foreign = [fault for item in root.items if (fault := _foreign(item, text))]
    yield from foreign
    if not foreign:
        yield Diagnostic(
            "E028", "this is a fixture, not a seed file", locate_node(root, text), help=HOW
        )


def _foreign(item: Node, text: SeedText) -> Diagnostic | None:
    node = item.entries.get("model") if isinstance(item, Mapping) else None
    if not isinstance(node, Scalar):
        return None
    try:
        model = apps.get_model(node.written)
    except (LookupError, ValueError):
        return Diagnostic("E027", f"there is no model {node.written}", locate_node(node, text))
    if issubclass(model, Record):
        return None
    what = f"{model._meta.verbose_name_plural} are never loaded from a file"
    return Diagnostic("E027", what, locate_node(node, text), help="an administrator makes them")
