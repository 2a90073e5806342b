"""How wide the range must be to hold what it is meant to hold, in the scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.calibration.questions import Labelled
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.probability import INTERVAL, Calibration

Array = NDArray[np.float64]

_SCENARIOS = 60_000
_MOST_PRONE = 0.82
"""Share of those who cramp most often that the range holds where the past is open."""


def widened(calibration: Calibration, data: Labelled, scorecard: Scorecard) -> Calibration:
    """The same calibration with ranges that hold as many scenarios as they say.

    The spread of the draws is that of their means; single sessions also differ by what
    the scorecard does not count as the simulators do.  So the ends are moved out until
    one scenario in twenty lies beyond each.  Open answers reach up until the range holds
    four in five of those who cramp most often and have not said so.
    """
    frame, label = data.frame[:_SCENARIOS], data.p[:_SCENARIOS]
    tail = (1.0 - INTERVAL) / 2.0

    def ends(candidate: Calibration, asked: pd.DataFrame) -> tuple[Array, Array]:
        chances = Engine(scorecard, candidate).run(read_frame(asked), detail=False).chances
        return chances["probability_low"], chances["probability_high"]

    def with_low(scale: float) -> Calibration:
        return replace(calibration, low_logit=calibration.low_logit * scale)

    calibration = with_low(
        _least(lambda scale: (ends(with_low(scale), frame)[0] > label).mean() <= tail)
    )

    def with_high(scale: float) -> Calibration:
        return replace(calibration, high_logit=calibration.high_logit * scale)

    calibration = with_high(
        _least(lambda scale: (ends(with_high(scale), frame)[1] < label).mean() <= tail)
    )
    prone = (frame["cramp_sessions_12mo"] == "6+").to_numpy()
    required = [name for name, field in FIELDS.items() if field.required]
    six, label = frame.loc[prone, required], label[prone]

    def with_reach(scale: float) -> Calibration:
        upward = {n: scale * table for n, table in calibration.questions_upward.items()}
        return replace(calibration, questions_upward=upward)

    def holds(scale: float) -> bool:
        low, high = ends(with_reach(scale), six)
        return bool(((label >= low) & (label <= high)).mean() >= _MOST_PRONE)

    return with_reach(_least(holds))


def _least(enough: Callable[[float], bool]) -> float:
    """Smallest factor of 1 to 20, to the percent, at which it is enough."""
    low, high = 1.0, 20.0
    if enough(low):
        return low
    if not enough(high):
        raise RuntimeError(f"No range of up to {high:g} times its width is wide enough.")
    while high - low > 0.01:
        middle = (low + high) / 2.0
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
