"""The feed of changes: every version that the history keeps is noted in it, in the same breath.

The one receiver listens to django-simple-history, which sees every door: the API, the admin, the
seeds, cascades. What writes many versions at once calls ``announce`` itself.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.dispatch import receiver
from simple_history.signals import post_create_historical_record

from negotiations.history import differences
from negotiations.models import Change, MovedSlug, Record, indexing
from negotiations.models.order import queue
from negotiations.models.rows import insert_rows
from tracker.logs import request_id

ACTIONS = {
    "+": Change.Action.CREATED,
    "~": Change.Action.UPDATED,
    "-": Change.Action.DELETED,
}


@receiver(post_create_historical_record, dispatch_uid="feed")
def note(instance: Any, history_instance: Any, **_: Any) -> None:
    """Note the version that was just kept."""
    if isinstance(instance, Record):
        announce([history_instance], restored=getattr(instance, "is_restored", False))


class Before(NamedTuple):
    """The state of review before a change, and the names of the fields that it changed."""

    review: str
    changed: Sequence[str]


def announce(
    versions: Sequence[Any], *, restored: bool = False, before: Sequence[Before] = ()
) -> None:
    """Note versions of records, in this order, as one uninterrupted run of numbers.

    ``before`` says for each version what came before it; without it the versions are compared.
    """
    with transaction.atomic():
        queue()
        last = Change.objects.last_number()
        last_public = Change.objects.last_number("public_sequence")
        changes = []
        for number, version in enumerate(versions, start=last + 1):
            found = before[number - last - 1] if before else _before(version)
            change = _change(version, number, found, restored=restored)
            if Record.Review.PUBLISHED in {change.review_before, change.review_after}:
                last_public += 1
                change.public_sequence = last_public
            changes.append(change)
        insert_rows(changes)
        indexing.keep_in_step(versions)


def _change(version: Any, number: int, before: Before, *, restored: bool) -> Change:
    is_gone = version.history_type == "-"
    kind = version.instance_type.collection()
    # A merge leads the slug on before it deletes the record.
    moved = MovedSlug.objects.filter(kind=kind, slug=version.slug).first() if is_gone else None
    return Change(
        sequence=number,
        kind=kind,
        slug=version.slug,
        version=version.version,
        action=Change.Action.RESTORED if restored else ACTIONS[version.history_type],
        changed=_member_names(version, before.changed),
        review_before=before.review,
        review_after="" if is_gone else version.review,
        author_id=version.created_by_id,
        by_id=version.history_user_id,
        reason=version.history_change_reason or "",
        merged_into=moved.to if moved else "",
        request_id=request_id.get(),
        at=version.history_date,
    )


def _member_names(version: Any, fields: Sequence[str]) -> list[str]:
    """Name fields as bodies do: what a citation supports is its ``record``."""
    kinds = getattr(version.instance_type, "KINDS", ())
    return list(dict.fromkeys("record" if name in kinds else name for name in fields))


def _before(version: Any) -> Before:
    """Compare a version with the one that it follows."""
    if version.history_type == "+":
        return Before("", ())
    if version.history_type == "-":
        return Before(version.review, ())
    rows = type(version).objects.filter(id=version.id, history_id__lt=version.history_id)
    former = rows.order_by("-history_id").first()
    if former is None:
        return Before("", ())
    return Before(former.review, [each.field for each in differences(former, version)])
