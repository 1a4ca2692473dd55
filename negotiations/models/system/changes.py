"""What changed, numbered in the order in which it became visible."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Max, Q

from negotiations.models.base import SLUG_LENGTH, Record
from negotiations.models.choices import Vocabulary

from .roles import filter_visible


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: Any) -> Self:
        """The changes that this user may learn of: of what they may read, before or after."""
        public = Q(public_sequence__isnull=False)
        return filter_visible(self, user, author="author", public=public)

    def last_number(self, column: str = "sequence") -> int:
        """The highest number given so far; 0 before the first."""
        return self.aggregate(last=Max(column))["last"] or 0


class Change(models.Model):
    """That a record was made, changed, deleted or brought back: one row for each version.

    It is written in the transaction of the write. What a reader may see of it follows from the
    states of review before and after and from the author of the record. Bookkeeping: no history.
    """

    class Action(Vocabulary):
        CREATED = "created", "Made, or become visible."
        UPDATED = "updated", "Changed."
        DELETED = "deleted", "Deleted, or no longer visible."
        RESTORED = "restored", "Brought back to an earlier version."

    sequence = models.BigIntegerField(
        primary_key=True, help_text="Its place among all changes, in the order of commits."
    )
    # Counted apart, so that the numbers tell the public nothing of drafts.
    public_sequence = models.BigIntegerField(
        null=True, unique=True, help_text="Its place among those that everybody may learn of."
    )
    kind = models.CharField(max_length=40, help_text="The collection of the record.")
    slug = models.CharField(max_length=SLUG_LENGTH, help_text="The slug of the record.")
    version = models.PositiveIntegerField(help_text="The version that it left, or ended.")
    action = models.CharField(max_length=10, choices=Action)
    changed = models.JSONField(default=list, help_text="The names of the fields that changed.")
    review_before = models.CharField(max_length=10, blank=True, choices=Record.Review)
    review_after = models.CharField(max_length=10, blank=True, choices=Record.Review)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who made the record.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who made the change.",
    )
    reason = models.TextField(blank=True)
    merged_into = models.CharField(
        max_length=SLUG_LENGTH,
        blank=True,
        default="",
        # For processes of the version before, which know no such column.
        db_default="",
        help_text="The slug it was merged into, if it was.",
    )
    request_id = models.CharField(max_length=64, blank=True, help_text="As in the answer and logs.")
    at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["kind", "slug", "sequence"], name="changes_of_a_record")]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.kind}/{self.slug} {self.action}"
