"""A file that was made for a download: there until it is fetched, and then no more.

Streamlit keeps such a file until two scripts of anybody have ended: on a busy server it
can be gone before the browser asks for it, on a quiet one it lies there for good.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

HELD_S = 60.0
"""How long a file waits for its browser [s]; judgement: a slow phone, and no longer."""
MOST_HELD = 20
"""How many files wait for one visit; judgement: every button of a page, and again."""

_HOLDER = "downloads"  # in the place of a visit, as Streamlit counts who uses a file
# Whose each one is, and until when it waits; those that go first come first.
_held: dict[str, tuple[str, float]] = {}


def held(make: Callable[[], str | bytes], mime: str, file_name: str) -> Callable[[], bytes]:
    """Keep a file, once it is made, for its time; to be called while the page is drawn."""
    drawing = get_script_run_ctx()
    visit = drawing.session_id if drawing else ""

    def made() -> bytes:
        content = make()
        data = content.encode() if isinstance(content, str) else content
        if runtime.exists():  # else a page alone, without a server
            _hold(runtime.get_instance().media_file_mgr, visit, data, mime, file_name)
        return data

    return made


def _hold(
    files: MediaFileManager, visit: str, data: bytes, mime: str, file_name: str
) -> None:
    place = uuid4().hex
    with files._lock:
        file_id = files._storage.load_and_get_id(
            data, mime, MediaFileKind.DOWNLOADABLE, file_name
        )
        files._files_by_session_and_coord[_HOLDER][place] = file_id
        _held[place] = (visit, time.monotonic() + HELD_S)
        of_visit = [place for place, (whose, _) in _held.items() if whose == visit]
        _forget(files, of_visit[:-MOST_HELD])


def _forget(files: MediaFileManager, places: list[str]) -> None:
    for place in places:
        del _held[place]
        files._files_by_session_and_coord[_HOLDER].pop(place, None)


def let_go() -> None:
    """Let files go that have waited long enough."""
    if not _held:
        return
    files, now = runtime.get_instance().media_file_mgr, time.monotonic()
    with files._lock:
        due = [place for place, (_, until) in _held.items() if until <= now]
        _forget(files, due)
    for _ in range(2 if due else 0):  # the first time marks them, the second deletes them
        files.remove_orphaned_files()
