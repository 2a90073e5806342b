"""Where other answers settle questions, of all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS, Field, Settled


def is_settled(
    field: Field, columns: Mapping[str, NDArray[Any]], n_sessions: int
) -> NDArray[np.bool_]:
    """Where another answer leaves nothing to ask, see `Field.settled`.

    Parameters
    ----------
    field : Field
    columns : mapping of str to ndarray of shape (n_sessions,)
        As in `Answers`.
    n_sessions : int

    Returns
    -------
    ndarray of bool, shape (n_sessions,)
        Whatever is answered to the question itself.
    """
    rule = field.settled
    if rule is None:
        return np.zeros(n_sessions, dtype=bool)
    if (column := columns.get(rule.by)) is None:
        return np.full(n_sessions, None in rule.levels)
    settled: NDArray[np.bool_] = _settling_codes(rule).take(column)
    return settled


@cache
def _settling_codes(rule: Settled) -> NDArray[np.bool_]:
    """Whether each code settles; the code -1 of an open answer reads the last entry."""
    return np.array([level in rule.levels for level in (*FIELDS[rule.by].levels, None)])


_RULES = dict.fromkeys(f.settled for f in FIELDS.values() if f.settled is not None)
_ALIKE = [[f for f in FIELDS.values() if f.settled == rule] for rule in _RULES]
"""Questions by what settles them."""


def settled_masks(
    columns: Mapping[str, NDArray[Any]], n_sessions: int
) -> dict[str, NDArray[np.bool_]]:
    """`is_settled` of every question that another answer can settle, by its name.

    Questions that are settled alike share one array.
    """
    masks: dict[str, NDArray[np.bool_]] = {}
    for fields in _ALIKE:
        mask = is_settled(fields[0], columns, n_sessions)
        masks |= {field.name: mask for field in fields}
    return masks
