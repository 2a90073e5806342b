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
from datetime import date
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray

import riskmodel
from riskmodel.calibration.anchors import tune
from riskmodel.calibration.answers import answer_codes, shared_past, with_history
from riskmodel.calibration.assumptions import Assumptions, draw_assumptions, structures
from riskmodel.calibration.curves import POINTS_AT, fit_curves, logistic
from riskmodel.calibration.people import draw_people
from riskmodel.calibration.questions import Labelled, question_tables
from riskmodel.calibration.ranges import widened
from riskmodel.calibration.simulators import (
    N_STEPS,
    NODE_WEIGHTS,
    final_hazard,
    onset_distribution,
    probability_of_hazard,
    read_people,
)
from riskmodel.inputs.reading import read_frame
from riskmodel.scorecard.points import Curve, to_half_points
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.calibration_file import FORMAT, build_calibration
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.probability import INTERVAL

Array = NDArray[np.float64]

DURATION_AT_MIN = (15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 480.0, 1440.0)
"""Durations at whose points the curve of exposure has its knots."""

DRAWS_PER_STRUCTURE = 80
N_SCENARIOS = 200_000
_ONSET_PEOPLE = 100  # for every draw
_DIGITS = 4  # of what is written


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
    n_draws = len(ensemble[0].log_hazard)
    draw = np.arange(_ONSET_PEOPLE * n_draws) % n_draws
    people = draw_people(len(draw), seed)
    athletes = read_people(people)
    shares = []
    for parameters in ensemble:
        own = parameters.take(draw)
        before = shared_past(athletes, [(np.arange(len(draw)), own)])
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
    questions = question_tables(data, f, g, knots, scorecard)
    raw: dict[str, Any] = {
        "format": FORMAT,
        "made": _made(scorecard, seed, n_scenarios, draws_per_structure * len(ensemble)),
        "points": {"at": list(POINTS_AT), "logit": _rounded(f)},
        "duration": {"at_points": _rounded(knots), "logit": _rounded(g)},
        "onset": onset_curve(ensemble, seed + 1),
        "assumptions": {"low_logit": _rounded(low), "high_logit": _rounded(high)},
        "typical_points": {n: round(v, _DIGITS) for n, v in typical.items()},
        "questions": {name: _plain(part) for name, part in questions.items()},
    }
    progress(0.9, "Ranges")
    wide = widened(build_calibration(raw), data, scorecard)
    raw["assumptions"] = {
        "low_logit": _rounded(wide.low_logit),
        "high_logit": _rounded(wide.high_logit),
    }
    raw["questions"]["upward_square_points"] = _plain(dict(wide.questions_upward))
    progress(1.0, "Done")
    return raw


def _plain(part: Any) -> Any:
    """Arrays of a table as lists of rounded numbers."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items()}
    return _rounded(part)


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
