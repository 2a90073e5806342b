"""When to start: the probability of every possible start, and the best windows.

Every start runs through the same chain as a session with that weather in the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers
from riskmodel.inputs.session import Session, read_session
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import words
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.guards import (
    BITS_OF_THE_PERSON,
    Guard,
    guards_in,
    joined,
    of_each,
)
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.plan import PLAN_FIELDS, read_athletes
from riskmodel.squad.scores import counted
from riskmodel.starts.daylight import Day
from riskmodel.starts.possible import Limits, Starts, possible_starts
from riskmodel.starts.scores import (
    ANY_WEATHER,
    WEATHER_FIELDS,
    Chances,
    Window,
    best_windows,
    expected_words,
    in_100_words,
    left_out,
    plan_minutes,
    plan_weather,
    planned_start,
    score_starts,
    start_frame,
    start_notes,
    without_weather,
)
from riskmodel.weather.hours import Weather

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BestStart:
    """Every possible start of one session, and the best of them.

    The low end of the range is that of weather cooler by ``wbgt_error_c``, the high end
    that of weather warmer by as much, see `riskmodel.starts.possible.FORECAST_ERROR_C`.

    Attributes
    ----------
    starts : pandas.DataFrame
        Index ``start_utc``; ``start``, ``end`` (local time), ``probability``,
        ``probability_low``, ``probability_high``, ``band``, ``in_100``, ``wbgt_c``,
        ``wbgt_highest_c``, ``wbgt_error_c``, ``air_temperature_c``,
        ``relative_humidity_pct``, ``wind_speed_m_s``, ``solar_radiation_w_m2``,
        ``daylight`` (all of the session), ``allowed`` (by the limits and the light),
        ``safety`` (what to consider before any number, as from `riskmodel.assess`),
        ``guards`` (the same as data) and ``problem`` (why there is no number).
    windows : tuple of Window
        The best three that do not overlap.
    compared_with : Window or None
        What "instead of" means: the planned start, where the session has one within
        the weather, or else the worst start that is allowed.
    days : tuple of Day
        Sunrise and sunset.
    weather : Weather
    notes : tuple of str
    problems : tuple of Problem
        What keeps the session from being scored at any time.
    guards : tuple of Guard
        What to consider whenever it starts, scored or not: what `riskmodel.assess`
        says of the person.  To be shown before anything else.
    """

    starts: pd.DataFrame
    windows: tuple[Window, ...]
    compared_with: Window | None
    days: tuple[Day, ...]
    weather: Weather
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    guards: tuple[Guard, ...]


@dataclass(frozen=True, eq=False)
class BestStartSquad:
    """Every possible start of a squad's session, and the best of them.

    Attributes
    ----------
    starts : pandas.DataFrame
        Index ``start_utc``; ``start``, ``end``, ``expected`` (with a cramp, of those
        who can be scored), ``expected_low``, ``expected_high`` (everybody at the low or
        the high end, as when the weather is off), ``wbgt_c``, ``wbgt_highest_c``,
        ``wbgt_error_c``, the weather as in `BestStart`, ``daylight``, ``allowed`` and
        ``problem``; the weather is that of the plan's own duration.
    probability : ndarray of shape (n_starts, n_athletes)
        NaN where there is none.
    n_scored : int
        Athletes who can be scored.
    windows, compared_with, days, weather, notes, problems
        As in `BestStart`; problems are those of the whole squad, and the notes name
        the athletes who cannot be scored.
    """

    starts: pd.DataFrame
    probability: Array
    n_scored: int
    windows: tuple[Window, ...]
    compared_with: Window | None
    days: tuple[Day, ...]
    weather: Weather
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]


def best_start(
    session: Session | Mapping[str, Any],
    weather: Weather,
    *,
    daylight_only: bool = False,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    **limits: Unpack[Limits],
) -> BestStart:
    """Score one session at every possible start.

    Parameters
    ----------
    session : Session or mapping of str to answer
        Answers to the weather are replaced by the weather, except shade and walls.
    weather : Weather
    daylight_only : bool
        Whether all of the session must lie between sunrise and sunset.
    scorecard, calibration : optional
        As for `riskmodel.assess`.
    **limits
        ``now``, ``first``, ``last``, ``earliest``, ``latest`` and ``step_min``, see
        `riskmodel.starts.possible.Limits`.  Whoever asks for advice gives ``now``.

    Returns
    -------
    BestStart

    Raises
    ------
    ValueError
        If a name is not in `FIELDS` or a limit cannot be read.

    Examples
    --------
    >>> from datetime import date
    >>> from riskmodel import typed_weather
    >>> day = typed_weather(date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4,
    ...     time_zone="Europe/Vienna", coolest_c=20, warmest_c=34,
    ...     relative_humidity_pct=50, wind_speed_m_s=2, cloud_pct=20)
    >>> run = {"sport": "running", "duration_min": 120, "session_rpe": 7, "age_years": 40}
    >>> best_start(run, day, earliest="05:00").windows[0].start.hour < 8
    True
    """
    used = engine(scorecard, calibration)
    plan = _without_weather(Session.of(session))
    starts = possible_starts(weather, **limits)
    chances = _score(used, plan, plan, weather, starts)
    of_the_person = int(used.run(plan, detail=False).safety[0])
    return BestStart(
        **_best(
            *(used, plan, plan, weather, starts, _results_of_one(chances)),
            guards=of_each(chances.safety[:, 0]),
            problem=np.where(bool(plan.problems), "", chances.problems[:, 0]),
            problems=plan.problems,
            daylight_only=daylight_only,
            say=in_100_words,
        ),
        guards=guards_in(of_the_person & BITS_OF_THE_PERSON),
    )


def _results_of_one(chances: Chances) -> dict[str, Any]:
    band, in_100 = words(chances.probability[:, 0])
    return {
        "probability": chances.probability[:, 0],
        "probability_low": chances.low[:, 0],
        "probability_high": chances.high[:, 0],
        "band": band,
        "in_100": in_100,
    }


def best_start_squad(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    weather: Weather,
    *,
    daylight_only: bool = False,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    **limits: Unpack[Limits],
) -> BestStartSquad:
    """Score a whole squad at every possible start of the plan.

    Parameters
    ----------
    athletes : pandas.DataFrame
        As for `riskmodel.squad.scores.with_plan`, whose rule decides between an
        athlete's own answers and those of the plan.
    plan : mapping of str to answer
        With ``duration_min``; its answers to the weather are replaced, except shade and
        walls.  All meet the weather of the plan, as with that start put into it:
        `riskmodel.squad.scores.score_squad` then expects as many.
    weather, daylight_only, scorecard, calibration, **limits
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
    used = engine(scorecard, calibration)
    kept = [c for c in athletes.columns if c in FIELDS and c not in WEATHER_FIELDS]
    of_plan = {name: v for name, v in plan.items() if name in PLAN_FIELDS}
    own_plan = {k: v for k, v in of_plan.items() if k not in WEATHER_FIELDS}
    answers = read_athletes(athletes[kept], {**own_plan, **ANY_WEATHER}).answers
    the_plan = _without_weather(of_plan)
    starts = possible_starts(weather, **limits)
    chances = _score(used, the_plan, answers, weather, starts)
    without = without_weather(the_plan)
    scored = np.full(len(athletes), without is None) & counted(used, answers)
    n_scored = int(scored.sum())
    totals = _totals(chances, scored)
    nobody = Problem("", "nobody_scored")
    if without is not None and answers.usable().any():
        nobody = without
    best = _best(
        *(used, the_plan, answers, weather, starts, totals),
        guards=None,
        problem=_first_problem(chances.problems[:, scored]),
        problems=() if n_scored else (nobody,),
        daylight_only=daylight_only,
        say=expected_words(n_scored),
    )
    best["notes"] += left_out(athletes, answers)
    return BestStartSquad(**best, probability=chances.probability, n_scored=n_scored)


