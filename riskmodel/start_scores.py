"""Scores of possible starts: the chain under the weather of each, and what to say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.answers import UNKNOWN, Answers
from riskmodel.bands import in_100_text
from riskmodel.chain import Result, engine
from riskmodel.fields import FIELDS
from riskmodel.physiology.plan import load_sports
from riskmodel.weather.hours import Times, Weather
from riskmodel.weather.over_session import WEEKDAYS, SessionWeather, session_weather
from riskmodel.weather.starts import Starts, in_daylight, wbgt_error_c

Array = NDArray[np.float64]

WEATHER_FIELDS = tuple(
    f.name for f in FIELDS.values() if f.group == "weather" and f.name != "sky"
)
"""What the hours answer; of the sky only shade and walls are the session's own."""
WINDOWS = 3
INDOORS = (
    "The session is indoors, where the weather outside says little; if it is outdoors, "
    "say what the sky is (sky)."
)
ANY_WEATHER = {"air_temperature_c": 20.0, "relative_humidity_pct": 50.0}
"""Stands in while the rest of the answers is checked."""
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True)
class Window:
    """A good time for the session.

    Attributes
    ----------
    start, end : Timestamp
        From the start of the session to its end, local time.
    value : float
        Probability, or athletes of a squad to expect with a cramp.
    words : str
        As in "05:30 to 07:00: about 4 in 100 instead of 11".
    """

    start: pd.Timestamp
    end: pd.Timestamp
    value: float
    words: str


class Chances(NamedTuple):
    """Arrays of shape (n_starts, n_rows), with guards as bits, and why some are NaN."""

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


def is_indoors(answers: Answers) -> NDArray[np.bool_]:
    """Who is inside, by the same rule as the chain."""
    sky = _sky(answers)
    sport = answers.columns.get("sport", np.full(answers.n_sessions, UNKNOWN))
    usually = load_sports().indoors_if_not_said[sport] > 0
    usually &= (sky == UNKNOWN) & (sport != UNKNOWN)
    return np.asarray((sky == FIELDS["sky"].codes["indoor"]) | usually)


def plan_weather(
    weather: Weather, utc: Times, minutes: float, *, shade: bool
) -> SessionWeather:
    """Weather of the plan itself at every start."""
    n = len(utc)
    return session_weather(weather, utc, np.full(n, minutes), np.full(n, shade))


def score_starts(
    answers: Answers, utc: Times, error_c: Array, weather: Weather, minutes: float
) -> Chances:
    """Run every row of answers at every start, and at both ends of the error.

    Parameters
    ----------
    answers : Answers
        Of any number of rows, without the weather.
    utc : ndarray of datetime64, shape (n_starts,)
    error_c : ndarray of shape (n_starts,)
        By how much WBGT may be off. [°C]
    weather : Weather
    minutes : float
        Duration where a row has none. [min]

    Returns
    -------
    Chances
    """
    n_starts, n_rows = len(utc), answers.n_sessions
    length = answers.columns.get("duration_min", np.full(n_rows, np.nan))
    length = np.where(np.isnan(length), minutes, length)
    # Most of a squad shares one duration: its weather is averaged once.
    kinds, which = np.unique(
        np.column_stack([length, in_shade(answers)]), axis=0, return_inverse=True
    )
    met = session_weather(
        weather,
        np.repeat(utc, len(kinds)),
        np.tile(kinds[:, 0], n_starts),
        np.tile(kinds[:, 1] > 0, n_starts),
    )
    at = (np.arange(n_starts)[:, None] * len(kinds) + which.reshape(1, -1)).ravel()
    columns = {name: np.tile(c, n_starts) for name, c in answers.columns.items()}
    columns |= {name: values[at] for name, values in met.columns.items()}
    columns["latitude_deg"] = np.full(at.size, weather.latitude_deg)
    columns["longitude_deg"] = np.full(at.size, weather.longitude_deg)
    columns["start_time"] = np.repeat(utc, n_rows)
    problems = met.problems[at]
    problems = np.where(np.tile(is_indoors(answers), n_starts), INDOORS, problems)
    good = np.tile(answers.usable(), n_starts) & (problems == "")
    error = np.repeat(error_c, n_rows)
    run = engine(None, None).run

    # Only what has a number need be computed.
    some = {key: values[good] for key, values in columns.items()}

    def under(warmer_c: Array) -> Result:
        changed = {**some, "wbgt_c": some["wbgt_c"] + warmer_c[good]}
        return run(Answers(int(good.sum()), changed, ()), detail=False)

    def table(values: NDArray[Any], missing: float) -> NDArray[Any]:
        full = np.full(at.size, missing, dtype=values.dtype)
        full[good] = values
        return full.reshape(n_starts, n_rows)

    as_it_is = under(np.zeros(at.size))
    return Chances(
        table(as_it_is.chances["probability"], np.nan),
        table(under(-error).chances["probability_low"], np.nan),
        table(under(error).chances["probability_high"], np.nan),
        table(as_it_is.safety, 0),
        problems.reshape(n_starts, n_rows),
    )


