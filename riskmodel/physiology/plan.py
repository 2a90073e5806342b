"""Physiology of a planned session: from answers to the quantities behind points.

Here the pure functions of this folder meet the answers of a person.  Where an
answer is missing, the reference population stands in; where a measurement is
given, it replaces what would be predicted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.datasets import read_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import UNKNOWN, is_unknown, unknown_column
from riskmodel.inputs.settled import settled_masks
from riskmodel.physiology import effort, heat, sun, sweat
from riskmodel.physiology.radiation import mean_radiant_temperature_c
from riskmodel.scorecard.population import load_population

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

INDOOR_AIR_SPEED_M_S = 0.3
"""Air movement in a room without a fan: our judgement. [m/s]"""

PREPARED_FOR_MIN = 240.0
"""Of the planned duration so much counts against the longest recent session: nobody
trains for more in one session; our judgement. [min]"""

LITTLE_L = 0.5
"""Drinking beyond the sweat by less than this is within what sweat rates differ by; our
judgement. [l]"""


@dataclass(frozen=True)
class Quantity:
    """A quantity that is reported beside the points."""

    label: str
    unit: str
    decimals: int


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        "wbgt_c": Quantity("WBGT, wet-bulb globe temperature", "°C", 1),
        "solar_radiation_w_m2": Quantity("Solar radiation", "W/m²", 0),
        "metabolic_rate_w": Quantity("Metabolic rate", "W", 0),
        "sweat_rate_l_h": Quantity("Sweat rate", "l/h", 2),
        "sweat_loss_l": Quantity("Sweat in the session", "l", 1),
        "fluid_intake_l": Quantity("Drinking in the session", "l", 1),
        "body_mass_loss_pct": Quantity("Body mass lost", "%", 1),
        "sodium_loss_mg": Quantity("Sodium lost in sweat", "mg", 0),
        "sodium_deficit_mg": Quantity("Sodium lost and not drunk", "mg", 0),
        "preparedness_ratio": Quantity("Duration against longest recent", "times", 2),
        "preparedness_ratio_4h": Quantity(
            "Duration, up to 4 hours, against longest recent", "times", 2
        ),
        "bmi_kg_m2": Quantity("Body-mass index", "kg/m²", 1),
        "drinking_exceeds_sweat": Quantity("Drinking well beyond the sweat (1 yes)", "", 0),
    }
)
"""What `plan_quantities` adds to the answers, with label, unit and decimals."""


@cache
def load_sports() -> effort.Sports:
    """The sports table, in the order of the sport's levels in `FIELDS`."""
    rows = {row["sport"]: row for row in read_table("sports.csv")}
    return effort.Sports.from_rows([rows[name] for name in FIELDS["sport"].levels])


def is_indoors(sky: ArrayLike, sport: ArrayLike) -> NDArray[np.bool_]:
    """Whether sessions are in a hall, by what is said of the sky or else by the sport.

    Parameters
    ----------
    sky, sport : int or ndarray of int
        Codes of the levels in `FIELDS`, or `UNKNOWN`.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> is_indoors([UNKNOWN, FIELDS["sky"].codes["clear"]],
    ...            FIELDS["sport"].codes["basketball"])
    array([ True, False])
    """
    sky, sport = np.asarray(sky), np.asarray(sport)
    # Nobody who leaves the sky open means a gymnasium with the sun in it.
    usually = (load_sports().indoors_if_not_said.take(sport) > 0) & (sport != UNKNOWN)
    stated: NDArray[np.bool_] = sky == FIELDS["sky"].codes["indoor"]
    return np.asarray(stated | (usually & (sky == UNKNOWN)))


def plan_quantities(answers: Columns, n_sessions: int) -> dict[str, NDArray[Any]]:
    """Complete checked answers and compute every quantity that the scorecard reads.

    Returns
    -------
    dict of str to ndarray of shape (n_sessions,)
        All inputs, unknown ones included, where one was `contradicted`, and
        `QUANTITIES`.  ``wbgt_c`` and
        ``solar_radiation_w_m2`` are those that count, measured or computed,
        both unknown of a session in the water, of which the air tells no heat.
        ``heat_days_14d`` is the population's average where unknown, and the two
        ``preparedness`` ratios are infinite where the longest recent session is 0.
    """
    columns = complete_answers(answers, n_sessions)
    weather = weather_quantities(columns)
    columns |= counted_weather(columns, weather)
    return columns | fluid_quantities(columns, weather)


