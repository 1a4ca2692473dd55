"""The desk's first page: what is one's own to do, and how much nobody has read."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from negotiations.analysis.source_readings import fetch_source_readings
from negotiations.models import COLLECTIONS, Change, Citation, Record, Source
from negotiations.permissions import can_create

from .review.actions import get_by_path
from .review.queue import QueueFilterForm, ReviewQueue, annotate_beginnings, format_source_name

Review = Record.Review
HEADING = gettext_lazy("What analysts code")
MAX_SHOWN = 5
# The newest sources are read through; older ones were coded, or are looked for by their lists.
MAX_SOURCES = 20
MAX_RETURNED = 50


class ReturnedRecord(NamedTuple):
    """A record that a reviewer returned to its author, and what is to be mended."""

    record: Record
    by: Any
    reason: str


class UncodedSource(NamedTuple):
    """A source and how many of its sentences nobody coded or dismissed."""

    source: Any
    open: int
    of: int

    @property
    def name(self) -> str:
        return format_source_name(self.source)


def get_dashboard_context(user: Any) -> dict[str, Any]:
    """What the page shows to this user; nothing to those without a role."""
    if not can_create(user):
        return {}
    drafts, own = list_own_records(user, Review.DRAFT)
    waiting, mine = list_own_records(user, Review.IN_REVIEW)
    queue = ReviewQueue(QueueFilterForm({}, user), user)
    return {
        "drafts": drafts,
        "draft_count": own,
        "waiting": waiting,
        "waiting_count": mine,
        "to_review": sum(count for _, count in queue.counts()) - count_own_records(queue, user),
        "sent_back": list_returned_records(user),
        "uncoded": list_uncoded_sources(user),
    }


def list_own_records(user: Any, state: str) -> tuple[list[Record], int]:
    """The author's records in a state of review, the newest few, and how many there are.

    Citations go with their records and are not counted.
    """
    found: list[Record] = []
    count = 0
    for model in COLLECTIONS.values():
        if model is not Citation:
            rows: QuerySet[Any] = model._base_manager.filter(created_by=user, review=state)
            newest = list(rows.order_by("-updated_at")[:MAX_SHOWN])
            found += newest
            count += rows.count() if len(newest) == MAX_SHOWN else len(newest)
    return sorted(found, key=lambda record: record.updated_at, reverse=True)[:MAX_SHOWN], count


def count_own_records(queue: ReviewQueue, user: Any) -> int:
    """How many of the queue are the user's own, which others approve."""
    return sum(author == user.pk for _, _, author in queue.addresses())


def list_returned_records(user: Any) -> list[ReturnedRecord]:
    """The author's drafts that a reviewer returned, the newest first."""
    rows = Change.objects.filter(
        author=user, review_before=Review.IN_REVIEW, review_after=Review.DRAFT
    )
    rows = rows.exclude(by=user).exclude(kind=Citation.resource_name).select_related("by")
    found: dict[str, ReturnedRecord] = {}
    for change in rows.order_by("-sequence")[:MAX_RETURNED]:
        address = f"{change.kind}/{change.slug}"
        record = None if address in found else get_by_path(address)
        if record is not None and record.review == Review.DRAFT:
            found[address] = ReturnedRecord(record, change.by, change.reason)
    return list(found.values())


def list_uncoded_sources(user: Any) -> list[UncodedSource]:
    """The newest sources of which something is neither coded nor dismissed, the most first."""
    visible = Source.objects.visible_to(user)
    newest = list(visible.order_by("-created_at").values_list("pk", flat=True)[:MAX_SOURCES])
    found_in = annotate_beginnings(visible.filter(pk__in=newest))
    sources = {source.slug: source for source in found_in}

    def rows(model: Any) -> Any:
        return model.objects.visible_to(user)

    found = [
        UncodedSource(sources[reading.slug], len(reading.untouched), len(reading.sentences))
        for reading in fetch_source_readings(visible.filter(pk__in=newest), rows)
    ]
    return sorted((each for each in found if each.open), key=lambda each: -each.open)
