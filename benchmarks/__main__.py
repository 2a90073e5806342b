"""One table of ratios, each measured in this run against something outside.

``make bench``.  Times are the best of several rounds, taken in turn, on one core;
only the ratios travel to another machine.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import thermofeel

from benchmarks.archives import archive_ratios
from benchmarks.cold_start import cold_start
from benchmarks.frame_speed import FIGURES, print_figures
from benchmarks.frames import raw_frame
from benchmarks.logs import log_files, read_and_merge, read_with_pandas
from benchmarks.page import page_ratios
from riskmodel import (
    advise,
    assess,
    assess_frame,
    best_start_squad,
    load_scorecard,
    typed_weather,
)
from riskmodel.datasets import load_examples
from riskmodel.inputs.reading import read_frame
from riskmodel.inputs.session import FIELDS
from riskmodel.physiology import heat
from riskmodel.physiology.plan import plan_quantities
from riskmodel.reporting.squad_sheet import squad_table
from riskmodel.scorecard.points import PointsCounter
from riskmodel.squad.plan import ATHLETE_FIELDS, PLAN_FIELDS
from riskmodel.squad.scores import answer_squad, over_plans
from tests.sql.agreement import agreement

N = 1_000_000
BLOCK = 8192


def best(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each task, the best of several rounds taken in turn."""
    seconds = dict.fromkeys(tasks, np.inf)
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    return seconds


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


