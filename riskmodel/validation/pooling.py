"""Several clubs together, from their summaries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from riskmodel.inputs.told import quoted
from riskmodel.validation.intervals import LEVEL, Estimate, poisson_interval
from riskmodel.validation.joining import ORDERS
from riskmodel.validation.summary import SummaryError, ends


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
class PooledGroup:
    """Sessions of one kind in all clubs: of all names that some club tells together."""

    by: str
    names: tuple[str, ...]
    ratio: Span


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
    groups : tuple of PooledGroup
        Observed over expected by band, duration and past cramps, with no club between
        them; only by band where a summary is of the first version.
    n_sessions : int
    n_open : int
        Groups by band of whose cramps only the ends are told.
    heterogeneity_pct : float
        I², the share of the clubs' differences that is more than chance. [%]
    simulated : tuple of str
        Of each club whether its data were made up: "no", "partly", "yes", or "" where its
        summary does not say.
    """

    clubs: tuple[Span, ...]
    together: Span
    next_club: Span
    groups: tuple[PooledGroup, ...]
    n_sessions: int
    n_open: int
    heterogeneity_pct: float
    simulated: tuple[str, ...]


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
        If there are fewer than two, one is given twice, their probabilities come from
        different scorecards, or some from before the sessions and some from afterwards,
        or one is empty.

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
    _check_alike(summaries)
    of_clubs = [[g for g in told["groups"] if g["by"] == "band"] for told in summaries]
    if not all(of_clubs):
        raise SummaryError("A summary is empty: its club has fewer than five athletes.")
    sums = [np.array([_sums(groups, end) for groups in of_clubs]) for end in (0, 1)]
    for end in sums:
        if (end[:, 0] == 0).any():
            end += [0.5, 0.5, 0.0]
    low, high = (_together(end) for end in sums)
    by_band = [group for groups in of_clubs for group in groups]
    return Pooled(
        clubs=tuple(map(Span, low.clubs, high.clubs)),
        together=Span(low.mean, high.mean),
        next_club=Span(low.next_club, high.next_club),
        groups=tuple(_groups(summaries)),
        n_sessions=sum(group["sessions"] for group in by_band),
        n_open=sum(group["cramps"] is None for group in by_band),
        heterogeneity_pct=max(low.heterogeneity_pct, high.heterogeneity_pct),
        simulated=tuple(told["simulated"] for told in summaries),
    )


def _check_alike(summaries: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a club that would count twice, and numbers that do not mean the same."""
    groups = [told["groups"] for told in summaries]
    for place, own in enumerate(groups):
        if own and (first := groups.index(own)) < place:
            raise SummaryError(
                f"Summaries {first + 1} and {place + 1} are the same; a club counts once."
            )
    before = [told["written_before"] for told in summaries]
    if True in before and False in before:
        raise SummaryError(
            "Some numbers were written down before the sessions (summary "
            f"{before.index(True) + 1}), others worked out afterwards (summary "
            f"{before.index(False) + 1}). Write all summaries with --score-again, or pool "
            "each kind by itself."
        )
    if len(cards := dict.fromkeys(told["scorecard"] for told in summaries)) > 1:
        named = "; ".join(quoted(card, 60) for card in cards)
        raise SummaryError(f"The summaries come from different scorecards: {named}.")


@dataclass(frozen=True)
class _Together:
    clubs: tuple[Estimate, ...]
    mean: Estimate
    next_club: Estimate
    heterogeneity_pct: float


def _sums(groups: Sequence[Mapping[str, Any]], end: int) -> tuple[float, float, float]:
    """Cramps at one end of what is known, cramps expected, and sessions."""
    return (
        float(sum(ends(group)[end] for group in groups)),
        float(sum(group["expected"] for group in groups)),
        float(sum(group["sessions"] for group in groups)),
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


def _groups(summaries: Sequence[Mapping[str, Any]]) -> Iterator[PooledGroup]:
    """Sessions of all clubs by what every club tells, or tells by something narrower."""
    for by, order in ORDERS.items():
        of_clubs = [[g for g in told["groups"] if g["by"] == by] for told in summaries]
        if not all(of_clubs):
            continue
        told = [group for groups in of_clubs for group in groups]
        kinds: list[set[str]] = []
        for group in told:
            kind = {*group["names"]}.union(*(k for k in kinds if k & {*group["names"]}))
            kinds = [*(k for k in kinds if not k & kind), kind]
        for kind in sorted(kinds, key=lambda kind: min(map(order.index, kind))):
            inside = [group for group in told if {*group["names"]} <= kind]
            yield PooledGroup(
                by, tuple(sorted(kind, key=order.index)), Span(*_ratios(inside))
            )


def _ratios(groups: Sequence[Mapping[str, Any]]) -> Iterator[Estimate]:
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    for end in (0, 1):
        observed, expected, sessions = _sums(groups, end)
        if observed == 0:
            yield poisson_interval(0, expected)
            continue
        error = math.sqrt(max(1 - observed / sessions, 1 / sessions) / observed)
        yield _around(math.log(observed / expected), error, z)
