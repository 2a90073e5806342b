"""Rows of a list that sum up the others, such as "Average", and are nobody's."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.tables import folded
from riskmodel.squad.columns import number_and_unit
from riskmodel.squad.headers import meanings, words
from riskmodel.squad.names import exact

_FEWEST = 3
"""Athletes of whom a nameless row may be the mean: of two, many numbers are (judgement)."""
_FEWEST_NUMBERS = 2
"""Numbers that must be those of the column, where the name alone does not say it."""

_NAMES = ("athlete", "first_name", "last_name")


def summary_rows(cells: pd.DataFrame, headers: Sequence[str]) -> list[int]:
    """Find the rows that sum up the others.

    A row is one if its name says so and it holds nothing but numbers: a player may be
    called so, but has a sex or a date of birth.  Of a name that people do have, such as
    Min, and of no name, its numbers must also be those of the columns, unless it stands
    below another such row at the end of the list.

    Parameters
    ----------
    cells : pandas.DataFrame
        As of `riskmodel.squad.columns.RawTable`.
    headers : sequence of str

    Returns
    -------
    list of int
        Their labels in the index.
    """
    places = [i for i, h in enumerate(headers) if {*meanings(h)[:1]} & {*_NAMES}]
    if not places:
        return []
    others = [column for column in cells if column not in places]
    label = cells[places].apply(
        lambda row: " ".join(str(c) for c in row if not is_blank(c)), axis=1
    )
    kinds = label.map(_kind)
    numbers = cells[others].apply(lambda column: number_and_unit(column.astype(str))[0])
    is_date = cells[others].map(lambda cell: isinstance(cell, bool | date))
    plain = (cells[others].map(_is_wordless) | (numbers.notna() & ~is_date)).all(axis=1)
    by_name = plain & (kinds == "summary")
    by_name |= _below_a_sum_at_the_end(by_name, plain & (kinds == "maybe"))
    maybe = plain & ~by_name & (kinds.isin(["maybe", "nobody"]))
    if not maybe.any():
        return list(cells.index[by_name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns without a number
        statistics = _statistics(numbers[~by_name & ~maybe].to_numpy(float))
    return [
        row
        for row in cells.index
        if by_name[row]
        or (
            maybe[row]
            and _sums_up(cells[others].loc[row], numbers.loc[row], statistics, kinds[row])
        )
    ]


def _below_a_sum_at_the_end(
    sums: pd.Series[bool], possible: pd.Series[bool]
) -> pd.Series[bool]:
    """Rows that may sum up, below one that does, with nobody further down."""
    people = np.flatnonzero(~(sums | possible))
    start = people[-1] + 1 if people.size else 0
    is_below = np.arange(len(sums)) >= start
    return possible & is_below & (sums & is_below).cummax()


@cache
def _words() -> Mapping[str, frozenset[str]]:
    return {
        kind: frozenset(part for word in listed for part in _parts(word))
        for kind, listed in words()["summary"].items()
    }


def _parts(text: str) -> list[str]:
    """Words of a text; of a script without Latin letters, the text itself."""
    return folded(text).split() or [exact(text)]


def _kind(label: str) -> str:
    """What a name says: "summary", "maybe", "nobody" or, of anybody else, "person"."""
    if not label:
        return "nobody"
    parts = {part for part in _parts(label) if not part.isdecimal()}
    known = _words()
    if parts & known["certain"] and parts <= known["certain"] | known["beside"]:
        return "summary"
    every = known["certain"] | known["possible"] | known["beside"]
    return "maybe" if parts & known["possible"] and parts <= every else "person"


def _is_wordless(cell: Any) -> bool:
    """Whether nothing in a cell is about a person, as a word or a date is."""
    if isinstance(cell, bool | date):
        return False
    if is_blank(cell) or isinstance(cell, int | float) or str(cell).startswith("#"):
        return True
    return not any(letter.isalpha() for letter in str(cell))


def _half_a_digit(cell: Any) -> float:
    """How far a rounded number may be from what it was."""
    decimals = re.search(r"[.,](\d+)\D*$", str(cell))
    return 0.5 * 10.0 ** -len(decimals[1] if decimals else "") + 1e-9


def _statistics(columns: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """What rows may hold of the columns above them, whichever word they have for it."""
    return {
        "count": np.isfinite(columns).sum(axis=0).astype(float),
        "mean": np.nanmean(columns, axis=0),
        "median": np.nanmedian(columns, axis=0),
        "sum": np.nansum(columns, axis=0),
        "sd": np.nanstd(columns, axis=0, ddof=1),
        "sd_of_all": np.nanstd(columns, axis=0),
        "min": np.min(columns, axis=0, initial=np.inf, where=np.isfinite(columns)),
        "max": np.max(columns, axis=0, initial=-np.inf, where=np.isfinite(columns)),
    }


def _sums_up(
    row: pd.Series[Any],
    numbers: pd.Series[Any],
    statistics: Mapping[str, NDArray[np.float64]],
    kind: str,
) -> bool:
    """Whether every number of a row is the same statistic of its column."""
    there = numbers.notna().to_numpy()
    fewest = _FEWEST if kind == "nobody" else 2
    if there.sum() < _FEWEST_NUMBERS or (statistics["count"][there] < fewest).any():
        return False
    # The lightest of all may well be the youngest, and have no name.
    left_out = ("min", "max", "count") if kind == "nobody" else ()
    allowed = row.map(_half_a_digit).to_numpy(float)[there]
    values = numbers.to_numpy(float)[there]
    return any(
        bool((np.abs(values - of_columns[there]) <= allowed).all())
        for name, of_columns in statistics.items()
        if name not in left_out
    )
