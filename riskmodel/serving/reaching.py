"""Why nothing comes from an address: who stands in the way, seen from this machine."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import httpx

from riskmodel.serving.findings import Finding, Kind
from riskmodel.serving.hosts import is_this_machine

PORTS_OF_PROXY = 80, 443
_EXPIRED, _OTHER_NAME = 10, (62, 64)
"""OpenSSL's codes: X509_V_ERR_CERT_HAS_EXPIRED, ..._HOSTNAME_MISMATCH, ..._IP_..."""
_NO_NAME = {
    getattr(socket, name, socket.EAI_NONAME) for name in ("EAI_NONAME", "EAI_NODATA")
}
_NO_ROUTE = errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN
_PROBE_S = 5.0
"""How long the second look may take at what did not answer the first; judgement."""


def unreached(address: httpx.URL, error: httpx.HTTPError, patience_s: float) -> Finding:
    """Tell why a request for an address got no answer."""
    kind, seen = _reason(address, error, patience_s)
    return Finding(kind, seen, str(address), elsewhere(address))


def _reason(
    address: httpx.URL, error: httpx.HTTPError, patience_s: float
) -> tuple[Kind, str]:
    causes = [*_causes(error)]
    seen = next(filter(None, map(str, causes)), type(error).__name__)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate_kind(cause), cause.verify_message
        if isinstance(cause, socket.gaierror):
            unknown = cause.errno in _NO_NAME
            return Kind.NO_SUCH_NAME if unknown else Kind.NAMES_UNANSWERED, seen
        if isinstance(cause, ConnectionRefusedError):
            return _refused(address), seen
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
            return Kind.NO_ROUTE, seen
    waited = min(_PROBE_S, patience_s)
    if isinstance(error, httpx.TimeoutException):
        seen = f"nothing in {patience_s:g} s"
        # A connection that opens and brings no TLS is over in the same way.
        if isinstance(error, httpx.ConnectTimeout) and not _opens(address, waited):
            return Kind.NO_CONNECTION, seen
    if address.scheme == "https" and _speaks_without_tls(address, waited):
        return Kind.NO_TLS_AT_PORT, seen
    if address.scheme == "http" and speaks_tls(address, waited):
        return Kind.TLS_AT_PORT, seen
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Kind.TLS_FAILED, seen
    return Kind.NO_ANSWER, seen


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _certificate_kind(error: ssl.SSLCertVerificationError) -> Kind:
    if error.verify_code == _EXPIRED:
        return Kind.CERTIFICATE_EXPIRED
    if error.verify_code in _OTHER_NAME:
        return Kind.CERTIFICATE_OF_ANOTHER_NAME
    return Kind.CERTIFICATE_UNTRUSTED


def _refused(address: httpx.URL) -> Kind:
    """Who should have listened: on this machine it is the app or the proxy."""
    if elsewhere(address):
        return Kind.REFUSED
    is_proxy = port_of(address) in PORTS_OF_PROXY
    return Kind.PROXY_DOWN_HERE if is_proxy else Kind.APP_DOWN_HERE


def port_of(address: httpx.URL) -> int:
    """Port that a browser asks at."""
    return address.port or {"http": 80, "https": 443}[address.scheme]


def elsewhere(address: httpx.URL) -> str:
    """Machines to which an address leads, if none is this one; else nothing."""
    try:
        found = socket.getaddrinfo(_host(address), 0, type=socket.SOCK_STREAM)
    except OSError:
        return ""
    if any(_is_here(family, place) for family, _, _, _, place in found):
        return ""
    return ", ".join(dict.fromkeys(str(place[0]) for *_, place in found))


def _host(address: httpx.URL) -> str:
    """Name as it is looked up: in ASCII."""
    return address.raw_host.decode("ascii")


def _is_here(family: int, place: tuple[object, ...]) -> bool:
    """Whether an address is this machine's: only then can one listen at it."""
    if is_this_machine(str(place[0])):
        return True
    with suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as own:
        own.bind(place)
        return True
    return False


def _connected(address: httpx.URL, patience_s: float) -> socket.socket:
    return socket.create_connection((_host(address), port_of(address)), patience_s)


def _opens(address: httpx.URL, patience_s: float) -> bool:
    with suppress(OSError), _connected(address, patience_s):
        return True
    return False


def speaks_tls(address: httpx.URL, patience_s: float = _PROBE_S) -> bool:
    """Whether TLS comes from the port of an address, whosoever certificate it has."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        suppress(OSError),
        _connected(address, patience_s) as bare,
        context.wrap_socket(bare, server_hostname=_host(address)),
    ):
        return True
    return False


def _speaks_without_tls(address: httpx.URL, patience_s: float) -> bool:
    plain = address.copy_with(scheme="http", port=port_of(address))
    with suppress(httpx.HTTPError):
        answer = httpx.get(plain, timeout=patience_s, trust_env=False)
        # A server with TLS says of such a request that it is a bad one.
        return answer.status_code != 400 or not speaks_tls(address, patience_s)
    return False
