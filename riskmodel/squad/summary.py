"""A scored squad in a few numbers, and what to call each athlete in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from riskmodel.scoring.bands import BANDS


@dataclass(frozen=True)
class Expected:
    """How many athletes to expect with a cramp.

    Attributes
    ----------
    number, low, high : float
        Sums of the probabilities and of the ends of their ranges: what makes a range
        moves all athletes the same way.
    n_scored : int
        Those who can be scored and may start.
    """

    number: float
    low: float
    high: float
    n_scored: int


def who_counts(scored: pd.DataFrame) -> pd.DataFrame:
    """Rows of `riskmodel.score_squad` with a number, of athletes who may start."""
    return scored[scored["probability"].notna() & ~scored["must_not_start"]]


def expected(scored: pd.DataFrame) -> Expected:
    """Count the athletes to expect with a cramp.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.score_squad`.

    Examples
    --------
    >>> squad = pd.DataFrame({"probability": [0.1, 0.3, 0.9], "probability_low": 0.05,
    ...     "probability_high": 0.95, "must_not_start": [False, False, True]})
    >>> expected(squad).number, expected(squad).n_scored
    (0.4, 2)
    """
    rows = who_counts(scored)
    return Expected(
        number=float(rows["probability"].sum()),
        low=float(rows["probability_low"].sum()),
        high=float(rows["probability_high"].sum()),
        n_scored=len(rows),
    )


def in_each_band(scored: pd.DataFrame) -> Mapping[str, int]:
    """Count those who may start in each band, by the name of the band.

    Examples
    --------
    >>> squad = pd.DataFrame({"probability": [0.1, 0.9], "band": ["moderate", "high"],
    ...                       "must_not_start": [False, True]})
    >>> in_each_band(squad)["moderate"], in_each_band(squad)["high"]
    (1, 0)
    """
    bands = who_counts(scored)["band"].astype(str)
    return {name: int((bands == name).sum()) for name in (band.name for band in BANDS)}


def labels(scored: pd.DataFrame) -> pd.Series[str]:
    """Name of every athlete, with the row where there is no name or another one like it.

    Examples
    --------
    >>> two = pd.DataFrame({"athlete": ["Anna", "Anna", ""]}, index=[1, 3, 4])
    >>> labels(two).tolist()
    ['Anna (row 1)', 'Anna (row 3)', 'Row 4']
    """
    names = scored["athlete"].astype(str).str.strip()
    if names.is_unique and (names != "").all():
        return names
    rows = scored.index.to_series().astype(str)
    if not rows.is_unique:  # lists put together without a new index: count them through
        rows = pd.Series(range(1, len(scored) + 1), scored.index).astype(str)
    names = names.where(names != "", "Row " + rows)
    while (again := names.duplicated(keep=False)).any():
        names = names.where(~again, names + " (row " + rows + ")")
    return names
