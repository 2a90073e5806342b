"""Counts that several clubs can lay together without sharing a row.

Nothing is written of fewer than five athletes or sessions, and no count of cramps, or of
sessions without one, from 1 to 4: small cells are put together with others of their band,
and where a whole band is small only the ends are told between which a count lies.  `pool`
says between which ends the pooled figures therefore lie.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskmodel.inputs.told import ToldError, quoted
from riskmodel.scoring.bands import BANDS, shown_in_100
from riskmodel.validation.intervals import LEVEL, Estimate
from riskmodel.validation.records import Records

LEAST = 5
"""No count that is written is smaller, but for none at all."""
KIND, VERSION = "cramp-risk summary", 1
REST = "the rest"
_MOST_SESSIONS = 10_000_000
_LEAST_EXPECTED = 0.001
_KEYS = ("band", "duration", "history")


class SummaryError(ToldError, ValueError):
    """A summary that cannot be pooled; the message says which and why."""


@dataclass(frozen=True)
class Span:
    """A ratio of observed to expected, with an interval, at both ends of what is known.

    Attributes
    ----------
    low, high : Estimate
        If every count that is left open were the least that it can be, and if it were
        the most; the same where none was left open.
    """

    low: Estimate
    high: Estimate


@dataclass(frozen=True)
class Pooled:
    """Several clubs together.

    Attributes
    ----------
    clubs : tuple of Span
        Observed over expected of each, in the order of the summaries.
    together : Span
        The average club, with an interval for that average.
    next_club : Span
        The same average, with the interval in which a further club is expected; none for
        fewer than three.
    by_band : mapping of str to Span
        Observed over expected of all sessions in a band, with no club between them.
    n_sessions : int
    n_open : int
        Cells of whose cramps only the ends are told.
    heterogeneity_pct : float
        I², the share of the clubs' differences that is more than chance. [%]
    """

    clubs: tuple[Span, ...]
    together: Span
    next_club: Span
    by_band: Mapping[str, Span]
    n_sessions: int
    n_open: int
    heterogeneity_pct: float


def summary(records: Records, scorecard: str) -> dict[str, Any]:
    """Count sessions by band, duration and past cramps, and nothing else.

    Parameters
    ----------
    records : Records
    scorecard : str
        Version and fingerprint of what the probabilities come from, or that they were
        written down before.

    Returns
    -------
    dict
        For JSON.  ``cells`` holds for each kind of session how many there were, what was
        expected, and how many brought a cramp, None with its ends in ``cramps_from``
        where that is a small count; no name, no day, and no sum from which a small count
        could be worked out.

    Raises
    ------
    SummaryError
        If the records name no athletes: nobody knows then how many there are in a cell.
    """
    if not records.names_athletes:
        raise SummaryError(
            "A summary needs a column that tells athletes apart, a number will do: nothing "
            "is told of fewer than five."
        )
    limits = [band.up_to for band in BANDS[:-1]]
    place = np.searchsorted(limits, shown_in_100(records.probability))
    table = pd.DataFrame(
        {
            "band": np.array([band.name for band in BANDS])[place],
            "duration": records.duration,
            "history": records.history,
            "sessions": 1,
            "expected": records.probability,
            "cramps": records.cramp.astype(int),
            "athletes": records.athlete,
        }
    )
    cells = table.groupby([*_KEYS], as_index=False).agg(
        {"sessions": "sum", "expected": "sum", "cramps": "sum", "athletes": frozenset}
    )
    told = [
        _cell(cell)
        for _, of_band in cells.groupby("band", sort=False)
        for cell in _put_together([Cell(*row) for row in of_band.itertuples(index=False)])
        if min(cell.sessions, len(cell.athletes)) >= LEAST
    ]
    left = int(cells["sessions"].sum()) - sum(cell["sessions"] for cell in told)
    return {
        "kind": KIND,
        "version": VERSION,
        "scorecard": scorecard,
        "cells": told,
        "has_left_out": left > 0,  # bands with fewer than five sessions or athletes
    }


class Cell(NamedTuple):
    """Sessions of one kind: how many, how many cramps were expected, and how many came."""

    band: str
    duration: str
    history: str
    sessions: int
    expected: float
    cramps: int
    athletes: frozenset[int]

    @property
    def is_small(self) -> bool:
        """Whether one of its counts is; nearly everybody is as telling as nearly nobody."""
        counts = (self.cramps, self.sessions - self.cramps)
        few = min(self.sessions, len(self.athletes)) < LEAST
        return few or any(0 < count < LEAST for count in counts)


def _put_together(cells: list[Cell]) -> list[Cell]:
    """Cells of one band, small ones joined: of a duration, of all, with a large."""
    large = [cell for cell in cells if not cell.is_small]
    small = [cell for cell in cells if cell.is_small]
    by_duration = [
        _joined([cell for cell in small if cell.duration == duration], duration)
        for duration in dict.fromkeys(cell.duration for cell in small)
    ]
    large += [cell for cell in by_duration if not cell.is_small]
    rest = [cell for cell in by_duration if cell.is_small]
    while rest and large and _joined(rest).is_small:
        rest.append(large.pop(large.index(min(large, key=lambda cell: cell.sessions))))
    return large + ([_joined(rest)] if rest else [])


def _joined(cells: list[Cell], duration: str = REST) -> Cell:
    return Cell(
        cells[0].band,
        duration,
        REST,
        sum(cell.sessions for cell in cells),
        sum(cell.expected for cell in cells),
        sum(cell.cramps for cell in cells),
        frozenset().union(*(cell.athletes for cell in cells)),
    )


def _cell(cell: Cell) -> dict[str, Any]:
    told = cell._asdict() | {"expected": max(round(cell.expected, 3), _LEAST_EXPECTED)}
    del told["athletes"]
    if not cell.is_small:
        return told
    return told | {"cramps": None, "cramps_from": cramps_span(cell.sessions, cell.cramps)}


def cramps_span(sessions: int, cramps: int) -> list[int]:
    """Ends between which a small count is told to lie."""
    few = [1, min(LEAST - 1, sessions)]
    most = [max(0, sessions - LEAST + 1), sessions - 1]
    if 0 < cramps < LEAST and 0 < sessions - cramps < LEAST:
        return [min(few[0], most[0]), max(few[1], most[1])]
    return few if 0 < cramps < LEAST else most


def read_summary(content: bytes, name: str) -> dict[str, Any]:
    """Read what `summary` wrote.

    Raises
    ------
    SummaryError
        If it is something else.
    """
    try:
        told = json.loads(content)
        if told["kind"] != KIND or told["version"] != VERSION:
            raise ValueError
        if type(told["scorecard"]) is not str or type(told["cells"]) is not list:
            raise ValueError
        if not all(map(_is_cell, told["cells"])):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SummaryError(
            f"{quoted(name, 60)} is no summary of this version; write it by "
            "cramprisk validate outcomes.csv --summary club.json."
        ) from None
    return dict(told)


def _is_cell(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is such as `summary` writes."""
    low, high = _ends(cell)
    sessions, expected = cell["sessions"], cell["expected"]
    return (
        all(type(n) is int for n in (sessions, low, high))
        and LEAST <= sessions <= _MOST_SESSIONS
        and 0 <= low <= high <= sessions
        and type(expected) in (int, float)
        and 0 < expected <= sessions
        and cell["band"] in {REST, *(band.name for band in BANDS)}
        and all(type(cell[key]) is str for key in _KEYS)
    )


