"""The chain on one core and on two, against a compiled model on the same rows.

``python -m benchmarks.throughput``.  On one core cpu time counts; two cores against one are
compared by the clock, which wants a machine with nothing else to do.
"""

import os
import time

import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from riskmodel import assess_frame

N = scaled(1_000_000)
N_FIT = min(N, 5_000)


def as_numbers(frame: pd.DataFrame) -> np.ndarray:
    """Every answer as a number, as a model wants them."""
    codes = {
        name: column.cat.codes
        if isinstance(column.dtype, pd.CategoricalDtype)
        else column.astype("int64")
        if isinstance(column.dtype, pd.DatetimeTZDtype)
        else column
        for name, column in frame.items()
    }
    return pd.DataFrame(codes).to_numpy(np.float64)


def one_core_and_two() -> Figures:
    whole = raw_frame(N, 1, categories=True, missing=False)
    numbers = as_numbers(whole)
    chance = assess_frame(whole.head(N_FIT), detail=False)["probability"].to_numpy()
    cramped = np.random.default_rng(4).random(N_FIT) < chance
    # Without pairs, as a scorecard has none: the quickest that it can be.
    model = ExplainableBoostingClassifier(interactions=0, outer_bags=2, n_jobs=1)
    model.fit(numbers[:N_FIT], cramped)
    tasks = {
        "one": lambda: assess_frame(whole, detail=False),
        "two": lambda: assess_frame(whole, detail=False, threads=2),
        "model": lambda: model.predict(numbers),
    }
    cpu = cpu_seconds(tasks, rounds=2)
    yield "no blank / 1,500,000 rows/s", N / cpu["one"], 1.5e6, 1.0
    yield "no blank / EBM predict alone", N / cpu["one"], N / cpu["model"], 1.0
    yield "cpu of one thread / of two", N / cpu["two"], N / cpu["one"], 0.9
    clock = dict.fromkeys(("one", "two"), np.inf)
    for _ in range(3):
        for name in clock:
            start = time.perf_counter()
            tasks[name]()
            clock[name] = min(clock[name], time.perf_counter() - start)
    cores = len(os.sched_getaffinity(0))
    goal = 1.8 if cores > 1 else None
    yield f"two threads / one, {cores} cores", N / clock["two"], N / clock["one"], goal


def equality() -> Figures:
    """Rows with open and impossible answers that two threads score as one does."""
    frame = raw_frame(N, 2, categories=True)
    frame.loc[::997, "relative_humidity_pct"] = 500.0
    frame.loc[::991, "sport"] = np.nan
    one, two = (assess_frame(frame, detail=False, threads=n) for n in (1, 2))
    alike = (one.eq(two) | (one.isna() & two.isna())).all(axis=1)
    yield "rows alike in two threads and in one", float(alike.sum()), float(N), 1.0


FIGURES = (one_core_and_two, equality)

if __name__ == "__main__":
    print_figures(FIGURES)
