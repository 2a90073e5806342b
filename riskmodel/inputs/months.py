"""Words for the months, in the languages in which people write dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from riskmodel.datasets import data_file
from riskmodel.inputs.tables import folded


@cache
def months() -> Mapping[str, int]:
    """Number of each month by the `folded` words for it.

    Examples
    --------
    >>> months()["marz"], months()["dec"]
    (3, 12)
    """
    table = tomllib.loads(data_file("training_log.toml").read_text("utf-8"))["months"]
    return {folded(w): int(m) for m, words in table.items() for w in words}
