"""The frame of all benchmarks: what a figure is, rounds, the table, the report.

A benchmark is a module with a tuple ``FIGURES`` of measures.  A measure yields names with
two rates, ours and another's, and perhaps the least that their ratio should be.  It is
run in several rounds; what counts is the median of the ratios, with the least and the
most of them.
"""

import importlib.metadata
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import riskmodel

SCALE = float(os.environ.get("BENCHMARK_SCALE", "1"))
"""Share of all rows that are measured: 0.1 with ``--quick``.  Goals are of all rows."""
ROUNDS = 3
VERSIONS_OF = (
    "numpy",
    "pandas",
    "pyarrow",
    "numba",
    "dask",
    "duckdb",
    "scikit-learn",
    "interpret-core",
    "pythermalcomfort",
    "thermofeel",
    "streamlit",
)

Figures = Iterator[
    tuple[str, float, float, float | None] | tuple[str, float, float, float | None, str]
]
"""Name, ours and the other's rate, goal of the ratio, and its unit if it is no ratio."""
Measure = Callable[[], Figures]


class NotMeasuredError(Exception):
    """Something is not here that a benchmark needs."""


class _Taken(NamedTuple):
    """One figure of one round."""

    name: str
    ours: float
    other: float
    goal: float | None = None
    unit: str = "ratio"
    yardstick: float = 1.0


class Spread(NamedTuple):
    """Median, least and most of the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """Sum up the values of all rounds."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Figure:
    """A ratio over all rounds.

    Attributes
    ----------
    name : str
    ours, other : float
        Rates, the median of each. [1/s, or what the name says]
    ratio : Spread
        Ours to the other's.
    against_yardstick : Spread or None
        Where the other is a fixed number: ours to a rate that only the machine decides.
    rounds : int
    goal : float or None
        The least that the ratio should be.
    unit : str
        "ratio", where more is faster; a "share" of a whole is neither fast nor slow.
    """

    name: str
    ours: float
    other: float
    ratio: Spread
    against_yardstick: Spread | None
    rounds: int
    goal: float | None = None
    unit: str = "ratio"

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        return None if self.goal is None else self.ratio.median >= self.goal

    def to_dict(self) -> dict[str, Any]:
        """As for JSON."""
        plain = asdict(self) | {"met": self.met}
        for name in ("ratio", "against_yardstick"):
            spread = getattr(self, name)
            plain[name] = spread and spread._asdict()
        return plain

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"{self.goal:.2f}"
        spread = f"{_short(self.ratio.low)}–{_short(self.ratio.high)}"
        rates = f"{_short(self.ours):>14}{_short(self.other):>14}"
        line = f"{self.name:<58}{_short(self.ratio.median):>8}{spread:>17}{goal:>8}"
        return f"{line}{'' if self.met in (None, True) else '  MISS':<6}{rates}"


HEADER = (
    f"{'ours / other':<58}{'ratio':>8}{'of all rounds':>17}{'goal':>8}{'':6}"
    f"{'ours /s':>14}{'other /s':>14}"
)


def _short(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 1000 else f"{ratio:.3g}"


def scaled(n: int) -> int:
    """Rows to measure of so many in a full run."""
    return max(round(n * SCALE), 1)


def cpu_seconds(
    tasks: dict[str, Callable[[], object]],
    rounds: int = 1,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Seconds of the processor for each task, the best of several rounds in turn."""
    seconds = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            start = clock()
            task()
            seconds[name] = min(seconds[name], clock() - start)
    return seconds


def children_seconds() -> float:
    """Seconds of the processor that processes have taken which were started here."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_bytes() -> int:
    """Most memory that this process has held; Linux alone tells it.

    `resource` would also tell what the process held that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def yardstick() -> float:
    """How often a second the machine does a little NumPy and a little Python."""
    numbers = np.linspace(0.0, 10.0, 16_384)

    def work() -> None:
        for _ in range(50):
            np.sqrt(np.exp(-numbers) + numbers)
        sum({str(i): i for i in range(20_000)}.values())

    return 1.0 / cpu_seconds({"work": work}, rounds=5)["work"]


def over_rounds(measures: Iterable[Measure], rounds: int) -> list[Figure]:
    """Take every measure so often, in turn, and sum up each figure."""
    taken: dict[str, list[_Taken]] = {}
    for _ in range(rounds):
        for measure in measures:
            rate = yardstick()
            for told in measure():
                one = _Taken(*told)._replace(yardstick=rate)
                taken.setdefault(one.name, []).append(one)
    return [_summed_up(each) for each in taken.values()]


def _summed_up(taken: list[_Taken]) -> Figure:
    # A size that never differs is no rate against a fixed one.
    is_fixed = len({one.other for one in taken}) == 1 < len({one.ours for one in taken})
    of_machine = Spread.of([one.ours / one.yardstick for one in taken])
    return Figure(
        name=taken[0].name,
        ours=statistics.median(one.ours for one in taken),
        other=statistics.median(one.other for one in taken),
        ratio=Spread.of([one.ours / one.other for one in taken]),
        against_yardstick=of_machine if is_fixed else None,
        rounds=len(taken),
        goal=taken[0].goal if SCALE == 1 else None,
        unit=taken[0].unit,
    )


def print_figures(measures: Iterable[Measure], rounds: int = ROUNDS) -> list[Figure]:
    """One line for each figure, with its goal and whether it is missed."""
    print(HEADER)
    figures = over_rounds(tuple(measures), rounds)
    for figure in figures:
        print(figure, flush=True)
    return figures


def machine() -> dict[str, Any]:
    """What the figures were measured with."""
    installed = {one.name.lower() for one in importlib.metadata.distributions()}
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "cramp-risk": riskmodel.__version__,
        "versions": {
            name: importlib.metadata.version(name)
            for name in VERSIONS_OF
            if name in installed
        },
    }
