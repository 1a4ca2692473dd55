"""Names that lead on: of records that were merged into others. Bookkeeping: no history, no API."""

from collections.abc import Collection
from typing import Any

from django.db import models

from negotiations.models.base import SLUG_LENGTH, Record


class MovedSlugQuerySet(models.QuerySet["MovedSlug"]):
    def end(self, kind: str, slug: str) -> str | None:
        """The slug that one leads to at last: that of the other may lead on; None if to none."""
        end, rows = None, self.filter(kind=kind)
        while (step := rows.filter(slug=end or slug).first()) is not None:
            end = step.to
        return end


class MovedSlug(models.Model):
    """The slug of a record that was found to be another one, and the slug of that other.

    Client apps that know the old name are led to the new one; the old name is never given again.
    That of the other stays as it was when the two were merged, so that the past can be asked.
    """

    kind = models.CharField(max_length=40, help_text="The collection of both.")
    slug = models.CharField(max_length=SLUG_LENGTH)
    to = models.CharField(max_length=SLUG_LENGTH, help_text="The slug that held then.")
    at = models.DateTimeField(auto_now_add=True)

    objects = MovedSlugQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="slug_leads_to_one_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}: {self.to}"


def fetch_current_records(model: type[Record], keys: Collection[int]) -> dict[int, Any]:
    """The records with these keys, or what they were merged into; what was deleted is left out."""
    found = model._base_manager.in_bulk(keys)
    for key in set(keys) - found.keys() if model.can_be_merged else ():
        last = model.history.filter(id=key).order_by("-history_id").first()
        now = MovedSlug.objects.end(model.resource_name, last.slug) if last else None
        if kept := model._base_manager.filter(slug=now).first() if now else None:
            found[key] = kept
    return found
