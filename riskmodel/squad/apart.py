"""What sets an athlete apart: the factor that is furthest above that of the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.reading import is_unknown
from riskmodel.physiology.plan import plan_quantities
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import Result

Array = NDArray[np.float64]

LEAST_APART_POINTS = 1.0
"""What lies less above the median sets nobody apart: a point is a tenth more odds.
Judgement."""


def set_apart(
    answers: Mapping[str, NDArray[Any]],
    result: Result,
    scorecard: Scorecard,
    compared: NDArray[np.bool_],
) -> tuple[NDArray[np.object_], Array]:
    """Find the factor whose points lie furthest above the squad's median of it.

    Parameters
    ----------
    answers : mapping of str to ndarray of shape (n_athletes,)
        Checked answers, as in `riskmodel.inputs.reading.Answers`.
    result : Result
        Their scores, with detail.
    scorecard : Scorecard
    compared : ndarray of bool, shape (n_athletes,)
        Whose points make the median, and who can be set apart.

    Returns
    -------
    label : ndarray of str, shape (n_athletes,)
        Empty where nothing lies a point or more above the median (`LEAST_APART_POINTS`):
        what all have sets nobody apart.
    points : ndarray of shape (n_athletes,)
        How far above it lies; NaN where there is none, and where an average was taken
        as nobody answered.
    """
    n = len(compared)
    labels = np.full(n, "", dtype=object)
    points = np.full(n, np.nan)
    if not compared.any():
        return labels, points
    columns = result.columns
    if len(columns["age_years"]) != n:  # of many blocks it holds only the last
        columns = plan_quantities(dict(answers), n)
    open_ = np.array([is_unknown(columns[f.quantity]) for f in scorecard.factors])
    median = np.median(result.points[:, compared], axis=1, keepdims=True)
    above = np.where(compared, result.points - median, -np.inf)
    furthest, rows = above.argmax(axis=0), np.arange(n)
    apart = above[furthest, rows] >= LEAST_APART_POINTS
    names = np.array([factor.label for factor in scorecard.factors], dtype=object)
    labels[apart] = names[furthest[apart]]
    known = apart & ~open_[furthest, rows]
    points[known] = above[furthest, rows][known]
    return labels, points
