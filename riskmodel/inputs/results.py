"""What results share: a short repr, and equality where what is open is alike too."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import fields
from typing import Any

from riskmodel.inputs.told import quoted

_LONGEST_TEXT = 60


def alike(first: Any, second: Any) -> bool:
    """Whether two values say the same: NaN is like NaN, and arrays are compared whole.

    Examples
    --------
    >>> alike({"wbgt_c": float("nan")}, {"wbgt_c": float("nan")}), alike((1.0,), (2.0,))
    (True, False)
    """
    # Here: the commands that score nothing hold results, and load no numbers.
    import numpy as np
    import pandas as pd

    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(
            alike(value, second[name]) for name, value in first.items()
        )
    if isinstance(first, list | tuple) and type(first) is type(second):
        return len(first) == len(second) and all(map(alike, first, second))
    if isinstance(first, pd.DataFrame | pd.Series) or isinstance(
        second, pd.DataFrame | pd.Series
    ):
        return type(first) is type(second) and bool(first.equals(second))
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        if type(first) is not type(second):
            return False
        return first.shape == second.shape and all(
            map(alike, first.ravel().tolist(), second.ravel().tolist())
        )
    if _is_nan(first) and _is_nan(second):
        return True
    if first is pd.NA or second is pd.NA:
        return first is second
    try:
        return bool(first == second)
    except (TypeError, ValueError):  # what compares cell by cell, or not at all
        return False


def _is_nan(value: Any) -> bool:
    import numpy as np

    return isinstance(value, float | np.floating) and bool(value != value)


class ShortRepr:
    """A result that is told on one line: numbers with three digits, the rest counted."""

    def __repr__(self) -> str:
        parts = (
            f"{part.name} {_in_brief(getattr(self, part.name))}"
            for part in fields(self)  # type: ignore[arg-type]
            if part.repr
        )
        return f"<{type(self).__name__}: {', '.join(parts)}>"


def _in_brief(value: Any) -> str:
    if isinstance(value, str):
        return repr(quoted(value, _LONGEST_TEXT))
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, Sized):
        return f"({len(value)})"
    return quoted(repr(value), _LONGEST_TEXT)


class EqualWhereAlike:
    """A result that equals another of its kind where all that they hold is `alike`."""

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            alike(getattr(self, part.name), getattr(other, part.name))
            for part in fields(self)  # type: ignore[arg-type]
        )

    __hash__ = None  # type: ignore[assignment]
