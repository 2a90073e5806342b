"""Servers of one's own, and asking them as no browser does: with any Host and Origin."""

import asyncio
import base64
import secrets
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from tests.conftest import CHECKOUT
from tests.server import app_is_healthy, free_port, serving

UPLOAD = "/_stcore/upload_file/nobody/nothing"
# The app as it would be without its gate.
UNGATED = """
import streamlit as st
from riskmodel.serving.announcement import announced
app = st.App({frame!r}, lifespan=announced)
"""


@contextmanager
def running(home, *options, gate=True, port=None, environment=None, under=(), folder=""):
    """Serve the app with a home of its own, or the same with the gate taken off."""
    port = port or free_port()
    script = CHECKOUT / "app.py"
    if not gate:
        script = home / "app.py"
        frame = str(CHECKOUT / "riskmodel" / "views" / "frame.py")
        script.write_text(UNGATED.format(frame=frame))
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = [f"--server.port={port}", *options]

    def healthy(url):
        return app_is_healthy(f"{url}/{folder}".rstrip("/"))

    with serving(
        [*under, *command, *options],
        port,
        CHECKOUT,
        home,
        healthy=healthy,
        environment=environment or {},
    ) as url:
        yield url


def in_a_thread_of_its_own(call, *arguments):
    """Wait for a call; the browser of other tests may have a loop in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call, *arguments).result()


def in_a_loop_of_its_own(coroutine):
    """Wait for a coroutine."""
    return in_a_thread_of_its_own(asyncio.run, coroutine)


def ask(url, path="/", method="GET", content=None, **headers):
    """Ask for a path over HTTP; a proxy of this machine is not asked."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.request(method, url + path, headers=names, content=content)


def knock(url, host=None, origin=None, path="/_stcore/stream", more=()):
    """Ask for a WebSocket; return the status of the answer, 101 if it is opened."""
    parts = urlsplit(url)
    lines = [
        f"GET {path} HTTP/1.1",
        *([f"Host: {host}"] if host is not None else [f"Host: {parts.netloc}"]),
        *([f"Origin: {origin}"] if origin is not None else []),
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: streamlit",
        f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}",
        *more,
    ]
    return _status(parts, "\r\n".join(lines) + "\r\n\r\n")


def send(url, request):
    """Send bytes of any kind; return the status of the answer."""
    return _status(urlsplit(url), request)


def _status(parts, request):
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(request.encode("latin-1"))
        first, _, _ = connection.recv(4096).partition(b"\r\n")
    return int(first.split()[1])
