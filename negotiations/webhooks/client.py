"""One message sent once: signed, to an address that was checked, within a time that is kept."""

import re
import ssl
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException
from socket import SHUT_RDWR, create_connection, socket
from threading import Timer
from time import time

from negotiations.models import Webhook

from .ssrf_guard import ParsedURL, UnsafeURLError, parse_url, resolve_safely

# Seconds: for the name, for the connection, and from there to the head of the answer.
RESOLVE_TIME, CONNECT_TIME, TOTAL_TIME = 5.0, 5.0, 15.0
MAX_ADDRESSES = 2
MAX_RETRY_AFTER = 3600.0
DIGITS = re.compile("[0-9]{1,9}")
USER_AGENT = "Negotiation-Tracker-Webhooks/1"


@dataclass(frozen=True)
class DeliveryOutcome:
    """What came of an attempt: the status of the answer if there was one, and what went wrong."""

    status: int | None
    error: str
    # How long the receiver asks to be left alone.
    rest: timedelta = timedelta(0)

    @property
    def is_good(self) -> bool:
        return not self.error

    @property
    def is_gone(self) -> bool:
        """Whether the receiver says that it wants no more."""
        return self.status == 410


class PinnedConnection(HTTPConnection):
    """A connection to an address that was checked, under the name of the URL: in Host and by TLS.

    ``cut`` ends it from another thread: time-outs of sockets begin anew with each byte.
    """

    default_port = 443

    def __init__(self, target: ParsedURL, addresses: list[str]) -> None:
        super().__init__(target.host, target.port)
        self.is_secure, self.is_cut = target.scheme == "https", False
        # Hosts have addresses of both families, and not every network has both.
        self.addresses = addresses[:MAX_ADDRESSES]

    def connect(self) -> None:
        """To the first address that takes it; the name is not asked for again."""
        self.sock = self.connected()
        self.sock.settimeout(TOTAL_TIME)
        if self.is_secure:
            # The handshake comes after: until it is done the connection can be cut as well.
            secure = get_ssl_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = secure
            secure.do_handshake()

    def connected(self) -> socket:
        """A connection to one of the addresses; raises what the last one gave."""
        *others, last = self.addresses
        for address in others:
            try:
                return create_connection((address, self.port), CONNECT_TIME)
            except OSError:
                continue
        return create_connection((last, self.port), CONNECT_TIME)

    def cut(self) -> None:
        """End it now."""
        self.is_cut = True
        if self.sock is not None:
            try:
                socket.shutdown(self.sock, SHUT_RDWR)
            except OSError:
                pass


@cache
def get_ssl_context() -> ssl.SSLContext:
    """Whom to believe: the certificates of this machine."""
    return ssl.create_default_context()


def send_message(webhook: Webhook, message: str, body: bytes) -> DeliveryOutcome:
    """Sign and post a body once. A redirect is an answer like others: it is not followed."""
    timestamp = int(time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Connection": "close",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhook.signature(message, timestamp, body),
    }
    try:
        target = parse_url(webhook.url)
        addresses = resolve_safely(target, RESOLVE_TIME)
    except UnsafeURLError as fault:
        return DeliveryOutcome(None, fault.detail)
    return post_message(PinnedConnection(target, addresses), target.path, headers, body)


def post_message(
    connection: PinnedConnection, path: str, headers: dict[str, str], body: bytes
) -> DeliveryOutcome:
    """The status of the answer; of its body nothing is read."""
    timer = Timer(TOTAL_TIME, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        response.close()
        if connection.is_cut:
            # What was cut looks like a head that ended.
            raise TimeoutError
    except (OSError, HTTPException) as error:
        return DeliveryOutcome(None, describe_error(error, connection))
    finally:
        timer.cancel()
        connection.close()
    if 200 <= response.status < 300:
        return DeliveryOutcome(response.status, "")
    wish = response.getheader("Retry-After", "") if response.status in {429, 503} else ""
    return DeliveryOutcome(
        response.status, f"It answered {response.status}.", parse_retry_after(wish)
    )


def parse_retry_after(wish: str) -> timedelta:
    """What ``Retry-After`` says, as seconds or as a date; an hour at most."""
    try:
        seconds = float(wish) if DIGITS.fullmatch(wish) else parse_http_date(wish) - time()
    except (TypeError, ValueError, OverflowError, OSError):
        seconds = 0
    return timedelta(seconds=min(max(seconds, 0), MAX_RETRY_AFTER))


def parse_http_date(text: str) -> float:
    """A date of HTTP in seconds since 1970."""
    return parsedate_to_datetime(text).timestamp()


def describe_error(error: Exception, connection: PinnedConnection) -> str:
    """What went wrong, in few words and without the inside of either side."""
    if connection.is_cut or isinstance(error, TimeoutError):
        return f"It did not answer within {TOTAL_TIME:g} seconds."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not good: {error.verify_message}."[:200]
    if isinstance(error, ssl.SSLError):
        return "There was no TLS connection."
    if isinstance(error, HTTPException):
        return "It did not answer in HTTP."
    return "There was no connection."
