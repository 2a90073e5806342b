"""Where the pages are, told in the terminal when the server starts, and what shuts them."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from riskmodel.serving import club

_ANY = ("0.0.0.0", "::", "")


def _sentence() -> str:
    address = st.get_option("server.address") or ""
    if address not in _ANY:
        return f"Cramp risk: open {_url(address)} in a browser."
    others = _url(socket.gethostname())
    return f"Cramp risk: open {_url('localhost')} here or {others} on another machine."


def _url(host: str) -> str:
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    host = f"[{host}]" if ":" in host else host
    folder = st.get_option("server.baseUrlPath").strip("/")
    return f"{scheme}://{host}:{st.get_option('server.port')}/{folder}"


@asynccontextmanager
async def announced(_: object) -> AsyncIterator[None]:
    """Tell it; Streamlit itself would ask services on the internet for the address."""
    print(_sentence(), flush=True)
    try:
        club.settings()
    except club.ClubError as error:
        print(f"Cramp risk: {error}", flush=True)
    yield
