"""What counts as a fault of a case: an error, a warning, a hang, memory, a broken law."""

from __future__ import annotations

import gc
import re
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

LIMIT_S = 5.0
"""What one case may take."""
LIMIT_BYTES = 500 * 2**20
"""What one case may hold beside what the process held before."""
SENTENCE_LIMIT = 600
"""Characters of one sentence about a file or an answer; of several, of each."""
_FEW = 20
_INTERNAL = re.compile(
    r"Traceback|riskmodel\.|object at 0x|<class|<function|NoneType|pandas"
    r"|ambiguous|broadcast|could not convert|invalid literal|unhashable|not subscriptable"
    r"|KeyError|IndexError|AttributeError|TypeError|openpyxl|site-packages"
)


class BrokenLaw(Exception):
    """A result that cannot be, or a sentence that nobody should read."""


class Hang(BaseException):
    """A case that takes too long; nothing that catches errors catches it."""


@dataclass(frozen=True)
class Target:
    """Something that is tried.

    Attributes
    ----------
    name, what : str
    share : float
        Of all cases, in parts of a thousand.
    make : callable of Random
        The input of a case.
    run : callable of that input
        Reads and checks it.
    refusals : tuple of exception classes
        With which it may say no, in a sentence.
    n_of : callable, optional
        How many answers one input counts for.
    """

    name: str
    what: str
    share: float
    make: Callable[[Random], Any]
    run: Callable[[Any], object]
    refusals: tuple[type[BaseException], ...] = ()
    n_of: Callable[[Any], int] = field(default=lambda _: 1)

    def input(self, seed: int, case: int) -> Any:
        """Input of a numbered case, the same whenever it is made."""
        return self.make(Random(f"{seed}/{self.name}/{case}"))


@dataclass(frozen=True)
class Fault:
    """What went wrong in a case.

    Attributes
    ----------
    target : str
    case : int
    kind : str
        ``traceback``, ``warning``, ``hang``, ``memory``, ``law`` or ``death``; of the
        trial itself ``trial``.
    where, words : str
        The last place in the program, and what was said there.
    given : bytes
        The input, of an answer as Python writes it.
    """

    target: str
    case: int
    kind: str
    where: str
    words: str
    given: bytes = b""

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """What faults of one cause share."""
        return self.target, self.kind, self.where, re.sub(r"\d+", "#", self.words)[:40]


@dataclass
class Tally:
    """What came of cases."""

    cases: int = 0
    answered: int = 0
    refused: int = 0
    worst_s: float = 0.0
    worst_bytes: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another part of the cases."""
        self.cases += other.cases
        self.answered += other.answered
        self.refused += other.refused
        self.worst_s = max(self.worst_s, other.worst_s)
        self.worst_bytes = max(self.worst_bytes, other.worst_bytes)
        self.faults += other.faults


def require(holds: object, words: str) -> None:
    """Let a law be broken that does not hold."""
    if not holds:
        raise BrokenLaw(words)


def check_sentence(text: str) -> None:
    """Each line of what a person reads is a sentence: short, and without our names."""
    require(text.strip(), "nothing is said")
    for line in text.splitlines():
        require(len(line) <= SENTENCE_LIMIT, f"{len(line)} characters: {line[:80]}")
        require(not _INTERNAL.search(line), f"names what is ours: {line[:150]}")


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def ring(_: int, frame: FrameType | None) -> None:
        raise Hang("".join(traceback.format_stack(frame, 1)).strip() if frame else "")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _place(error: BaseException) -> str:
    """The last line of the program itself on the way to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/riskmodel/" in f.filename] or frames[-1:]
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in ours[:-4:-1])


