"""Groups of sessions in which the product is compared with the simulators."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.calibration.questions import Labelled
from riskmodel.calibration.simulators import read_sessions
from riskmodel.inputs.fields import FIELDS

Array = NDArray[np.float64]

# Strata of the report, with their limits or levels; declared before they were computed.
STRATA: Mapping[str, tuple[float, ...] | None] = {
    "duration_min": (60, 120, 180),
    "cramp_sessions_12mo": None,
    "wbgt_c": (10, 18, 23, 28),
    "sex": None,
    "age_years": (30, 45, 60),
    "session_rpe": (3.5, 5.5, 7.5),
    "relative_effort": None,
    "sport": None,
}


def by_strata(fresh: Labelled, p: Array, held: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """What is expected and observed in every group of sessions, by one answer."""
    people = read_sessions(fresh.frame)
    rows = []
    for name, limits in STRATA.items():
        if limits is None:
            codes, labels = people.columns[name], list(FIELDS[name].levels.values())
        else:
            values = people.columns[name]
            codes = np.searchsorted(limits, values, side="right")
            codes[np.isnan(values)] = -1  # in the water no WBGT is known
            ends = [f"{limit:g}" for limit in limits]
            middle = [f"{a} to {b}" for a, b in pairwise(ends)]
            labels = [f"below {ends[0]}", *middle, f"{ends[-1]} and more"]
        for code, text in enumerate(labels):
            inside = codes == code
            if not inside.any():  # a level that the scenarios do not have
                continue
            expected, observed = float(p[inside].sum()), float(fresh.p[inside].sum())
            n = int(inside.sum())
            rows.append(
                {
                    "by": name,
                    "stratum": text,
                    "n": n,
                    "expected": expected / n,
                    "observed": observed / n,
                    "ratio": observed / expected,
                    "coverage": float(held[inside].mean()),
                }
            )
    return rows
