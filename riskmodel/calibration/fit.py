"""Fits the curves from points to probability, with scikit-learn, on scenarios only.

Every scenario is given to one draw of the ensemble of simulators, whose probability
is its label: not a coin flip but the chance itself, so that a few scenarios say as
much as many.  Averaged over scenarios with the same points, that is the ensemble mean.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import riskmodel
from riskmodel.calibration.anchors import tune
from riskmodel.calibration.answers import answer_codes, shared_past, with_history
from riskmodel.calibration.assumptions import Assumptions, draw_assumptions, structures
from riskmodel.calibration.people import draw_people
from riskmodel.calibration.simulators import (
    N_STEPS,
    NODE_WEIGHTS,
    final_hazard,
    onset_distribution,
    probability_of_hazard,
    read_people,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame
from riskmodel.scorecard.points import Curve, to_half_points
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.probability import FORMAT, INTERVAL

Array = NDArray[np.float64]

POINTS_AT = (10.0, 25.0, 35.0, 45.0, 55.0, 65.0, 75.0, 90.0, 110.0)
"""Knots of the curve in points."""
DURATION_AT_MIN = (15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 480.0, 1440.0)
"""Durations at whose points the curve of exposure has its knots."""

DRAWS_PER_STRUCTURE = 80
N_SCENARIOS = 200_000
_QUESTION_SCENARIOS = 40_000
_ONSET_PEOPLE = 8_000
_QUESTIONS_AT_C = (0.0, 10.0, 18.0, 25.0, 32.0)
_QUESTIONS_AT_MIN = (30.0, 60.0, 100.0, 180.0, 400.0)
# Width of the window around each of these, in °C and in natural logarithms of minutes.
_WINDOW_C, _WINDOW_LOG = 4.0, 0.35
# Places and times are one question: together they give the sun's height.
_ASKED_TOGETHER = {"start_time": ("start_time", "latitude_deg", "longitude_deg")}
_DIGITS = 4  # of what is written


@dataclass(frozen=True)
class Labelled:
    """Scenarios with points and with the probability of one draw each."""

    frame: pd.DataFrame
    factor_points: Array  # by factor and scenario
    points: Array
    duration_points: Array
    draw: NDArray[np.int64]
    p: Array


def draw_ensemble(seed: int, draws_per_structure: int) -> list[Assumptions]:
    """Draw the assumptions of every structure anew and set their base rates."""
    return [
        tune(draw_assumptions(name, draws_per_structure, seed), seed, noise=True)
        for name in structures()
    ]


def label(
    n_scenarios: int, seed: int, ensemble: list[Assumptions], scorecard: Scorecard
) -> Labelled:
    """Draw scenarios and give each the probability of one draw of the ensemble."""
    people = draw_people(n_scenarios, seed)
    athletes = read_people(people)
    per_structure = len(ensemble[0].log_hazard)
    draw = np.arange(n_scenarios) % (per_structure * len(ensemble))
    parts = []
    hazard = np.empty((n_scenarios, NODE_WEIGHTS.size))
    for i, parameters in enumerate(ensemble):
        rows = np.flatnonzero(draw // per_structure == i)
        own = parameters.take(draw[rows] % per_structure)
        parts.append((rows, own))
        hazard[rows] = final_hazard(athletes.planned.take(rows), own)
    before = shared_past(athletes, parts)
    people = with_history(people, before, seed)
    frame = people.frame
    p = probability_of_hazard(before, answer_codes(people), hazard)
    counted = Engine(scorecard, None).run(read_frame(frame), detail=True)
    place = scorecard.duration_place
    duration = np.zeros(n_scenarios) if place is None else counted.points[place]
    return Labelled(frame, counted.points, counted.total_points, duration, draw, p)


def onset_curve(ensemble: list[Assumptions], seed: int) -> dict[str, Any]:
    """When in a session cramps begin: of all, and the range over the draws."""
    fractions = np.linspace(0.0, 1.0, N_STEPS + 1)[1:]
    people = draw_people(_ONSET_PEOPLE, seed)
    athletes = read_people(people)
    shares = []
    for parameters in ensemble:
        n_draws = len(parameters.log_hazard)
        draw = np.arange(_ONSET_PEOPLE) % n_draws
        own = parameters.take(draw)
        before = shared_past(athletes, [(np.arange(_ONSET_PEOPLE), own)])
        known = read_people(with_history(people, before, seed))
        by = onset_distribution(known, own, fractions)
        sums = np.array([by[:, draw == i].sum(axis=1) for i in range(n_draws)])
        shares.append(sums / sums[:, -1:])
    every = np.concatenate(shares)
    tail = (1.0 - INTERVAL) / 2.0
    return {
        "fraction": _rounded(fractions),
        "share": _rounded(every.mean(axis=0)),
        "low": _rounded(np.quantile(every, tail, axis=0)),
        "high": _rounded(np.quantile(every, 1.0 - tail, axis=0)),
    }


def calibrate(
    scorecard: Scorecard,
    seed: int = 1,
    n_scenarios: int = N_SCENARIOS,
    draws_per_structure: int = DRAWS_PER_STRUCTURE,
    progress: Callable[[float, str], None] = lambda share, what: None,
) -> dict[str, Any]:
    """Fit the curves and tables for a scorecard.

    Parameters
    ----------
    scorecard : Scorecard
    seed : int, default 1
        The same seed, sizes and versions give the same numbers.
    n_scenarios : int, default 200,000
    draws_per_structure : int, default 80
        Draws of the assumptions of each of the simulators.
    progress : callable, optional
        Told the share that is done and what comes next.

    Returns
    -------
    dict
        What ``data/calibration.json`` holds.
    """
    progress(0.0, "Assumptions")
    ensemble = draw_ensemble(seed, draws_per_structure)
    progress(0.25, "Scenarios")
    data = label(n_scenarios, seed, ensemble, scorecard)
    progress(0.7, "Curves")
    knots = duration_knots(scorecard)
    f, g = fit_curves(data.points, data.duration_points, data.p, knots)
    low, high = _assumptions(data, f, g, knots)
    progress(0.8, "Questions")
    typical = {
        factor.name: float(points.mean())
        for factor, points in zip(scorecard.factors, data.factor_points, strict=True)
    }
    slopes = np.diff(f) / np.diff(POINTS_AT)
    middle = (np.array(POINTS_AT[1:]) + np.array(POINTS_AT[:-1])) / 2.0
    per_point = np.interp(data.points, middle, slopes)
    questions = _questions(data, _QUESTION_SCENARIOS, per_point, scorecard)
    progress(1.0, "Done")
    return {
        "format": FORMAT,
        "made": _made(scorecard, seed, n_scenarios, draws_per_structure * len(ensemble)),
        "points": {"at": list(POINTS_AT), "logit": _rounded(f)},
        "duration": {"at_points": _rounded(knots), "logit": _rounded(g)},
        "onset": onset_curve(ensemble, seed + 1),
        "assumptions": {"low_logit": _rounded(low), "high_logit": _rounded(high)},
        "typical_points": {n: round(v, _DIGITS) for n, v in typical.items()},
        "questions": {
            "air_temperature_c": list(_QUESTIONS_AT_C),
            "duration_min": list(_QUESTIONS_AT_MIN),
            **{
                kind: {name: _rounded(table) for name, table in tables.items()}
                for kind, tables in questions.items()
            },
        },
    }


def _made(scorecard: Scorecard, seed: int, n_scenarios: int, draws: int) -> dict[str, Any]:
    """How a calibration came about."""
    return {
        "on": date.today().isoformat(),
        "seed": seed,
        "scenarios": n_scenarios,
        "draws": draws,
        "structures": list(structures()),
        "scorecard_version": scorecard.version,
        "scorecard_fingerprint": scorecard.fingerprint,
        "versions": {
            "cramp-risk": riskmodel.__version__,
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "python": platform.python_version(),
        },
    }


def duration_knots(scorecard: Scorecard) -> Array:
    """Points that `DURATION_AT_MIN` have on a scorecard."""
    place = scorecard.duration_place
    if place is None:
        return np.zeros(1)
    curve = Curve([(knot.at, knot.points) for knot in scorecard.factors[place].knots])
    return np.unique(to_half_points(curve(DURATION_AT_MIN)))


def fit_curves(
    points: Array, duration_points: Array, p: Array, duration_at: Array
) -> tuple[Array, Array]:
    """Fit log odds as a curve in points plus a curve in duration points.

    Log odds at `POINTS_AT`, and what is added at `duration_at`.  Both together rise with
    the duration, all else being equal.
    """
    cells = pd.DataFrame({"points": points, "duration": duration_points, "p": p})
    # Points come in halves, so that few cells hold all scenarios.
    cells = cells.groupby(["points", "duration"], sort=True)["p"].agg(["sum", "size"])
    at = cells.index.to_frame().to_numpy()
    cramps = cells["sum"].to_numpy()

    def basis(points: Array, duration: Array) -> Array:
        return np.concatenate(
            [
                piecewise(points, np.array(POINTS_AT)),
                piecewise(duration, duration_at, flat=True),
            ],
            axis=1,
        )

    model = logistic(basis(at[:, 0], at[:, 1]), cramps, cells["size"].to_numpy() - cramps)
    middle = duration_at[len(duration_at) // 2]
    zero = model.decision_function(basis(np.zeros(1), np.array([middle])))
    by_duration = model.decision_function(basis(np.zeros(len(duration_at)), duration_at))
    by_duration -= zero
    by_points = model.decision_function(
        basis(np.array(POINTS_AT), np.full(len(POINTS_AT), middle))
    )
    # More points never mean a smaller probability, and a longer session never does.
    least = 1e-3 * np.arange(len(by_points))
    by_points = np.maximum.accumulate(by_points - least) + least
    slope = (np.diff(by_points) / np.diff(POINTS_AT)).min()
    steepest = by_duration + slope * duration_at
    by_duration = np.maximum.accumulate(steepest) - slope * duration_at
    return by_points, by_duration


def piecewise(x: Array, at: Array, *, flat: bool = False) -> Array:
    """Columns whose sums are straight lines between knots.

    Beyond the ends the first and the last line go on, as the product draws the curve
    in points, or the sum is flat, as it draws the one in duration points.
    """
    if len(at) < 2:
        return np.zeros((len(x), 0))
    if flat:
        x = np.clip(x, at[0], at[-1])
    columns = [(x - at[0]) / 10.0]
    columns += [np.maximum(x - knot, 0.0) / 10.0 for knot in at[1:-1]]
    return np.stack(columns, axis=1)


def logistic(x: Array, cramps: Array, others: Array) -> LogisticRegression:
    """Logistic regression on chances instead of outcomes."""
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8, max_iter=200)
    outcome = np.repeat([1, 0], len(x))
    return model.fit(np.concatenate([x, x]), outcome, np.concatenate([cramps, others]))


def _assumptions(data: Labelled, f: Array, g: Array, knots: Array) -> tuple[Array, Array]:
    """How far the draws of the ensemble lie from their mean, by duration.

    Each draw is the mean curve, shifted and tilted in points and in duration points.
    At every duration the widest over the usual totals counts.
    """
    duration = data.duration_points
    centre = Curve(list(zip(POINTS_AT, f, strict=True)))(data.points)
    centre += np.interp(duration, knots, g)
    mean, typical = centre.mean(), duration.mean()
    x = np.stack([centre - mean, (duration - typical) / 10.0], axis=1)
    draws = np.array(list(_each_draw(x, data)))
    low, high = np.empty(len(knots)), np.empty(len(knots))
    tail = (1.0 - INTERVAL) / 2.0
    for i, knot in enumerate(knots):
        near = np.abs(duration - knot) <= 4.0
        usual = np.quantile(centre[near], [0.05, 0.5, 0.95]) - mean
        tilt = draws[:, [1]] * usual + draws[:, [2]] * (knot - typical) / 10.0
        off = draws[:, [0]] + tilt - (usual + mean)
        low[i] = -np.quantile(off, tail, axis=0).min()
        high[i] = np.quantile(off, 1.0 - tail, axis=0).max()
    return np.maximum(low, 0.0), np.maximum(high, 0.0)


def _each_draw(x: Array, data: Labelled) -> Iterator[tuple[float, float, float]]:
    for draw in range(int(data.draw.max()) + 1):
        rows = data.draw == draw
        model = logistic(x[rows], data.p[rows], 1.0 - data.p[rows])
        yield float(model.intercept_[0]), float(model.coef_[0, 0]), float(model.coef_[0, 1])


def _questions(
    data: Labelled, n: int, per_point: Array, scorecard: Scorecard
) -> dict[str, dict[str, Array]]:
    """What the answer to each question changes, in scenarios like this one.

    The answer is taken away, so that the average of the reference population stands
    in for it.  The mean square of the change tells how much is open; the cramps with
    all answers over the cramps without this one, how far the average of the odds lies
    above the odds of the average.
    """
    frame = data.frame[:n]
    air_c = frame["air_temperature_c"].to_numpy()
    log_min = np.log(frame["duration_min"].to_numpy())
    near_c = np.exp(-0.5 * ((air_c - np.array(_QUESTIONS_AT_C)[:, None]) / _WINDOW_C) ** 2)
    near_min = np.exp(
        -0.5 * ((log_min - np.log(_QUESTIONS_AT_MIN)[:, None]) / _WINDOW_LOG) ** 2
    )
    cramps = data.p[:n]
    weights = near_c[:, None] * near_min
    weights /= weights.sum(axis=-1, keepdims=True)
    engine = Engine(scorecard, None)
    tables: dict[str, dict[str, Array]] = {"mean_square_points": {}, "mean_odds_logit": {}}
    for name in frame.columns:
        if FIELDS[name].required or any(
            name in rest[1:] for rest in _ASKED_TOGETHER.values()
        ):
            continue
        without = frame.drop(columns=list(_ASKED_TOGETHER.get(name, (name,))))
        other = engine.run(read_frame(without), detail=False).total_points
        change = data.points[:n] - other
        tables["mean_square_points"][name] = weights @ (change * change)
        without_it = cramps * np.exp(-change * per_point[:n])
        rise = np.log((near_min @ cramps) / (near_min @ without_it))
        # By duration alone, and never falling: else a longer session could come out
        # lower.
        tables["mean_odds_logit"][name] = np.maximum.accumulate(rise)
    return tables


def _rounded(values: Array) -> Any:
    return np.round(values, _DIGITS).tolist()


def as_text(calibration: dict[str, Any]) -> str:
    """Write a calibration as JSON that a person can read: one table a line."""
    text = json.dumps(calibration, indent=1, allow_nan=False)
    # Numbers of one table on one line.
    text = re.sub(r"\[\s+(?=[-\d])", "[", text)
    text = re.sub(r"(?<=[\d]),\s+(?=[-\d])", ", ", text)
    text = re.sub(r"(?<=[\d])\s+\]", "]", text)
    return re.sub(r"\],\s+\[", "], [", text) + "\n"
