"""What guards the doors: wrong passwords counted, forms used up. No history, no API."""

from django.conf import settings
from django.db import models


class PasswordGuess(models.Model):
    """How many passwords were tried for an account, or from an address, since a time.

    The key is a keyed hash: a password typed into the wrong box is not kept in clear.
    """

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "password guesses"
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"


class SpentForm(models.Model):
    """A form that made a record: sent again by a second click, it leads to the same record."""

    key = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    made = models.BigIntegerField(null=True)
    spent_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="form_is_spent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.made}"
