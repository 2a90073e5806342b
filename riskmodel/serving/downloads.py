"""A file that was made for a download: there until it is fetched, and then no more.

Streamlit keeps such a file until two scripts of anybody have ended: on a busy server it
can be gone before the browser asks for it, on a quiet one it lies there for good.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from uuid import uuid4

from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import app_session
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from riskmodel.inputs.told import ToldError

HELD_S = 60.0
"""How long a file waits for its browser [s]; judgement: a slow phone, and no longer."""
MOST_HELD = 20
"""How many files wait for one visit; judgement: every button of a page, and again."""

NOT_THERE = "This file is no longer offered: load the page again."
NOT_MADE = "This file could not be made."
_log = logging.getLogger(__name__)
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


class _Telling(DeferredFileHandler):
    """Says at the button why there is no file; a refusal is no fault for the log."""

    async def handle(
        self, request: BackendOperationRequest, session_id: str
    ) -> BackendOperationResponse:
        answer = BackendOperationResponse(request_id=request.request_id)
        make = self._get_media_file_mgr().execute_deferred
        try:
            url = await asyncio.to_thread(make, request.deferred_file.file_id)
        except MediaFileStorageError as error:
            if isinstance(error.__cause__, ToldError):
                answer.error_msg = str(error.__cause__)
            elif error.__cause__ is None:
                answer.error_msg = NOT_THERE
            else:
                _log.exception("A file for a download was not made")
                answer.error_msg = NOT_MADE
        else:
            answer.deferred_file.url = url
        return answer


def tell_refusals() -> None:
    """Let every visit from now on be told why a file is refused.

    Streamlit says of each that it failed, and logs all that led to it.
    """
    app_session.DeferredFileHandler = _Telling  # type: ignore[attr-defined]
