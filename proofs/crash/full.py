"""A disk that is really full: a small one in memory, where one may be mounted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from proofs.crash.ledger import Answer, Intent, settle
from proofs.crash.rows import postgres_rows, sqlite_rows
from proofs.crash.work import Worker, attempt
from riskmodel.store import NotFoundError, Store, StoreError, open_store
from tests.postgres import Server

NO_MOUNT = "no small disk can be mounted here: that needs root"
_STEPS_WHEN_FULL = 200


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


def fill_sqlite(folder: Path, seed: int) -> Full:
    """Work with a file on a small disk."""
    path = folder / "mine.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        found = _work(store, folder / "ballast", f"{seed}.0", lambda: sqlite_rows(path))
    open_store(f"sqlite:///{path}").close()
    return found


def fill_postgres(server: Server, folder: Path, seed: int) -> Full:
    """Work with a server whose folder lies on a small disk."""
    name = server.new_database()
    with closing(open_store(server.url(name))) as store:

        def read():  # type: ignore[no-untyped-def]
            store.close()
            return postgres_rows(server, name)

        return _work(store, folder / "ballast", f"{seed}.0", read)


def _work(store: Store, ballast: Path, seed: str, read) -> Full:  # type: ignore[no-untyped-def]
    """Save; fill the disk and go on; make room and go on."""
    found, worker = Full(), Worker(store, "owner", seed)
    intents: list[Intent] = []
    answers: dict[str, Answer] = {}

    def steps(count: int, is_full: bool) -> bool:
        answer = None
        for _ in range(count):
            try:
                step = worker.next_step()
            except NotFoundError:
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
    steps(_STEPS_WHEN_FULL, is_full=True)
    ballast.unlink()
    try:
        if not steps(20, is_full=False):
            found.wrong.append("it does not go on once there is room")
    except StoreError as error:
        found.wrong.append(str(error))
    tally = settle({}, intents, answers, read())
    found.confirmed = tally.confirmed
    # Whatever failed here said so before anything was changed.
    if tally.wrong or tally.in_flight_applied:
        found.wrong.append(str(tally))
    return found
