"""The feed of changes: every version that the history keeps is noted in it, in the same breath.

The one receiver listens to django-simple-history, which sees every door: the API, the admin, the
seeds, cascades. What writes many versions at once calls ``announce`` itself.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from simple_history.signals import post_create_historical_record

from negotiations.history import differences
from negotiations.models import Change, MovedSlug, Record, indexing
from negotiations.models.order import queue
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


def announce(versions: Sequence[Any], *, restored: bool = False) -> None:
    """Note versions of records, in this order, as one uninterrupted run of numbers."""
    with transaction.atomic():
        queue()
        last = Change.objects.last_number()
        last_public = Change.objects.last_number("public_sequence")
        changes = []
        for number, version in enumerate(versions, start=last + 1):
            change = _change(version, number, restored=restored)
            if Record.Review.PUBLISHED in {change.review_before, change.review_after}:
                last_public += 1
                change.public_sequence = last_public
            changes.append(change)
        Change.objects.bulk_create(changes, batch_size=500)
        indexing.keep_in_step(versions)


def _change(version: Any, number: int, *, restored: bool) -> Change:
    is_new, is_gone = version.history_type == "+", version.history_type == "-"
    before = None if is_new else version if is_gone else _before(version)
    kind = version.instance_type.collection()
    # A merge leads the slug on before it deletes the record.
    moved = MovedSlug.objects.filter(kind=kind, slug=version.slug).first() if is_gone else None
    return Change(
        sequence=number,
        kind=kind,
        slug=version.slug,
        version=version.version,
        action=Change.Action.RESTORED if restored else ACTIONS[version.history_type],
        changed=_changed_members(before, version) if before and not is_gone else [],
        review_before=before.review if before else "",
        review_after="" if is_gone else version.review,
        author_id=version.created_by_id,
        by_id=version.history_user_id,
        reason=version.history_change_reason or "",
        merged_into=moved.to if moved else "",
        request_id=request_id.get(),
        at=version.history_date,
    )


def _changed_members(before: Any, version: Any) -> list[str]:
    """The members that differ, by their names in bodies: what a citation supports is ``record``."""
    kinds = getattr(version.instance_type, "KINDS", ())
    names = (difference.field for difference in differences(before, version))
    return list(dict.fromkeys("record" if name in kinds else name for name in names))


def _before(version: Any) -> Any:
    """The version that this one follows."""
    rows = type(version).objects.filter(id=version.id, history_id__lt=version.history_id)
    return rows.order_by("-history_id").first()
