"""By which names this server may be called, and which pages may speak with it."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import streamlit as st
from streamlit import config

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def split_host(text: str | None) -> tuple[str, int | None] | None:
    """Name or address, in one spelling, and port of a Host header; None of no such."""
    parts = _HOST.fullmatch(text or "")
    if parts is None:
        return None
    name = _one_spelling(parts[1])
    return (name, int(parts[2]) if parts[2] else None) if name else None


def _one_spelling(name: str) -> str:
    name = name.strip().lower().rstrip(".").strip("[]")
    try:
        address = ip_address(name)
    except ValueError:
        return name
    # One socket may serve both kinds of address.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def is_this_machine(name: str) -> bool:
    """Whether a name or an address is one that leads every machine to itself."""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _matches(name: str, pattern: str) -> bool:
    """Whether a pattern takes a name in, as Streamlit's own do."""
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in ("*", name)


@dataclass(frozen=True)
class Names:
    """The names of a server, each in one spelling.

    ``hosts`` are names, ``*.club.example`` for all below one, or ``*`` for all.  Unless
    they are the ``only`` ones, those of the machine itself count too, and if it is
    ``reachable`` from others, the address at which a request came in.  ``origins`` are
    pages at other addresses that may speak with this server, ``folder`` is where its own
    begin.
    """

    hosts: tuple[str, ...] = ()
    only: bool = False
    reachable: bool = False
    origins: frozenset[str] = frozenset()
    folder: str = ""

    def allow_host(self, host: str | None, came_in_at: str) -> bool:
        """Whether a Host header calls this server by one of its names."""
        parts = split_host(host)
        if parts is None:
            return False
        name, _ = parts
        if any(_matches(name, pattern) for pattern in self.hosts):
            return True
        if self.only:
            return False
        return is_this_machine(name) or (
            self.reachable and name == _one_spelling(came_in_at)
        )

    def allow_origin(self, origin: str | None, host: str | None) -> bool:
        """Whether a request comes from no page, or from one that may speak with it.

        Its own page has the name that was called; behind a proxy it may have another,
        which must be among the origins.
        """
        if origin is None or origin in self.origins:
            return True
        scheme, _, rest = origin.partition("://")
        port = _DEFAULT_PORTS.get(scheme)
        from_page, called = split_host(rest), split_host(host)
        if port is None or from_page is None or called is None:
            return False
        return (from_page[0], from_page[1] or port) == (called[0], called[1] or port)


def configured_names() -> Names:
    """Read the names from Streamlit's settings and from the address of the sign-in."""
    sign_in = _origin_of(_redirect_uri())
    listed = (_origin_of(url) for url in st.get_option("server.corsAllowedOrigins"))
    origins = frozenset(filter(None, [sign_in, *listed]))
    folder = st.get_option("server.baseUrlPath").strip("/")
    folder = f"/{folder}" if folder else ""
    if hosts := st.get_option("server.allowedHosts"):
        patterns = tuple(map(_one_spelling, hosts))
        return Names(patterns, only=True, origins=origins, folder=folder)
    address = st.get_option("server.address") or "0.0.0.0"
    shown = st.get_option("browser.serverAddress").partition("/")[0]
    own = [f"[{address}]" if ":" in address else address, shown]
    own.append(sign_in.partition("://")[2])
    reachable = not is_this_machine(address)
    if reachable:
        own += [socket.gethostname(), f"{socket.gethostname()}.local"]
    parts = (split_host(name) for name in own)
    names = dict.fromkeys(name for name, _ in filter(None, parts))
    return Names(tuple(names), reachable=reachable, origins=origins, folder=folder)


def hand_on(names: Names) -> None:
    """Give Streamlit the names in this one spelling: it compares letters."""
    if names.only:
        config.set_option("server.allowedHosts", [*names.hosts])


def _origin_of(url: str) -> str:
    """The origin of a page as a browser writes it, empty for what is no address."""
    scheme, _, rest = url.strip().lower().partition("://")
    name, _, _ = rest.partition("/")
    if scheme not in _DEFAULT_PORTS or split_host(name) is None:
        return ""
    return f"{scheme}://{name.removesuffix(f':{_DEFAULT_PORTS[scheme]}')}"


def _redirect_uri() -> str:
    # The pages tell where secrets.toml is spoilt.
    with suppress(FileNotFoundError, KeyError, TypeError):
        return str(st.secrets["auth"]["redirect_uri"])
    return ""
