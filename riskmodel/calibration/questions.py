"""What open questions change: how far the total may move, and what they add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import PoissonRegressor

from riskmodel.calibration.curves import POINTS_AT
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame
from riskmodel.scorecard.points import Curve
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.probability import RANGE_SD, expit

Array = NDArray[np.float64]

_SCENARIOS = 60_000
AT_C = (0.0, 10.0, 18.0, 25.0, 32.0)
AT_MIN = (30.0, 60.0, 100.0, 180.0, 400.0)
AT_RPE = (2.0, 4.0, 6.0, 8.0, 10.0)
# Width of the window around each of these, in °C and in natural logarithms of minutes.
_WINDOW_C, _WINDOW_LOG = 4.0, 0.35
# Places and times are one question: together they give the sun's height.
_ASKED_TOGETHER = {"start_time": ("start_time", "latitude_deg", "longitude_deg")}
# Left open first, so that they carry what the effort and the sport tell.
_FIRST = ("competition", "relative_effort")
_PENALTY = 1e-6  # so that a rare sport does not run away


@dataclass(frozen=True)
class Labelled:
    """Scenarios with points and with the probability of one draw each."""

    frame: pd.DataFrame
    factor_points: Array  # by factor and scenario
    points: Array
    duration_points: Array
    draw: NDArray[np.int64]
    p: Array


def question_tables(
    data: Labelled, f: Array, g: Array, duration_at: Array, scorecard: Scorecard
) -> dict[str, Any]:
    """What the answer to each question changes, in scenarios like this one.

    The answer is taken away, so that the average of the reference population stands
    in for it.  The mean square of the change tells how much is open, and what 49 of 50
    answers do not exceed how far up the range must reach.

    One question after the other is left open, and what that adds is how far the average
    of our chances lies above the chance at the average answers, by duration, effort and
    sport: hard sessions are races more often than easy ones, and matches more often
    than gym sessions.  In this order the sum is right with all of them open.
    """
    frame = data.frame[:_SCENARIOS]
    near = _windows(frame)
    design, place = _design(frame)
    points, minutes = data.points[:_SCENARIOS], data.duration_points[:_SCENARIOS]
    of_points = Curve(list(zip(POINTS_AT, f, strict=True)))
    of_duration = np.interp(minutes, duration_at, g)
    answered = expit(of_points(points) + of_duration)
    engine = Engine(scorecard, None)
    squares, upward = {}, {}
    by_duration, by_effort = {}, {}
    by_sport: dict[str, dict[str, Array]] = {}
    left_open: list[str] = []
    added = np.zeros(len(frame))

    def change(names: list[str]) -> Array:
        other = engine.run(read_frame(frame.drop(columns=names)), detail=False)
        return points - other.total_points

    for name, asked in _optional(frame):
        own = change(asked)
        squares[name] = near @ (own * own)
        upward[name] = np.maximum(_reach(own, near) / RANGE_SD, 0.0) ** 2
        left_open += asked
        other = of_points(points - change(left_open))
        without = expit(other + of_duration + added)
        model = PoissonRegressor(
            alpha=_PENALTY, fit_intercept=False, solver="newton-cholesky", max_iter=100
        )
        weights = model.fit(design, answered / without, sample_weight=without).coef_
        mass = without @ design
        duration = _rising(weights[place["duration"]], mass[place["duration"]])
        base = without.sum() - mass[place["effort"]].sum()
        effort = _rising(
            np.append(0.0, weights[place["effort"]]), np.append(base, mass[place["effort"]])
        )
        duration, effort = duration + effort[0], effort - effort[0]
        sport = np.append(0.0, weights[place["sport"]])
        added += design @ np.concatenate([duration, effort[1:], sport[1:]])
        by_duration[name], by_effort[name] = duration, effort
        by_sport[name] = dict(zip(FIELDS["sport"].levels, sport, strict=True))
    return {
        "air_temperature_c": AT_C,
        "duration_min": AT_MIN,
        "session_rpe": AT_RPE,
        "mean_square_points": squares,
        "upward_square_points": upward,
        "mean_odds_logit": by_duration,
        "by_effort_logit": by_effort,
        "by_sport_logit": by_sport,
    }


def _rising(values: Array, mass: Array) -> Array:
    """Never falling, else a longer or a harder session could come out lower."""
    rising: Array = IsotonicRegression().fit_transform(
        np.arange(len(values)), values, sample_weight=np.maximum(mass, 1e-9)
    )
    return rising


def _reach(change: Array, near: Array) -> Array:
    """What 49 of 50 changes do not exceed, weighted, in each cell of the windows."""
    order = np.argsort(change)
    share = np.cumsum(near[..., order], axis=-1)
    reach: Array = change[order][(share < 0.98).sum(axis=-1)]
    return reach


def _optional(frame: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Questions that may be left open, each with all that is asked together with it."""
    behind = {name for rest in _ASKED_TOGETHER.values() for name in rest[1:]}
    for name in dict.fromkeys([*_FIRST, *frame.columns]):
        if not FIELDS[name].required and name not in behind:
            yield name, list(_ASKED_TOGETHER.get(name, (name,)))


def _windows(frame: pd.DataFrame) -> Array:
    """How much each scenario counts near each temperature and duration."""
    air_c = frame["air_temperature_c"].to_numpy()
    log_min = np.log(frame["duration_min"].to_numpy())
    near_c = np.exp(-0.5 * ((air_c - np.array(AT_C)[:, None]) / _WINDOW_C) ** 2)
    off_min = log_min - np.log(AT_MIN)[:, None]
    weights = near_c[:, None] * np.exp(-0.5 * (off_min / _WINDOW_LOG) ** 2)
    share: Array = weights / weights.sum(axis=-1, keepdims=True)
    return share


def _design(frame: pd.DataFrame) -> tuple[Array, dict[str, slice]]:
    """Columns by duration, effort and sport, the first of the last two being the base."""
    duration = _hats(np.log(frame["duration_min"].to_numpy()), np.log(AT_MIN))
    effort = _hats(frame["session_rpe"].to_numpy(), np.array(AT_RPE))[:, 1:]
    codes = frame["sport"].map(FIELDS["sport"].codes).to_numpy()
    sport = np.eye(len(FIELDS["sport"].levels))[codes][:, 1:]
    parts = {"duration": duration, "effort": effort, "sport": sport}
    place, start = {}, 0
    for name, part in parts.items():
        place[name] = slice(start, start + part.shape[1])
        start += part.shape[1]
    return np.concatenate(list(parts.values()), axis=1), place


def _hats(x: Array, at: Array) -> Array:
    """Shares of the knots around each value; flat beyond the ends."""
    shares: Array = np.stack([np.interp(x, at, row) for row in np.eye(len(at))], axis=1)
    return shares