def _totals(chances: Chances, scored: NDArray[np.bool_]) -> dict[str, Array]:
    """Athletes to expect at each start; a NaN of one who can be scored makes it one."""
    columns = {
        "expected": chances.probability,
        "expected_low": chances.low,
        "expected_high": chances.high,
    }
    return {
        name: values[:, scored].sum(axis=1)
        if scored.any()
        else np.full(len(values), np.nan)
        for name, values in columns.items()
    }


def _score(
    used: Engine, plan: Answers, answers: Answers, weather: Weather, starts: Starts
) -> Chances:
    return score_starts(
        used,
        answers,
        starts.utc,
        starts.wbgt_error_c,
        weather,
        plan_weather(weather, starts.utc, plan),
        without=without_weather(plan),
    )


def _best(
    used: Engine,
    plan: Answers,
    answers: Answers,
    weather: Weather,
    starts: Starts,
    results: Mapping[str, Any],
    *,
    guards: NDArray[Any] | None,
    problem: NDArray[Any],
    problems: tuple[Problem, ...],
    daylight_only: bool,
    say: Callable[[float, float], str],
) -> dict[str, Any]:
    """Make what the answers for one session and for a squad share.

    The first of the results is the one to be as small as may be.
    """
    minutes = plan_minutes(plan)
    met = plan_weather(weather, starts.utc, plan)
    frame = start_frame(starts, met, minutes, weather, results, daylight_only=daylight_only)
    if guards is not None:
        frame["safety"] = [joined(of_start) for of_start in guards]
        frame["guards"] = guards
    frame["problem"] = problem
    usual = planned_start(used, plan, answers, weather)
    best, versus = best_windows(frame, next(iter(results)), usual, minutes, say)
    return {
        "starts": frame,
        "windows": best,
        "compared_with": versus,
        "days": starts.days(weather),
        "weather": weather,
        "notes": start_notes(weather, starts, frame, problems),
        "problems": problems,
    }


def _without_weather(session: Mapping[str, Any]) -> Answers:
    """Check the answers; those to the weather are not used, but for the planned start."""
    own = {name: v for name, v in session.items() if name not in WEATHER_FIELDS}
    planned = {name: v for name, v in session.items() if name == "start_time"}
    return read_session({**own, **ANY_WEATHER, **planned})


def _first_problem(problems: NDArray[Any]) -> NDArray[Any]:
    """What is wrong at each start for the first athlete for whom something is."""
    if not problems.shape[1]:
        return np.full(len(problems), "", dtype=object)
    first = (problems != "").argmax(axis=1)
    return np.asarray(problems[np.arange(len(problems)), first])
