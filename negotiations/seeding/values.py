"""One value of a row: from what is written to what a record holds, or to a fault at its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from negotiations.dates import edtf
from negotiations.models import Certainty

from .errors.diagnostics import Diagnostic, SeedText
from .files.nodes import Mapping, Node, Scalar, Sequence, describe_node
from .files.parsing import locate_node
from .shape import NO_DATE, Slot, ValueType


class SeedValueError(Exception):
    """The value cannot be used; the fault says why."""

    def __init__(self, fault: Diagnostic) -> None:
        super().__init__(fault.message)
        self.fault = fault


def suggest_nearest(word: str, known: Iterable[str]) -> str:
    """``did you mean …?``, or nothing when no known word is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else ""


def parse_value(slot: Slot, node: Node, text: SeedText) -> Any:
    """Parse the plain value of a key; raises SeedValueError. Rows handle references."""
    if isinstance(node, Scalar) and node.value is None and not node.quoted:
        return _nothing(slot, node, text)
    return READERS[slot.form](slot, node, text)


def build_value_error(slot: Slot, node: Node, text: SeedText, help: str = "") -> SeedValueError:  # noqa: A002
    due = {ValueType.TEXT: "text", ValueType.CHOICE: "one of its values"}.get(
        slot.form, slot.form.value
    )
    message = f"{slot.name} takes {due}, and this is {describe_node(node)}"
    return SeedValueError(
        Diagnostic("E014", message, locate_node(node, text), help=help or HELP.get(slot.form, ""))
    )


HELP = {
    ValueType.TEXT: "put text in double quotes",
    ValueType.REFERENCES: "write a list of keys: [ukraine, russia]",
    ValueType.NAMES: 'write a list of texts: ["Kyiv"]',
    ValueType.CODES: 'write a mapping of texts: {wikidata: "Q212"}',
    ValueType.DATE: 'write EDTF in quotes, "2025-07-19", or {says: …, anchor: …, is: …, sure: …}',
    ValueType.BOOLEAN: "write true or false without quotes",
    ValueType.NUMBER: "write digits without quotes",
}


def _nothing(slot: Slot, node: Node, text: SeedText) -> Any:
    if (
        slot.form in (ValueType.REFERENCE, ValueType.NUMBER, ValueType.BOOLEAN)
        and not slot.required
    ):
        return slot.empty
    raise build_value_error(slot, node, text, "leave the key out when there is nothing to say")


def _text(slot: Slot, node: Node, text: SeedText) -> str:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise build_value_error(slot, node, text)
    rest = text.lines[node.end_line][node.end_column :]
    if not node.quoted and rest.lstrip().startswith("#"):
        message = f"{slot.name} is cut at the sign #, which begins a comment"
        raise SeedValueError(
            Diagnostic("E014", message, locate_node(node, text), help=HELP[ValueType.TEXT])
        )
    return node.value


def _choice(slot: Slot, node: Node, text: SeedText) -> str:
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        raise build_value_error(slot, node, text)
    known = [str(value) for value, _ in slot.field.flatchoices]
    if node.written not in known:
        raise SeedValueError(_unknown_choice(slot.name, node, known, text))
    return node.written


def _unknown_choice(name: str, node: Scalar, known: list[str], text: SeedText) -> Diagnostic:
    return Diagnostic(
        "E017",
        f"{node.written} is no value of {name}",
        locate_node(node, text),
        notes=(f"its values: {', '.join(known)}",),
        help=suggest_nearest(node.written, known),
    )


def _boolean(slot: Slot, node: Node, text: SeedText) -> bool:
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        raise build_value_error(slot, node, text)
    return node.value


def _number(slot: Slot, node: Node, text: SeedText) -> int:
    if (
        not isinstance(node, Scalar)
        or not isinstance(node.value, int)
        or isinstance(node.value, bool)
    ):
        raise build_value_error(slot, node, text)
    return node.value


def _names(slot: Slot, node: Node, text: SeedText) -> list[str]:
    if not isinstance(node, Sequence):
        raise build_value_error(slot, node, text)
    for item in node.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise build_value_error(slot, item, text)
    return [str(item.value) for item in node.items if isinstance(item, Scalar)]


def _codes(slot: Slot, node: Node, text: SeedText) -> dict[str, str]:
    if not isinstance(node, Mapping):
        raise build_value_error(slot, node, text)
    for item in node.entries.values():
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise build_value_error(slot, item, text)
    return {key: str(item.value) for key, item in node.entries.items() if isinstance(item, Scalar)}


def _date(slot: Slot, node: Node, text: SeedText) -> dict[str, str]:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        written = _edtf(node, text)
        return {**NO_DATE, "is": written, "sure": "stated" if written else "unknown"}
    if not isinstance(node, Mapping):
        raise build_value_error(slot, node, text)
    found = dict(NO_DATE)
    for key, item in node.entries.items():
        if key not in DATE_KEYS:
            message = f"a date has no {key}"
            help_ = suggest_nearest(key, DATE_KEYS) or f"its keys are {', '.join(DATE_KEYS)}"
            raise SeedValueError(
                Diagnostic("E024", message, locate_node(node.keys[key], text), help=help_)
            )
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise build_value_error(slot, item, text)
        found[key] = DATE_KEYS[key](item, text)
    if found["is"] and "sure" not in node.entries:
        found["sure"] = Certainty.STATED.value
    return found


def _edtf(node: Scalar, text: SeedText) -> str:
    if node.written:
        try:
            edtf.parse_edtf(node.written)
        except edtf.InvalidDate as refusal:
            raise SeedValueError(
                Diagnostic("E024", str(refusal), locate_node(node, text))
            ) from refusal
    return node.written


def _day(node: Scalar, text: SeedText) -> str:
    try:
        if len(node.written) == len("2025-07-20"):
            return date.fromisoformat(node.written).isoformat()
    except ValueError:
        pass
    message = f"{node.written} is not a day"
    raise SeedValueError(
        Diagnostic("E024", message, locate_node(node, text), help='write "2025-07-20"')
    )


def _sure(node: Scalar, text: SeedText) -> str:
    known = [str(value) for value in Certainty.values]
    if node.written not in known:
        raise SeedValueError(_unknown_choice("sure", node, known, text))
    return node.written


def _words(node: Scalar, text: SeedText) -> str:
    return node.written


DATE_KEYS: dict[str, Callable[[Scalar, SeedText], str]] = {
    "says": _words,
    "anchor": _day,
    "is": _edtf,
    "sure": _sure,
}
READERS: dict[ValueType, Callable[[Slot, Node, SeedText], Any]] = {
    ValueType.TEXT: _text,
    ValueType.CHOICE: _choice,
    ValueType.BOOLEAN: _boolean,
    ValueType.NUMBER: _number,
    ValueType.NAMES: _names,
    ValueType.CODES: _codes,
    ValueType.DATE: _date,
}
