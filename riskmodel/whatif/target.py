"""How hard a target time is: effort from a distance, a time and a best of one's own.

A best of one's own is taken to the distance of the plan (`ENDURANCE_EXPONENT`) and
stands for 10, "maximal", as the hardest race of one's life (Foster 2001,
doi:10.1519/00124278-200102000-00019).  Below it, the share of that speed is read on
the speeds of the sports table; in the water, where power grows with the third power
of the speed (Toussaint & Beek 1992, doi:10.2165/00007256-199213010-00002), on the
third root of its energy.  Without a best the table's own speeds count: those of a
recreational athlete.  Which speed stands for which effort is our judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology.effort import RPE_KNOTS, Sports
from riskmodel.physiology.plan import load_sports

TARGET_SPORTS = ("running", "cycling", "swimming", "triathlon")
"""Sports whose sessions are planned by distance and time."""
ENDURANCE_EXPONENT = 1.06
"""How a best time grows with the distance: time goes as distance to this power.

From records of running (Riegel 1981, Am Sci 69(3):285-290, PMID 7235349).  Many
recreational marathons are slower than it says (Vickers & Vertosick 2016,
doi:10.1186/s13102-016-0052-y).  That it holds for the other sports is our judgement."""
DISTANCES_KM = (0.1, 1000.0)
_REST_MET = 1.0
_KM_H = 3.6


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
    best_distance_km: float | None = None,
    best_min: float | None = None,
    sports: Sports | None = None,
) -> TargetEffort:
    """Estimate how hard a target time will feel.

    Parameters
    ----------
    sport : {"running", "cycling", "swimming", "triathlon"}
    distance_km, best_distance_km : float
        Of the plan and of a recent best. [km], 0.1 to 1000
    target_min, best_min : float
        Times over them. [min], above 0
    sports : Sports, optional
        By default the table that comes with the package.

    Returns
    -------
    TargetEffort

    Raises
    ------
    ValueError
        If the sport is another, a number is outside its range, or no best is given for
        swimming, of which the sports table has no speeds.

    Examples
    --------
    A marathon in 3 h 45 for somebody who ran 10 km in 45 minutes:

    >>> effort = effort_of_target("running", 42.195, 225.0, 10.0, 45.0)
    >>> round(effort.best_min), round(effort.share_of_best, 2), round(effort.session_rpe)
    (207, 0.92, 9)
    """
    _check(sport, distance_km, target_min, best_distance_km, best_min)
    shares, most_m_s = _speeds(sport, sports or load_sports())
    speed_km_h = distance_km / target_min * 60.0
    if best_min is not None and best_distance_km is not None:
        longer = distance_km / best_distance_km
        expected_min = best_min * longer**ENDURANCE_EXPONENT
    elif most_m_s > 0.0:
        expected_min = distance_km / (most_m_s * _KM_H) * 60.0
    else:
        raise ValueError(f"For {sport} a best of your own is needed.")
    share = expected_min / target_min
    return TargetEffort(
        session_rpe=float(np.interp(share, shares, RPE_KNOTS)),
        speed_km_h=speed_km_h,
        share_of_best=share,
        best_min=expected_min,
    )


def _check(
    sport: str,
    distance_km: float,
    target_min: float,
    best_distance_km: float | None,
    best_min: float | None,
) -> None:
    lasting = FIELDS["duration_min"]
    if sport not in TARGET_SPORTS:
        allowed = ", ".join(TARGET_SPORTS)
        raise ValueError(f"A target is known for {allowed}; not for {sport!r}.")
    for name, value, (low, high) in (
        ("distance_km", distance_km, DISTANCES_KM),
        ("best_distance_km", best_distance_km, DISTANCES_KM),
        ("target_min", target_min, (lasting.low, lasting.high)),
        ("best_min", best_min, (0.0, np.inf)),
    ):
        if value is not None and not low <= value <= high:
            raise ValueError(f"{name} is {value:g}; allowed is {low:g} to {high:g}.")
    if (best_distance_km is None) != (best_min is None):
        raise ValueError("A best needs both its distance and its time.")


def _speeds(sport: str, sports: Sports) -> tuple[NDArray[np.float64], float]:
    """Share of the highest speed at each RPE of the table, and that speed. [m/s]."""
    row = sports.names.index(sport)
    if sports.in_water_share[row] == 1.0:
        power = sports.met[row] - _REST_MET
        shares: NDArray[np.float64] = np.cbrt(power / power[-1])
        return shares, 0.0
    speed_m_s = sports.movement_speed_m_s[row]
    return speed_m_s / speed_m_s[-1], float(speed_m_s[-1])
