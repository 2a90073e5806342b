"""What a session costs in water and salt: sweat, body-mass loss, sodium."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.physiology.iso7933 import session_water_w_m2

Array = NDArray[np.float64]

ISO_CAP_UNACCLIMATISED_W_M2 = 400.0
"""Most that the skin can sweat without acclimatisation, ISO 7933:2023. [W/m²]"""

ISO_CAP_ACCLIMATISED_W_M2 = 500.0
"""Most that the skin can sweat when acclimatised, ISO 7933:2023. [W/m²]"""

ATHLETE_CAP_W_M2 = 1.6 * ISO_CAP_ACCLIMATISED_W_M2
"""Our judgement, for acclimatised athletes.  The standard's caps, made for workers,
are 1.1 and 1.4 l/h of a 70 kg adult, while American footballers *average* 1.5 l/h
(Barnes 2019, doi:10.1080/02640414.2019.1633159). [W/m²]"""

ACCLIMATISATION_DAYS = 10.0
"""Days of heat that acclimatise fully: the length of the study at
doi:10.1016/j.jtherbio.2020.102697; that it is linear and complete is our judgement."""

CLOTHING_CLO: Mapping[str, float] = MappingProxyType(
    {"light": 0.37, "normal": 0.47, "heavy": 0.70}
)
"""Clothing insulation [clo], as the SMA extreme heat policy has it for running, for
soccer and rugby, and for cricket (doi:10.1016/j.jsams.2025.03.006)."""

LITRE_PER_WH = 2.67 / 1.8 / 1000.0
"""Water that one watt evaporates in an hour, as in ISO 7933 (2427 kJ/l)."""

SWIMMING_LITRE_PER_WH = 0.6e-3
"""Water that a swimmer loses per watt of metabolic rate and hour.  Elite swimmers lose
0.138 (men) and 0.107 (women) l/km in training (Cox 2002,
doi:10.1016/S1440-2440(02)80003-2).  At 3 km/h and 8.3 MET that is 0.4 l/h from 0.7 kW;
speed and MET are our judgement."""

SODIUM_MEAN_MMOL_L = 35.9
SODIUM_SD_MMOL_L = 10.4
"""Whole-body sweat sodium of 506 athletes (Baker 2016,
doi:10.1080/02640414.2015.1055291). [mmol/l]"""

SALTY_SHARE = 1 / 3
"""Share of athletes who see salt on their clothes: our judgement."""

SODIUM_ACCLIMATISED = 0.7
"""Sweat sodium when acclimatised, relative to before.  Local sweat fell to about 0.6
in ten days (n = 8, doi:10.1016/j.jtherbio.2020.102697); less is our judgement, for
a norm that already mixes acclimatised athletes in."""

SWEAT_SPREAD_LOG = 0.3
"""How much sweat rates of people in like conditions differ, one standard deviation of
the logarithm: our judgement, below the 0.40 to 0.46 of athletes in all conditions
(Barnes 2019, doi:10.1080/02640414.2019.1633159)."""

MG_SODIUM_PER_MMOL = 22.99


def air_speed_m_s(wind_speed_m_s: ArrayLike, movement_speed_m_s: ArrayLike) -> Array:
    """Air speed over a moving body: wind from every side in turn. [m/s].

    The root of the summed squares, our judgement; wind at the height of the body.
    """
    wind = np.asarray(wind_speed_m_s, dtype=np.float64)
    movement = np.asarray(movement_speed_m_s, dtype=np.float64)
    return np.sqrt(wind * wind + movement * movement)


def acclimatised_fraction(heat_days_14d: ArrayLike) -> Array:
    """How far days of heat in the last 14 have acclimatised a body, 0 to 1."""
    days = np.asarray(heat_days_14d, dtype=np.float64)
    return np.clip(days / ACCLIMATISATION_DAYS, 0.0, 1.0)


def sweat_cap_w_m2(acclimatised_fraction: ArrayLike) -> Array:
    """Most that an athlete's skin can sweat, 640 to 800 W/m².

    The standard's ratio of 400 to 500, on the level of :data:`ATHLETE_CAP_W_M2`.
    """
    low = ISO_CAP_UNACCLIMATISED_W_M2 / ISO_CAP_ACCLIMATISED_W_M2
    fraction = np.asarray(acclimatised_fraction, dtype=np.float64)
    return ATHLETE_CAP_W_M2 * (low + (1.0 - low) * fraction)


def body_surface_m2(body_mass_kg: ArrayLike, height_cm: ArrayLike) -> Array:
    """Skin area by Du Bois, 0.202 mass^0.425 height^0.725. [m²].

    Examples
    --------
    >>> round(float(body_surface_m2(70.0, 175.0)), 2)
    1.84
    """
    log_mass = np.log(np.asarray(body_mass_kg, dtype=np.float64))
    log_height_m = np.log(np.asarray(height_cm, dtype=np.float64) / 100.0)
    area: Array = 0.202 * np.exp(0.425 * log_mass + 0.725 * log_height_m)
    return area


def sweat_rate_l_h(
    *,
    air_temperature_c: ArrayLike,
    mean_radiant_temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    air_speed_m_s: ArrayLike,
    metabolic_rate_w: ArrayLike,
    external_work_w: ArrayLike,
    body_mass_kg: ArrayLike,
    height_cm: ArrayLike,
    duration_min: ArrayLike,
    clothing_insulation_clo: ArrayLike,
    cap_w_m2: ArrayLike,
) -> Array:
    """Mean water loss of a session in air: sweat, dripping or not, and breath. [l/h].

    Parameters
    ----------
    air_temperature_c, mean_radiant_temperature_c : float or array-like
        [°C], valid −20 to 55 for air in the shade.
    relative_humidity_pct, air_speed_m_s : float or array-like
        [%], valid 1 to 100; relative to the body [m/s], counted up to 5.
    metabolic_rate_w, external_work_w : float or array-like
        Heat and work that the body makes, and the work that leaves it. [W]
    body_mass_kg, height_cm, duration_min : float or array-like
        Valid 25 to 250, 100 to 230 and 5 to 1440.
    clothing_insulation_clo, cap_w_m2 : float or array-like
        [clo], valid 0.1 to 1; most that the skin can sweat, :func:`sweat_cap_w_m2`.

    Notes
    -----
    ISO 7933:2023 in closed form, see :mod:`riskmodel.physiology.iso7933`.  People of the
    same size in the same session differ far more than models do.

    Examples
    --------
    The standard's example loses 4593 g in 480 min, 0.574 l/h; in closed form 2 % more:

    >>> round(float(sweat_rate_l_h(
    ...     air_temperature_c=30, mean_radiant_temperature_c=30, relative_humidity_pct=45,
    ...     air_speed_m_s=1, metabolic_rate_w=450, external_work_w=0, body_mass_kg=75,
    ...     height_cm=180, duration_min=480, clothing_insulation_clo=0.5, cap_w_m2=400)), 3)
    0.583
    """
    mass = np.asarray(body_mass_kg, dtype=np.float64)
    A = body_surface_m2(mass, height_cm)
    sweat, breath = session_water_w_m2(
        np.asarray(air_temperature_c, dtype=np.float64),
        np.asarray(mean_radiant_temperature_c, dtype=np.float64),
        np.asarray(relative_humidity_pct, dtype=np.float64),
        np.asarray(air_speed_m_s, dtype=np.float64),
        np.asarray(metabolic_rate_w, dtype=np.float64) / A,
        np.asarray(external_work_w, dtype=np.float64) / A,
        mass / A,
        np.asarray(duration_min, dtype=np.float64),
        np.asarray(clothing_insulation_clo, dtype=np.float64),
        np.asarray(cap_w_m2, dtype=np.float64),
    )
    return (sweat + breath) * (A * LITRE_PER_WH)


def sweat_rate_with_swimming_l_h(
    sweat_rate_in_air_l_h: ArrayLike,
    metabolic_rate_w: ArrayLike,
    in_water_share: ArrayLike,
) -> Array:
    """Sweat rate of a session that is partly, or wholly, swum.

    In water the heat balance of :func:`sweat_rate_l_h` does not hold.  Its share of
    the session sweats :data:`SWIMMING_LITRE_PER_WH` instead, whatever the weather.

    Examples
    --------
    >>> float(sweat_rate_with_swimming_l_h(1.0, 700.0, 1.0).round(2))
    0.42
    """
    in_air = np.asarray(sweat_rate_in_air_l_h, dtype=np.float64)
    in_water = SWIMMING_LITRE_PER_WH * np.asarray(metabolic_rate_w, dtype=np.float64)
    share = np.asarray(in_water_share, dtype=np.float64)
    mixed = in_air + (in_water - in_air) * share
    # Of a session that is all swum, nothing of the air is read, known or not.
    return np.where(share < 1.0, mixed, in_water)


def sweat_range_l_h(sweat_rate_l_h: float, sd: float) -> tuple[float, float]:
    """Sweat rates of people for whom this one is predicted. [l/h].

    They reach so many standard deviations, :data:`SWEAT_SPREAD_LOG`, to each side.

    Examples
    --------
    >>> low, high = sweat_range_l_h(1.0, 1.0)
    >>> round(low, 2), round(high, 2)
    (0.74, 1.35)
    """
    factor = math.exp(sd * SWEAT_SPREAD_LOG)
    return sweat_rate_l_h / factor, sweat_rate_l_h * factor


def sweat_sodium_mmol_l(salty_sweat: ArrayLike, acclimatised_fraction: ArrayLike) -> Array:
    """Sodium in sweat, whole body, from salt marks and acclimatisation. [mmol/l].

    Parameters
    ----------
    salty_sweat : float or array-like
        1 where sweat leaves salt marks, 0 where not, :data:`SALTY_SHARE` if unknown.
    acclimatised_fraction : float or array-like
        0 to 1, see :func:`acclimatised_fraction`.

    Notes
    -----
    Salty sweat is one standard deviation above :data:`SODIUM_MEAN_MMOL_L`, other sweat
    half of one below.  The saltiest third of a normal distribution lie 1.1 above on
    average, the rest 0.55 below, so a third of salty sweaters keeps the mean.  Athletes'
    own account of their salt losses agreed well with measurements (Ranchordas 2017,
    doi:10.1186/s12970-017-0197-4).

    Examples
    --------
    >>> sweat_sodium_mmol_l([0, SALTY_SHARE, 1], 0.0)
    array([30.7, 35.9, 46.3])
    """
    salty = np.asarray(salty_sweat, dtype=np.float64)
    fraction = np.asarray(acclimatised_fraction, dtype=np.float64)
    sodium = SODIUM_MEAN_MMOL_L + SODIUM_SD_MMOL_L * (salty - SALTY_SHARE) * 1.5
    return sodium * (1.0 - (1.0 - SODIUM_ACCLIMATISED) * fraction)


def sodium_loss_mg(sweat_loss_l: ArrayLike, sweat_sodium_mmol_l: ArrayLike) -> Array:
    """Sodium lost with sweat. [mg].

    Breath, within the loss, carries none; published losses are reckoned the same way.
    """
    loss = np.asarray(sweat_loss_l, dtype=np.float64)
    sodium = np.asarray(sweat_sodium_mmol_l, dtype=np.float64)
    return loss * sodium * MG_SODIUM_PER_MMOL


def body_mass_loss_pct(
    sweat_loss_l: ArrayLike, fluid_intake_l: ArrayLike, body_mass_kg: ArrayLike
) -> Array:
    """Body mass lost by sweating more than drinking. [%]; negative is a gain.

    Examples
    --------
    >>> float(body_mass_loss_pct(1.9, 0.5, 70.0))
    2.0
    """
    loss = np.asarray(sweat_loss_l, dtype=np.float64)
    drink = np.asarray(fluid_intake_l, dtype=np.float64)
    return 100.0 * (loss - drink) / np.asarray(body_mass_kg, dtype=np.float64)
