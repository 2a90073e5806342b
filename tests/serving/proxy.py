"""A reverse proxy on this machine that gives the server behind it another name."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


class _Proxy(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def proxy_before(port: int) -> Iterator[int]:
    """Serve on a port what is served on another, and put the Host of the other in."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            own = f"Host: localhost:{proxy.server_address[1]}\r\n".encode()
            other = f"Host: 127.0.0.1:{port}\r\n".encode()
            with socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=_pass_on, args=(server, self.request))
                back.start()
                _pass_on(self.request, server, own, other)
                back.join()

    with _Proxy(("127.0.0.1", 0), Handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy.server_address[1]
        finally:
            proxy.shutdown()
            thread.join()


def _pass_on(
    source: socket.socket, target: socket.socket, own: bytes = b"", other: bytes = b""
) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece.replace(own, other) if own else piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
