"""The operations of a batch: read strictly, and put into an order that takes few steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from negotiations.models import COLLECTIONS, Record
from negotiations.rest.http.exception_handler import ErrorEntry, escape_pointer_token
from negotiations.rest.http.merge_patch import is_valid_reason
from negotiations.rest.http.query_params import is_readable
from negotiations.text.did_you_mean import MAX_ERRORS_WITH_SUGGESTIONS, suggest_similar

from .bulk_create import MAX_RECORDS

# What each operation consists of: the members that it needs, and those that it may have.
COMMON_MEMBERS = {"op", "collection"}
REQUIRED_MEMBERS = {
    "create": COMMON_MEMBERS | {"body"},
    "update": COMMON_MEMBERS | {"slug", "version", "body"},
    "delete": COMMON_MEMBERS | {"slug", "version"},
}
OPTIONAL_MEMBERS = {"create": {"lid", "reason"}, "update": {"reason"}, "delete": {"reason"}}
LID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")
MAX_VERSION = 2**31 - 1


@dataclass
class Operation:
    """One write of a batch, as it can be tried."""

    number: int
    op: str
    model: type[Record]
    body: Any = None
    slug: str = ""
    version: int = 0
    reason: str = ""
    # Operations that have to come first: they make what this one names.
    after: set[int] = field(default_factory=set)

    @property
    def pointer(self) -> str:
        """Where it stands in the request."""
        return f"/operations/{self.number}"


class ParsedBatch:
    """A batch as it was sent: the operations that can be tried, and what is wrong with the others.

    ``lids`` has, for every local id, the number of the operation that gives it.
    """

    def __init__(self, sent: Any, reason: str) -> None:
        self.faults: list[ErrorEntry] = []
        self.operations: list[Operation] = []
        self.lids: dict[str, int] = {}
        if not isinstance(sent, Mapping):
            self.fault("", "invalid", "Write a JSON object.")
            return
        self.reason = self._reason(sent, "", reason)
        self._refuse_strange(sent, {"operations", "reason"}, "")
        items = sent.get("operations")
        if not isinstance(items, list):
            self.fault("/operations", "required", "Write a list of operations.")
        elif not 1 <= len(items) <= MAX_RECORDS:
            self.fault("/operations", "out_of_range", f"Send 1 to {MAX_RECORDS} at a time.")
        else:
            for number, item in enumerate(items):
                self._read(number, item)

    def fault(self, pointer: str, code: str, detail: str, meant: Sequence[str] = ()) -> None:
        """Note what is wrong, and what was perhaps meant."""
        more = {"did_you_mean": list(meant)} if meant else {}
        self.faults.append({"pointer": pointer, "code": code, "detail": detail, **more})

    def _read(self, number: int, item: Any) -> None:
        place, known = f"/operations/{number}", len(self.faults)
        if not isinstance(item, Mapping):
            self.fault(place, "invalid", "Write a JSON object.")
            return
        op = self._one_of(item, "op", REQUIRED_MEMBERS, place)
        collection = self._one_of(item, "collection", COLLECTIONS, place)
        reason = self._reason(item, place, self.reason)
        if op:
            self._refuse_strange(item, REQUIRED_MEMBERS[op] | OPTIONAL_MEMBERS[op], place)
            self._members(op, item, place)
        if "lid" in item:
            self._name(number, item["lid"], place)
        if op and collection and len(self.faults) == known:
            told = {name: item[name] for name in ("body", "slug", "version") if name in item}
            model = COLLECTIONS[collection]
            self.operations.append(Operation(number, op, model, reason=reason, **told))

    def _one_of(self, item: Any, name: str, known: Mapping[str, Any], place: str) -> str | None:
        value = item.get(name)
        if isinstance(value, str) and value in known:
            return value
        if name not in item:
            self.fault(f"{place}/{name}", "required", "This member is needed.")
        else:
            detail = f"There is no {name} {str(value)[:100]!r}."
            self.fault(f"{place}/{name}", "unknown_value", detail, self._meant(str(value), known))
        return None

    def _members(self, op: str, item: Any, place: str) -> None:
        """What an operation of this sort needs, each of its type."""
        if "body" in REQUIRED_MEMBERS[op] and not isinstance(item.get("body"), Mapping):
            self.fault(f"{place}/body", "invalid", "Write a JSON object.")
        if "slug" in REQUIRED_MEMBERS[op] and not (
            isinstance(item.get("slug"), str) and is_readable(item["slug"])
        ):
            self.fault(f"{place}/slug", "required", "Write the slug of the record.")
        if "version" in REQUIRED_MEMBERS[op]:
            self._version(item, place)

    def _version(self, item: Any, place: str) -> None:
        version = item.get("version")
        if "version" not in item:
            detail = "Say which version you read: the change is based on it."
            self.fault(f"{place}/version", "version_required", detail)
        elif not is_version_number(version):
            self.fault(f"{place}/version", "invalid", "Write a whole number.")

    def _name(self, number: int, lid: Any, place: str) -> None:
        if not isinstance(lid, str) or not LID.fullmatch(lid):
            detail = "Write 1 to 100 letters, digits, dots, hyphens, tildes or underscores."
            self.fault(f"{place}/lid", "invalid", detail)
        elif lid in self.lids:
            detail = f"The local id {lid!r} is given by /operations/{self.lids[lid]} already."
            self.fault(f"{place}/lid", "repeated", detail)
        else:
            self.lids[lid] = number

    def _reason(self, holder: Any, place: str, default: str) -> str:
        reason = holder.get("reason", default)
        if is_valid_reason(reason):
            return str(reason)
        self.fault(f"{place}/reason", "invalid", "Write one line of at most 500 characters.")
        return default

    def _refuse_strange(self, holder: Any, known: set[str], place: str) -> None:
        for name in holder:
            if name not in known:
                meant = self._meant(name, known)
                detail = "There is no such member."
                self.fault(
                    f"{place}/{escape_pointer_token(name[:100])}", "unknown_member", detail, meant
                )

    def _meant(self, word: str, known: Any) -> list[str]:
        return (
            suggest_similar(word, sorted(known))
            if len(self.faults) < MAX_ERRORS_WITH_SUGGESTIONS
            else []
        )


def is_version_number(value: Any) -> bool:
    """Whether a value can be the number of a version."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 0 <= value <= MAX_VERSION


def group_operations(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """The operations in groups, each to be done at once, in an order that keeps what must be kept.

    New records of one kind go together, so that a thousand are written in a few statements. One
    comes as early as what it names allows, and never passes a change or a deletion::

        0 create party p                 group 0: 0, 2
        1 create position of p           group 1: 1
        2 create party q                 group 2: 3
        3 update party r                 group 3: 4
        4 create party s                 group 4: 5
        5 create position of s
    """
    groups: list[list[Operation]] = []
    place: dict[int, int] = {}
    barrier = 0
    for each in operations:
        if each.op != "create":
            barrier, place[each.number] = len(groups) + 1, len(groups)
            groups.append([each])
            continue
        first = max([barrier, *(place[n] + 1 for n in each.after if n in place)])
        chosen = next(
            (n for n in range(first, len(groups)) if can_run_together(groups[n][0], each)), None
        )
        if chosen is None:
            chosen = len(groups)
            groups.append([])
        groups[chosen].append(each)
        place[each.number] = chosen
    yield from groups


def can_run_together(one: Operation, other: Operation) -> bool:
    """Whether two can be done at once."""
    return (one.op, one.model, one.reason) == (other.op, other.model, other.reason)
