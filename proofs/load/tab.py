"""One tab of a browser, as far as Streamlit's server can see it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ContextInfo
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from riskmodel.serving.wire import ASKED_FIRST, assets_of, handshake, key_of

ZONE, LOCALE = "Europe/London", "en-GB"
PATIENCE_S = 60.0
"""After which an answer that has not come is an error."""


class TabError(Exception):
    """What a person would see as a page that does not work."""


@dataclass
class Tab:
    """A tab that holds what the server has drawn, and what its widgets hold.

    Like a browser with empty storages it has nothing to tell the page's own script:
    `riskmodel/views/device.js` then only writes, and sets the address.
    """

    url: str
    socket: ClientConnection
    page_hash: str = ""
    query: str = ""
    # What the server has drawn, by its place on the page, and the widgets' values.
    drawn: dict[tuple[int, ...], Delta] = field(default_factory=dict)
    held: dict[str, WidgetState] = field(default_factory=dict)
    frame: set[str] = field(default_factory=set)
    """Widgets of the frame around all pages, whose values go from page to page."""
    cached: dict[str, ForwardMsg] = field(default_factory=dict)

    # -------------------------------------------------------------------- what is shown

    def html(self, part: str) -> list[str]:
        """Pieces of HTML on the page in which this stands, in their order."""
        bodies = [d.new_element.html.body for _, d in sorted(self.drawn.items())]
        return [body for body in bodies if part in body]

    def widgets(self) -> dict[str, tuple[str, Any]]:
        """Kind and message of every widget, by its key."""
        found = {}
        for delta in self.drawn.values():
            block = delta.WhichOneof("type") == "add_block"
            of: Any = delta.add_block if block else delta.new_element
            if (kind := of.WhichOneof("type")) is None:
                continue
            message = getattr(of, kind)
            identity = getattr(message, "id", "") if kind != "flex_container" else ""
            if (key := key_of(identity)) is not None:
                found[key] = kind, message
        return found

    def component(self, key: str = "device") -> dict[str, Any]:
        """What was handed to the page's own script."""
        _, message = self.widgets()[key]
        data: dict[str, Any] = json.loads(message.mixed.json or message.json)
        return data

    # --------------------------------------------------------------- what a person does

    async def write(self, key: str, text: str) -> float:
        """Type a text; return the seconds until the page stands. [s]."""
        return await self._set(key, string_value=text)

    async def choose(self, key: str, number: int) -> float:
        """Press one of several buttons side by side, by its number from 0. [s]."""
        _, group = self._widget(key)
        option = group.options[number]
        text = " ".join(filter(None, (option.content_icon, option.content)))
        return await self._set(key, string_array_value={"data": [text]})

    async def open(self, key: str, *, close: bool = False) -> float:
        """Open a box, or close it. [s]."""
        return await self._set(key, bool_value=not close)

    toggle = open

    async def press(self, key: str) -> float:
        """Press a button. [s]."""
        _, button = self._widget(key)
        return await self._run(WidgetState(id=button.id, trigger_value=True))

    async def go_to(self, label: str) -> float:
        """Follow the link to another page. [s]."""
        links = [d.new_element.page_link for d in self.drawn.values()]
        self.page_hash = next(k.page_script_hash for k in links if k.label == label)
        self.query = ""
        self.held = {i: state for i, state in self.held.items() if i in self.frame}
        return await self._run()

    async def _set(self, key: str, **value: Any) -> float:
        _, widget = self._widget(key)
        self.held[widget.id] = WidgetState(id=widget.id, **value)
        return await self._run()

    def _widget(self, key: str) -> tuple[str, Any]:
        try:
            return self.widgets()[key]
        except KeyError:
            raise TabError(f"no widget {key}") from None

    # ------------------------------------------------------------------- the wire

    async def _run(self, trigger: WidgetState | None = None) -> float:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash = self.query, self.page_hash
        run.widget_states.widgets.extend(self.held.values())
        if trigger is not None:
            run.widget_states.widgets.append(trigger)
        run.cached_message_hashes.extend(self.cached)
        run.context_info.CopyFrom(
            ContextInfo(
                timezone=ZONE,
                timezone_offset=0,
                locale=LOCALE,
                url=self.url,
                is_embedded=False,
                color_scheme="light",
            )
        )
        sent = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._receive()
        except TimeoutError:
            raise TabError(f"no answer in {PATIENCE_S:g} s") from None
        seconds = time.perf_counter() - sent
        self._settle()
        return seconds

    async def _receive(self) -> None:
        """Take what comes until the script has run to its end."""
        finished = ForwardMsg.FINISHED_EARLY_FOR_RERUN
        frame_hash = ""
        while finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            message = ForwardMsg()
            message.ParseFromString(await self.socket.recv(decode=False))
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                place = message.metadata
                message = self.cached[message.ref_hash]
                message.metadata.CopyFrom(place)
                kind = message.WhichOneof("type")
            if message.metadata.cacheable and message.hash:
                self.cached[message.hash] = message
            if kind == "new_session":
                self.drawn, self.frame = {}, set()
                frame_hash = message.new_session.main_script_hash
                self.page_hash = message.new_session.page_script_hash
            elif kind == "delta":
                self.drawn[tuple(message.metadata.delta_path)] = message.delta
                if message.metadata.active_script_hash == frame_hash:
                    self.frame |= {*re.findall(r"\$\$ID-[\w-]+", str(message.delta))}
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "script_finished":
                finished = message.script_finished
            elif kind in ("page_not_found", "auth_redirect"):
                raise TabError(kind)
        if finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            raise TabError(f"the script ended with {finished}")

    def _settle(self) -> None:
        """Do what a page does once it stands: widgets hold what they show."""
        there = self.widgets()
        for kind, widget in there.values():
            shown = _shown_value(kind, widget)
            if shown and (widget.set_value or widget.id not in self.held):
                self.held[widget.id] = WidgetState(id=widget.id, **shown)
        alive = {widget.id for _, widget in there.values()}
        self.held = {i: state for i, state in self.held.items() if i in alive}
        for delta in self.drawn.values():
            element = delta.new_element
            if element.WhichOneof("type") == "exception":
                raise TabError(f"exception on the page: {element.exception.type}")
        # The guide has nothing to tell the browser.
        address = self.component()["address"] if "device" in there else None
        if address is not None:
            self.query = address.removeprefix("?")


