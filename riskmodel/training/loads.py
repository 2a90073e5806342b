"""Load of sessions, how hard they were, and fitness and fatigue from day to day.

The load of a session is how hard it felt, from 0 to 10, times its minutes [1]_.  Where
nobody said how hard it felt, the usual figure of the sport stands in, marked as
estimated; where the sport is not known, that of other sports, since a session left out
would make a week look lighter than it was.  The loads that programs compute from heart
rate or power are left alone: they are on other scales, and a mixture would show changes
that are none.

References
----------
.. [1] C. Foster et al., "A new approach to monitoring exercise training," J. Strength
   Cond. Res., vol. 15, no. 1, pp. 109-115, 2001.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from riskmodel.training.log import TrainingLog
from riskmodel.training.words import table

Array = NDArray[np.float64]

FITNESS_DAYS, FATIGUE_DAYS = 42, 7
"""Time constants of fitness and fatigue. [days]"""

_SPIKE_PERCENTILE = 0.9  # see [hard] in the data file


def session_loads(sessions: pd.DataFrame) -> pd.DataFrame:
    """Load of each session [0 to 10 times min], and whether it is ``estimated``.

    Examples
    --------
    Two hours that felt like 6 are 720, whoever did them:

    >>> rows = pd.DataFrame({"sport": ["running", "running"], "duration_min": [120, 60]})
    >>> session_loads(rows.assign(session_rpe=[6, None])).to_dict("list")
    {'load': [720.0, 300.0], 'estimated': [False, True]}
    """
    rpe = sessions["session_rpe"].astype(float)
    figures = table()["usual_rpe"]
    usual = sessions["sport"].map(figures).fillna(figures["other"]).astype(float)
    load = rpe.fillna(usual) * sessions["duration_min"]
    return pd.DataFrame({"load": load, "estimated": rpe.isna()})


def hardness(sessions: pd.DataFrame) -> Array:
    """Whether each session of a whole log was hard: 1, 0, or NaN where not known.

    What the athlete said counts first, then the intensity that the file gives, then
    heart rates against the others of the same sport, if it is known.  Each has two
    limits, in the data file; what lies between is not known.  A low average heart rate
    alone says nothing, since intervals have one too.
    """
    rule = table()["hard"]
    rpe, intensity = sessions["session_rpe"], sessions["intensity_factor"]
    average, highest = (
        sessions[name] for name in ("average_heart_rate_bpm", "highest_heart_rate_bpm")
    )
    of_sport = highest.where(sessions["sport"] != "").groupby(sessions["sport"])
    enough = of_sport.transform("count") >= rule["least_sessions_with_heart_rate"]
    top = of_sport.transform("quantile", _SPIKE_PERCENTILE).where(enough)
    answers = [
        (rpe.notna(), rpe >= rule["session_rpe"]),
        (intensity >= rule["intensity_factor_from"], True),
        (intensity < rule["intensity_factor_below"], False),
        (average >= rule["average_heart_rate_share_from"] * top, True),
        (highest <= rule["highest_heart_rate_share_below"] * top, False),
    ]
    known = [np.asarray(where, bool) for where, _ in answers]
    values = [np.broadcast_to(np.asarray(hard, float), len(rpe)) for _, hard in answers]
    return np.select(known, values, np.nan)


def smoothed(daily_load: ArrayLike, days: float) -> Array:
    """Exponentially weighted load of a row of days, beginning from nothing.

    Each day moves by 1 − exp(−1/N) of the way to its load, N being the time constant
    [days].  Programs differ: 1/N and 2/(N + 1) are in use too, and give other numbers.
    This is the one that decays by exp(−1) in N days.

    Examples
    --------
    >>> smoothed([100.0, 0.0], 42).round(3).tolist()
    [2.353, 2.297]
    """
    share = -np.expm1(-1.0 / days)
    # A day with nothing before the first, so that the weights begin from nothing.
    load = pd.Series(np.concatenate([[0.0], np.asarray(daily_load, np.float64)]))
    return load.ewm(alpha=share, adjust=False).mean().to_numpy()[1:]


def daily(log: TrainingLog, until: date | None = None) -> pd.DataFrame:
    """Load, fitness and fatigue for every day of a log, by its training.

    Parameters
    ----------
    log : TrainingLog
    until : datetime.date, optional
        Last day to show; by default that of the last session.  Days after the last
        session count as rest, so do not ask for days that the file may not cover.

    Returns
    -------
    pandas.DataFrame
        One row per day: ``day``, ``load``, ``fitness`` and ``fatigue`` [load units a
        day], ``estimated`` (the share of the load that is), ``settled`` (whether 42
        days lie behind, before which fitness is still filling up).

    Raises
    ------
    ValueError
        If `until` lies before the first session.
    """
    day = log.sessions["day"]
    first, last = day.iloc[0], day.iloc[-1] if until is None else pd.Timestamp(until)
    if last < first:
        raise ValueError(f"The log begins on {first.date()}, after {last.date()}.")
    loads = session_loads(log.sessions[log.sessions["is_training"]])
    loads["guessed"] = loads["load"].where(loads["estimated"], 0.0)
    days = pd.date_range(first, last, freq="D", unit="s")
    sums = loads[["load", "guessed"]].groupby(day).sum().reindex(days, fill_value=0.0)
    load = sums["load"]
    return pd.DataFrame(
        {
            "day": days,
            "load": load.to_numpy(),
            "fitness": smoothed(load, FITNESS_DAYS),
            "fatigue": smoothed(load, FATIGUE_DAYS),
            "estimated": (sums["guessed"] / load.where(load > 0)).fillna(0.0).to_numpy(),
            "settled": np.arange(len(days)) >= FITNESS_DAYS,
        }
    )
