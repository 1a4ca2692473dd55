"""Records written back as seed files: each into the file it came from, in its author's order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from negotiations.models import Citation, Negotiation, Record, SeedEntry
from negotiations.text.tokens import slugify_text

from .canonical import Pairs, format_file, format_key, format_value
from .interpreting import CITATIONS, DEFAULT_REVIEW
from .shape import (
    NEGOTIATION,
    REMARKS,
    Slot,
    ValueType,
    get_part_relations,
    get_sections,
    get_slots,
    has_negotiation,
    is_citable,
    is_shared,
    list_citation_keys,
)
from .slugs import build_citation_slug
from .stored_values import get_row_values, query_with_slugs

SHARED_FILE = "shared.yaml"
# What nobody should have to know a default for.
ALWAYS = {"status", "verification"}


@dataclass
class DumpedRecord:
    """One record with its plain values and what is written inside it."""

    record: Any
    values: dict[str, Any]
    entry: SeedEntry | None
    through: str = ""
    parts: dict[str, list[DumpedRecord]] = field(default_factory=lambda: defaultdict(list))
    citations: list[DumpedRecord] = field(default_factory=list)

    @property
    def model(self) -> type[Record]:
        return type(self.record)

    @property
    def order(self) -> tuple[float, int]:
        return self.entry.position if self.entry else float("inf"), self.record.pk


def dump() -> dict[str, str]:
    """The content of every file, seed files and source texts, by its name under the folder."""
    everything = _everything()
    files: dict[str, dict[str, list[DumpedRecord]]] = defaultdict(lambda: defaultdict(list))
    homes = {row.record.slug: _home(row) for row in everything[Negotiation].values()}
    for name, model in get_sections().items():
        for row in everything[model].values():
            if not row.through:
                files[_file(row, homes)][name].append(row)
    found = {}
    for file, content in sorted(files.items()):
        found[file] = _File(content).text()
        for row in content.get("sources", ()):
            beside = PurePosixPath(file).parent / get_text_path(row)
            found[beside.as_posix()] = row.record.text
    return found


def _everything() -> dict[type[Record], dict[int, DumpedRecord]]:
    """All records, in one query for each kind, with their parts and citations in them."""
    entries = {(entry.kind, entry.slug): entry for entry in SeedEntry.objects.all()}
    kinds: set[type[Record]] = {*get_sections().values(), Citation}
    kinds |= {part for owner in [*kinds] for part, _ in get_part_relations(owner).values()}
    found: dict[type[Record], dict[int, DumpedRecord]] = {}
    for model in kinds:
        kind, found[model] = model.resource_name, {}
        for record in query_with_slugs(model).order_by("pk"):
            entry = entries.get((kind, record.slug))
            found[model][record.pk] = DumpedRecord(record, get_row_values(record), entry)
    for owner in kinds:
        for name, (part, back) in get_part_relations(owner).items():
            for row in found[part].values():
                above = found[owner].get(getattr(row.record, f"{back}_id"))
                if above:
                    row.through = back
                    above.parts[name].append(row)
    for row in found[Citation].values():
        above = found[type(row.record.record)][row.record.record.pk]
        above.citations.append(row)
    return found


def _home(row: DumpedRecord) -> str:
    return row.entry.file if row.entry else f"{row.record.slug}.yaml"


def _file(row: DumpedRecord, homes: dict[str, str]) -> str:
    """The file a record came from, else that of its negotiation, else that of what is shared."""
    if row.entry:
        return row.entry.file
    if isinstance(row.record, Negotiation):
        return homes[row.record.slug]
    if has_negotiation(type(row.record)):
        return homes[row.values[NEGOTIATION]]
    only = set(homes.values())
    return only.pop() if len(only) == 1 else SHARED_FILE


def get_text_path(row: DumpedRecord) -> str:
    """Where a source's text lies beside the seed file."""
    said = row.entry.values.get("text", {}) if row.entry else {}
    return said.get("file") or f"sources/{row.record.slug}.txt"


