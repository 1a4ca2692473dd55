"""The tokens of client apps."""

import hashlib
import hmac
import secrets
import zlib
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from negotiations.models.choices import Vocabulary


def generate_token_slug() -> str:
    """A name for a new token that tells nothing of the others."""
    return secrets.token_hex(8)


class TokenQuerySet(models.QuerySet["Token"]):
    def live(self) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked_at=None).filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        )


class Token(models.Model):
    """A secret with which a client app acts for a user.

    The text is shown once, when it is made; the database keeps an HMAC-SHA256 of it under the
    installation's pepper. It reads ``nt_<32 random bytes, base64url>_<CRC-32, hex>``: the prefix
    lets secret scanners find it, the checksum a mistyped one be refused without a look-up.
    """

    class Scope(Vocabulary):
        READ = "read", "Reads what its user may read."
        WRITE = "write", "Reads and writes what its user may."

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    name = models.CharField(
        max_length=100, help_text=_("What it is for: the name of the client app.")
    )
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    slug = models.CharField(
        max_length=16,
        unique=True,
        default=generate_token_slug,
        editable=False,
        help_text=_("Its name in addresses; it opens nothing."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: never."))
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["user", "name", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"

    @classmethod
    def issue(
        cls, user: Any, name: str, scope: str = Scope.READ, expires_at: datetime | None = None
    ) -> tuple["Token", str]:
        """Make a token and return it with its text, which cannot be had again."""
        body = f"nt_{secrets.token_urlsafe(32)}"
        text = f"{body}_{compute_checksum(body)}"
        token = cls.objects.create(
            user=user, name=name, scope=scope, digest=hash_token(text), expires_at=expires_at
        )
        return token, text

    @property
    def is_live(self) -> bool:
        """Whether it opens the door today."""
        now: datetime = timezone.now()
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def compute_checksum(body: str) -> str:
    """The last eight characters of a token's text."""
    return f"{zlib.crc32(body.encode()):08x}"


def is_well_formed_token(text: str) -> bool:
    """Whether a text can be a token at all."""
    body, separator, check = text.rpartition("_")
    return (
        bool(separator)
        and text.isascii()
        and body.startswith("nt_")
        and compute_checksum(body) == check
    )


def hash_token(text: str) -> str:
    """What the database keeps of a token's text."""
    return hmac.new(
        settings.TRACKER_TOKEN_PEPPER.encode(), text.encode(), hashlib.sha256
    ).hexdigest()
