"""Who is told of changes without asking: the webhooks of client apps, and what was sent to them."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from negotiations.models.choices import Vocabulary

from .changes import Change
from .tokens import generate_token_slug

# For so long after a rotation the former secret signs as well.
SECRET_ROTATION_OVERLAP = timedelta(days=1)


def generate_message_id() -> str:
    """The name of one message, which tells nothing of the others."""
    return f"msg_{secrets.token_hex(12)}"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def enabled(self) -> Self:
        return self.filter(disabled_at=None)

    def due(self, now: datetime) -> Self:
        """Those for which there is something to do, and which no worker has in hand."""
        waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), next_attempt_at__lte=now)
        news = Q(position__lt=Change.objects.last_number())
        free = self.enabled().filter(next_turn_at__lte=now)
        return free.filter(news | Q(Exists(waiting))).order_by("next_turn_at", "pk")

    def switch_on(self) -> int:
        """They go on where they stopped."""
        return self.exclude(disabled_at=None).update(
            disabled_at=None, disabled_reason="", failing_since=None, next_turn_at=timezone.now()
        )

    def switch_off(self, reason: str) -> int:
        """Nothing is sent to them until somebody switches them on again."""
        return self.enabled().update(disabled_at=timezone.now(), disabled_reason=reason)


class Webhook(models.Model):
    """An address of a client app that is told of changes, by signed requests.

    It is told what its owner may read in the feed, from the moment it is made. The changes are the
    outbox: each is stored in the transaction of its write and numbered in the order of commits, and
    ``position`` says up to which one the workers have laid out deliveries. A write costs nothing
    more, and nothing is lost or told before it is committed.

    Its secret is kept nowhere: it is derived from the slug and the generation with the pepper of
    the installation whenever something is signed. With another pepper all secrets are others.
    """

    class DisabledReason(Vocabulary):
        SWITCHED_OFF = "switched_off", "Its owner or an administrator switched it off."
        FAILING = "failing", "Nothing could be delivered for days."
        GONE = "gone", "It answered 410: it wants no more."
        OWNER = "owner", "Its owner has no role any more."

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks"
    )
    slug = models.CharField(
        max_length=16,
        unique=True,
        default=generate_token_slug,
        editable=False,
        help_text=_("Its name in addresses; it opens nothing."),
    )
    url = models.CharField(max_length=500, help_text=_("Where the messages are sent."))
    kinds = models.JSONField(
        default=list, blank=True, help_text=_("The collections it is told of; empty: all.")
    )
    generation = models.PositiveIntegerField(default=1, help_text=_("How many secrets it has had."))
    rotated_at = models.DateTimeField(null=True, help_text=_("When it got its present secret."))
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=20, blank=True, choices=DisabledReason)
    failing_since = models.DateTimeField(
        null=True, help_text=_("Since when no delivery succeeded; empty: the last one did.")
    )
    position = models.BigIntegerField(help_text=_("Up to which change deliveries are laid out."))
    next_turn_at = models.DateTimeField(
        default=timezone.now, help_text=_("No worker takes it in hand before.")
    )

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["user", "-created_at", "id"]

    def __str__(self) -> str:
        return self.url

    @property
    def enabled(self) -> bool:
        """Whether it is told of changes."""
        return self.disabled_at is None

    @property
    def old_secret_until(self) -> datetime | None:
        """Until when the former secret signs as well; None when it does not."""
        end = self.rotated_at + SECRET_ROTATION_OVERLAP if self.rotated_at else None
        return end if end and end > timezone.now() else None

    def secret(self, generation: int | None = None) -> str:
        """The secret as its receiver has it: ``whsec_`` and 32 bytes in Base64."""
        return f"whsec_{base64.b64encode(self._key(generation or self.generation)).decode()}"

    def signature(self, message: str, timestamp: int, body: bytes) -> str:
        """The header ``webhook-signature``; while two secrets are good, it has one of each."""
        signed = f"{message}.{timestamp}.".encode() + body
        former = [self.generation - 1] if self.old_secret_until else []
        digests = [
            hmac.new(self._key(generation), signed, hashlib.sha256).digest()
            for generation in (self.generation, *former)
        ]
        return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)

    def _key(self, generation: int) -> bytes:
        named = f"webhook:{self.slug}:{generation}".encode()
        return hmac.new(settings.TRACKER_TOKEN_PEPPER.encode(), named, hashlib.sha256).digest()


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def visible_to(self, user: Any) -> Self:
        """The owner's, of changes that the owner may still learn of."""
        known = Q(change=None) | Q(change__in=Change.objects.visible_to(user))
        return self.filter(known, webhook__user=user.pk)

    def deliver_again(self) -> int:
        """Begin anew, at once: the message keeps its name, so that a receiver knows a repeat."""
        return self.update(
            status=WebhookDelivery.Status.PENDING,
            attempts=0,
            next_attempt_at=timezone.now(),
            response_status=None,
            error="",
        )


class WebhookDelivery(models.Model):
    """One message to one webhook: what became of it, and when it is tried again.

    What it says is not kept: it is made from the change when it is sent, as the owner may then read
    it. Bookkeeping: no history.
    """

    class Status(Vocabulary):
        PENDING = "pending", "Waits for its first or its next attempt."
        DELIVERED = "delivered", "Answered with a status of 200 to 299."
        FAILED = "failed", "Given up; it can be delivered again."

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message = models.CharField(
        max_length=32,
        unique=True,
        default=generate_message_id,
        help_text=_("The header webhook-id, the same at each attempt."),
    )
    type = models.CharField(max_length=60, help_text=_("What it tells, as positions.created."))
    change = models.ForeignKey(
        Change,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text=_("What it tells of; empty for a test."),
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("Since it was made or last asked for again.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    attempted_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    response_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["webhook", "next_attempt_at"], name="deliveries_that_are_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "change"], name="change_is_delivered_once_to_a_webhook"
            ),
        ]

    def __str__(self) -> str:
        return self.message
