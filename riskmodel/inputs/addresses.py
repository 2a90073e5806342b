"""E-mail addresses in one spelling, in which they can be compared."""

from __future__ import annotations

import re

import idna

_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def one_spelling(address: object) -> str:
    """Spell an e-mail address as others are compared with it; "" of what is none.

    Examples
    --------
    >>> one_spelling(" Coach@B\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example")
    'coach@xn--bcher-kva.example'
    >>> one_spelling("one@two@club.example")
    ''
    """
    if not isinstance(address, str):
        return ""
    local, _, domain = address.strip().partition("@")
    # A sign whose small letter is one of ASCII's is another mailbox than that.
    plain = "".join(
        sign.lower() if sign.isascii() == sign.lower().isascii() else sign for sign in local
    )
    is_seen = plain.isprintable() and " " not in plain
    domain = domain_spelling(domain)
    return f"{plain}@{domain}" if plain and is_seen and domain else ""


def domain_spelling(name: str) -> str:
    """Spell the name of a domain in ASCII and small letters; "" of what is none."""
    try:
        name = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return ""
    name = name.lower().removesuffix(".")
    return name if _DOMAIN.fullmatch(name) else ""
