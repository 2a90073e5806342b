"""The database of what people save, opened once for all visitors of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from riskmodel.store import Store


@st.cache_resource(show_spinner=False)
def opened(url: str | None) -> Store:
    """Open a database at its first use: it holds connections, and nothing of anybody's."""
    # A visit that saves nothing does without what takes most of a second to import.
    from riskmodel.store import open_store

    return open_store(url)


def configured() -> Store:
    """Open the database that is configured, else the file in the user's folder."""
    from riskmodel.store import configured_url

    return opened(configured_url())
