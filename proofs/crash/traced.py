"""A program that saves, closes and backs up while its calls to the system are recorded.

``python -m proofs.crash.traced LOG BACKUP SEED STEPS [careless]``; each message is one
write to the log, so that it has its place among the other calls.
"""

import os
import pickle
import sys
from contextlib import closing

from sqlalchemy import event

from proofs.crash.work import Worker, attempt
from riskmodel.store import Store, backup, open_store


def _careless(store: Store) -> Store:
    """Control: confirms without waiting for the disk."""
    engine = store.database._engine
    relax = "PRAGMA synchronous = OFF"
    event.listen(engine, "connect", lambda connection, _: connection.execute(relax))
    store.close()  # the next connection is a new one
    return store


def main(log: str, path: str, seed: str, steps: int, careless: bool) -> None:
    """Work in three sittings, each with the closing and opening of the database."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT)

    def tell(message: object) -> None:
        os.write(file, pickle.dumps(message))

    for sitting in range(3):
        store = open_store()
        with closing(_careless(store) if careless else store):
            worker = Worker(store, "owner", f"{seed}.{sitting}")
            for _ in range(steps // 3):
                step = worker.next_step()
                tell(step.intent)
                answer, saved = attempt(step)
                tell(answer)
                if answer.what == "confirmed":
                    worker.learn(step, saved)
            if worker.rows:  # of nothing there is no backup
                tell("backing up")
                backup(store, path)
                tell("backed up")
    tell("closed")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), len(sys.argv) > 5)
