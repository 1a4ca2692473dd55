"""Local ids: how the bodies of a batch name records that the same batch makes."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from negotiations.models import CITABLE_MODELS, Record
from negotiations.rest.http.exception_handler import ErrorEntry
from negotiations.rest.representations.mentions import RecordReference, find_references
from negotiations.rest.representations.serializers import SERIALIZERS
from negotiations.text.did_you_mean import MAX_ERRORS_WITH_SUGGESTIONS, suggest_similar

from .batch_parsing import Operation

PREFIX = "lid:"


def get_local_id(mention: RecordReference) -> str | None:
    """The local id that stands in a place: ``lid:r1``, of an address also ``rounds/lid:r1``."""
    text = mention.slug
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else None


class LocalIds:
    """What the operations make and name, and what has been made so far."""

    def __init__(self, operations: Sequence[Operation], lids: Mapping[str, int]) -> None:
        self.lids = lids
        self.made: dict[int, Record] = {}
        self.suggested = 0
        models = {each.model for each in operations}
        self.fields = {model: SERIALIZERS[model]().fields for model in models}
        self._note_what_comes_first(operations)

    def _note_what_comes_first(self, operations: Sequence[Operation]) -> None:
        """A body also names by slug what an operation before it makes with this slug."""
        slugs: dict[tuple[type[Record], str], int] = {}
        for each in operations:
            if each.op == "delete":
                continue
            for mention in self.mentions(each, each.body):
                lid = get_local_id(mention)
                first = self.lids.get(lid) if lid else None
                if first is None and mention.model:
                    first = slugs.get((mention.model, mention.slug))
                if first is not None and first < each.number:
                    each.after.add(first)
            slug = each.body.get("slug")
            if each.op == "create" and isinstance(slug, str):
                slugs.setdefault((each.model, slug), each.number)

    def mentions(self, operation: Operation, body: Any) -> Iterator[RecordReference]:
        """Every name in the body of an operation."""
        return find_references(self.fields[operation.model], body, f"{operation.pointer}/body")

    def resolved(self, operation: Operation) -> tuple[Any, list[ErrorEntry]]:
        """The body with slugs in place of local ids, and the faults of those that have none."""
        body, faults = deepcopy(operation.body), []
        for mention in self.mentions(operation, body):
            lid = get_local_id(mention)
            if lid is None:
                continue
            if fault := self._fault(operation, mention, lid):
                faults.append(fault)
            else:
                record = self.made[self.lids[lid]]
                mention.holder[mention.key] = record.address if mention.is_address else record.slug
        return body, faults

    def _fault(self, operation: Operation, mention: RecordReference, lid: str) -> ErrorEntry | None:
        number = self.lids.get(lid)
        maker = f"/operations/{number}"
        if number is None:
            self.suggested += 1
            known = self.lids if self.suggested <= MAX_ERRORS_WITH_SUGGESTIONS else ()
            similar = [PREFIX + each for each in suggest_similar(lid, known)]
            detail = f"No operation has the lid {lid[:100]!r}."
            return build_reference_error(mention, "unknown_lid", detail, similar)
        if number >= operation.number:
            detail = f"{PREFIX}{lid} is made by {maker}; put that before this one."
            return build_reference_error(mention, "lid_used_before_made", detail)
        if number not in self.made:
            detail = f"{PREFIX}{lid} is not made: {maker} has faults."
            return build_reference_error(mention, "depends_on_fault", detail)
        kind = type(self.made[number])
        if not self._fits(mention, kind):
            return build_reference_error(
                mention, "other_kind", f"{PREFIX}{lid} is one of {kind.resource_name}."
            )
        return None

    def _fits(self, mention: RecordReference, kind: type[Record]) -> bool:
        if not mention.is_address:
            return mention.model is kind
        collection = mention.text.rpartition("/")[0]
        return kind._meta.model_name in CITABLE_MODELS and collection in {"", kind.resource_name}


def build_reference_error(
    mention: RecordReference, code: str, detail: str, meant: Sequence[str] = ()
) -> ErrorEntry:
    """One fault of a name, in its place."""
    more = {"did_you_mean": list(meant)} if meant else {}
    return {"pointer": mention.pointer, "code": code, "detail": detail, **more}
