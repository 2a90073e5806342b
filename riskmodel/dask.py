"""Frames that are larger than one machine, scored part by part with Dask.

Needs the extra ``cluster``.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from functools import partial
from typing import Any

import dask.dataframe as dd
import pandas as pd
from dask.dataframe.extensions import make_array_nonempty

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import refuse_others, refuse_repeated
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.scoring.worded import Worded, WordedDtype


def _two_texts(dtype: WordedDtype) -> Worded:
    """Rows with which Dask finds out what a step further on gives."""
    return Worded._from_sequence(["", ""])


make_array_nonempty.register(WordedDtype, _two_texts)

_LONGEST_TEXT = 1_000  # characters of a list or truth value; judgement


def assess(
    ddf: dd.DataFrame,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    detail: bool = True,
) -> dd.DataFrame:
    """Score the planned sessions of a Dask frame, each part as `assess_frame` does.

    Nothing is computed; which columns come out, and of which kind, is known before.
    Dask turns a column of objects into texts: lists, sets and truth values of Python are
    read out of these again.  Arrays are not; keep them with
    ``dask.config.set({"dataframe.convert-string": False})`` before the frame is made.

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
    TypeError
        If it is no frame of Dask.
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
    _refuse_others(ddf)
    score = partial(_score, scorecard=scorecard, calibration=calibration, detail=detail)
    return ddf.map_partitions(score, meta=score(ddf._meta))


def _refuse_others(ddf: object) -> None:
    if not isinstance(ddf, dd.DataFrame):
        refuse_others(ddf)
        raise TypeError(
            "Needed is a frame of Dask; this is one of pandas. "
            "dask.dataframe.from_pandas(frame, npartitions=8) makes one."
        )
    refuse_repeated(ddf.columns)


def _score(part: pd.DataFrame, **how: Any) -> pd.DataFrame:
    return assess_frame(_as_it_was(part), **how)


def _as_it_was(part: pd.DataFrame) -> pd.DataFrame:
    """Answers of which Dask made texts that no reader of answers knows."""
    restored = {}
    for name in part.columns.intersection(list(FIELDS)):
        column = part[name]
        if FIELDS[name].kind not in ("level", "levels") or not isinstance(
            column.dtype, pd.StringDtype
        ):
            continue
        objects = {text: _object(text) for text in column.dropna().unique()}
        if any(value is not text for text, value in objects.items()):
            restored[name] = column.astype(object).map(objects)
    return part.assign(**restored)


def _object(text: str) -> Any:
    """The list, set or truth value that is written so, else the text itself."""
    if text.startswith(("[", "(", "{", "True", "False")) and len(text) <= _LONGEST_TEXT:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            value = ast.literal_eval(text)
            if str(value) == text:  # as an array of two texts is not
                return value
    return text
