"""WBGT from ordinary weather: what a black globe and a wet wick would read.

Liljegren et al. write down the heat balance of the two instruments of a WBGT
station.  Their program approaches the two temperatures in small steps until they
move by less than 0.02 K.  Here Halley's method, which is Newton's with the
curvature, reaches them in a fixed number of steps for all rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import ArrayLike, NDArray

from riskmodel.physiology.sun import MIN_COS_ZENITH, SOLAR_CONSTANT_W_M2

FloatArray = NDArray[np.float64]

# Enough for 0.004 K from the root anywhere in the valid range, starting at the
# temperature of the air; a test holds them to it.
GLOBE_STEPS = 2
WICK_STEPS = 3

MIN_WIND_SPEED_M_S = 0.13
"""Air is never quite still around the instruments; the floor of Liljegren."""

# The constants of Liljegren's program, SI units unless said otherwise.
STEFAN_BOLTZMANN = 5.6696e-8
AIR_HEAT_CAPACITY = 1003.5
AIR_MOLAR_MASS = 28.97
WATER_MOLAR_MASS = 18.015
AIR_GAS_CONSTANT = 8314.34 / AIR_MOLAR_MASS
# Thermal conductivity over viscosity, after Eucken.
EUCKEN = AIR_HEAT_CAPACITY + 1.25 * AIR_GAS_CONSTANT
PRANDTL = AIR_HEAT_CAPACITY / EUCKEN
EMISSIVITY = 0.95  # of the globe and of the wick
GLOBE_ALBEDO = 0.05
GLOBE_DIAMETER = 0.0508
WICK_ALBEDO = 0.4
WICK_DIAMETER = 0.007
WICK_LENGTH = 0.0254
SURFACE_EMISSIVITY = 0.999
# Bright for grass, on which WBGT in full sun would be 1 °C lower; kept, because
# thresholds and other programs assume it.
SURFACE_ALBEDO = 0.45

# Stability of the air by wind (rows) and by sun (columns: 925 W/m² or more, 675,
# 175, less, night), A very unstable to F stable: Table 6-7 of EPA-454/R-99-005 for
# the day; for nights as in Liljegren's program, with the air cooler near the ground.
_STABILITY_WIND_M_S = (2.0, 2.5, 3.0, 5.0, 6.0)
_STABILITY_SUN_W_M2 = (925.0, 675.0, 175.0)
_STABILITY = ("AABDF", "ABCDF", "ABCDD", "BBCDD", "CCDDD", "CDDDD")
_WIND_EXPONENT = {
    True: dict(zip("ABCDEF", (0.15, 0.15, 0.20, 0.25, 0.30, 0.30), strict=True)),
    False: dict(zip("ABCDEF", (0.07, 0.07, 0.10, 0.15, 0.35, 0.55), strict=True)),
}
_WIND_RATIO = {
    urban: np.array([[(2.0 / 10.0) ** exponent[c] for c in row] for row in _STABILITY])
    for urban, exponent in _WIND_EXPONENT.items()
}


class HeatState(NamedTuple):
    """WBGT and the two temperatures that it is mixed from with that of the air."""

    wbgt_c: FloatArray
    globe_temperature_c: FloatArray
    natural_wet_bulb_temperature_c: FloatArray


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
    solar_radiation_w_m2 : float or array-like
        Global radiation on level ground; 0 is night. [W/m²], valid 0 to 1300.
    cos_zenith : float or array-like
        Cosine of the solar zenith angle; 0 or less is night. [-], valid −1 to 1.
    urban : bool
        Rough ground, as among houses and trees, or open country.

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [m/s], at least 0.13.

    Notes
    -----
    The power law of [1]_ with the stability classes of [2]_.  Urban is the
    default because streets, parks and pitches with stands and trees slow the
    wind as towns do, because it errs towards more heat by day, and because its
    night does not depend on whether the air is cooler near the ground, which
    nobody knows beforehand.

    References
    ----------
    .. [1] J. C. Liljegren et al., "Modeling the wet bulb globe temperature using
       standard meteorological measurements," J. Occup. Environ. Hyg., vol. 5,
       2008, doi:10.1080/15459620802310770.
    .. [2] "Meteorological monitoring guidance for regulatory modeling
       applications," US EPA, EPA-454/R-99-005, 2000.

    Examples
    --------
    Four metres a second at noon and at night:

    >>> wind_speed_2m(4.0, [800.0, 0.0], [0.8, -0.5]).round(2).tolist()
    [3.14, 2.67]
    """
    wind = np.asarray(wind_speed_10m_m_s, dtype=np.float64)
    sun = np.asarray(solar_radiation_w_m2, dtype=np.float64)
    night = np.less_equal(cos_zenith, 0.0) | (sun <= 0.0)
    row = np.searchsorted(_STABILITY_WIND_M_S, wind, side="right")
    column = sum((sun < limit).astype(np.intp) for limit in _STABILITY_SUN_W_M2)
    # NaN has a place in the table, but no answer.
    known = np.where(np.isnan(wind + sun + cos_zenith), np.nan, 1.0)
    ratio = _WIND_RATIO[urban][row, np.where(night, 4, column)]
    return np.asarray(np.maximum(wind * ratio, MIN_WIND_SPEED_M_S) * known)


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
    """WBGT, globe and natural wet-bulb temperature from ordinary weather.

    Parameters
    ----------
    air_temperature_c : float or array-like
        Shade air temperature. [°C], valid −20 to 55.
    relative_humidity_pct : float or array-like
        Relative humidity. [%], valid 1 to 100.
    wind_speed_2m_m_s : float or array-like
        Wind at 2 m; less than 0.13 counts as 0.13. [m/s], valid 0 to 30.
    solar_radiation_w_m2 : float or array-like
        Global radiation on level ground. [W/m²], valid 0 to 1300.
    direct_fraction : float or array-like
        Share of it that comes straight from the sun. [-], valid 0 to 0.9.
    cos_zenith : float or array-like
        Cosine of the solar zenith angle. [-], valid −1 to 1.
    enclosed : bool or array-like of bool
        Walls and a roof as warm as the air, instead of a sky.
    pressure_hpa : float or array-like
        Air pressure. [hPa], valid 600 to 1080.

    Returns
    -------
    HeatState, arrays of the broadcast shape of the inputs
        All three in [°C].

    Notes
    -----
    The balances of [1]_, which were better than 1 °C against measurements there.
    WBGT is 0.7 natural wet bulb + 0.2 globe + 0.1 air, and 0.7 natural wet bulb
    + 0.3 globe where enclosed (ISO 7243).

    A direct share that cannot be does no harm: the direct beam is at most
    sunlight above the atmosphere, and with the sun less than half a degree high
    there is none.  The rest of the given radiation then counts as diffuse.

    Blocks of some 8000 rows stay in the cache and are the fastest.

    References
    ----------
    .. [1] J. C. Liljegren et al., "Modeling the wet bulb globe temperature using
       standard meteorological measurements," J. Occup. Environ. Hyg., vol. 5,
       2008, doi:10.1080/15459620802310770.

    Examples
    --------
    A hot day at 30 °C, once in the sun and once at night:

    >>> day_and_night = wbgt_liljegren(30, 50, 2, [800, 0], [0.8, 0], [0.9, -0.5])
    >>> day_and_night.wbgt_c.round(1).tolist()
    [28.8, 24.2]
    """
    air = np.asarray(air_temperature_c, dtype=np.float64) + 273.15
    pressure = np.asarray(pressure_hpa, dtype=np.float64)
    saturation = _saturation_pressure_hpa(air)
    vapour = np.multiply(relative_humidity_pct, 0.01) * saturation
    above = np.where(enclosed, SURFACE_EMISSIVITY, 0.575 * vapour**0.143)
    # From above and below, as the black body that would send as much. [K⁴]
    longwave = 0.5 * (above + SURFACE_EMISSIVITY) * _fourth_power(air)
    globe_sun, wick_sun = _absorbed_sunlight(
        solar_radiation_w_m2, direct_fraction, cos_zenith
    )
    stream = np.maximum(wind_speed_2m_m_s, MIN_WIND_SPEED_M_S) * pressure
    globe = _globe_temperature(
        air, longwave + globe_sun / (EMISSIVITY * STEFAN_BOLTZMANN), np.sqrt(stream)
    )
    wick = _wick_temperature(
        air,
        saturation,
        vapour,
        pressure,
        EMISSIVITY * STEFAN_BOLTZMANN * longwave + wick_sun,
        stream**-0.6,
    )
    wbgt = 0.7 * wick + 0.2 * globe + 0.1 * np.where(enclosed, globe, air)
    return HeatState(
        np.asarray(wbgt - 273.15),
        np.asarray(globe - 273.15),
        np.asarray(wick - 273.15),
    )