def _ends(cell: Mapping[str, Any]) -> tuple[int, int]:
    low, high = cell["cramps_from"] if cell["cramps"] is None else [cell["cramps"]] * 2
    return low, high


def pool(summaries: Sequence[Mapping[str, Any]]) -> Pooled:
    """Lay summaries of clubs together.

    Parameters
    ----------
    summaries : sequence of mapping
        Two or more, as from `summary`.

    Returns
    -------
    Pooled

    Raises
    ------
    SummaryError
        If there are fewer than two, they come from different scorecards, or one is empty.

    Notes
    -----
    Clubs are pooled on the log of observed over expected with random effects, DerSimonian
    & Laird 1986, doi:10.1016/0197-2456(86)90046-2, and the interval of Hartung and Knapp
    where that is wider, as it has to be for few clubs (IntHout et al. 2014,
    doi:10.1186/1471-2288-14-25).  Where one has no cramp, half a cramp is added to what
    came and what was expected of every club, the usual correction (Sweeting et al. 2004,
    doi:10.1002/sim.1761).  The interval for a further club is that
    of Higgins et al. 2009, doi:10.1111/j.1467-985X.2008.00552.x.
    """
    if len(summaries) < 2:
        raise SummaryError("To pool takes two summaries or more.")
    if len({told["scorecard"] for told in summaries}) > 1:
        cards = dict.fromkeys(told["scorecard"] for told in summaries)
        named = ", ".join(quoted(card, 60) for card in cards)
        raise SummaryError(f"The summaries come from different scorecards: {named}.")
    if any(not told["cells"] for told in summaries):
        raise SummaryError(
            "A summary is empty: no band had five athletes and sessions of which "
            "something could be told."
        )
    ends = [np.array([_sums(told["cells"], end) for told in summaries]) for end in (0, 1)]
    for end in ends:
        if (end[:, 0] == 0).any():
            end += [0.5, 0.5, 0.0]
    low, high = (_together(end) for end in ends)
    cells = [cell for told in summaries for cell in told["cells"]]
    bands = dict.fromkeys(cell["band"] for cell in cells)
    return Pooled(
        clubs=tuple(map(Span, low.clubs, high.clubs)),
        together=Span(low.mean, high.mean),
        next_club=Span(low.next_club, high.next_club),
        by_band={band: _of_band(cells, band) for band in bands},
        n_sessions=sum(cell["sessions"] for cell in cells),
        n_open=sum(cell["cramps"] is None for cell in cells),
        heterogeneity_pct=max(low.heterogeneity_pct, high.heterogeneity_pct),
    )


