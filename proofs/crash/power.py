"""The power is cut between any two calls to the system that a saving program made.

Its calls are recorded with what they wrote (strace), and the disk as it could look after
a cut is built from them; see `proofs.crash.disk`.
"""

from __future__ import annotations

import os
import pickle
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from proofs.crash.disk import Disk
from proofs.crash.ledger import Answer, Intent, Rows, settle
from proofs.crash.rows import DamageError, rows_at
from riskmodel.store import StoreError, open_store

HOW = ("dropped", "torn", "kept")
NO_STRACE = "no strace: install Debian's package strace"
# What a call does to a disk; of the others only those are read that nobody uses here.
_SIMPLE = {
    "mkdir": "make_folder",
    "mkdirat": "make_folder",
    "ftruncate": "truncate",
    "fsync": "sync",
    "fdatasync": "sync",
    "rename": "rename",
    "renameat": "rename",
    "renameat2": "rename",
    "link": "link",
    "linkat": "link",
    "unlink": "remove",
    "unlinkat": "remove",
    "rmdir": "remove",
}
_CALLS = (
    "openat read lseek write writev pwrite64 pwritev pwritev2 truncate fallocate"
    " symlink symlinkat copy_file_range sendfile sync_file_range"
)
_LINE = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"^(?:\d+|AT_FDCWD)<([^>]*)>")


@dataclass
class Cuts:
    """What came of many cuts."""

    calls: int = 0
    cuts: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One call to the system that changed a file or a folder, or made a change lasting."""

    name: str
    path: str
    to: str = ""  # of a new name
    number: int = 0  # where it writes, or the new size
    data: bytes = b""


def record(folder: Path, seed: int, steps: int, careless: bool = False) -> list[Call]:
    """Let a program save, and take down its calls that concern this folder."""
    (folder / "home").mkdir()
    trace = folder / "trace"
    data = {"XDG_DATA_HOME": str(folder / "home"), "OPENBLAS_NUM_THREADS": "1"}
    command = ["strace", "-f", "-y", "-xx", "-s", "10000000", "-o", str(trace)]
    wanted = ",".join(f"?{call}" for call in (*_SIMPLE, *_CALLS.split()))
    program = [sys.executable, "-m", "proofs.crash.traced", str(folder / "log")]
    options = [str(folder / "home" / "backup.db"), str(seed), str(steps)]
    subprocess.run(
        [*command, "-e", f"trace={wanted}", *program, *options, *["careless"] * careless],
        env=os.environ | data,
        check=True,
    )
    with open(trace, encoding="ascii") as lines:
        return list(calls_in(lines, str(folder)))


def calls_in(lines: Iterable[str], root: str) -> Iterator[Call]:
    """Read what strace has taken down; a call that is not simulated is an error."""
    positions: dict[str, int] = {}  # of open files
    for line in lines:
        if "<unfinished" in line or "resumed>" in line:
            raise ValueError("Two threads called the system at once.")
        if not (found := _LINE.match(line)) or int(found[3]) < 0:
            continue
        name, arguments, result = found[1], found[2], int(found[3])
        place = _PLACE.match(arguments)
        file, folder = (place[0], _bytes(place[1]).decode()) if place else ("", "")
        has_data = name in ("read", "write", "pwrite64")
        texts = [] if has_data else [_bytes(t).decode() for t in _TEXT.findall(arguments)]
        path = os.path.join(folder, texts[0]) if texts else folder
        if name == "openat":
            path = _bytes(found[4]).decode()
            positions[f"{result}<{found[4]}>"] = 0
        if not path.startswith(f"{root}{os.sep}") or path.endswith("-shm"):
            continue
        if name == "lseek":
            positions[file] = result
        elif name == "read":
            positions[file] += result
        elif name == "write":
            at = positions[file]
            positions[file] += result
            yield Call(name, path, number=at, data=_bytes(_TEXT.findall(arguments)[0]))
        elif name == "pwrite64":
            at = int(arguments.rpartition(", ")[2])
            yield Call("write", path, number=at, data=_bytes(_TEXT.findall(arguments)[0]))
        elif name == "openat":
            if "O_CREAT" in arguments:
                yield Call("create", path)
            if "O_TRUNC" in arguments:
                yield Call("truncate", path)
        elif name in _SIMPLE:
            number = int(arguments.rpartition(" ")[2]) if name == "ftruncate" else 0
            yield Call(_SIMPLE[name], path, "".join(texts[1:]), number)
        else:
            raise ValueError(f"{name} of {path} is not simulated.")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def do(disk: Disk, call: Call) -> None:
    """Let the disk do what the program had done."""
    if call.name == "write":
        disk.write(call.path, call.number, call.data)
    elif call.name == "truncate":
        disk.truncate(call.path, call.number)
    elif call.to:
        getattr(disk, call.name)(call.path, call.to)
    else:
        getattr(disk, call.name)(call.path)


def cut_everywhere(seed: int, steps: int, cuts: int, careless: bool = False) -> Cuts:
    """Record a program, cut the power after random calls, and look what is there."""
    found, chance = Cuts(), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="cramprisk-crash-") as name:
        folder = Path(name).resolve()
        calls = record(folder, seed, steps, careless)
        found.calls = len(calls)
        last = len(calls) - 1
        chosen = {last, *chance.sample(range(last), min(cuts - 1, last))}
        told: list[object] = []
        disk = Disk(str(folder / "home"))
        for at, call in enumerate(calls):
            if call.path.startswith(f"{folder}{os.sep}home"):
                do(disk, call)
            elif call.name == "write":
                told.append(pickle.loads(call.data))
            for how in HOW if at in chosen else ():
                found.cuts += 1
                if wrong := look(disk.cut(how, chance), folder / "home", told):
                    found.wrong.append(f"after call {at} of {len(calls)}, {how}: {wrong}")
    return found


def look(files: dict[str, bytes], home: Path, told: list[object]) -> str:
    """Open what a cut has left; the words say what is wrong with it."""
    shutil.rmtree(home)
    home.mkdir()
    for path, content in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    database, copy = home / "cramp-risk" / "cramp-risk.db", home / "backup.db"
    database.parent.mkdir(exist_ok=True)
    if database.exists():  # of the index that was in memory nothing can be relied on
        Path(f"{database}-shm").write_bytes(bytes(range(256)) * 128)
    try:
        open_store(f"sqlite:///{database}").close()
        wrong = _differences(told, rows_at(database))
    except (StoreError, DamageError) as error:
        return str(error)
    if wrong:
        return wrong
    begun = [at for at, message in enumerate(told) if message == "backing up"]
    done = [at for at, message in enumerate(told) if message == "backed up"]
    if not copy.exists():
        return "the backup is not there" if done else ""
    # The last that was confirmed, or the one on its way.
    try:
        there = rows_at(copy)
    except DamageError as error:
        return f"the backup: {error}"
    states = [_differences(told[:at], there) for at in begun[max(0, len(done) - 1) :]]
    return "" if "" in states else f"the backup: {states}"


def _differences(told: list[object], rows: Rows) -> str:
    intents = [message for message in told if isinstance(message, Intent)]
    answers = {message.number: message for message in told if isinstance(message, Answer)}
    tally = settle({}, intents, answers, rows)
    return str(tally) if tally.wrong else ""