def _absorbed_sunlight(
    solar_radiation_w_m2: ArrayLike, direct_fraction: ArrayLike, cos_zenith: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Sunlight that the globe and the wick take up. [W/m² of their surface]"""
    total = np.asarray(solar_radiation_w_m2, dtype=np.float64)
    cosine = np.clip(cos_zenith, MIN_COS_ZENITH, 1.0)
    beam = np.minimum(direct_fraction * total, SOLAR_CONSTANT_W_M2 * cosine)
    beam = beam * np.greater_equal(cos_zenith, MIN_COS_ZENITH)
    reflected = SURFACE_ALBEDO * total
    globe = 0.5 * (total + beam * (0.5 / cosine - 1.0) + reflected)
    tip = 0.25 * WICK_DIAMETER / WICK_LENGTH
    tangent = np.sqrt(1.0 - cosine * cosine) / cosine
    wick = total * (1.0 + tip) + beam * (tangent / np.pi - 1.0) + reflected
    return (1.0 - GLOBE_ALBEDO) * globe, (1.0 - WICK_ALBEDO) * wick


def _globe_temperature(
    air: FloatArray, radiation: FloatArray, root_stream: FloatArray
) -> FloatArray:
    """Temperature T of the globe, from T⁴ + h (T − air) = radiation. [K]

    All is divided by emissivity and Stefan–Boltzmann constant.
    """
    t = air
    for _ in range(GLOBE_STEPS):
        film = 0.5 * (t + air)
        h = _globe_still(film) + _globe_wind(film) * root_stream
        cube = t * t * t
        balance = t * cube + h * (t - air) - radiation
        t = _halley(t, balance, 4.0 * cube + h, 12.0 * t * t)
    return t


def _wick_temperature(
    air: FloatArray,
    saturation: FloatArray,
    vapour: FloatArray,
    pressure: FloatArray,
    radiation: FloatArray,
    inverse_stream: FloatArray,
) -> FloatArray:
    """Temperature T of the wick, from its heat balance in kelvin. [K]

    T − air + k (e(T) − vapour) / (pressure − e(T)) = (radiation − ε σ T⁴) / h
    """
    t, e = air, saturation
    for step in range(WICK_STEPS):
        if step:
            e = _saturation_pressure_hpa(t)
        film = 0.5 * (t + air)
        resistance = _wick_resistance(film) * inverse_stream
        k = _evaporation(film)
        room = 1.0 / (pressure - e)
        offset = t - 32.18
        # d ln e / dT
        growth = 17.502 * (273.15 - 32.18) / (offset * offset)
        evaporation = k * growth * e * (pressure - vapour) * room * room
        cube = EMISSIVITY * STEFAN_BOLTZMANN * t * t * t * resistance
        balance = t - air + k * (e - vapour) * room + t * cube - radiation * resistance
        slope = 1.0 + evaporation + 4.0 * cube
        curvature = (
            evaporation * (growth * (1.0 + 2.0 * e * room) - 2.0 / offset)
            + 12.0 * cube / t
        )
        t = _halley(t, balance, slope, curvature)
    return t


def _halley(
    x: FloatArray, value: FloatArray, slope: FloatArray, curvature: FloatArray
) -> FloatArray:
    """Next guess for the root of a function."""
    return x - value * slope / (slope * slope - 0.5 * value * curvature)


def _fourth_power(x: FloatArray) -> FloatArray:
    # Thirty times as fast as x**4.
    return np.square(np.square(x))


def _saturation_pressure_hpa(t: FloatArray) -> FloatArray:
    """Vapour pressure over water at `t` [K]; Buck (1981), as in Liljegren's program."""
    return np.asarray(1.004 * 6.1121 * np.exp(17.502 * (t - 273.15) / (t - 32.18)))


Property = Callable[[FloatArray], FloatArray]


def _cubic(exact: Property) -> Property:
    """Replace a smooth property of air by the cubic through it, for speed.

    Off by less than 0.005 %; it makes the whole twice as fast.
    """
    fit = Chebyshev.interpolate(exact, 3, domain=(245.0, 380.0))
    c0, c1, c2, c3 = (float(c) for c in fit.convert(kind=Polynomial).coef)

    def cubic(t: FloatArray) -> FloatArray:
        return ((c3 * t + c2) * t + c1) * t + c0

    return cubic


def _viscosity(t: FloatArray) -> FloatArray:
    collision = 1.048 - 0.034 * (t / 97.0 - 2.9) / 0.4
    return np.asarray(2.6693e-6 * np.sqrt(AIR_MOLAR_MASS * t) / (3.617**2 * collision))


def _reynolds(t: FloatArray, diameter: float) -> FloatArray:
    """Reynolds number in a stream of 1 m/s at 1 hPa."""
    return diameter * 100.0 / (AIR_GAS_CONSTANT * t * _viscosity(t))


def _conductance(t: FloatArray, diameter: float) -> FloatArray:
    """Heat transfer at a Nusselt number of 1. [W/(m² K)]"""
    return EUCKEN * _viscosity(t) / diameter


# Nusselt number of a sphere: 2 + 0.6 Re^½ Pr^⅓.
@_cubic
def _globe_still(t: FloatArray) -> FloatArray:
    h = 2.0 * _conductance(t, GLOBE_DIAMETER)
    return h / (EMISSIVITY * STEFAN_BOLTZMANN)


@_cubic
def _globe_wind(t: FloatArray) -> FloatArray:
    nusselt = 0.6 * np.sqrt(_reynolds(t, GLOBE_DIAMETER)) * PRANDTL**0.3333
    h = nusselt * _conductance(t, GLOBE_DIAMETER)
    return np.asarray(h / (EMISSIVITY * STEFAN_BOLTZMANN))


# Nusselt number of a cylinder: 0.281 Re^0.6 Pr^0.44, after Bedingfield and Drew.
@_cubic
def _wick_resistance(t: FloatArray) -> FloatArray:
    nusselt = 0.281 * _reynolds(t, WICK_DIAMETER) ** 0.6 * PRANDTL**0.44
    return np.asarray(1.0 / (nusselt * _conductance(t, WICK_DIAMETER)))


@_cubic
def _evaporation(t: FloatArray) -> FloatArray:
    """Cooling by evaporation per mole fraction of vapour. [K]"""
    latent_heat = 2.4073e6 - 71100.0 * (313.15 - t) / 30.0
    # Diffusivity of vapour times pressure [m²/s hPa], after Bird et al.; the
    # critical pressures [atm] and temperatures [K] are those of air and water.
    diffusivity = (
        3.64e-8
        * 1013.25
        * (t / (132.0 * 647.3) ** 0.5) ** 2.334
        * (36.4 * 218.0) ** (1.0 / 3.0)
        * (132.0 * 647.3) ** (5.0 / 12.0)
        * (1.0 / AIR_MOLAR_MASS + 1.0 / WATER_MOLAR_MASS) ** 0.5
    )
    density = 100.0 / (AIR_GAS_CONSTANT * t)  # at 1 hPa
    schmidt = _viscosity(t) / (density * diffusivity)
    heat_capacity = AIR_HEAT_CAPACITY * AIR_MOLAR_MASS / WATER_MOLAR_MASS
    return np.asarray(latent_heat / heat_capacity * (PRANDTL / schmidt) ** 0.56)
