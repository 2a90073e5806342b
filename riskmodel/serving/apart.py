"""Reading a visitor's file in a process of its own, within limits of memory and time.

A file can be made so that its reader takes all the memory or time there is.  Processes
wait ready (`riskmodel.serving.reading`), so that a normal file costs some milliseconds; a
reading that goes beyond a limit, or whose visitor has left, is killed together with the
process that it came of, so that what is left in the pipes is nobody else's.  What comes
back is trusted: it is our own readers' and not the file's.  Where the system knows no limit
of memory (macOS, Windows) that of time holds alone.
"""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Condition, Lock, Thread
from typing import Any, Literal, TypeVar

from riskmodel.serving.reading import NUMBER_BYTES, TOO_LONG, Answer

T = TypeVar("T")

MOST_WAIT_SECONDS = 20.0
"""For its turn, and for a reading where other programs take the cores.  Judgement."""
MOST_AT_ONCE = 2
"""Files of all visitors that are read at the same time; the others wait.  Judgement."""
_MOST_START_SECONDS = 30.0
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 1.0  # with a process whose child was killed
_COMMAND = (sys.executable, "-P", "-m", "riskmodel.serving.reading")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_NO_THREADS = {"ARROW_DEFAULT_MEMORY_POOL": "system"}  # a child has none but its own
# What Python and its libraries need; where the database is, and every key, is none of its
# business.
_ENVIRONMENT = (
    "PATH", "LANG", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONWARNINGS",
    "PYTHONDONTWRITEBYTECODE", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
)  # fmt: skip
_logger = logging.getLogger(__name__)

Why = Literal["time", "memory", "busy", "ended", "failed", "left"]


class NotReadError(Exception):
    """A file that could not be read here, of which nothing is known.

    Attributes
    ----------
    why : str
        ``time`` or ``memory``: it took more than is allowed.  ``busy``: others' files were
        read meanwhile.  ``ended``: the system ended its process.  ``failed``: its reader
        did not know what to do with it.  ``left``: the visitor did.
    """

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)


def read_apart(
    read: Callable[[], T],
    *,
    is_wanted: Callable[[], bool] = lambda: True,
    most_seconds: float = MOST_WAIT_SECONDS,
) -> T:
    """Let a process of its own read a file.

    Parameters
    ----------
    read : callable
        What can be pickled, such as a ``functools.partial`` of a function of a module and
        the bytes of a file.
    is_wanted : callable, optional
        Whether the visitor is still there; it is asked all the time.
    most_seconds : float, optional
        For the wait for its turn, and as much for the reading, which may take
        `MOST_CPU_SECONDS` of a core. [s]

    Returns
    -------
    object
        What `read` gives back.

    Raises
    ------
    NotReadError
        If it was ended before.
    Exception
        What `read` raises, if it is an error of this package.

    Examples
    --------
    >>> from functools import partial
    >>> from riskmodel.inputs.tables import text_of
    >>> read_apart(partial(text_of, b"Name;Age"))
    'Name;Age'
    """
    with _turn(time.monotonic() + most_seconds, is_wanted):
        process = _taken()
        try:
            answer = process.answer(read, most_seconds, is_wanted)
        finally:
            _put_back(process)
    value: T = _value(answer)
    return value


def _value(answer: Answer) -> Any:
    match answer.kind:
        case "read":
            return answer.value
        case "refused":
            kind, given, attributes = answer.value
            error: Exception = kind.__new__(kind, *given)
            error.__dict__.update(attributes)
            raise error
        case "memory" | "time" as why:
            raise NotReadError(why)
        case "ended":
            _logger.error("What read a file was ended by the system")
            raise NotReadError("ended")
    _logger.error("A file could not be read: %s", answer.value)
    raise NotReadError("failed")


# ------------------------------------------------------------------------------- turns

_line: deque[object] = deque()
_n_running = 0
_change = Condition()


