"""What the doctor finds: kinds of faults, and what was seen of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be wrong at an address."""

    NO_SUCH_NAME = "no_such_name"
    NAMES_UNANSWERED = "names_unanswered"
    APP_DOWN_HERE = "app_down_here"
    PROXY_DOWN_HERE = "proxy_down_here"
    REFUSED = "refused"
    NO_CONNECTION = "no_connection"
    NO_ROUTE = "no_route"
    NO_ANSWER = "no_answer"
    NO_TLS_AT_PORT = "no_tls_at_port"
    TLS_AT_PORT = "tls_at_port"
    TLS_FAILED = "tls_failed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_OF_ANOTHER_NAME = "certificate_of_another_name"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    NAME_REFUSED = "name_refused"
    APP_NOT_RUNNING = "app_not_running"
    WRONG_PREFIX = "wrong_prefix"
    REDIRECTS_IN_A_CIRCLE = "redirects_in_a_circle"
    NO_SUCH_PAGE = "no_such_page"
    ANOTHER_PAGE = "another_page"
    HEALTH_CLOSED = "health_closed"
    UPGRADE_MISSING = "upgrade_missing"
    ORIGIN_REFUSED = "origin_refused"
    SOCKET_REFUSED = "socket_refused"
    SOCKET_SILENT = "socket_silent"
    NO_TLS = "no_tls"
    HEADERS_CHANGED = "headers_changed"
    SIGN_IN_OFF = "sign_in_off"


PAGES_WORK = frozenset({Kind.NO_TLS, Kind.HEADERS_CHANGED, Kind.SIGN_IN_OFF})
"""What a visitor does not notice."""
CERTIFICATE = frozenset(
    {
        Kind.CERTIFICATE_EXPIRED,
        Kind.CERTIFICATE_OF_ANOTHER_NAME,
        Kind.CERTIFICATE_UNTRUSTED,
    }
)
"""What a browser warns of, and goes on behind if told to."""
MAYBE_ELSEWHERE = CERTIFICATE | {
    Kind.REFUSED,
    Kind.NO_CONNECTION,
    Kind.NO_ROUTE,
    Kind.NO_ANSWER,
    Kind.NO_TLS_AT_PORT,
    Kind.TLS_AT_PORT,
    Kind.TLS_FAILED,
    Kind.WRONG_PREFIX,
    Kind.REDIRECTS_IN_A_CIRCLE,
    Kind.ANOTHER_PAGE,
}
"""What is seen too where a name leads to somebody else's machine."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and what was seen of it: a status, a name, an error.

    Attributes
    ----------
    url : str
        Address at which it was met, to which the one that was asked may have led; empty
        if it is that one.
    at : str
        Addresses of machines to which its name leads; empty if that is this machine.
    """

    kind: Kind
    seen: str = ""
    url: str = ""
    at: str = ""

    @property
    def pages_work(self) -> bool:
        """Whether visitors are served all the same."""
        return self.kind in PAGES_WORK
