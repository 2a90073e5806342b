"""A file that was made for a download is there to be fetched, and gone a minute later."""

import asyncio
import gc
import threading
from collections import Counter
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime import app_session
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from riskmodel.serving import downloads, upkeep
from riskmodel.store import StoreError
from tests.serving.asking import in_a_loop_of_its_own


@pytest.fixture
def files(monkeypatch):
    monkeypatch.setattr(downloads, "_held", {})
    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    monkeypatch.setattr(
        "streamlit.runtime.get_instance",
        lambda: type("Server", (), {"media_file_mgr": files}),
    )
    return files


def there(files, name):
    """Whether a file that Streamlit has just made can still be fetched."""
    kind = MediaFileKind.DOWNLOADABLE
    id = MemoryMediaFileStorage("/media").load_and_get_id(b"x", "text/csv", kind, name)
    try:
        files._storage.get_file(id)
    except MediaFileStorageError:
        return False
    return True


def offered(files, make, name):
    """A button of a page, which is pressed."""
    return files.execute_deferred(files.add_deferred(make, "text/csv", "1.1", name))


def scripts_of_others_end(files):
    for _ in range(3):
        files.clear_session_refs()
        files.remove_orphaned_files()


def held(content, name):
    return downloads.held(lambda: content, "text/csv", name)


@pytest.fixture
def clock(monkeypatch):
    """The hands of the clock, in seconds."""
    hands = [0.0]
    monkeypatch.setattr(downloads.time, "monotonic", lambda: hands[0])
    return hands


def test_it_waits_for_its_browser_and_then_is_gone(files, clock):
    offered(files, lambda: "x", "bare.csv")
    offered(files, held("x", "held.csv"), "held.csv")
    clock[0] = 1.0
    offered(files, held(b"x", "held.csv"), "held.csv")
    assert there(files, "bare.csv")
    assert there(files, "held.csv")
    scripts_of_others_end(files)
    assert not there(files, "bare.csv")  # the control: Streamlit alone takes it away
    for now, is_there in ((downloads.HELD_S, True), (downloads.HELD_S + 1.0, False)):
        clock[0] = now
        downloads.let_go()  # nobody's script ends meanwhile
        assert there(files, "held.csv") == is_there
    assert not files._files_by_session_and_coord[downloads._HOLDER]
    assert not downloads._held


def test_a_click_costs_no_thread_and_a_visit_holds_no_more_than_some(
    files, clock, monkeypatch
):
    before = threading.active_count()
    for visit in ("one", "other"):
        drawing = SimpleNamespace(session_id=visit)
        monkeypatch.setattr(
            downloads, "get_script_run_ctx", lambda drawing=drawing: drawing
        )
        for number in range(300 if visit == "one" else 3):
            clock[0] += 0.01
            offered(files, held(f"{number}", f"{visit}.csv"), f"{visit}.csv")
    scripts_of_others_end(files)
    assert threading.active_count() == before
    held_of = Counter(visit for visit, _ in downloads._held.values())
    assert held_of == {"one": downloads.MOST_HELD, "other": 3}
    assert len(files._storage._files_by_id) == downloads.MOST_HELD + 3
    newest = [file.content for file in files._storage._files_by_id.values()]
    assert b"299" in newest
    assert b"0" in newest  # of the other visit


@pytest.mark.parametrize(
    ("error", "said", "is_logged"),
    [
        (None, "", False),
        (StoreError("It is shut."), "It is shut.", False),
        (ValueError("Ada's answer"), downloads.NOT_MADE, True),
    ],
)
def test_a_button_says_why_there_is_no_file(
    files, monkeypatch, caplog, error, said, is_logged
):
    monkeypatch.setattr(app_session, "DeferredFileHandler", None)
    downloads.tell_refusals()

    def make():
        if error:
            raise error
        return "x"

    request = BackendOperationRequest(request_id="7")
    request.deferred_file.file_id = files.add_deferred(make, "text/csv", "1.1", "a.csv")
    handler = app_session.DeferredFileHandler(lambda: files)
    answer = in_a_loop_of_its_own(handler.handle(request, "visit"))
    assert (answer.request_id, answer.error_msg) == ("7", said)
    assert bool(answer.deferred_file.url) == (error is None)
    logged = [record for record in caplog.records if record.levelname == "ERROR"]
    assert bool(logged) == is_logged


def test_the_server_lets_them_go_by_itself(monkeypatch):
    """In a server as it runs, without a script that ends."""
    gone = threading.Event()
    monkeypatch.setattr(upkeep, "EVERY_S", 0.01)
    monkeypatch.setattr(downloads, "let_go", gone.set)

    async def a_while() -> None:
        async with upkeep.kept_up():
            await asyncio.to_thread(gone.wait, 10.0)

    try:
        in_a_loop_of_its_own(a_while())
    finally:
        gc.unfreeze()
    assert gone.is_set()
