"""The table of benchmarks, and how one of them is measured."""

import importlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from benchmarks.measuring import Figure, over_rounds


class Module(NamedTuple):
    """Where a benchmark is, how often it is run, and whether ``--quick`` runs it."""

    name: str
    rounds: int | None = None
    quick: bool = True


MODULES = {
    "frame": Module("frame_speed"),
    "peers": Module("peers"),
    "rows": Module("row_counts"),
    "stages": Module("stages"),
    "solver": Module("solver"),
    "fast": Module("throughput"),
    "grid": Module("start_grid", rounds=2),
    "squads": Module("squads"),
    "logs": Module("logs"),
    "start": Module("cold_start", rounds=2),
    "files": Module("batch_files", rounds=2),
    "archives": Module("archives", rounds=2),
    "second-opinion": Module("second_opinion", rounds=1),
    # Moves of the browser are many rounds in themselves.
    "pages": Module("page", rounds=1, quick=False),
    "cluster": Module("cluster", rounds=2, quick=False),
}
"""Every benchmark by the name that ``--only`` takes."""


def figures_of(name: str, rounds: int) -> list[Figure]:
    """Measure one module."""
    module = MODULES[name]
    # Imported only now: what it needs may be missing.
    measures = importlib.import_module(f"benchmarks.{module.name}").FIGURES
    return over_rounds(measures, min(rounds, module.rounds or rounds))


def figures_alone(name: str, rounds: int) -> list[Figure]:
    """Measure one module in a process of its own, which holds nothing of the others."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(figures_of, name, rounds).result()
