"""Who asks: nobody, or the user of a token."""

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import (
    AuthenticationFailed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.request import Request

from negotiations.models import Token
from negotiations.models.system.locks import limit_lock_wait
from negotiations.models.system.tokens import hash_token, is_well_formed_token

from .exception_handler import is_unavailable

# How finely the last use of a token is kept: a write for every request would serialise readers.
LAST_USED_RESOLUTION = timedelta(minutes=5)


def require_token(request: Request, purpose: str = "write") -> None:
    """Raise ``NotAuthenticated`` for a request without a token."""
    if not isinstance(request.auth, Token):
        raise NotAuthenticated(f"Send a token to {purpose}.")


def require_write_token(request: Request) -> None:
    """The same, and ``PermissionDenied`` for a token that only reads."""
    require_token(request)
    if getattr(request.auth, "scope", None) != Token.Scope.WRITE:
        raise PermissionDenied("This token only reads.")


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer nt_…``; what is not a live token is refused, never anonymous."""

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        words = get_authorization_header(request).split()
        if "Authorization" not in request.headers:
            return None
        if len(words) != 2 or words[0].lower() != b"bearer":
            raise AuthenticationFailed("Send the header as Authorization: Bearer and the token.")
        text = words[1].decode("latin-1")
        # One answer for a mistyped, an unknown, an expired and a revoked token.
        token = (
            Token.objects.live().select_related("user").filter(digest=hash_token(text)).first()
            if is_well_formed_token(text)
            else None
        )
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        self.keep_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'

    def keep_use(self, token: Token) -> None:
        """Note the time of use, now and then."""
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
            try:
                with limit_lock_wait(connection):
                    Token.objects.filter(pk=token.pk).update(last_used_at=now)
            except DatabaseError as error:
                # Readers do not wait for a writer, nor need a database that can be written.
                if not is_unavailable(error):
                    raise
