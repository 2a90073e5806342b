"""WBGT from ordinary weather: what a black globe and a wet wick would read.

Liljegren et al. write down the heat balance of the two instruments of a WBGT
station.  Their program approaches the two temperatures in small steps until they
move by less than 0.02 K.  Here Halley's method, which is Newton's with the
curvature, reaches them in a fixed number of steps for all rows at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.physiology import air
from riskmodel.physiology.sun import MIN_COS_ZENITH, SOLAR_CONSTANT_W_M2

FloatArray = NDArray[np.float64]

# From the temperature of the air these come to within 0.004 K of the root, anywhere
# in the valid range.
GLOBE_STEPS = 2
WICK_STEPS = 3

MIN_WIND_SPEED_M_S = 0.13
"""Air is never quite still around the instruments; the floor of Liljegren."""

# The instruments of Liljegren's program, SI units.
EMISSIVITY = 0.95  # of the globe and of the wick
GLOBE_ALBEDO = 0.05
GLOBE_DIAMETER = 0.0508
WICK_ALBEDO = 0.4
WICK_DIAMETER = 0.007
WICK_LENGTH = 0.0254
SURFACE_EMISSIVITY = 0.999
# Bright: over grass, 0.2, WBGT in full sun would be 1 °C lower.  Kept, so that the
# values agree with those of other programs.
SURFACE_ALBEDO = 0.45
STEFAN_BOLTZMANN = 5.6696e-8
GREY = EMISSIVITY * STEFAN_BOLTZMANN

# Stability of the air by wind (rows) and by sun (columns: 925 W/m² or more, 675,
# 175, less, night), A very unstable to F stable: Table 6-7 of EPA-454/R-99-005 for
# the day; for nights as in Liljegren's program, with the air cooler near the ground.
_STABILITY_WIND_M_S = (2.0, 2.5, 3.0, 5.0, 6.0)
_STABILITY_SUN_W_M2 = (925.0, 675.0, 175.0)
_STABILITY = ("AABDF", "ABCDF", "ABCDD", "BBCDD", "CCDDD", "CDDDD")
_URBAN = dict(zip("ABCDEF", (0.15, 0.15, 0.20, 0.25, 0.30, 0.30), strict=True))
_RURAL = dict(zip("ABCDEF", (0.07, 0.07, 0.10, 0.15, 0.35, 0.55), strict=True))
# Wind at 2 m over wind at 10 m.
_URBAN_RATIO, _RURAL_RATIO = (
    0.2 ** np.array([[exponents[c] for c in row] for row in _STABILITY])
    for exponents in (_URBAN, _RURAL)
)


class HeatState(NamedTuple):
    """WBGT and the two temperatures that it is mixed from with that of the air.

    Arrays of the broadcast shape of the inputs.
    """

    wbgt_c: FloatArray
    globe_temperature_c: FloatArray
    natural_wet_bulb_temperature_c: FloatArray


SIMILAR_AIR_C = 2.0
"""How far below a planned session's air a training day still counts as similar heat.

