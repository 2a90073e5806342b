"""Loads what a program needs before it is copied, so that each copy begins at once."""

import random
import tempfile
from contextlib import closing

from proofs.crash.work import Worker, attempt, open_store


def warm(steps: int = 60) -> None:
    """Do some of every step in a database that is thrown away."""
    with (
        tempfile.TemporaryDirectory(prefix="cramprisk-crash-") as folder,
        closing(open_store(f"sqlite:///{folder}/warm.db")) as store,
    ):
        worker = Worker(store, "nobody", str(random.random()))
        for _ in range(steps):
            step = worker.next_step()
            answer, saved = attempt(step)
            if answer.what == "confirmed":
                worker.learn(step, saved)


warm()
