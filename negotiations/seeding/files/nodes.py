"""The values of a seed file with their places."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
BROKEN = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")

Plain: TypeAlias = str | bool | int | Decimal | None


class Node:
    """Where a value stands: line and column count from 0, as the parser gives them."""

    __slots__ = ("column", "end_column", "end_line", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.end_line = line
        self.end_column = column + 1


class Scalar(Node):
    """Text, a number, true, false or null. ``written`` is the text before it was resolved."""

    __slots__ = ("quoted", "value", "written")

    def __init__(self, line: int, column: int, written: str, quoted: bool) -> None:
        super().__init__(line, column)
        self.written = written
        self.quoted = quoted
        self.value: Plain = written if quoted else resolve(written)


class Sequence(Node):
    __slots__ = ("items",)

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.items: list[Node] = []


class Mapping(Node):
    """Keys in the order of the file; ``keys`` has the place of each."""

    __slots__ = ("entries", "keys")

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Node] = {}


def resolve(written: str) -> Plain:
    """What an unquoted text means: only true, false, null and plain numbers mean anything."""
    if written in _WORDS:
        return _WORDS[written]
    for pattern, number in _NUMBERS:
        if pattern.fullmatch(written):
            return number(written)
    return written


_WORDS: dict[str, Plain] = {"true": True, "false": False, "null": None, "": None}
_NUMBERS: list[tuple[re.Pattern[str], Callable[[str], Plain]]] = [(WHOLE, int), (BROKEN, Decimal)]


def describe_node(node: Node) -> str:
    """What a node is, for messages: ``a list``, ``the number 12``."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    value = node.value if isinstance(node, Scalar) else None
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return "text" if isinstance(value, str) else f"the number {value}"
