"""When to start: the probability of every possible start, and the best windows.

Every start runs through the same chain as a session with that weather in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.answers import Answers, read_frame, unknown_column
from riskmodel.bands import words
from riskmodel.fields import FIELDS
from riskmodel.inputs import Session, read_session
from riskmodel.safety import guard_sentences
from riskmodel.squad import PLAN_FIELDS, with_plan
from riskmodel.start_scores import (
    ANY_WEATHER,
    INDOORS,
    WEATHER_FIELDS,
    Window,
    best_windows,
    expected_words,
    in_100_words,
    in_shade,
    is_indoors,
    plan_minutes,
    plan_weather,
    planned_start,
    score_starts,
    start_frame,
    start_notes,
)
from riskmodel.weather.daylight import Day
from riskmodel.weather.hours import Times, Weather
from riskmodel.weather.starts import possible_starts

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BestStart:
    """Every possible start of one session, and the best of them.

    Attributes
    ----------
    starts : pandas.DataFrame
        Index ``start_utc``; ``start``, ``end`` (local time), ``probability``,
        ``probability_low``, ``probability_high``, ``band``, ``in_100``, ``wbgt_c``,
        ``wbgt_highest_c``, ``wbgt_error_c``, ``air_temperature_c``,
        ``relative_humidity_pct``, ``wind_speed_m_s``, ``solar_radiation_w_m2``,
        ``daylight`` (all of the session), ``allowed`` (by the limits and the light),
        ``safety`` (what to consider before any number, as from `riskmodel.assess`) and
        ``problem`` (why there is no number).
    windows : tuple of Window
        The best three that do not overlap.
    compared_with : Window or None
        What "instead of" means: the planned start, where the session has one within
        the weather, or else the worst start that is allowed.
    days : tuple of Day
        Sunrise and sunset.
    weather : Weather
    notes : tuple of str
    problems : tuple of str
        What keeps the session from being scored at any time.
    """

    starts: pd.DataFrame
    windows: tuple[Window, ...]
    compared_with: Window | None
    days: tuple[Day, ...]
    weather: Weather
    notes: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class BestStartSquad:
    """Every possible start of a squad's session, and the best of them.

    Attributes
    ----------
    starts : pandas.DataFrame
        Index ``start_utc``; ``start``, ``end``, ``expected`` (with a cramp, of those
        who can be scored), ``expected_low``, ``expected_high`` (everybody at the low or
        the high end, as when the weather is off), ``wbgt_c``, ``wbgt_highest_c``,
        ``wbgt_error_c``, ``daylight``, ``allowed`` and ``problem``; the weather is that
        of the plan's own duration.
    probability : ndarray of shape (n_starts, n_athletes)
        NaN where there is none.
    n_scored : int
        Athletes who can be scored.
    windows, compared_with, days, weather, notes, problems
        As in `BestStart`; problems are those of the whole squad.
    """

    starts: pd.DataFrame
    probability: Array
    n_scored: int
    windows: tuple[Window, ...]
    compared_with: Window | None
    days: tuple[Day, ...]
    weather: Weather
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def best_start(
    session: Session | Mapping[str, Any],
    weather: Weather,
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    earliest: time | str | None = None,
    latest: time | str | None = None,
    daylight_only: bool = False,
    step_min: int = 60,
) -> BestStart:
    """Score one session at every possible start.

    Parameters
    ----------
    session : Session or mapping of str to answer
        Answers to the weather are replaced by the weather, except shade and walls.
    weather : Weather
    first, last : datetime, optional
        Limits of the start, with their time zones; by default from when the forecast
        was issued, or from the first hour of other weather, to its end.
    earliest, latest : datetime.time or str, optional
        Limits of the start on every day, local time, such as ``"06:30"``; if the
        latest comes before the earliest, the night between is meant.
    daylight_only : bool
        Whether the whole session must lie between sunrise and sunset.
    step_min : int
        60 for starts on the hour, 30 for those on the half hour too. [min]

    Returns
    -------
    BestStart

    Raises
    ------
    ValueError
        If a name is not in `FIELDS` or a limit cannot be read.

    Notes
    -----
    The low end of the range is that of weather cooler by ``wbgt_error_c``, the high end
    that of weather warmer by as much, see `riskmodel.weather.starts.FORECAST_ERROR_C`.

    Examples
    --------
    >>> from datetime import date
    >>> from riskmodel.weather.typed import typed_weather
    >>> day = typed_weather(date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4,
    ...     time_zone="Europe/Vienna", coolest_c=20, warmest_c=34,
    ...     relative_humidity_pct=50, wind_speed_m_s=2, cloud_pct=20)
    >>> run = {"sport": "running", "duration_min": 120, "session_rpe": 7, "age_years": 40}
    >>> best = best_start(run, day, earliest="05:00", latest="21:00")
    >>> best.windows[0].start.hour < 8
    True
    """
    answers = _without_weather(Session(**session))
    starts = possible_starts(
        weather, first=first, last=last, earliest=earliest, latest=latest, step_min=step_min
    )
    minutes = plan_minutes(answers)
    made = score_starts(answers, starts.utc, starts.wbgt_error_c, weather, minutes)
    met = plan_weather(weather, starts.utc, minutes, shade=bool(in_shade(answers)[0]))
    band, in_100 = words(made.probability[:, 0])
    problems = answers.sentences()
    frame = start_frame(
        starts,
        met,
        minutes,
        weather,
        {
            "probability": made.probability[:, 0],
            "probability_low": made.low[:, 0],
            "probability_high": made.high[:, 0],
            "band": band,
            "in_100": in_100,
        },
        daylight_only=daylight_only,
    )
    frame["safety"] = _safety(made.safety[:, 0])
    frame["problem"] = "" if problems else made.problems[:, 0]
    usual = planned_start(_start_time(answers), answers, weather, minutes)
    best, versus = best_windows(frame, "probability", usual, minutes, in_100_words)
    return BestStart(
        starts=frame,
        windows=best,
        compared_with=versus,
        days=starts.days(weather),
        weather=weather,
        notes=start_notes(weather, frame, problems),
        problems=problems,
    )


def best_start_squad(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    weather: Weather,
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    earliest: time | str | None = None,
    latest: time | str | None = None,
    daylight_only: bool = False,
    step_min: int = 60,
) -> BestStartSquad:
    """Score a whole squad at every possible start of the plan.

    Parameters
    ----------
    athletes : pandas.DataFrame
        As for `riskmodel.squad.with_plan`; own answers to the plan stay, those to the
        weather are replaced, except shade and walls.
    plan : mapping of str to answer
        With ``duration_min``.
    weather, first, last, earliest, latest, daylight_only, step_min
        As for `best_start`.

    Returns
    -------
    BestStartSquad
        A start at which somebody who can be scored has no number has none either: the
        sum over the others would look too small.

    Raises
    ------
    ValueError
        If a limit cannot be read.
    """
    kept = [c for c in athletes.columns if c in FIELDS and c not in WEATHER_FIELDS]
    of_plan = {name: v for name, v in plan.items() if name in PLAN_FIELDS}
    own_plan = {k: v for k, v in of_plan.items() if k not in WEATHER_FIELDS}
    answers = read_frame(with_plan(athletes[kept], {**own_plan, **ANY_WEATHER}))
    the_plan = _without_weather(of_plan)
    starts = possible_starts(
        weather, first=first, last=last, earliest=earliest, latest=latest, step_min=step_min
    )
    minutes = plan_minutes(the_plan)
    made = score_starts(answers, starts.utc, starts.wbgt_error_c, weather, minutes)
    met = plan_weather(weather, starts.utc, minutes, shade=bool(in_shade(the_plan)[0]))
    scored = answers.usable() & ~is_indoors(answers)
    n_scored = int(scored.sum())
    sums = {"expected": made.probability, "expected_low": made.low}
    sums["expected_high"] = made.high
    # A NaN of one who can be scored makes the sum one too.
    totals = {
        name: values[:, scored].sum(axis=1) if n_scored else np.full(len(values), np.nan)
        for name, values in sums.items()
    }
    frame = start_frame(starts, met, minutes, weather, totals, daylight_only=daylight_only)
    frame["problem"] = _first_problem(made.problems[:, scored])
    problems: tuple[str, ...] = ()
    if not n_scored:
        inside = answers.usable() & is_indoors(answers)
        problems = (INDOORS if inside.any() else "None of the athletes can be scored.",)
    usual = planned_start(_start_time(the_plan), answers, weather, minutes)
    best, versus = best_windows(frame, "expected", usual, minutes, expected_words(n_scored))
    return BestStartSquad(
        starts=frame,
        probability=made.probability,
        n_scored=n_scored,
        windows=best,
        compared_with=versus,
        days=starts.days(weather),
        weather=weather,
        notes=start_notes(weather, frame, problems),
        problems=problems,
    )


def _without_weather(session: Mapping[str, Any]) -> Answers:
    """Check the answers; those to the weather are not used, but for the planned start."""
    own = {name: v for name, v in session.items() if name not in WEATHER_FIELDS}
    planned = {name: v for name, v in session.items() if name == "start_time"}
    return read_session(Session(**{**own, **ANY_WEATHER, **planned}))


def _start_time(answers: Answers) -> Times:
    unknown = unknown_column(FIELDS["start_time"], 1)
    times: Times = answers.columns.get("start_time", unknown)
    return times


def _safety(bits: NDArray[np.int64]) -> NDArray[Any]:
    """Sentences of the guards at each start as one text."""
    found, which = np.unique(bits, return_inverse=True)
    texts = [" ".join(guard_sentences(int(pattern))) for pattern in found]
    return np.array([*texts, ""], dtype=object)[which]


def _first_problem(problems: NDArray[Any]) -> NDArray[Any]:
    """What is wrong at each start for the first athlete for whom something is."""
    if not problems.shape[1]:
        return np.full(len(problems), "", dtype=object)
    first = (problems != "").argmax(axis=1)
    return np.asarray(problems[np.arange(len(problems)), first])
