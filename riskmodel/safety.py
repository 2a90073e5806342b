"""Reasons to stop and think that no number of points may outweigh.

Each guard is a condition on a planned session and the sentence to show for it,
before any score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.fields import FIELDS

HIGH_WBGT_C = 30.0
EXTREME_WBGT_C = 32.2
"""Above the first, training stops for those not used to heat; above the second, for all.

American College of Sports Medicine, 2007, as reprinted in J. Athl. Train. 51(8),
2016, doi:10.4085/1062-6050-51.8.08.
"""

# Days of training in heat after which most of the adaptation is there, our judgement
# from the 5 to 14 days that reviews give; unknown counts as not used to it.
_ACCLIMATISED_DAYS = 5

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Guard:
    """One condition and what to say when it holds."""

    name: str
    applies: Callable[[Columns], NDArray[np.bool_]]
    sentence: str


def _lists(quantity: str, item: str) -> Callable[[Columns], NDArray[np.bool_]]:
    bit = 1 << FIELDS[quantity].codes[item]
    # Unknown is -1, all bits set, and must not count as named.
    return lambda columns: (columns[quantity] > 0) & (columns[quantity] & bit > 0)


def _high_heat(columns: Columns) -> NDArray[np.bool_]:
    wbgt_c = columns["wbgt_c"]
    used_to_it: NDArray[np.bool_] = columns["heat_days_14d"] >= _ACCLIMATISED_DAYS
    return (wbgt_c > HIGH_WBGT_C) & (wbgt_c <= EXTREME_WBGT_C) & ~used_to_it


GUARDS = (
    Guard(
        "extreme_heat",
        lambda columns: columns["wbgt_c"] > EXTREME_WBGT_C,
        "In this heat the danger is heat illness, not cramp: move the session to a "
        "cooler time or place, or cancel it.",
    ),
    Guard(
        "high_heat",
        _high_heat,
        "For people who are not used to heat this is too hot to train: choose a cooler "
        "time or place. Heat illness is the danger here, more than cramp.",
    ),
    Guard(
        "over_drinking",
        lambda columns: columns["drinking_exceeds_sweat"].astype(bool),
        "You plan to drink more than you are likely to sweat. Too much fluid can be "
        "dangerous: plan less, and drink to thirst.",
    ),
    Guard(
        "circulation",
        _lists("conditions", "poor_circulation"),
        "Calf pain that comes with exercise and goes with rest can come from the "
        "circulation: have it looked at before you train on.",
    ),
    Guard(
        "pregnancy",
        lambda columns: columns["pregnancy_trimester"] > 0,
        "In pregnancy, talk about this session with your doctor or midwife first.",
    ),
)


def guard_bits(columns: Columns, n_sessions: int) -> NDArray[np.int64]:
    """Find the guards that apply.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n_sessions,)
        Answers and quantities of the sessions.
    n_sessions : int

    Returns
    -------
    ndarray of int, shape (n_sessions,)
        A set of bits, in the order of `GUARDS`.
    """
    bits = np.zeros(n_sessions, dtype=np.int64)
    for position, guard in enumerate(GUARDS):
        bits |= guard.applies(columns).astype(np.int64) << position
    return bits


def guard_sentences(bits: int) -> tuple[str, ...]:
    """Sentences of the guards in a set of bits."""
    return tuple(g.sentence for i, g in enumerate(GUARDS) if bits >> i & 1)
