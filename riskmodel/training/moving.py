"""How long a session was, where a program tells the time moved and the time elapsed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training.words import limit

Minutes = NDArray[np.float64]


def settle_duration(rows: pd.DataFrame, moving: Any, elapsed: Any) -> None:
    """Give rows their duration from the time moved and the time elapsed [min].

    ``elapsed_used`` and ``watch_left_on`` say what was done about a time without movement,
    ``not_moved`` that neither time can be the duration: the row may be a session.
    """
    moved, whole = np.asarray(moving, float), np.asarray(elapsed, float)
    least, longest = limit("shortest_min"), limit("longest_elapsed_min")
    moved_little = moved < limit("least_moving_share") * whole
    lost = ~(moved >= least) & (whole >= least)
    use = (lost | moved_little) & (whole <= longest)
    open_ = lost & ~use
    rows["duration_min"] = np.where(open_, np.nan, np.where(use, whole, moved))
    rows["elapsed_used"] = use
    rows["watch_left_on"] = moved_little & ~use & ~open_
    rows["not_moved"] = open_
