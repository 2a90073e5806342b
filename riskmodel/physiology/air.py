"""Properties of air that govern heat and vapour around a small instrument.

They are those of the program of Liljegren et al. (2008), mostly after Bird, Stewart
and Lightfoot, in SI units, pressures in hPa.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Property = Callable[[FloatArray], FloatArray]

HEAT_CAPACITY = 1003.5
MOLAR_MASS = 28.97
WATER_MOLAR_MASS = 18.015
GAS_CONSTANT = 8314.34 / MOLAR_MASS
# Thermal conductivity over viscosity, after Eucken.
EUCKEN = HEAT_CAPACITY + 1.25 * GAS_CONSTANT
PRANDTL = HEAT_CAPACITY / EUCKEN

# The saturation pressure is exp(GROWTH (T − FREEZING) / (T − POLE)), after Buck (1981).
FREEZING_K = 273.15
POLE_K = 32.18
GROWTH = 17.502


def saturation_pressure_hpa(t_k: FloatArray) -> FloatArray:
    """Pressure of vapour over water, also below freezing."""
    ratio = (t_k - FREEZING_K) / (t_k - POLE_K)
    return np.asarray(1.004 * 6.1121 * np.exp(GROWTH * ratio))


def viscosity(t_k: FloatArray) -> FloatArray:
    """Dynamic viscosity, after Chapman and Enskog."""
    collision = 1.048 - 0.034 * (t_k / 97.0 - 2.9) / 0.4
    return np.asarray(2.6693e-6 * np.sqrt(MOLAR_MASS * t_k) / (3.617**2 * collision))


def reynolds(t_k: FloatArray, diameter_m: float) -> FloatArray:
    """Reynolds number in a stream of 1 m/s at 1 hPa."""
    density = 100.0 / (GAS_CONSTANT * t_k)
    return diameter_m * density / viscosity(t_k)


def conductance_w_m2_k(t_k: FloatArray, diameter_m: float) -> FloatArray:
    """Heat transfer at a Nusselt number of 1."""
    return EUCKEN * viscosity(t_k) / diameter_m


def evaporative_cooling_k(t_k: FloatArray) -> FloatArray:
    """Cooling of a wet body in a stream of air, per mole fraction of vapour.

    Latent heat over heat capacity, times what vapour spreads faster than heat.
    The pressure cancels.
    """
    latent_heat = 2.4073e6 - 71100.0 * (313.15 - t_k) / 30.0
    # From critical pressures [atm] and temperatures [K] of air and of water.
    diffusivity_at_1_hpa = (
        3.64e-8
        * 1013.25
        * (t_k / (132.0 * 647.3) ** 0.5) ** 2.334
        * (36.4 * 218.0) ** (1.0 / 3.0)
        * (132.0 * 647.3) ** (5.0 / 12.0)
        * (1.0 / MOLAR_MASS + 1.0 / WATER_MOLAR_MASS) ** 0.5
    )
    density_at_1_hpa = 100.0 / (GAS_CONSTANT * t_k)
    schmidt = viscosity(t_k) / (density_at_1_hpa * diffusivity_at_1_hpa)
    molar_heat = HEAT_CAPACITY * MOLAR_MASS / WATER_MOLAR_MASS
    return np.asarray(latent_heat / molar_heat * (PRANDTL / schmidt) ** 0.56)


def cubic(exact: Property) -> Property:
    """Replace a smooth property by the cubic through it, which is far faster.

    Off by less than 0.005 % between −28 and 107 °C.
    """
    fit = Chebyshev.interpolate(exact, 3, domain=(245.0, 380.0))
    c0, c1, c2, c3 = (float(c) for c in fit.convert(kind=Polynomial).coef)

    def fast(t_k: FloatArray) -> FloatArray:
        return ((c3 * t_k + c2) * t_k + c1) * t_k + c0

    return fast