# ---------------------------------------------------------------- the table and words


def start_frame(
    starts: Starts,
    met: SessionWeather,
    minutes: float,
    weather: Weather,
    results: Mapping[str, Any],
    *,
    daylight_only: bool,
) -> pd.DataFrame:
    """Table of possible starts with their results, their weather and their light."""
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


class Usual(NamedTuple):
    """The planned start, and what is to be expected there."""

    start: pd.Timestamp
    value: float


def planned_start(
    start_time: Times, answers: Answers, weather: Weather, minutes: float
) -> Usual | None:
    """Score the planned start, where it lies within the weather.

    Parameters
    ----------
    start_time : ndarray of datetime64, shape (1,)
        NaT if there is none.
    answers, weather, minutes
        As for `score_starts`.

    Returns
    -------
    Usual or None
        The sum over all rows of answers that can be scored.
    """
    scored = answers.usable() & ~is_indoors(answers)
    if np.isnat(start_time[0]) or not scored.any():
        return None
    made = score_starts(
        answers, start_time, wbgt_error_c(weather, start_time), weather, minutes
    )
    value = float(made.probability[0, scored].sum())
    start = pd.Timestamp(start_time[0]).tz_localize("UTC").tz_convert(weather.zone)
    return None if np.isnan(value) else Usual(start, value)


def best_windows(
    frame: pd.DataFrame,
    name: str,
    usual: Usual | None,
    minutes: float,
    say: Callable[[float, float], str],
) -> tuple[tuple[Window, ...], Window | None]:
    """Find the best starts that do not overlap, and put them into words."""
    values = np.where(frame["allowed"], frame[name], np.nan)
    if not np.isfinite(values).any():
        return (), None
    length = pd.Timedelta(round(minutes * 60), "s")
    if usual is not None:
        (begin, than), origin = usual, "the planned start"
    else:
        worst = int(np.nanargmax(values))
        begin, than = frame["start"].iloc[worst], float(values[worst])
        origin = "the worst start"
    versus = Window(begin, begin + length, than, f"{_at(begin)}, {origin}")
    dates = frame["start"].dt.date
    several = dates.iloc[0] != dates.iloc[-1]
    made: list[Window] = []
    moments = frame.index
    left, wbgt = values.copy(), frame["wbgt_c"].to_numpy()
    while len(made) < WINDOWS and np.isfinite(left).any():
        # Points come in halves, so that many starts are alike: the coolest is taken.
        alike = np.flatnonzero(left == np.nanmin(left))
        best = int(alike[np.argmin(wbgt[alike])])
        start, end = frame["start"].iloc[best], frame["end"].iloc[best]
        span = f"{start:%H:%M} to {end:%H:%M}"
        if several:
            span = f"{_day(start)}, {span}"
        text = f"{span}: {say(float(values[best]), than)}"
        made.append(Window(start, end, float(values[best]), text))
        left[np.abs(moments - moments[best]) < length] = np.nan
    return tuple(made), versus


def in_100_words(value: float, than: float) -> str:
    """Compare two probabilities, as people read them.

    Examples
    --------
    >>> in_100_words(0.04, 0.11)
    'about 4 in 100 instead of 11'
    """
    shown, before = in_100_text(value), in_100_text(than)
    if shown == before:
        return f"{shown} in 100, no different"
    return f"{shown} in 100 instead of {before.removeprefix('about ')}"


def expected_words(n_scored: int) -> Callable[[float, float], str]:
    """Make what compares the athletes to expect with a cramp.

    Examples
    --------
    >>> expected_words(26)(1.31, 3.12)
    'about 1.3 of 26 athletes with a cramp instead of 3.1'
    """

    def say(value: float, than: float) -> str:
        noun = "athlete" if n_scored == 1 else "athletes"
        shown, before = (
            f"about {v:.1f}" if v >= 0.05 else "fewer than 0.1" for v in (value, than)
        )
        text = f"{shown} of {n_scored} {noun} with a cramp"
        if shown == before:
            return f"{text}, no different"
        return f"{text} instead of {before.removeprefix('about ')}"

    return say


def _day(moment: pd.Timestamp) -> str:
    return f"{WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}"


def _at(moment: pd.Timestamp) -> str:
    return f"{_day(moment)}, {moment:%H:%M}"


def start_notes(
    weather: Weather, frame: pd.DataFrame, problems: tuple[str, ...]
) -> tuple[str, ...]:
    """What must be said with the numbers: where the weather is from, and what is not."""
    notes = [f"{weather.words}.", *weather.notes]
    if weather.kind == "forecast" and weather.issued is None:
        notes.append(
            "When the forecast was made is not known; it counts as one for next week."
        )
    if problems:
        return tuple(notes)
    if not len(frame):
        notes.append("There is no possible start between first and last.")
    elif not frame["allowed"].any():
        notes.append("No start is within the limits and the daylight.")
    elif (frame.loc[frame["allowed"], "problem"] != "").all():
        notes.append("No start has a number; each says why.")
    return tuple(notes)