def _shown_value(kind: str, widget: Any) -> dict[str, Any] | None:
    """What a widget that is drawn tells with the next message, None of the others."""
    if kind == "text_input":
        return {"string_value": widget.value if widget.set_value else widget.default}
    if kind == "checkbox":
        return {"bool_value": widget.value if widget.set_value else widget.default}
    if kind == "button_group":
        first = [widget.options[at].content for at in widget.default]
        data = list(widget.raw_values) if widget.set_value else first
        return {"string_array_value": {"data": data}}
    if kind == "selectbox" and widget.set_value and widget.HasField("raw_value"):
        return {"string_value": widget.raw_value}
    return None


@asynccontextmanager
async def opened(url: str, page: str = "") -> AsyncIterator[tuple[Tab, float]]:
    """Open the app in a new tab; also the seconds that the first page took. [s].

    Before it the files are fetched that the page names, as by a browser's first visit.
    """
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=PATIENCE_S, verify=False
    ) as http:
        index = await http.get(f"/{page}")
        for path in (*assets_of(index.text), *ASKED_FIRST):
            (await http.get(f"/{path}")).raise_for_status()
        cookies = dict(http.cookies)
    headers = {"User-Agent": "Mozilla/5.0 (proofs.load)", "Accept-Language": LOCALE}
    async with connect(**handshake(httpx.URL(f"{url}/"), cookies, **headers)) as socket:
        tab = Tab(f"{url}/{page}", socket)
        yield tab, await tab._run()
