"""When in a session: the chance by the time, and until when a lever still helps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.onset import OnsetCurve
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.advice import Option, least_saved

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ChanceByTime:
    """The chance that a cramp has begun by some times of a session.

    Attributes
    ----------
    at_min : ndarray
        Since the start. [min]
    probability, probability_low, probability_high : ndarray
        Rising; the last is the session's own where the time is its end.
    """

    at_min: Array
    probability: Array
    probability_low: Array
    probability_high: Array


def chance_by_time(
    answer: Assessment,
    duration_min: float,
    at_min: ArrayLike,
    calibration: Calibration | None = None,
) -> ChanceByTime:
    """Say how likely a cramp has begun by some times.

    Parameters
    ----------
    answer : Assessment
        Of a session that can be scored.
    duration_min : float
        How long it lasts. [min], above 0
    at_min : array-like, shape (n,)
        Times since its start. [min], 0 to `duration_min`
    calibration : Calibration, optional
        By default the one that comes with the package.

    Returns
    -------
    ChanceByTime

    Raises
    ------
    ValueError
        If there is no number, a time lies outside the session, or the calibration has
        no curve of the onset.

    Notes
    -----
    The session's chance, shared out by the curve of when cramps begin: the same for all
    sessions, as a share of their time.  Cramps of the hour after count at the end.  The
    range joins that of the number and of the curve, end to end, wider than either.

    Examples
    --------
    >>> from riskmodel import assess
    >>> from riskmodel.datasets import load_examples
    >>> marathon = load_examples()["Marathon"]
    >>> by = chance_by_time(assess(marathon), marathon["duration_min"], [0, 122.5, 245])
    >>> bool(by.probability[1] < by.probability[2] / 3)
    True
    """
    curve = _curve(calibration)
    at = np.asarray(at_min, dtype=np.float64)
    if answer.problems:
        raise ValueError("A session that cannot be scored has no chance by the time.")
    if not ((at >= 0.0) & (at <= duration_min)).all():
        raise ValueError(f"A time lies outside the session, 0 to {duration_min:g} min.")
    share = at / duration_min
    return ChanceByTime(
        at_min=at,
        probability=answer.probability * curve.by(share),
        probability_low=answer.probability_low
        * np.interp(share, curve.fraction, curve.low),
        probability_high=answer.probability_high
        * np.interp(share, curve.fraction, curve.high),
    )


def helps_until_min(
    option: Option,
    answer: Assessment,
    duration_min: float,
    calibration: Calibration | None = None,
) -> tuple[float, float] | None:
    """Until when a lever that is taken up underway still helps noticeably.

    Parameters
    ----------
    option : Option
        As from `riskmodel.advise`.
    answer : Assessment
        Of the session without it.
    duration_min : float
        Of the same session. [min], above 0
    calibration : Calibration, optional
        By default the one that comes with the package.

    Returns
    -------
    tuple of float or None
        Taken up later than between these it saves less than is worth a line
        (`least_saved`). [min].  None for what can only be done before the start, and
        for what saves less anyway.

    Notes
    -----
    No study of levers taken up underway was found.  The two ends are two ways that it
    could be, by our judgement: heat, sweat and fatigue gather minute by minute, so that
    the lever takes off the log odds in the share of the time that is left; or it takes
    from the cramps still to come the share that it takes from all.

    Examples
    --------
    >>> from riskmodel import advise, assess
    >>> run = {"sport": "running", "duration_min": 120, "session_rpe": 8, "age_years": 30,
    ...        "air_temperature_c": 31, "relative_humidity_pct": 60}
    >>> answer = assess(run)
    >>> until = {option.levers[0].name: helps_until_min(option, answer, 120.0)
    ...          for option in advise(run).now}
    >>> until["cooler"] is None, 60.0 < until["easier"][0] < until["easier"][1] < 120.0
    (True, True)
    """
    saved, least = answer.probability - option.probability, least_saved(answer.probability)
    if not all(lever.underway for lever in option.levers) or not saved >= least:
        return None
    if (shorter_min := option.changes.get("duration_min", duration_min)) < duration_min:
        end_min = float(shorter_min)  # whoever goes on beyond it has not made it shorter
        return end_min, end_min
    before, after, enough = (
        math.log(p / (1.0 - p))
        for p in (answer.probability, option.probability, answer.probability - least)
    )
    evenly = 1.0 - (before - enough) / (before - after)
    curve = _curve(calibration)
    by_onset = float(np.interp(1.0 - least / saved, curve.share, curve.fraction))
    first, last = sorted((evenly * duration_min, by_onset * duration_min))
    return first, last


def _curve(calibration: Calibration | None) -> OnsetCurve:
    used = load_calibration() if calibration is None else calibration
    if used.onset is None:
        raise ValueError("This calibration has no curve of when cramps begin.")
    return used.onset
