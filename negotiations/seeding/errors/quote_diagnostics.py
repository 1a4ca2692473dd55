"""The models' refusals told at the place in the file, with the source's own words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from negotiations.models import Source
from negotiations.seeding.files.nodes import Scalar
from negotiations.seeding.files.parsing import locate_node
from negotiations.seeding.files.source_files import SourceText
from negotiations.seeding.references import Registry
from negotiations.seeding.rows import SeedRow
from negotiations.text.quotes import find_occurrences, match_source_spelling

from .diagnostics import Diagnostic, Location
from .nearest_quotes import find_nearest_quote

CODES = {"circle": "E019", "invalid_slug": "E020", "quote_ambiguous": "E022"}
# Refusals of words, with the code of the fault when no look-alike stands in the source either.
NOT_FOUND = {"quote_not_found": "E021", "words_not_found": "E025"}
UNPLACED = {NON_FIELD_ERRORS, "citations", "record"}
NO_WORDS = "these words are not in the source"


@dataclass
class RejectedRecord:
    """A record that its model refused, with the row it came from."""

    row: SeedRow
    record: Any
    registry: Registry
    # The citations that were refused or accepted with the record, each with its row.
    proposed: Sequence[tuple[SeedRow, Any]] = ()

    def faults(self, error: ValidationError) -> Iterator[tuple[SeedRow, str, Diagnostic]]:
        """Each refusal as the row and field it is about and a fault at that field's place."""
        for name, refusals in error.error_dict.items():
            about, field = self._about(name)
            for refusal in refusals:
                for message in refusal.messages:
                    yield about.row, field, about._fault(field, str(refusal.code or ""), message)

    def _about(self, name: str) -> tuple[RejectedRecord, str]:
        """The record itself, or the citation that ``citations/0/quote`` is about."""
        if not name.startswith("citations/"):
            return self, name
        _citations, number, field = name.split("/")
        row, record = self.proposed[int(number)]
        return RejectedRecord(row, record, self.registry), field

    def _fault(self, name: str, code: str, message: str) -> Diagnostic:
        words = self.row.nodes.get(name)
        if code in NOT_FOUND and isinstance(words, Scalar):
            return self._not_found(NOT_FOUND[code], message, words)
        notes = () if name in UNPLACED or words else (f"field: {name}",)
        ambiguous = code == "quote_ambiguous"
        help_ = "add before: or after: with the words next to the passage" if ambiguous else ""
        where = self.row.place_of(name)
        return Diagnostic(CODES.get(code, "E030"), message, where, notes=notes, help=help_)

    def _not_found(self, code: str, message: str, words: Scalar) -> Diagnostic:
        where = locate_node(words, self.row.document.text)
        for source in self._sources():
            if find_occurrences(source.text, words.written):
                # They stand there: what is wrong is the words around them, as the model says.
                return Diagnostic(code, message, where, notes=(self._note(source),))
            own = match_source_spelling(source.text, words.written)
            if own:
                wrong, right = find_difference(words.written, own)
                return Diagnostic(
                    "E023",
                    NO_WORDS,
                    where,
                    label=f"the source has: {right}",
                    notes=(self._note(source, source.text.find(own)),),
                    help="copy the source's own signs",
                    marked=self._marked(words, wrong),
                )
            found = find_nearest_quote(source.text, words.written)
            if found:
                has = f"the source has: {found.own}" if found.own else "the source has nothing here"
                return Diagnostic(
                    code,
                    NO_WORDS,
                    where,
                    label=has,
                    notes=(self._note(source, found.start),),
                    help="use the source's words",
                    marked=self._marked(words, found.wrong),
                )
        return Diagnostic(code, NO_WORDS, where, help="no passage of the source is near them")

    def _sources(self) -> list[Any]:
        """Where the words should stand: a passage's source, or those that a record cites."""
        if hasattr(self.record, "source"):
            return [self.record.source]
        return [citation.source for _, citation in self.proposed]

    def _note(self, source: Any, start: int | None = None) -> str:
        """Where to look: the source's text file if the load knows it, else its slug."""
        at = "" if start is None else f", character {start}"
        row = self.registry.by_slug.get((Source, source.slug))
        text = row.values.get("text") if row else None
        name = text.file if isinstance(text, SourceText) else ""
        return f"source: {name or source.slug}{at}"

    def _marked(self, words: Scalar, wrong: tuple[int, int]) -> Location | None:
        """The place of a part of a text, if it is written on one line without escapes."""
        text = self.row.document.text
        written = text.lines[words.line][words.column : words.end_column]
        opening = 1 if words.quoted else 0
        if written[opening : len(written) - opening] != words.written:
            return None
        column = words.column + opening + wrong[0] + 1
        return Location(text, words.line + 1, column, wrong[1] - wrong[0])


def find_difference(written: str, own: str) -> tuple[tuple[int, int], str]:
    """The words from the first to the last sign that differs, and the source's own for them."""
    start = _alike(written, own)
    shortest = min(len(written), len(own)) - start
    end = min(_alike(written[::-1], own[::-1]), shortest)
    while start and not written[start - 1].isspace():
        start -= 1
    while end and not written[-end].isspace():
        end -= 1
    return (start, max(len(written) - end, start + 1)), own[start : len(own) - end]


def _alike(one: str, other: str) -> int:
    """How many signs the two begin with in common."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
