"""Files that a person names, read within bounds.

A folder, a device and a named pipe are refused: a device may give bytes without end, and
a pipe that nobody writes into none for ever.  What a shell has opened by itself, as with
``<(command)``, is read.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

MOST_WRITTEN_BYTES = 1_000_000
"""Of what people write by hand: a session, a scorecard, a calibration.  Judgement."""

_BUFFER_BYTES = 1 << 16
_OPENED_BY_THE_SHELL = ("/dev/fd/", "/proc/self/fd/")
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_file(path: str | os.PathLike[str], *, piped: bool = False) -> BinaryIO:
    """Open a file for reading.

    Parameters
    ----------
    path : str or path
    piped : bool
        Whether what a shell has opened may be a pipe, in which no place can be sought.

    Raises
    ------
    OSError
        If it is not there, may not be read, or is no regular file.

    Examples
    --------
    >>> open_file(os.devnull)
    Traceback (most recent call last):
    ...
    OSError: [Errno 22] A device, a pipe or a socket, and no file to read: '/dev/null'
    """
    handle = os.open(path, os.O_RDONLY | _NOT_WAITING)
    mode = os.fstat(handle).st_mode
    of_shell = os.fspath(path).startswith(_OPENED_BY_THE_SHELL)
    if piped and of_shell and stat.S_ISFIFO(mode):
        os.set_blocking(handle, True)
    elif not stat.S_ISREG(mode):
        os.close(handle)
        code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        what = "A device, a pipe or a socket, and no file to read"
        said = os.strerror(code) if stat.S_ISDIR(mode) else what
        raise OSError(code, said, os.fspath(path))
    return os.fdopen(handle, "rb", _BUFFER_BYTES)


def read_file(path: str | os.PathLike[str], most_bytes: int) -> bytes:
    """Read a whole file; errors as for `open_file`, and an `OSError` if it is too large.

    How long it says that it is is not believed: it may grow while it is read.

    Examples
    --------
    >>> read_file(os.__file__, 1000)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    OSError: [Errno 27] Larger than the 0.001 MB that are read: '...os.py'
    """
    with open_file(path, piped=True) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        most = f"{most_bytes / 1e6:g} MB"
        said = f"Larger than the {most} that are read"
        raise OSError(errno.EFBIG, said, os.fspath(path))
    return content


def is_parquet(name: str) -> bool:
    """Whether a file holds Parquet, by its ending."""
    return name.lower().endswith(".parquet")
