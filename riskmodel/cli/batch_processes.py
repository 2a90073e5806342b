"""Processes that score rows beside this one, and what all leave for each other in files.

A pipe would copy a table four times.  Nothing here takes long to load.
"""

from __future__ import annotations

import mmap
import os
import pickle
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

_ALIGNED = 64  # bytes, as Arrow lays its columns


@dataclass(frozen=True)
class Aside:
    """Anything that lies in a file, and where its parts begin and end in it."""

    path: Path
    parts: tuple[slice, ...]

    def taken_back(self) -> Any:
        """What was put there, on the pages of the file itself, which is gone then."""
        with self.path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        with suppress(OSError):  # where a file that is in use stays until its folder goes
            self.path.unlink()
        first, *buffers = (whole[part] for part in self.parts)
        return pickle.loads(first, buffers=buffers)


def put_aside(thing: object, folder: Path) -> Aside:
    """Leave anything in a folder, for a process that trusts this one."""
    buffers: list[pickle.PickleBuffer] = []
    first = pickle.dumps(thing, 5, buffer_callback=buffers.append)
    path, parts = folder / uuid4().hex, []
    # Not unbuffered: on a disk that gets full such a file takes a part without a word.
    with path.open("wb") as file:
        end = 0
        for content in (memoryview(first), *(buffer.raw() for buffer in buffers)):
            start = file.seek(-(-end // _ALIGNED) * _ALIGNED)
            end = start + file.write(content)
            parts.append(slice(start, end))
    return Aside(path, tuple(parts))


@dataclass(frozen=True)
class Others:
    """Processes beside this one, how many, and where to put aside what is for them."""

    pool: ProcessPoolExecutor
    n_processes: int
    folder: Path


@contextmanager
def other_processes(n_jobs: int) -> Iterator[Others | None]:
    """All but one of ``n_jobs`` processes, which load what scores from now on.

    Raises
    ------
    ValueError
        If a process ended by itself, as where the memory is full.
    """
    if n_jobs == 1:
        yield None
        return
    with TemporaryDirectory(prefix="cramprisk-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # A copy of this process would hold its threads' locks: each starts anew.
        pool = ProcessPoolExecutor(n_jobs - 1, get_context("spawn"), _start, (folder,))
        try:
            pool.submit(int)  # which starts all of them
            yield Others(pool, n_jobs - 1, folder)
        except BrokenProcessPool:
            raise ValueError(
                "A process that scored rows ended by itself, as where the memory is full: "
                "not all rows are scored. Try fewer --jobs."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _start(folder: Path) -> None:
    """Make a process ready that scores: it ends with the one that began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; the first one tells
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    import_module("riskmodel.cli.batch_scores")


def _end_with_parent(folder: Path) -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)
