"""Each call to the system that an operation makes fails once, as on a full or broken disk.

strace makes the calls of a running program fail; the operations are those of
`proofs.crash.faulted`, each on a fresh copy of the same database.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.crash.faulted import BACKUP, DATABASE, FIRST_USE, fill
from proofs.crash.ledger import Row
from proofs.crash.rows import DamageError, rows_at, sqlite_rows
from riskmodel.store import StoreError, open_store

WRITES = ("pwrite64", "write", "openat", "mkdir", "rename")
OTHERS = ("fdatasync", "fsync", "ftruncate", "unlink", "pread64")
_LONGEST_S = 20.0  # twice as long as a writer waits for another
_SAYS_UNCHANGED = "Nothing was changed."


@dataclass
class Found:
    """What came of all the faults in one operation.

    Of what was refused some is there nevertheless, if the last sync alone failed; the
    sentence says so.
    """

    faults: int = 0
    confirmed: int = 0
    refused: int = 0
    refused_yet_there: list[str] = field(default_factory=list)
    sentences: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Hang(Exception):
    """There was no answer in time."""


class Program:
    """One `proofs.crash.faulted` at work."""

    def __init__(self, folder: Path, hasty: bool = False) -> None:
        # Where a file cannot be removed, temporary ones stay behind.
        own = {"OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(folder)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "proofs.crash.faulted", *["hasty"] * hasty],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | own,
        )
        self._rest = b""

    def tell(self, message: object) -> None:
        """Write a line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """Wait for its next line."""
        assert self._process.stdout is not None
        while b"\n" not in self._rest:
            if not select.select([self._process.stdout], [], [], _LONGEST_S)[0]:
                raise Hang(f"no answer in {_LONGEST_S:.0f} s")
            if not (more := os.read(self._process.stdout.fileno(), 65536)):
                raise Hang(f"the program ended: {self._process.wait()}")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    @contextmanager
    def traced(self, trace: Path, calls: Iterable[str], *options: str) -> Iterator[None]:
        """Take down the program's calls, and let those fail that the options name."""
        wanted = ",".join(f"?{call}" for call in calls)
        command = ["strace", "-p", str(self._process.pid), "-o", str(trace), "-y"]
        with subprocess.Popen(
            [*command, "-s", "0", "-e", f"trace={wanted}", *options],
            stderr=subprocess.PIPE,
            text=True,
        ) as strace:
            try:
                assert strace.stderr is not None
                line = strace.stderr.readline()
                if "attached" not in line:
                    raise RuntimeError(line)
                yield
            finally:
                strace.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def state(rows: dict[str, Row]) -> list[Row]:
    """Rows without their ids, which are new each time."""
    return sorted(rows.values(), key=repr)


class Bench:
    """Copies of one database, on which operations are tried."""

    def __init__(self, folder: Path, hasty: bool = False) -> None:
        self.folder, self.hasty = folder, hasty
        self.origin, self.copy = folder / "origin", folder / "copy"
        self.origin.mkdir()
        fill(self.origin)
        self.program = Program(folder, hasty)

    def fresh(self, operation: str) -> None:
        """Make a new copy; of nothing for a first use."""
        shutil.rmtree(self.copy, ignore_errors=True)
        if operation == FIRST_USE:
            self.copy.mkdir()
        else:
            shutil.copytree(self.origin, self.copy)

    def plain(self, operation: str) -> tuple[list[Row], list[Row], Counter[str]]:
        """Do it with no fault: the state before and after, and its calls."""
        self.fresh(operation)
        path = self.copy / DATABASE
        before = state(rows_at(path)) if path.exists() else []
        for _ in range(2):  # the first time other calls are made
            self.fresh(operation)
            self.begin(operation)
            with self.program.traced(self.folder / "trace", (*WRITES, *OTHERS)):
                self.program.tell("go")
                answer = self.program.hear()
            after = state(sqlite_rows(path))
            self.end()
        assert answer[0] == "confirmed", answer
        lines = (self.folder / "trace").read_text().splitlines()
        calls = Counter(line.partition("(")[0] for line in lines if "(" in line)
        return before, after, calls

    def begin(self, operation: str) -> None:
        """Let the program open the copy."""
        self.program.tell([operation, str(self.copy)])
        assert self.program.hear() == "ready"

    def end(self) -> list[str]:
        """Let it save once more, and close: what came of that."""
        self.program.tell("go on")
        return list(self.program.hear())


def fail_everywhere(operation: str, only: Iterable[str] = (), hasty: bool = False) -> Found:
    """Let each call of one operation fail in turn, and look what came of it."""
    found = Found()
    with tempfile.TemporaryDirectory(prefix="cramprisk-crash-") as name:
        bench = Bench(Path(name).resolve(), hasty)
        try:
            before, after, calls = bench.plain(operation)
            for call, n_calls in sorted(calls.items()):
                if only and call not in only:
                    continue
                for error, when in faults_of(call, n_calls):
                    fault = f"{call}:error={error}:when={when}"
                    if wrong := _try(bench, operation, fault, before, after, found):
                        found.wrong.append(f"{operation}, {fault}: {wrong}")
        finally:
            bench.program.stop()
    return found


def faults_of(call: str, n_calls: int) -> Iterable[tuple[str, str]]:
    """Errors that a call can meet, at each time it is made: once, or from then on."""
    for number in range(1, n_calls + 1):
        yield "EIO", f"{number}"
        if call in WRITES:
            yield "ENOSPC", f"{number}"
            yield "ENOSPC", f"{number}+"


def _try(
    bench: Bench,
    operation: str,
    fault: str,
    before: list[Row],
    after: list[Row],
    found: Found,
) -> str:
    bench.fresh(operation)
    trace, call = bench.folder / "trace", fault.partition(":")[0]
    try:
        bench.begin(operation)
        with bench.program.traced(trace, [call], "-e", f"inject={fault}"):
            bench.program.tell("go")
            answer: tuple[str, str] = bench.program.hear()
            what, words = answer
        path = bench.copy / DATABASE
        there = state(sqlite_rows(path)) if path.exists() else []
        going_on = bench.end()
    except (Hang, DamageError) as error:
        bench.program.stop()
        bench.program = Program(bench.folder, bench.hasty)
        return str(error)
    if "INJECTED" not in trace.read_text():
        return ""
    found.faults += 1
    if what == "raised" or (what == "refused" and not _is_sentence(words)):
        return words
    if what == "confirmed":
        found.confirmed += 1
        if there != after:
            return "confirmed, and not there"
    else:
        found.refused += 1
        found.sentences[words.replace(str(bench.copy), "")] += 1
        if there == after != before:
            if _SAYS_UNCHANGED in words:
                return f"it is there all the same: {words}"
            found.refused_yet_there.append(f"{operation}, {fault}: {words}")
        elif there != before and not (operation == FIRST_USE and there == []):
            return f"half written: {words}"
    if going_on[0] != "confirmed":
        return f"it does not go on: {going_on[1]}"
    return _opens_again(bench)


def _is_sentence(words: str) -> bool:
    return words[:1].isupper() and words.endswith(".") and "\n" not in words


def _opens_again(bench: Bench) -> str:
    try:
        open_store(f"sqlite:///{bench.copy / DATABASE}").close()
        rows_at(bench.copy / DATABASE)
        if (bench.copy / BACKUP).exists():
            rows_at(bench.copy / BACKUP)
    except (StoreError, DamageError) as error:
        return f"it does not open again: {error}"
    return ""
