"""Scores of starts: the chain under the weather of each, and the best of each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem, public_sentences
from riskmodel.inputs.reading import UNKNOWN, Answers
from riskmodel.inputs.settled import is_settled
from riskmodel.physiology.plan import is_indoors
from riskmodel.scoring.bands import shown_in_100
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.grid import People
from riskmodel.scoring.guards import BITS_OF_THE_PERSON
from riskmodel.scoring.probability import expit
from riskmodel.starts.possible import Starts, in_daylight
from riskmodel.weather.hours import Times, Weather
from riskmodel.weather.over_session import SessionWeather, session_weather

Array = NDArray[np.float64]

MOST_NAMED = 3
"""Athletes named in one sentence; the rest is counted."""
INDOORS, IN_WATER = Problem("", "indoors"), Problem("", "in_water")
ANY_WEATHER = {"air_temperature_c": 20.0, "relative_humidity_pct": 50.0}
"""Stands in while the rest of the answers is checked."""


@dataclass(frozen=True)
class DayBest:
    """The best allowed start of one local day.

    Attributes
    ----------
    start, end : Timestamp
        From the start of the session to its end, local time.
    value : float
        Probability, or athletes of a squad to expect with a cramp.
    shown : float
        The value as it is shown: whole sessions of 100, or tenths of athletes.
    daylight : bool
        Whether all of the session lies between sunrise and sunset.
    as_good : tuple of pairs of Timestamp
        Starts of that day with the same shown number and light, itself among them:
        first and last of each row of starts that follow each other.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    value: float
    shown: float
    daylight: bool
    as_good: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]

    @property
    def day(self) -> date:
        """The local day of the start."""
        return self.start.date()


class Chances(NamedTuple):
    """Arrays of shape (n_starts, n_rows), with guards as bits.

    The problems, of shape (n_starts,), say why nobody has a number at a start.
    """

    probability: Array
    low: Array
    high: Array
    safety: NDArray[np.int64]
    problems: NDArray[Any]


# -------------------------------------------------------------------------- the chain


def plan_minutes(answers: Answers) -> float:
    """Minutes of the plan; an hour while the duration is not known."""
    minutes = answers.columns.get("duration_min", np.array([np.nan]))[:1]
    return float(minutes[0]) if minutes.size and np.isfinite(minutes[0]) else 60.0


def _sky(answers: Answers) -> NDArray[Any]:
    return answers.columns.get("sky", np.full(answers.n_sessions, UNKNOWN))


def in_shade(answers: Answers) -> NDArray[np.bool_]:
    """Who says that something hides the sun."""
    return np.asarray(_sky(answers) == FIELDS["sky"].codes["shade"])


def without_weather(plan: Answers) -> Problem | None:
    """Why the weather says nothing about a session, by the same rules as the chain."""
    in_water, indoors = of_no_weather(plan)
    if in_water[0]:
        return IN_WATER
    return INDOORS if indoors[0] else None


