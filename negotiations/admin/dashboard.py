"""The desk's first page: what is one's own to do, and how much nobody has read."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from negotiations.analysis.source_readings import readings
from negotiations.models import COLLECTIONS, Change, Citation, Record, Source
from negotiations.permissions import may_create

from .review.actions import named
from .review.queue import Filters, Queue, told_apart, with_beginnings

Review = Record.Review
HEADING = gettext_lazy("What analysts code")
SHOWN = 5
# The newest sources are read through; older ones were coded, or are looked for by their lists.
MOST_SOURCES = 20
MOST_SENT_BACK = 50


class SentBack(NamedTuple):
    """A record that a reviewer returned to its author, and what is to be mended."""

    record: Record
    by: Any
    reason: str


class Uncoded(NamedTuple):
    """A source and how many of its sentences nobody coded or dismissed."""

    source: Any
    open: int
    of: int

    @property
    def name(self) -> str:
        return told_apart(self.source)


def dashboard(user: Any) -> dict[str, Any]:
    """What the page shows to this user; nothing to those without a role."""
    if not may_create(user):
        return {}
    drafts, own = of_author(user, Review.DRAFT)
    waiting, mine = of_author(user, Review.IN_REVIEW)
    queue = Queue(Filters({}, user), user)
    return {
        "drafts": drafts,
        "draft_count": own,
        "waiting": waiting,
        "waiting_count": mine,
        "to_review": sum(count for _, count in queue.counts()) - len_own_in(queue, user),
        "sent_back": sent_back(user),
        "uncoded": uncoded(user),
    }


def of_author(user: Any, state: str) -> tuple[list[Record], int]:
    """The author's records in a state of review, the newest few, and how many there are.

    Citations go with their records and are not counted.
    """
    found: list[Record] = []
    count = 0
    for model in COLLECTIONS.values():
        if model is not Citation:
            rows: QuerySet[Any] = model._base_manager.filter(created_by=user, review=state)
            newest = list(rows.order_by("-updated_at")[:SHOWN])
            found += newest
            count += rows.count() if len(newest) == SHOWN else len(newest)
    return sorted(found, key=lambda record: record.updated_at, reverse=True)[:SHOWN], count


def len_own_in(queue: Queue, user: Any) -> int:
    """How many of the queue are the user's own, which others approve."""
    return sum(author == user.pk for _, _, author in queue.addresses())


def sent_back(user: Any) -> list[SentBack]:
    """The author's drafts that a reviewer returned, the newest first."""
    rows = Change.objects.filter(
        author=user, review_before=Review.IN_REVIEW, review_after=Review.DRAFT
    )
    rows = rows.exclude(by=user).exclude(kind=Citation.collection()).select_related("by")
    found: dict[str, SentBack] = {}
    for change in rows.order_by("-sequence")[:MOST_SENT_BACK]:
        address = f"{change.kind}/{change.slug}"
        record = None if address in found else named(address)
        if record is not None and record.review == Review.DRAFT:
            found[address] = SentBack(record, change.by, change.reason)
    return list(found.values())


def uncoded(user: Any) -> list[Uncoded]:
    """The newest sources of which something is neither coded nor dismissed, the most first."""
    visible = Source.objects.visible_to(user)
    newest = list(visible.order_by("-created_at").values_list("pk", flat=True)[:MOST_SOURCES])
    found_in = with_beginnings(visible.filter(pk__in=newest))
    sources = {source.slug: source for source in found_in}

    def rows(model: Any) -> Any:
        return model.objects.visible_to(user)

    found = [
        Uncoded(sources[reading.slug], len(reading.untouched), len(reading.sentences))
        for reading in readings(visible.filter(pk__in=newest), rows)
    ]
    return sorted((each for each in found if each.open), key=lambda each: -each.open)
