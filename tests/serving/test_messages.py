"""What a page may ask through its WebSocket: nothing that others share."""

import sys
from contextlib import contextmanager

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg

from riskmodel.serving.messages import (
    OF_PAGES,
    OPERATIONS_OF_PAGES,
    is_of_page,
    of_pages,
)
from tests import CHECKOUT
from tests.server import free_port, serving
from tests.serving.asking import in_a_loop_of_its_own
from tests.serving.visitor import Visitor

KINDS = {
    "rerun_script": True,
    "stop_script": True,
    "app_heartbeat": True,
    "file_urls_request": True,
    "backend_operation_request": True,
    "clear_cache": False,
    "set_run_on_save": False,
    "load_git_info": False,
    "debug_disconnect_websocket": False,
    "debug_shutdown_runtime": False,
}
OPERATIONS = {
    "deferred_file": True,
    "dataframe_chunk": True,
    "install_skills": False,
    "dismiss_skills_nudge": False,
}


def of_kind(kind, operation="deferred_file"):
    message = BackMsg()
    if kind == "backend_operation_request":
        part = getattr(message.backend_operation_request, operation)
        part.SetInParent()
    elif BackMsg.DESCRIPTOR.fields_by_name[kind].message_type is None:
        setattr(message, kind, True)
    else:
        getattr(message, kind).SetInParent()
    assert message.WhichOneof("type") == kind
    return message


def test_every_message_of_streamlit_is_known():
    # One that is not here is new: decide whether the pages need it.
    assert {f.name for o in BackMsg.DESCRIPTOR.oneofs for f in o.fields} == set(KINDS)
    (payload,) = BackendOperationRequest.DESCRIPTOR.oneofs
    assert {field.name for field in payload.fields} == set(OPERATIONS)
    assert {kind for kind, heard in KINDS.items() if heard} == OF_PAGES
    assert {kind for kind, heard in OPERATIONS.items() if heard} == OPERATIONS_OF_PAGES


@pytest.mark.parametrize(("kind", "heard"), KINDS.items())
def test_only_what_the_pages_send_is_heard(kind, heard):
    assert is_of_page(of_kind(kind).SerializeToString()) is heard


@pytest.mark.parametrize(("operation", "heard"), OPERATIONS.items())
def test_of_the_operations_too(operation, heard):
    message = of_kind("backend_operation_request", operation)
    assert is_of_page(message.SerializeToString()) is heard


def test_of_two_messages_in_one_the_one_counts_that_streamlit_takes():
    own, shared = (of_kind(k).SerializeToString() for k in ("rerun_script", "clear_cache"))
    assert not is_of_page(own + shared)
    assert is_of_page(shared + own)


def test_nothing_else_of_a_connection_is_lost():
    sent = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": of_kind("clear_cache").SerializeToString()},
        {"type": "websocket.receive", "bytes": of_kind("rerun_script").SerializeToString()},
        {"type": "websocket.receive", "bytes": b"\xff"},
        {"type": "websocket.receive", "text": "x"},
        {"type": "websocket.disconnect", "code": 1000},
    ]
    waiting = [*sent]

    async def receive():
        return waiting.pop(0)

    async def all_heard():
        heard = of_pages(receive)
        return [await heard() for _ in range(len(sent) - 1)]

    assert in_a_loop_of_its_own(all_heard()) == [sent[0], *sent[2:]]


PAGE = """
import secrets
import streamlit as st
@st.cache_data
def shared():
    return f"shared-{secrets.token_hex(8)}-"
st.write(shared())
"""
APP = """
import streamlit as st
from starlette.middleware import Middleware
from riskmodel.serving.gate import Gate
from riskmodel.serving.hosts import configured_names
middleware = [Middleware(Gate, configured_names())] if GATE else []
app = st.App("page.py", middleware=middleware)
"""


@contextmanager
def page_with_a_cache(folder, gate):
    (folder / "page.py").write_text(PAGE)
    (folder / "app.py").write_text(APP.replace("GATE", str(gate)))
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1"]
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py")]
    paths = {"PYTHONPATH": str(CHECKOUT), "STREAMLIT_SERVER_HEADLESS": "true"}
    with serving([*command, *options], port, folder, folder, environment=paths) as url:
        yield url


@pytest.mark.parametrize("gate", [True, False])
def test_a_visitor_empties_no_cache_that_others_share(tmp_path, gate):
    def shown(tab):
        tab.open()
        return tab.text.partition("shared-")[2].partition("-")[0]

    with page_with_a_cache(tmp_path, gate) as url:
        with Visitor(url).session() as tab:
            before = shown(tab)
        with Visitor(url).session() as tab:
            tab.open()
            tab.send(of_kind("clear_cache"))
            tab.open()
        with Visitor(url).session() as tab:
            after = shown(tab)
    assert before
    assert (before == after) is gate
