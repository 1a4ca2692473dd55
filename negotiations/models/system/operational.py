"""What guards the doors: what was tried, asked and used up. No history, no API."""

from django.conf import settings
from django.db import models


class PasswordGuess(models.Model):
    """How many passwords were tried for an account from a network, or from a network at all.

    Key and account are keyed hashes: a password typed into the wrong box is not kept in clear.
    """

    key = models.CharField(max_length=64, unique=True)
    account = models.CharField(max_length=64, blank=True, db_index=True)
    count = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    since = models.DateTimeField(db_index=True, help_text="The time of the last try.")

    class Meta:
        verbose_name_plural = "password guesses"
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"


class SpentForm(models.Model):
    """A form that was saved: sent again as it was, by a second click, it leads to its record."""

    key = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, blank=True, help_text="A hash of what it said.")
    made = models.BigIntegerField(null=True)
    marks = models.TextField(blank=True, help_text="All that it made, as its page says it.")
    spent_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="form_is_spent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.made}"


class RequestCount(models.Model):
    """How many requests a token, or an address, made in a minute; the key is a keyed hash."""

    key = models.CharField(max_length=64)
    minute = models.BigIntegerField(db_index=True, help_text="Minutes since 1970.")
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["minute", "key"]
        constraints = [
            models.UniqueConstraint(fields=["key", "minute"], name="requests_are_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} in {self.minute}"


class KeptAnswer(models.Model):
    """The answer to a write that its client named by a key: the same request gets it again."""

    token = models.ForeignKey("Token", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="A hash of what was asked.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="key_is_used_once_by_a_token"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


class ImportedFile(models.Model):
    """The last import of a table into a kind of record: it is known when it is sent again."""

    kind = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    what = models.TextField(help_text="What the import did, as its page says it.")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "sha256"], name="file_is_imported_into_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Upload(models.Model):
    """A file that waits, between its preview and the confirmation, for the one who sent it.

    The page knows it by a random key alone; it is used up by the import, or goes after a day.
    """

    key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