@contextmanager
def _turn(until: float, is_wanted: Callable[[], bool]) -> Iterator[None]:
    """Wait until fewer files are read than may be at once, in the order of asking."""
    global _n_running
    me = object()
    with _change:
        _line.append(me)
        try:
            while _line[0] is not me or _n_running >= MOST_AT_ONCE:
                _go_on(until, is_wanted, "busy")
                _change.wait(_POLL_SECONDS)
            _n_running += 1
        finally:
            _line.remove(me)
            _change.notify_all()
    try:
        yield
    finally:
        with _change:
            _n_running -= 1
            _change.notify_all()


def _go_on(until: float, is_wanted: Callable[[], bool], why: Why) -> None:
    """Stop with an error where nobody waits any more, or the time is over."""
    if not is_wanted():
        raise NotReadError("left")
    if time.monotonic() > until:
        raise NotReadError(why)


# --------------------------------------------------------------------------- processes

_idle: list[_Process] = []
_all: set[_Process] = set()
_lock = Lock()


class _Process:
    """One process that reads files, as the server sees it."""

    def __init__(self) -> None:
        path = os.pathsep.join(os.path.abspath(part) for part in sys.path if part)
        own = dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": path} | _NO_THREADS
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=kept | own,
            cwd=os.path.abspath(os.sep),
        )
        self.reader = 0  # number of what reads a file now
        _all.add(self)

    @property
    def number(self) -> int:
        """What the system calls it by."""
        return self._process.pid

    @property
    def is_there(self) -> bool:
        return self in _all and self._process.poll() is None

    def answer(
        self, read: Callable[[], Any], most_seconds: float, is_wanted: Callable[[], bool]
    ) -> Answer:
        """What comes of a reading; the time in which the process starts does not count."""
        try:
            until = time.monotonic() + _MOST_START_SECONDS
            ended: Answer | None = self._wait(self._hear, until, is_wanted)
            if ended is not None:
                return ended
            until = time.monotonic() + most_seconds
            came: Answer = self._wait(lambda: self._exchange(read), until, is_wanted)
            return came
        except BaseException:
            self.end()
            raise
        finally:
            self.reader = 0

    def _hear(self) -> None:
        assert self._process.stdout is not None
        self.reader = int(self._process.stdout.read(NUMBER_BYTES))

    def _exchange(self, read: Callable[[], Any]) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(read, self._process.stdin)
        self._process.stdin.flush()
        return Answer(*pickle.load(self._process.stdout))

    def _wait(
        self, work: Callable[[], Any], until: float, is_wanted: Callable[[], bool]
    ) -> Any:
        done = _started(work)
        while True:
            try:
                return done.result(_POLL_SECONDS)
            except TimeoutError:
                _go_on(until, is_wanted, "time")
            # It is no longer there, or what it says was cut off.
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                self.end()
                return Answer("time" if self._process.returncode in TOO_LONG else "ended")

    def end(self) -> None:
        """Kill what reads a file, and wait until the process that it came of is gone."""
        _all.discard(self)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self.reader == self.number:
            self._process.kill()
        elif self.reader:
            with suppress(ProcessLookupError):  # ended at this moment
                os.kill(self.reader, signal.SIGKILL)
        else:  # it waits for a file, of which there will be none
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what could not be sent any more
                pipe.close()


def _started(work: Callable[[], Any]) -> Future[Any]:
    """What a thread does: pipes of some systems can only be waited for by their reader."""
    done: Future[Any] = Future()
    Thread(target=_fulfil, args=(done, work), daemon=True).start()
    return done


def _fulfil(done: Future[Any], work: Callable[[], Any]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:
        done.set_exception(error)


def _taken() -> _Process:
    """A process that waits, or a new one."""
    with _lock:
        while _idle:
            process = _idle.pop(0)  # the oldest: one that is new may still be starting
            if process.is_there:
                return process
            process.end()
    return _Process()


def _put_back(process: _Process) -> None:
    """Let a process wait for the next file, if it is there and not one too many."""
    with _lock:
        if process.is_there and len(_idle) < MOST_AT_ONCE:
            _idle.append(process)
            return
    process.end()
    get_ready()


def get_ready() -> None:
    """Start processes until there are as many as files may be read at once."""
    with _lock:
        while len(_all) < MOST_AT_ONCE:
            _idle.append(_Process())


@atexit.register
def _end_all() -> None:
    for process in [*_all]:
        process.end()
