"""Kinds of sessions that are put together until none of them tells of few.

A report and a summary tell sums by sport, past cramps, duration and band.  Each divides all
sessions in one way, nothing is left out, and no part is small: so whatever is left of a sum
once others are taken off it is a sum of such parts, and not small either.  Of sessions that
are in one part of two divisions nobody can work out that there are few: their number may
be as large as that of the smaller part.  Hundepool et al., Statistical Disclosure Control,
2012, doi:10.1002/9781118348239, call it complementary suppression; here it is joining.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.bands import BANDS, shown_in_100
from riskmodel.validation.records import DURATION_CLASSES, NOT_ANSWERED, Records

LEAST = 5
"""No count that is told is smaller, but for none at all, and none is of fewer people."""
ORDERS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "band": [band.name for band in BANDS],
        "duration": [*DURATION_CLASSES, NOT_ANSWERED],
        "history": [*FIELDS["cramp_sessions_12mo"].levels, NOT_ANSWERED],
    }
)
"""Names by what sessions are divided by, as they follow each other."""


def names_by(records: Records, by: str) -> NDArray[np.str_]:
    """Of each session its band, duration, past cramps (``history``) or sport."""
    if by != "band":
        names: NDArray[np.str_] = getattr(records, by)
        return names
    limits = [band.up_to for band in BANDS[:-1]]
    place = np.searchsorted(limits, shown_in_100(records.probability))
    return np.array(ORDERS["band"])[place]


def is_small(records: Records, inside: NDArray[np.bool_]) -> bool:
    """Whether some sessions tell of fewer than five, or of fewer than five people.

    Those with a cramp are looked at too, and those without one: nearly all tells as much
    as nearly none.
    """
    who, cramp = records.athlete[inside], records.cramp[inside]
    told_of = (who, who[cramp], who[~cramp])
    return any(0 < len(np.unique(people)) < LEAST for people in told_of)


def told_cramps(records: Records, inside: NDArray[np.bool_]) -> tuple[int, int]:
    """Ends between which the cramps of some sessions are told to lie; alike if told."""
    cramps, sessions = int(records.cramp[inside].sum()), int(inside.sum())
    if not is_small(records, inside):
        return cramps, cramps
    if len(np.unique(records.athlete[inside])) < LEAST:
        return 0, sessions
    return cramps_span(sessions, cramps)


def cramps_span(sessions: int, cramps: int) -> tuple[int, int]:
    """Ends of a number of cramps, neither none nor all, that is of few people.

    They are the same for four other numbers at least, or for every one: each says only
    whether there were fewer than five cramps, fewer than five sessions without, or neither.
    """
    if sessions < 3 * LEAST - 1:  # fewer than five numbers would be neither
        return 1, sessions - 1
    if cramps < LEAST:
        return 1, LEAST - 1
    if sessions - cramps < LEAST:
        return sessions - LEAST + 1, sessions - 1
    return LEAST, sessions - LEAST


def put_together(records: Records, by: str) -> list[tuple[str, ...]]:
    """Divide all sessions into kinds none of which is small, but where all of them are.

    Parameters
    ----------
    records : Records
    by : str
        As for `names_by`.

    Returns
    -------
    list of tuple of str
        Names that are told together; a small one goes with its neighbour that is smaller.
    """
    names = names_by(records, by)
    kinds: list[tuple[str, ...]] = [(name,) for name in _in_order(names, by)]

    def sessions(kind: Sequence[str]) -> int:
        return int(np.isin(names, kind).sum())

    while small := [kind for kind in kinds if is_small(records, np.isin(names, kind))]:
        if len(kinds) == 1:
            break
        at = kinds.index(min(small, key=sessions))
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(kinds)]
        first, second = sorted((at, min(beside, key=lambda place: sessions(kinds[place]))))
        kinds[first : second + 1] = [kinds[first] + kinds[second]]
    return kinds


def _in_order(names: NDArray[np.str_], by: str) -> list[str]:
    """Names that occur, as they follow each other; without an order by their size."""
    order, sizes = ORDERS.get(by, []), Counter(names.tolist())

    def place(name: str) -> tuple[int, int, str]:
        return order.index(name) if name in order else -1, -sizes[name], name

    return sorted(sizes, key=place)
