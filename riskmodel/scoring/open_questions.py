"""Which questions were left open, of those whose answer could matter, and how much."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import Answers, is_unknown
from riskmodel.inputs.settled import settled_masks
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


def without_the_day(bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Open questions that stay open in ideal conditions."""
    return bits & ~_DAY_BITS


def unanswered_bits(answers: Answers) -> NDArray[np.int64]:
    """Unanswered questions of each session, one bit per optional input."""
    n = answers.n_sessions

    def unknown(name: str) -> NDArray[np.bool_]:
        column = answers.columns.get(name)
        return np.ones(n, dtype=bool) if column is None else is_unknown(column)

    def level(name: str, *levels: str) -> NDArray[np.bool_]:
        codes = [FIELDS[name].codes[level] for level in levels]
        column = answers.columns.get(name)
        return np.zeros(n, dtype=bool) if column is None else np.isin(column, codes)

    sweat_open = unknown("measured_sweat_rate_l_h")
    weather_open = sweat_open | unknown("wbgt_c")
    settled = settled_masks(answers.columns, n)
    weather_open &= ~settled["wbgt_c"]
    sun_open = weather_open & unknown("solar_radiation_w_m2")
    relevant: dict[str, NDArray[np.bool_]] = {
        "clothing": sweat_open,
        "wind_speed_m_s": weather_open,
        "sky": sun_open,
        **dict.fromkeys(_SUN_PLACE, sun_open & ~level("sky", "night", "indoor")),
    }
    bits = np.zeros(n, dtype=np.int64)
    for position, name in enumerate(_OPTIONAL):
        open_question = unknown(name) & relevant.get(name, True)
        if name in settled:
            open_question &= ~settled[name]
        bits |= open_question.astype(np.int64) << position
    return bits


def unanswered_texts(bits: NDArray[np.int64]) -> ExtensionArray:
    """Names of the unanswered questions of each session, separated by ``;``."""
    which, patterns = pd.factorize(bits)
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
        cells = self._at_c.size * self._at_log_min.size
        self._tables = _by_position(calibration.questions)
        self._upward_tables = _by_position(calibration.questions_upward)
        self._squares = _by_byte(self._tables, cells)
        self._upward = _by_byte(self._upward_tables, cells)
        untold = dict.fromkeys(calibration.told, np.zeros(self._at_log_min.size))
        shifts = _by_position({**calibration.question_shifts, **untold})
        self._shifts = _by_byte(shifts, self._at_log_min.size)
        self._at_rpe = calibration.questions_at_rpe
        self._told = {_OPTIONAL.index(n): told for n, told in calibration.told.items()}

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
        bits = _sun_as_one(bits)
        for at, weight in self._corners(air_temperature_c, duration_min):
            total += weight * _summed(self._squares, bits, at)
            upward += weight * _summed(self._upward, bits, at)
        return total, upward

    def shift(
        self,
        bits: NDArray[np.int64],
        duration_min: NDArray[np.float64],
        session_rpe: NDArray[np.float64],
        sport: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Log odds to add for open answers.

        Points stand in for open answers at the average of the reference population.
        High answers weigh more in the odds than low ones, so that most questions add
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
        ndarray of shape (n_sessions,)
            Never less for a longer or a harder session.
        """
        if not bits.any():
            return np.zeros(len(bits))
        bits = _sun_as_one(bits)
        log_min = np.log(duration_min)
        at, share = _place(log_min, self._at_log_min)
        low, high = (_summed(self._shifts, bits, at + k) for k in (0, 1))
        summed: NDArray[np.float64] = low + share * (high - low)
        for position, told in self._told.items():
            added = np.interp(log_min, self._at_log_min, told.by_duration)
            added += np.interp(session_rpe, self._at_rpe, told.by_effort)
            added += told.by_sport[np.maximum(sport, 0)]
            summed += (bits >> position & 1) * np.clip(added, told.least, told.most)
        return summed

    def of_each(
        self, bits: int, air_temperature_c: float, duration_min: float
    ) -> dict[str, tuple[float, float]]:
        """What each open question of one session adds to both sums of `variance`.

        Place and time of the session stand together under the start time.
        """
        left = int(_sun_as_one(np.array([bits]))[0])
        corners = self._corners(np.array([air_temperature_c]), np.array([duration_min]))

        def read(table: NDArray[np.float64]) -> float:
            return float(sum(table[at[0]] * w[0] for at, w in corners))

        variances = {
            _OPTIONAL[position]: (read(table), read(self._upward_tables[position]))
            for position, table in self._tables.items()
            if left >> position & 1
        }
        # The first of place and time that is open speaks for all three.
        if "start_time" in variances:
            first = next(
                n for n in ("start_time", *_SUN_PLACE) if bits >> _OPTIONAL.index(n) & 1
            )
            variances[first] = variances.pop("start_time")
        return variances

    def _corners(
        self, air_c: NDArray[np.float64], minutes: NDArray[np.float64]
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Cells of the tables around each session, and how much each counts."""
        i, u = _place(np.where(np.isnan(air_c), MILD_AIR_C, air_c), self._at_c)
        j, v = _place(np.log(minutes), self._at_log_min)
        width = len(self._at_log_min)
        return [
            (i * width + j, (1 - u) * (1 - v)),
            (i * width + j + 1, (1 - u) * v),
            ((i + 1) * width + j, u * (1 - v)),
            ((i + 1) * width + j + 1, u * v),
        ]


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
    return {i: tables[name].ravel() for i, name in enumerate(_OPTIONAL) if name in tables}


def _by_byte(
    tables: Mapping[int, NDArray[np.float64]], cells: int
) -> list[NDArray[np.float64]]:
    """Eight questions at a time: the sum for each of 256 ways to leave them open."""
    sums = []
    patterns = np.arange(256)[:, None] >> np.arange(8) & 1
    for start in range(0, len(_OPTIONAL), 8):
        eight = [tables.get(start + i, np.zeros(cells)) for i in range(8)]
        # Summed one by one, so that leaving one more open changes nothing else.
        sums.append(np.cumsum(patterns[:, :, None] * np.array(eight), axis=1)[:, -1])
    return sums


def _summed(
    tables: list[NDArray[np.float64]],
    bits: NDArray[np.int64],
    cell: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Sum of the open questions in one cell of each session's table."""
    total = np.zeros(len(bits))
    for i, table in enumerate(tables):
        total += table[bits >> 8 * i & 255, cell]
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
    where = np.interp(x, at, np.arange(len(at), dtype=np.float64))
    # A missing required answer has no place; its row gives no number anyway.
    low = np.minimum(np.nan_to_num(where), len(at) - 2).astype(np.int64)
    return low, where - low
