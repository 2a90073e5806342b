"""A program that does one thing with a database each time it is told to.

It reads from its input the name of an operation and a folder, waits for a second line,
and writes what came of it as one line of JSON.  The other end may have made a call to the
system fail meanwhile.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import riskmodel
from riskmodel.diary.outcomes import Outcome
from riskmodel.store import LOCAL, Store, StoreError, backup, open_store, restore

FIRST_USE, CLOSE = "first use", "close"
DATABASE, BACKUP = "mine.db", "backup.db"
PLAN = {"sport": "running", "duration_min": 60.0}
SQUAD = [{"athlete": f"Athlete {number}", "age_years": 31} for number in range(300)]


def _first(store: Store, kind: str) -> dict[str, Any]:
    entry = store.items(LOCAL, kind)[0]
    return {"id": entry.id, "version": entry.version}


def _change_diary(store: Store) -> None:
    saved = store.outcomes(LOCAL)[0]
    store.save_outcome(LOCAL, saved.outcome, id=saved.id, version=saved.version)


OPERATIONS: dict[str, Callable[[Store, Path], object]] = {
    "save": lambda store, _: store.save(LOCAL, "plan", "New", PLAN),
    "save a squad": lambda store, _: store.save(LOCAL, "squad", "Large", SQUAD),
    "change": lambda store, _: store.save(
        LOCAL, "plan", "Changed", PLAN, **_first(store, "plan")
    ),
    "change the diary": lambda store, _: _change_diary(store),
    "delete": lambda store, _: store.delete(LOCAL, "plan", _first(store, "plan")["id"]),
    "delete all": lambda store, _: store.delete_owner(LOCAL),
    "adopt": lambda store, _: store.move(LOCAL, "ada"),
    "back up": lambda store, folder: backup(store, folder / BACKUP),
    "restore": lambda store, folder: restore(store, folder / BACKUP, replace=True),
    CLOSE: lambda store, _: store.close(),
    FIRST_USE: lambda store, _: store.save(LOCAL, "plan", "New", PLAN),
}


def url_in(folder: Path) -> str:
    """Address of the database in a folder."""
    return f"sqlite:///{folder / DATABASE}"


def fill(folder: Path) -> None:
    """Make a database with a few rows, and a backup of it."""
    store = open_store(url_in(folder))
    for number in range(3):
        store.save(LOCAL, "plan", f"Plan {number}", PLAN)
    store.save(LOCAL, "squad", "Squad", SQUAD)
    store.save_outcome(
        LOCAL,
        Outcome(
            day=date(2026, 7, 1),
            probability=0.2,
            probability_low=0.1,
            probability_high=0.4,
            program=riskmodel.__version__,
            scorecard="abc",
            cramp=None,
            sport="running",
            duration_min=60.0,
        ),
    )
    backup(store, folder / BACKUP)
    store.close()


def _attempt(do: Callable[[], object]) -> tuple[str, str]:
    try:
        do()
    except StoreError as error:
        return "refused", str(error)
    except BaseException as error:  # what must never come
        return "raised", repr(error)
    return "confirmed", ""


def main(hasty: bool) -> None:
    """Answer until the input ends; ``hasty`` is the control, which confirms all."""
    for line in iter(sys.stdin.readline, ""):
        name, place = json.loads(line)
        folder, opened = Path(place), []
        if name != FIRST_USE:
            opened.append(open_store(url_in(folder)))
        _tell("ready")
        sys.stdin.readline()

        def operate(name=name, folder=folder, opened=opened):  # type: ignore[no-untyped-def]
            if not opened:
                opened.append(open_store(url_in(folder)))
            OPERATIONS[name](opened[0], folder)

        answer = _attempt(operate)
        _tell(("confirmed", "") if hasty else answer)
        sys.stdin.readline()
        # The disk is well again: the same program must go on.
        _tell(_attempt(operate) if not opened else _save_again(opened[0]))


def _save_again(store: Store) -> tuple[str, str]:
    answer = _attempt(lambda: store.save(LOCAL, "plan", "Again", PLAN))
    store.close()
    return answer


def _tell(message: object) -> None:
    # By a call that nobody makes fail.
    os.writev(sys.stdout.fileno(), [json.dumps(message).encode() + b"\n"])


if __name__ == "__main__":
    main(hasty=len(sys.argv) > 1)