Our judgement, on the careful side. [°C]
"""
SIMILAR_WBGT_C = 1.5
"""The same for WBGT in the shade, which moves a little less than the air. [°C]"""


def wind_speed_2m(
    wind_speed_10m_m_s: ArrayLike,
    solar_radiation_w_m2: ArrayLike,
    cos_zenith: ArrayLike,
    *,
    urban: bool = True,
) -> FloatArray:
    """Wind at 2 m, where WBGT is measured, from the wind of a forecast.

    Parameters
    ----------
    wind_speed_10m_m_s : float or array-like
        Wind at 10 m above open ground. [m/s], valid 0 to 30.
    solar_radiation_w_m2, cos_zenith : float or array-like
        Global radiation on level ground [W/m²] and cosine of the solar zenith angle; it
        is night where one of them is 0 or less.
    urban : bool
        Rough ground, as among houses and trees, or else open country.

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [m/s], at least 0.13.

    Notes
    -----
    The power law of Liljegren et al. (2008, doi:10.1080/15459620802310770) with the
    stability classes of EPA-454/R-99-005.  Urban is the default, our judgement:
    streets, parks and pitches among stands and trees slow the wind as towns do; by day
    it errs towards more heat; and at night it does not depend on whether the air is
    cooler near the ground, which nobody knows beforehand.

    Examples
    --------
    Four metres a second at noon and at night:

    >>> wind_speed_2m(4.0, [800.0, 0.0], [0.8, -0.5]).round(2).tolist()
    [3.14, 2.67]
    """
    wind = np.asarray(wind_speed_10m_m_s, dtype=np.float64)
    sun = np.asarray(solar_radiation_w_m2, dtype=np.float64)
    cosine = np.asarray(cos_zenith, dtype=np.float64)
    # A few comparisons are faster than a search.
    row = sum((wind >= limit).astype(np.intp) for limit in _STABILITY_WIND_M_S)
    column = sum((sun < limit).astype(np.intp) for limit in _STABILITY_SUN_W_M2)
    column = np.where((cosine <= 0.0) | (sun <= 0.0), 4, column)
    ratio = _URBAN_RATIO if urban else _RURAL_RATIO
    speed = np.maximum(wind * ratio[row, column], MIN_WIND_SPEED_M_S)
    # NaN finds a place in the table, but is no answer.
    return np.where(np.isnan(sun + cosine), np.nan, speed)


def wbgt_liljegren(
    air_temperature_c: ArrayLike,
    relative_humidity_pct: ArrayLike,
    wind_speed_2m_m_s: ArrayLike,
    solar_radiation_w_m2: ArrayLike,
    direct_fraction: ArrayLike,
    cos_zenith: ArrayLike,
    *,
    enclosed: ArrayLike = False,
    pressure_hpa: ArrayLike = 1013.25,
) -> HeatState:
    """WBGT, globe and natural wet-bulb temperature from ordinary weather. [°C].

    Parameters
    ----------
    air_temperature_c, relative_humidity_pct : float or array-like
        In the shade. [°C], valid −20 to 55; [%], valid 1 to 100.
    wind_speed_2m_m_s : float or array-like
        Less than 0.13 counts as 0.13. [m/s], valid 0 to 30.
    solar_radiation_w_m2, direct_fraction, cos_zenith : float or array-like
        Global radiation on level ground [W/m²], valid 0 to 1300; what share of it comes
        straight from the sun, 0 to 0.9; cosine of the solar zenith angle.
    enclosed : bool or array-like of bool
        Walls and a roof as warm as the air, instead of a sky.
    pressure_hpa : float or array-like, valid 600 to 1080

    Notes
    -----
    The balances of Liljegren et al. (2008, doi:10.1080/15459620802310770), found there
    to be better than 1 °C against measured WBGT; the mixture is that of ISO 7243.  The
    direct beam is at most sunlight above the atmosphere, the rest counts as diffuse.  As
    in the original, the sky is warmer than the air above a dew point of 32 °C.

    Examples
    --------
    >>> # The first case in the tests of ECMWF's thermofeel, 25.3 °C there:
    >>> wind = wind_speed_2m(2.0, 167.8, 0.5)
    >>> state = wbgt_liljegren(36.85, 15.93, wind, 167.8, 0.619, 0.5)
    >>> round(float(state.wbgt_c), 1)
    25.3
    """
    ambient = np.asarray(air_temperature_c, dtype=np.float64) + air.FREEZING_K
    pressure = np.asarray(pressure_hpa, dtype=np.float64)
    saturation = air.saturation_pressure_hpa(ambient)
    vapour = np.multiply(relative_humidity_pct, 0.01) * saturation
    above = np.where(enclosed, SURFACE_EMISSIVITY, 0.575 * _power(vapour, 0.143))
    # What surroundings and sky send, as the fourth power of one temperature.
    longwave = 0.5 * (above + SURFACE_EMISSIVITY) * np.square(np.square(ambient))
    light = solar_radiation_w_m2, direct_fraction, cos_zenith
    globe_sun, wick_sun = _absorbed_sunlight_w_m2(
        *(np.asarray(values, dtype=np.float64) for values in light)
    )
    stream = np.maximum(wind_speed_2m_m_s, MIN_WIND_SPEED_M_S) * pressure
    globe = _globe_temperature_k(ambient, longwave + globe_sun / GREY, np.sqrt(stream))
    radiation = GREY * longwave + wick_sun
    wick = _wick_temperature_k(
        ambient, saturation, vapour, pressure, radiation, _power(stream, -0.6)
    )
    wbgt = 0.7 * wick + 0.2 * globe + 0.1 * np.where(enclosed, globe, ambient)
    return HeatState(*(np.asarray(t - air.FREEZING_K) for t in (wbgt, globe, wick)))


def _absorbed_sunlight_w_m2(
    total: FloatArray, direct_fraction: FloatArray, cos_zenith: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sunlight taken up by a square metre of the globe and of the wick."""
    cosine = np.clip(cos_zenith, MIN_COS_ZENITH, 1.0)
    beam = np.minimum(direct_fraction * total, SOLAR_CONSTANT_W_M2 * cosine)
    beam = beam * (cos_zenith >= MIN_COS_ZENITH)
    reflected = SURFACE_ALBEDO * total
    globe = 0.5 * (total + beam * (0.5 / cosine - 1.0) + reflected)
    tip = 0.25 * WICK_DIAMETER / WICK_LENGTH
    tangent = np.sqrt(1.0 - cosine * cosine) / cosine
    wick = total * (1.0 + tip) + beam * (tangent / np.pi - 1.0) + reflected
    return (1.0 - GLOBE_ALBEDO) * globe, (1.0 - WICK_ALBEDO) * wick


