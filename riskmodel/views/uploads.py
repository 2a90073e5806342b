"""Files that visitors give: each is read in a process of its own, or told why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from riskmodel.serving.apart import NotReadError, get_ready, read_apart
from riskmodel.serving.visitor import still_there

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

T = TypeVar("T")

_PATIENCE_S = 1.0
_LONGEST_NAME = 60
_SENTENCES = {
    "time": "{name} takes too long to read. {way_on}",
    "memory": "{name} takes too much memory to read. {way_on}",
    "busy": "{name} was not read, as files of others are: try again in a moment.",
    "left": "{name} was not read: please give it again.",
    "ended": "{name} was not read, as the system ended what read it. {way_on}",
    "failed": "{name} cannot be read. {way_on}",
}

if runtime.exists():
    get_ready()


class UnreadError(Exception):
    """A file that was not read; the message says why in one sentence."""


def read(read: Callable[[], T], name: str, way_on: str) -> T:
    """Read a file apart from the interpreter that serves the others.

    Parameters
    ----------
    read : callable
        Of `riskmodel.serving.readers`, with its arguments, as a ``functools.partial``.
    name : str
        What the file is called in a sentence.
    way_on : str
        A sentence that says what helps.

    Raises
    ------
    UnreadError
        If it took too much of anything, or nobody waits for it any more.
    Exception
        What `read` says about the file.
    """
    try:
        return read_apart(read, is_wanted=still_there(_PATIENCE_S))
    except NotReadError as error:
        shown = f"{name[: _LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
        shown = name if len(name) <= _LONGEST_NAME else shown
        sentence = _SENTENCES[error.why].format(name=shown, way_on=way_on)
        raise UnreadError(sentence.strip()) from None


def content_of(file: UploadedFile, most_mb: float) -> bytes:
    """What a file holds, refused where a page takes none as large."""
    if file.size > most_mb * 1024**2:
        raise UnreadError(
            f"{file.name[:_LONGEST_NAME]} has {file.size / 1e6:.0f} MB; allowed are up to "
            f"{most_mb:g} MB."
        )
    return file.getvalue()


def release(key: str) -> None:
    """Let the server hold the files of an uploader no more, which is drawn no more."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return
    files = st.session_state.get(key) or []
    for file in files if isinstance(files, list) else [files]:
        manager: Any = context.uploaded_file_mgr
        manager.remove_file(context.session_id, file.file_id)