def complete_answers(answers: Columns, n_sessions: int) -> dict[str, NDArray[Any]]:
    """All inputs, settled where another answer settles them, and ratios of answers."""
    columns = {
        name: answers[name] if name in answers else unknown_column(field, n_sessions)
        for name, field in FIELDS.items()
        if field.kind != "text"
    }
    _settle(columns, n_sessions)
    # What was not answered about one's body has no average: it stays unknown.
    columns["bmi_kg_m2"] = columns["body_mass_kg"] / (columns["height_cm"] / 100) ** 2
    columns["preparedness_ratio"] = _preparedness(columns, np.inf)
    columns["preparedness_ratio_4h"] = _preparedness(columns, PREPARED_FOR_MIN)
    columns["heat_days_14d"] = _filled(columns, "heat_days_14d")
    return columns


def contradicted(name: str) -> str:
    """Column that says where an answer was contradicted by another (`Settled.instead`)."""
    return f"{name}_contradicted"


def _settle(columns: dict[str, NDArray[Any]], n_sessions: int) -> None:
    """Let other answers settle questions: count as a level, or say nothing."""
    for name, settled in settled_masks(columns, n_sessions).items():
        field, column = FIELDS[name], columns[name]
        rule = field.settled
        if rule is not None and rule.answer is not None:
            code, is_open = field.codes[rule.answer], is_unknown(column)
            counts = settled if rule.instead else settled & is_open
            columns[name] = np.where(counts, code, column)
            if rule.instead:
                columns[contradicted(name)] = settled & ~is_open & (column != code)
        elif settled.any():
            columns[name] = np.where(settled, unknown_column(field, n_sessions), column)


def _filled(columns: Columns, name: str) -> NDArray[Any]:
    """Answers with the population's average or commonest level where unknown."""
    column, usual = columns[name], _usual(name)
    if FIELDS[name].kind == "number":
        return np.where(np.isnan(column), usual, column)
    filled: NDArray[np.int64] = usual.take(column)
    return filled


@cache
def _usual(name: str) -> NDArray[Any]:
    """Average of a number; of levels their codes, with the commonest for the code -1."""
    population = load_population()
    if FIELDS[name].kind == "number":
        return np.array(population.mean(name))
    return np.append(np.arange(len(FIELDS[name].levels)), population.commonest(name))


def _preparedness(columns: Columns, limit_min: float) -> Array:
    """Planned duration as a multiple of the longest recent session; none is inf."""
    planned_min = np.minimum(columns["duration_min"], limit_min)
    with np.errstate(divide="ignore", over="ignore"):
        ratio: Array = planned_min / columns["longest_recent_min"]
    return ratio


def counted_weather(columns: Columns, weather: Columns) -> dict[str, NDArray[Any]]:
    """WBGT and sun that count, measured or from `weather_quantities`."""
    wbgt_c = columns["wbgt_c"]
    # No sun is known where no air is: in the water.
    in_air = ~np.isnan(columns["air_temperature_c"])
    return {
        "wbgt_c": np.where(np.isnan(wbgt_c), weather["wbgt_c"], wbgt_c),
        "solar_radiation_w_m2": np.where(in_air, weather["solar_radiation_w_m2"], np.nan),
    }


def weather_quantities(columns: Columns) -> dict[str, NDArray[Any]]:
    """Sun, wind near the ground and WBGT."""
    sky = _filled(columns, "sky")
    inside = is_indoors(columns["sky"], columns["sport"])
    sky = np.where(inside, FIELDS["sky"].codes["indoor"], sky)
    given = columns["solar_radiation_w_m2"]
    # Somebody who writes 0 for the sun of a hall has not left it.
    indoors = (sky == FIELDS["sky"].codes["indoor"]) & ~(given > 0)
    cos_zenith = _cos_zenith(columns)
    from_sky, direct_share = sun.solar_radiation(sky, cos_zenith)
    radiation = np.where(np.isnan(given), from_sky, given)
    direct = np.where(
        np.isnan(given), direct_share, sun.direct_fraction(radiation, cos_zenith)
    )
    wind = _filled(columns, "wind_speed_m_s")
    # A forecast's wind is no fan for those who did not say that they are indoors.
    said = columns["sky"] == FIELDS["sky"].codes["indoor"]
    fan = np.where(said, columns["wind_speed_m_s"], np.nan)
    near_ground = np.where(
        indoors,
        np.where(np.isnan(fan), INDOOR_AIR_SPEED_M_S, fan),
        heat.wind_speed_2m(wind, radiation, cos_zenith),
    )
    state = heat.wbgt_liljegren(
        columns["air_temperature_c"],
        columns["relative_humidity_pct"],
        near_ground,
        radiation,
        direct,
        cos_zenith,
        enclosed=indoors,
    )
    return {
        "indoors": indoors,
        "cos_zenith": cos_zenith,
        "solar_radiation_w_m2": radiation,
        "direct_fraction": direct,
        "wind_speed_m_s": near_ground,
        "wbgt_c": state.wbgt_c,
    }


