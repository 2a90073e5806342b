"""Radiation that falls on an athlete, as one temperature of all surroundings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.physiology.iso7933 import saturation_pressure_kpa
from riskmodel.physiology.sun import RADIANS, sin_cos

Array = NDArray[np.float64]

# Shortwave absorptivity and longwave emissivity of a clothed person, Di Napoli 2020.
ABSORPTIVITY = 0.7
EMISSIVITY = 0.97
STEFAN_BOLTZMANN = 5.67e-8
GROUND_ALBEDO = 0.2
"""Our judgement, for grass, earth and asphalt."""


def mean_radiant_temperature_c(
    air_temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    solar_radiation_w_m2: ArrayLike,
    direct_fraction: ArrayLike,
    cos_zenith: ArrayLike,
    enclosed: ArrayLike,
) -> Array:
    """Mean radiant temperature of a person outdoors, or of a room.

    Parameters
    ----------
    air_temperature_c, relative_humidity_pct : float or array-like
        In the shade. [°C]; [%], valid 1 to 100.
    solar_radiation_w_m2, direct_fraction, cos_zenith : float or array-like
        Global radiation on level ground [W/m²]; what share of it comes straight from the
        sun, 0 to 1; cosine of the solar zenith angle, 0 or less for no direct sun.
    enclosed : bool or array-like
        Whether walls hide the sky; they are then as warm as the air.

    Returns
    -------
    ndarray, broadcast shape of the inputs. [°C]

    Notes
    -----
    Di Napoli, Hogan and Pappenberger (2020, doi:10.1007/s00484-020-01900-5) for a
    standing person on ground as warm as the air, under a clear sky of emissivity
    0.575 e^0.143 (Liljegren et al. 2008, doi:10.1080/15459620802310770; e in hPa).  Near
    the horizon the direct beam, direct / cos, would grow without limit; it stays below
    what a clear sky lets through (Haurwitz 1945), 1098 exp(−0.059 / cos) W/m².

    Examples
    --------
    >>> mean_radiant_temperature_c(30.0, 50.0, 800.0, 0.7, 0.8, [False, True]).round()
    array([60., 30.])
    """
    Ta = np.asarray(air_temperature_c, dtype=np.float64)
    RH = np.asarray(relative_humidity_pct, dtype=np.float64)
    S = np.asarray(solar_radiation_w_m2, dtype=np.float64)
    f = np.asarray(direct_fraction, dtype=np.float64)
    cos = np.asarray(cos_zenith, dtype=np.float64)

    e_hpa = saturation_pressure_kpa(Ta) * RH / 10.0
    sky_emissivity = 0.575 * np.exp(0.143 * np.log(e_hpa))
    longwave = STEFAN_BOLTZMANN * np.square(np.square(Ta + 273.15))
    longwave = longwave * (0.5 * sky_emissivity + 0.5)

    safe_cos = np.maximum(cos, 1e-3)
    beam = np.minimum(f * S / safe_cos, 1098.0 * np.exp(-0.059 / safe_cos))
    elevation_deg = np.arcsin(np.clip(cos, 0.0, 1.0)) / RADIANS
    bent_deg = elevation_deg * (0.998 - elevation_deg * elevation_deg / 50000.0)
    projected_area = 0.308 * sin_cos(bent_deg * RADIANS)[1]
    diffuse = 0.5 * (1.0 - f) * S + 0.5 * GROUND_ALBEDO * S
    shortwave = ABSORPTIVITY / EMISSIVITY * (diffuse + projected_area * beam)

    kelvin = np.sqrt(np.sqrt((longwave + shortwave) / STEFAN_BOLTZMANN))
    return np.where(enclosed, Ta, kelvin - 273.15)