class _File:
    """One seed file: what is left out in it, because its place says it, and what is written."""

    def __init__(self, content: dict[str, list[DumpedRecord]]) -> None:
        self.content = content
        sources = content.get("sources", [])
        self.source = sources[0].record.slug if len(sources) == 1 else ""
        self.negotiation = self._negotiation()

    def _negotiation(self) -> str:
        for rows in self.content.values():
            for row in rows:
                if isinstance(row.record, Negotiation):
                    return row.record.slug
                if has_negotiation(type(row.record)):
                    return str(row.values[NEGOTIATION])
        return ""

    def text(self) -> str:
        written_sections: list[tuple[str, Any]] = []
        for name in get_sections():
            rows = sorted(self.content.get(name, ()), key=lambda row: row.order)
            if name == NEGOTIATION:
                if rows:
                    written_sections.append((name, self._row(rows[0])))
                elif self.negotiation:
                    written_sections.append((name, format_key(self.negotiation)))
            elif rows:
                written_sections.append((name, [self._row(row) for row in rows]))
        return format_file(written_sections)

    def _row(self, row: DumpedRecord, above: DumpedRecord | None = None, prefix: str = "") -> Pairs:
        """A row and what is in it; ``prefix`` is what its place puts before its key."""
        if not above and has_negotiation(row.model):
            prefix = self.negotiation
        pairs: Pairs = _identity(row, above, prefix)
        pairs += self._values(row)
        citations = sorted(row.citations, key=lambda each: each.order)
        beside = self._beside(row, citations) if is_citable(row.model) else []
        pairs += beside + self._values(row, remarks=True)
        if citations and not beside:
            listed = [self._citation(row, *each) for each in enumerate(citations, start=1)]
            pairs.append((CITATIONS, listed))
        for name in get_part_relations(row.model):
            parts = sorted(row.parts[name], key=lambda each: each.order)
            if parts:
                within = prefix or row.record.slug
                pairs.append((name, [self._row(part, row, within) for part in parts]))
        return pairs

    def _values(self, row: DumpedRecord, *, remarks: bool = False) -> Pairs:
        """What the row says beyond what one without these keys would."""
        pairs: Pairs = []
        for name, slot in get_slots(row.model, row.through).items():
            usual = DEFAULT_REVIEW if name == "review" else slot.empty
            said = name in ALWAYS or row.values[name] != usual
            if (name in REMARKS) == remarks and said:
                pairs.append((name, self._value(row, slot)))
        return pairs

    def _value(self, row: DumpedRecord, slot: Slot) -> str:
        value = row.values[slot.name]
        if slot.form is ValueType.FILE:
            return f"{{file: {format_value(ValueType.TEXT, get_text_path(row))}}}"
        if slot.form is ValueType.REFERENCE:
            return format_value(slot.form, self._key(slot, value))
        if slot.form is ValueType.REFERENCES:
            return format_value(slot.form, [self._key(slot, each) for each in value])
        return format_value(slot.form, value)

    def _key(self, slot: Slot, slug: str) -> str:
        return slug if is_shared(slot.target) else slug.removeprefix(f"{self.negotiation}-")

    def _beside(self, row: DumpedRecord, citations: list[DumpedRecord]) -> Pairs:
        """The one citation of a record, written beside its claim, if nothing else is said of it."""
        if len(citations) != 1:
            return []
        pairs = self._citation(row, 1, citations[0])
        return pairs if {key for key, _ in pairs} <= set(list_citation_keys()) else []

    def _citation(self, row: DumpedRecord, number: int, citation: DumpedRecord) -> Pairs:
        slug = row.record.slug
        pairs: Pairs = []
        if citation.record.slug != build_citation_slug(row.model, slug, number):
            pairs += _short(citation.record.slug, f"{row.model._meta.model_name}-{slug}")
        said = {"source": self.source, "review": row.values["review"]}
        for name, slot in get_slots(Citation).items():
            if citation.values[name] != said.get(name, slot.empty):
                pairs.append((name, self._value(citation, slot)))
        return pairs


def _identity(row: DumpedRecord, above: DumpedRecord | None, prefix: str) -> Pairs:
    """The key of a row; none for a part whose slug is made from its content."""
    slug = row.record.slug
    if above and slug == slugify_text(row.record.slug_text()):
        return []
    return _short(slug, prefix) if prefix else [("key", format_key(slug))]


def _short(slug: str, prefix: str) -> Pairs:
    if slug.startswith(f"{prefix}-"):
        return [("key", format_key(slug.removeprefix(f"{prefix}-")))]
    return [("slug", format_key(slug))]
