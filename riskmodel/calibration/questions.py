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
# What the effort and the sport tell about: hard sessions are races more often than easy
# ones, and matches more often than gym sessions.
_TOLD = ("competition", "relative_effort", "cramp_sessions_12mo")
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
    of our chances lies above the chance at the average answers, by duration; for a race
    and for effort against usual by effort and sport as well.  It never lies outside what
    the lowest and the highest answer would give.
    """
    frame = data.frame[:_SCENARIOS]
    points, minutes = data.points[:_SCENARIOS], data.duration_points[:_SCENARIOS]
    of_points = Curve(list(zip(POINTS_AT, f, strict=True)))
    of_duration = np.interp(minutes, duration_at, g)
    answered = expit(of_points(points) + of_duration)
    near, context = _windows(frame), _Context(frame)
    engine = Engine(scorecard, None)

    def points_without(names: list[str]) -> Array:
        left = read_frame(frame.drop(columns=names))
        return engine.run(left, detail=False).total_points

    squares, upward, by_duration = {}, {}, {}
    told: dict[str, dict[str, Any]] = {}
    left_open: list[str] = []
    total = np.zeros(len(frame))
    for name, asked in _optional(frame):
        change = points - points_without(asked)
        squares[name] = near @ (change * change)
        upward[name] = np.maximum(_reach(change, near) / RANGE_SD, 0.0) ** 2
        left_open += asked
        usual = expit(of_points(points_without(left_open)) + of_duration + total)
        least, most = _ends(name, engine, (f[-1] - f[0]) / (POINTS_AT[-1] - POINTS_AT[0]))
        if name in _TOLD and np.isfinite(most):
            parts = context.rise(answered, usual)
            total += np.clip(context.of(*parts), least, most)
            names = ("duration_min", "session_rpe", "sport")
            told[name] = dict(zip(names, parts, strict=True)) | {"ends": (least, most)}
        else:
            by_duration[name] = np.clip(context.longer(answered, usual), least, most)
            total += context.duration @ by_duration[name]
    for tables in told.values():
        by_sport = zip(FIELDS["sport"].levels, tables["sport"], strict=True)
        tables["sport"] = {n: v for n, v in by_sport if n in context.sports}
    return {
        "air_temperature_c": AT_C,
        "duration_min": AT_MIN,
        "session_rpe": AT_RPE,
        "mean_square_points": squares,
        "upward_square_points": upward,
        "mean_odds_logit": by_duration,
        "told_logit": told,
    }


def _ends(name: str, engine: Engine, per_point: float) -> tuple[float, float]:
    """What the lowest and the highest answer add to the average one, in log odds.

    No ends for what is computed with other answers, such as drinking.
    """
    rows = [factor for factor in engine.scorecard.factors if factor.quantity == name]
    if not rows:
        return -np.inf, np.inf
    least = sum(-engine.counter.unknown_points[row.name] for row in rows)
    most = sum(row.largest - engine.counter.unknown_points[row.name] for row in rows)
    return per_point * least, per_point * most


class _Context:
    """What was answered about the session, as columns: duration, effort and sport."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.duration = _hats(np.log(frame["duration_min"].to_numpy()), np.log(AT_MIN))
        self.effort = _hats(frame["session_rpe"].to_numpy(), np.array(AT_RPE))
        self.codes = frame["sport"].map(FIELDS["sport"].codes).to_numpy(dtype=np.int64)
        self.sport = np.eye(len(FIELDS["sport"].levels))[self.codes]
        self.sports = {*frame["sport"]}

    def rise(self, answered: Array, without: Array) -> tuple[Array, Array, Array]:
        """Log ratio of two chances by duration, by effort and by sport, to be added."""
        # The first effort and the first sport are what the others are compared with.
        parts = [self.duration, self.effort[:, 1:], self.sport[:, 1:]]
        model = PoissonRegressor(
            alpha=_PENALTY, fit_intercept=False, solver="newton-cholesky", max_iter=100
        )
        weights = model.fit(np.hstack(parts), answered / without, sample_weight=without)
        ends = np.cumsum([part.shape[1] for part in parts])
        duration, effort, sport = np.split(weights.coef_, ends[:-1])
        duration = _rising(duration, without @ self.duration)
        effort = _rising(np.append(0.0, effort), without @ self.effort)
        return duration + effort[0], effort - effort[0], np.append(0.0, sport)

    def of(self, duration: Array, effort: Array, sport: Array) -> Array:
        """What tables by duration, effort and sport add to each session."""
        added: Array = self.duration @ duration + self.effort @ effort + sport[self.codes]
        return added

    def longer(self, answered: Array, without: Array) -> Array:
        """Log ratio of two chances by duration alone."""
        model = PoissonRegressor(
            alpha=_PENALTY, fit_intercept=False, solver="newton-cholesky", max_iter=100
        )
        weights = model.fit(self.duration, answered / without, sample_weight=without)
        return _rising(weights.coef_, without @ self.duration)


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
    for name in dict.fromkeys([*_TOLD, *frame.columns]):
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


def _hats(x: Array, at: Array) -> Array:
    """Shares of the knots around each value; flat beyond the ends."""
    shares: Array = np.stack([np.interp(x, at, row) for row in np.eye(len(at))], axis=1)
    return shares
