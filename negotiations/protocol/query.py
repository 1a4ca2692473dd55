"""The query string, read strictly: nothing in it is ignored."""

import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from rest_framework.request import Request

from .problems import Refusal
from .suggestions import nearest

LONGEST = 2000


def parameter_fault(name: str, code: str, detail: str, meant: Iterable[str] = ()) -> dict[str, Any]:
    """One fault of a query."""
    fault: dict[str, Any] = {"parameter": name, "code": code, "detail": detail}
    if meant := list(meant):
        fault["did_you_mean"] = meant
    return fault


def refuse(faults: list[dict[str, Any]]) -> None:
    """400 with every fault, if there is one."""
    if faults:
        detail = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise Refusal("invalid_query", detail, errors=faults)


def parameters(request: Request, known: Collection[str]) -> dict[str, str]:
    """The parameters, each known, given once and not empty; else a Refusal with all faults."""
    faults = []
    for name, values in request.query_params.lists():
        if name not in known:
            meant = nearest(name, known)
            faults.append(
                parameter_fault(
                    name[:100], "unknown_parameter", "There is no such parameter.", meant
                )
            )
        elif len(values) > 1:
            detail = "The parameter is given twice; separate several values by commas."
            faults.append(parameter_fault(name, "repeated_parameter", detail))
        elif not values[0]:
            faults.append(parameter_fault(name, "empty_value", "The parameter has no value."))
        elif not readable(values[0]):
            detail = "The value is too long, not UTF-8 or holds control characters."
            faults.append(parameter_fault(name, "unreadable_value", detail))
    refuse(faults)
    return {name: values[0] for name, values in request.query_params.lists()}


def readable(value: str) -> bool:
    """Whether a value is text of a sensible length; U+FFFD is what broken UTF-8 decodes to."""
    unwanted = {"Cc", "Cs"}
    return (
        len(value) <= LONGEST
        and "\ufffd" not in value
        and not any(unicodedata.category(character) in unwanted for character in value)
    )
