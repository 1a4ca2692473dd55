"""The feed of changes: every version that the history keeps is noted in it, in the same breath.

Each save notes its own version. The receiver listens to django-simple-history for those that the
library keeps: of deletions, with all that cascades. What writes many versions at once makes their
``Entries`` itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.dispatch import receiver
from simple_history.signals import post_create_historical_record

from negotiations.models import Change, MovedSlug, Record
from negotiations.models.rows import bind_new
from negotiations.models.system.locks import serialize_writers
from negotiations.request_context import request_id
from negotiations.search import index

from .diff import compare_versions

CHUNK = 500
# Of both at once SQLite would read the whole table.
LAST_NUMBERS = """
SELECT COALESCE((SELECT MAX(sequence) FROM negotiations_change), 0),
       COALESCE((SELECT MAX(public_sequence) FROM negotiations_change), 0)
"""
PUBLISHED = Record.Review.PUBLISHED
ACTIONS_BY_HISTORY_TYPE = {
    "+": Change.Action.CREATED,
    "~": Change.Action.UPDATED,
    "-": Change.Action.DELETED,
}


@receiver(post_create_historical_record, dispatch_uid="feed")
def on_version_created(instance: Any, history_instance: Any, **_: Any) -> None:
    """Note a version that the library kept by itself, as it does for parts deleted in cascade."""
    if isinstance(instance, Record):
        record_changes(history_instance)


def record_changes(version: Any, *, restored: bool = False) -> None:
    """Note one version, compared with the one before it."""
    # Who keeps a version is in a transaction: what fails in here takes all of it back.
    with transaction.atomic(savepoint=False):
        serialize_writers()
        entries = Entries([version], [_before(version)], restored=restored)
        with connection.cursor() as cursor:
            entries.run(cursor, version.history_date)


class PreviousState(NamedTuple):
    """The state of review before a change, and the names of the fields that it changed."""

    review: str
    changed: Sequence[str]


CREATED = PreviousState("", ())


class Entries:
    """What the feed and the index will say of versions: made while nobody waits, then numbered."""

    def __init__(
        self, versions: Sequence[Any], before: Sequence[PreviousState], *, restored: bool = False
    ) -> None:
        """``before`` says for each version what came before it."""
        moved = _moved(versions)
        changes = [
            _change(version, found, moved.get(_address(version), ""), restored=restored)
            for version, found in zip(versions, before, strict=True)
        ]
        self.statement = bind_new(changes, {"at"})
        names = [field.name for field in Change._meta.local_concrete_fields]
        self.places = names.index("sequence"), names.index("public_sequence")
        self.are_public = [
            PUBLISHED in {change.review_before, change.review_after} for change in changes
        ]
        self.index = index.IndexChange(versions)

    def run(self, cursor: Any, at: datetime) -> None:
        """Note the versions, in this order, as one uninterrupted run of numbers."""
        cursor.execute(LAST_NUMBERS)
        number, public_number = cursor.fetchone()
        own, public = self.places
        for row, is_public in zip(self.statement.rows, self.are_public, strict=True):
            number += 1
            public_number += is_public
            row[own], row[public] = number, public_number if is_public else None
        self.statement.run(cursor, at)
        self.index.run(cursor, at)


def _moved(versions: Sequence[Any]) -> dict[tuple[str, str], str]:
    """Where slugs lead of records that go: a merge leads them on before it deletes the record."""
    gone = [version for version in versions if version.history_type == "-"]
    found: dict[tuple[str, str], str] = {}
    for kind in {version.instance_type.resource_name for version in gone}:
        slugs = [v.slug for v in gone if v.instance_type.resource_name == kind]
        for start in range(0, len(slugs), CHUNK):
            rows = MovedSlug.objects.filter(kind=kind, slug__in=slugs[start : start + CHUNK])
            found |= {(kind, slug): to for slug, to in rows.values_list("slug", "to")}
    return found


def _address(version: Any) -> tuple[str, str]:
    return version.instance_type.resource_name, version.slug


def _change(version: Any, before: PreviousState, merged_into: str, *, restored: bool) -> Change:
    is_gone = version.history_type == "-"
    return Change(
        kind=version.instance_type.resource_name,
        slug=version.slug,
        version=version.version,
        action=Change.Action.RESTORED
        if restored
        else ACTIONS_BY_HISTORY_TYPE[version.history_type],
        changed=_member_names(version, before.changed),
        review_before=before.review,
        review_after="" if is_gone else version.review,
        author_id=version.created_by_id,
        by_id=version.history_user_id,
        reason=version.history_change_reason or "",
        merged_into=merged_into,
        request_id=request_id.get(),
        at=version.history_date,
    )


def _member_names(version: Any, fields: Sequence[str]) -> list[str]:
    """Name fields as bodies do: what a citation supports is its ``record``."""
    kinds = getattr(version.instance_type, "KINDS", ())
    return list(dict.fromkeys("record" if name in kinds else name for name in fields))


def _before(version: Any) -> PreviousState:
    """Compare a version with the one that it follows."""
    if version.history_type == "+":
        return CREATED
    if version.history_type == "-":
        return PreviousState(version.review, ())
    rows = type(version).objects.filter(id=version.id, history_id__lt=version.history_id)
    former = rows.order_by("-history_id").first()
    if former is None:
        return CREATED
    return PreviousState(former.review, [each.field for each in compare_versions(former, version)])
