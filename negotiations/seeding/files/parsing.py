"""Strict YAML: the C parser's events made into nodes, with every fault collected on the way.

A tree of our own instead of ``yaml.compose``: that follows aliases, recurses as deep as the file
does, stops at the first fault, and takes four times as long.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from typing import Any

import yaml

from negotiations.seeding.errors.diagnostics import Diagnostic, Location, SeedText

from .nodes import Mapping, Node, Scalar, Sequence

MAX_DEPTH = 20

LINE_END = re.compile(r"\r\n|\r|\n")
# How JSON writes a character beyond U+FFFF, and how YAML does: two characters fewer.
SURROGATES = re.compile(
    r"(?<!\\)(?P<before>(?:\\\\)*)"
    r"\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
)
SAVED = len(r"\ud83d\ude00") - len(r"\U0001f600")
# What libyaml says of half a pair, and of a pair outside JSON.
BAD_ESCAPE = "found invalid Unicode character escape code"


def parse_yaml(content: str, text: SeedText) -> tuple[Node | None, list[Diagnostic]]:
    """What a file holds, and what is wrong with its form; nothing when it holds nothing."""
    columns = ColumnMap()
    if content.lstrip().startswith(("{", "[")):
        # In JSON every backslash stands in a text with double quotes.
        content = columns.join_surrogates(content)
    builder = _Builder(text, columns)
    try:
        for event in yaml.parse(content, Loader=yaml.CSafeLoader):
            if not builder.take(event):
                break
    except yaml.YAMLError as refusal:
        builder.faults.append(_syntax(refusal, text, columns))
    return builder.root, builder.faults


def locate_node(node: Node, text: SeedText) -> Location:
    """Where a node stands; a value of several lines is marked to the end of its first."""
    length = node.end_column - node.column
    if node.end_line > node.line:
        line = text.lines[node.line] if node.line < len(text.lines) else ""
        length = len(line) - node.column
    if isinstance(node, Mapping | Sequence):
        length = 1
    return Location(text, node.line + 1, node.column + 1, max(length, 1))


class ColumnMap:
    """The columns of a file whose surrogate pairs were written shorter for the parser."""

    def __init__(self) -> None:
        # By line: where, in the shortened line, each pair ends.
        self.ends: dict[int, list[int]] = defaultdict(list)

    def join_surrogates(self, content: str) -> str:
        """Write each pair as YAML writes one character."""
        found, start, line, column = [], 0, 0, 0
        for pair in SURROGATES.finditer(content):
            high, low = int(pair["high"], 16), int(pair["low"], 16)
            number = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
            between = content[start : pair.start()] + pair["before"]
            *lines, last = LINE_END.split(between)
            line, column = line + len(lines), len(last) + (0 if lines else column)
            written = f"\\U{number:08x}"
            column += len(written)
            self.ends[line].append(column)
            found += [between, written]
            start = pair.end()
        return "".join([*found, content[start:]])

    def original(self, line: int, column: int) -> int:
        """The column in the file of one in the shortened line."""
        return column + SAVED * bisect_right(self.ends.get(line, ()), column)


def _syntax(refusal: yaml.YAMLError, text: SeedText, columns: ColumnMap) -> Diagnostic:
    mark = getattr(refusal, "problem_mark", None) or getattr(refusal, "context_mark", None)
    problem = getattr(refusal, "problem", None) or "the text cannot be parsed"
    context = _context(refusal)
    line = min(mark.line, max(len(text.lines) - 1, 0)) if mark else 0
    column = columns.original(line, mark.column) if mark and mark.line == line else 0
    help_ = "put free text in double quotes, and indent with spaces"
    if problem == BAD_ESCAPE:
        help_ = "write the character itself, or its code as \\U and eight digits"
    return Diagnostic(
        "E001",
        f"this is not YAML: {problem}",
        Location(text, line + 1, column + 1),
        notes=(context,) if context else (),
        help=help_,
    )


def _context(refusal: yaml.YAMLError) -> str | None:
    """What the parser was reading, and where that began: often the true place of the fault."""
    context = getattr(refusal, "context", None)
    begun = getattr(refusal, "context_mark", None)
    return f"{context} that begins on line {begun.line + 1}" if context and begun else context


class _Builder:
    """Takes events one by one; ``stack`` holds the lists and mappings that are still open."""

    def __init__(self, text: SeedText, columns: ColumnMap) -> None:
        self.text = text
        self.columns = columns
        self.faults: list[Diagnostic] = []
        self.root: Node | None = None
        self.documents = 0
        self.stack: list[Mapping | Sequence] = []
        self.pending: list[Node | None] = []

    def take(self, event: yaml.Event) -> bool:
        """Take one event; False when nothing after it is worth reading."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            return self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._refuse("E009", f"*{event.anchor} stands for a value elsewhere", event)
            self._add(self._at(Scalar(0, 0, "", quoted=False), event))
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._refuse("E007", "a second document begins here", event)
                return False
        return True

    def _scalar(self, event: Any) -> None:
        self._check(event)
        start = event.start_mark
        quoted = event.style is not None and event.style != ""
        node = Scalar(start.line, start.column, event.value, quoted or not event.implicit[0])
        self._add(self._at(node, event))

    def _open(self, event: Any) -> bool:
        self._check(event)
        kind = Mapping if isinstance(event, yaml.MappingStartEvent) else Sequence
        node = kind(event.start_mark.line, event.start_mark.column)
        self._at(node, event)
        if len(self.stack) >= MAX_DEPTH:
            self._refuse("E006", f"this stands more than {MAX_DEPTH} deep", event)
            return False
        self._add(node)
        self.stack.append(node)
        self.pending.append(None)
        return True

    def _close(self, event: Any) -> None:
        node = self.stack.pop()
        self.pending.pop()
        node.end_line = event.end_mark.line
        node.end_column = self.columns.original(event.end_mark.line, event.end_mark.column)

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        owner = self.stack[-1]
        if isinstance(owner, Sequence):
            owner.items.append(node)
        elif self.pending[-1] is None:
            self.pending[-1] = node
        else:
            self._enter(owner, self.pending[-1], node)
            self.pending[-1] = None

    def _enter(self, owner: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self.faults.append(
                Diagnostic(
                    "E014", "a list or a mapping cannot be a key", locate_node(key, self.text)
                )
            )
            return
        if key.written in owner.entries:
            first = owner.keys[key.written].line + 1
            message = f"the key {key.written} stands here a second time"
            notes = (f"the first stands on line {first}",)
            self.faults.append(
                Diagnostic("E008", message, locate_node(key, self.text), notes=notes)
            )
            return
        owner.entries[key.written] = value
        owner.keys[key.written] = key

    def _check(self, event: yaml.NodeEvent) -> None:
        if event.anchor:
            self._refuse("E009", f"&{event.anchor} names a value for use elsewhere", event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse("E010", f"the tag {tag} is not allowed", event)

    def _refuse(self, code: str, message: str, event: Any) -> None:
        node = self._at(Scalar(0, 0, "", quoted=False), event)
        length = node.end_column - node.column if node.end_line == node.line else 1
        where = Location(self.text, node.line + 1, node.column + 1, max(length, 1))
        self.faults.append(Diagnostic(code, message, where))

    def _at(self, node: Node, event: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        node.line, node.column = start.line, self.columns.original(start.line, start.column)
        node.end_line = end.line
        node.end_column = self.columns.original(end.line, end.column)
        return node
