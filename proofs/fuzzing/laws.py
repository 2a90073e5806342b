"""What holds of every result, whatever was answered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from proofs.fuzzing.judge import check_sentence, require
from riskmodel import Assessment

UNKNOWN_IN_WATER = frozenset({"wbgt_c", "solar_radiation_w_m2"})
"""Quantities that are open where nobody can tell them; the answer says so."""
UNKNOWN_WITHOUT_TRAINING = frozenset({"preparedness_ratio", "preparedness_ratio_4h"})


def check_chances(p: float, low: float, high: float) -> None:
    """A chance lies in its range, and that between nothing and everything."""
    require(0.0 <= low <= p <= high <= 1.0, f"{p!r} of {low!r} to {high!r}")


def check_assessment(answer: Assessment, *, calibrated: bool = True) -> None:
    """Points add up, chances lie in their ranges, and every number is one."""
    for told in (*answer.problems, *answer.guards):
        check_sentence(str(told))
    numbers = (answer.probability, answer.probability_low, answer.probability_high)
    if answer.problems:
        require(all(map(math.isnan, (*numbers, answer.total_points))), "scored in spite of")
        require(answer.band == "unknown", "a band in spite of problems")
        require(not answer.contributions, "contributions in spite of problems")
    else:
        points = [c.points for c in answer.contributions]
        require(all(math.isfinite(p) and p >= 0 for p in points), f"points {points}")
        require(answer.total_points == sum(points), "points do not add up")
        if calibrated:
            check_chances(*numbers)
            require(0 <= answer.probability_ideal <= answer.probability, "ideal is worse")
            require(math.isfinite(answer.open_questions_logit), "open questions")
        check_physiology(answer.physiology)
    check_no_infinity(answer)


def check_physiology(physiology: Mapping[str, float]) -> None:
    """Quantities of a scored session are known, but for those that say why not."""
    open_ones = {name for name, value in physiology.items() if math.isnan(value)}
    allowed = UNKNOWN_IN_WATER | UNKNOWN_WITHOUT_TRAINING | {"bmi_kg_m2"}
    require(open_ones <= allowed, f"unknown {sorted(open_ones - allowed)}")


def check_no_infinity(value: Any) -> None:
    """No number anywhere in a result is infinite."""
    for number in _numbers(value):
        require(not math.isinf(number), "an infinite number")


def _numbers(value: Any) -> Iterable[float]:
    if isinstance(value, float | np.floating):
        yield float(value)
    elif isinstance(value, pd.DataFrame):
        yield from value.select_dtypes("float").to_numpy().ravel()
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield from value.ravel()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _numbers(getattr(value, part.name))


def check_frame(scored: pd.DataFrame) -> None:
    """Every row of many has its chances, or a sentence that says why not."""
    p, low, high = (
        scored[name].to_numpy(float)
        for name in ("probability", "probability_low", "probability_high")
    )
    there = ~np.isnan(p)
    require(((scored["problems"] == "") == there).all(), "neither a number nor a reason")
    with np.errstate(invalid="ignore"):
        fine = (low >= 0) & (low <= p) & (p <= high) & (high <= 1)
    require(fine[there].all(), "a chance out of its range")
    check_no_infinity(scored)
