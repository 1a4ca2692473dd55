"""Which record each key means: in the same file, in another of the load, or in the database."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from negotiations.models import Citation, MovedSlug, Negotiation, Record

from .errors.diagnostics import Diagnostic
from .files.nodes import Node
from .files.parsing import locate_node
from .files.reading import SeedDocument
from .interpreting import Interpreter
from .rows import SeedRow, walk
from .shape import NEGOTIATION, ValueType, get_slots, get_verbose_name, has_negotiation, is_shared
from .slugs import name_by_content, name_by_key, name_citations
from .stored_values import fetch_stored

# So many names of one kind are looked through for the nearest one.
MAX_NAMES = 5000
MAX_HINTS = 100


class Registry:
    """All rows of a load by kind and slug, and the stored records that they name or are."""

    def __init__(self) -> None:
        self.rows: list[SeedRow] = []
        self.by_slug: dict[tuple[type[Record], str], SeedRow] = {}
        self.stored: dict[type[Record], dict[str, Any]] = {}
        # Negotiations that a file names without defining them, with their places.
        self.named: list[tuple[SeedDocument, str, Node]] = []
        self.hints = Hints(self)

    def add(self, interpreter: Interpreter) -> None:
        """Take in the rows of one file; their references are resolved when all are in."""
        found = list(walk(interpreter.rows()))
        for position, row in enumerate(found):
            row.position = position
        self.rows += found
        negotiation = self._negotiation(interpreter, found)
        for row in found:
            if row.hangs_on_negotiation:
                row.negotiation = negotiation
            if row.model is not Citation:
                name_by_key(row)
                self._register(row)

    def resolve(self) -> None:
        """Name the rows without keys, then say of every reference which record it means."""
        for row in self.rows:
            if row.model is not Citation and not row.slug and row.belongs_to:
                name_by_content(row, self._first)
                self._register(row)
        for row in self.rows:
            name_citations(row)
            for citation in row.citations:
                self._register(citation)
        self._load_stored()
        self._check_named()
        for row in self.rows:
            self._implied(row)
            for name, written in row.references.items():
                self._references(row, name, written)

    def _negotiation(self, interpreter: Interpreter, rows: list[SeedRow]) -> str:
        if interpreter.negotiation:
            return interpreter.negotiation.key or interpreter.negotiation.slug
        if interpreter.known_negotiation:
            key, node = interpreter.known_negotiation
            self.named.append((interpreter.document, key, node))
            return key
        for row in rows:
            if row.hangs_on_negotiation and row.model is not Citation:
                kind = get_verbose_name(row.model)
                message = f"a {kind} belongs to a negotiation, and the file names none"
                row.refuse(Diagnostic("E029", message, row.place, help="add negotiation:"))
                break
        return ""

    def _register(self, row: SeedRow) -> None:
        if not row.slug:
            return
        first = self.by_slug.setdefault((row.model, row.slug), row)
        if first is row:
            return
        keyed = bool(row.key or "slug" in row.nodes)
        message = f"there is another {get_verbose_name(row.model)} {row.slug}"
        help_ = "" if keyed else "give one of them a key"
        notes = (f"the first stands at {first.place}",)
        row.refuse(Diagnostic("E016", message, row.place, notes=notes, help=help_), "slug")

    def _candidates(self, row: SeedRow, target: type[Record], key: str) -> Iterator[str]:
        if row.negotiation and not is_shared(target):
            yield f"{row.negotiation}-{key}"
        yield key

    def _first(self, row: SeedRow, name: str) -> str | None:
        """The slug that a reference of a row most likely means, before all is known."""
        written = row.references.get(name)
        if not written:
            return None
        target = get_slots(row.model)[name].target
        for slug in self._candidates(row, target, written[0][0]):
            if (target, slug) in self.by_slug:
                return slug
        return written[0][0]

    def _load_stored(self) -> None:
        """The stored records that rows name or are: one query for each kind."""
        wanted: dict[type[Record], set[str]] = defaultdict(set)
        wanted[Negotiation] = {key for _document, key, _node in self.named}
        for row in self.rows:
            wanted[row.model].add(row.slug)
            for name, written in row.references.items():
                target = get_slots(row.model)[name].target
                for key, _ in written:
                    wanted[target].update(self._candidates(row, target, key))
        for model, slugs in wanted.items():
            self.stored[model] = fetch_stored(model, slugs)

    def _implied(self, row: SeedRow) -> None:
        """What the place of a row in its file says."""
        if row.belongs_to:
            row.values[row.through] = row.belongs_to.slug
            row.targets.append(row.belongs_to)
        if row.negotiation and has_negotiation(row.model):
            row.values["negotiation"] = row.negotiation
            above = self.by_slug.get((Negotiation, row.negotiation))
            if above:
                row.targets.append(above)

    def _references(self, row: SeedRow, name: str, written: list[tuple[str, Node]]) -> None:
        slot = get_slots(row.model)[name]
        slugs = []
        for key, node in written:
            slug = self._known(row, slot.target, key)
            if slug is None:
                row.refuse(self._unknown(row, slot.target, key, node), name)
                continue
            if slug in slugs:
                message = f"{key} stands here twice"
                row.refuse(Diagnostic("E016", message, locate_node(node, row.document.text)), name)
                continue
            slugs.append(slug)
            target = self.by_slug.get((slot.target, slug))
            if target:
                row.targets.append(target)
        many = slot.form is ValueType.REFERENCES
        row.values[name] = sorted(slugs) if many else (slugs[0] if slugs else None)

    def _known(self, row: SeedRow, target: type[Record], key: str) -> str | None:
        held = self.stored.get(target, {})
        for slug in self._candidates(row, target, key):
            if (target, slug) in self.by_slug or slug in held:
                return slug
        return None

    def successor(self, model: type[Record], slug: str) -> str | None:
        """The slug of the record into which one was merged; None if it was not."""
        end, kind = None, model.resource_name
        while (step := self._merged.get((kind, end or slug))) is not None:
            end = step
        return end

    @cached_property
    def _merged(self) -> dict[tuple[str, str], str]:
        moved = MovedSlug.objects.values_list("kind", "slug", "to")
        return {(kind, slug): to for kind, slug, to in moved}

    def _unknown(self, row: SeedRow, target: type[Record], key: str, node: Node) -> Diagnostic:
        message = f"there is no {get_verbose_name(target)} {key}"
        if kept := self.successor(target, key):
            message, help_ = f"{message}: it was merged into {kept}", f"write {kept}"
            return Diagnostic("E018", message, locate_node(node, row.document.text), help=help_)
        help_ = self.hints.hint(target, key, row.negotiation)
        return Diagnostic("E018", message, locate_node(node, row.document.text), help=help_)

    def _check_named(self) -> None:
        """A file that adds to a negotiation needs it to be there."""
        for document, key, node in self.named:
            if (Negotiation, key) in self.by_slug or key in self.stored[Negotiation]:
                continue
            where = locate_node(node, document.text)
            help_ = self.hints.hint(Negotiation, key, "")
            fault = Diagnostic("E018", f"there is no negotiation {key}", where, help=help_)
            document.faults.append(fault)
            for row in self.rows:
                if row.document is document and row.negotiation:
                    row.faulty.add(NEGOTIATION)


class Hints:
    """Which record was meant by a key that means none. Only the first faults get the effort."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.given = 0
        self.known: dict[type[Record], list[str]] = {}

    def hint(self, target: type[Record], key: str, negotiation: str) -> str:
        self.given += 1
        if self.given > MAX_HINTS:
            return ""
        names = sorted({slug.removeprefix(f"{negotiation}-") for slug in self._names(target)})
        near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
        listed = f"there are {', '.join(names)}" if 0 < len(names) <= 12 else ""
        return f"did you mean {near[0]}?" if near else listed

    def _names(self, target: type[Record]) -> list[str]:
        if target not in self.known:
            names = [slug for model, slug in self.registry.by_slug if model is target]
            names += target._base_manager.values_list("slug", flat=True)[:MAX_NAMES]
            self.known[target] = names[:MAX_NAMES]
        return self.known[target]
