"""How hard a target time is: effort from a distance, a time and a best of one's own.

A best is taken to the distance of the plan (`ENDURANCE_EXPONENT`) and stands for 10,
"maximal" (Foster 2001, doi:10.1519/00124278-200102000-00019).  Below it, the share of that
speed is read on the speeds of the sports table; in the water, where power grows with the
third power of the speed (Toussaint & Beek 1992, doi:10.2165/00007256-199213010-00002), on
the third root of its energy.  Which speed stands for which effort is our judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology.effort import RPE_KNOTS, Sports
from riskmodel.physiology.plan import load_sports

ENDURANCE_EXPONENT: Mapping[str, float] = {
    "running": 1.08,
    "cycling": 1.05,
    "swimming": 1.03,
    "triathlon": 1.06,
}
"""Power of the distance with which a best time grows, for sports planned by both.

Of men's records of 3.5 minutes to about four hours: running 1.077, cycling 1.048, swimming
1.030 (Riegel 1981, Am Sci 69(3):285-290, PMID 7235349); that of triathlon is our judgement.
Many recreational marathons are slower still: from shorter races 1.06 foretold half of them
at least ten minutes too fast (Vickers & Vertosick 2016, doi:10.1186/s13102-016-0052-y)."""
TARGET_SPORTS = tuple(ENDURANCE_EXPONENT)
DISTANCES_KM = (0.1, 999.0)
BEST_MIN = (0.5, 10_000.0)
"""Times that a best may have, wide enough for every distance: judgement. [min]"""
_REST_MET = 1.0


@dataclass(frozen=True)
class TargetEffort:
    """How hard a target is.

    Attributes
    ----------
    session_rpe : float
        Within the scale, so that beyond it the ends stand. [CR-10], 1 to 10
    speed_km_h : float
        Mean speed of the target. [km/h]
    share_of_best : float
        Of the mean speed that one's best would give over this distance; 1 is all one
        has, and above 1 is faster than that.
    best_min : float
        Best time to expect over this distance. [min]
    """

    session_rpe: float
    speed_km_h: float
    share_of_best: float
    best_min: float


def effort_of_target(
    sport: str,
    distance_km: float,
    target_min: float,
    best_distance_km: float,
    best_min: float,
    sports: Sports | None = None,
) -> TargetEffort:
    """Estimate how hard a target time will feel.

    Parameters
    ----------
    sport : {"running", "cycling", "swimming", "triathlon"}
    distance_km, best_distance_km : float
        Of the plan and of a recent best in the same sport. [km], 0.1 to 999
    target_min : float
        Time over the plan. [min], within `duration_min` of `FIELDS`
    best_min : float
        Time of the best. [min], within `BEST_MIN`
    sports : Sports, optional
        By default the table that comes with the package.

    Returns
    -------
    TargetEffort

    Raises
    ------
    ValueError
        If the sport is another, or a number is outside its range.

    Examples
    --------
    A marathon in 4 hours for somebody who ran 10 km in 45 minutes:

    >>> effort = effort_of_target("running", 42.195, 240.0, 10.0, 45.0)
    >>> round(effort.best_min), round(effort.share_of_best, 2), round(effort.session_rpe)
    (213, 0.89, 9)
    """
    if sport not in ENDURANCE_EXPONENT:
        allowed = ", ".join(TARGET_SPORTS)
        raise ValueError(f"A target is known for {allowed}; not for {sport!r}.")
    lasting = FIELDS["duration_min"]
    for name, value, (low, high) in (
        ("distance_km", distance_km, DISTANCES_KM),
        ("best_distance_km", best_distance_km, DISTANCES_KM),
        ("target_min", target_min, (lasting.low, lasting.high)),
        ("best_min", best_min, BEST_MIN),
    ):
        if not low <= value <= high:
            raise ValueError(f"{name} is {value:g}; allowed is {low:g} to {high:g}.")
    expected_min = best_min * (distance_km / best_distance_km) ** ENDURANCE_EXPONENT[sport]
    share = expected_min / target_min
    shares = _shares_of_best(sport, sports or load_sports())
    return TargetEffort(
        session_rpe=float(np.interp(share, shares, RPE_KNOTS)),
        speed_km_h=distance_km / target_min * 60.0,
        share_of_best=share,
        best_min=expected_min,
    )


def _shares_of_best(sport: str, sports: Sports) -> NDArray[np.float64]:
    """Share of the highest speed at each RPE of the table."""
    shares: NDArray[np.float64]
    row = sports.names.index(sport)
    if sports.in_water_share[row] == 1.0:
        power = sports.met[row] - _REST_MET
        shares = np.cbrt(power / power[-1])
        return shares
    speed_m_s = sports.movement_speed_m_s[row]
    shares = speed_m_s / speed_m_s[-1]
    return shares
