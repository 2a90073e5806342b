"""Everybody at every start under every member of a forecast, as quantiles over these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers, read_frame, refuse_others
from riskmodel.inputs.results import ShortRepr
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import warn_of_unknown_columns
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.grid import WEATHER_FIELDS, Cells, People
from riskmodel.scoring.guards import BITS_OF_THE_PERSON, Guard, guard_texts, guards_in
from riskmodel.scoring.probability import Calibration, expit
from riskmodel.starts.possible import (
    Limits,
    Starts,
    possible_starts,
    refuse_other_limits,
)
from riskmodel.starts.scores import (
    ANY_WEATHER,
    IN_WATER,
    INDOORS,
    in_shade,
    of_no_weather,
    start_columns,
)
from riskmodel.weather.hours import Times, Weather
from riskmodel.weather.over_session import session_weather

Array = NDArray[np.float64]

CHANCES = ("probability", "probability_low", "probability_high")

# Weather that sessions meet is held for so many, and cells are made for so many.
_MET = 1_000_000
_WEATHERS = 16_384


@dataclass(frozen=True, eq=False, repr=False)
class StartGrid(ShortRepr):
    """Every session of a frame at every start, over the members of a forecast.

    Attributes
    ----------
    sessions : pandas.Index
        That of the frame.
    starts : pandas.DatetimeIndex
        In the local time of the place.
    quantiles : tuple of float
        Shares of the members, 0 to 1.
    probability, probability_low, probability_high : ndarray
        Of shape (n_sessions, n_starts, n_quantiles), 0 to 1: quantiles over the members
        of the probability, and of either end of its range.  Unlike the range of
        `best_start`, which allows for an error of the forecast, that of a member takes
        its weather as it is: the members are what is not known of it.  NaN where
        `problem` says why; a start at which one member has no number has none.
    safety : ndarray of int, shape (n_sessions, n_starts)
        What to consider before any number, as bits of `riskmodel.scoring.guards.GUARDS`:
        what any one of the members brings.  See `guards`.
    problem : ndarray of str, shape (n_sessions, n_starts)
        Why there is no number, else empty.
    members : tuple of Weather
        Where it is from must be shown with the numbers.
    note : str
        Why there is no start, where a forecast is over; else empty.
    """

    sessions: pd.Index[Any]
    starts: pd.DatetimeIndex
    quantiles: tuple[float, ...]
    probability: Array
    probability_low: Array
    probability_high: Array
    safety: NDArray[np.int64]
    problem: NDArray[np.object_]
    members: tuple[Weather, ...]
    note: str

    def guards(self, session: int, start: int) -> tuple[Guard, ...]:
        """What to consider before any number, by the places of session and start."""
        return guards_in(int(self.safety[session, start]))

    def to_frame(self) -> pd.DataFrame:
        """Lay everything out with a row for each session and start.

        Returns
        -------
        pandas.DataFrame
            Columns such as ``probability_q10``, the quantile in percent, ``safety`` and
            ``problem``.
        """
        names = [self.sessions.name or "session", "start"]
        columns: dict[str, Any] = {
            f"{name}_q{100 * quantile:g}": getattr(self, name)[:, :, place].ravel()
            for name in CHANCES
            for place, quantile in enumerate(self.quantiles)
        }
        columns["safety"] = guard_texts(self.safety.ravel())
        columns["problem"] = self.problem.ravel()
        index = pd.MultiIndex.from_product([self.sessions, self.starts], names=names)
        return pd.DataFrame(columns, index=index)


def start_grid(
    frame: pd.DataFrame,
    weather: Weather | Sequence[Weather],
    *,
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    **limits: Unpack[Limits],
) -> StartGrid:
    """Score every session of a frame at every start under every member of a forecast.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `riskmodel.assess_frame`; answers to the weather are replaced, except shade
        and walls.  A swim gets no number; durations that many share are quicker.
    weather : Weather or sequence of Weather
        One, or the members of an ensemble for one place; the first bounds the starts.
    quantiles : sequence of float, default 0.1, 0.5 and 0.9
        Shares of the members, 0 to 1; straight between two of them.
    scorecard, calibration, **limits
        As for `riskmodel.assess`; only starts within `riskmodel.starts.possible.Limits`.

    Raises
    ------
    ValueError
        If there is no member, or they are of several places, the quantiles are not
        different numbers from 0 to 1, a limit cannot be read, or an input has two columns.
    TypeError
        If it is no frame, or a keyword is none of these.
    CalibrationError
        If the calibration was made for another scorecard.

    Warns
    -----
    UnknownColumnWarning
        If there are columns that are no input; they are named.

    Examples
    --------
    >>> from datetime import date
    >>> import pandas as pd
    >>> from riskmodel import typed_weather
    >>> days = [typed_weather(date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4,
    ...     time_zone="Europe/Vienna", coolest_c=18, warmest_c=c) for c in (27, 30, 36)]
    >>> runners = pd.DataFrame({"sport": "running", "duration_min": [150, 240],
    ...     "session_rpe": 7, "age_years": [25, 61]}, index=["Ada", "Ben"])
    >>> grid = start_grid(runners, days, earliest="06:00", latest="12:00", step_min=360)
    >>> six, twelve = grid.to_frame()["probability_q90"]["Ben"]
    >>> bool(six < twelve)
    True
    """
    refuse_other_limits(limits, "start_grid")
    members = (weather,) if isinstance(weather, Weather) else tuple(weather)
    shares = _shares(quantiles)
    _check(members)
    used, answers = engine(scorecard, calibration), _answers(frame)
    warn_of_unknown_columns(answers)
    starts = possible_starts(members[0], **limits)
    return _counted(used, answers, starts, members, shares, frame.index)


def _answers(frame: pd.DataFrame) -> Answers:
    """Answers that no weather can change, with one that is the same for all."""
    refuse_others(frame)
    kept = frame[[name for name in frame.columns if name not in WEATHER_FIELDS]]
    return read_frame(kept.assign(**ANY_WEATHER))


def _counted(
    used: Engine,
    answers: Answers,
    starts: Starts,
    members: tuple[Weather, ...],
    shares: tuple[float, ...],
    sessions: pd.Index[Any],
) -> StartGrid:
    utc, n_members = starts.utc[starts.within], len(members)
    chances = np.full((3, len(sessions), len(utc), len(shares)), np.nan)
    of_the_person = used.run(answers, detail=False).safety & BITS_OF_THE_PERSON
    safety = np.repeat(of_the_person[:, None], len(utc), axis=1)
    problem = np.repeat(_problems(answers)[:, None], len(utc), axis=1)
    for met in _met_by_all(answers, problem, utc, members):
        problem[met.rows] = met.problem_of_rows
        for part, cells in met.cells(People(used, answers, met.rows)):
            known = problem[cells.rows, part] == ""
            person = safety[cells.rows, part]
            safety[cells.rows, part] = np.where(known, cells.safety(n_members), person)
            if used.calibration is None:
                continue
            logits = cells.logit(), *cells.logit_ends()
            for values, logit in zip(chances, logits, strict=True):
                of_members = logit.reshape(*known.shape, n_members)
                values[cells.rows, part] = _quantiles(of_members, shares)
    if used.calibration is None:
        problem[problem == ""] = str(Problem("", "not_calibrated"))
    return StartGrid(
        sessions=sessions,
        starts=starts.local[starts.within],
        quantiles=shares,
        **dict(zip(CHANCES, chances, strict=True)),
        safety=safety,
        problem=problem,
        members=members,
        note=starts.note,
    )


def _check(members: tuple[Weather, ...]) -> None:
    places = {(member.latitude_deg, member.longitude_deg) for member in members}
    if len(places) != 1:
        raise ValueError(
            f"The members of the weather are of {len(places)} places; needed is one."
        )


def _shares(quantiles: Sequence[float]) -> tuple[float, ...]:
    """Shares of the members, each a number from 0 to 1 and none of them twice."""
    try:
        shares = tuple(map(float, quantiles))
    except (TypeError, ValueError) as error:
        raise ValueError(
            "Quantiles are a list of numbers from 0 to 1, as in [0.1, 0.5, 0.9]."
        ) from error
    for share in shares:
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"A quantile is {share:g}; allowed is 0 to 1.")
        if shares.count(share) > 1:
            raise ValueError(f"The quantile {share:g} is named twice.")
    if not shares:
        raise ValueError("There is no quantile; needed is at least one, 0 to 1.")
    return shares


def _problems(answers: Answers) -> NDArray[np.object_]:
    """Why a session has no number at any start, else empty."""
    problem = np.array(answers.problem_texts(), dtype=object)
    for why, applies in zip((INDOORS, IN_WATER), of_no_weather(answers)[::-1], strict=True):
        problem[applies & answers.usable()] = str(why)
    return problem


@dataclass(frozen=True)
class _Met:
    """What some sessions meet: those of a few durations, in the sun or in the shade."""

    rows: NDArray[np.intp]  # of the frame
    problem_of_rows: NDArray[np.object_]  # (n_rows, n_starts)
    place: Mapping[tuple[float, bool], int]  # of minutes and shade in the columns
    columns: Mapping[str, NDArray[Any]]  # broadcasts to (n_places, n_starts, n_members)
    shape: tuple[int, int, int]

    def cells(self, people: People) -> Iterator[tuple[slice, Cells]]:
        """Everybody under every weather, of some starts at a time."""
        _, n_starts, n_members = self.shape
        size = max(1, _WEATHERS // n_members)
        for first in range(0, n_starts, size):
            part = slice(first, min(first + size, n_starts))
            n_weathers = (part.stop - part.start) * n_members
            for cells in people.under(partial(self._of_plans, part), n_weathers):
                yield part, cells

    def _of_plans(self, part: slice, plans: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        shade = plans["sky"] == FIELDS["sky"].codes["shade"]
        keys = zip(plans["duration_min"].tolist(), shade.tolist(), strict=True)
        which = [self.place[key] for key in keys]
        return {
            name: np.broadcast_to(column, self.shape)[which, part].reshape(len(which), -1)
            for name, column in self.columns.items()
        }


def _met_by_all(
    answers: Answers,
    problem: NDArray[np.object_],
    utc: Times,
    members: tuple[Weather, ...],
) -> Iterator[_Met]:
    """Weather of all sessions that have one, of a few durations at a time."""
    rows = np.flatnonzero((problem == "").all(axis=1)) if len(utc) else np.arange(0)
    if not rows.size:
        return
    keys = np.column_stack([answers.columns["duration_min"], in_shade(answers)])[rows]
    keys, which = np.unique(keys, axis=0, return_inverse=True)
    size = max(1, _MET // (len(utc) * len(members)))
    for first in range(0, len(keys), size):
        some = keys[first : first + size]
        alike = (first <= which) & (which < first + len(some))
        columns, problems = _met_by_plans(some, utc, members)
        place = {
            (minutes, bool(shade)): i for i, (minutes, shade) in enumerate(some.tolist())
        }
        shape = len(some), len(utc), len(members)
        yield _Met(rows[alike], problems[which[alike] - first], place, columns, shape)


def _met_by_plans(
    keys: Array, utc: Times, members: tuple[Weather, ...]
) -> tuple[dict[str, NDArray[Any]], NDArray[np.object_]]:
    """Weather of sessions by minutes and shade, and why one has no number at a start."""
    shape = len(keys), len(utc)
    minutes, shade = np.repeat(keys, len(utc), axis=0).T
    moments = np.tile(utc, len(keys))
    met = [session_weather(of, moments, minutes, shade > 0) for of in members]
    columns: dict[str, NDArray[Any]] = {
        name: np.stack([one.columns[name].reshape(shape) for one in met], axis=2)
        for name in met[0].columns
    }
    of_place = start_columns(members[0], utc)
    columns |= {name: column[:, None] for name, column in of_place.items()}
    problems = np.full(shape, "", dtype=object)
    for one in reversed(met):
        told = one.problems.reshape(shape)
        problems = np.where(told == "", problems, told)
    return columns, problems


def _quantiles(logit: Array, shares: tuple[float, ...]) -> Array:
    """Quantiles of probabilities along the last axis; NaN if one of them is NaN."""
    ordered = np.sort(logit, axis=-1)
    last = logit.shape[-1] - 1
    at = np.array(shares) * last
    low = np.floor(at).astype(np.intp)
    start, end = expit(ordered[..., low]), expit(ordered[..., np.minimum(low + 1, last)])
    between = start + (at - low) * (end - start)
    return np.where(np.isnan(ordered[..., -1:]), np.nan, between)
