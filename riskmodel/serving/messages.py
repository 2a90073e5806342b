"""What a page may ask of the server through its WebSocket.

Streamlit takes messages that only its own developers' menu sends, from whoever sends
them: to empty the caches that all visitors share, to run git, to write files.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import Message, Receive
from streamlit.proto.BackMsg_pb2 import BackMsg

OF_PAGES = frozenset(
    {
        "rerun_script",
        "stop_script",
        "app_heartbeat",
        "file_urls_request",
        "backend_operation_request",
    }
)
"""What touches nothing but the visit that sends it; whatever else there is goes unheard."""
OPERATIONS_OF_PAGES = frozenset({"deferred_file", "dataframe_chunk"})
"""Of the operations in the last of them."""


def is_of_page(content: bytes) -> bool:
    """Whether a message is one that the pages send."""
    try:
        message = BackMsg.FromString(content)
    except DecodeError:
        return True  # Streamlit ends the connection
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        operation = message.backend_operation_request.WhichOneof("payload")
        return operation in OPERATIONS_OF_PAGES
    return kind in OF_PAGES


def of_pages(receive: Receive) -> Receive:
    """Hear of a connection only what the pages send."""

    async def heard() -> Message:
        while True:
            message = await receive()
            content = message.get("bytes")
            if not content or is_of_page(content):
                return message

    return heard
