"""Required sweat of ISO 7933:2023, in closed form for a whole session at once.

The standard steps through the session minute by minute.  Here its heat balance is
solved once, for the mean of the session, which is some hundred times faster and
agrees within about 0.04 l/h (root mean square; tests/physiology/test_sweat.py).  Where
the air takes up less sweat than the heat asks for, the standard lets core and skin warm
until less is needed; here the sweat stays high, by up to 0.3 l/h in an hour.

Symbols, units (W/m² of skin, °C, kPa) and the order of the steps are the standard's,
as implemented in pythermalcomfort; what is ours says so.  The standard is made for
work up to 250 W/m²; exercise is often beyond.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MAX_AIR_SPEED_M_S = 5.0
"""Ours: faster air cools no further here.  Above 5.02 m/s the standard's factor for the
boundary layer turns back up, and its skin temperature keeps falling with speed."""

STATIC_BOUNDARY_INSULATION = 0.111
"""Insulation of the still air around a nude body. [m²K/W]"""

STATIC_PERMEABILITY_INDEX = 0.38

# A standing person (0.77 of the skin radiates) in ordinary clothing, of which the
# standard counts 0.54 of the surface as reflecting, with emissivity 0.42.
RADIATING = 5.67e-8 * 0.77 * ((1 - 0.54) * 0.97 + 0.54 * (1 - 0.42))
"""Stefan-Boltzmann constant × radiating share × emissivity. [W/m²K⁴]"""

SWEAT_LAG_MIN = 10.0
CORE_LAG_MIN = 10.0
RECTAL_LAG_MIN = 20.0


def session_water_w_m2(
    air_temperature_c: Array,
    mean_radiant_temperature_c: Array,
    relative_humidity_pct: Array,
    air_speed_m_s: Array,
    metabolic_rate_w_m2: Array,
    external_work_w_m2: Array,
    body_mass_kg_m2: Array,
    duration_min: Array,
    clothing_insulation_clo: Array,
    cap_w_m2: Array,
) -> tuple[Array, Array]:
    """Mean sweat and mean respiratory water of a session, as heat of evaporation.

    Inputs are those of :func:`riskmodel.physiology.sweat.sweat_rate_l_h`, per m² of
    skin where the name says so.

    Returns
    -------
    sweat, breath : ndarray
        Water that leaves the skin (evaporated or dripping) and the airways. [W/m²]
    """
    Ta, Tr, M = air_temperature_c, mean_radiant_temperature_c, metabolic_rate_w_m2
    D, clo = duration_min, clothing_insulation_clo
    Pa = saturation_pressure_kpa(Ta) * (relative_humidity_pct / 100.0)
    va = np.minimum(air_speed_m_s, MAX_AIR_SPEED_M_S)

    fcl, Icl_dyn, Rt_dyn = dynamic_clothing(va, M, clo)
    Cres, Eres = respiration_w_m2(Ta, Pa, M)
    Tsk = skin_temperature_c(Ta, Tr, Pa, va, M, clo, rectal_temperature_c(M, D))
    dry = dry_heat_loss_w_m2(Ta, Tr, va, Tsk, fcl, Icl_dyn)
    # Share of the session that an exponential lag of 10 min takes away.
    lagging = SWEAT_LAG_MIN / D * -np.expm1(D / -SWEAT_LAG_MIN)
    dS = heat_storage_w_m2(M, body_mass_kg_m2, lagging)

    Ereq = M - external_work_w_m2 - dS - Cres - Eres - dry
    Emax = (saturation_pressure_kpa(Tsk) - Pa) / Rt_dyn
    sweat = required_sweat_w_m2(Ereq, Emax, cap_w_m2) * (1.0 - lagging)
    # Ours: in air of more than about 7 kPa breathing would gain water; not here.
    return sweat, np.maximum(Eres, 0.0)


def saturation_pressure_kpa(temperature_c: Array) -> Array:
    """Saturated water vapour pressure. [kPa]."""
    pressure: Array = 0.6105 * np.exp(17.27 * temperature_c / (temperature_c + 237.3))
    return pressure


def dynamic_clothing(va: Array, M: Array, clo: Array) -> tuple[Array, Array, Array]:
    """Clothing in wind and movement: area factor, insulation, vapour resistance."""
    Icl_st = 0.155 * clo
    fcl = 1.0 + 0.28 * clo
    Itot_st = Icl_st + STATIC_BOUNDARY_INSULATION / fcl

    # Body movement, as the speed of walking that goes with the metabolic rate.
    w = np.minimum(0.0052 * (M - 58.0), 0.7)
    v3 = np.minimum(va, 3.0)
    corr_cl = 1.044 * np.exp((0.066 * v3 - 0.398) * v3 + (0.094 * w - 0.378) * w)
    corr_cl = np.minimum(corr_cl, 1.0)
    corr_ia = np.exp((0.047 * va - 0.472) * va + (0.117 * w - 0.342) * w)
    corr_ia = np.minimum(corr_ia, 1.0)
    dressed = np.minimum(clo / 0.6, 1.0)
    corr_tot = corr_ia + (corr_cl - corr_ia) * dressed

    Itot_dyn = Itot_st * corr_tot
    Icl_dyn = Itot_dyn - corr_ia * STATIC_BOUNDARY_INSULATION / fcl
    corr_e = (2.6 * corr_tot - 6.5) * corr_tot + 4.9
    im_dyn = np.minimum(STATIC_PERMEABILITY_INDEX * corr_e, 0.9)
    Rt_dyn = Itot_dyn / (16.7 * im_dyn)
    return fcl, Icl_dyn, Rt_dyn


def respiration_w_m2(Ta: Array, Pa: Array, M: Array) -> tuple[Array, Array]:
    """Heat lost by breathing: convective and evaporative."""
    Tex = 28.56 + 0.115 * Ta + 0.641 * Pa
    Cres = 0.001516 * M * (Tex - Ta)
    Eres = 0.00127 * M * (59.34 + 0.53 * Ta - 11.63 * Pa)
    return Cres, Eres


def rectal_temperature_c(M: Array, D: Array) -> Array:
    """Rectal temperature that stands for the session.

    Ours: the standard integrates it minute by minute.  It rises from 37.0 °C as its
    equilibrium core temperature does with the metabolic rate, 0.0036 °C per W/m²,
    and follows with a lag of 20 min; both chosen against the stepwise model.
    """
    return 37.0 - 0.0036 * (M - 55.0) * np.expm1(D / -RECTAL_LAG_MIN)


def skin_temperature_c(
    Ta: Array, Tr: Array, Pa: Array, va: Array, M: Array, clo: Array, Tre: Array
) -> Array:
    """Mean skin temperature: nude to 0.2 clo, clothed from 0.6 clo, linear between."""
    nude = 7.191 + 0.064 * Ta + 0.061 * Tr + 0.198 * Pa - 0.348 * va + 0.616 * Tre
    clothed = 12.165 + 0.02017 * Ta + 0.04361 * Tr + 0.19354 * Pa - 0.25315 * va
    clothed += 0.005346 * M + 0.51274 * Tre
    return nude + (clothed - nude) * np.clip(2.5 * (clo - 0.2), 0.0, 1.0)


def dry_heat_loss_w_m2(
    Ta: Array, Tr: Array, va: Array, Tsk: Array, fcl: Array, Icl_dyn: Array
) -> Array:
    """Convection and radiation from the clothed surface, C + R."""
    # Ours: forced convection only; natural convection would change still air alone.
    fast = 8.7 * np.exp(0.6 * np.log(np.maximum(va, 1.0)))
    hc = np.where(va <= 1.0, 3.5 + 5.2 * va, fast)

    Tr_K = Tr + 273.0
    through = 1.0 / Icl_dyn
    Tcl = 0.5 * (Tsk + Tr)
    # Three steps of the fixed point suffice: more change the sweat by < 0.001 l/h.
    for _ in range(3):
        Tcl_K = Tcl + 273.0
        # (Tcl⁴ − Tr⁴) / (Tcl − Tr), without the division by zero.
        hr = RADIATING * (Tcl_K * Tcl_K + Tr_K * Tr_K) * (Tcl_K + Tr_K)
        Tcl = (fcl * (hc * Ta + hr * Tr) + Tsk * through) / (fcl * (hc + hr) + through)
    return fcl * (hc * (Tcl - Ta) + hr * (Tcl - Tr))


def heat_storage_w_m2(M: Array, body_mass_kg_m2: Array, lagging: Array) -> Array:
    """Heat that stays in the body while the core warms to its equilibrium.

    The equilibrium is 36.6 + 0.0036 M °C, from 36.8 °C; 0.7 of the body is core, and
    the body holds 58.15 W·min per kg and °C.  Ours: the core's share stays at 0.7.
    """
    rise = 0.0036 * M - 0.2
    return 58.15 * body_mass_kg_m2 * 0.7 * rise * lagging / CORE_LAG_MIN


def required_sweat_w_m2(Ereq: Array, Emax: Array, cap: Array) -> Array:
    """Sweat that the required evaporation takes, as only part of it evaporates."""
    Ereq = np.maximum(Ereq, 0.0)
    # Air too humid to evaporate into asks for boundless wettedness, hence the cap.
    w = Ereq / np.maximum(Emax, 1e-9)
    r = np.where(w <= 1.0, 1.0 - 0.5 * w * w, np.maximum(0.5 * (2.0 - w) ** 2, 0.05))
    sweat: Array = np.where(w >= 1.7, cap, np.minimum(Ereq / r, cap))
    return sweat
