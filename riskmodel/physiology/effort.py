"""How much heat a sport makes: metabolic rate from sport, effort and body mass.

Here one MET is the *exercise* MET, 1 kcal per kilogram and hour.  The met of
thermal physiology, 58.15 W per m² of skin, is another unit of the same name: an
exercise MET of a 70 kg, 1.75 m adult is 44 W/m².  Never mix the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

W_PER_KG_PER_MET = 1.163
"""One exercise MET [W/kg]: 1 kcal/kg/h = 4186.8 J/kg / 3600 s."""

RPE_KNOTS = (1, 4, 7, 10)
"""Session RPE (CR-10) at which the sports table states MET and speed."""


@dataclass(frozen=True)
class Sports:
    """The sports table as arrays, one row per sport.

    Codes are positions in `names`; `met` and `movement_speed_m_s` have a column for each
    of the RPE knots, the others are of shape (n_sports,).
    """

    names: tuple[str, ...]
    met: Array  # exercise MET [kcal/kg/h]
    movement_speed_m_s: Array  # own speed through the air
    external_work_fraction: Array  # of the metabolic rate, leaves the body as work
    in_water_share: Array  # of the session
    indoors_if_not_said: Array  # 1 where an open question about the sky means indoors
    stands_still_indoors: Array  # 1 where a machine takes the place of moving

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, str]]) -> Sports:
        """Sports from the rows of ``data/sports.csv``, every cell as text."""

        def table(*columns: str) -> Array:
            return np.array([[float(row[c]) for c in columns] for row in rows])

        return cls(
            names=tuple(row["sport"] for row in rows),
            met=table(*(f"met_rpe_{k}" for k in RPE_KNOTS)),
            movement_speed_m_s=table(*(f"speed_rpe_{k}_m_s" for k in RPE_KNOTS)),
            external_work_fraction=table("external_work_fraction")[:, 0],
            in_water_share=table("in_water_share")[:, 0],
            indoors_if_not_said=table("indoors_if_not_said")[:, 0],
            stands_still_indoors=table("stands_still_indoors")[:, 0],
        )


def met(sport_code: ArrayLike, session_rpe: ArrayLike, sports: Sports) -> Array:
    """Exercise MET of a session, linear in RPE between the knots of its sport.

    Parameters
    ----------
    sport_code : int or array-like
        Position in ``sports.names``; anything else, such as −1, is unknown.
    session_rpe : float or array-like
        How hard the whole session feels. [CR-10], valid 1 to 10.
    sports : Sports

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Metabolic rate per kilogram. [MET = kcal/kg/h], NaN where unknown

    Notes
    -----
    The values at the knots are those of the Compendium of Physical Activities
    (Ainsworth 2011, doi:10.1249/MSS.0b013e31821ece12).  Which activity stands for which
    RPE is our judgement, made for a recreational athlete with a maximum of about 13 MET:
    ACSM (Garber 2011, doi:10.1249/MSS.0b013e318213fefb) puts moderate exercise at 46 to
    63 % of the maximal oxygen uptake, vigorous at 64 to 90 %.  A highly trained
    athlete makes more heat at the same RPE, an untrained one less.

    Examples
    --------
    Running at 5 mph is 8.3 MET in the Compendium and stands for RPE 4:

    >>> from riskmodel.datasets import read_table
    >>> sports = Sports.from_rows(read_table("sports.csv"))
    >>> met(sports.names.index("running"), [4, 5.5, 7], sports)
    array([ 8.3,  9.4, 10.5])
    """
    return _at_rpe(sports.met, sport_code, session_rpe)


def metabolic_rate_w(
    sport_code: ArrayLike,
    session_rpe: ArrayLike,
    body_mass_kg: ArrayLike,
    sports: Sports,
) -> Array:
    """Mean metabolic rate of a session, rest included. [W], NaN where unknown.

    Takes the arguments of :func:`met`, and the body mass. [kg], valid 25 to 250.

    Examples
    --------
    >>> from riskmodel.datasets import read_table
    >>> sports = Sports.from_rows(read_table("sports.csv"))
    >>> round(float(metabolic_rate_w(0, 4, 70.0, sports)))
    676
    """
    mass = np.asarray(body_mass_kg, dtype=np.float64)
    return met(sport_code, session_rpe, sports) * (W_PER_KG_PER_MET * mass)


def movement_speed_m_s(
    sport_code: ArrayLike, session_rpe: ArrayLike, sports: Sports
) -> Array:
    """Own mean speed through the air, which cools like wind. [m/s].

    Takes the arguments of :func:`met`; linear in RPE between the same knots.  On a
    treadmill or a stationary bicycle there is no such movement: use 0.
    """
    return _at_rpe(sports.movement_speed_m_s, sport_code, session_rpe)


def external_work_w(
    sport_code: ArrayLike, metabolic_rate_w: ArrayLike, sports: Sports
) -> Array:
    """Mechanical work that leaves the body and so is no heat in it. [W]."""
    fraction = _per_sport(sports.external_work_fraction, sport_code)
    return fraction * np.asarray(metabolic_rate_w, dtype=np.float64)


def in_water_share(sport_code: ArrayLike, sports: Sports) -> Array:
    """Share of the session that the sport spends in water, 0 to 1."""
    return _per_sport(sports.in_water_share, sport_code)


def _per_sport(column: Array, sport_code: ArrayLike) -> Array:
    """Values of a column by sport, NaN for a code outside it."""
    known = np.append(column, np.nan)
    values: Array = known.take(_positions(sport_code, len(column)))
    return values


def _at_rpe(table: Array, sport_code: ArrayLike, session_rpe: ArrayLike) -> Array:
    """Piecewise-linear interpolation in RPE along a row of the sports table."""
    rpe = np.asarray(session_rpe, dtype=np.float64)
    n_sports, n_knots = table.shape
    flat = np.append(table.ravel(), np.full(n_knots, np.nan))
    # Which of the three segments: 1-4, 4-7, 7-10.
    segment = (rpe >= RPE_KNOTS[1]).astype(np.intp) + (rpe >= RPE_KNOTS[2])
    left = _positions(sport_code, n_sports) * n_knots + segment
    share = (rpe - RPE_KNOTS[0]) / (RPE_KNOTS[1] - RPE_KNOTS[0]) - segment
    low = flat.take(left)
    values: Array = low + (flat.take(left + 1) - low) * share
    return values


def _positions(sport_code: ArrayLike, n_sports: int) -> NDArray[np.intp]:
    """Sport codes as row numbers, one past the last row where the code is unknown."""
    code = np.asarray(sport_code)
    return np.where((code >= 0) & (code < n_sports), code, n_sports).astype(np.intp)
