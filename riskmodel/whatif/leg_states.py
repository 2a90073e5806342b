"""What legs leave behind: time, effort, heat, sweat and salt of a stretch of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.reading import Answers, is_unknown, unknown_column
from riskmodel.inputs.settled import is_settled
from riskmodel.physiology.plan import LITTLE_L, load_sports, plan_quantities
from riskmodel.physiology.sweat import body_mass_loss_pct
from riskmodel.scorecard.population import load_population

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

_RISING = ("relative_effort", "novelty", "competition")  # levels from low to high
_OF_THE_START = ("warm_up_min", "stretching")
_MERGED = tuple(
    field
    for field in FIELDS.values()
    if field.of_the_plan
    and field.kind in ("number", "level")
    and field.name not in ("sport", "duration_min", *_OF_THE_START)
)
# Sums over the time; the sodium that is drunk is what is lost and not missing.
_LITRES_AND_MG = ("sweat_loss_l", "fluid_intake_l", "sodium_loss_mg", "sodium_deficit_mg")
_HEAT = ("wbgt_c", "solar_radiation_w_m2")
_MEANS = (*_HEAT, "metabolic_rate_w")


@dataclass(frozen=True)
class Deficit:
    """Water and salt that were lost and not replaced; below 0 more was drunk. [l], [mg]."""

    fluid_l: float = 0.0
    sodium_mg: float = 0.0

    def at_least_none(self) -> Deficit:
        """What a body keeps of it: what is drunk beyond the loss does not last."""
        return Deficit(max(self.fluid_l, 0.0), max(self.sodium_mg, 0.0))


@dataclass(frozen=True)
class LegRead:
    """A leg as arrays of length one, and where it stands in the day."""

    columns: Columns
    block: int
    begins_min: float
    pause_min: float
    drunk_in_pause_l: float

    @property
    def minutes(self) -> float:
        """How long it lasts; NaN where that is not known."""
        return float(self.columns["duration_min"][0])

    def after(self, deficit: Deficit) -> Deficit:
        """What of a deficit is left after the pause before this leg."""
        sodium_mg_l = float(self.columns["drink_sodium_mg_l"][0])
        if np.isnan(sodium_mg_l):
            sodium_mg_l = load_population().mean("drink_sodium_mg_l")
        drunk_l = self.drunk_in_pause_l
        return Deficit(deficit.fluid_l - drunk_l, deficit.sodium_mg - drunk_l * sodium_mg_l)

    def after_hard_blocks(self, count: int) -> LegRead:
        """The same with so many hard sessions more in the last days."""
        field = FIELDS["hard_sessions_3d"]
        more = np.minimum(self.columns[field.name] + count, field.high)
        return replace(self, columns={**self.columns, field.name: more})


@dataclass(frozen=True)
class Stretch:
    """Some legs in a row as one session, from the first one to that at `end`.

    Attributes
    ----------
    columns, quantities : mapping of str to ndarray of shape (1,)
        Answers, and what counts in the place of the chain's own quantities.
    sweat_loss_l, fluid_intake_l : float
        In the last leg. [l]
    deficit : Deficit
        At the end.
    """

    end: int
    columns: Columns
    quantities: Columns
    sweat_loss_l: float
    fluid_intake_l: float
    deficit: Deficit


def all_columns(answers: Answers) -> dict[str, NDArray[Any]]:
    """Answers of one session to all questions, open ones too."""
    return {
        name: answers.columns.get(name, unknown_column(field, 1))
        for name, field in FIELDS.items()
        if field.kind != "text"
    }


def stretches(legs: Sequence[LegRead], deficit: Deficit) -> list[Stretch]:
    """The first legs of these as one session: one, two, and so on to all.

    `deficit` is what is missing before the first one, its pause being over.
    """
    sums = dict.fromkeys((*_LITRES_AND_MG, *_MEANS), 0.0)
    minutes = in_air_min = paused_min = 0.0
    left_open_l, found = 0.0, []
    for end, leg in enumerate(legs):
        if end:
            deficit, paused_min = leg.after(deficit), paused_min + leg.pause_min
        in_leg = _in_leg(leg, legs[0], minutes, paused_min)
        minutes += leg.minutes
        wet = np.isnan(in_leg["wbgt_c"])
        in_air_min += 0.0 if wet else leg.minutes
        sums = {n: v + (0.0 if wet and n in _HEAT else in_leg[n]) for n, v in sums.items()}
        deficit = Deficit(
            deficit.fluid_l + in_leg["sweat_loss_l"] - in_leg["fluid_intake_l"],
            deficit.sodium_mg + in_leg["sodium_deficit_mg"],
        )
        if np.isnan(leg.columns["fluid_intake_l_h"][0]):
            left_open_l += in_leg["fluid_intake_l"]
        columns = _as_one(legs[: end + 1], minutes)
        drunk_l = sum(part.drunk_in_pause_l for part in legs[1 : end + 1])
        quantities = {
            **{n: sums[n] for n in _LITRES_AND_MG},
            "fluid_intake_l": sums["fluid_intake_l"] + drunk_l,
            **{n: sums[n] / in_air_min if in_air_min else np.nan for n in _HEAT},
            "metabolic_rate_w": sums["metabolic_rate_w"] / minutes,
            "sweat_rate_l_h": sums["sweat_loss_l"] / minutes * 60.0,
            "sodium_deficit_mg": deficit.sodium_mg,
            "body_mass_loss_pct": float(
                body_mass_loss_pct(deficit.fluid_l, 0.0, _mass_kg(columns))
            ),
            # What is drunk where that was left open is no plan to drink too much.
            "drinking_exceeds_sweat": float(-deficit.fluid_l - left_open_l > LITTLE_L),
        }
        found.append(
            Stretch(
                end,
                columns,
                {name: np.array([value]) for name, value in quantities.items()},
                in_leg["sweat_loss_l"],
                in_leg["fluid_intake_l"],
                deficit,
            )
        )
    return found


def _mass_kg(columns: Columns) -> float:
    mass_kg = float(columns["body_mass_kg"][0])
    return load_population().mean("body_mass_kg") if np.isnan(mass_kg) else mass_kg


def _in_leg(
    leg: LegRead, first: LegRead, minutes: float, paused_min: float
) -> dict[str, float]:
    """What a leg adds: under its conditions up to its end, less up to its start."""
    # On the clock its session would have begun when the stretch did, but for the pauses.
    shift = np.timedelta64(round((first.begins_min + paused_min) * 60.0), "s")
    columns = {**leg.columns, "start_time": leg.columns["start_time"] + shift}
    end = _up_to(columns, minutes + leg.minutes)
    if not minutes:
        return end
    begin = _up_to(columns, minutes)
    return {name: value - begin[name] for name, value in end.items()}


def _up_to(columns: Columns, minutes: float) -> dict[str, float]:
    found = plan_quantities({**columns, "duration_min": np.array([minutes])}, 1)
    sums = {name: float(found[name][0]) for name in _LITRES_AND_MG}
    return sums | {name: float(found[name][0]) * minutes for name in _MEANS}


def _as_one(legs: Sequence[LegRead], minutes: float) -> dict[str, NDArray[Any]]:
    """Answers that stand for some legs together."""
    lasting = np.array([leg.minutes for leg in legs])
    merged = dict(legs[0].columns)
    for field in _MERGED:
        column = np.concatenate([leg.columns[field.name] for leg in legs])
        settled = [is_settled(field, leg.columns, 1)[0] for leg in legs]
        asked = ~np.array(settled) if not all(settled) else np.ones(len(legs), dtype=bool)
        merged[field.name] = _joined(field, column[asked], lasting[asked])
    return merged | {
        "duration_min": np.array([minutes]),
        "sport": np.array([_sport(legs)]),
    }


def _joined(field: Field, column: NDArray[Any], lasting: Array) -> NDArray[Any]:
    if (column == column[0]).all():
        return column[:1]  # as it is: a mean would round
    if is_unknown(column).any():
        return unknown_column(field, 1)
    if field.kind == "number":
        return np.array([np.average(column, weights=lasting)])
    return np.array([column.max()]) if field.name in _RISING else column[:1]


def _sport(legs: Iterable[LegRead]) -> int:
    """The sport with the most time, on land if there is one; of equals the first."""
    lasting: dict[int, float] = {}
    for leg in legs:
        code = int(leg.columns["sport"][0])
        lasting[code] = lasting.get(code, 0.0) + leg.minutes
    swum = load_sports().in_water_share
    on_land = [code for code in lasting if swum[code] < 1.0]
    return max(on_land or lasting, key=lasting.__getitem__)
