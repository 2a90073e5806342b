"""A sweat rate from weighing an athlete before and after a session, with its range."""

from __future__ import annotations

import math
from dataclasses import dataclass

SCALE_ERROR_KG = 0.1
"""How far each weighing may be off: scale, and sweat in the clothes.  Judgement."""
DRINK_ERROR = 0.1
"""How far a drunk amount may be off, as a share of it.  Judgement."""
UNTOLD_URINE_L = 0.3
"""Most that nobody mentions, of about one visit.  Judgement."""
UNTOLD_FOOD_KG = 0.1
"""Most that is eaten and not mentioned: a banana, two bars.  Judgement."""


@dataclass(frozen=True)
class SweatRate:
    """A measured sweat rate and how far it may be off. [l/h]."""

    rate_l_h: float
    low_l_h: float
    high_l_h: float


def sweat_rate(
    *,
    mass_before_kg: float,
    mass_after_kg: float,
    fluid_drunk_l: float,
    duration_min: float,
    urine_l: float | None = None,
) -> SweatRate:
    """Sweat rate from two weighings: lost mass and drink, less urine, by the hour.

    Parameters
    ----------
    mass_before_kg, mass_after_kg : float
        [kg], valid 25 to 250; both nude or in dry clothes.
    fluid_drunk_l : float
        Between the weighings, food by its weight too. [l], valid 0 or more.
    duration_min : float
        Between the weighings. [min], valid 5 to 1440.
    urine_l : float, optional
        Passed between the weighings. [l]; left out, none counts in the rate, and
        the low end allows for `UNTOLD_URINE_L`.

    Returns
    -------
    SweatRate
        Not above 0 where somebody gained more than was drunk: something is wrong then.

    Raises
    ------
    ValueError
        If the duration is not above 0.

    Notes
    -----
    Casa et al. (2000), J. Athl. Train. 35, 212-224.  One kilogram counts as one litre.
    The range covers errors of scale, drink, urine and food only: water and carbon that
    are breathed out count as sweat, so the rate and both ends are rather too high.  The
    errors of the two weighings and of the drink are independent of each other, so they
    add up as squares; urine can only lower the rate, and food only raise it.

    Examples
    --------
    The arithmetic of that formula, by hand: 61.7 − 60.3 + 0.42 − 0.09 is 1.73 l in 90 min.

    >>> weighed = sweat_rate(mass_before_kg=61.7, mass_after_kg=60.3, fluid_drunk_l=0.42,
    ...                      urine_l=0.09, duration_min=90)
    >>> round(weighed.rate_l_h, 3)
    1.153
    """
    if not duration_min > 0:
        raise ValueError(f"The duration is {duration_min:g} min; allowed is above 0.")
    hours = duration_min / 60.0
    loss_l = mass_before_kg - mass_after_kg + fluid_drunk_l - (urine_l or 0.0)
    error_l = math.hypot(SCALE_ERROR_KG, SCALE_ERROR_KG, DRINK_ERROR * fluid_drunk_l)
    urine = UNTOLD_URINE_L if urine_l is None else 0.0
    return SweatRate(
        loss_l / hours,
        (loss_l - error_l - urine) / hours,
        (loss_l + error_l + UNTOLD_FOOD_KG) / hours,
    )
