"""Changing and deleting one record for a caller: what every address that writes does."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from rest_framework.exceptions import APIException, PermissionDenied

from negotiations import history, permissions
from negotiations.history.visible_changes import get_feed_head
from negotiations.models import Record
from negotiations.models.system.locks import serialize_writers
from negotiations.rest.http.merge_patch import apply_merge_patch, has_value_changed
from negotiations.rest.http.problem_details import ProblemError
from negotiations.rest.read.sparse_fields import get_default_projection
from negotiations.rest.representations.serializers import Draft, format_json_value

MAX_REFERRERS = 50
# Keys in one question.
CHUNK = 500
Prepared = TypeVar("Prepared")
Written = TypeVar("Written")


def prepare_and_write(
    prepare: Callable[[], Prepared], write: Callable[[Prepared], Written]
) -> Written:
    """Read and validate, then write, so that both see the same state of all records.

    Nobody waits while this prepares. If another writer was faster, the preparation is repeated once
    it is this one's turn: what was read or refused before may no longer be true.
    """
    position, prepared = get_feed_head().position, None
    try:
        prepared = prepare()
    except (APIException, Http404):
        if get_feed_head().position == position:
            raise
    with transaction.atomic():
        serialize_writers()
        if prepared is None or get_feed_head().position != position:
            prepared = prepare()
        return write(prepared)


def require_any_right(user: Any, record: Record, *actions: str) -> None:
    """403 when the caller may do none of these things to the record."""
    if not any(permissions.can_perform(user, action, record) for action in actions):
        raise PermissionDenied(permissions.explain_refusal(user, actions[0], record))


def require_right_to_try(user: Any, record: Record, body: Any, *, partial: bool) -> None:
    """403 before anything else that may be wrong is told: for what a body plainly wants to change.

    What it really changes is known when it is read; then ``apply_changes`` asks again.
    """
    if not isinstance(body, Mapping):
        return
    review = body.get("review")
    is_step = review in Record.Review.values and review != record.review
    wanted = ["review"] if is_step else []
    if not permissions.can_perform(user, "edit", record):
        stored = get_default_projection(type(record)).body(record)
        told = apply_merge_patch(stored, body) if partial else body
        names = told.keys() & stored.keys() - {"review", "version"}
        wanted += [name for name in names if not is_same_value(stored[name], told[name])]
    require_right_to_change(user, record, str(review), wanted)


def is_same_value(stored: Any, value: Any) -> bool:
    """Whether a body leaves a member as it is; the order of names carries no meaning."""
    if isinstance(stored, list) and isinstance(value, list):
        return sorted(map(str, stored)) == sorted(map(str, value))
    return bool(format_json_value(stored) == value)


def apply_changes(serializer: Any, record: Record, body: Any, user: Any) -> tuple[Draft, bool]:
    """Put what a body says into the record, in memory; return the draft, and whether it differs.

    Raises ``ValidationError`` with every fault, and ``PermissionDenied`` when the caller may not
    change what the body changes.
    """
    serializer.instance, stored = record, copy(record)
    if serializer.partial:
        body = apply_merge_patch(get_default_projection(type(record)).body(stored), body)
    draft: Draft = serializer.run_validation(body)
    changed = [
        name for name, value in draft.values.items() if has_value_changed(stored, name, value)
    ]
    require_right_to_change(user, stored, record.review, changed)
    return draft, bool(changed)


def require_right_to_change(user: Any, stored: Record, review: str, changed: Sequence[str]) -> None:
    """403 when the caller may not change these members, or not take this step of review."""
    if refusal := permissions.find_refusal(user, stored, review, changed):
        raise PermissionDenied(refusal)


def require_reason(record: Record, reason: str) -> None:
    """400 when nobody says why something published is to go."""
    if record.review == Record.Review.PUBLISHED and not reason:
        fault = {"header": "Change-Reason", "code": "required", "detail": "Say why."}
        raise ProblemError("bad_request", "Deleting needs a reason.", errors=[fault])


def delete_unreferenced(record: Record, *, by: Any, reason: str) -> None:
    """Delete the record with its parts; its versions stay."""
    require_unreferenced(record, by)
    history.delete(record, by=by, reason=reason)


def require_unreferenced(record: Record, by: Any) -> None:
    """409 when others refer to it, hidden ones too: of these only that they are there is told."""
    naming = [
        (model, rows)
        for model, rows in record.referring()
        if model._base_manager.filter(rows).exists()
    ]
    if naming:
        found = list_visible_referrers(naming, by)
        shown = found[:MAX_REFERRERS]
        more: dict[str, Any] = {"referrers": shown} if shown else {}
        first = f"; the first {MAX_REFERRERS} are named" if len(found) > MAX_REFERRERS else ""
        raise ProblemError("conflict", f"Other records refer to it{first}.", **more)


def find_referenced(kind: type[Record], keys: Sequence[int]) -> set[int]:
    """Return the keys of those records of a kind to which others refer."""
    found: set[int] = set()
    relation: Any
    for relation in kind._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if not relation.auto_created or relation.concrete or relation.name == "citations":
            continue
        if issubclass(model, Record):
            name = relation.remote_field.name
            for start in range(0, len(keys), CHUNK):
                rows = model._base_manager.filter(**{f"{name}__in": keys[start : start + CHUNK]})
                found.update(rows.order_by().values_list(name, flat=True).distinct())
    return found


def list_visible_referrers(naming: Sequence[tuple[Any, Q]], user: Any) -> list[str]:
    """The addresses of those of these rows of kinds that the user may see, one more than shown."""
    found: dict[str, None] = {}
    for model, rows in naming:
        visible = model.objects.visible_to(user).filter(rows).order_by("slug").distinct()
        slugs = visible.values_list("slug", flat=True)[: MAX_REFERRERS + 1]
        found |= dict.fromkeys(f"{model.resource_name}/{slug}" for slug in slugs)
    return list(found)[: MAX_REFERRERS + 1]
