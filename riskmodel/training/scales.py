"""Whether a column holds what it is said to hold, or the same on another scale.

A column of which a part lies outside of what its unit allows says nothing for the rest
of it either: 50 beside 86 is no temperature in °C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.told import grouped
from riskmodel.inputs.units import MILE_KM
from riskmodel.training.log import WrongScale
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.words import DURATIONS, limit

Array = NDArray[np.float64]
Where = NDArray[np.bool_]

_DAY_MIN, _HOUR_MIN = 24 * 60.0, 60.0


@dataclass(frozen=True)
class Range:
    """What a quantity of a session can be, and what to call it."""

    noun: str
    low: float
    high: float
    unit: str = ""

    @property
    def allowed(self) -> str:
        """Smallest and largest value with the unit."""
        return f"{self.low:g} to {grouped(self.high)} {self.unit}".strip()


RANGES = {
    "session_rpe": Range("effort", 1.0, 10.0),
    "average_heart_rate_bpm": Range("average heart rate", 30.0, 250.0, "bpm"),
    "highest_heart_rate_bpm": Range("highest heart rate", 30.0, 250.0, "bpm"),
    "intensity_factor": Range("intensity factor", 0.05, 2.5),
    "air_temperature_c": Range("air temperature", -40.0, 55.0, "°C"),
    "relative_humidity_pct": Range("relative humidity value", 1.0, 100.0, "%"),
    "distance_m": Range("distance", 0.0, 2e6, "m"),
}
"""What the quantities of a log can be: judgement, wide."""

COLUMN_RANGES = RANGES | {
    "session_rpe_borg": Range("effort", 6.0, 20.0),
    "intensity_pct": Range("intensity", 5.0, 250.0, "%"),
    "air_temperature_f": Range("air temperature", -40.0, 131.0, "°F"),
    "relative_humidity_fraction": Range("relative humidity value", 0.0, 1.0),
}
"""What the numbers of a column can be, by its meaning."""

WAYS: Mapping[str, tuple[str, ...]] = {
    "session_rpe": ("session_rpe", "session_rpe_borg"),
    "average_heart_rate_bpm": ("average_heart_rate_bpm",),
    "highest_heart_rate_bpm": ("highest_heart_rate_bpm",),
    "intensity_factor": ("intensity_factor", "intensity_pct", "training_stress_score"),
    "air_temperature_c": ("air_temperature_c", "air_temperature_f"),
    "relative_humidity_pct": ("relative_humidity_pct", "relative_humidity_fraction"),
    "distance_m": ("distance_m", "distance_km", "distance_mi", "distance_as_shown"),
}
"""Meanings of columns that tell a quantity."""

_LIKELY: Mapping[str, str] = {
    "session_rpe": "session_rpe_borg",
    "session_rpe_borg": "session_rpe",
    "intensity_factor": "intensity_pct",
    "intensity_pct": "intensity_factor",
    "air_temperature_c": "air_temperature_f",
    "relative_humidity_pct": "relative_humidity_fraction",
    "relative_humidity_fraction": "relative_humidity_pct",
}
_KILOMETRE_M = 1000.0
LENGTHS_M: Mapping[str, float] = {
    "distance_m": 1.0,
    "distance_km": _KILOMETRE_M,
    "distance_mi": _KILOMETRE_M * MILE_KM,
}
"""Ways to write a distance, in metres."""


def considerable(off: Where, filled: Where) -> bool:
    """Whether too many cells are off for slips of a finger."""
    cells = int((off & filled).sum())
    least = max(limit("share_off_scale") * filled.sum(), limit("least_cells_off_scale"))
    return bool(cells >= least)


def off_scale(
    meaning: str, value: Array, cells: pd.Series[str], header: str
) -> Finding | None:
    """Say that numbers of a column are on another scale than its meaning, if they are.

    Too many lie on one side of what can be: slips of a finger go either way.  A 0 where
    there can be none stands for what is not known, and says nothing here.
    """
    can = COLUMN_RANGES.get(meaning)
    if can is None:
        return None
    if meaning == "air_temperature_c":  # some sessions may be hotter, not a share of them
        can = replace(can, high=limit("hottest_usual_air_c"))
    filled = np.isfinite(value) & ((value != 0) | (can.low <= 0))
    sides = (filled & (value < can.low), filled & (value > can.high))
    off = next((side for side in sides if considerable(side, filled)), None)
    if off is None:
        return None
    told = {
        "header": header,
        "cells": int(off.sum()),
        "of": int(filled.sum()),
        "allowed": can.allowed,
        "cell": cells[off].iloc[0].strip(),
        "meaning": meaning,
    }
    other = COLUMN_RANGES.get(likely := _LIKELY.get(meaning, ""))
    if other and ((value >= other.low) & (value <= other.high))[filled].all():
        return finding("off_scale_likely", **told, likely=(likely,))
    return finding("off_scale", **told)


def slow_distances(
    distance_m: Array, duration_min: Array, cells: pd.Series[str], header: str
) -> Finding | None:
    """Say that distances in metres are in a longer unit, if they are."""
    filled = np.isfinite(distance_m) & (distance_m > 0) & (duration_min > 0)
    off = filled & (distance_m < limit("slowest_m_s") * duration_min * 60)
    if not considerable(off, filled):
        return None
    likely = tuple(way for way in LENGTHS_M if way != "distance_m")
    return finding(
        "slow_distances",
        header=header,
        cells=int(off.sum()),
        of=int(filled.sum()),
        cell=cells[off].iloc[0].strip(),
        meaning="distance_m",
        likely=likely,
    )


def check_durations(
    meaning: str, minutes: Array, cells: pd.Series[str], header: str
) -> None:
    """Stop where durations are in another unit than was said: WrongScale."""
    filled = minutes > 0
    days = filled & (minutes > _DAY_MIN)
    short = filled & (minutes < limit("usual_session_from_min"))
    enough = filled.sum() >= limit("least_short_sessions")
    if considerable(days, filled):
        off = days
    elif enough and short.sum() > 0.5 * filled.sum():
        off = short
    else:
        return
    clocks = bool(cells[filled].str.contains(":").mean() > 0.5)
    likely = _likely_unit(meaning, minutes[filled], clocks=clocks)
    # A few watches left running are no other unit.
    most = off.sum() > 0.5 * filled.sum()
    if likely != meaning and (likely or most):
        raise WrongScale(header, cells[off].iloc[0].strip(), meaning, likely)


def _likely_unit(meaning: str, minutes: Array, *, clocks: bool) -> str:
    """Unit in which durations would be those of sessions, empty if there is none.

    The one that was said where it can be, else the one that comes nearest to an hour.
    Of a clock such as 1:05 the unit says only whether it begins with hours.
    """
    sizes = {"duration_s": 1.0, "duration_h": 60.0} if clocks else DURATIONS
    own = sizes.get(meaning, 1.0)
    nearest = {}
    for unit, size in sizes.items():
        usual, long = np.quantile(minutes * (size / own), (0.5, 0.9))
        if usual >= limit("usual_session_from_min") and long <= _DAY_MIN:
            if size == own:
                return meaning
            nearest[unit] = abs(np.log(usual / _HOUR_MIN))
    return min(nearest, key=nearest.__getitem__, default="")
