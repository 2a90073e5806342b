"""A file that was made for a download is there to be fetched, and gone a minute later."""

import time

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from riskmodel.serving import downloads


@pytest.fixture
def files(monkeypatch):
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


def test_it_waits_for_its_browser_and_then_is_gone(files, monkeypatch):
    monkeypatch.setattr(downloads, "HELD_S", 0.5)
    offered(files, lambda: "x", "bare.csv")
    offered(files, lambda: downloads.hold("x", "text/csv", "held.csv"), "held.csv")
    offered(files, lambda: downloads.hold(b"x", "text/csv", "held.csv"), "held.csv")
    assert there(files, "bare.csv")
    assert there(files, "held.csv")
    scripts_of_others_end(files)
    assert not there(files, "bare.csv")  # the control: Streamlit alone takes it away
    assert there(files, "held.csv")
    until = time.monotonic() + 10
    while there(files, "held.csv") and time.monotonic() < until:
        time.sleep(0.05)  # nobody's script ends meanwhile
    assert not there(files, "held.csv")
    assert not files._files_by_session_and_coord[downloads._HOLDER]
