"""When to start: the planned start, every possible one, and the best of each day.

Every start runs through the same chain as a session with that weather in the form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers, unknown_column
from riskmodel.inputs.results import ShortRepr
from riskmodel.inputs.session import Session, read_session
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import words
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.grid import WEATHER_FIELDS
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
from riskmodel.starts.possible import (
    Limits,
    Starts,
    possible_starts,
    read_moment,
    refuse_other_limits,
    start_at,
)
from riskmodel.starts.scores import (
    ANY_WEATHER,
    Chances,
    DayBest,
    best_of_each_day,
    left_out,
    plan_weather,
    score_starts,
    start_frame,
    start_notes,
    without_weather,
)
from riskmodel.weather.hours import Weather

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class BestStart(ShortRepr):
    """Every possible start of one session, the planned one and the best of each day.

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
        Of a fixed start there is the one row.
    planned : pandas.Series or None
        Row of the planned start, as one of `starts`, but allowed whatever the limits;
        where the weather does not reach it, ``problem`` says so.
    by_day : tuple of DayBest
        The best allowed start of each day, with those that are as good: that of the
        planned start first, then the others in their order.  Empty for a fixed start.
    days : tuple of Day
        Sunrise and sunset of the days in `starts`.
    weather : Weather
    notes : tuple of str
    problems : tuple of Problem
        What keeps the session from being scored at any time.
    guards : tuple of Guard
        What to consider whenever it starts, scored or not: what `riskmodel.assess`
        says of the person.  To be shown before anything else.
    """

    starts: pd.DataFrame
    planned: pd.Series[Any] | None
    by_day: tuple[DayBest, ...]
    days: tuple[Day, ...]
    weather: Weather
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    guards: tuple[Guard, ...]


@dataclass(frozen=True, eq=False, repr=False)
class BestStartSquad(ShortRepr):
    """The same of a squad's session.

    Attributes
    ----------
    starts : pandas.DataFrame
        Index ``start_utc``; ``start``, ``end``, ``expected`` (with a cramp, of those
        who can be scored), ``expected_low``, ``expected_high`` (everybody at the low or
        the high end, as when the weather is off), ``band`` (of the share of athletes,
        by the limits of one session), ``wbgt_c``, ``wbgt_highest_c``,
        ``wbgt_error_c``, the weather as in `BestStart`, ``daylight``, ``allowed`` and
        ``problem``; the weather is that of the plan's own duration.
    probability : ndarray of shape (n_starts, n_athletes)
        NaN where there is none.
    n_scored : int
        Athletes who can be scored.
    planned, by_day, days, weather, notes, problems
        As in `BestStart`; problems are those of the whole squad, and the notes name
        the athletes who cannot be scored.
    """

    starts: pd.DataFrame
    planned: pd.Series[Any] | None
    by_day: tuple[DayBest, ...]
    probability: Array
    n_scored: int
    days: tuple[Day, ...]
    weather: Weather
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]


def best_start(
    session: Session | Mapping[str, Any],
    weather: Weather,
    *,
    planned: datetime | None = None,
    fixed: bool = False,
    daylight_only: bool = False,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    **limits: Unpack[Limits],
) -> BestStart:
    """Score one session at its planned start and at every possible one.

    Parameters
    ----------
    session : Session or mapping of str to answer
        Answers to the weather are replaced by the weather, except shade and walls.
    weather : Weather
    planned : datetime, by default the session's ``start_time``, if it has one
        When it would start, with its time zone.
    fixed : bool
        Whether only the planned start is looked at, and no other proposed.
    daylight_only : bool
        Whether all of the session must lie between sunrise and sunset.
    scorecard, calibration, **limits
        As for `riskmodel.assess`; `riskmodel.starts.possible.Limits`: advice gives ``now``.

    Raises
    ------
    ValueError
        If a name is not in `FIELDS`, a moment cannot be read, or a fixed start is not
        planned.

    Examples
    --------
    >>> from datetime import date
    >>> from riskmodel import typed_weather
    >>> day = typed_weather(date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4,
    ...     time_zone="Europe/Vienna", coolest_c=20, warmest_c=34)
    >>> run = {"sport": "running", "duration_min": 120, "session_rpe": 7, "age_years": 40}
    >>> noon = datetime.fromisoformat("2027-07-04T12:00+02:00")
    >>> best = best_start(run, day, planned=noon, earliest="05:00")
    >>> f"{best.by_day[0].start:%H:%M} instead of {best.planned['start']:%H:%M}"
    '05:00 instead of 12:00'
    """
    refuse_other_limits(limits, "best_start")
    used = engine(scorecard, calibration)
    plan = _without_weather(Session.of(session))
    of_the_person = int(used.run(plan, detail=False).safety[0])
    best, _ = _best(
        partial(_table_of_one, used, plan, weather),
        "probability",
        weather,
        _planned_utc(plan, planned),
        fixed=fixed,
        daylight_only=daylight_only,
        problems=plan.problems,
        limits=limits,
    )
    return BestStart(**best, guards=guards_in(of_the_person & BITS_OF_THE_PERSON))


def _table_of_one(
    used: Engine, plan: Answers, weather: Weather, starts: Starts, daylight_only: bool
) -> tuple[pd.DataFrame, Chances]:
    chances = _score(used, plan, plan, weather, starts)
    band, in_100 = words(chances.probability[:, 0])
    results = {
        "probability": chances.probability[:, 0],
        "probability_low": chances.low[:, 0],
        "probability_high": chances.high[:, 0],
        "band": band,
        "in_100": in_100,
    }
    frame = start_frame(starts, plan, weather, results, daylight_only=daylight_only)
    guards = of_each(chances.safety[:, 0])
    frame["safety"] = [joined(of_start) for of_start in guards]
    frame["guards"] = guards
    frame["problem"] = np.where(bool(plan.problems), "", chances.problems)
    return frame, chances


def best_start_squad(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    weather: Weather,
    *,
    planned: datetime | None = None,
    fixed: bool = False,
    daylight_only: bool = False,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    **limits: Unpack[Limits],
) -> BestStartSquad:
    """Score a whole squad at the planned start and at every possible one.

    Parameters
    ----------
    athletes : pandas.DataFrame
        As for `riskmodel.squad.scores.with_plan`, whose rule decides between an
        athlete's own answers and those of the plan.
    plan : mapping of str to answer
        With ``duration_min``; its answers to the weather are replaced, except shade and
        walls.  All meet the weather of the plan, as with that start put into it:
        `riskmodel.squad.scores.score_squad` then expects as many.
    weather, planned, fixed, daylight_only, scorecard, calibration, **limits
        As for `best_start`; the planned start is by default that of the plan.

    Returns
    -------
    BestStartSquad
        A start at which somebody who can be scored has no number has none either: the
        sum over the others would look too small.

    Raises
    ------
    ValueError
        If a limit or `planned` cannot be read, or a fixed start is not planned.
    """
    refuse_other_limits(limits, "best_start_squad")
    used = engine(scorecard, calibration)
    kept = [c for c in athletes.columns if c in FIELDS and c not in WEATHER_FIELDS]
    of_plan = {name: v for name, v in plan.items() if name in PLAN_FIELDS}
    own_plan = {k: v for k, v in of_plan.items() if k not in WEATHER_FIELDS}
    answers = read_athletes(athletes[kept], {**own_plan, **ANY_WEATHER}).answers
    the_plan = _without_weather(of_plan)
    counts = counted(used, answers)
    problem = without_weather(the_plan) if counts.any() else None
    scored = counts & (problem is None)
    n_scored = int(scored.sum())
    best, chances = _best(
        partial(_table_of_squad, used, the_plan, answers, scored, weather),
        "expected",
        weather,
        _planned_utc(the_plan, planned),
        fixed=fixed,
        daylight_only=daylight_only,
        problems=() if n_scored else (problem or Problem("", "nobody_scored"),),
        limits=limits,
    )
    best["notes"] += left_out(athletes, answers, counts)
    return BestStartSquad(**best, probability=chances.probability, n_scored=n_scored)


def _table_of_squad(
    used: Engine,
    plan: Answers,
    answers: Answers,
    scored: NDArray[np.bool_],
    weather: Weather,
    starts: Starts,
    daylight_only: bool,
) -> tuple[pd.DataFrame, Chances]:
    chances = _score(used, plan, answers, weather, starts)
    results = _totals(chances, scored)
    frame = start_frame(starts, plan, weather, results, daylight_only=daylight_only)
    frame["problem"] = chances.problems if scored.any() else ""
    return frame, chances


def _totals(chances: Chances, scored: NDArray[np.bool_]) -> dict[str, Any]:
    """Athletes to expect at each start; a NaN of one who can be scored makes it one."""
    columns = {
        "expected": chances.probability,
        "expected_low": chances.low,
        "expected_high": chances.high,
    }
    n_scored = int(scored.sum())
    totals: dict[str, Any] = {
        name: values[:, scored].sum(axis=1) if n_scored else np.full(len(values), np.nan)
        for name, values in columns.items()
    }
    totals["band"], _ = words(totals["expected"] / max(n_scored, 1))
    return totals


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
    table: Callable[[Starts, bool], tuple[pd.DataFrame, Chances]],
    name: str,
    weather: Weather,
    planned_utc: np.datetime64,
    *,
    fixed: bool,
    daylight_only: bool,
    problems: tuple[Problem, ...],
    limits: Limits,
) -> tuple[dict[str, Any], Chances]:
    """Make what the answers for one session and for a squad share.

    The column of this name is the one to be as small as may be.
    """
    is_planned = not np.isnat(planned_utc)
    if fixed and not is_planned:
        raise ValueError("A fixed start needs the planned start (planned or start_time).")
    starts = start_at(weather, planned_utc) if fixed else possible_starts(weather, **limits)
    frame, chances = table(starts, daylight_only and not fixed)
    planned = None
    if is_planned:
        alone = frame if fixed else table(start_at(weather, planned_utc), False)[0]
        planned = alone.iloc[0]
    when = None if planned is None else planned["start"]
    by_day = () if fixed else best_of_each_day(frame, name, when)
    if planned is not None:
        # The day of the planned start comes first, the others stay in their order.
        its_day = planned["start"].date()
        by_day = tuple(sorted(by_day, key=lambda best: best.day != its_day))
    return {
        "starts": frame,
        "planned": planned,
        "by_day": by_day,
        "days": starts.days(weather),
        "weather": weather,
        "notes": start_notes(weather, starts, frame, problems),
        "problems": problems,
    }, chances


def _planned_utc(plan: Answers, planned: datetime | None) -> np.datetime64:
    """When the session is planned to start, or NaT."""
    own = plan.columns.get("start_time", unknown_column(FIELDS["start_time"], 1))
    return read_moment("planned", planned, own[0])


def _without_weather(session: Mapping[str, Any]) -> Answers:
    """Check the answers; those to the weather are not used, but for the planned start."""
    own = {name: v for name, v in session.items() if name not in WEATHER_FIELDS}
    planned = {name: v for name, v in session.items() if name == "start_time"}
    return read_session({**own, **ANY_WEATHER, **planned})
