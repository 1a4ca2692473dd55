"""The door of the admin: ten wrong passwords, then a pause.

Wrong passwords are counted for the account and for the address, whether the account exists or not:
the answer never tells. A try is counted before the password is looked at, in one statement of the
database, so parallel guesses of all processes together get no more tries than these.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from negotiations.models import PasswordGuess

TRIES = 10
PAUSE = timedelta(minutes=15)


class LoginForm(AdminAuthenticationForm):
    """One answer for a wrong password, an unknown name and a locked account."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This name and password do not open the desk. Both are case-sensitive; after ten "
            "wrong passwords nothing does for 15 minutes."
        ),
    }


class LockingBackend(ModelBackend):
    """Django's own look at the password, for as many tries as are left."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> Any:
        if username is None or password is None:
            return None
        keys = [digest("account", username.casefold())]
        if request is not None:
            keys.append(digest("address", address_of(request)))
        # Both are counted, whichever refuses.
        if not all([take_try(key) for key in keys]):  # noqa: C419
            raise PermissionDenied
        user = super().authenticate(request, username, password, **others)
        if user is not None:
            give_back(*keys)
        return user


def digest(kind: str, text: str) -> str:
    return salted_hmac(f"negotiations.login.{kind}", text, algorithm="sha256").hexdigest()


def address_of(request: HttpRequest) -> str:
    """The client's address; behind our proxy the one that it noted last."""
    if settings.BEHIND_PROXY:
        noted = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if noted:
            return noted
    return str(request.META.get("REMOTE_ADDR", ""))


def take_try(key: str) -> bool:
    """Count one more try; false when none is left."""
    now = timezone.now()
    PasswordGuess.objects.filter(since__lt=now - PAUSE).delete()
    PasswordGuess.objects.get_or_create(key=key, defaults={"since": now})
    left = PasswordGuess.objects.filter(key=key, count__lt=TRIES)
    return left.update(count=F("count") + 1) == 1


def give_back(account: str, *addresses: str) -> None:
    """A right password: the account starts anew, the address has this one try again."""
    PasswordGuess.objects.filter(key=account).delete()
    used = PasswordGuess.objects.filter(key__in=addresses, count__gt=0)
    used.update(count=F("count") - 1)
