"""The address guard: a webhook may point at what everybody can reach, and at nothing else.

A URL is a wish of a client's, sent from inside our network: without the guard it would open what
stands there. A host is resolved once, each of its addresses must be a global one, and that very
address is connected to; so a name that changes its mind in between changes nothing.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from urllib.parse import urlsplit

from django.conf import settings

MAX_URL_LENGTH = 500
HTTPS_PORT, FIRST_FREE_PORT = 443, 1024
PLAIN = re.compile(r"[!-\[\]-~]+")
LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z)({LABEL}\.)*{LABEL}")
# What resolvers read as an address in spite of its form: 127.1, 2130706433, 0x7f000001, 0177.1.
NUMERIC = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
RESERVED = ipaddress.IPv4Network("192.88.99.0/24")
# A resolver cannot be interrupted: so many look-ups at a time, and no more.
LOOKUP_SLOTS = BoundedSemaphore(8)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnsafeURLError(Exception):
    """An address that is not to be connected to: a code for programs, and words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class ParsedURL:
    """A URL that was read: ``path`` is what the request line says, the query included."""

    scheme: str
    host: str
    port: int
    path: str


def parse_url(url: str) -> ParsedURL:
    """The parts of a URL; raises ``UnsafeURLError`` for one that no webhook can have."""
    if not PLAIN.fullmatch(url) or len(url) > MAX_URL_LENGTH:
        raise UnsafeURLError(
            "invalid_url", f"Write a web address in ASCII, {MAX_URL_LENGTH} signs at most."
        )
    try:
        parts = urlsplit(url)
        port = HTTPS_PORT if parts.port is None else parts.port
    except ValueError as error:
        raise UnsafeURLError("invalid_url", "This is not a web address.") from error
    if parts.scheme not in get_allowed_schemes():
        raise UnsafeURLError("invalid_url", "Write a web address that begins with https://.")
    if "@" in parts.netloc:
        raise UnsafeURLError("invalid_url", "Leave the name and the password out of the address.")
    if "#" in url:
        raise UnsafeURLError("invalid_url", "Leave out what follows the #: it is not sent.")
    host = parts.hostname or ""
    if not is_valid_host(host):
        raise UnsafeURLError(
            "invalid_url", "Write the host as a name in ASCII, or as a plain address."
        )
    if port != HTTPS_PORT and port < FIRST_FREE_PORT:
        raise UnsafeURLError(
            "invalid_url", f"Use port {HTTPS_PORT}, or one from {FIRST_FREE_PORT} on."
        )
    path = parts.path or "/"
    return ParsedURL(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)


def get_allowed_schemes() -> tuple[str, ...]:
    """HTTP without TLS is for receivers on this machine alone."""
    return ("https", "http") if settings.TRACKER_WEBHOOKS_ALLOW_LOOPBACK else ("https",)


def is_valid_host(host: str) -> bool:
    """Whether a host is an address in its one plain form, or a name that is none in disguise."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(NAME.fullmatch(host)) and not NUMERIC.fullmatch(host)
    return "%" not in host


def resolve_safely(target: ParsedURL, seconds: float) -> list[str]:
    """The addresses of the host; raises ``UnsafeURLError`` unless all may be connected to.

    One answer for hosts that are unknown, that are hidden and that do not answer in time: nobody
    learns from it which names there are inside.
    """
    found = [ipaddress.ip_address(text) for text in look_up_host(target.host, target.port, seconds)]
    if not found or not all(map(is_allowed_address, found)):
        raise UnsafeURLError("unreachable", "The host has no address, or one that is not public.")
    if target.scheme != "https" and not all(address.is_loopback for address in found):
        raise UnsafeURLError("invalid_url", "Write a web address that begins with https://.")
    return [str(address) for address in found]


def is_allowed_address(address: IPAddress) -> bool:
    """Whether an address is reached from everywhere; loopback only where the setting says so."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = get_embedded_ipv4(address)
        if inner is not None:
            return is_allowed_address(inner)
        if not address.is_loopback and address not in GLOBAL_UNICAST:
            return False
    elif address in RESERVED:
        return False
    if address.is_loopback:
        return bool(settings.TRACKER_WEBHOOKS_ALLOW_LOOPBACK)
    return address.is_global and not address.is_multicast


def get_embedded_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that is reached through an IPv6 one: mapped, 6to4 or NAT64."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def look_up_host(host: str, port: int, seconds: float) -> list[str]:
    """What the resolver says of a host within this time; nothing when it says nothing."""
    answers: SimpleQueue[list[str]] = SimpleQueue()
    if not LOOKUP_SLOTS.acquire(timeout=seconds):
        return []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows)))
        except (OSError, UnicodeError):
            answers.put([])
        finally:
            LOOKUP_SLOTS.release()

    Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return []
