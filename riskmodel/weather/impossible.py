"""Values that no weather has: left open one by one, or a column on another scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from riskmodel.weather.complete import COLUMNS, lowest
from riskmodel.weather.hours import LeftOpen, WeatherError

Array = NDArray[np.float64]

OTHER_SCALE_SHARE = 0.2
"""Where so much of a column cannot be, the rest of it is no weather either.  Judgement."""
_FEWEST = 3
"""Fewer values than these may be a chance.  Judgement."""
_STEP_C = 5.0
"""Air that climbs to the impossible by less than this from hour to hour is no slip of one
hour.  Judgement. [°C]"""
_MISSING_CODES = (
    *(-99.0, -99.9, -999.0, -999.9, -9999.0, -99999.0),
    *(99.9, 999.0, 999.9, 9999.0, 99999.0, 999999.0, 32767.0, -32768.0),
)
"""What programs write where they have no value."""
_SCALES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "air_temperature_c": {"°F": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
    "wbgt_c": {"°F": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
    "wind_speed_m_s": {"km/h": (1 / 3.6, 0.0)},
    "pressure_hpa": {"Pa": (0.01, 0.0), "inHg": (33.8639, 0.0), "mmHg": (1.33322, 0.0)},
}
"""Other units by what a value is multiplied by and what is added."""
_SHARES = ("relative_humidity_pct", "cloud_pct")


class OtherScaleError(WeatherError):
    """A column that is on another scale than its unit says."""


def leave_open(
    name: str,
    values: Array,
    when: Callable[[int], str],
    written: Callable[[int], str] | None = None,
    raw: Array | None = None,
    label: str = "",
) -> tuple[Array, tuple[LeftOpen, ...]]:
    """Make NaN of what no weather has, and say how often and where first.

    Parameters
    ----------
    name : str
        One of `COLUMNS`.
    values : ndarray
        In its unit; NaN is missing.
    when, written : function of int to str
        The hour of a row, and its value, as the source has them.
    raw : ndarray, optional
        The values in the unit of the source, in which missing ones have their codes.
    label : str
        What it is called, if not by the label of the column.

    Raises
    ------
    OtherScaleError
        If so much of the column is impossible that it has another unit.
    """
    column = COLUMNS[name]
    wrong = (values < lowest(column)) | (values > column.high) | np.isinf(values)
    raw = values if raw is None else raw
    coded = wrong & np.isin(raw, _MISSING_CODES)

    def cell(row: int) -> str:
        return written(row) if written else f"{values[row]:.4g} {column.unit}"

    _refuse_other_scale(
        name, values, raw, wrong & ~coded, np.isfinite(values) & ~coded, cell, when
    )
    if not wrong.any():
        return values, ()
    first = int(np.flatnonzero(wrong)[0])
    open_cells = LeftOpen(label or column.label, int(wrong.sum()), cell(first), when(first))
    return np.where(wrong, np.nan, values), (open_cells,)


def _refuse_other_scale(
    name: str,
    values: Array,
    raw: Array,
    wrong: NDArray[np.bool_],
    known: NDArray[np.bool_],
    cell: Callable[[int], str],
    when: Callable[[int], str],
) -> None:
    column = COLUMNS[name]
    n_known, n_wrong = int(known.sum()), int(wrong.sum())
    many = n_wrong >= max(_FEWEST, OTHER_SCALE_SHARE * n_known)
    if many or (name == "air_temperature_c" and _climbs(values, wrong, known)):
        first = int(np.flatnonzero(wrong)[0])
        scale = _likely_scale(name, raw[known])
        likely = f"it is likely in {scale}" if scale else "it has another unit"
        raise OtherScaleError(
            f"The {column.label} is impossible in {n_wrong} of {n_known} "
            f"hours ({cell(first)} at {when(first)}): {likely} and was not used."
        )
    some = values[known]
    if name in _SHARES and n_known >= _FEWEST and not n_wrong and some.max() <= 1.0:
        between = (some > 0.0) & (some < 1.0)
        if between.any():
            first = int(np.flatnonzero(known)[between.argmax()])
            raise OtherScaleError(
                f"The {column.label} is never above 1 {column.unit} ({cell(first)} at "
                f"{when(first)}): it is likely a share from 0 to 1 and was not used."
            )


def _climbs(values: Array, wrong: NDArray[np.bool_], known: NDArray[np.bool_]) -> bool:
    """Whether the impossible is reached from the possible in small steps."""
    apart = np.abs(np.diff(values)) < _STEP_C
    edge = (wrong[1:] != wrong[:-1]) & known[1:] & known[:-1]
    return bool((apart & edge).any())


def _likely_scale(name: str, known: Array) -> str:
    column = COLUMNS[name]
    for unit, (factor, offset) in _SCALES.get(name, {}).items():
        inside = known * factor + offset
        if ((inside >= column.low) & (inside <= column.high)).all():
            return unit
    return ""
