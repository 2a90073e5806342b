"""Durations of a list held against its distances and paces.

Spreadsheet programs take 18:12, minutes and seconds, for hours and minutes and save it as
18:12:00; or they cut the seconds of 1:02:12, so that 1:02 is left.  Distance times pace
tells it, and so does a speed that no human has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.units import duration_text
from riskmodel.training import cells as read
from riskmodel.training.log import TrainingLogError
from riskmodel.training.scales import LENGTHS_M, considerable
from riskmodel.training.words import limit

Array = NDArray[np.float64]
Where = NDArray[np.bool_]

_ROUNDED_MIN = 1.0  # of a clock without seconds
_HALF_A_DAY_MIN, _DAY_MIN = 12 * 60.0, 24 * 60.0
_LEAST_SPEED = 0.01  # in an hour, of whatever unit: nobody moves so slowly
_PER_M = (1000.0, 100.0)  # a pace is that of a kilometre, or of 100 m in the water


@dataclass(frozen=True)
class _Misreading:
    """Clocks that may have been read as something else than they are."""

    clock: str  # pattern of their cells
    factor: float  # from what was read to what it is
    read_as: str
    likely: str


_MISREADINGS = (
    _Misreading(
        r"\d{1,5}:\d{2}:00(?:[.,]0+)?",
        1 / 60,
        "hours",
        "minutes and seconds that a spreadsheet program has moved to hours",
    ),
    _Misreading(r"\d{1,2}:\d{2}", 60.0, "minutes and seconds", "hours and minutes"),
)


def misread_durations(
    minutes: Array, frame: pd.DataFrame, meaning: str, header: str, *, thousands: bool
) -> Where:
    """Rows whose duration is contradicted by distance and pace, or by its own length.

    TrainingLogError where there are so many that the whole column is in doubt.
    """
    cells = frame[meaning].str.strip()
    misread = np.zeros(len(frame), bool)
    for misreading in _MISREADINGS:
        clocks = cells.str.fullmatch(misreading.clock).to_numpy(bool) & (minutes > 0)
        if not clocks.any():
            continue
        found = clocks & _contradicted(minutes, frame, misreading.factor, thousands)
        if considerable(found, minutes > 0):
            raise _in_doubt(frame, found, minutes, meaning, header, misreading)
        misread |= found
    return misread


def _contradicted(
    minutes: Array, frame: pd.DataFrame, factor: float, thousands: bool
) -> Where:
    """Rows that make sense with another length of time, and none as they stand."""
    distances_m, pace = _distances_m(frame, thousands), _pace_min(frame)
    human, by_pace = _human(distances_m, minutes), _agree(distances_m, minutes, pace)
    moved = minutes * factor
    long = minutes >= limit("longest_elapsed_min") if factor < 1 else minutes > 0
    other = _agree(distances_m, moved, pace)
    other |= long & ~human & _human(distances_m, moved)
    if factor < 1:
        other |= ~human & _never_so_long(minutes)
    return other & ~by_pace


def _never_so_long(minutes: Array) -> Where:
    """Times of more than a day, or of half a day where most of a column are so long."""
    filled = minutes > 0
    days, halves = minutes > _DAY_MIN, minutes > _HALF_A_DAY_MIN
    if considerable(halves, filled) and halves.sum() > 0.5 * filled.sum():
        return halves
    return days if considerable(days, filled) else np.zeros(len(minutes), bool)


def _distances_m(frame: pd.DataFrame, thousands: bool) -> list[Array]:
    """Every way to read the distances; NaN where there is none."""
    if "distance_as_shown" in frame:
        shown = frame["distance_as_shown"]
        decimal = read.numbers(shown, thousands=False)
        return [decimal * 1000.0, decimal, read.numbers(shown, thousands=True)]
    ways = [way for way in LENGTHS_M if way in frame]
    none = np.full(len(frame), np.nan)
    return [read.numbers(frame[w], thousands=thousands) * LENGTHS_M[w] for w in ways] or [
        none
    ]


def _pace_min(frame: pd.DataFrame) -> Array:
    """Minutes for each unit of distance, from a pace such as 5:42 or a speed in an hour."""
    if "pace_as_shown" not in frame:
        return np.full(len(frame), np.nan)
    shown = frame["pace_as_shown"]
    clock = shown.str.contains(":")
    pace = read.durations_min(shown.where(clock), 1.0, thousands=True)
    speed = read.numbers(shown, thousands=False)
    speed[speed < _LEAST_SPEED] = np.nan
    return np.where(clock, pace, 60 / speed)


def _human(distances_m: list[Array], minutes: Array) -> Where:
    slow, fast = (speed * minutes * 60.0 for speed in read.SPEEDS_M_S)
    ways = [(way >= slow) & (way <= fast) for way in distances_m]
    return np.asarray(np.any(ways, axis=0), bool)


def _agree(distances_m: list[Array], minutes: Array, pace: Array) -> Where:
    """Whether a time is distance times pace, the pace itself perhaps moved to hours."""
    fits = []
    for way in distances_m:
        human = _human([way], minutes)
        for per_m in _PER_M:
            for each in (pace, pace / 60):
                by_pace = way / per_m * each
                apart = np.maximum(read.PACE_TOLERANCE * by_pace, _ROUNDED_MIN)
                apart = np.where(minutes < 5 * _ROUNDED_MIN, apart / 5, apart)
                fits.append(human & (np.abs(minutes - by_pace) <= apart))
    return np.asarray(np.any(fits, axis=0), bool)


def _in_doubt(
    frame: pd.DataFrame,
    found: Where,
    minutes: Array,
    meaning: str,
    header: str,
    misreading: _Misreading,
) -> TrainingLogError:
    """Say what contradicts the durations, what they look like, and how to write them."""
    row = frame[found].iloc[0]
    beside = [
        row[what].strip()[:30]
        for what in ("distance_as_shown", *LENGTHS_M, "pace_as_shown")
        if what in frame and row[what].strip(" -:0.,")
    ]
    likely_s = round(float(minutes[found][0]) * misreading.factor * 60)
    likely = f"{misreading.likely}, {duration_text(round(likely_s / 60))} here"
    hours, seconds = divmod(likely_s, 3600)
    needed = f"{hours}:{seconds // 60:02}:{seconds % 60:02}"
    among = f", beside {' and '.join(beside)}" if beside else ""
    return TrainingLogError(
        f"{int(found.sum())} of {int((minutes > 0).sum())} durations in {header} cannot be "
        f"{misreading.read_as}, such as {row[meaning].strip()[:30]}{among}: they look like "
        f"{likely}. Needed is the list as its program wrote it, or {needed}."
    )