def judge(target: Target, value: Any, limit_s: float = LIMIT_S) -> tuple[str, str, str]:
    """Run one case: ``answered``, ``refused`` or a kind of fault, where, and the words."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        kind, where, words = "answered", "", ""
        try:
            with _limited(limit_s):
                target.run(value)
        except target.refusals as error:
            kind = "refused"
            try:
                # Several problems of answers stand in one line, a sentence for each.
                for said in getattr(error, "problems", (error,)):
                    check_sentence(str(said))
            except BrokenLaw as broken:
                kind, where, words = "law", _place(error), str(broken)
        except BrokenLaw as broken:
            kind, where, words = "law", _place(broken), str(broken)
        except Hang as hang:
            kind, where, words = "hang", _place(hang), str(hang)
        except MemoryError as error:
            kind, where, words = "memory", _place(error), "no memory"
        except (Exception, SystemExit) as error:
            kind, where = "traceback", _place(error)
            words = f"{type(error).__name__}: {error}"[:300]
    if warned and kind in ("answered", "refused"):
        first = warned[0]
        where = f"{Path(first.filename).name}:{first.lineno}"
        kind, words = "warning", f"{first.category.__name__}: {first.message}"[:300]
    return kind, where, words


def as_bytes(value: Any) -> bytes:
    """An input to keep: a file as it is, an answer as Python writes it."""
    if isinstance(value, bytes):
        return value
    try:
        return repr(value).encode("utf-8", "backslashreplace")
    except Exception:  # a number of more digits than Python writes
        return b"(cannot be written)"


def rss_bytes() -> int:
    """Memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _forget_peak() -> None:
    # https://www.kernel.org/doc/html/latest/filesystems/proc.html: the peak starts anew.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def run_cases(
    target: Target,
    seed: int,
    cases: range,
    at: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Run numbered cases one after the other, each within its limits."""
    tally = Tally()
    if cases.stop - cases.start > _FEW:
        gc.collect()
    _forget_peak()
    base = rss_bytes()
    for case in cases:
        try:
            value = target.input(seed, case)
        except Exception as error:  # a mistake of the trial, not of what is tried
            tally.cases += 1
            said = f"{type(error).__name__}: {error}"[:300]
            tally.faults.append(Fault(target.name, case, "trial", _place(error), said))
            continue
        at(case)
        if _peak_bytes() - base > LIMIT_BYTES // 2:  # of making it
            _forget_peak()
        start = time.perf_counter()
        kind, where, words = judge(target, value)
        took_s = time.perf_counter() - start
        if kind == "hang":  # a busy machine can take the time, too
            at(case)
            start = time.perf_counter()
            kind, where, words = judge(target, target.input(seed, case))
            took_s = time.perf_counter() - start
        grown = _peak_bytes() - base
        if grown > tally.worst_bytes and grown > LIMIT_BYTES and kind != "memory":
            kind, words = "memory", f"{grown / 2**20:.0f} MiB"
            _forget_peak()
        tally.worst_bytes = max(tally.worst_bytes, grown)
        tally.worst_s = max(tally.worst_s, took_s)
        n = target.n_of(value)
        tally.cases += n
        if kind in ("answered", "refused"):
            setattr(tally, kind, getattr(tally, kind) + n)
        else:
            at(case)
            tally.faults.append(_fault(target, seed, case, kind, where, words, tally))
    at(-1)
    return tally


def _fault(
    target: Target, seed: int, case: int, kind: str, where: str, words: str, tally: Tally
) -> Fault:
    value = target.input(seed, case)
    fault = Fault(target.name, case, kind, where, words, as_bytes(value))
    known = fault.signature in {other.signature for other in tally.faults}
    if isinstance(value, bytes) and not known and kind in ("traceback", "law", "warning"):
        smaller = shrunk(value, lambda v: judge(target, v)[:2] == (kind, where))
        fault = Fault(target.name, case, kind, where, words, smaller)
    return fault


def shrunk(
    value: bytes, still_fails: Callable[[bytes], bool], seconds: float = 3.0
) -> bytes:
    """Leave out pieces, halves first, as long as the rest still fails."""
    end = time.monotonic() + seconds
    size = len(value) // 2
    while size and time.monotonic() < end:
        place = 0
        while place < len(value) and time.monotonic() < end:
            rest = value[:place] + value[place + size :]
            if still_fails(rest):
                value = rest
            else:
                place += size
        size //= 2
    return value
