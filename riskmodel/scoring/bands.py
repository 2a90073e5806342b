"""Probabilities for people: one rounding, one wording, one table of bands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """A name for a range of probabilities, by the number that is shown."""

    name: str
    label: str
    up_to: int
    meaning: str


BANDS = (
    Band("low", "Low", 1, "as in an ordinary training session, 0.3 to 1.5 in 100"),
    Band(
        "moderate", "Moderate", 7, "more than in ordinary training, less than in a marathon"
    ),
    Band("high", "High", 19, "about as in a marathon, where 18 in 100 men cramped"),
    Band(
        "very_high",
        "Very high",
        100,
        "as in an Ironman, where 21 in 100 cramped, or more",
    ),
)
"""Bands by the shown number in 100, the last that belongs to each.

The limits are our judgement between published rates: trail runners in training
(healthytrails-month), a marathon (maughan-1986-rate), an Ironman
(schwellnus-2011-ironman-rate).
"""
UNKNOWN_BAND = "unknown"
BAND_NAMES = (*(band.name for band in BANDS), UNKNOWN_BAND)


def shown_in_100(probability: ArrayLike) -> Array:
    """Round to what is shown: whole numbers, and fives from 30 up.

    Parameters
    ----------
    probability : array-like
        0 to 1; NaN stays NaN.

    Returns
    -------
    ndarray
        0 stands for fewer than 1, and 100 is never shown: 95 stands for 95 or more.

    Examples
    --------
    >>> shown_in_100([0.004, 0.0149, 0.294, 0.33, 0.999]).tolist()
    [0.0, 1.0, 29.0, 35.0, 95.0]
    """
    # The smallest error of arithmetic must not decide a tie.
    hundred = np.asarray(probability, dtype=np.float64) * 100.0 + 1e-9
    whole = np.floor(hundred + 0.5)
    fives = np.floor(hundred / 5.0 + 0.5) * 5.0
    shown: Array = np.where(whole < 30, whole, np.minimum(fives, 95.0))
    return shown


# By the number shown; the last stands for none.
_IN_100 = ["fewer than 1", *(f"about {shown}" for shown in range(1, 95)), "95 or more"]
_IN_100 += [UNKNOWN_BAND]
_LIMITS = [band.up_to for band in BANDS[:-1]]
_BAND_OF_SHOWN = np.append(np.searchsorted(_LIMITS, np.arange(96)), len(BANDS))
_BAND_OF_SHOWN = _BAND_OF_SHOWN.astype(np.int8)


_BANDS_DTYPE = pd.CategoricalDtype(pd.Index(BAND_NAMES))
_IN_100_DTYPE = pd.CategoricalDtype(pd.Index(_IN_100))


def _shown_codes(probability: ArrayLike) -> NDArray[np.int8]:
    shown = shown_in_100(probability)
    codes: NDArray[np.int8] = np.where(np.isnan(shown), 96, shown).astype(np.int8)
    return codes


def in_100_text(probability: float) -> str:
    """Write a probability for people.

    Examples
    --------
    >>> in_100_text(0.15), in_100_text(0.002), in_100_text(0.99)
    ('about 15', 'fewer than 1', '95 or more')
    """
    return _IN_100[int(_shown_codes(probability))]


def in_100_span(low: float, high: float, fewer: str = "fewer than") -> str:
    """Write a range of probabilities: "8 to 25", "fewer than 1 to 4".

    Examples
    --------
    >>> in_100_span(0.08, 0.25), in_100_span(0.002, 0.04), in_100_span(0.1, 0.1)
    ('8 to 25', 'fewer than 1 to 4', '10')
    """
    ends = in_100_number(low, fewer), in_100_number(high, fewer)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def in_100_number(probability: float, fewer: str = "fewer than") -> str:
    """Write a probability without "about": "15", "fewer than 1", "95 or more"."""
    code = int(_shown_codes(probability))
    return f"{fewer} 1" if code == 0 else _IN_100[code] if code >= 95 else str(code)


def in_100_span_brief(low: float, high: float) -> str:
    """Write a range of probabilities in little room: "<1 to 4"."""
    ends = in_100_brief(low), in_100_brief(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def in_100_brief(probability: float) -> str:
    """Write a probability in little room.

    Examples
    --------
    >>> in_100_brief(0.15), in_100_brief(0.002), in_100_brief(0.99)
    ('15', '<1', '95+')
    """
    code = int(_shown_codes(probability))
    return "<1" if code == 0 else "95+" if code == 95 else in_100_number(probability)


def in_10_text(share: float) -> str:
    """Write a share for people.

    Examples
    --------
    >>> in_10_text(0.74), in_10_text(0.04), in_10_text(0.97)
    ('about 7', 'fewer than 1', 'more than 9')
    """
    number = in_10_number(share)
    return f"about {number}" if number.isdigit() else number


def in_10_span(low: float, high: float) -> str:
    """Write a range of shares: "6 to 9", or "7" where both ends are alike."""
    ends = in_10_number(low), in_10_number(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def in_10_number(share: float) -> str:
    """Write a share without "about": "7"; of a share that is not whole, never 0 or 10."""
    tenths = shown_in_10(share)
    return {0: "fewer than 1", 10: "more than 9"}.get(tenths, str(tenths))


def shown_in_10(share: float) -> int:
    """Round a share to tenths."""
    return math.floor(share * 10.0 + 0.5 + 1e-9)


def band_name(probability: float) -> str:
    """Name of the band of a probability, by the number that is shown.

    Examples
    --------
    >>> band_name(0.0149), band_name(0.015), band_name(float("nan"))
    ('low', 'moderate', 'unknown')
    """
    return BAND_NAMES[int(_BAND_OF_SHOWN[_shown_codes(probability)])]


def words(probability: ArrayLike) -> tuple[Any, Any]:
    """Band and wording of many probabilities, by the number that is shown.

    Returns
    -------
    band, in_100 : pandas.Categorical
    """
    codes = _shown_codes(probability)
    bands = pd.Categorical.from_codes(_BAND_OF_SHOWN[codes], dtype=_BANDS_DTYPE)
    return bands, pd.Categorical.from_codes(codes, dtype=_IN_100_DTYPE)
