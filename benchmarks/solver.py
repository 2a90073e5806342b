"""The WBGT solver and the points, each against others that count the same."""

from functools import cache

import numpy as np
import thermofeel

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from riskmodel import assess_frame, load_scorecard
from riskmodel.inputs.reading import read_frame
from riskmodel.physiology import heat
from riskmodel.physiology.plan import plan_quantities
from riskmodel.scorecard.points import PointsCounter

N = scaled(1_000_000)
N_PEER = scaled(50_000)
BLOCK = 8192


def blocks(arrays):
    """Cut arrays into pieces that fit the processor's cache."""
    for start in range(0, len(arrays[0]), BLOCK):
        yield [a[start : start + BLOCK] for a in arrays]


def weather(n):
    random = np.random.default_rng(2)
    sun = random.uniform(0.1, 1, n)
    return [
        random.uniform(0, 40, n),
        random.uniform(20, 100, n),
        random.uniform(0.5, 5, n),
        random.uniform(0, 1000, n) * sun,
        random.uniform(0, 0.9, n),
        sun,
    ]


def solve_ours(states):
    for piece in blocks(states):
        heat.wbgt_liljegren(*piece)


def solve_thermofeel(states):
    for air_c, rh, wind, radiation, direct, sun in blocks(states):
        pressure = np.full(len(air_c), 1013.25)
        thermofeel.liljegren.wbgt(
            air_c + 273.15, rh, pressure, wind, radiation, direct, sun
        )


def chain_and_solver() -> Figures:
    """Whole chain against the WBGT solver alone, on as many rows."""
    states = weather(N)
    few = [a[:N_PEER] for a in states]
    as_levels = raw_frame(N, 1, categories=True)
    assess_frame(as_levels.head())
    as_text = raw_frame(N, 1, categories=False).head(N_PEER)
    # As a file has them that pandas could not parse: times and one number as text.
    from_file = as_text.assign(
        start_time=as_text["start_time"].astype("str").replace("NaT", ""),
        duration_min=as_text["duration_min"].map("{:.0f}".format),
    )
    seconds = cpu_seconds(
        {
            "solver": lambda: solve_ours(states),
            "thermofeel": lambda: solve_thermofeel(few),
            "chain": lambda: assess_frame(as_levels, detail=False),
            "file": lambda: assess_frame(from_file, detail=False),
        }
    )
    solver = N / seconds["solver"]
    yield "WBGT solver / thermofeel's", solver, N_PEER / seconds["thermofeel"], 1.0
    yield "raw columns to probability / WBGT solver", N / seconds["chain"], solver, 0.5
    yield "texts, times among them / WBGT solver", N_PEER / seconds["file"], solver, None


@cache
def _quantities():
    """Quantities behind the points, in pieces."""
    answers = read_frame(raw_frame(N, 3, categories=True)).columns
    names, arrays = list(answers), list(answers.values())
    return [
        plan_quantities(dict(zip(names, piece, strict=True)), len(piece[0]))
        for piece in blocks(arrays)
    ]


def points() -> Figures:
    """Points of all factors against np.interp once per factor."""
    counter, pieces = PointsCounter(load_scorecard()), _quantities()
    factors = counter.scorecard.factors
    tables = [
        (
            f.quantity,
            [k.at for k in f.knots] or list(range(len(f.levels))),
            [float(e.points) for e in f.knots or f.levels],
        )
        for f in factors
    ]
    # Given as floats, which is what np.interp would turn them into.
    plain = [{q: p[q].astype(float) for q, _, _ in tables} for p in pieces]

    def naive():
        for columns in plain:
            np.stack([np.interp(columns[q], at, points) for q, at, points in tables])

    counted = np.empty((len(factors), max(len(p["sport"]) for p in pieces)))
    levels = {
        q: np.array(points)
        for f, (q, _, points) in zip(factors, tables, strict=True)
        if f.kind == "levels"
    }

    def careful():
        for columns, floats in zip(pieces, plain, strict=True):
            for row, (q, at, points) in zip(counted, tables, strict=True):
                n = len(columns[q])
                row[:n] = (
                    levels[q].take(columns[q], mode="clip")
                    if q in levels
                    else np.interp(floats[q], at, points)
                )

    def ours():
        for columns in pieces:
            counter.count(columns)

    seconds = cpu_seconds({"ours": ours, "naive": naive, "careful": careful})
    rate = {name: N / one for name, one in seconds.items()}
    yield "points of all factors / np.interp per factor", rate["ours"], rate["naive"], 2.0
    # Neither rival counts averages for unknown answers, as ours does.
    yield (
        "points of all factors / np.take, np.interp in place",
        rate["ours"],
        rate["careful"],
        None,
    )


FIGURES = (chain_and_solver, points)

if __name__ == "__main__":
    print_figures(FIGURES)
