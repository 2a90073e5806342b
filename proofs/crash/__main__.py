"""Pull the plug, and print what was lost.

``make crash``, or ``python -m proofs.crash --only sqlite``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from proofs.crash.faulted import OPERATIONS
from proofs.crash.faults import Found, fail_everywhere
from proofs.crash.full import NO_MOUNT, Full, fill_postgres, fill_sqlite, small_disk
from proofs.crash.killing import (
    Killed,
    kill_first_uses,
    on_postgres,
    on_sqlite,
    postgres_place,
    sqlite_place,
)
from proofs.crash.power import HOW, NO_STRACE, cut_everywhere
from tests.postgres import NO_POSTGRES, find_postgres, running

PROCESSES = (1, 2, 4)
_KILLED = ("confirmed", "told", "applied", "not applied", "kills", "lost", "unexplained")


def main() -> int:
    """Do what was asked for; 1 if anything was lost or wrong."""
    parser = argparse.ArgumentParser(prog="python -m proofs.crash", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--operations", type=int, default=10_000, help="confirmed ones, of each database"
    )
    parser.add_argument("--only", choices=PARTS)
    chosen = parser.parse_args()
    wrong, start = 0, time.monotonic()
    for name, part in PARTS.items():
        if chosen.only in (None, name):
            wrong += part(chosen.seed, chosen.operations)
    print(f"\nseed {chosen.seed}, {time.monotonic() - start:.0f} s; wrong in all: {wrong}")
    return 1 if wrong else 0


def kill_on_sqlite(seed: int, operations: int) -> int:
    """Kill programs that save into a file."""
    _killed_head("SQLite: programs killed while they save")
    with tempfile.TemporaryDirectory(prefix="cramprisk-crash-") as name:
        folder, wrong = Path(name), 0
        for n_processes in PROCESSES:
            each = -(-operations // len(PROCESSES))
            killed = on_sqlite(folder, n_processes, each, seed + n_processes)
            wrong += _killed_row(f"{n_processes} at once", killed)
        places = [sqlite_place(folder / f"new {n}.db") for n in range(operations // 100)]
        return wrong + _killed_row("first use", kill_first_uses(places, seed))


def kill_on_postgres(seed: int, operations: int) -> int:
    """Kill programs that save on a server, and the server."""
    _killed_head("PostgreSQL: programs killed while they save, and the server with them")
    if not (programs := find_postgres()):
        print(f"  not tried: {NO_POSTGRES}")
        return 0
    wrong = 0
    with running(programs, as_shipped=True) as server:
        for n_processes in PROCESSES:
            each = -(-operations // len(PROCESSES))
            killed = on_postgres(server, n_processes, each, seed + n_processes)
            wrong += _killed_row(f"{n_processes} at once", killed)
        places = [postgres_place(server) for _ in range(operations // 400)]
        return wrong + _killed_row("first use", kill_first_uses(places, seed))


def _killed_head(title: str) -> None:
    print(f"\n{title}")
    print(f"{'':14}" + "".join(f"{name:>13}" for name in _KILLED) + f"{'seconds':>9}")


def _killed_row(name: str, killed: Killed) -> int:
    tally = killed.tally
    kills = f"{killed.kills}" + f" + {killed.server_kills}" * bool(killed.server_kills)
    in_flight = (tally.in_flight_applied, tally.in_flight_not_applied)
    unexplained = tally.unexplained + tally.half
    row = (tally.confirmed, tally.refused, *in_flight, kills, tally.lost, unexplained)
    print(f"  {name:12}" + "".join(f"{c:>13}" for c in row) + f"{killed.seconds:>9.0f}")
    for damage in killed.damaged:
        print(f"    DAMAGED: {damage}")
    return tally.wrong + len(killed.damaged)


def spoil_disk(seed: int, operations: int) -> int:
    """Cut the power, let each call fail, and fill the disk."""
    if not shutil.which("strace"):
        print(f"\nPower cuts, and calls that fail: not tried: {NO_STRACE}")
        return _fill_disk(seed)
    print("\nSQLite: the power is cut after a call of a program that saves and backs up")
    cuts = cut_everywhere(seed, operations // 30, operations // 20)
    print(
        f"  {cuts.calls} calls recorded, {cuts.cuts} states tried ({', '.join(HOW)}): "
        f"{len(cuts.wrong)} wrong"
    )
    wrong = _list(cuts.wrong)
    print("\nSQLite: each call of an operation fails in turn, with EIO or ENOSPC")
    names = ("failed calls", "confirmed", "refused", "left open", "wrong")
    print(f"{'':18}" + "".join(f"{name:>14}" for name in names))
    for operation in OPERATIONS:
        wrong += _faults_row(operation, fail_everywhere(operation))
    return wrong + _fill_disk(seed)


def _faults_row(operation: str, found: Found) -> int:
    left_open = len(found.refused_yet_there)
    cells = (found.faults, found.confirmed, found.refused, left_open, len(found.wrong))
    print(f"  {operation:16}" + "".join(f"{cell:>14}" for cell in cells))
    return _list(found.wrong)


def _fill_disk(seed: int) -> int:
    print("\nA disk that is really full, then with room again")
    wrong = 0
    with small_disk(4) as disk:
        wrong += _full_row("SQLite", fill_sqlite(disk, seed) if disk else None)
    if programs := find_postgres():
        with small_disk(120) as disk:
            full = fill_postgres(programs, disk, seed) if disk else None
            wrong += _full_row("PostgreSQL", full)
    return wrong


def _full_row(name: str, full: Full | None) -> int:
    if full is None:
        print(f"  {name}: not tried: {NO_MOUNT}")
        return 0
    print(
        f"  {name}: {full.confirmed} confirmed, {full.refused} refused; of deletions on "
        f"the full disk {full.deletes_confirmed} confirmed, {full.deletes_refused} refused"
    )
    return _list(full.wrong)


def _list(wrong: list[str]) -> int:
    for words in wrong[:20]:
        print(f"    WRONG: {words}")
    return len(wrong)


PARTS: dict[str, Callable[[int, int], int]] = {
    "sqlite": kill_on_sqlite,
    "postgresql": kill_on_postgres,
    "disk": spoil_disk,
}

if __name__ == "__main__":
    sys.exit(main())
