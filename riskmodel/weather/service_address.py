"""Whether a service can be at an address that somebody has set."""

from __future__ import annotations

import re

import httpx

# A name of labels (RFC 1123; some networks write underscores), or an IPv6 address.
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f:.]+")


def is_service_address(address: str) -> bool:
    """Whether a request can be sent to this address, by HTTP, as it is written."""
    if any(letter.isspace() for letter in address):
        return False
    try:
        parts = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return False
    return (
        parts.scheme in ("http", "https")
        and _HOST.fullmatch(parts.raw_host.decode("ascii")) is not None
        and (parts.port is None or 0 < parts.port < 2**16)
    )
