"""Versions: every write through any door leaves one, with who, when and why.

The shadow tables are django-simple-history's. This module makes a record, its many-to-many
relations and its citations one version each, tells versions apart, and brings an old one back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from negotiations.models import Citation, MovedSlug, Record, StaleVersion
from negotiations.models.base import VERSION_RECORDER
from negotiations.models.recorder import attribute_versions
from negotiations.models.system.locks import serialize_writers
from negotiations.models.system.slug_redirects import fetch_current_records

from .change_feed import record_changes

# Raised when another writer was faster: the user is shown what changed, as if they had come later.
CONFLICT_ERRORS = (IntegrityError, models.ProtectedError, StaleVersion)


def save(
    record: Record,
    *,
    related: Mapping[str, Sequence[models.Model]] | None = None,
    by: Any = None,
    reason: str = "",
    restored: bool = False,
) -> None:
    """Save a valid record with its relations as one version.

    ``related`` holds many-to-many values by field name and, under ``citations``, citations that are
    to be made with it. ``restored`` says that the values are those of an older version. Raises
    ``StaleVersion`` when somebody saved the record meanwhile; then, as after any error, nothing is
    written.
    """
    adding = record._state.adding
    related = dict(related or {})
    citations = related.pop("citations", ())
    with transaction.atomic():
        serialize_writers()
        if adding:
            record.created_by = record.created_by or by
        VersionedSave(record, by, reason).save(related, restored=restored)
        for citation in citations:
            citation.record = record  # type: ignore[attr-defined]
            citation.review = record.review  # type: ignore[attr-defined]
            save(citation, by=by, reason=reason)  # type: ignore[arg-type]
        if not adding:
            sync_citation_review(record, by=by, reason=reason)


class VersionedSave:
    """Saves a record in several steps and leaves one version at the end."""

    def __init__(self, record: Record, by: Any, reason: str) -> None:
        self.record, self.by, self.reason = record, by, reason

    def save(
        self, related: Mapping[str, Sequence[models.Model]], *, restored: bool = False
    ) -> None:
        """Save the record, then its many-to-many relations, then the version."""
        record = self.record
        kind = "+" if record._state.adding else "~"
        # One that was deleted is known for longer than it is stored.
        known_since = record.created_at if kind == "+" else None
        with self:
            record.save()
            if known_since:
                record.created_at = known_since
                type(record)._base_manager.filter(pk=record.pk).update(created_at=known_since)
            for name, targets in related.items():
                getattr(record, name).set(targets)
        self.keep(kind, restored=restored or known_since is not None)

    def keep(self, kind: str, *, restored: bool = False) -> None:
        """Leave the version, ``+`` for made, ``~`` for changed, and note it in the feed."""
        version = VERSION_RECORDER.create_version(self.record, kind, by=self.by, reason=self.reason)
        record_changes(version, restored=restored)

    def __enter__(self) -> None:
        self.record.skip_history_when_saving = True  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        del self.record.skip_history_when_saving  # type: ignore[attr-defined]


def sync_citation_review(record: Record, *, by: Any = None, reason: str = "") -> None:
    """The words are approved with their record, and leave the public eye with it."""
    if not hasattr(record, "citations"):
        return
    for citation in record.citations.select_related("source"):
        review = review_beside(record, citation)
        if citation.review != review:
            citation.record, citation.review = record, review
            save(citation, by=by, reason=reason)


def review_beside(record: Record, citation: Any) -> str:
    """The state of review that a citation of the record is to have."""
    if record.review == Record.Review.PUBLISHED:
        is_ready = citation.source.review == record.review
        is_kept = citation.review == Record.Review.WITHDRAWN or not is_ready
        return str(citation.review if is_kept else record.review)
    # Not withdrawn: the words are still right, and wait for their record's return.
    is_public = citation.review == Record.Review.PUBLISHED
    return str(Record.Review.IN_REVIEW if is_public else citation.review)


def delete(record: Record, *, by: Any = None, reason: str = "") -> None:
    """Delete a record with its parts; the versions stay.

    Raises ``ProtectedError`` when other records refer to it, ``ValidationError`` when a rule keeps
    it, ``StaleVersion`` when somebody saved it meanwhile.
    """
    with transaction.atomic():
        record.lock()
        require_deletable(record)
        with attribute_versions(by, reason):
            record.delete()


def require_deletable(record: Record) -> None:
    """Raise ``ValidationError`` when a rule keeps the record."""
    faults: dict[str, list[ValidationError]] = {}
    for field, error in record.delete_faults():
        faults.setdefault(field, []).append(error)
    if faults:
        raise ValidationError(faults)


def list_versions(record: Record) -> Any:
    """The record's versions, newest first, each with ``version`` and its ``history_…`` fields."""
    rows = type(record).history.filter(id=record.pk)
    return rows.select_related("history_user").order_by("-history_id")


