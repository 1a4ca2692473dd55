"""What was erased: the mark that stays of it. Bookkeeping: no history, no API."""

from typing import Any

from django.db import models
from django.db.models import Q

from negotiations.models.base import SLUG_LENGTH
from negotiations.models.slugs import hash_erased_slug


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def find(self, kind: str, slug: str) -> Any:
        """The erasure of the record that has or had this slug; None if there was none."""
        return (
            self.filter(kind=kind)
            .filter(Q(slug=slug) | Q(digest=hash_erased_slug(kind, slug)))
            .first()
        )


class Erasure(models.Model):
    """That a record was erased: its address answers 410 with the reason, at any instant.

    A slug that was made from the content says it again. Such a slug is replaced everywhere; a keyed
    hash still recognizes the old address.
    """

    kind = models.CharField(max_length=40, help_text="The collection of the record.")
    slug = models.CharField(max_length=SLUG_LENGTH, help_text="The slug that it has since.")
    digest = models.CharField(max_length=64, help_text="A keyed hash of the slug that it had.")
    reason = models.TextField(help_text="Why; everybody may read it.")
    at = models.DateTimeField(auto_now_add=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["kind", "slug"], name="erasures_by_slug"),
            models.Index(fields=["kind", "digest"], name="erasures_by_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"
