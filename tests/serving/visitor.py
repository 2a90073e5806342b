"""A visitor without a browser: signs in, and sends whatever messages it likes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 30
_ENDED = ForwardMsg.FINISHED_SUCCESSFULLY


@dataclass
class Visitor:
    """One browser's cookies, without the browser."""

    url: str
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            trust_env=False,
            follow_redirects=True,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing is left to close
        )
    )

    def __post_init__(self) -> None:
        self.http.get(f"{self.url}/_stcore/host-config")
        self.http.get(f"{self.url}/_stcore/health")

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies that this visitor brings along."""
        return {cookie.name: cookie.value or "" for cookie in self.http.cookies.jar}

    def copy(self) -> Visitor:
        """Somebody else who has copied every cookie."""
        other = Visitor(self.url)
        for name, value in self.cookies.items():
            other.http.cookies.set(name, value, domain="127.0.0.1", path="/")
        return other

    def sign_in(self, subject: str, page: str = "saved", *, shared: bool = False) -> str:
        """Sign in at the provider that knows everybody, also over another sign-in.

        Gives back the address that this leads to.
        """
        with Visitor(self.url).session() as tab:
            tab.open(page)
            if shared:
                tab.switch("shared_machine")
            tab.press("sign_in")
        return self.follow(tab.redirect, subject)

    def follow(self, redirect: str, subject: str) -> str:
        """Sign in as somebody where a page has led to; gives back where that leads."""
        at_provider = self.http.get(f"{self.url}{redirect}")
        assert "sub" in at_provider.text
        done = self.http.post(str(at_provider.url), data={"sub": subject})
        assert "_streamlit_user" in self.cookies
        return str(done.url)

    @contextmanager
    def session(self, existing: str = "") -> Iterator[Tab]:
        """Open a tab: a WebSocket as the page opens it, of a session that is named."""
        xsrf = self.cookies["_streamlit_xsrf"]
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        protocols = ["streamlit", xsrf, *([existing] if existing else [])]
        address = f"ws://{urlsplit(self.url).netloc}/_stcore/stream"
        with connect(
            address,
            origin=self.url,  # type: ignore[arg-type]
            subprotocols=protocols,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
            max_size=None,
            proxy=None,
            compression=None,
        ) as socket:
            yield Tab(self, socket)


@dataclass
class Tab:
    """What a tab shows, and the messages that its page would send."""

    visitor: Visitor
    socket: ClientConnection
    session_id: str = ""
    elements: dict[tuple[int, ...], Message] = field(default_factory=dict)
    page: str = ""
    query: str = ""
    redirect: str = ""
    states: dict[str, WidgetState] = field(default_factory=dict)
    received: bytearray = field(default_factory=bytearray)

    def open(self, page: str = "", query: str = "") -> None:
        """Open a page at an address."""
        self.page, self.query, self.states = page, query, {}
        self.rerun()

    def rerun(self, *touched: WidgetState) -> None:
        """Send the state of every widget, as the page does, and read what comes."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = self.query, self.page
        state.widget_states.widgets.extend([*self.states.values(), *touched])
        self.send(message)
        self.read()

    def send(self, message: BackMsg) -> None:
        """Send any message at all."""
        self.socket.send(message.SerializeToString())

    def receive(self) -> ForwardMsg:
        """Receive one message, and keep it as it came."""
        content = self.socket.recv(timeout=PATIENCE_S)
        assert isinstance(content, bytes)
        self.received += content
        return ForwardMsg.FromString(content)

    def read(self) -> None:
        """Read until the script has ended."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            message = self.receive()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session_id = message.new_session.initialize.session_id
                self.elements = {}
            elif kind == "delta":
                self.elements[tuple(message.metadata.delta_path)] = message.delta
            elif kind == "auth_redirect":
                self.redirect = message.auth_redirect.url
            elif kind == "script_finished" and message.script_finished == _ENDED:
                return
        raise AssertionError("the script did not end")

    def saw(self, *marks: str) -> bool:
        """Whether any of these texts was ever sent to this tab."""
        return any(mark.encode() in self.received for mark in marks)

    @property
    def text(self) -> str:
        """Everything that the tab was sent, as text."""
        return "\n".join(str(element) for element in self.elements.values())

    def ids(self) -> list[str]:
        """Id of every widget that the tab was sent."""
        return re.findall(r'\bid: "(\$\$ID-[^"]+)"', self.text)

    def id_of(self, key: str) -> str:
        """Id of the widget with this key."""
        found = [id for id in self.ids() if id.endswith(f"-{key}")]
        assert found, f"no widget {key} among {self.ids()}"
        return found[0]

    def has(self, key: str) -> bool:
        """Whether there is a widget with this key."""
        return any(id.endswith(f"-{key}") for id in self.ids())

    def press(self, key: str) -> None:
        """Press a button by its key."""
        self.rerun(pressed(self.id_of(key)))

    def type(self, key: str, text: str) -> None:
        """Type into a field by its key."""
        id = self.id_of(key)
        self.states[id] = WidgetState(id=id, string_value=text)
        self.rerun()

    def switch(self, key: str, on: bool = True) -> None:
        """Open a box, or switch a toggle, by its key."""
        id = self.id_of(key)
        self.states[id] = WidgetState(id=id, bool_value=on)
        self.rerun()

    def choose(self, key: str, *options: str) -> None:
        """Choose among pills, by their key and their words."""
        id = self.id_of(key)
        self.states[id] = WidgetState(id=id)
        self.states[id].string_array_value.data.extend(options)
        self.rerun()

    def ask_for_file(self, file_id: str) -> str:
        """Address of a download that is made on the click; "" if it is refused.

        Why it is refused is among what the tab `saw`.
        """
        message = BackMsg()
        message.backend_operation_request.request_id = "1"
        message.backend_operation_request.session_id = self.session_id
        message.backend_operation_request.deferred_file.file_id = file_id
        self.send(message)
        while True:
            answer = self.receive()
            if answer.WhichOneof("type") == "backend_operation_response":
                return answer.backend_operation_response.deferred_file.url

    def file_ids(self) -> list[str]:
        """Placeholders of the downloads that this tab offers."""
        return re.findall(r'deferred_file_id: "([^"]+)"', self.text)


def pressed(id: str) -> WidgetState:
    """Message of a button that was pressed."""
    return WidgetState(id=id, trigger_value=True)


def file(name: str, content: bytes) -> dict[str, Any]:
    """Body of an upload."""
    return {name: (name, content, "text/csv")}
