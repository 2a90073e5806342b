"""Frames that are larger than one machine, scored part by part with Dask.

Needs the extra ``cluster``.
"""

from __future__ import annotations

from functools import partial

import dask.dataframe as dd
from dask.dataframe.extensions import make_array_nonempty

from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.scoring.worded import Worded, WordedDtype


def _two_texts(dtype: WordedDtype) -> Worded:
    """Rows with which Dask finds out what a step further on gives."""
    return Worded._from_sequence(["", ""])


make_array_nonempty.register(WordedDtype, _two_texts)


def assess(
    ddf: dd.DataFrame,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    detail: bool = True,
) -> dd.DataFrame:
    """Score the planned sessions of a Dask frame, each part as `assess_frame` does.

    Nothing is computed; which columns come out, and of which kind, is known before.

    Parameters
    ----------
    ddf : dask.dataframe.DataFrame
        One row per session, columns named as in `riskmodel.inputs.fields.FIELDS`, in
        the units of their names.
    scorecard : Scorecard, optional
        Another scorecard than the one that comes with the package; it travels to the
        workers, as does the calibration.
    calibration : Calibration, optional
        Made for that scorecard; without one another scorecard gives points only.
    detail : bool, default True
        As for `assess_frame`.

    Returns
    -------
    dask.dataframe.DataFrame
        Columns as of `assess_frame`, with the index and the parts of ``ddf``.

    Raises
    ------
    ValueError
        If an input has two columns.
    CalibrationError
        If the calibration was made for another scorecard.

    Warns
    -----
    UnknownColumnWarning
        If there are columns that are no input; they are named.

    Examples
    --------
    >>> import pandas as pd
    >>> squad = pd.DataFrame({"sport": ["running", "walking"], "duration_min": 60,
    ...     "session_rpe": [6, 2], "age_years": [25, 61], "air_temperature_c": 24,
    ...     "relative_humidity_pct": [50, 60]}, index=["Ada", "Ben"])
    >>> scored = assess(dd.from_pandas(squad, npartitions=2))
    >>> scored["total_points"].compute().equals(assess_frame(squad)["total_points"])
    True
    """
    score = partial(
        assess_frame, scorecard=scorecard, calibration=calibration, detail=detail
    )
    return ddf.map_partitions(score, meta=score(ddf._meta))
