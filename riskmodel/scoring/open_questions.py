"""Which questions were left open, of those whose answer could matter, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import UNKNOWN, is_one_of, is_unknown
from riskmodel.inputs.settled import settled_masks
from riskmodel.scoring.bits import as_bits, bytes_of
from riskmodel.scoring.probability import Calibration, CalibrationError

_SUN_PLACE = ("latitude_deg", "longitude_deg", "start_time")
_OPTIONAL = tuple(
    name
    for name, field in FIELDS.items()
    if field.scored and not field.required and not field.measured
)


_DAY_BITS = sum(1 << i for i, name in enumerate(_OPTIONAL) if FIELDS[name].of_the_day)


MILD_AIR_C = 18.0
"""Air whose tables hold for sessions in the water, where no air is read: our judgement.
[°C]"""


def without_the_day(bits: int) -> int:
    """Open questions that stay open in ideal conditions."""
    return bits & ~_DAY_BITS


def unanswered_bits(
    columns: Mapping[str, NDArray[Any]], n_sessions: int
) -> NDArray[np.int64]:
    """Unanswered questions of each session, one bit per optional input.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n_sessions,)
        As in `Answers`.
    n_sessions : int
    """

    def unknown(name: str) -> NDArray[np.bool_]:
        column = columns.get(name)
        return np.ones(n_sessions, bool) if column is None else is_unknown(column)

    def level(name: str, *levels: str) -> NDArray[np.bool_]:
        codes = [FIELDS[name].codes[level] for level in levels]
        return is_one_of(columns.get(name, np.array(UNKNOWN)), codes)

    sweat_open = unknown("measured_sweat_rate_l_h")
    weather_open = sweat_open | unknown("wbgt_c")
    settled = settled_masks(columns, n_sessions)
    weather_open &= ~settled["wbgt_c"]
    sun_open = weather_open & unknown("solar_radiation_w_m2")
    relevant: dict[str, NDArray[np.bool_]] = {
        "clothing": sweat_open,
        "wind_speed_m_s": weather_open,
        "sky": sun_open,
        **dict.fromkeys(_SUN_PLACE, sun_open & ~level("sky", "night", "indoor")),
    }

    def is_open(name: str) -> NDArray[np.bool_]:
        open_question = unknown(name)
        if name in relevant:
            open_question &= relevant[name]
        if name in settled:
            open_question &= ~settled[name]
        return open_question

    return as_bits([is_open(name) for name in _OPTIONAL])


# Fewer sets of open questions than this are faster named one by one.
_FEW = 64


def unanswered_texts(bits: NDArray[np.int64]) -> ExtensionArray:
    """Names of the unanswered questions of each session, separated by ``;``."""
    which, patterns = pd.factorize(bits)
    if len(patterns) <= _FEW:
        named = [";".join(unanswered_names(int(pattern))) for pattern in patterns]
        return pd.array(named, dtype="str").take(which)
    # Eight questions at a time, so that a table of 256 texts is enough for each.
    texts = np.full(len(patterns), "", dtype=object)
    for start in range(0, len(_OPTIONAL), 8):
        table = [
            "".join(f"{name};" for name in unanswered_names(byte << start))
            for byte in range(256)
        ]
        texts = texts + np.array(table, dtype=object)[patterns >> start & 255]
    return pd.Series(texts, dtype="str").str.removesuffix(";").array.take(which)


def unanswered_names(bits: int) -> tuple[str, ...]:
    """Names of the inputs in a set of bits."""
    return tuple(name for i, name in enumerate(_OPTIONAL) if bits >> i & 1)


# Rows whose corners stay in the cache while they are summed.
_ROWS = 4096


class OpenQuestions:
    """How far the answers that were not given could move the total.

    Parameters
    ----------
    calibration : Calibration
        Its tables hold, for each question, the mean square of that change in
        synthetic scenarios, by air temperature and duration.
    """

    def __init__(self, calibration: Calibration) -> None:
        self._at_c = calibration.questions_at_c
        self._at_log_min = np.log(calibration.questions_at_min)
        self._at_rpe = calibration.questions_at_rpe
        squares = _by_position(calibration.questions)
        upward = _by_position(calibration.questions_upward)
        self._tables = {i: np.array([squares[i], upward[i]]) for i in squares}
        cells = {i: _cells(both) for i, both in self._tables.items()}
        self._variances = _by_byte(cells)
        untold = dict.fromkeys(calibration.told, np.zeros(self._at_log_min.size))
        shifts = _by_position({**calibration.question_shifts, **untold})
        self._shifts = _by_byte({i: _intervals(i, shift) for i, shift in shifts.items()})
        told = calibration.told
        self._told = {i: told[name] for i, name in enumerate(_OPTIONAL) if name in told}

    def variance(
        self,
        bits: NDArray[np.int64],
        air_temperature_c: NDArray[np.float64],
        duration_min: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums over the open questions, as if answers were independent.

        Parameters
        ----------
        bits : ndarray of int, shape (n_sessions,)
            As from `unanswered_bits`.
        air_temperature_c, duration_min : ndarray of shape (n_sessions,)

        Returns
        -------
        tuple of two ndarray of shape (n_sessions,)
            In points squared: of all that an answer may change, and of what it may add,
            which is more where few answers are high.
        """
        total, upward = np.zeros(len(bits)), np.zeros(len(bits))
        if not bits.any():
            return total, upward
        at_c, share_c = _place(
            np.where(np.isnan(air_temperature_c), MILD_AIR_C, air_temperature_c), self._at_c
        )
        at_min, share_min = _place(np.log(duration_min), self._at_log_min)
        cell = at_c * (len(self._at_log_min) - 1) + at_min
        ends_c, ends_min = (1.0 - share_c, share_c), (1.0 - share_min, share_min)
        weights = [of_c * of_min for of_c in ends_c for of_min in ends_min]
        bits = _sun_as_one(bits)
        for start in range(0, len(bits), _ROWS):
            rows = slice(start, start + _ROWS)
            corners = _summed(self._variances, bits[rows], cell[rows])
            for weight, of_both in zip(weights, corners.T, strict=True):
                total[rows] += weight[rows] * of_both[0]
                upward[rows] += weight[rows] * of_both[1]
        return total, upward

    def variance_by_air(
        self, bits: NDArray[np.int64], duration_min: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Both sums of `variance` at each temperature of its tables.

        Returns
        -------
        ndarray of shape (2, n_sessions, n_temperatures)
            Between two of them both are straight, see `at_air`.
        """
        n = len(self._at_c)
        air = np.tile(self._at_c, len(bits))
        both = self.variance(np.repeat(bits, n), air, np.repeat(duration_min, n))
        return np.array(both).reshape(2, len(bits), n)

    def at_air(
        self, by_air: NDArray[np.float64], air_temperature_c: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Sums from `variance_by_air` in this air: (2, n_sessions, n_weathers).

        Parameters
        ----------
        by_air : ndarray of shape (2, n_sessions, n_temperatures)
        air_temperature_c : ndarray of shape (1, n_weathers) or (n_sessions, n_weathers)
        """
        known_c = np.where(np.isnan(air_temperature_c), MILD_AIR_C, air_temperature_c)
        low, share = _place(known_c, self._at_c)
        if len(low) == 1:
            start, end = by_air.take(low[0], axis=2), by_air.take(low[0] + 1, axis=2)
        else:
            start = np.take_along_axis(by_air, low[None], axis=2)
            end = np.take_along_axis(by_air, low[None] + 1, axis=2)
        between: NDArray[np.float64] = start + share * (end - start)
        return between

    def shifts(
        self,
        bits: NDArray[np.int64],
        duration_min: NDArray[np.float64],
        session_rpe: NDArray[np.float64],
        sport: NDArray[np.integer],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the open questions add to the log odds, now and in ideal conditions.

        The average over likely answers, of each question by the duration, is more than the
        average answer where few answers are high: most questions add
        something; and what was answered tells about what was not: a hard session of a
        team is likelier to be a match.  No more than the highest answer would add, and no
        less than the lowest.

        Parameters
        ----------
        bits : ndarray of int, shape (n_sessions,)
            As from `unanswered_bits`.
        duration_min, session_rpe : ndarray of shape (n_sessions,)
        sport : ndarray of int, shape (n_sessions,)
            Codes of the levels in `FIELDS`.

        Returns
        -------
        tuple of two ndarray of shape (n_sessions,)
            Never less for a longer or a harder session.  In ideal conditions no question
            about the day is open.
        """
        if not bits.any():
            return np.zeros(len(bits)), np.zeros(len(bits))
        at_min, share_min = _place(np.log(duration_min), self._at_log_min)
        at_rpe, share_rpe = _place(session_rpe, self._at_rpe)
        ends = _summed(self._shifts, _sun_as_one(bits), at_min)
        now, ideal = (
            ends[:, k, 0] + share_min * (ends[:, k, 1] - ends[:, k, 0]) for k in (0, 1)
        )
        for position, told in self._told.items():
            added = _between(told.by_duration, at_min, share_min)
            added += _between(told.by_effort, at_rpe, share_rpe)
            added += told.by_sport[np.maximum(sport, 0)]
            added = np.clip(added, told.least, told.most)
            added *= bits >> position & 1
            now += added
            if without_the_day(1 << position):
                ideal += added
        return now, ideal

    def of_each(
        self, bits: int, air_temperature_c: float, duration_min: float
    ) -> dict[str, tuple[float, float]]:
        """What each open question of one session adds to both sums of `variance`.

        Place and time of the session stand together under the start time.
        """
        left = int(_sun_as_one(np.array([bits]))[0])
        each = 1 << np.array([i for i in self._tables if left >> i & 1], np.int64)
        where = np.full(len(each), air_temperature_c), np.full(len(each), duration_min)
        both = zip(*(sums.tolist() for sums in self.variance(each, *where)), strict=True)
        names = unanswered_names(left & sum(each.tolist()))
        variances = dict(zip(names, both, strict=True))
        # The first of place and time that is open speaks for all three.
        if "start_time" in variances:
            first = next(
                n for n in ("start_time", *_SUN_PLACE) if bits >> _OPTIONAL.index(n) & 1
            )
            variances[first] = variances.pop("start_time")
        return variances


def _by_position(
    tables: Mapping[str, NDArray[np.float64]],
) -> dict[int, NDArray[np.float64]]:
    # Left out, a question would count as answered.
    asked = {*_OPTIONAL} - {*_SUN_PLACE} | {"start_time"}
    if missing := sorted(asked - {*tables}):
        raise CalibrationError(
            f"The calibration has no table of the question {missing[0]}. "
            "Make it again: cramprisk calibrate"
        )
    return {i: tables[name] for i, name in enumerate(_OPTIONAL) if name in tables}


def _cells(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of each cell of tables by two quantities: (n_cells, n_tables, 4)."""
    windows = np.lib.stride_tricks.sliding_window_view(tables, (2, 2), axis=(1, 2))
    return windows.transpose(1, 2, 0, 3, 4).reshape(-1, len(tables), 4)


def _intervals(position: int, shift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of each interval of a question's shift, now and in ideal conditions."""
    ends = np.lib.stride_tricks.sliding_window_view(shift, 2)
    return np.stack([ends, ends * bool(without_the_day(1 << position))], axis=1)


def _by_byte(tables: Mapping[int, NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Eight questions at a time: the sum for each of 256 ways to leave them open.

    So that one look-up of neighbouring numbers is enough for eight questions; the place
    in a table is 256 times the cell, and the byte of open questions.
    """
    nothing = np.zeros_like(next(iter(tables.values())))
    patterns = np.arange(256)[:, None] >> np.arange(8) & 1
    sums = []
    for start in range(0, len(_OPTIONAL), 8):
        eight = np.array([tables.get(start + i, nothing) for i in range(8)])
        summed = np.zeros((256, *nothing.shape))
        # One by one, so that leaving one more open changes nothing else.
        for one, is_open in zip(eight, patterns.T, strict=True):
            summed += is_open.reshape(-1, *(1,) * nothing.ndim) * one
        sums.append(summed.swapaxes(0, 1).reshape(-1, *nothing.shape[1:]))
    return sums


def _summed(
    tables: list[NDArray[np.float64]],
    bits: NDArray[np.int64],
    cell: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Sums of the open questions in one cell of each session's tables."""
    place, by_byte = cell * 256, bytes_of(bits).T
    total: NDArray[np.float64] = tables[0].take(place + by_byte[0], axis=0)
    one = np.empty_like(total)
    for table, byte in zip(tables[1:], by_byte[1:], strict=False):
        # Clipping changes no place, but lets NumPy write where it is told to.
        total += table.take(place + byte, axis=0, out=one, mode="clip")
    return total


def _sun_as_one(bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place and time count once, as the start time, if any of them is open."""
    time, *place = (_OPTIONAL.index(name) for name in ("start_time", *_SUN_PLACE))
    for position in place:
        bits = bits | (bits >> position & 1) << time
    return bits


def _place(
    x: NDArray[np.float64], at: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Interval of a grid in which each value lies, and how far; flat beyond."""
    low = np.zeros(x.shape, dtype=np.int64)
    # The few knots one by one are faster than a search.
    for knot in at[1:-1]:
        low += x >= knot
    start = at.take(low)
    share = (x - start) / (at[1:].take(low) - start)
    # A missing required answer has no place; its row gives no number anyway.
    return low, np.clip(share, 0.0, 1.0)


def _between(
    values: NDArray[np.float64], low: NDArray[np.int64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Straight between values at the ends of intervals, from `_place`."""
    start = values.take(low)
    between: NDArray[np.float64] = start + share * (values[1:].take(low) - start)
    return between
