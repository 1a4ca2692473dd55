"""Erasing: a record's content goes from every version and every place that repeats it.

What stays is a mark: the address answers 410 with the reason, the feed keeps its numbers and tells
of the erasing. Citations and dismissals of an erased source are its words and go with it; parts
that would be deleted with a record are erased with it, and so are records merged into it.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from negotiations.history.change_feed import record_changes
from negotiations.models import RECORDS
from negotiations.models.recorder import attribute_versions
from negotiations.models.system.locks import serialize_writers
from negotiations.search import rebuild

from .marks import blank_versions, is_made_from_content, leave_mark
from .passages import Passages, Repetition, collect_passages, find_repetitions
from .repetitions import (
    clear_aliases,
    clear_repetitions,
    clear_words_of_dates,
    collect_texts,
    delete_seed_entries,
)
from .targets import ErasureError, ErasureTarget, find_all_targets, find_target, refuse_referred

__all__ = [
    "ErasureError",
    "ErasureResult",
    "ErasureTarget",
    "Repetition",
    "erase",
    "find_all_targets",
    "find_repetitions",
    "find_target",
]


class ErasureResult(NamedTuple):
    """What was erased, which seed files still have it, and its passages, to be found elsewhere."""

    addresses: list[str]
    files: list[str]
    passages: Passages


def erase(target: ErasureTarget, reason: str, *, with_slug: bool = False) -> ErasureResult:
    """Erase a record in one transaction. Raises ``ErasureError``."""
    with transaction.atomic():
        serialize_writers()
        targets = find_all_targets(target)
        refuse_referred(targets)
        texts, passages = collect_texts(targets), collect_passages(targets)
        clear_words_of_dates(target, targets, texts, reason)
        _delete(targets, reason)
        clear_aliases(targets, texts, reason)
        files = delete_seed_entries(targets)
        addresses = []
        for each in targets:
            slug = each.slug
            addresses.append(f"{each.model.resource_name}/{slug}")
            is_made = is_made_from_content(each, slug)
            blank_versions(each, reason)
            leave_mark(each, slug, reason, is_replaced=is_made or (with_slug and each == target))
        clear_repetitions(texts)
        rebuild.purge_words()
        return ErasureResult(addresses, files, passages)


def _delete(targets: list[ErasureTarget], reason: str) -> None:
    """Delete what is stored; of what was deleted before, tell that it is erased now."""
    parts_first = sorted(targets, key=lambda each: RECORDS.index(each.model), reverse=True)
    was_gone = [each for each in targets if each.stored is None]
    with attribute_versions(None, reason):
        for each in parts_first:
            record = each.stored
            if record is not None:
                record.lock()
                record.delete()
    for each in was_gone:
        last = each.versions.order_by("-history_id").first()
        last.pk, last._state.adding = None, True
        last.history_type, last.history_date = "-", timezone.now()
        last.history_change_reason, last.history_user = reason, None
        last.save(force_insert=True)
        record_changes(last)
