"""The reference population: what stands in for an answer that was not given.

The table is ``data/reference_population.csv``: for every optional answer, how
often each value occurs.  A factor whose answer is unknown takes the average of
its points over this population; a quantity that the physiology needs takes the
average value, or the commonest level.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from riskmodel.datasets import read_table
from riskmodel.inputs.fields import FIELDS


@dataclass(frozen=True)
class Population:
    """Shares of each value of each optional answer.

    Attributes
    ----------
    shares : mapping of str to mapping of str to float
        For a quantity, the share of each value.  The shares of a list are the
        chance of each item and need not sum to 1.
    """

    shares: Mapping[str, Mapping[str, float]]

    def mean(self, quantity: str) -> float:
        """Average value of a number."""
        return sum(float(value) * p for value, p in self.shares[quantity].items())

    def commonest(self, quantity: str) -> int:
        """Code of the commonest level."""
        shares = self.shares[quantity]
        return FIELDS[quantity].codes[max(shares, key=shares.__getitem__)]

    def share_of_any(self, quantity: str, items: tuple[str, ...]) -> float:
        """Chance that a list names at least one of some items, if independent."""
        return 1 - math.prod(1 - self.shares[quantity][item] for item in items)


@cache
def load_population() -> Population:
    """Read the reference population.

    Raises
    ------
    ValueError
        If the shares of a quantity do not sum to 1.

    Examples
    --------
    >>> round(load_population().mean("body_mass_kg"), 1)
    72.3
    """
    shares: dict[str, dict[str, float]] = {}
    for row in read_table("reference_population.csv"):
        shares.setdefault(row["quantity"], {})[row["value"]] = float(row["share"])
    for quantity, values in shares.items():
        field = FIELDS.get(quantity)
        is_list = field is not None and field.kind == "levels"
        if not is_list and not math.isclose(sum(values.values()), 1.0):
            raise ValueError(f"The shares of {quantity} sum to {sum(values.values())}.")
    return Population(shares)
