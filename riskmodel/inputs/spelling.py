"""One spelling for each value that a program handed over, whatever holds it."""

from __future__ import annotations

import numbers
from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Context
from typing import Any

import numpy as np
import pandas as pd

_LARGE = 10**15
"""Whole numbers from here on are spelt as floats are."""
_HAVE_A_SPELLING = (
    str,
    bool,
    type(None),
    numbers.Number,
    np.generic,
    date,
    time,
    timedelta,
)


def spelling(value: Any) -> str:
    """A value that a program handed over, in one spelling whatever holds it.

    Examples
    --------
    >>> spelling(10**20), spelling(1e20), spelling(50.0), spelling({"a": 1})
    ('1e+20', '1e+20', '50', 'a value of the kind dict')
    """
    # To NumPy a span of time is a whole number.
    with suppress(ValueError):  # of a year that pandas does not know
        if isinstance(value, np.timedelta64 | timedelta):  # as pandas spells it
            return str(pd.Timedelta(value))
        if isinstance(value, np.datetime64):
            return str(pd.Timestamp(value))
    if isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64):
        whole = int(value)
        # As a frame spells it in which the same number is a float.
        if abs(whole) < _LARGE:
            return str(whole)
        return f"{Context(prec=15).create_decimal(whole).normalize():g}"
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:.15g}" if number.is_integer() else str(number)
    if not isinstance(value, _HAVE_A_SPELLING):
        return f"a value of the kind {type(value).__name__}"
    return str(value)
