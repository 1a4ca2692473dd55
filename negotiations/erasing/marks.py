"""What stays of an erased record: that it was, and why it went."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from negotiations.models import RECORDS, Change, Erasure, MovedSlug
from negotiations.models.base import VERSION_RECORDER
from negotiations.models.slugs import hash_erased_slug
from negotiations.search import rebuild

from .targets import ErasureTarget

# What an erased version still has: which record it was, when it was written, by whom.
KEPT = frozenset({"id", "slug", "version", "review", "created_at", "updated_at", "created_by"})


def is_made_from_content(target: ErasureTarget, slug: str) -> bool:
    """Whether nobody chose the slug: then it says what the record said."""
    for version in target.versions:
        try:
            stem = version.instance.slug_stem()
        except ObjectDoesNotExist:
            continue
        if re.fullmatch(rf"{re.escape(stem)}(-\d+)?", slug):
            return True
    return False


def blank_versions(target: ErasureTarget, reason: str) -> None:
    """Leave of each version that it was; as a deletion it holds at no instant."""
    fields = (f for f in target.model._meta.concrete_fields if f.name not in KEPT)
    values = {f.attname: _blank(f) for f in fields if not (f.is_relation or f.choices)}
    last = target.versions.order_by("-history_id").values_list("pk", flat=True)[0]
    target.versions.update(**values, history_type="-", history_change_reason=None)
    target.versions.filter(pk=last).update(history_change_reason=reason)
    for field in target.model._meta.many_to_many:
        links: Any = VERSION_RECORDER.m2m_models[field]
        keys = list(target.versions.values_list("pk", flat=True))
        links._base_manager.filter(history_id__in=keys).delete()
    rebuild.rebuild_records(target.model, [target.pk])


def _blank(field: models.Field[Any, Any]) -> Any:
    if field.null:
        return None
    if isinstance(field, models.JSONField):
        return field.get_default()
    if isinstance(field, models.CharField | models.TextField):
        return ""
    return False if isinstance(field, models.BooleanField) else 0


def leave_mark(target: ErasureTarget, slug: str, reason: str, *, is_replaced: bool) -> None:
    """Leave the mark, and replace a slug that says too much wherever it is kept."""
    kind = target.model.resource_name
    mark = Erasure(kind=kind, slug=slug, digest=hash_erased_slug(kind, slug), reason=reason)
    mark.save()
    changes = Change.objects.filter(kind=kind, slug=slug)
    last = changes.order_by("-sequence").values_list("pk", flat=True)[0]
    changes.exclude(pk=last).update(reason="")
    MovedSlug.objects.filter(kind=kind, slug=slug).delete()
    if is_replaced:
        mark.slug = f"erased-{mark.pk}"
        mark.save()
        target.versions.update(slug=mark.slug)
        changes.update(slug=mark.slug)
        MovedSlug.objects.filter(kind=kind, to=slug).update(to=mark.slug)
        _clear_reasons(slug, mark.slug)
    entries = LogEntry.objects.filter(
        content_type__app_label="negotiations",
        content_type__model=target.model._meta.model_name,
        object_id=str(target.pk),
    )
    entries.update(object_repr=str(mark), change_message="")


def _clear_reasons(slug: str, replacement: str) -> None:
    """Replace a slug in the reasons of other records, as those of a merge."""
    tables = [(Change.objects, "reason")]
    tables += [(model.history, "history_change_reason") for model in RECORDS]
    for rows, name in tables:
        for row in rows.filter(**{f"{name}__contains": slug}):
            setattr(row, name, getattr(row, name).replace(slug, replacement))
            row.save(update_fields=[name])
