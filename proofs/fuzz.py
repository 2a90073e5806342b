"""Mutants of files and random answers, with a table of what came of them.

``python -m proofs.fuzz --seed 2 --count 100000``: the same seed makes the same cases.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

# One thread for each worker: before NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from proofs.fuzzing.doors import DOORS
from proofs.fuzzing.forms import FORMS
from proofs.fuzzing.importers import IMPORTERS
from proofs.fuzzing.judge import LIMIT_S, Fault, Tally, Target, run_cases

TARGETS = (*IMPORTERS, *DOORS, *FORMS)
COUNT = 60_000
"""Cases of a run that nothing else is said of: a few minutes on two cores."""
_OVER_S = 3 * LIMIT_S
"""After so long a worker that does not answer is ended from outside."""
_TELL_S = 60.0
_CHUNKS = 60  # of each target, so that all are tried from the start
_FEWEST = 10  # cases in a piece
_SHOWN = 200  # characters of a small input

_fork = get_context("fork")


@dataclass(frozen=True)
class _Chunk:
    target: Target
    cases: range


@dataclass
class _Worker:
    """A process that runs chunks, and where it is."""

    process: ForkProcess
    pipe: Connection
    at: Any  # the case it runs, and since when
    chunk: _Chunk | None = None


@dataclass
class Report:
    """What came of all cases, by target."""

    of: dict[str, Tally] = field(default_factory=dict)
    took_s: float = 0.0

    @property
    def cases(self) -> int:
        """How many there were."""
        return sum(tally.cases for tally in self.of.values())

    @property
    def faults(self) -> list[Fault]:
        """Every fault, in the order of the targets."""
        return [fault for tally in self.of.values() for fault in tally.faults]


def _work(pipe: Connection, at: Any, seed: int, targets: Sequence[Target]) -> None:
    def note(case: int) -> None:
        at[0], at[1] = case, time.monotonic()

    with open(os.devnull, "w") as nowhere:
        sys.stdout = nowhere
        while (chunk := pipe.recv()) is not None:
            note(-1)
            try:
                pipe.send(run_cases(targets[chunk[0]], seed, chunk[1], note))
            except Exception:  # of the trial, not of what is tried
                pipe.send(traceback.format_exc())


def _start(seed: int, targets: Sequence[Target]) -> _Worker:
    ours, theirs = _fork.Pipe()
    at = _fork.RawArray("d", [-1.0, 0.0])
    process = _fork.Process(target=_work, args=(theirs, at, seed, targets), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, at)


def chunks(targets: Iterable[Target], count: int) -> deque[_Chunk]:
    """All cases in pieces, a piece of each target in turn."""
    targets = list(targets)
    whole = sum(target.share for target in targets)
    of_each = []
    for target in targets:
        # A case of some targets stands for several answers.
        n = round(count * target.share / whole / target.n_of(target.input(0, 0))) or 1
        size = max(_FEWEST, n // _CHUNKS)
        of_each.append(
            [_Chunk(target, range(i, min(i + size, n))) for i in range(0, n, size)]
        )
    return deque(chunk for row in zip_longest(*of_each) for chunk in row if chunk)


def run(
    targets: Sequence[Target],
    *,
    seed: int,
    count: int,
    minutes: float | None = None,
    workers: int | None = None,
    over_s: float = _OVER_S,
    tell: Callable[[str], object] = lambda _: None,
) -> Report:
    """Try every target, on all cores; a worker that hangs or dies costs its case only."""
    todo, report = chunks(targets, count), Report()
    start = time.monotonic()
    end = start + 60 * minutes if minutes else float("inf")
    told = start
    for target in targets:
        report.of[target.name] = Tally()
    crew = [_start(seed, targets) for _ in range(workers or os.cpu_count() or 1)]
    try:
        while True:
            for worker in crew:
                if worker.chunk is None and todo and time.monotonic() < end:
                    worker.chunk = todo.popleft()
                    worker.at[1] = time.monotonic()
                    # A forked worker has the targets, which cannot be sent.
                    place = targets.index(worker.chunk.target)
                    worker.pipe.send((place, worker.chunk.cases))
            busy = [worker for worker in crew if worker.chunk is not None]
            if not busy:
                break
            if time.monotonic() - told > _TELL_S:
                told = time.monotonic()
                tell(f"{report.cases:,} cases, {len(report.faults)} faults")
            ready = wait([worker.pipe for worker in busy], timeout=0.5)
            for place, worker in enumerate(crew):
                if worker.chunk is None:
                    continue
                tally = _received(worker) if worker.pipe in ready else None
                if tally is not None:
                    report.of[worker.chunk.target.name].add(tally)
                    for fault in tally.faults:
                        tell(f"{fault.kind}: {fault.target} {fault.case}: {fault.words}")
                    worker.chunk = None
                elif (
                    not worker.process.is_alive()
                    or time.monotonic() - worker.at[1] > over_s
                ):
                    _note_lost(worker, report, todo)
                    crew[place] = _start(seed, targets)
    finally:
        for worker in crew:
            worker.process.kill()
            worker.process.join()
    report.took_s = time.monotonic() - start
    return report


def _received(worker: _Worker) -> Tally | None:
    try:
        tally = worker.pipe.recv()
    except EOFError:  # it has died
        worker.process.join()
        return None
    if not isinstance(tally, Tally):
        raise RuntimeError(f"The trial itself failed.\n{tally}")
    return tally


def _note_lost(worker: _Worker, report: Report, todo: deque[_Chunk]) -> None:
    """End a worker, note its case as a fault, and leave the rest to another one."""
    dead = not worker.process.is_alive()
    worker.process.kill()
    worker.process.join()
    assert worker.chunk is not None
    target, cases, case = worker.chunk.target, worker.chunk.cases, int(worker.at[0])
    kind = "death" if dead else "hang"
    words = f"exit {worker.process.exitcode}" if dead else "had to be ended from outside"
    report.of[target.name].cases += 1
    report.of[target.name].faults.append(Fault(target.name, case, kind, "", words))
    for rest in (range(cases.start, case), range(case + 1, cases.stop)):
        if rest and case >= 0:
            todo.append(_Chunk(target, rest))


# ------------------------------------------------------------------------------ in words


def table(report: Report, targets: Sequence[Target]) -> list[str]:
    """Lines of a table, as they stand in docs/trust.md."""
    head = (
        "| what | cases | answered | refused | tracebacks | hangs | other | worst s | MiB |"
    )
    rows = [head, "|---|" + "---:|" * 8]
    whole = Tally()
    for target in targets:
        tally = report.of[target.name]
        whole.add(tally)
        rows.append(_row(target.what, tally))
    return [*rows, _row("all", whole)]


def _row(what: str, tally: Tally) -> str:
    kinds = Counter(fault.kind for fault in tally.faults)
    errors, hangs = kinds["traceback"], kinds["hang"]
    cells = (tally.cases, tally.answered, tally.refused, errors, hangs)
    others = len(tally.faults) - errors - hangs
    numbers = " | ".join(f"{cell:,}" for cell in (*cells, others))
    return f"| {what} | {numbers} | {tally.worst_s:.2f} | {tally.worst_bytes / 2**20:.0f} |"


def by_cause(faults: Iterable[Fault]) -> list[tuple[Fault, int]]:
    """Of faults of one cause the one with the smallest input, and how many there are."""
    of_cause: dict[tuple[str, ...], list[Fault]] = {}
    for fault in faults:
        of_cause.setdefault(fault.signature, []).append(fault)
    return [
        (min(alike, key=lambda fault: len(fault.given)), len(alike))
        for alike in of_cause.values()
    ]


def fault_lines(faults: Iterable[Fault], seed: int) -> list[str]:
    """One line for each cause, with a case that can be run again and a small input."""
    lines = []
    for first, count in by_cause(faults):
        lines.append(
            f"{first.kind} x{count}: --seed {seed} --only {first.target} "
            f"--case {first.case}: {first.words} ({first.where})"
        )
        if len(first.given) <= _SHOWN:
            lines.append(f"    {first.given!r}")
    return lines


def write_files(faults: Iterable[Fault], folder: Path) -> None:
    """Write the input of one fault of each cause into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (fault, _) in enumerate(by_cause(faults)):
        name = f"{number:03}-{fault.target}-{fault.kind}-{fault.case}"
        (folder / name).write_bytes(fault.given)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the table, and end with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m proofs.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=COUNT, help="cases of all together")
    parser.add_argument("--minutes", type=float, help="no case begins after so many")
    parser.add_argument("--only", action="append", help="a name, may be given again")
    parser.add_argument("--case", type=int, help="only this case, of one --only")
    parser.add_argument("--workers", type=int, help="at first one for each core")
    parser.add_argument("--out", type=Path, help="folder for the inputs of faults")
    asked = parser.parse_args(arguments)
    names = [target.name for target in TARGETS]
    if unknown := set(asked.only or ()) - set(names):
        parser.error(f"There is no {', '.join(unknown)}; there are {', '.join(names)}.")
    targets = [t for t in TARGETS if not asked.only or t.name in asked.only]
    if asked.case is not None:
        tallies = {
            t.name: run_cases(t, asked.seed, range(asked.case, asked.case + 1))
            for t in targets
        }
        report = Report(tallies)
    else:
        report = run(
            targets, seed=asked.seed, count=asked.count, minutes=asked.minutes,
            workers=asked.workers,
            tell=partial(print, file=sys.stderr, flush=True),
        )  # fmt: skip
    print("\n".join(table(report, targets)))
    print(f"\nSeed {asked.seed}, {report.took_s / 60:.1f} minutes.")
    print("\n".join(fault_lines(report.faults, asked.seed)))
    if asked.out:
        write_files(report.faults, asked.out)
    return 1 if report.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