def of_no_weather(answers: Answers) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which sessions are in the water, and which under a roof."""
    n = answers.n_sessions
    sport = answers.columns.get("sport", np.full(n, UNKNOWN))
    in_water = is_settled(FIELDS["air_temperature_c"], answers.columns, n)
    return in_water, is_indoors(_sky(answers), sport)


def plan_weather(weather: Weather, utc: Times, plan: Answers) -> SessionWeather:
    """Weather of the plan at every start."""
    n = len(utc)
    shade = bool(in_shade(plan)[0])
    return session_weather(weather, utc, np.full(n, plan_minutes(plan)), np.full(n, shade))


def score_starts(
    used: Engine,
    answers: Answers,
    utc: Times,
    error_c: Array,
    weather: Weather,
    met: SessionWeather,
    *,
    without: Problem | None,
) -> Chances:
    """Score every row of answers at every start, and at both ends of the error.

    Parameters
    ----------
    used : Engine
    answers : Answers
        Of any number of rows, without the weather.
    utc, error_c : ndarray of shape (n_starts,)
        When, as datetime64, and by how much WBGT may be off. [°C]
    weather : Weather
    met : SessionWeather
        What the session meets at each start, the same for every row.
    without : Problem, optional
        Why the session has no weather, as from `without_weather`.

    Returns
    -------
    Chances
        Without a number, the guards are those of the person.
    """
    shape = len(utc), answers.n_sessions
    probability, low, high = np.full((3, *shape), np.nan)
    of_the_person = used.run(answers, detail=False).safety & BITS_OF_THE_PERSON
    safety = np.tile(of_the_person, (len(utc), 1))
    if without is not None:
        return Chances(
            probability, low, high, safety, np.full(len(utc), str(without), object)
        )
    good = met.problems == ""
    columns = {**met.columns, **start_columns(weather, utc)}
    for cells in People(used, answers).under(
        lambda _: columns, len(utc), (-error_c, error_c)
    ):
        rows = cells.rows
        safety[:, rows] = np.where(good[:, None], cells.safety().T, safety[:, rows])
        if used.calibration is not None:
            probability[:, rows] = expit(cells.logit()).T
            low[:, rows] = expit(cells.logit_ends(1)[0]).T
            high[:, rows] = expit(cells.logit_ends(2)[1]).T
    problems = met.problems
    if used.calibration is None:
        problems = np.where(good, str(Problem("", "not_calibrated")), problems)
    return Chances(probability, low, high, safety, problems)


def start_columns(weather: Weather, utc: Times) -> dict[str, NDArray[Any]]:
    """Place and time of every start, as answers."""
    return {
        "latitude_deg": np.full(len(utc), weather.latitude_deg),
        "longitude_deg": np.full(len(utc), weather.longitude_deg),
        "start_time": utc,
    }


# ---------------------------------------------------------------- the table and words


def start_frame(
    starts: Starts,
    plan: Answers,
    weather: Weather,
    results: Mapping[str, Any],
    *,
    daylight_only: bool,
) -> pd.DataFrame:
    """Table of starts with their results, their weather and their light."""
    minutes = plan_minutes(plan)
    met = plan_weather(weather, starts.utc, plan)
    light = in_daylight(weather, starts.utc, minutes)
    length = pd.Timedelta(round(minutes * 60), "s")
    index = pd.DatetimeIndex(starts.utc, name="start_utc").tz_localize("UTC")
    return pd.DataFrame(
        {
            "start": starts.local,
            "end": starts.local + length,
            **results,
            "wbgt_c": met.columns["wbgt_c"],
            "wbgt_highest_c": met.wbgt_highest_c,
            "wbgt_error_c": starts.wbgt_error_c,
            **{name: v for name, v in met.columns.items() if name != "wbgt_c"},
            "daylight": light,
            "allowed": starts.within & (light | (not daylight_only)),
        },
        index=index,
    )


def best_of_each_day(
    frame: pd.DataFrame, name: str, planned: pd.Timestamp | None = None
) -> tuple[DayBest, ...]:
    """Find the best allowed start of every local day that has one, in their order.

    Of those that show the same number one in daylight is taken, then the one nearest to
    the planned hour, then the one with the smaller value, then the coolest.
    """
    rows = np.flatnonzero(frame["allowed"] & frame[name].notna())
    starts, ends = (pd.DatetimeIndex(frame[end])[rows] for end in ("start", "end"))
    values, wbgt_c = (frame[column].to_numpy()[rows] for column in (name, "wbgt_c"))
    dark = ~frame["daylight"].to_numpy(bool)[rows]
    shown = shown_in_100(values) if name == "probability" else np.round(values, 1)
    away = np.zeros(len(rows)) if planned is None else _minutes_apart(starts, planned)
    day, _ = pd.factorize(starts.date)
    order = np.lexsort((wbgt_c, values, away, dark, shown, day))
    _, first = np.unique(day[order], return_index=True)
    of_days = []
    for best in order[first]:
        alike = (day == day[best]) & (shown == shown[best]) & (dark == dark[best])
        good = np.flatnonzero(alike)
        # What lies between two starts may be neither allowed nor scored.
        runs = np.split(good, np.flatnonzero(np.diff(rows[good]) != 1) + 1)
        as_good = tuple((starts[run[0]], starts[run[-1]]) for run in runs)
        numbers = float(values[best]), float(shown[best]), not dark[best]
        of_days.append(DayBest(starts[best], ends[best], *numbers, as_good))
    return tuple(of_days)


def _minutes_apart(starts: pd.DatetimeIndex, planned: pd.Timestamp) -> Array:
    """How far the clock of each start is from that of the planned one. [min]."""
    minute = starts.hour.to_numpy() * 60 + starts.minute.to_numpy()
    apart: Array = minute - planned.hour * 60 - planned.minute
    return np.abs((apart + 720) % 1440 - 720)


def left_out(
    athletes: pd.DataFrame, answers: Answers, counts: NDArray[np.bool_]
) -> tuple[str, ...]:
    """Name the athletes who do not count: who cannot be scored, and who must not start.

    Parameters
    ----------
    athletes : pandas.DataFrame
        With their names in ``athlete``; who has none is called by the number of the row.
    answers : Answers
        Of the same rows.
    counts : ndarray of bool
        Who can be scored and may start.

    Returns
    -------
    tuple of str
        A sentence for each of the two, if there is somebody.  Of those who cannot be
        scored it says what is wrong with their answers, but no private one.
    """
    usable = answers.usable()
    problems = answers.problems_of_each()
    wrong = np.flatnonzero(~usable).tolist()
    stopped = np.flatnonzero(usable & ~counts).tolist()
    named = [f"{_name(athletes, row)} ({_in_brief(problems[row])})" for row in wrong]
    stopped_named = [_name(athletes, row) for row in stopped]
    n = len(athletes)
    return tuple(
        f"{len(names)} of {n} {what}: {_first(names)}."
        for names, what in (
            (named, "cannot be scored"),
            (stopped_named, "must not start and do not count"),
        )
        if names
    )


def _first(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f", and {more} more" if more > 0 else "")


def _name(athletes: pd.DataFrame, row: int) -> str:
    name = athletes["athlete"].iloc[row] if "athlete" in athletes else None
    return f"row {row + 1}" if _nameless(name) else str(name).strip()


def _nameless(name: Any) -> bool:
    return bool(pd.isna(name)) or not str(name).strip()


def _in_brief(problems: tuple[Problem, ...]) -> str:
    """Problems without the names of columns, and without private answers."""
    if any(problem.private for problem in problems):
        return public_sentences(problems).rstrip(".")
    return " ".join(problem.sentence(names=False) for problem in problems).rstrip(".")


def start_notes(
    weather: Weather, starts: Starts, frame: pd.DataFrame, problems: tuple[Problem, ...]
) -> tuple[str, ...]:
    """What must be said with the numbers: where the weather is from, and what is not."""
    notes = [*map(str, weather.doubts), f"{weather.words}.", *weather.remarks]
    if weather.kind == "forecast" and weather.issued is None:
        notes.append(
            "It is not known when this forecast was made: each of its hours is taken to "
            "be as uncertain as one more than a week ahead."
        )
    if problems:
        return tuple(notes)
    if not len(frame):
        notes.append(starts.note or "There is no possible start between first and last.")
    elif not frame["allowed"].any():
        notes.append("No start is within the limits and the daylight.")
    elif (frame.loc[frame["allowed"], "problem"] != "").all():
        notes.append("No start has a number; each says why.")
    return tuple(notes)
