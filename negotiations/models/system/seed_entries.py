"""What seed files said when they were last loaded. Bookkeeping: no history, no API."""

from __future__ import annotations

from django.db import models


class SeedEntry(models.Model):
    """A record as a seed file gave it at the last load.

    Three values can then be compared: what the file said, what it says now, what the database
    holds. So a second load writes nothing, an edit made in the database is told from a change of
    the file, and a record that somebody deleted is not made again unasked. The row outlives its
    record for that reason.
    """

    file = models.CharField(
        max_length=255, help_text="The seed file, seen from the folder of seed files."
    )
    kind = models.CharField(max_length=40, help_text="The collection of the record.")
    slug = models.CharField(max_length=255, help_text="The slug of the record.")
    position = models.PositiveIntegerField(
        default=0,
        help_text="The place in its file, so that it is written back in the author's order.",
    )
    values = models.JSONField(
        default=dict, help_text="The values as the file gave them, references as slugs."
    )
    version = models.PositiveIntegerField(
        default=0, help_text="The version of the record that the last load left."
    )

    class Meta:
        verbose_name_plural = "seed entries"
        ordering = ["file", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="seed_entry_is_one_per_record"),
        ]

    def __str__(self) -> str:
        return f"{self.file}: {self.kind}/{self.slug}"