@dataclass(frozen=True)
class _Together:
    clubs: tuple[Estimate, ...]
    mean: Estimate
    next_club: Estimate
    heterogeneity_pct: float


def _sums(cells: Sequence[Mapping[str, Any]], end: int) -> tuple[float, float, float]:
    """Cramps at one end of what is known, cramps expected, and sessions."""
    return (
        float(sum(_ends(cell)[end] for cell in cells)),
        float(sum(cell["expected"] for cell in cells)),
        float(sum(cell["sessions"] for cell in cells)),
    )


def _around(log_ratio: float, error: float, z: float) -> Estimate:
    return Estimate(*(math.exp(log_ratio + side * error) for side in (0, -z, z)))


def _together(clubs: np.ndarray[Any, np.dtype[np.float64]]) -> _Together:
    observed, expected, sessions = clubs.T
    log_ratio = np.log(observed / expected)
    variance = np.maximum(1 - observed / sessions, 1 / sessions) / observed
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    fixed = 1 / variance
    mean = (fixed @ log_ratio) / fixed.sum()
    q, df = float(fixed @ (log_ratio - mean) ** 2), len(clubs) - 1
    between = max(0.0, (q - df) / (fixed.sum() - (fixed**2).sum() / fixed.sum()))
    weight = 1 / (variance + between)
    mean, error = float((weight @ log_ratio) / weight.sum()), 1 / math.sqrt(weight.sum())
    from scipy.stats import t  # comes with scikit-learn

    off = float(weight @ (log_ratio - mean) ** 2) / df  # 1 if clubs differ as expected
    by_t = float(t.ppf((1 + LEVEL) / 2, df)) * math.sqrt(off) * error
    # Higgins et al. take t with two degrees less than there are clubs.
    apart = float(t.ppf((1 + LEVEL) / 2, df - 1)) if df > 1 else math.nan
    return _Together(
        tuple(_around(*club, z) for club in zip(log_ratio, np.sqrt(variance), strict=True)),
        _around(mean, max(by_t, z * error), 1.0),
        _around(mean, math.sqrt(between + error**2), apart),
        100 * max(0.0, (q - df) / q) if q > 0 else 0.0,
    )


def _of_band(cells: Sequence[Mapping[str, Any]], band: str) -> Span:
    inside = [cell for cell in cells if cell["band"] == band]
    return Span(*_ratios(inside))


def _ratios(cells: Sequence[Mapping[str, Any]]) -> Iterator[Estimate]:
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    for end in (0, 1):
        observed, expected, sessions = _sums(cells, end)
        if observed == 0 or expected == 0:
            yield Estimate(0.0 if expected else math.nan)
            continue
        error = math.sqrt(max(1 - observed / sessions, 1 / sessions) / observed)
        yield _around(math.log(observed / expected), error, z)
