"""What visitors upload is bounded, for each of them and for all."""

from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser

from riskmodel.serving import uploads
from riskmodel.serving.uploads import MOST_HELD_BYTES, UploadGate
from tests.serving.asking import in_a_loop_of_its_own


class Server:
    """What takes the uploads, and holds them."""

    def __init__(self):
        self.held = {}
        self.asked = []
        self.during = None
        self.takes = 0

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        if self.takes:
            await receive()
        if self.during is not None:
            await self.during()


async def answer(gate, path, size=None, method="PUT", kind="http"):
    """Status and words of what comes back, None where the server was asked."""
    sent = []
    headers = [] if size is None else [(b"content-length", f"{size}".encode())]
    scope = {"type": kind, "method": method, "path": path, "headers": headers}

    async def receive():
        return {"type": "http.request", "body": bytes(gate._app.takes)}

    async def send(message):
        sent.append(message)

    await gate(scope, receive, send)
    return (sent[0]["status"], sent[1]["body"].decode()) if sent else None


def asked(*given, **more):
    return in_a_loop_of_its_own(answer(*given, **more))


@pytest.fixture
def server(monkeypatch):
    server = Server()
    held = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=server.held))
    monkeypatch.setattr(uploads.runtime, "exists", lambda: True)
    monkeypatch.setattr(uploads.runtime, "get_instance", lambda: held)
    return server


class Data:
    """Bytes that nobody needs to hold."""

    def __init__(self, size):
        self.data = range(size)


FILE = "/_stcore/upload_file/{}/1"


def test_a_visit_holds_no_more_than_a_visit_may(server):
    gate = UploadGate(server)
    server.held["ann"] = {"1": Data(MOST_HELD_BYTES - 1_000_000)}
    assert asked(gate, FILE.format("ann"), 1_000_000) is None
    status, words = asked(gate, FILE.format("ann"), 3_000_000)
    assert (status, words.count(".")) == (413, 1)
    assert asked(gate, FILE.format("ben"), 3_000_000) is None


def test_all_visits_hold_no_more_than_the_server_has(server):
    gate = UploadGate(server)
    for number in range(4):
        server.held[f"{number}"] = {"1": Data(MOST_HELD_BYTES)}
    status, words = asked(gate, FILE.format("ann"), 3_000_000)
    assert (status, words.count(".")) == (503, 1)


def test_what_has_come_counts_and_what_is_only_said_does_not_count_for_others(
    server, monkeypatch
):
    """A request that says much and sends nothing keeps nobody out."""
    monkeypatch.setattr(uploads, "MOST_HELD_OF_ALL_BYTES", 2_000_000)
    monkeypatch.setattr(uploads, "_FRAME_BYTES", 0)
    gate = UploadGate(server)
    others = []

    async def another():
        server.during = None
        others.append(await answer(gate, FILE.format("ben"), 900_000))

    server.during = another
    assert asked(gate, FILE.format("ann"), 1_900_000) is None
    server.takes = 1_900_000
    server.during = another
    assert asked(gate, FILE.format("ann"), 1_900_000) is None
    assert [given and given[0] for given in others] == [None, 503]
    server.takes = 0
    assert asked(gate, FILE.format("ben"), 900_000) is None


def test_more_than_was_said_is_stopped_on_its_way(server, monkeypatch):
    monkeypatch.setattr(uploads, "_FRAME_BYTES", 0)
    server.held["ann"] = {"1": Data(MOST_HELD_BYTES - 1_000)}
    server.takes = 2_000
    with pytest.raises(HTTPException) as refused:
        asked(UploadGate(server), FILE.format("ann"), 10)
    assert refused.value.status_code == 413


def test_what_says_nothing_of_its_size_counts_as_the_largest(server):
    gate = UploadGate(server)
    server.held["ann"] = {"1": Data(MOST_HELD_BYTES - 90_000_000)}
    assert asked(gate, FILE.format("ann"), 1_000_000) is None
    assert asked(gate, FILE.format("ann"))[0] == 413


@pytest.mark.parametrize(
    "more",
    [{"method": "DELETE"}, {"method": "OPTIONS"}, {"kind": "websocket"}],
)
def test_what_is_no_upload_passes(server, more):
    gate = UploadGate(server)
    server.held["ann"] = {"1": Data(MOST_HELD_BYTES)}
    assert asked(gate, FILE.format("ann"), 10**9, **more) is None
    assert asked(gate, "/_stcore/health", 10**9) is None
    assert asked(gate, "/base" + FILE.format("ann"), 10**9)[0] == 413


def test_no_file_lies_on_a_disk_while_it_comes(server):
    UploadGate(server)
    assert MultiPartParser.spool_max_size >= MOST_HELD_BYTES
