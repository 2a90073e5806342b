"""A reverse proxy on this machine, to which things can be done that real ones do."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

Headers = list[tuple[str, str]]
Head = tuple[str, Headers]
"""The first line of a request or of an answer, and its headers."""


class _Proxy(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def without(head: Head, *names: str) -> Head:
    """Take headers away."""
    first, headers = head
    return first, [
        (n, v) for n, v in headers if n.lower() not in {m.lower() for m in names}
    ]


def with_header(head: Head, name: str, value: str) -> Head:
    """Put a header in place of those of its name."""
    first, headers = without(head, name)
    return first, [*headers, (name, value)]


def unchanged(head: Head) -> Head:
    """Hand on a request or an answer as it came, as a good proxy does."""
    return head


@contextmanager
def proxy_before(
    port: int,
    *,
    asking: Callable[[Head], Head] = unchanged,
    answering: Callable[[Head], Head] = unchanged,
    tls: ssl.SSLContext | None = None,
) -> Iterator[int]:
    """Serve on a port what is served on another, with the heads of both ways changed."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                browser = tls.wrap_socket(self.request, server_side=True) if tls else None
                self.serve(browser or self.request)

        def serve(self, browser: socket.socket) -> None:
            with browser, socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=_pass_on, args=(server, browser, answering))
                back.start()
                _pass_on(browser, server, lambda head: asking(_alone(head)))
                back.join()

    with _Proxy(("127.0.0.1", 0), Handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy.server_address[1]
        finally:
            proxy.shutdown()
            thread.join()


def _alone(head: Head) -> Head:
    """One request for each connection, so that its first head is its only one."""
    opens = any(name.lower() == "upgrade" for name, _ in head[1])
    return head if opens else with_header(head, "Connection", "close")


def _pass_on(
    source: socket.socket, target: socket.socket, change: Callable[[Head], Head]
) -> None:
    with suppress(OSError):
        start = b""
        while b"\r\n\r\n" not in start and (piece := source.recv(65536)):
            start += piece
        if start:
            text, _, rest = start.partition(b"\r\n\r\n")
            first, *lines = text.decode("latin-1").split("\r\n")
            headers = [
                (n, v.strip()) for n, _, v in (line.partition(":") for line in lines)
            ]
            first, headers = change((first, headers))
            lines = [first, *(f"{name}: {value}" for name, value in headers), "", ""]
            target.sendall("\r\n".join(lines).encode("latin-1") + rest)
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
