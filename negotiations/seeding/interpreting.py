"""From the nodes of a seed file to its rows: every key known, every value of its form."""

from __future__ import annotations

from collections.abc import Iterable

from negotiations.models import Citation, Negotiation, Record, Source
from negotiations.models.system.field_values import clean_value

from .errors.diagnostics import Diagnostic
from .files.nodes import Mapping, Node, Scalar, Sequence, describe_node
from .files.parsing import locate_node
from .files.reading import SeedDocument
from .files.source_files import read_source_text
from .rows import SeedRow, walk
from .shape import (
    FORMAT,
    Slot,
    ValueType,
    get_part_relations,
    get_sections,
    get_slots,
    get_verbose_name,
    is_citable,
    list_citation_keys,
)
from .values import SeedValueError, build_value_error, parse_value, suggest_nearest

DEFAULT_REVIEW = Record.Review.PUBLISHED.value
IDENTITY = ("key", "slug")
CITATIONS = "citations"


class Interpreter:
    """Makes the rows of one document; what is wrong goes into the document's faults."""

    def __init__(self, document: SeedDocument) -> None:
        self.document = document
        self.text = document.text
        self.negotiation: SeedRow | None = None
        # The key of a negotiation that is in the database already, with its place.
        self.known_negotiation: tuple[str, Node] | None = None

    def rows(self) -> list[SeedRow]:
        """The rows of the sections, in the order of the file."""
        root = self.document.root
        if root is None or not self._is_seed_file(root):
            return []
        known = get_sections()
        for key in root.entries:
            if key not in known and key != "format":
                self._unknown(root, key, [*known, "format"], "a seed file")
        found: list[SeedRow] = []
        for name, node in root.entries.items():
            if name in known:
                found += self._section(known[name], name, node)
        self._default_source(found)
        return found

    def _is_seed_file(self, root: Mapping) -> bool:
        node = root.entries.get("format")
        if isinstance(node, Scalar) and node.written == FORMAT:
            return True
        found = (
            f"the format is {node.written}" if isinstance(node, Scalar) else "no format is given"
        )
        where = locate_node(node or root, self.text)
        help_ = f"the first line is: format: {FORMAT}"
        self.document.faults.append(Diagnostic("E012", found, where, help=help_))
        return False

    def _section(self, model: type[Record], name: str, node: Node) -> list[SeedRow]:
        if model is Negotiation and isinstance(node, Scalar) and isinstance(node.value, str):
            self.known_negotiation = (node.value, node)
            return []
        items = [node] if model is Negotiation else self._items(node, name)
        return [row for item in items if (row := self._row(model, item))]

    def _items(self, node: Node, name: str) -> Iterable[Node]:
        if isinstance(node, Sequence):
            return node.items
        self._refuse("E014", f"{describe_node(node)} stands where a list of {name} is due", node)
        return ()

    def _row(
        self, model: type[Record], node: Node, above: SeedRow | None = None, through: str = ""
    ) -> SeedRow | None:
        if not isinstance(node, Mapping):
            message = f"{describe_node(node)} stands where a {get_verbose_name(model)} is due"
            self._refuse("E014", message, node, "write its keys in braces or one a line")
            return None
        row = SeedRow(model, self.document, node, above, through)
        if model is Negotiation:
            self.negotiation = row
        self._identity(row)
        known = get_slots(model, through)
        parts = get_part_relations(model)
        beside = list_citation_keys() if is_citable(model) else ()
        for key, item in node.entries.items():
            if key in known:
                self.take(row, known[key], item)
            elif key in parts:
                kind, back = parts[key]
                made = (self._row(kind, each, row, back) for each in self._items(item, key))
                row.parts += [part for part in made if part]
            elif key not in beside and key not in IDENTITY and not (beside and key == CITATIONS):
                allowed = [*known, *parts, *beside, *IDENTITY, *([CITATIONS] if beside else [])]
                self._unknown(node, key, allowed, f"a {get_verbose_name(model)}")
        self._complete(row, known.values())
        if beside:
            self._citations(row)
        return row

    def _identity(self, row: SeedRow) -> None:
        for name in IDENTITY:
            node = row.mapping.entries.get(name)
            if node is None:
                continue
            if not isinstance(node, Scalar) or not isinstance(node.value, str):
                message = f"{describe_node(node)} stands where a {name} is due"
                row.refuse(
                    Diagnostic("E014", message, locate_node(node, self.text), help="write words")
                )
                continue
            row.nodes["slug"] = node
            setattr(row, name, node.value)

    def take(self, row: SeedRow, slot: Slot, node: Node) -> None:
        """Read one value into its row."""
        row.nodes[slot.name] = node
        try:
            if slot.form in (ValueType.REFERENCE, ValueType.REFERENCES):
                row.references[slot.name] = list(self._keys(slot, node))
            elif slot.form is ValueType.FILE:
                folder = self.document.path.parent
                row.values[slot.name] = read_source_text(node, folder, self.text)
            else:
                field = row.model._meta.get_field(slot.name)
                row.values[slot.name] = clean_value(field, parse_value(slot, node, self.text))
                self._date_places(row, slot, node)
        except SeedValueError as refusal:
            row.refuse(refusal.fault, slot.name)

    def _keys(self, slot: Slot, node: Node) -> Iterable[tuple[str, Node]]:
        items: list[Node] = [node]
        if slot.form is ValueType.REFERENCES:
            if not isinstance(node, Sequence):
                raise build_value_error(slot, node, self.text)
            items = node.items
        for item in items:
            if isinstance(item, Scalar) and item.value is None and not item.quoted:
                parse_value(slot, item, self.text)
                continue
            if not isinstance(item, Scalar) or not isinstance(item.value, str):
                raise build_value_error(slot, item, self.text)
            yield item.value, item

    def _date_places(self, row: SeedRow, slot: Slot, node: Node) -> None:
        """The parts of a date are fields of their own to the rules of the models."""
        if slot.form is ValueType.DATE and isinstance(node, Mapping):
            for key, name in (("says", "words"), ("anchor", "anchor"), ("sure", "certainty")):
                if key in node.entries:
                    row.nodes[f"{slot.name}_{name}"] = node.entries[key]

    def _complete(self, row: SeedRow, known: Iterable[Slot]) -> None:
        """Fill in what a row without the key has; refuse what it cannot be without."""
        for slot in known:
            given = slot.name in row.values or slot.name in row.references
            if given or slot.name in row.faulty:
                continue
            if slot.name == "review":
                row.values["review"] = DEFAULT_REVIEW
            elif slot.required and not (slot.name == "source" and row.model is Citation):
                message = f"a {get_verbose_name(row.model)} needs {slot.name}"
                row.refuse(Diagnostic("E015", message, row.place), slot.name)
            elif slot.form in (ValueType.REFERENCE, ValueType.REFERENCES):
                row.references[slot.name] = []
            else:
                row.values[slot.name] = slot.empty
        if not row.key and not row.slug and row.belongs_to is None and "" not in row.faulty:
            row.refuse(
                Diagnostic("E015", f"a {get_verbose_name(row.model)} needs a key", row.place)
            )

    def _citations(self, row: SeedRow) -> None:
        entries = row.mapping.entries
        beside = [key for key in list_citation_keys() if key in entries]
        if "quote" in beside:
            row.citations.append(self._citation(row, row.mapping, beside))
        elif beside:
            message = f"{beside[0]} tells of a quotation, and there is none here"
            self._refuse("E015", message, row.mapping.keys[beside[0]], "add quote")
        node = entries.get(CITATIONS)
        for item in self._items(node, CITATIONS) if node else ():
            if not isinstance(item, Mapping):
                message = f"{describe_node(item)} stands where a citation is due"
                self._refuse("E014", message, item, 'write {quote: "…"}')
                continue
            row.citations.append(self._citation(row, item, [*get_slots(Citation), *IDENTITY]))

    def _citation(self, row: SeedRow, mapping: Mapping, keys: Iterable[str]) -> SeedRow:
        citation = SeedRow(Citation, self.document, mapping, row, str(row.model._meta.model_name))
        known = get_slots(Citation)
        if mapping is not row.mapping:
            self._identity(citation)
            for key in mapping.entries:
                if key not in keys:
                    self._unknown(mapping, key, keys, "a citation")
        for key in keys:
            if key in mapping.entries and key in known:
                self.take(citation, known[key], mapping.entries[key])
        if "review" not in citation.values:
            citation.values["review"] = row.values.get("review", DEFAULT_REVIEW)
        self._complete(citation, known.values())
        return citation

    def _default_source(self, rows: list[SeedRow]) -> None:
        """Quotations of a file with one source are from that; elsewhere each says its own."""
        sources = [row for row in rows if row.model is Source]
        for citation in (row for row in walk(rows) if row.model is Citation):
            if citation.references["source"] or "source" in citation.faulty:
                continue
            if len(sources) == 1:
                only = sources[0]
                citation.references["source"] = [(only.key or only.slug, only.mapping)]
                continue
            message, help_ = "the source of these words is not told", "add source: and its key"
            citation.refuse(Diagnostic("E031", message, citation.place, help=help_), "source")

    def _unknown(self, node: Mapping, key: str, known: Iterable[str], what: str) -> None:
        names = list(known)
        help_ = suggest_nearest(key, names) or f"its keys are {', '.join(names)}"
        self._refuse("E013", f"{what} has no {key}", node.keys[key], help_)

    def _refuse(self, code: str, message: str, node: Node, help: str = "") -> None:  # noqa: A002
        self.document.faults.append(
            Diagnostic(code, message, locate_node(node, self.text), help=help)
        )
