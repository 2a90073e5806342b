"""Where what we write goes: a file is replaced when the new one is whole.

A link is followed to its file.  What is no file, such as a device, is written to as it
is or refused, and never replaced.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO
from uuid import uuid4

_OF_A_DISK = (stat.S_IFREG, stat.S_IFDIR)


def is_stream(target: str) -> bool:
    """Whether output goes to a device, a pipe or our own output: nothing to replace."""
    return target == "-" or _own_output(target) is not None or _is_special(target)


def is_same_file(source: str, target: str) -> bool:
    """Whether what is read and what is written are one file, by whatever name."""
    paths = Path(source), Path(target)
    return (
        "-" not in (source, target)
        and all(p.is_file() for p in paths)
        and (paths[0].samefile(paths[1]))
    )


def _stat(target: str | Path) -> os.stat_result | None:
    """What lies at a path, links followed; None for nothing yet."""
    try:
        return os.stat(target)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_special(target: str) -> bool:
    there = _stat(target)
    return there is not None and stat.S_IFMT(there.st_mode) not in _OF_A_DISK


def _own_output(target: str) -> IO[str] | None:
    """Our own output, under whichever name, such as /dev/stdout."""
    if target == "-":
        if sys.stdout is None:
            raise ValueError("There is no standard output to write to.")
        return sys.stdout
    there = _stat(target)
    for number, output in ((1, sys.stdout), (2, sys.stderr)):
        with suppress(OSError):  # closed
            if there is not None and os.path.samestat(there, os.fstat(number)):
                return output
    return None


def check_target(target: str) -> None:
    """Say before any work that a file cannot be written there.

    Raises
    ------
    ValueError, OSError
        If it is a folder, a socket or a disk, its own folder does not exist, or either
        may not be written.
    """
    if target == "-" or _own_output(target) is not None:
        return
    there = _stat(target)
    if there is not None and stat.S_ISDIR(there.st_mode):
        raise ValueError(f"{target} is a folder; name a file in it.")
    if there is not None and (stat.S_ISSOCK(there.st_mode) or stat.S_ISBLK(there.st_mode)):
        raise ValueError(f"{target} is a socket or a disk; name a file.")
    path = Path(os.path.realpath(target))
    if not path.parent.is_dir():
        raise ValueError(f"The folder {path.parent} does not exist.")
    is_file = there is None or stat.S_ISREG(there.st_mode)
    for place in (path, path.parent) if is_file else (Path(target),):
        by = {"effective_ids": os.access in os.supports_effective_ids}
        if place.exists() and not os.access(place, os.W_OK, **by):
            raise _not_allowed(place)
    if there is not None and is_file and _is_anothers(path.parent, there):
        raise _not_allowed(path)


def _not_allowed(place: Path) -> PermissionError:
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _is_anothers(folder: Path, there: os.stat_result) -> bool:
    """Whether only somebody else may replace a file, as in /tmp (sticky bit)."""
    if os.name != "posix" or not (around := folder.stat()).st_mode & stat.S_ISVTX:
        return False
    return os.geteuid() not in (0, around.st_uid, there.st_uid)


@contextmanager
def replacing(target: str, *, private: bool = False) -> Iterator[IO[str]]:
    """Write a file beside the target and put it in place when it is whole.

    Parameters
    ----------
    target : str
        A path, or ``-`` for standard output.
    private : bool
        Whether the file shall be readable for its user only.

    Raises
    ------
    ValueError, OSError
        As for `check_target`; if the disk is full, say.  The old file is then whole.
    """
    try:
        check_target(target)
        if (output := _own_output(target)) is not None:
            yield output
            output.flush()
        elif _is_special(target):
            # Only opened: if it is gone meanwhile, no file comes in its place.
            handle = os.open(target, os.O_WRONLY | os.O_NOCTTY)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
                yield out
        else:
            with _beside(Path(os.path.realpath(target)), private) as out:
                yield out
    except OSError as error:
        if error.filename is not None or error.strerror is None:
            raise
        # A full disk, say, of which the system names no file.
        raise OSError(error.errno, error.strerror, target) from error


@contextmanager
def _beside(path: Path, private: bool) -> Iterator[IO[str]]:
    whole = path.with_name(f".cramprisk-{uuid4().hex}.part")
    # A new one follows the user's umask; who may read an old one is known at the end.
    mode = 0o600 if private or _stat(path) is not None else 0o666
    try:
        with open(
            whole, "x", encoding="utf-8", newline="", opener=partial(os.open, mode=mode)
        ) as out:
            yield out
        put_in_place(whole, path, private=private)
    finally:
        whole.unlink(missing_ok=True)


def put_in_place(whole: Path, path: Path, *, private: bool) -> None:
    """Put a whole file where another one may be, in one step; the old one is never cut.

    The new one gets permissions and owner of the old one, as far as we can give them;
    ``private`` takes those of others.  What the old one is also called elsewhere (hard
    links, as in a row of backups) keeps the old content.

    Parameters
    ----------
    whole, path : pathlib.Path
        In the same folder, or on the same disk; links of ``path`` are followed before.
    """
    with whole.open("r+b") as written:
        os.fsync(written.fileno())
    if (there := _stat(path)) is not None:
        mode = stat.S_IMODE(there.st_mode) & 0o777  # no new content runs as somebody else
        _give(whole, there)
        if not private:
            shutil.copystat(path, whole)  # with the lists of who may read it
            os.utime(whole)
        os.chmod(whole, mode & 0o700 if private else mode)
    os.replace(whole, path)
    sync_folder(path.parent)


def _give(whole: Path, there: os.stat_result) -> None:
    """Give a new file to the owner of an old one, else to its group, else to nobody."""
    new = whole.stat()
    if (new.st_uid, new.st_gid) == (there.st_uid, there.st_gid):
        return
    for owner in (there.st_uid, -1):
        with suppress(OSError):
            os.chown(whole, owner, there.st_gid)
            return


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlast a power cut, where the system can do that."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder that may be written to and not be read
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # as some drives of a network say
            raise
    finally:
        os.close(handle)
