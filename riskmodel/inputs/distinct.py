"""Columns of a frame as their distinct cells, each of which is then read once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import Field


def distinct(field: Field, column: pd.Series[Any]) -> tuple[NDArray[Any], Any]:
    """Split a column into positions (-1 missing) and its distinct raw values.

    Columns that are numbers or times already come back whole, with the column itself.
    """
    dtype: Any = column.dtype
    if field.kind == "number" and dtype.kind in "fiu":
        return column.to_numpy(np.float64, na_value=np.nan), column
    if field.kind == "time" and isinstance(dtype, pd.DatetimeTZDtype):
        return column.to_numpy(f"datetime64[{dtype.unit}]"), column
    if isinstance(column.array, pd.Categorical):
        return column.array.codes, list(column.array.categories)
    if dtype.kind == "O" and pd.api.types.infer_dtype(column).startswith("mixed"):
        return _distinct_of_kinds(column)
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # one kind of NaN cannot be hashed
        return _distinct_of_kinds(column)
    return codes, list(values)


def _distinct_of_kinds(column: pd.Series[Any]) -> tuple[NDArray[Any], Any]:
    """As `distinct`, where pandas would take True for 1 and cannot compare lists."""
    places: dict[Any, int] = {}
    values: list[Any] = []
    codes = np.empty(len(column), dtype=np.intp)
    for row, value in enumerate(column):
        key: Any = type(value), tuple(value) if isinstance(value, list) else value
        try:
            place = places.setdefault(key, len(values))
        except TypeError:  # of what cannot be told apart each is one of its own
            place = len(values)
        codes[row] = place
        if place == len(values):
            values.append(value)
    return codes, values


def as_text(value: Any) -> Any:
    """A list in one spelling whatever holds it; anything else as it is."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, set | frozenset):
        value = sorted(map(str, value))
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else value
