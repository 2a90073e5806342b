"""What came of sessions beside what was expected of them.

For one person to look back.  It is no validation, and nothing here changes a weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.diary.outcomes import DiaryError, Outcome

LABEL = "Personal, not a validation"
"""Stands beside every comparison."""

FEWEST_SESSIONS = 10
"""Sessions below which nothing is compared (judgement)."""

LEVEL = 0.9
"""Part of the cases that a range holds, as everywhere in this product."""

_VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        "fewer": "You had fewer cramps than that.",
        "within": "What you had lies within that.",
        "more": "You had more cramps than that.",
    }
)


@dataclass(frozen=True)
class DiaryReport:
    """Sessions with a cramp, beside how many there would be if the numbers were right.

    Attributes
    ----------
    n_sessions, n_cramps : int
        Sessions whose outcome is known, and those with a cramp.
    n_pending : int
        Sessions whose outcome is not known yet; they count nowhere else.
    scorecards : mapping of str to int
        How many of the sessions each scorecard gave the probability of, by its version
        and fingerprint.
    expected : float
        Sum of the probabilities.
    expected_range : tuple of int, or None
        Central range of the number of cramps, if every probability were right; None
        below `FEWEST_SESSIONS`.
    share_range : tuple of float, or None
        Range of the part of the sessions with a cramp, 0 to 1; None as above.
    """

    n_sessions: int
    n_cramps: int
    n_pending: int
    scorecards: Mapping[str, int]
    expected: float
    expected_range: tuple[int, int] | None
    share_range: tuple[float, float] | None

    @property
    def verdict(self) -> str:
        """One of "too few", "fewer", "within" and "more"."""
        if self.expected_range is None:
            return "too few"
        low, high = self.expected_range
        return (
            "fewer" if self.n_cramps < low else "more" if self.n_cramps > high else "within"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same in words; the last is about what it does not mean."""
        n, cramps, cards = self.n_sessions, self.n_cramps, self.scorecards
        there = f"{_sessions(n)} in the diary, {cramps or 'none'} with a cramp"
        waiting = f"{_sessions(self.n_pending)} to come, or without an outcome yet."
        pending = (waiting,) if self.n_pending else ()
        if self.expected_range is None or self.share_range is None:
            return (
                f"{there}.",
                f"From {FEWEST_SESSIONS} sessions on they are compared with what was "
                "expected; fewer say too little.",
                *pending,
                f"{LABEL}.",
            )
        low, high = self.expected_range
        share_low, share_high = self.share_range
        counts = ", ".join(
            f"{_sessions(count)} from {card}" for card, count in cards.items()
        )
        several = f"The probabilities come from {len(cards)} scorecards: {counts}."
        return (
            f"{there}: {100 * cramps / n:.0f} of 100, and anything from "
            f"{100 * share_low:.0f} to {100 * share_high:.0f} of 100 fits that.",
            f"If the probabilities were right, {self.expected:.1f} would be expected, "
            f"and at least 9 times in 10 from {low} to {high}.",
            _VERDICTS[self.verdict],
            *((several,) if len(cards) > 1 else ()),
            *pending,
            f"{LABEL}: these are one person's sessions, written down by that person, and "
            "no score is changed for them.",
        )


def _card(outcome: Outcome) -> str:
    version, fingerprint = outcome.scorecard_version, outcome.scorecard
    return f"{version} ({fingerprint})" if version else fingerprint


def _sessions(n: int) -> str:
    return f"{n} session" if n == 1 else f"{n} sessions"


def compare_outcomes(outcomes: Sequence[Outcome]) -> DiaryReport:
    """Set the cramps that came beside the cramps that were expected.

    The range of the expected number takes the probabilities as right and the sessions
    as independent; those of one person are not quite.  It holds 90 % or more, as it
    counts whole cramps, and the range of the share, which is Wilson's, about 90 %.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Pending ones are only counted.

    Raises
    ------
    DiaryError
        If a probability is not from 0 to 1.

    Examples
    --------
    >>> from datetime import date
    >>> run = Outcome(date(2026, 7, 1), 0.2, 0.1, 0.4, "0.1.0", "abc", False,
    ...               "running", 60.0)
    >>> compare_outcomes([run] * 20).expected_range
    (1, 7)
    """
    known = [outcome for outcome in outcomes if not outcome.pending]
    probabilities = np.array([outcome.probability for outcome in known], dtype=np.float64)
    counts = count_chances(probabilities)
    n_sessions, n_cramps = len(known), sum(bool(outcome.cramp) for outcome in known)
    enough = n_sessions >= FEWEST_SESSIONS
    return DiaryReport(
        n_sessions=n_sessions,
        n_cramps=n_cramps,
        n_pending=len(outcomes) - n_sessions,
        scorecards=Counter(map(_card, known)),
        expected=float(probabilities.sum()),
        expected_range=central_range(counts) if enough else None,
        share_range=wilson_interval(n_cramps, n_sessions) if enough else None,
    )


def count_chances(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Chance of 0, 1, ... cramps: the Poisson binomial distribution.

    Exact, by convolution of one session after the other, see Chen and Liu (1997),
    Statistica Sinica 7, 875-892.

    >>> count_chances([0.5, 0.5]).tolist()
    [0.25, 0.5, 0.25]
    """
    chances = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    wrong = chances[~((chances >= 0) & (chances <= 1))]
    if wrong.size:
        raise DiaryError(f"Probability is {wrong[0]:g}; allowed is 0 to 1.")
    counts = np.ones(1)
    for chance in chances:
        counts = np.convolve(counts, (1.0 - chance, chance))
    return counts


def central_range(counts: NDArray[np.float64], level: float = LEVEL) -> tuple[int, int]:
    """Range of numbers that leaves out at most half the rest on either side.

    >>> central_range(count_chances([0.5] * 20))
    (6, 14)
    """
    below = np.cumsum(counts)
    tail = (1.0 - level) / 2.0
    # Sums of many small terms are right to about 1e-12.
    low = int(np.searchsorted(below, tail - 1e-12))
    high = int(np.searchsorted(below, 1.0 - tail - 1e-12))
    return low, min(high, counts.size - 1)


def wilson_interval(count: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a share, without continuity correction, 0 to 1.

    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212,
    doi:10.1080/01621459.1927.10502953.

    >>> low, high = wilson_interval(81, 263, 0.95)
    >>> f"{low:.4f} {high:.4f}"
    '0.2553 0.3662'
    """
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    centre = (count + z * z / 2.0) / (n + z * z)
    half = z / (n + z * z) * float(np.sqrt(count * (n - count) / n + z * z / 4.0))
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == n else centre + half
    return low, high
