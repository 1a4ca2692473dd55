"""Many writes of many kinds in one request: all are done, or none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError as RuleBreach
from django.db import IntegrityError, transaction
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request

from negotiations import history, permissions
from negotiations.history.bulk import (
    RecordUpdate,
    Watch,
    Writes,
    list_cached_targets,
    prepare_changed,
    prepare_deleted,
    sensitive_to,
)
from negotiations.models import CITABLE_MODELS, COLLECTIONS, Citation, Record
from negotiations.models.nearest_slugs import suggest_slugs
from negotiations.models.system.locks import serialize_writers
from negotiations.rest.http.conditional import build_stale_problem, parse_body_version
from negotiations.rest.http.exception_handler import (
    ErrorEntry,
    flatten_errors,
    flatten_model_errors,
)
from negotiations.rest.http.gone import find_deletion, find_redirect_slug
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.read.projections import Body
from negotiations.rest.read.sparse_fields import get_default_projection
from negotiations.rest.representations.mentions import find_references
from negotiations.rest.representations.serializers import SERIALIZERS
from negotiations.text.did_you_mean import MAX_ERRORS_WITH_SUGGESTIONS

from .batch_parsing import Operation, ParsedBatch, group_operations
from .bulk_create import (
    BulkCreator,
    NewRecord,
    fetch_stored_bodies,
    try_to_write,
)
from .local_ids import LocalIds, get_local_id
from .update import (
    apply_changes,
    delete_unreferenced,
    find_referenced,
    require_any_right,
    require_reason,
    require_right_to_try,
    require_unreferenced,
)

# Faults that have a status of their own when a batch has no others.
CODES_WITH_OWN_STATUS = {"forbidden", "not_found", "gone", "stale", "conflict", "version_required"}
OPERATION_ERRORS = (ProblemError, PermissionDenied, RuleBreach, IntegrityError)


class Batch:
    """The operations of one request, done in one transaction."""

    def __init__(self, request: Request, reading: ParsedBatch) -> None:
        self.request, self.user, self.reading = request, request.user, reading
        self.faults: list[ErrorEntry] = list(reading.faults)
        self.ids = LocalIds(reading.operations, reading.lids)
        # To make what checks bodies takes longer than to use it.
        self.makers: dict[type[Record], BulkCreator] = {}
        self.changers: dict[type[Record], Any] = {}
        self.done: dict[int, Record] = {}
        # What was changed: by record, the record as it is now, and why.
        self.changed: dict[Record, tuple[Record, str]] = {}

    def prepare(self) -> Callable[[], list[dict[str, Any]]]:
        """Check what can be checked while nobody waits; what is returned does all and tells it."""
        watch = Watch()
        prepared = PreparedBatch(self, watch) if is_independent(self.reading) else None

        def write() -> list[dict[str, Any]]:
            if prepared is not None:
                watch.look(prepared.used, prepared.written)
            with transaction.atomic():
                serialize_writers()
                if prepared is not None and prepared.write():
                    return self._told()
                return Batch(self.request, self.reading).results()

        return write

    def results(self) -> list[dict[str, Any]]:
        """Do all of it and tell what became of each operation, in their order."""
        with transaction.atomic():
            # Before any row is read: what is read then stands until all is written.
            serialize_writers()
            for run in group_operations(self.reading.operations):
                if run[0].op == "create":
                    self._create(run)
                else:
                    self._try(run[0])
            self._publish_evidence()
            self.refuse_faults()
            return self._told()

    def refuse_faults(self) -> None:
        """Refuse the whole when anything is wrong."""
        if self.faults:
            raise self._refusal()

    # Steps

    def _create(self, run: Sequence[Operation]) -> None:
        """Make the records of a run, those that can be made; the others leave faults."""
        maker = self._maker(run[0].model)
        news, about_ids = [], []
        for each in run:
            body, faults = self.ids.resolved(each)
            news.append(NewRecord(f"{each.pointer}/body", body))
            about_ids += faults
        ready, faults = maker.checked(news)
        made, more = maker.saved(ready, run[0].reason)
        self._note([*about_ids, *exclude_same_pointers(faults, about_ids), *more])
        for each in run:
            if record := made.get(f"{each.pointer}/body"):
                self.done[each.number] = self.ids.made[each.number] = record

    def _try(self, operation: Operation) -> None:
        """Change or delete one record; what is refused leaves its faults."""
        act = self._update if operation.op == "update" else self._delete
        try:
            with transaction.atomic():
                self.done[operation.number] = act(operation)
        except OPERATION_ERRORS as error:
            self._note(self._faults_of(error, operation))

    def _update(self, operation: Operation) -> Record:
        change, is_changed = self.read_change(operation)
        if is_changed:
            reason = operation.reason
            history.save(change.record, related=change.related, by=self.user, reason=reason)
            self.changed[change.record] = change.record, reason
        return change.record

    def read_change(self, operation: Operation) -> tuple[RecordUpdate, bool]:
        """Validate a change, and tell whether it changes anything."""
        record = self._named(operation, "edit", "submit", "publish", "withdraw")
        stored = copy(record)
        serializer, (body, faults) = self._changer(record), self.ids.resolved(operation)
        require_right_to_try(self.user, record, body, partial=True)
        require_operation_version(record, operation)
        try:
            draft, is_changed = apply_changes(serializer, record, body, self.user)
        except ValidationError as error:
            found = list(flatten_errors(error.detail, f"{operation.pointer}/body"))
            faults += exclude_same_pointers(found, faults)
        if faults:
            raise ProblemError("invalid", "", errors=faults)
        return RecordUpdate(stored, draft.record, draft.related), is_changed

    def _publish_evidence(self) -> None:
        """Publish the citations that were added to what was changed while it is public.

        The evidence of a public record is never older than the record itself. Where a second person
        is needed, what one has just written waits as a draft.
        """
        if permissions.needs_second_person():
            return
        made = {
            citation.pk: operation
            for operation in self.reading.operations
            if operation.op == "create"
            and isinstance(citation := self.done.get(operation.number), Citation)
            and citation.record in self.changed
        }
        for record, reason in self.changed.values() if made else ():
            if record.review == Record.Review.PUBLISHED:
                history.sync_citation_review(record, by=self.user, reason=reason)
        hidden = Citation.objects.filter(pk__in=made).exclude(review=Record.Review.PUBLISHED)
        for citation in hidden.select_related("source"):
            record, _ = self.changed[citation.record]
            if record.review == Record.Review.PUBLISHED:
                detail = f"Publish {citation.source.address} first."
                place = f"{made[citation.pk].pointer}/body/source"
                self._note([{"pointer": place, "code": "unpublished", "detail": detail}])

    def read_deletion(self, operation: Operation) -> Record:
        """Return the record that is to go, if the caller may delete it as it stands."""
        record = self._named(operation, "delete")
        require_reason(record, operation.reason)
        require_operation_version(record, operation)
        return record

    def _delete(self, operation: Operation) -> Record:
        record = self.read_deletion(operation)
        delete_unreferenced(record, by=self.user, reason=operation.reason)
        return record

    def _named(self, operation: Operation, *actions: str) -> Record:
        """The record that an operation names, if the caller may do one of these things to it."""
        model, slug = operation.model, operation.slug
        record: Record | None = model.objects.visible_to(self.user).filter(slug=slug).first()
        if record is None:
            raise ProblemError("not_found", "", errors=[self._missing(operation)])
        require_any_right(self.user, record, *actions)
        return record

    def _missing(self, operation: Operation) -> ErrorEntry:
        model, slug = operation.model, operation.slug
        place = f"{operation.pointer}/slug"
        now = find_redirect_slug(model, slug, self.user)
        if now is None and find_deletion(model, slug, self.user):
            return {"pointer": place, "code": "gone", "detail": "The record was deleted."}
        few = len(self.faults) < MAX_ERRORS_WITH_SUGGESTIONS
        meant = [now] if now else suggest_slugs(model, slug, self.user) if few else []
        more = {"did_you_mean": meant} if meant else {}
        detail = f"There is no {slug[:100]!r} among {model.resource_name}."
        return {"pointer": place, "code": "not_found", "detail": detail, **more}

    def _maker(self, kind: type[Record]) -> BulkCreator:
        if kind not in self.makers:
            self.makers[kind] = BulkCreator(SERIALIZERS[kind], self.request)
        return self.makers[kind]

    def _changer(self, record: Record) -> Any:
        kind = type(record)
        if kind not in self.changers:
            context = {"request": self.request}
            self.changers[kind] = SERIALIZERS[kind](record, partial=True, context=context)
        return self.changers[kind]

    # Faults

    def _note(self, faults: Iterable[ErrorEntry]) -> None:
        self.faults += faults

    def _faults_of(self, error: Exception, operation: Operation) -> list[ErrorEntry]:
        """What one operation was refused for, each fault in its place."""
        place = operation.pointer
        if isinstance(error, ProblemError):
            if error.errors:
                return [relocate_error(each, place) for each in error.errors]
            at = f"{place}/version" if error.code == "stale" else place
            more = {name: value for name, value in error.more.items() if value is not None}
            return [{"pointer": at, "code": error.code, "detail": str(error.detail), **more}]
        if isinstance(error, PermissionDenied):
            return [{"pointer": place, "code": "forbidden", "detail": str(error.detail)}]
        if isinstance(error, RuleBreach):
            return [{**each, "pointer": place} for each in flatten_model_errors(error)]
        detail = "It conflicts with another record."
        return [{"pointer": place, "code": "conflict", "detail": detail}]

    def _refusal(self) -> ProblemError:
        """The answer with all faults; its status is theirs where they have one in common."""
        faults = sorted(self.faults, key=lambda each: get_error_sort_key(each["pointer"]))
        codes = {
            each["code"] if each["code"] in CODES_WITH_OWN_STATUS else "invalid" for each in faults
        }
        return ProblemError(codes.pop() if len(codes) == 1 else "invalid", errors=faults)

    # The answer

    def _told(self) -> list[dict[str, Any]]:
        """What is stored now of what each operation wrote."""
        by_kind: dict[type[Record], list[Record]] = {}
        for record in self.done.values():
            by_kind.setdefault(type(record), []).append(record)
        bodies = {
            kind: fetch_stored_bodies(get_default_projection(kind), records)
            for kind, records in by_kind.items()
        }
        lids = {number: lid for lid, number in self.reading.lids.items()}
        return [
            serialize_result(
                each, self.done[each.number], bodies[each.model], lids.get(each.number)
            )
            for each in self.reading.operations
        ]


class PreparedBatch:
    """The checked operations of a batch none of which depends on another but for new records.

    They are checked while nobody waits, and written in few statements.
    """

    def __init__(self, batch: Batch, watch: Watch) -> None:
        self.batch, self.watch = batch, watch
        # Each step writes a run of operations; its records are the ones that it changes or names.
        self.steps: list[Callable[[], bool]] = []
        self.used: set[Record] = set()
        self.written: set[Record] = set()
        self.made: dict[type[Record], dict[str, Record]] = {}
        # What is wrong with one of them may be due to another: then each has to be tried.
        self.has_to_be_tried = False
        for run in group_operations(batch.reading.operations):
            if run[0].op == "create":
                self._check_new(run)
        for op, check in (("update", self._check_changes), ("delete", self._check_deletions)):
            those = [each for each in batch.reading.operations if each.op == op]
            for kind in dict.fromkeys(each.model for each in those):
                check([each for each in those if each.model is kind])

    def write(self) -> bool:
        """Write all or refuse all; False when another writer was faster, and nothing is written."""
        if self.has_to_be_tried or self.watch.look(self.used, self.written):
            return False
        with transaction.atomic():
            is_written = all(step() for step in self.steps)
            if is_written:
                self.batch.refuse_faults()
            transaction.set_rollback(not is_written)
        return is_written

    def _check_new(self, run: Sequence[Operation]) -> None:
        batch, reason = self.batch, run[0].reason
        # One for each run: it holds what the bodies of its run name until they are written.
        maker = BulkCreator(SERIALIZERS[run[0].model], batch.request)
        maker.beside = self.made
        news, about_ids = [], []
        for each in run:
            body, faults = batch.ids.resolved(each)
            news.append(NewRecord(f"{each.pointer}/body", body))
            about_ids += faults
        ready, faults = maker.checked(news)
        faults = [*about_ids, *exclude_same_pointers(faults, about_ids)]
        self.has_to_be_tried |= bool(faults) and any(e.after for e in batch.reading.operations)
        batch._note(faults)
        made = self.made.setdefault(run[0].model, {})
        writes = None if faults else maker.prepared(ready, reason, set(made))
        self.used.update(record for record in maker.used() if not record._state.adding)
        if writes is None:
            self.has_to_be_tried |= not faults
            self.steps.append(lambda: self._try_to_save(maker, ready, reason))
            return
        self.used.update(each.draft.record for each in ready)
        self.steps.append(lambda: try_to_write(writes))
        records = {each.new.pointer: each.draft.record for each in ready}
        for each in run:
            record = records[f"{each.pointer}/body"]
            batch.done[each.number] = batch.ids.made[each.number] = record
            made[record.slug] = record

    def _try_to_save(self, maker: BulkCreator, ready: Sequence[Any], reason: str) -> bool:
        """Tell what the tables refuse of a run that has faults already."""
        self.batch._note(maker.saved(ready, reason)[1])
        return True

    def _check_changes(self, operations: Sequence[Operation]) -> None:
        changes, reasons = [], []
        for operation in operations:
            try:
                change, is_changed = self.batch.read_change(operation)
            except OPERATION_ERRORS as error:
                self.batch._note(self.batch._faults_of(error, operation))
                continue
            self.batch.done[operation.number] = change.record
            named = [target for targets in change.related.values() for target in targets]
            self.used.update({change.stored, *list_cached_targets(change.record), *named})
            self.written.update(sensitive_to(change))
            if is_changed:
                changes.append(change)
                reasons.append(operation.reason)
        if changes:
            self._prepare(prepare_changed(changes, by=self.batch.user, reasons=reasons))

    def _check_deletions(self, operations: Sequence[Operation]) -> None:
        kind, user = operations[0].model, self.batch.user
        slugs = [each.slug for each in operations]
        keys = kind._base_manager.filter(slug__in=slugs).values_list("pk", flat=True)
        referenced = find_referenced(kind, list(keys))
        by_reason: dict[str, list[Record]] = {}
        for operation in operations:
            try:
                record = self.batch.read_deletion(operation)
                if record.pk in referenced:
                    require_unreferenced(record, user)
                history.require_deletable(record)
            except OPERATION_ERRORS as error:
                self.batch._note(self.batch._faults_of(error, operation))
                continue
            self.batch.done[operation.number] = record
            self.written.update({record, *sensitive_to(RecordUpdate(record, record, {}))})
            by_reason.setdefault(operation.reason, []).append(record)
        for reason, records in by_reason.items():
            self._prepare(prepare_deleted(records, by=user, reason=reason))

    def _prepare(self, writes: Writes) -> None:
        self.steps.append(lambda: try_to_write(writes))


def is_independent(reading: ParsedBatch) -> bool:
    """Return whether no change or deletion of a batch can depend on what another operation does.

    They concern different records none of which names another, and no body names one of them. New
    records may name those made before them.
    """
    changed = [(each.model, each.slug) for each in reading.operations if each.op != "create"]
    known = set(changed)
    if len(changed) != len(known):
        return False
    fields = {each.model: SERIALIZERS[each.model]().fields for each in reading.operations}
    for each in reading.operations:
        if each.op == "delete":
            continue
        is_new = each.op == "create"
        if each.after and not is_new:
            return False
        for mention in find_references(fields[each.model], each.body):
            # What a citation supports can be of any kind.
            kinds = [mention.model] if mention.model else [COLLECTIONS[name] for name in CITED_IN]
            if (get_local_id(mention) and not is_new) or any(
                (k, mention.slug) in known for k in kinds
            ):
                return False
    return not has_internal_reference(changed)


CITED_IN = tuple(
    name for name, kind in COLLECTIONS.items() if kind._meta.model_name in CITABLE_MODELS
)


def has_internal_reference(changed: Sequence[tuple[type[Record], str]]) -> bool:
    """Return whether one of these records refers to another, or two cite for the same record."""
    slugs: dict[type[Record], list[str]] = {}
    for kind, slug in changed:
        slugs.setdefault(kind, []).append(slug)
    for kind, own in slugs.items():
        rows = kind._base_manager.filter(slug__in=own)
        columns: list[Any] = [*kind._meta.concrete_fields, *kind._meta.many_to_many]
        for field in columns:
            others = slugs.get(field.related_model, ()) if field.is_relation else ()
            if others and rows.filter(**{f"{field.name}__slug__in": others}).exists():
                return True
        if kind is Citation:
            cited = list(rows.values_list(*(f"{name}_id" for name in CITABLE_MODELS)))
            if len(cited) > len(set(cited)):
                return True
    return False


def serialize_result(
    operation: Operation, record: Record, bodies: dict[int, Body], lid: str | None
) -> dict[str, Any]:
    """What became of one operation."""
    body = None if operation.op == "delete" else bodies.get(record.pk)
    result: dict[str, Any] = {
        "op": operation.op,
        "collection": operation.model.resource_name,
        "slug": record.slug,
        "version": body["version"] if body else record.version,
    }
    if lid is not None:
        result["lid"] = lid
    return result if operation.op == "delete" else {**result, "body": body}


def require_operation_version(record: Record, operation: Operation) -> None:
    """412 when the operation is based on another version than the stored one."""
    for based_on in (operation.version, parse_body_version(operation.body)):
        if based_on is not None and based_on != record.version:
            raise build_stale_problem(record, based_on)


def relocate_error(fault: Mapping[str, Any], place: str) -> ErrorEntry:
    """A fault of the request as one of an operation of it."""
    if "header" in fault:
        told = {name: value for name, value in fault.items() if name != "header"}
        return {"pointer": f"{place}/reason", **told}
    is_placed = fault["pointer"].startswith(place)
    return {**fault} if is_placed else {**fault, "pointer": f"{place}/body{fault['pointer']}"}


def exclude_same_pointers(
    faults: Sequence[ErrorEntry], others: Sequence[ErrorEntry]
) -> list[ErrorEntry]:
    """Those of the faults that do not stand where one of the others does."""
    places = {each["pointer"] for each in others}
    return [each for each in faults if each["pointer"] not in places]


def get_error_sort_key(pointer: str) -> tuple[int, int]:
    """By which faults are ordered: those of the batch itself, then those of each operation."""
    steps = pointer.split("/")
    return (1, int(steps[2])) if len(steps) > 2 and steps[2].isdigit() else (0, 0)
