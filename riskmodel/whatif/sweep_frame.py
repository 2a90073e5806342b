"""A sweep as a tidy frame: one row for each combination of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs.fields import Field
from riskmodel.inputs.session import Session
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import words
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.comparison import Sweep, sweep_grid


def sweep(
    session: Session | Mapping[str, Any],
    across: str,
    down: str | None = None,
    *,
    x: Sequence[Any] | None = None,
    y: Sequence[Any] | None = None,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> pd.DataFrame:
    """Score a plan for many answers to one or two questions, all others kept.

    Parameters
    ----------
    session : Session or mapping of str to answer
        One that can be scored.
    across, down : str
        Questions: numbers, and those with one answer of a few.
    x, y : sequence of answer, optional
        Values of each; by default those worth looking at.  None or a blank leaves the
        question open.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    pandas.DataFrame
        A row for each combination, those with one value of ``down`` together: the
        answers under the names of their questions, ``probability`` with
        ``probability_low`` and ``probability_high``, NaN where a value asks for an
        answer that the plan lacks, ``band`` and ``in_100``.  Levels are categories in
        the order of the question.  ``attrs["left_out"]`` names measured answers that
        were left out, as they belong to one weather only.

    Raises
    ------
    ValueError
        If the session cannot be scored or swept so, or a value is not allowed.

    Examples
    --------
    >>> run = {"sport": "running", "duration_min": 90, "session_rpe": 6, "age_years": 30,
    ...        "air_temperature_c": 31, "relative_humidity_pct": 60}
    >>> swept = sweep(run, "air_temperature_c", "sky", x=[15, 35], y=["shade", "clear"])
    >>> swept.pivot(index="sky", columns="air_temperature_c", values="in_100").shape
    (2, 2)
    """
    return _tidy(
        sweep_grid(
            session, across, down, x=x, y=y, scorecard=scorecard, calibration=calibration
        )
    )


def _tidy(grid: Sweep) -> pd.DataFrame:
    columns = {grid.across.name: _answers(grid.across, list(grid.x) * len(grid.y))}
    if grid.down is not None:
        repeated = [value for value in grid.y for _ in grid.x]
        columns[grid.down.name] = _answers(grid.down, repeated)
    columns["probability"] = grid.probability.ravel()
    columns["probability_low"] = grid.probability_low.ravel()
    columns["probability_high"] = grid.probability_high.ravel()
    columns["band"], columns["in_100"] = words(columns["probability"])
    frame = pd.DataFrame(columns)
    frame.attrs["left_out"] = list(grid.left_out)
    return frame


def _answers(field: Field, values: Sequence[Any]) -> Any:
    """A column of answers, in the type of its question where all have it."""
    if field.kind == "level":
        known = all(value is None or value in field.levels for value in values)
        return pd.Categorical(values, list(field.levels), ordered=True) if known else values
    try:
        return np.array(values, dtype=np.float64)  # None is NaN
    except (TypeError, ValueError):
        return values
