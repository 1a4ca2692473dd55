"""Erasing: a record's content goes from every version and every place that repeats it.

What stays is a mark: the address answers 410 with the reason, the feed keeps its numbers and tells
of the erasing. Citations and dismissals of an erased source are its words and go with it; parts
that would be deleted with a record are erased with it, and so are records merged into it.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from negotiations.history.change_feed import announce
from negotiations.models import RECORDS
from negotiations.models.recorder import one_act
from negotiations.models.system.locks import queue
from negotiations.search import rebuild

from .marks import blank_versions, is_made_from_content, leave_mark
from .passages import Passages, Repetition, collect_passages, find_repetitions
from .repetitions import (
    clear_aliases,
    clear_repetitions,
    clear_words_of_dates,
    collect_texts,
    forget_seeds,
)
from .targets import ErasingRefused, Target, find_all, find_target, refuse_referred

__all__ = [
    "Erased",
    "ErasingRefused",
    "Repetition",
    "Target",
    "erase",
    "find_all",
    "find_repetitions",
    "find_target",
]


class Erased(NamedTuple):
    """What was erased, which seed files still have it, and its passages, to be found elsewhere."""

    addresses: list[str]
    files: list[str]
    passages: Passages


def erase(target: Target, reason: str, *, with_slug: bool = False) -> Erased:
    """Erase a record in one transaction. Raises ``ErasingRefused``."""
    with transaction.atomic():
        queue()
        targets = find_all(target)
        refuse_referred(targets)
        texts, passages = collect_texts(targets), collect_passages(targets)
        clear_words_of_dates(target, targets, texts, reason)
        _delete(targets, reason)
        clear_aliases(targets, texts, reason)
        files = forget_seeds(targets)
        addresses = []
        for each in targets:
            slug = each.slug
            addresses.append(f"{each.model.collection()}/{slug}")
            is_made = is_made_from_content(each, slug)
            blank_versions(each, reason)
            leave_mark(each, slug, reason, is_replaced=is_made or (with_slug and each == target))
        clear_repetitions(texts)
        rebuild.purge_words()
        return Erased(addresses, files, passages)


def _delete(targets: list[Target], reason: str) -> None:
    """Delete what is stored; of what was deleted before, tell that it is erased now."""
    parts_first = sorted(targets, key=lambda each: RECORDS.index(each.model), reverse=True)
    was_gone = [each for each in targets if each.stored is None]
    with one_act(None, reason):
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
        announce(last)
