"""The query string, read strictly: nothing in it is ignored, and all faults are told at once."""

import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from rest_framework.request import Request

from negotiations.text.did_you_mean import suggest_similar
from negotiations.text.validators import name_character

from .problem_details import ProblemError

MAX_VALUE_LENGTH = 2000
# These have one value. Several of the others are separated by commas or, as generated clients
# send them, given by the same name again.
SINGLE_VALUED = {"after", "as_of", "before", "count", "cursor", "dry_run", "limit", "q", "wait"}


# Names that other APIs have for parameters of ours.
NAMED_ELSEWHERE = {
    **dict.fromkeys(("page", "offset", "start", "skip", "page_token"), "cursor"),
    **dict.fromkeys(("page_size", "pagesize", "per_page", "size", "count_per_page"), "limit"),
    **dict.fromkeys(("search", "query", "text", "term"), "q"),
    **dict.fromkeys(("include", "embed", "populate"), "expand"),
    **dict.fromkeys(("sort", "sort_by", "order", "order_by"), "ordering"),
    **dict.fromkeys(("select", "only"), "fields"),
    **dict.fromkeys(("exclude", "defer"), "omit"),
    **dict.fromkeys(("since", "modified_since", "updated_after"), "updated_since"),
}


class QueryParams(dict[str, str]):
    """The parameters that can be used, and the faults of those that cannot.

    Whoever reads a value adds what is wrong with it; ``refuse`` then answers with everything.
    """

    def __init__(self, request: Request, known: Collection[str] = ()) -> None:
        super().__init__()
        self.faults: list[dict[str, Any]] = []
        for name, values in request.query_params.lists():
            if name not in known:
                elsewhere = NAMED_ELSEWHERE.get(name.lower())
                meant = (
                    [elsewhere]
                    if elsewhere and elsewhere in known
                    else suggest_similar(name, known)
                )
                detail = "There is no such parameter."
                if meant == ["cursor"]:
                    detail = "Pages have no numbers: follow `next`, whose cursor names the place."
                self.fault(name[:100], "unknown_parameter", detail, meant)
            elif len(values) > 1 and name in SINGLE_VALUED:
                self.fault(name, "repeated_parameter", "The parameter is given twice.")
            elif not all(values):
                self.fault(name, "empty_value", "The parameter has no value.")
            elif (length := len(",".join(values))) > MAX_VALUE_LENGTH:
                detail = f"The value has {length} characters; the limit is {MAX_VALUE_LENGTH}."
                detail += " Ask for fewer values at a time." if "," in ",".join(values) else ""
                self.fault(name, "unreadable_value", detail)
            elif not is_readable(",".join(values)):
                self.fault(name, "unreadable_value", explain_unreadable(",".join(values)))
            else:
                self[name] = ",".join(values)

    def fault(self, name: str, code: str, detail: str, meant: Iterable[str] = ()) -> None:
        """Note what is wrong with a parameter, and what was perhaps meant."""
        fault: dict[str, Any] = {"parameter": name, "code": code, "detail": detail}
        if meant := list(meant):
            fault["did_you_mean"] = meant
        self.faults.append(fault)

    def truth(self, name: str) -> bool:
        """``true`` or ``false``; false when the parameter is not given."""
        text = self.get(name, "false")
        if text not in {"true", "false"}:
            self.fault(name, "unknown_value", "Write true or false.")
        return text == "true"

    def whole(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to ``most``."""
        text = self.get(name, str(default))
        if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most:
            return int(text)
        self.fault(name, "out_of_range", f"Write a number from 1 to {most}.")
        return default

    def refuse(self) -> None:
        """400 with every fault, if there is one."""
        if self.faults:
            raise ProblemError("invalid_query", errors=self.faults)


def refuse_query_params(request: Request) -> None:
    """For addresses that take no parameters."""
    QueryParams(request).refuse()


def is_readable(value: str) -> bool:
    """Whether a value is text of a sensible length; U+FFFD is what broken UTF-8 decodes to."""
    return len(value) <= MAX_VALUE_LENGTH and not any(map(is_unreadable, value))


def is_unreadable(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cs"}


def explain_unreadable(value: str) -> str:
    """Say which character of a value cannot be read, and where."""
    at, character = next((at, each) for at, each in enumerate(value) if is_unreadable(each))
    if character == "\ufffd":
        return f"The value is not UTF-8 from character {at + 1} on. Encode it as UTF-8."
    return f"Character {at + 1} of the value is {name_character(character)}. Leave it out."
