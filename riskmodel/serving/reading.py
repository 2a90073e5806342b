"""The process that waits for visitors' files, with all that reads them loaded.

It is started with ``python -m riskmodel.serving.reading`` and ends with its server.  For
each file it splits off a child, which is there within milliseconds, reads that one file
and ends; where a child ends otherwise, the process does, too, as nobody knows what is left
in its pipes.  A reading and its arguments come pickled through a pipe, what came of it goes
back the same way: nothing of a file is written to a disk, and the child is not able to.
Where a process cannot be split (Windows, and macOS with its libraries loaded), it reads
the files itself.
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
from typing import Any, NamedTuple

import riskmodel
from riskmodel.serving import readers

MOST_MEMORY_BYTES = 230_000_000
"""Of one reading: the file, what becomes of it, and what is sent back."""
MOST_CPU_SECONDS = 4
"""Of a core, for one reading: what others take of it does not count.  Judgement: with what
stands around a reading it is over within 5 s by the clock where nobody else works."""
_NICE = 10  # pages come first
NUMBER_BYTES = 12
"""In which a child tells its number, with which it begins."""
_SIZES = Path("/proc/self/statm")  # Linux alone has it
_ANSWERED, _ALONE, _TOO_LONG = 77, 78, 79  # how a child, or this process, ends
_CPU_SIGNAL = getattr(signal, "SIGXCPU", _TOO_LONG)
TOO_LONG = (_TOO_LONG, -_CPU_SIGNAL)
"""With which this process ends where a reading took more of a core than it may."""
_CAN_SPLIT = sys.platform not in ("win32", "darwin")


class Answer(NamedTuple):
    """What came of a file.

    Attributes
    ----------
    kind : str
        ``read``, ``refused`` by an error of ours, ``memory``, ``failed``, or ``ended``
        where the system ended the child.
    value : object
        What was read; class, arguments and attributes of an error; or where something
        went wrong that nobody thought of, without a word of the file.
    """

    kind: str
    value: Any = None


def main() -> None:
    """Read what comes, until the server is gone."""
    jobs, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # is meant for the server
    readers.make_ready()
    with open(os.devnull, "wb") as nowhere:  # nor for the server's log: it may be of a file
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    _limit_for_good()
    gc.freeze()  # children share what is there
    ended = _ANSWERED
    with suppress(BrokenPipeError):
        while ended == _ANSWERED:
            ended = (_split if _CAN_SPLIT else _read_next)(jobs, answers)
    sys.exit(_TOO_LONG if ended in TOO_LONG else 0)


def _split(jobs: int, answers: int) -> int:
    """Let a child read the next file, and tell how the child ended."""
    child = os.fork()
    if child == 0:
        os.nice(_NICE)
        code = _ALONE
        with suppress(BrokenPipeError):
            code = _read_next(jobs, answers)
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _read_next(jobs: int, answers: int) -> int:
    _limit_cpu()
    os.write(answers, f"{os.getpid():{NUMBER_BYTES}d}".encode())
    with open(jobs, "rb", closefd=False) as given:
        try:
            job: Callable[[], Any] = pickle.load(given)
        except EOFError:
            return _ALONE
    _send(answers, _answer(job))
    return _ANSWERED


def _send(answers: int, answer: Answer) -> None:
    try:
        pickled = pickle.dumps(tuple(answer))  # this module has another name over there
    except MemoryError:
        pickled = pickle.dumps(("memory", None))
    with open(answers, "wb", closefd=False) as out:
        out.write(pickled)


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


def _limit_for_good() -> None:
    """Limit memory, and forbid files: neither of the disk's room nor of a crash."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if _SIZES.exists():
        pages = int(_SIZES.read_bytes().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + MOST_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_cpu() -> None:
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + MOST_CPU_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    main()
