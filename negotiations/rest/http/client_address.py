"""The address of the client that sent a request: one function for limits, locks and logs."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

# ``192.0.2.1:51234``, ``[2001:db8::1]`` and ``[2001:db8::1]:443``, as some proxies write addresses.
WITH_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](?::\d+)?|(?P<v4>\d+\.\d+\.\d+\.\d+):\d+", re.ASCII)


def get_client_address(request: HttpRequest) -> str:
    """Return the client's IP address; behind our proxy the one that it added last.

    A port and an IPv6 zone are left out, and an IPv4 address in IPv6 form
    (``::ffff:192.0.2.1``) is returned as IPv4. What is no IP address is returned as it is.
    """
    if settings.BEHIND_PROXY:
        added = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if parsed := parse_address(added):
            return str(parsed)
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return str(parse_address(peer) or peer)


def get_client_network(request: HttpRequest) -> str:
    """Return what one client can be told apart by: an IPv4 address or an IPv6 /64 network."""
    address = get_client_address(request)
    parsed = parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parse an address with or without port and zone; None if it is no IP address."""
    match = WITH_PORT.fullmatch(text)
    plain = (match["v6"] or match["v4"]) if match else text
    try:
        address = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
