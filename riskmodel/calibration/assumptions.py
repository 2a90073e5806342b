"""What the simulators assume: medians, and draws of everything that is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.calibration.people import stream
from riskmodel.datasets import read_toml

Array = NDArray[np.float64]
Rows = NDArray[np.int64] | slice


def structures() -> tuple[str, ...]:
    """Names of the simulators."""
    return tuple(read_toml("simulators.toml")["structures"])


@dataclass(frozen=True)
class Assumptions:
    """Assumptions of one simulator, or of many draws at once.

    Attributes
    ----------
    structure : str
    values : mapping of str to ndarray
        By name; each a number, or one number for every session.
    log_hazard : ndarray
        The base rate: log-hazard per hour of someone with no fatigue; set by
        `riskmodel.calibration.anchors.tune`.
    """

    structure: str
    values: Mapping[str, Array]
    log_hazard: Array

    def __getitem__(self, name: str) -> Array:
        """Return the parameter called `name`."""
        return self.values[name]

    def take(self, rows: Rows) -> Assumptions:
        """Return one draw for every session."""
        values = {name: np.asarray(v)[rows] for name, v in self.values.items()}
        return Assumptions(self.structure, values, np.asarray(self.log_hazard)[rows])


def median_assumptions(structure: str) -> Assumptions:
    """Return the assumptions at their medians, before the base rate is set."""
    rows = _rows(structure)
    values = {name: np.array(float(row["median"])) for name, row in rows.items()}
    return Assumptions(structure, values, np.array(0.0))


def draw_assumptions(structure: str, n_draws: int, seed: int) -> Assumptions:
    """Draw the assumptions of a structure anew, before the base rate is set.

    Values of shape (n_draws,).  A quantity that cannot be negative stays at 0 or above.
    """
    random = stream(seed, f"assumptions {structure}")
    values = {}
    for name, row in _rows(structure).items():
        noise = row["spread"] * random.standard_normal(n_draws)
        if row.get("log"):
            values[name] = row["median"] * np.exp(noise)
        else:
            values[name] = np.maximum(row["median"] + noise, 0.0)
    return Assumptions(structure, values, np.zeros(n_draws))


def _rows(structure: str) -> dict[str, Mapping[str, Any]]:
    table = read_toml("simulators.toml")
    parts = ("person", "proneness", "share", "fluid")
    rows = {
        name if part == "person" else f"{part}.{name}": row
        for part in parts
        for name, row in table[part].items()
    }
    return rows | {f"by.{name}": row for name, row in table[structure].items()}
