"""The rows of a seed file: each record with its values, where they stand, and its citations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from negotiations.models import Negotiation, Record

from .errors.diagnostics import Diagnostic, Location
from .files.nodes import Mapping, Node
from .files.parsing import locate_node
from .files.reading import SeedDocument
from .shape import get_verbose_name, has_negotiation, is_shared


@dataclass(eq=False)
class SeedRow:
    """One record of a seed file.

    ``values`` are plain (references by slug once resolved), ``nodes`` tells where each stands,
    ``faulty`` names the fields that have a fault already. ``belongs_to`` is the row it is part of,
    or that it cites for, and ``through`` the field that says so.
    """

    model: type[Record]
    document: SeedDocument
    mapping: Mapping
    belongs_to: SeedRow | None = None
    through: str = ""
    key: str = ""
    slug: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    references: dict[str, list[tuple[str, Node]]] = field(default_factory=dict)
    targets: list[SeedRow] = field(default_factory=list)
    negotiation: str = ""
    citations: list[SeedRow] = field(default_factory=list)
    parts: list[SeedRow] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    position: int = 0

    @property
    def kind(self) -> str:
        return self.model.resource_name

    @property
    def address(self) -> str:
        return f"{self.kind}/{self.slug}"

    @property
    def place(self) -> Location:
        """Where the row is told: its key, else its beginning."""
        node = self.nodes.get("slug") or self.nodes.get("quote") or self.mapping
        return locate_node(node, self.document.text)

    def place_of(self, name: str) -> Location:
        node = self.nodes.get(name)
        return locate_node(node, self.document.text) if node else self.place

    def refuse(self, fault: Diagnostic, name: str = "") -> None:
        """Note a fault of the row, under a field when it is about one."""
        self.document.faults.append(fault)
        self.faulty.add(name)

    @property
    def prefix(self) -> str:
        """What a key of this row gets before it to be unique among all negotiations."""
        if is_shared(self.model):
            return ""
        above = self.belongs_to
        if above and not self.negotiation:
            return above.slug
        return self.negotiation

    @property
    def hangs_on_negotiation(self) -> bool:
        """Whether the row, or what it is part of, belongs to a negotiation."""
        top = self
        while top.belongs_to:
            top = top.belongs_to
        return has_negotiation(top.model) or (top.model is Negotiation and top is not self)

    @property
    def title(self) -> str:
        return f"{get_verbose_name(self.model)} {self.key or self.slug}".strip()


def build_slug(row: SeedRow, key: str) -> str:
    prefix = row.prefix
    return f"{prefix}-{key}" if prefix else key


def walk(rows: list[SeedRow]) -> Iterator[SeedRow]:
    """The rows and everything in them, in the order of the file; citations after their record."""
    for row in rows:
        yield row
        yield from row.citations
        yield from walk(row.parts)