def chain_and_solver():
    """Whole chain against the WBGT solver alone, on as many rows."""
    states = weather(N)
    six = as_levels = raw_frame(N, 1, categories=True)
    six = six[[name for name, field in FIELDS.items() if field.required]]
    few = [a[: N // 20] for a in states]
    as_text = raw_frame(N, 1, categories=False)
    # As a file has them that pandas could not parse: times and one number as text.
    from_file = as_text.head(N // 10).assign(
        start_time=as_text["start_time"].head(N // 10).astype("str").replace("NaT", ""),
        duration_min=as_text["duration_min"].head(N // 10).map("{:.0f}".format),
    )
    seconds = best(
        {
            "solver": lambda: solve_ours(states),
            "thermofeel": lambda: solve_thermofeel(few),
            "totals": lambda: assess_frame(as_levels, detail=False),
            "six": lambda: assess_frame(six, detail=False),
            "text": lambda: assess_frame(as_text, detail=False),
            "file": lambda: assess_frame(from_file, detail=False),
            "detail": lambda: assess_frame(as_levels),
        },
        rounds=3,
    )
    rate = {name: N / s for name, s in seconds.items()}
    rate["thermofeel"] /= 20
    rate["file"] /= 10
    yield "WBGT solver / thermofeel's", rate["solver"], rate["thermofeel"], 1.0
    yield "raw columns to probability / WBGT solver", rate["totals"], rate["solver"], 0.5
    yield "the same, levels as text / WBGT solver", rate["text"], rate["solver"], None
    yield "the same, times as text too / WBGT solver", rate["file"], rate["solver"], None
    yield "the same, six answers only / WBGT solver", rate["six"], rate["solver"], None
    yield "the same, every column / WBGT solver", rate["detail"], rate["solver"], None


def kernel():
    """Points of all factors against np.interp once per factor."""
    counter = PointsCounter(load_scorecard())
    answers = read_frame(raw_frame(N, 3, categories=True)).columns
    names, arrays = list(answers), list(answers.values())
    pieces = [
        plan_quantities(dict(zip(names, piece, strict=True)), len(piece[0]))
        for piece in blocks(arrays)
    ]
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

    seconds = best({"ours": ours, "naive": naive, "careful": careful}, rounds=5)
    yield (
        "points of all factors / np.interp per factor",
        N / seconds["ours"],
        N / seconds["naive"],
        2.0,
    )
    # Neither rival counts averages for unknown answers, as ours does.
    yield (
        "points of all factors / np.take and np.interp in place",
        N / seconds["ours"],
        N / seconds["careful"],
        None,
    )


def one_session():
    """One session against 5 ms."""
    marathon = load_examples()["Marathon"]
    assess(marathon)
    seconds = best({"one": lambda: assess(marathon)}, rounds=200)
    yield "one session, sessions/s / 200 per s", 1 / seconds["one"], 200.0, 1.0


def squad():
    """500 athletes, with words, against one second; and under 24 starts, against three."""
    everybody = raw_frame(500, 5, categories=False)
    everybody = everybody[[n for n in everybody.columns if n in ATHLETE_FIELDS]]
    plan = {k: v for k, v in load_examples()["Marathon"].items() if k in PLAN_FIELDS}
    place = {"latitude_deg": 52.0, "longitude_deg": 5.0}
    hours = [
        {
            **place,
            "start_time": f"2026-06-21T{hour:02d}:00+02:00",
            "air_temperature_c": 10.0 + hour,
        }
        for hour in range(24)
    ]

    def table():
        scored, _ = answer_squad(everybody, plan)
        squad_table(scored, private=True)

    seconds = best(
        {"table": table, "hours": lambda: over_plans(everybody, plan, hours)}, rounds=5
    )
    yield "500 athletes with words and levers, /s / 1 per s", 1 / seconds["table"], 1.0, 1.0
    yield "500 athletes x 24 starts, /s / 1 in 3 s", 1 / seconds["hours"], 1 / 3, 1.0


def best_starts():
    """A squad over a week of starts, against WBGT alone by thermofeel for as many rows.

    Three runs of the chain for each: the weather, and both ends of its error.
    """
    everybody = raw_frame(28, 5, categories=False)
    everybody = everybody[[n for n in everybody.columns if n in ATHLETE_FIELDS]]
    plan = {k: v for k, v in load_examples()["Marathon"].items() if k in PLAN_FIELDS}
    week = typed_weather(
        date(2027, 7, 4),
        latitude_deg=48.2,
        longitude_deg=16.4,
        time_zone="Europe/Vienna",
        coolest_c=16,
        warmest_c=30,
        relative_humidity_pct=55,
        wind_speed_m_s=3,
        cloud_pct=30,
        days=7,
    )
    rows = weather(28 * 7 * 24)
    seconds = best(
        {
            "ours": lambda: best_start_squad(everybody, plan, week),
            "thermofeel": lambda: solve_thermofeel(rows),
        },
        rounds=5,
    )
    yield (
        "28 athletes x 168 starts / WBGT by thermofeel, /s",
        1 / seconds["ours"],
        1 / seconds["thermofeel"],
        None,
    )
    yield "the same / 1 per s", 1 / seconds["ours"], 1.0, 1.0


def rerun():
    """Scoring and advice of one change on the page against 10 ms."""
    marathon = load_examples()["Marathon"]
    seconds = best({"both": lambda: (assess(marathon), advise(marathon))}, rounds=200)
    yield "assess and advise, reruns/s / 100 per s", 1 / seconds["both"], 100.0, 1.0


def logs():
    """Four training logs of 10,000 sessions against 3 s, and against pandas."""
    files = log_files()
    seconds = best(
        {"ours": lambda: read_and_merge(files), "pandas": lambda: read_with_pandas(files)},
        rounds=5,
    )
    yield "4 logs of 10,000 sessions merged, /s / 1 in 3 s", 1 / seconds["ours"], 1 / 3, 1.0
    yield (
        "pandas.read_csv of the same logs / ours, in time",
        1 / seconds["ours"],
        1 / seconds["pandas"],
        1 / 4,
    )


def page():
    """My session in a browser against a bare page, at most 1.5 times as long."""
    for name, seconds in page_ratios():
        yield name, 1 / seconds["ours"], 1 / seconds["bare"], 1 / 1.5


def second_opinion():
    """A million random sessions by the engine and by the SQL, within 1e-9 of each other."""
    told = agreement(1_000_000, seed=11)
    alike = told.sessions - told.n_differing
    yield "sessions that the SQL scores alike / all", alike, told.sessions, 1.0


def imports():
    """Fresh interpreters: our package against what it stands on."""

    def run(code):
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    seconds = best(
        {
            "ours": run("import riskmodel"),
            "used": run("from riskmodel import assess"),
            "base": run("import numpy, pandas"),
        },
        rounds=9,
    )
    for name, key in (("import riskmodel", "ours"), ("and assess of it", "used")):
        yield (
            f"import numpy and pandas / {name}, in time",
            1 / seconds[key],
            1 / seconds["base"],
            1 / 1.2,
        )


def main():
    print_figures(
        (
            chain_and_solver,
            *FIGURES,
            cold_start,
            kernel,
            one_session,
            squad,
            best_starts,
            rerun,
            second_opinion,
            imports,
            archive_ratios,
            logs,
            page,
        )
    )


if __name__ == "__main__":
    main()
