"""The work of the workers: each webhook that is due gets a turn, and each turn some deliveries.

Several workers may run beside one another. A webhook is in the hands of one of them, so that its
messages leave in the order of the changes; each attempt is noted before it is made, so that a
worker that dies repeats at worst the one message that it was sending. No transaction is open while
a receiver is waited for.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from random import uniform
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from negotiations.history.visible_changes import ChangeFeed, Event
from negotiations.models import Change, Webhook, WebhookDelivery
from negotiations.rest.http.renderers import dump_json

from .client import DeliveryOutcome, send_message

logger = logging.getLogger(__name__)

Status = WebhookDelivery.Status
Reason = Webhook.DisabledReason

TEST_EVENT_TYPE = "webhook.test"
# After the first attempt, as Standard Webhooks 1.0 proposes it; three days in all.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
# Each is lengthened by up to a fifth: what failed together does not come back together.
JITTER = 1.2
LONG_FAILURE = timedelta(days=5)
LOG_RETENTION = timedelta(days=30)
# Changes laid out at a time; with so many deliveries waiting, further changes wait in the feed.
CHUNK, MOST_WAITING = 100, 500
# A turn ends in time; should its worker die, another goes on after the lease.
LONGEST_TURN, LEASE = 60.0, timedelta(minutes=2)
# How long a webhook rests that failed, or for which nothing could be done.
REST = timedelta(seconds=5)

Stopping = Callable[[], bool]


class TurnOutcome(Enum):
    """What a turn of a webhook came to."""

    ADVANCED = "something was enqueued or sent, and more may be due at once"
    IDLE = "nothing was due"
    WITHHELD = "the next message cannot be sent now"
    FAILED = "the receiver did not accept a message"


class Turn(NamedTuple):
    outcome: TurnOutcome
    # For how long the receiver asked to be left alone.
    requested_rest: timedelta = timedelta(0)

    @property
    def rest(self) -> timedelta:
        """How long the webhook waits for its next turn."""
        is_over = self.outcome is not TurnOutcome.ADVANCED
        return max(REST, self.requested_rest) if is_over else timedelta(0)


def deliver_due(is_stopping: Stopping = lambda: False) -> Counter[str]:
    """Turns until nothing is due; how many attempts ended as which status."""
    tally: Counter[str] = Counter()
    while not is_stopping() and (webhook := lease_next_webhook()):
        turn = Turn(TurnOutcome.FAILED)
        try:
            turn = process_webhook(webhook, tally, is_stopping)
        finally:
            mine = Webhook.objects.filter(pk=webhook.pk, next_turn_at=webhook.next_turn_at)
            mine.update(next_turn_at=timezone.now() + turn.rest)
    return tally


def lease_next_webhook() -> Webhook | None:
    """A webhook that is due and now this worker's: one conditional update decides who has it."""
    now = timezone.now()
    for webhook in Webhook.objects.due(now)[:20]:
        free = Webhook.objects.filter(pk=webhook.pk, next_turn_at=webhook.next_turn_at)
        if free.update(next_turn_at=now + LEASE):
            webhook.next_turn_at = now + LEASE
            return webhook
    return None


def process_webhook(webhook: Webhook, tally: Counter[str], is_stopping: Stopping) -> Turn:
    """Enqueue what is new and send what is due, oldest first, until one fails or the time is up."""
    end = time.monotonic() + LONGEST_TURN
    outcome = TurnOutcome.ADVANCED if enqueue_changes(webhook) else TurnOutcome.IDLE
    now = timezone.now()
    webhook.deliveries.filter(next_attempt_at=None, created_at__lt=now - LOG_RETENTION).delete()
    due = webhook.deliveries.filter(next_attempt_at__lte=now).order_by("pk")
    cancel_unreadable(due, webhook)
    for delivery in due[:CHUNK]:
        if is_stopping() or time.monotonic() > end:
            break
        found = attempt_delivery(delivery)
        if found is None:
            return Turn(TurnOutcome.WITHHELD)
        status, requested_rest = found
        tally[status] += 1
        if status != Status.DELIVERED:
            return Turn(TurnOutcome.FAILED, requested_rest)
        outcome = TurnOutcome.ADVANCED
    return Turn(outcome)


