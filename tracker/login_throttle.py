"""Log-in to the admin: wrong passwords are counted, and further tries have to wait.

Failures are counted for an account together with the client's network, so a stranger cannot lock
an analyst out from elsewhere, and for the network over all accounts. After the free tries each
further one waits twice as long as the one before. While an account is being guessed at from many
networks, each of them has fewer free tries. A browser that the user logged in with before is
counted by itself, whatever others do.

Whether an account exists makes no difference, so the answer never says it. A try is counted before
the password is checked, so parallel guesses of all processes together get no more tries.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Sum
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from negotiations.models import PasswordGuess
from negotiations.rest.http.client_address import get_client_address, get_client_network

logger = logging.getLogger("tracker.login_throttle")

FREE_TRIES = 10
# Of a network over all accounts: an office shares one address.
FREE_TRIES_OF_NETWORK = 50
# After so many failures of an account from all networks, each network has only these free tries.
FAILURES_UNDER_ATTACK = 100
FREE_TRIES_UNDER_ATTACK = 3
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)
DEVICE_AGE = timedelta(days=180)
DEVICE_SALT = "negotiations.login.device"


class LoginForm(AdminAuthenticationForm):
    """One answer for a wrong password, an unknown name and a try that has to wait."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This name and password do not match. Both are case-sensitive. After ten wrong "
            "passwords, each further try has to wait: first a minute, then longer."
        ),
    }


class LoginThrottleBackend(ModelBackend):
    """Django's own check of the password, for as many tries as are left."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> Any:
        if username is None or password is None:
            return None
        account = hash_counter_key("account", username.casefold())
        counted = list_counters(request, username, account)
        # One transaction, so one turn among the writers.
        with transaction.atomic():
            has_tries = all(take_try(key, account_of, free) for key, account_of, free in counted)
        if not has_tries:
            if request is not None:
                request.login_has_to_wait = True  # type: ignore[attr-defined]
            raise PermissionDenied
        user = super().authenticate(request, username, password, **others)
        if user is not None:
            with transaction.atomic():
                refund_tries(*(key for key, *_ in counted))
        return user


def list_counters(
    request: HttpRequest | None, username: str, account: str
) -> list[tuple[str, str, int]]:
    """List what counts a try: (key, account that it belongs to, free tries) each."""
    if request is None:
        return [(hash_counter_key("pair", account), account, FREE_TRIES)]
    device = get_known_device(request, username)
    if device:
        return [(hash_counter_key("device", f"{account} {device}"), account, FREE_TRIES)]
    network = get_client_network(request)
    failures = PasswordGuess.objects.filter(account=account).aggregate(all=Sum("count"))["all"]
    is_under_attack = (failures or 0) >= FAILURES_UNDER_ATTACK
    free = FREE_TRIES_UNDER_ATTACK if is_under_attack else FREE_TRIES
    return [
        (hash_counter_key("pair", f"{account} {network}"), account, free),
        (hash_counter_key("network", network), "", FREE_TRIES_OF_NETWORK),
    ]


def hash_counter_key(kind: str, text: str) -> str:
    return salted_hmac(f"negotiations.login.{kind}", text, algorithm="sha256").hexdigest()


def take_try(key: str, account: str, free: int) -> bool:
    """Count one more try; return False when it has to wait."""
    now = timezone.now()
    rows = PasswordGuess.objects
    rows.filter(since__lt=now - FORGOTTEN_AFTER).delete()
    while True:
        guess, _ = rows.get_or_create(key=key, defaults={"account": account, "since": now})
        if guess.blocked_until and guess.blocked_until > now:
            return False
        unchanged = rows.filter(pk=guess.pk, count=guess.count, blocked_until=guess.blocked_until)
        blocked_until = get_pause_end(guess.count + 1, free, now)
        if unchanged.update(count=guess.count + 1, blocked_until=blocked_until, since=now):
            return True


def get_pause_end(count: int, free: int, now: datetime) -> datetime | None:
    """Return when the next try may follow this one; None while free tries are left."""
    if count < free:
        return None
    return now + min(FIRST_PAUSE * 2 ** min(count - free, 10), LONGEST_PAUSE)


def refund_tries(own: str, *shared: str) -> None:
    """After a right password: forget the failures of one counter, return the try to the others."""
    PasswordGuess.objects.filter(key=own).delete()
    used = PasswordGuess.objects.filter(key__in=shared, count__gt=0)
    used.update(count=F("count") - 1, blocked_until=None)


def unlock(username: str, address: str = "") -> int:
    """Forget the failures of an account, and of a network; return how many counters there were."""
    keys = [hash_counter_key("network", address)] if address else []
    of_account = PasswordGuess.objects.filter(
        account=hash_counter_key("account", username.casefold())
    )
    deleted, _ = (of_account | PasswordGuess.objects.filter(key__in=keys)).delete()
    return int(deleted)


# Known devices


def get_known_device(request: HttpRequest, username: str) -> str:
    """Return the name of the browser if this user has logged in with it before, else ``""``."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        known = signing.loads(cookie, salt=DEVICE_SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return ""
    user = get_user_model()._default_manager.filter(pk=known["user"]).first()
    if user is None or user.get_username().casefold() != username.casefold():
        return ""
    return str(known["device"]) if known["password"] == get_password_mark(user) else ""


def get_password_mark(user: Any) -> str:
    """Return what changes with the user's password, so that a new one forgets all devices."""
    return str(user.get_session_auth_hash())[:16]


class KnownDeviceMiddleware:
    """Gives the browser that somebody has just logged in with a cookie to be known by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        user = getattr(request, "logged_in_user", None)
        if user is not None:
            known = {
                "user": user.pk,
                "device": secrets.token_hex(8),
                "password": get_password_mark(user),
            }
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                signing.dumps(known, salt=DEVICE_SALT),
                max_age=DEVICE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


# Log lines


@receiver(user_logged_in, dispatch_uid="log_in")
def log_login(request: Any, user: Any, **_: Any) -> None:
    request.logged_in_user = user
    logger.info("logged in", extra={"fields": describe_login(request, user.get_username())})


@receiver(user_login_failed, dispatch_uid="log_in_failure")
def log_login_failure(credentials: Any, request: Any = None, **_: Any) -> None:
    """Log the name only of an account that exists: a password may be typed into the wrong box."""
    users = get_user_model()._default_manager
    typed = str(credentials.get("username") or "").replace("\0", "")
    name = users.filter(username=typed).values_list("username", flat=True).first()
    has_to_wait = getattr(request, "login_has_to_wait", False)
    message = "log-in refused: too many tries" if has_to_wait else "log-in failed"
    logger.warning(message, extra={"fields": describe_login(request, name)})


def describe_login(request: Any, username: str | None) -> dict[str, Any]:
    return {"user": username, "address": get_client_address(request) if request else None}
