"""One value of a row: from what is written to what a record holds, or to a fault at its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from negotiations.dates import edtf
from negotiations.models import Certainty

from .errors.diagnostics import Fault, SeedText
from .files.nodes import Mapping, Node, Scalar, Sequence, described
from .files.parsing import place
from .shape import NO_DATE, Form, Slot


class Unfit(Exception):
    """The value cannot be used; the fault says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def nearest_of(word: str, known: Iterable[str]) -> str:
    """``did you mean …?``, or nothing when no known word is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else ""


def value(slot: Slot, node: Node, text: SeedText) -> Any:
    """The plain value of a key, JSON-like. Raises Unfit. References are handled by their rows."""
    if isinstance(node, Scalar) and node.value is None and not node.quoted:
        return _nothing(slot, node, text)
    return READERS[slot.form](slot, node, text)


def unfit(slot: Slot, node: Node, text: SeedText, help: str = "") -> Unfit:  # noqa: A002
    due = {Form.TEXT: "text", Form.CHOICE: "one of its values"}.get(slot.form, slot.form.value)
    message = f"{slot.name} takes {due}, and this is {described(node)}"
    return Unfit(Fault("E014", message, place(node, text), help=help or HELP.get(slot.form, "")))


HELP = {
    Form.TEXT: "put text in double quotes",
    Form.REFERENCES: "write a list of keys: [ukraine, russia]",
    Form.NAMES: 'write a list of texts: ["Kyiv"]',
    Form.CODES: 'write a mapping of texts: {wikidata: "Q212"}',
    Form.DATE: 'write EDTF in quotes, "2025-07-19", or {says: …, anchor: …, is: …, sure: …}',
    Form.BOOLEAN: "write true or false without quotes",
    Form.NUMBER: "write digits without quotes",
}


def _nothing(slot: Slot, node: Node, text: SeedText) -> Any:
    if slot.form in (Form.REFERENCE, Form.NUMBER, Form.BOOLEAN) and not slot.required:
        return slot.empty
    raise unfit(slot, node, text, "leave the key out when there is nothing to say")


def _text(slot: Slot, node: Node, text: SeedText) -> str:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise unfit(slot, node, text)
    rest = text.lines[node.end_line][node.end_column :]
    if not node.quoted and rest.lstrip().startswith("#"):
        message = f"{slot.name} is cut at the sign #, which begins a comment"
        raise Unfit(Fault("E014", message, place(node, text), help=HELP[Form.TEXT]))
    return node.value


def _choice(slot: Slot, node: Node, text: SeedText) -> str:
    if not isinstance(node, Scalar) or isinstance(node.value, bool):
        raise unfit(slot, node, text)
    known = [str(value) for value, _ in slot.field.flatchoices]
    if node.written not in known:
        raise Unfit(_unknown_choice(slot.name, node, known, text))
    return node.written


def _unknown_choice(name: str, node: Scalar, known: list[str], text: SeedText) -> Fault:
    return Fault(
        "E017",
        f"{node.written} is no value of {name}",
        place(node, text),
        notes=(f"its values: {', '.join(known)}",),
        help=nearest_of(node.written, known),
    )


def _boolean(slot: Slot, node: Node, text: SeedText) -> bool:
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        raise unfit(slot, node, text)
    return node.value


def _number(slot: Slot, node: Node, text: SeedText) -> int:
    if (
        not isinstance(node, Scalar)
        or not isinstance(node.value, int)
        or isinstance(node.value, bool)
    ):
        raise unfit(slot, node, text)
    return node.value


def _names(slot: Slot, node: Node, text: SeedText) -> list[str]:
    if not isinstance(node, Sequence):
        raise unfit(slot, node, text)
    for item in node.items:
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise unfit(slot, item, text)
    return [str(item.value) for item in node.items if isinstance(item, Scalar)]


def _codes(slot: Slot, node: Node, text: SeedText) -> dict[str, str]:
    if not isinstance(node, Mapping):
        raise unfit(slot, node, text)
    for item in node.entries.values():
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise unfit(slot, item, text)
    return {key: str(item.value) for key, item in node.entries.items() if isinstance(item, Scalar)}


def _date(slot: Slot, node: Node, text: SeedText) -> dict[str, str]:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        written = _edtf(node, text)
        return {**NO_DATE, "is": written, "sure": "stated" if written else "unknown"}
    if not isinstance(node, Mapping):
        raise unfit(slot, node, text)
    found = dict(NO_DATE)
    for key, item in node.entries.items():
        if key not in DATE_KEYS:
            message = f"a date has no {key}"
            help_ = nearest_of(key, DATE_KEYS) or f"its keys are {', '.join(DATE_KEYS)}"
            raise Unfit(Fault("E024", message, place(node.keys[key], text), help=help_))
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise unfit(slot, item, text)
        found[key] = DATE_KEYS[key](item, text)
    if found["is"] and "sure" not in node.entries:
        found["sure"] = Certainty.STATED.value
    return found


def _edtf(node: Scalar, text: SeedText) -> str:
    if node.written:
        try:
            edtf.parse(node.written)
        except edtf.InvalidDate as refusal:
            raise Unfit(Fault("E024", str(refusal), place(node, text))) from refusal
    return node.written


def _day(node: Scalar, text: SeedText) -> str:
    try:
        if len(node.written) == len("2025-07-20"):
            return date.fromisoformat(node.written).isoformat()
    except ValueError:
        pass
    message = f"{node.written} is not a day"
    raise Unfit(Fault("E024", message, place(node, text), help='write "2025-07-20"'))


def _sure(node: Scalar, text: SeedText) -> str:
    known = [str(value) for value in Certainty.values]
    if node.written not in known:
        raise Unfit(_unknown_choice("sure", node, known, text))
    return node.written


def _words(node: Scalar, text: SeedText) -> str:
    return node.written


DATE_KEYS: dict[str, Callable[[Scalar, SeedText], str]] = {
    "says": _words,
    "anchor": _day,
    "is": _edtf,
    "sure": _sure,
}
READERS: dict[Form, Callable[[Slot, Node, SeedText], Any]] = {
    Form.TEXT: _text,
    Form.CHOICE: _choice,
    Form.BOOLEAN: _boolean,
    Form.NUMBER: _number,
    Form.NAMES: _names,
    Form.CODES: _codes,
    Form.DATE: _date,
}