# The Nusselt number of a sphere is 2 + 0.6 Re^½ Pr^⅓.
@air.cubic
def _globe_transfer_in_still_air(t_k: FloatArray) -> FloatArray:
    return 2.0 * air.conductance_w_m2_k(t_k, GLOBE_DIAMETER) / GREY


@air.cubic
def _globe_transfer_in_wind(t_k: FloatArray) -> FloatArray:
    nusselt = 0.6 * air.reynolds(t_k, GLOBE_DIAMETER) ** 0.5 * air.PRANDTL**0.3333
    return np.asarray(nusselt * air.conductance_w_m2_k(t_k, GLOBE_DIAMETER) / GREY)


# That of a cylinder is 0.281 Re^0.6 Pr^0.44, after Bedingfield and Drew.
@air.cubic
def _wick_resistance(t_k: FloatArray) -> FloatArray:
    nusselt = 0.281 * air.reynolds(t_k, WICK_DIAMETER) ** 0.6 * air.PRANDTL**0.44
    return np.asarray(1.0 / (nusselt * air.conductance_w_m2_k(t_k, WICK_DIAMETER)))


_evaporative_cooling_k = air.cubic(air.evaporative_cooling_k)


def _globe_temperature_k(
    ambient: FloatArray, radiation: FloatArray, root_stream: FloatArray
) -> FloatArray:
    """Root T of T⁴ + h (T − ambient) = radiation."""
    t = ambient
    for _ in range(GLOBE_STEPS):
        film = 0.5 * (t + ambient)
        h = _globe_transfer_in_still_air(film)
        h = h + _globe_transfer_in_wind(film) * root_stream
        cube = t * t * t
        balance = t * cube + h * (t - ambient) - radiation
        t = _halley_step(t, balance, 4.0 * cube + h, 12.0 * t * t)
    return t


def _wick_temperature_k(
    ambient: FloatArray,
    saturation: FloatArray,
    vapour: FloatArray,
    pressure: FloatArray,
    radiation: FloatArray,
    inverse_stream: FloatArray,
) -> FloatArray:
    """Root T of T − ambient + k (e(T) − vapour) / (p − e(T)) = net radiation / h."""
    t, e = ambient, saturation
    for step in range(WICK_STEPS):
        if step:
            e = air.saturation_pressure_hpa(t)
        film = 0.5 * (t + ambient)
        k = _evaporative_cooling_k(film)
        resistance = _wick_resistance(film) * inverse_stream
        emitted = GREY * t * t * t * resistance
        share = 1.0 / (pressure - e)
        balance = (t - ambient) + k * (e - vapour) * share
        balance = balance + emitted * t - radiation * resistance

        offset = t - air.POLE_K
        growth = air.GROWTH * (air.FREEZING_K - air.POLE_K) / (offset * offset)
        steam = k * growth * e * (pressure - vapour) * share * share
        slope = 1.0 + steam + 4.0 * emitted
        curvature = steam * (growth * (1.0 + 2.0 * e * share) - 2.0 / offset)
        curvature = curvature + 12.0 * emitted / t
        t = _halley_step(t, balance, slope, curvature)
    return t


def _power(x: FloatArray, exponent: float) -> FloatArray:
    """Power of what is above 0, by functions that NumPy works out several at a time."""
    return np.asarray(np.exp(exponent * np.log(x)))


def _halley_step(
    x: FloatArray, value: FloatArray, slope: FloatArray, curvature: FloatArray
) -> FloatArray:
    """Come closer to a root, with properties of the air held still."""
    return x - value * slope / (slope * slope - 0.5 * value * curvature)
