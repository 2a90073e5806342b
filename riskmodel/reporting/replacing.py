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
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_OF_A_DISK = (stat.S_IFREG, stat.S_IFDIR)


def is_stream(target: str) -> bool:
    """Whether output goes to a device, a pipe or our own output: nothing to replace."""
    return target == "-" or _own_output(target) is not None or _is_special(target)


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
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".cramprisk-", suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        put_in_place(Path(name), path, private=private)
    finally:
        Path(name).unlink(missing_ok=True)


def put_in_place(whole: Path, path: Path, *, private: bool) -> None:
    """Put a file that is whole and private where another one may be, in one step.

    The new one keeps permissions and owner of the old one, ``private`` takes those of
    others.  Where the old one has more names (hard links), or an owner that we cannot
    give, its content is replaced instead, which a crash of the machine can interrupt.

    Parameters
    ----------
    whole, path : pathlib.Path
        In the same folder, or on the same disk; links of ``path`` are followed before.
    """
    with whole.open("r+b") as written:
        os.fsync(written.fileno())
    there = _stat(path)
    if there is None:
        # What was made private follows the user's umask, as any other output.
        os.chmod(whole, 0o600 if private else 0o666 & ~_umask())
    elif there.st_nlink > 1 or not _has_owner(whole, there):
        if private:
            os.chmod(path, stat.S_IMODE(there.st_mode) & 0o700)
        _write_over(whole, path)
        return
    else:
        shutil.copystat(path, whole)  # with the lists of who may read it
        os.utime(whole)
        if private:
            os.chmod(whole, stat.S_IMODE(there.st_mode) & 0o700)
    os.replace(whole, path)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _has_owner(whole: Path, there: os.stat_result) -> bool:
    """Whether a new file has the owner of the old one, or could be given it."""
    new = whole.stat()
    if (new.st_uid, new.st_gid) == (there.st_uid, there.st_gid):
        return True
    try:
        os.chown(whole, there.st_uid, there.st_gid)
    except OSError:
        return False
    return True


def _write_over(whole: Path, path: Path) -> None:
    """Write into a file that is there, once all the room that it needs is taken."""
    with whole.open("rb") as source, path.open("r+b") as out:
        before, needed = os.fstat(out.fileno()).st_size, whole.stat().st_size
        if needed and hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(out.fileno(), 0, needed)
            except OSError as error:
                os.ftruncate(out.fileno(), before)
                if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
                    raise
        shutil.copyfileobj(source, out)
        out.truncate()
        out.flush()
        os.fsync(out.fileno())
