"""Programs are killed while they save, and the server with them."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from proofs.crash.ledger import Answer, Intent, Rows, Tally, settle
from proofs.crash.rows import DamageError, postgres_rows, sqlite_rows
from proofs.crash.work import PREY, SHARED, work
from riskmodel.store import StoreError, open_store
from tests.postgres import Server

_ROUNDS_TOGETHER = 8  # until there are new rows for all
_MOST_ANSWERS = 80  # of one round, after which a program may be killed
_LONGEST_WAIT_S = 0.005  # for the moment of that, a few times what one save takes
_LONGEST_FIRST_USE_S = 0.25
_START_S = 60.0
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["proofs.crash.warm"])


@dataclass
class Killed:
    """What came of one series of rounds."""

    tally: Tally = field(default_factory=Tally)
    kills: int = 0
    server_kills: int = 0
    damaged: list[str] = field(default_factory=list)
    # What was told of operations that failed and are there all the same, or are not.
    sentences: set[str] = field(default_factory=set)
    seconds: float = 0.0


class Program:
    """A process at work, and what it has told of that."""

    def __init__(self, url: str, owner: str, seed: str, hasty: bool) -> None:
        self.pipe: Pipe
        self.pipe, theirs = _processes.Pipe(duplex=False)
        self.process: BaseProcess = _processes.Process(
            target=work, args=(url, owner, seed, hasty, theirs), daemon=True
        )
        self.process.start()
        theirs.close()
        self.intents: list[Intent] = []
        self.answers: dict[str, Answer] = {}

    def listen(self) -> None:
        """Take one message; one that is cut off was never followed by its operation."""
        message = self.pipe.recv()
        if isinstance(message, Intent):
            self.intents.append(message)
        else:
            self.answers[message.number] = message

    def kill(self) -> None:
        """End it by signal 9, and hear what it had told before."""
        assert self.process.pid is not None
        if self.process.exitcode is not None:
            raise RuntimeError(f"A program ended by itself: {self.process.exitcode}.")
        os.kill(self.process.pid, signal.SIGKILL)
        with suppress(EOFError, OSError):
            while True:
                self.listen()
        self.process.join()


def listen_for(programs: list[Program], seconds: float) -> None:
    """Take down what the programs tell."""
    until = time.monotonic() + seconds
    pipes = {program.pipe: program for program in programs}
    while (left := until - time.monotonic()) > 0:
        for pipe in wait(list(pipes), timeout=left):
            with suppress(EOFError):
                pipes[pipe].listen()  # type: ignore[index]


def prepare(url: str) -> None:
    """Make the rows that every program changes, and those that every one deletes."""
    with closing(open_store(url)) as store:
        plan = {"sport": "running"}
        for number in range(20 - len(store.items(PREY, "plan"))):
            store.save(PREY, "plan", f"{number}", plan, keep_both=True)
        for number in range(3 - len(store.items(SHARED, "plan"))):
            store.save(SHARED, "plan", f"{number}", plan)


def kill_programs(
    url: str,
    read: Callable[[], Rows],
    *,
    n_processes: int,
    operations: int,
    seed: int,
    crash_server: Callable[[], None] | None = None,
    hasty: bool = False,
) -> Killed:
    """Kill programs round after round, until so many operations were confirmed.

    After each round every row is explained; the next one goes on with what is there.
    """
    chance, found, start = random.Random(seed), Killed(), time.monotonic()
    number, rows = 0, Rows()
    while found.tally.confirmed < operations:
        if number % _ROUNDS_TOGETHER == 0:
            prepare(url)
            rows = read()
        seeds = [
            f"{seed}-{number // _ROUNDS_TOGETHER}.{number}/{p}" for p in range(n_processes)
        ]
        programs = [Program(url, f"owner {p}", s, hasty) for p, s in enumerate(seeds)]
        _round(programs, chance, found, crash_server if number % 6 == 5 else None)
        try:
            after = read()
        except DamageError as damage:
            found.damaged.append(str(damage))
            break
        intents = [intent for program in programs for intent in program.intents]
        answers = {n: a for program in programs for n, a in program.answers.items()}
        found.tally += settle(rows, intents, answers, after)
        found.sentences |= {a.sentence for a in answers.values() if a.sentence}
        rows, number = after, number + 1
    found.seconds = time.monotonic() - start
    return found


def _round(
    programs: list[Program],
    chance: random.Random,
    found: Killed,
    crash_server: Callable[[], None] | None,
) -> None:
    """Let them work, and kill one after another at random moments."""
    until = time.monotonic() + _START_S
    while not all(program.intents for program in programs):
        listen_for(programs, 0.001)
        if time.monotonic() > until:
            raise RuntimeError("A program does not begin.")
    wanted = chance.randint(0, _MOST_ANSWERS)
    while sum(len(program.answers) for program in programs) < wanted:
        listen_for(programs, 0.002)
        if time.monotonic() > until:
            raise RuntimeError("The programs do not get on.")
    listen_for(programs, chance.uniform(0, _LONGEST_WAIT_S))
    if crash_server:
        crash_server()
        found.server_kills += 1
        listen_for(programs, chance.uniform(0, 1))
    at_once = chance.random() < 0.5
    alive = list(programs)
    while alive:
        alive.pop(chance.randrange(len(alive))).kill()
        found.kills += 1
        if not at_once:
            listen_for(alive, chance.uniform(0, 10 * _LONGEST_WAIT_S))


def kill_first_uses(places: Iterable[tuple[str, Callable[[], Rows]]], seed: int) -> Killed:
    """Kill a program in each new database while it opens it; it must open afterwards."""
    chance, found, start = random.Random(seed), Killed(), time.monotonic()
    for number, (url, read) in enumerate(places):
        program = Program(url, "owner", f"{seed}-0.{number}/0", hasty=False)
        listen_for([program], chance.uniform(0, _LONGEST_FIRST_USE_S))
        program.kill()
        found.kills += 1
        try:
            open_store(url).close()
            found.tally += settle({}, program.intents, program.answers, read())
        except (StoreError, DamageError) as error:
            found.damaged.append(str(error))
    found.seconds = time.monotonic() - start
    return found


def sqlite_place(path: Path) -> tuple[str, Callable[[], Rows]]:
    """Address of a file, and how it is read."""
    return f"sqlite:///{path}", lambda: sqlite_rows(path)


def postgres_place(server: Server) -> tuple[str, Callable[[], Rows]]:
    """Address of a new database, and how it is read."""
    name = server.new_database()
    return server.url(name), lambda: postgres_rows(server, name)


def on_sqlite(folder: Path, n_processes: int, operations: int, seed: int) -> Killed:
    """Kill programs that save into a file."""
    return kill_programs(
        *sqlite_place(folder / f"{n_processes}.db"),
        n_processes=n_processes,
        operations=operations,
        seed=seed,
    )


def on_postgres(server: Server, n_processes: int, operations: int, seed: int) -> Killed:
    """Kill programs that save on a server, and the server itself."""
    chance = random.Random(seed)

    def crash() -> None:
        if chance.random() < 0.5:
            server.stop("immediate")
        else:
            kill_server(server)
        time.sleep(chance.uniform(0, 0.2))
        server.start()

    return kill_programs(
        *postgres_place(server),
        n_processes=n_processes,
        operations=operations,
        seed=seed,
        crash_server=crash,
    )


def kill_server(server: Server) -> None:
    """End the server and each of its processes by signal 9."""
    file = server.folder / "data" / "postmaster.pid"
    first = int(file.read_text().split()[0])
    os.kill(first, signal.SIGSTOP)  # so that there are no new ones
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    every = (first, *map(int, children))
    for pid in every:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while not all(map(_is_dead, every)):
        time.sleep(0.005)
    # As long as nobody has taken notice of its death, it would be thought alive.
    file.unlink()


def _is_dead(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True
