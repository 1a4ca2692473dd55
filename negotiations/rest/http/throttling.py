"""How many requests a minute a token, or an address without one, may make.

All processes share one count in the database. A process counts by itself and tells the others after
each twentieth of the limit, so reading costs no write for each request; with P processes at most
P - 1 twentieths more than the limit are let through, and limits below forty are kept exactly. What
is refused is not counted, and a database that cannot take the count lets requests pass.

A large answer counts as several requests, one for each ``BYTES_PER_REQUEST`` begun. It is sent
all the same when fewer are left.
"""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, router
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from negotiations.models import RequestCount, Token
from negotiations.models.system.locks import limit_lock_wait

from .client_address import get_client_network
from .exception_handler import is_unavailable
from .problem_details import ProblemError

WINDOW_SECONDS = 60
BYTES_PER_REQUEST = 100_000
STEPS = 20
# Counts kept in memory at most; a flood from more addresses than these is for the front server.
MAX_KEYS = 100_000


@dataclass
class Tally:
    """Requests of one caller in a minute: those that all processes shared, and those yet to share.

    Of a limit of 100, a twentieth is 5: four requests are kept (``shared`` 0, ``own`` 4), and with
    the fifth ``take`` returns 5, to be added to the count of all processes. If that is then 60,
    ``learn(60)`` leaves 40.
    """

    shared: int = 0
    own: int = 0

    def get_left(self, limit: int) -> int:
        """Return how many may follow; negative when other processes let too many through."""
        return limit - self.shared - self.own

    def take(self, limit: int, number: int = 1) -> int:
        """Count requests, as many as are left; return how many are to be shared now."""
        self.own += min(number, max(self.get_left(limit), 0))
        if self.own * STEPS < limit:
            return 0
        news, self.own = self.own, 0
        self.shared += news
        return news

    def take_back(self, news: int) -> None:
        """Keep what could not be shared for the next time."""
        self.shared, self.own = self.shared - news, self.own + news

    def learn(self, total: int) -> None:
        """Note what all processes have counted."""
        self.shared = max(self.shared, total)


@dataclass
class RequestCounter:
    """What this process knows of the present minute."""

    minute: int = 0
    swept: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, key: str, limit: int, minute: int, number: int = 1) -> int:
        """Count requests, as many as are left; return what remains, -1 when none was left."""
        with self.lock:
            begins = minute != self.minute
            if begins or len(self.tallies) > MAX_KEYS:
                self.minute, self.tallies = minute, {}
            tally = self.tallies.setdefault(key, Tally())
            if tally.get_left(limit) <= 0:
                return -1
            news = tally.take(limit, number)
        if news:
            self.share(tally, key, minute, news)
        return max(tally.get_left(limit), -1)

    def share(self, tally: Tally, key: str, minute: int, news: int) -> None:
        """Add to the count of all processes, and learn what the others added."""
        try:
            total = add_to_shared_count(key, minute, news)
            if self.swept < minute:
                self.swept = minute
                RequestCount.objects.filter(minute__lt=minute).delete()
        except DatabaseError as error:
            # A read-only database still serves its readers.
            if not is_unavailable(error):
                raise
            with self.lock:
                tally.take_back(news)
            return
        with self.lock:
            tally.learn(total)


REQUEST_COUNTER = RequestCounter()


def add_to_shared_count(key: str, minute: int, news: int) -> int:
    """The count of all processes after adding to it, in one statement."""
    table = RequestCount._meta.db_table
    connection = connections[router.db_for_write(RequestCount)]
    with limit_lock_wait(connection), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (key, minute, count) VALUES (%s, %s, %s) '  # noqa: S608
            f'ON CONFLICT (key, minute) DO UPDATE SET count = "{table}".count + excluded.count '
            "RETURNING count",
            [key, minute, news],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Allowance:
    """What is left of a policy: the headers of draft-ietf-httpapi-ratelimit-headers."""

    policy: str
    client: str
    limit: int
    left: int
    seconds: int

    def charge(self, size: int) -> "Allowance":
        """Count an answer of so many bytes, of which one request is counted already."""
        number = -(-size // BYTES_PER_REQUEST) - 1
        if self.is_exceeded or number <= 0:
            return self
        minute = int(time.time()) // WINDOW_SECONDS
        left = REQUEST_COUNTER.take(hash_client_id(self.client), self.limit, minute, number)
        return replace(self, left=max(left, 0))

    @property
    def is_exceeded(self) -> bool:
        return self.left < 0

    @property
    def refusal(self) -> str:
        return f"{self.limit} requests a minute are allowed."

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.policy}";r={max(self.left, 0)};t={self.seconds}',
        }


def count_request(request: HttpRequest, token: Any = None) -> Allowance | None:
    """Count a request for its token or its address; None where there is no limit."""
    by_token = isinstance(token, Token)
    policy = "token" if by_token else "anonymous"
    limit = settings.TRACKER_RATE_TOKEN if by_token else settings.TRACKER_RATE_ANONYMOUS
    if not limit:
        return None
    client = get_client_id(request, token)
    now = time.time()
    left = REQUEST_COUNTER.take(hash_client_id(client), limit, int(now) // WINDOW_SECONDS)
    return Allowance(policy, client, limit, left, WINDOW_SECONDS - int(now) % WINDOW_SECONDS)


def get_client_id(request: HttpRequest, token: Any = None) -> str:
    """Who is counted: a token, or an address without one."""
    is_token = isinstance(token, Token)
    return f"token {token.pk}" if is_token else f"address {get_client_network(request)}"


def get_response_size(response: HttpResponseBase) -> int:
    """The bytes of an answer, as far as they are known before it is sent."""
    if not response.streaming:
        return len(response.content)  # type: ignore[attr-defined]
    return int(response.get("Content-Length") or 0)


class RateLimitMixin(APIView):
    """A view that counts its callers and tells each what is left."""

    allowance: Allowance | None = None

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            # Guessing at tokens is counted too.
            self.spend(request, None)
            raise
        # Before permissions are checked: refusals are counted too.
        self.spend(request, request.auth)

    def spend(self, request: Request, token: Any) -> None:
        """Count the request; 429 when its caller has none left in this minute."""
        self.allowance = count_request(request._request, token)
        if self.allowance and self.allowance.is_exceeded:
            headers = {"Retry-After": str(self.allowance.seconds)}
            raise ProblemError("throttled", self.allowance.refusal, headers=headers)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance:
            self.allowance = self.allowance.charge(get_response_size(answer))
            for name, value in self.allowance.headers.items():
                answer[name] = value
        return answer


def hash_client_id(key: str) -> str:
    """What the database keeps of a caller."""
    return salted_hmac("negotiations.throttles", key, algorithm="sha256").hexdigest()