def restore(
    version: Any, *, by: Any = None, reason: str = "", based_on: int | None = None
) -> Record:
    """Write the record anew as it was in a version, by today's rules, as a version of its own.

    The state of review is today's: an old approval does not carry over. A deleted record comes back
    as a draft, with the citations and parts that were deleted with it, as drafts too. Raises
    ``ValidationError`` when the old values break a rule or refer to what is gone, ``StaleVersion``
    when the record no longer has the version that the decision was based on.
    """
    reason = reason or f"Restored version {version.version}"
    with transaction.atomic():
        serialize_writers()
        today = version.instance_type._base_manager.filter(pk=version.id).first()
        if today is None:
            return _undelete(version, by, reason)
        if based_on is not None and based_on != today.version:
            today.version, stored = based_on, today.version
            raise StaleVersion(today, stored)
        record: Record = version.instance
        record._state.adding = False
        record.version, record.review = today.version, today.review
        related = _relations_today(record, version)
        _validate(record, related)
        save(record, related=related, by=by, reason=reason, restored=True)
        return record


def _relations_today(record: Record, version: Any) -> dict[str, list[Any]]:
    """The relations as they were, what was merged since as what it is now, in the record too.

    Raises ``ValidationError`` when one of many was deleted: it is not left out unsaid.
    """
    for field in record._meta.concrete_fields:
        model: Any = field.related_model
        if model and issubclass(model, Record) and (key := getattr(record, field.attname)):
            for target in fetch_current_records(model, {key}).values():
                setattr(record, field.name, target)
    related, gone = {}, {}
    many: Sequence[Any] = record._meta.many_to_many
    for field in many:
        other = f"{field.m2m_reverse_field_name()}_id"
        keys = set(getattr(version, field.name).values_list(other, flat=True))
        found = fetch_current_records(field.related_model, keys)
        related[field.name] = sorted(set(found.values()), key=lambda target: str(target.slug))
        if len(found) < len(keys):
            gone[field.name] = [_refers_to_deleted()]
    if gone:
        raise ValidationError(gone)
    return related


def _validate(record: Record, related: Mapping[str, Sequence[Any]]) -> None:
    try:
        record.validate(related)
    except ObjectDoesNotExist as error:
        raise ValidationError({"__all__": [_refers_to_deleted()]}) from error


def _refers_to_deleted() -> ValidationError:
    message = _("It refers to a record that was deleted since; restore that first.")
    return ValidationError(message, "deleted")


def _undelete(version: Any, by: Any, reason: str) -> Record:
    """Make a deleted record again, and what was deleted in the same act as a part of it."""
    _refuse_merged(version)
    record = prepare_undelete(version.instance)
    gone = list_versions(record).first()
    related: dict[str, Any] = _relations_today(record, version)
    parts = list(_parts(record, gone.history_date))
    if hasattr(record, "citations"):
        cited = [
            prepare_undelete(part.instance) for part in parts if part.instance_type is Citation
        ]
        for citation in cited:
            citation.record = None  # type: ignore[attr-defined]  # until that is stored again
        related = {**related, "citations": cited}
    _validate(record, related)
    save(record, related=related, by=by, reason=reason)
    for part in parts:
        if part.instance_type is not Citation:
            _undelete(part, by, reason)
    return record


def _refuse_merged(version: Any) -> None:
    """What was merged into another record is that record now."""
    kept = MovedSlug.objects.end(version.instance_type.resource_name, version.slug)
    if kept is not None:
        message = _("It was merged into %(kept)s; restore or change that.")
        raise ValidationError(message, code="merged", params={"kept": kept})


def prepare_undelete(record: Record) -> Record:
    """A record that is to be made, ready to go on where a deleted one of its slug ended.

    It takes the key, the count of versions and the age of the deleted one, if there is one.
    """
    gone = record.deleted_namesake() if record.pk is None else list_versions(record).first()
    if gone is None:
        return record
    record.pk, record.version, record.created_at = gone.id, gone.version + 1, gone.created_at
    record.review = Record.Review.DRAFT
    authors = get_user_model()._default_manager.all()
    if record.created_by_id and not authors.filter(pk=record.created_by_id).exists():
        record.created_by = None
    return record


def _parts(record: Record, at: Any) -> Iterator[Any]:
    """The last versions of what was deleted with a record at that instant, and is still gone."""
    relation: Any
    for relation in record._meta.get_fields(include_hidden=True):
        model = relation.related_model
        is_part = relation.auto_created and not relation.concrete
        if not is_part or relation.on_delete is not models.CASCADE or not issubclass(model, Record):
            continue
        gone = model.history.filter(history_type="-", history_date=at)
        for row in gone.filter(**{relation.field.attname: record.pk}).order_by("history_id"):
            if not model._base_manager.filter(pk=row.id).exists():
                # The row of the deletion itself has no relations any more.
                last = list_versions(row.instance).exclude(history_type="-").first()
                # A part that was erased has no other row.
                if last is not None:
                    yield last
