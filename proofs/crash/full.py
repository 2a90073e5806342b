"""A disk that is really full: a small one in memory, where one may be mounted."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from proofs.crash.ledger import Answer, Intent, Rows, settle
from proofs.crash.rows import postgres_rows, sqlite_rows
from proofs.crash.work import Worker, attempt
from riskmodel.store import Store, StoreError, open_store
from tests.postgres import Server
from tests.server import free_port

NO_MOUNT = "no small disk can be mounted here: that needs root"
_REFUSALS, _MOST_STEPS = 100, 8000
_RECOVERY_S = 60.0


@dataclass
class Full:
    """What came of operations until the disk was full, then, and with room again."""

    confirmed: int = 0
    refused: int = 0
    deletes_refused: int = 0
    deletes_confirmed: int = 0
    sentences: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def small_disk(size_mb: int) -> Iterator[Path | None]:
    """Mount a disk of this size; None where that is not possible."""
    folder = Path(tempfile.mkdtemp(prefix="cramprisk-small-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=0755", "tmpfs"]
    can = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount")
    try:
        if not can or subprocess.run([*mount, str(folder)], check=False).returncode:
            yield None
            return
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    finally:
        folder.rmdir()


def fill_sqlite(disk: Path, seed: int) -> Full:
    """Work with a file on a small disk."""
    path = disk / "mine.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        return _work(store, disk / "ballast", f"{seed}.0", lambda: sqlite_rows(path))


def fill_postgres(programs: Path, disk: Path, seed: int) -> Full:
    """Work with a server whose folder lies on a small disk."""
    folder = disk / "server"
    folder.mkdir()
    server = Server(programs, folder, free_port(), secrets.token_hex(16), True)
    server.make()
    server.start()
    name = server.new_database()

    def read() -> Rows:
        store.close()
        return postgres_rows(server, name)

    try:
        with closing(open_store(server.url(name))) as store:
            return _work(store, disk / "ballast", f"{seed}.0", read)
    finally:
        with suppress(AssertionError):  # it has stopped by itself
            server.stop("immediate")


def _work(store: Store, ballast: Path, seed: str, read: Callable[[], Rows]) -> Full:
    """Save; fill the disk and go on; make room and go on."""
    found, worker = Full(), Worker(store, "owner", seed)
    intents: list[Intent] = []
    answers: dict[str, Answer] = {}

    def steps(count: int, is_full: bool) -> bool:
        answer = None
        for _ in range(count):
            try:
                step = worker.next_step()
            except StoreError:  # what it looked at is not there, or the server
                continue
            intents.append(step.intent)
            answer, saved = attempt(step)
            answers[answer.number] = answer
            is_deletion = step.intent.cells is None
            if answer.what == "confirmed":
                worker.learn(step, saved)
                found.deletes_confirmed += is_full and is_deletion
            elif answer.what == "failed":
                found.refused += 1
                found.deletes_refused += is_deletion
                found.sentences.add(answer.sentence)
        return answer is not None and answer.what != "failed"

    steps(100, is_full=False)
    with open(ballast, "wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    for _ in range(_MOST_STEPS):  # a server has some room of its own left
        if found.refused < _REFUSALS:
            steps(1, is_full=True)
    ballast.unlink()
    until = time.monotonic() + _RECOVERY_S  # a server first gets over its crash
    while not steps(1, is_full=False):
        if time.monotonic() > until:
            found.wrong.append("it does not go on once there is room")
            break
        time.sleep(0.1)
    tally = settle({}, intents, answers, read())
    found.confirmed = tally.confirmed
    # SQLite says that nothing was changed; a server may break off, and leaves it open.
    untrue = tally.in_flight_applied if store.database.dialect == "sqlite" else 0
    if tally.wrong or untrue:
        found.wrong.append(str(tally))
    return found
