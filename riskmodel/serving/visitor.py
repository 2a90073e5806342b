"""Whether the visitor is still there for whom something is worked out."""

from __future__ import annotations

import time
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def still_there(patience_s: float) -> Callable[[], bool]:
    """Give what tells whether the visitor of this run is there, to be asked anywhere.

    Parameters
    ----------
    patience_s : float
        How long a browser may be without a connection, which it may only have lost. [s]

    Returns
    -------
    callable
        Always true outside a server, where nobody can leave.
    """
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    session, running = context.session_id, runtime.get_instance()
    seen = time.monotonic()

    def is_there() -> bool:
        nonlocal seen
        now = time.monotonic()
        if running.is_active_session(session):
            seen = now
        return now - seen < patience_s

    return is_there