def enqueue_changes(webhook: Webhook) -> bool:
    """Make deliveries of the next changes that its owner may learn of, each once; if it went on."""
    feed = ChangeFeed(webhook.user)
    if feed.is_public:
        Webhook.objects.filter(pk=webhook.pk).switch_off(Reason.OWNER)
    if feed.is_public or webhook.deliveries.filter(status=Status.PENDING).count() >= MOST_WAITING:
        return False
    # Asked first: up to there all is visible now, and what is not the owner's is passed by.
    head = Change.objects.last_number()
    part = feed.part(webhook.position, CHUNK, webhook.kinds)
    position = part.position if part.more else max(part.position, head)
    with transaction.atomic():
        rows = Webhook.objects.filter(pk=webhook.pk, position=webhook.position)
        if position == webhook.position or not rows.update(position=position):
            return False
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(
                webhook=webhook, change_id=event["sequence"], type=get_event_type(event)
            )
            for event in part.events
        )
    return True


def cancel_unreadable(due: Any, webhook: Webhook) -> None:
    """Give up what the owner may not learn of any more."""
    visible = WebhookDelivery.objects.visible_to(webhook.user)
    due.exclude(pk__in=visible.values("pk")).update(
        status=Status.FAILED,
        next_attempt_at=None,
        error="Its owner may not learn of this any more.",
    )


def attempt_delivery(delivery: WebhookDelivery) -> tuple[Status, timedelta] | None:
    """Send a message once and note what came of it; None when it is not to be sent now.

    The receiver may ask to be left alone for a time, with all messages.
    The webhook and its owner are read anew: what was changed since the last message holds for this.
    """
    enabled = Webhook.objects.enabled().select_related("user")
    webhook = enabled.filter(pk=delivery.webhook_id).first()
    body = render_message(webhook, delivery) if webhook else None
    if webhook is None or body is None or not claim_delivery(delivery):
        return None
    outcome = send_message(webhook, delivery.message, body)
    status = record_outcome(webhook, delivery, outcome)
    fields = {
        "webhook": webhook.slug,
        "message_id": delivery.message,
        "attempt": delivery.attempts,
        "answer": outcome.status,
        "status": status,
    }
    logger.info("A webhook was sent", extra={"fields": fields})
    return status, outcome.rest


def claim_delivery(delivery: WebhookDelivery) -> bool:
    """Note an attempt before it is made; False when another worker, or a redelivery, did."""
    rows = WebhookDelivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, next_attempt_at=delivery.next_attempt_at
    )
    delivery.attempts += 1
    now = timezone.now()
    # Should this worker die, the message is sent again after the lease.
    return bool(
        rows.update(attempts=delivery.attempts, attempted_at=now, next_attempt_at=now + LEASE)
    )


def get_retry_delay(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that failed; None: it is given up."""
    if attempts > len(RETRIES):
        return None
    return RETRIES[attempts - 1] * uniform(1, JITTER)  # noqa: S311 - no secret hangs on it


def get_event_type(event: Event) -> str:
    """``positions.created``: the collection, and what happened in the eyes of the owner."""
    return f"{event['kind']}.{event['action']}"


def render_message(webhook: Webhook, delivery: WebhookDelivery) -> bytes | None:
    """What is told, as the owner may read it at this moment; None when they may not."""
    if delivery.change_id is None:
        data = {"webhook": webhook.slug}
        return dump_json({"type": TEST_EVENT_TYPE, "timestamp": delivery.created_at, "data": data})
    feed = ChangeFeed(webhook.user)
    rows = feed.changes.none() if feed.is_public else feed.changes.select_related("by")
    change = rows.filter(pk=delivery.change_id).first()
    if change is None:
        return None
    event = feed.event(change)
    return dump_json({"type": get_event_type(event), "timestamp": event["at"], "data": event})


def record_outcome(webhook: Webhook, delivery: WebhookDelivery, outcome: DeliveryOutcome) -> Status:
    """Note what came of an attempt, unless somebody asked for the message anew meanwhile."""
    now = timezone.now()
    wait = None if outcome.is_good or outcome.is_gone else get_retry_delay(delivery.attempts)
    status = Status.DELIVERED if outcome.is_good else Status.PENDING if wait else Status.FAILED
    WebhookDelivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(
        status=status,
        next_attempt_at=now + max(wait, outcome.rest) if wait else None,
        response_status=outcome.status,
        error=outcome.error,
    )
    rows = Webhook.objects.filter(pk=webhook.pk)
    if outcome.is_good:
        rows.exclude(failing_since=None).update(failing_since=None)
        return status
    rows.update(failing_since=Coalesce("failing_since", Value(now)))
    if outcome.is_gone:
        rows.switch_off(Reason.GONE)
    elif rows.filter(failing_since__lt=now - LONG_FAILURE).switch_off(Reason.FAILING):
        logger.warning("A webhook is switched off", extra={"fields": {"webhook": webhook.slug}})
    return status