def _cos_zenith(columns: Columns) -> Array:
    """Height of the sun, averaged over the session, or a typical one."""
    place_and_time = ("start_time", "duration_min", "latitude_deg", "longitude_deg")
    unknown = np.logical_or.reduce([is_unknown(columns[name]) for name in place_and_time])
    known = np.flatnonzero(~unknown)
    if known.size == unknown.size:
        return sun.mean_cos_zenith(*(columns[name] for name in place_and_time))
    cosine = np.full(unknown.size, sun.REFERENCE_COS_ZENITH)
    if known.size:
        cosine[known] = sun.mean_cos_zenith(
            *(columns[name].take(known) for name in place_and_time)
        )
    return cosine


def fluid_quantities(columns: Columns, weather: Columns) -> dict[str, NDArray[Any]]:
    """Effort, sweat, drinking and what the body is left short of.

    Arrays of people and of weathers may have any shapes that broadcast.
    """
    sports = load_sports()
    sport, rpe = columns["sport"], columns["session_rpe"]
    mass = _filled(columns, "body_mass_kg")
    hours = columns["duration_min"] / 60.0
    acclimatised = sweat.acclimatised_fraction(columns["heat_days_14d"])
    metabolic_rate_w = effort.metabolic_rate_w(sport, rpe, mass, sports)

    measured = columns["measured_sweat_rate_l_h"]
    if np.isnan(measured).any():
        predicted = _predicted_sweat_rate_l_h(
            columns, weather, metabolic_rate_w, mass, acclimatised
        )
        sweat_rate_l_h = np.where(np.isnan(measured), predicted, measured)
    else:
        sweat_rate_l_h = measured
    sweat_loss_l = sweat_rate_l_h * hours
    intake_l = _filled(columns, "fluid_intake_l_h") * hours
    salty = np.where(
        columns["salty_sweat"] == UNKNOWN, sweat.SALTY_SHARE, columns["salty_sweat"]
    )
    sodium_loss_mg = sweat.sodium_loss_mg(
        sweat_loss_l, sweat.sweat_sodium_mmol_l(salty, acclimatised)
    )
    sodium_intake_mg = intake_l * _filled(columns, "drink_sodium_mg_l")
    # Unknown drinking is no plan to drink too much: NaN compares as False.
    too_much = columns["fluid_intake_l_h"] * hours - sweat_loss_l > LITTLE_L
    return {
        "metabolic_rate_w": metabolic_rate_w,
        "sweat_rate_l_h": sweat_rate_l_h,
        "sweat_loss_l": sweat_loss_l,
        "fluid_intake_l": intake_l,
        "body_mass_loss_pct": sweat.body_mass_loss_pct(sweat_loss_l, intake_l, mass),
        "sodium_loss_mg": sodium_loss_mg,
        "sodium_deficit_mg": sodium_loss_mg - sodium_intake_mg,
        "drinking_exceeds_sweat": too_much.astype(np.float64),
    }


def _predicted_sweat_rate_l_h(
    columns: Columns,
    weather: Columns,
    metabolic_rate_w: Array,
    mass: Array,
    acclimatised: Array,
) -> Array:
    sports = load_sports()
    sport = columns["sport"]
    air = columns["air_temperature_c"]
    humidity = columns["relative_humidity_pct"]
    movement = effort.movement_speed_m_s(sport, columns["session_rpe"], sports)
    # A treadmill moves, its runner does not; players of a hall do.
    stands = weather["indoors"] & (sports.stands_still_indoors.take(sport) > 0)
    movement = np.where(stands, 0.0, movement)
    clo = np.array([sweat.CLOTHING_CLO[level] for level in FIELDS["clothing"].levels])
    in_air = sweat.sweat_rate_l_h(
        air_temperature_c=air,
        mean_radiant_temperature_c=mean_radiant_temperature_c(
            air,
            humidity,
            weather["solar_radiation_w_m2"],
            weather["direct_fraction"],
            weather["cos_zenith"],
            weather["indoors"],
        ),
        relative_humidity_pct=humidity,
        air_speed_m_s=sweat.air_speed_m_s(weather["wind_speed_m_s"], movement),
        metabolic_rate_w=metabolic_rate_w,
        external_work_w=effort.external_work_w(sport, metabolic_rate_w, sports),
        body_mass_kg=mass,
        height_cm=_filled(columns, "height_cm"),
        duration_min=columns["duration_min"],
        clothing_insulation_clo=clo[_filled(columns, "clothing")],
        cap_w_m2=sweat.sweat_cap_w_m2(acclimatised),
    )
    return sweat.sweat_rate_with_swimming_l_h(
        in_air, metabolic_rate_w, effort.in_water_share(sport, sports)
    )
