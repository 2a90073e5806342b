"""How many points a session would have at another probability."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.probability import Calibration


def points_at(
    probabilities: ArrayLike,
    total_points: float,
    probability: float,
    calibration: Calibration | None = None,
) -> tuple[float, ...]:
    """Totals at which one session would have these probabilities, all else alike.

    Parameters
    ----------
    probabilities : array-like
        Above 0 and below 1.
    total_points, probability : float
        Of the session as it is, as in `riskmodel.Assessment`.
    calibration : Calibration, optional
        By default the one that comes with the package.

    Returns
    -------
    tuple of float
        On the line through the session's own total; for the same duration, and with the
        same questions open.

    Examples
    --------
    >>> half_again, = points_at([0.2], 60.0, 0.1)
    >>> half_again > 60.0
    True
    """
    used = load_calibration() if calibration is None else calibration
    wanted = np.asarray(probabilities, dtype=np.float64)
    further = np.log(wanted / (1.0 - wanted)) - math.log(probability / (1.0 - probability))
    return tuple((total_points + further / used.logit_per_point(total_points)).tolist())
