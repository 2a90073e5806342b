"""The whole chain against what others would use, on the same rows, in cpu time.

A peer is given what it needs ready made: models a matrix of numbers, rules the quantities
behind the points.  Only `assess_frame` reads a frame as people have it.
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from benchmarks.frame_speed import N_PEER as N_HEAT
from benchmarks.frame_speed import PEER_SPORTS, solve_peer
from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from benchmarks.solver import solve_thermofeel, weather
from riskmodel import assess_frame, load_scorecard
from riskmodel.inputs.reading import read_frame
from riskmodel.physiology.plan import plan_quantities
from riskmodel.scorecard.factors import Factor

N = scaled(200_000)
N_FIT = min(N, 5_000)
"""Sessions that the models learn; what a prediction costs does not depend on it."""
Matrix = NDArray[np.float64]
FACTORS = load_scorecard().factors


def numbers(frame: pd.DataFrame) -> Matrix:
    """Every answer as a standardised number, the mean where it is open."""
    codes = {
        name: column.cat.codes
        if isinstance(column.dtype, pd.CategoricalDtype)
        else column.astype("int64") // 10**9
        if isinstance(column.dtype, pd.DatetimeTZDtype)
        else column
        for name, column in frame.items()
    }
    plain = pd.DataFrame(codes).astype(np.float64)
    return ((plain - plain.mean()) / plain.std()).fillna(0.0).to_numpy()


@cache
def fitted() -> tuple[Matrix, dict[str, Any]]:
    """Models of usual size, taught made-up cramps that go by our own probability."""
    frame = raw_frame(N, 1, categories=True)
    answers = numbers(frame)
    chance = assess_frame(frame.head(N_FIT), detail=False)["probability"].to_numpy()
    cramped = np.random.default_rng(4).random(N_FIT) < chance
    models = {
        "HistGradientBoosting": HistGradientBoostingClassifier(early_stopping=False),
        "GradientBoosting, 100 trees": GradientBoostingClassifier(),
        # Without pairs, as a scorecard has none: the quickest that it can be.
        "EBM": ExplainableBoostingClassifier(interactions=0, outer_bags=2, n_jobs=1),
        "logistic regression": LogisticRegression(),
    }
    for model in models.values():
        model.fit(answers[:N_FIT], cramped)
    return answers, models


def by_pandas(table: pd.DataFrame) -> NDArray[np.float64]:
    """Points as one writes them first: `cut` for curves, `select` for words."""
    total = np.zeros(len(table))
    for factor in FACTORS:
        column = table[factor.quantity]
        if factor.kind == "curve":
            edges = [-np.inf, *(knot.at for knot in factor.knots[1:]), np.inf]
            place = pd.cut(column, edges, labels=False).fillna(0).astype(int)
            total += np.array([float(knot.points) for knot in factor.knots])[place]
        elif factor.kind == "levels":
            holds = [column == level.level for level in factor.levels]
            total += np.select(holds, [float(level.points) for level in factor.levels])
        else:
            items = column.astype("str").fillna("")
            for level in factor.levels:
                total += items.str.contains(level.level, regex=False) * float(level.points)
    return total


def case(factor: Factor) -> str:
    """Points of a factor as SQL, in steps."""
    name = factor.quantity
    if factor.kind == "list":
        held = (f"contains({name}, '{lv.level}')" for lv in factor.levels)
        points = (level.points for level in factor.levels)
        each = zip(held, points, strict=True)
        return " + ".join(f"(CASE WHEN {test} THEN {p} ELSE 0 END)" for test, p in each)
    if factor.kind == "curve":
        steps = [(f"<= {k.at}", before.points) for before, k in pairwise(factor.knots)]
        last = factor.knots[-1].points
    else:
        steps = [(f"= '{level.level}'", level.points) for level in factor.levels]
        last = 0
    whens = " ".join(f"WHEN {name} {test} THEN {p}" for test, p in steps)
    return f"(CASE {whens} ELSE {last} END)"


def points_by_others() -> dict[str, Callable[[], object]]:
    """Rules that count points in steps, of words and of quantities computed before."""
    frame = raw_frame(N, 1, categories=True)
    computed = plan_quantities(read_frame(frame).columns, N)
    numbers = {f.quantity: computed[f.quantity] for f in FACTORS if f.kind == "curve"}
    words = {f.quantity: frame[f.quantity] for f in FACTORS if f.kind != "curve"}
    table = pd.DataFrame(numbers | words)
    database = duckdb.connect()
    database.execute("SET threads = 1")
    database.register("given", table)
    database.execute("CREATE TABLE answers AS SELECT * FROM given")
    query = f"SELECT {' + '.join(map(case, FACTORS))} AS total FROM answers"
    return {
        "points by pandas, cut and select": lambda: by_pandas(table),
        "points by DuckDB, CASE": lambda: database.execute(query).fetchnumpy(),
    }


def peers() -> Figures:
    """Rows a second of the chain against those of each peer."""
    frame = raw_frame(N, 1, categories=True)
    answers, models = fitted()
    states = weather(N)
    known = frame[frame["sport"].isin(list(PEER_SPORTS))].head(N_HEAT)
    tasks = {
        "ours": lambda: assess_frame(frame, detail=False),
        "sports heat stress of pythermalcomfort": lambda: solve_peer(known),
        "WBGT of thermofeel": lambda: solve_thermofeel(states),
        **points_by_others(),
        **{
            f"{name}, predict_proba": lambda model=model: model.predict_proba(answers)
            for name, model in models.items()
        },
    }
    seconds = cpu_seconds(tasks)
    rows = dict.fromkeys(tasks, N) | {"sports heat stress of pythermalcomfort": len(known)}
    ours = N / seconds.pop("ours")
    for name, one in seconds.items():
        yield f"chain / {name}", ours, rows[name] / one, None


FIGURES = (peers,)

if __name__ == "__main__":
    print_figures(FIGURES)
