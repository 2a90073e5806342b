"""The process in which visitors' files are read: it takes one after the other.

It is started with ``python -m riskmodel.serving.reading`` and ends with its server.  A
reading and its arguments come pickled through a pipe, and what came of it goes back the
same way: nothing of a file is written to a disk, and the process is not able to.
"""

from __future__ import annotations

import errno
import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import riskmodel
from riskmodel.serving import readers

MOST_MEMORY_BYTES = 280_000_000
"""Of one reading: the file, what becomes of it, and what is sent back."""
_MOST_CPU_SECONDS = 10  # for the case that the server which ends it is gone
_GROWN_BYTES = 60_000_000  # beyond which the next file gets another process
_NICE = 10  # pages come first
READY = b"!"
_SIZES = Path("/proc/self/statm")  # Linux alone has it


class Answer(NamedTuple):
    """What came of a file.

    Attributes
    ----------
    kind : str
        ``read``, ``refused`` by an error of ours, ``memory`` or ``failed``.
    value : object
        What was read; class, arguments and attributes of an error; or where something
        went wrong that nobody thought of, without a word of the file.
    is_last : bool
        Whether the process ends now.
    """

    kind: str
    value: Any = None
    is_last: bool = False


def main() -> None:
    """Read what comes, until the server is gone."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # is meant for the server
    readers.make_ready()
    at_first = _size_bytes()
    _limit_for_good(at_first)
    with suppress(BrokenPipeError), jobs, answers:
        answers.write(READY)
        answers.flush()
        while (answer := _next(jobs, at_first)) is not None:
            answers.write(_pickled(answer))
            answers.flush()
            if answer.is_last:
                break


def _next(jobs: BinaryIO, at_first: int) -> Answer | None:
    """Read the next file, None where no more will come."""
    _limit_cpu()
    try:
        job: Callable[[], Any] = pickle.load(jobs)
    except EOFError:
        return None
    except MemoryError:
        return Answer("memory", is_last=True)
    answer = _answer(job)
    del job
    gc.collect()
    grown = _size_bytes() - at_first > _GROWN_BYTES
    return answer._replace(is_last=grown or answer.kind == "memory")


def _answer(job: Callable[[], Any]) -> Answer:
    try:
        return Answer("read", job())
    except MemoryError:
        return Answer("memory")
    except Exception as error:  # whatever a parser of somebody else's comes to
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return Answer("memory")  # no room for it but on a disk
        if type(error).__module__.startswith(f"{riskmodel.__name__}."):
            return Answer("refused", (type(error), error.args, vars(error)))
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        return Answer("failed", place)


def _pickled(answer: Answer) -> bytes:
    try:
        return pickle.dumps(tuple(answer))  # this module has another name over there
    except MemoryError:
        return pickle.dumps(("memory", None, True))


def _size_bytes() -> int:
    """Address space of this process, 0 where that is not told."""
    if not _SIZES.exists():
        return 0
    return int(_SIZES.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _limit_for_good(at_first: int) -> None:
    """Limit memory, and forbid files: neither of the disk's room nor of a crash."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if at_first:
        most = at_first + MOST_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_cpu() -> None:
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + _MOST_CPU_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    main()
