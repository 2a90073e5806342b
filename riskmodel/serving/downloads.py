"""A file that was made for a download: there until it is fetched, and then no more.

Streamlit keeps such a file until two scripts of anybody have ended: on a busy server it
can be gone before the browser asks for it, on a quiet one it lies there for good.
"""

from __future__ import annotations

from threading import Timer
from uuid import uuid4

from streamlit import runtime
from streamlit.runtime.media_file_storage import MediaFileKind

HELD_S = 60.0
"""How long a file waits for its browser [s]; judgement: a slow phone, and no longer."""

_HOLDER = "downloads"  # in the place of a visit, as Streamlit counts who uses a file


def hold(content: str | bytes, mime: str, file_name: str) -> bytes:
    """Keep a file that is being made for its time; returns it as it is sent."""
    data = content.encode() if isinstance(content, str) else content
    if not runtime.exists():  # a page alone, without a server
        return data
    files, place = runtime.get_instance().media_file_mgr, uuid4().hex
    kind = MediaFileKind.DOWNLOADABLE

    def let_go() -> None:
        with files._lock:
            del files._files_by_session_and_coord[_HOLDER][place]
        for _ in range(2):  # the first time marks it, the second deletes it
            files.remove_orphaned_files()

    with files._lock:
        file_id = files._storage.load_and_get_id(data, mime, kind, file_name)
        files._files_by_session_and_coord[_HOLDER][place] = file_id
    timer = Timer(HELD_S, let_go)
    timer.daemon = True
    timer.start()
    return data
