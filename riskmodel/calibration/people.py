"""Synthetic athletes and sessions, drawn from ``data/scenarios.toml``.

Nobody in them exists.  The table says how common each answer is and which answers
go together; this module only draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS

Array = NDArray[Any]
Table = Mapping[str, Any]

# Answers about a person that hold all year; the others are about the planned session.
_LASTING = frozenset(
    {name for name, field in FIELDS.items() if field.group == "athlete"}
    | {"sessions_per_week", "strength_training", "stretching", "salty_sweat"}
)
_FIRST_DAY = np.datetime64("2026-01-01T00:00", "s")


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose, independent of those for any other."""
    words = [seed, *purpose.encode()]
    return np.random.default_rng(np.random.SeedSequence(words))


@dataclass(frozen=True)
class People:
    """Synthetic athletes with a planned session and a year of others.

    Attributes
    ----------
    frame : DataFrame
        One planned session a person, with every answer but the one about past cramps.
    year : tuple of (DataFrame, ndarray)
        Other sessions of the same people, a kind at a time, and how many of each they
        do in a year.
    """

    frame: pd.DataFrame
    year: tuple[tuple[pd.DataFrame, Array], ...]

    def assign(self, **answers: Any) -> People:
        """The same people with other answers, in all their sessions if about them."""
        lasting = {name: v for name, v in answers.items() if name in _LASTING}
        year = tuple((frame.assign(**lasting), times) for frame, times in self.year)
        return People(self.frame.assign(**answers), year)

    def take(self, rows: NDArray[Any]) -> People:
        """Some of the people."""
        year = tuple((f.iloc[rows].reset_index(drop=True), n[rows]) for f, n in self.year)
        return People(self.frame.iloc[rows].reset_index(drop=True), year)


def draw_people(n_people: int, seed: int, population: str | None = None) -> People:
    """Draw athletes with one planned session each and the rest of their year.

    From a population of the table, such as ``"marathon"``, or else from the whole
    synthetic population; the same seed, number and population give the same people.
    Every answer is given, but for the one about past cramps, the name and what replaces
    other answers; ValueError if the population is not in the table.

    Examples
    --------
    >>> draw_people(3, seed=1, population="marathon").frame["sport"].tolist()
    ['running', 'running', 'running']
    """
    chosen = population_table(population)
    random = stream(seed, f"people {population}")
    table = read_toml("scenarios.toml")
    planned = _Draw(n_people, random, table, chosen)
    frame = planned.frame()
    return People(frame, tuple(planned.other_sessions(k) for k in table["year"].values()))


def population_table(population: str | None) -> Table:
    """What a population has in place of entries of the table."""
    if population is None:
        return {}
    known = read_toml("scenarios.toml")["population"]
    if population not in known:
        raise ValueError(f"Population {population!r} is none of {', '.join(known)}.")
    chosen: Table = known[population]
    return chosen


class _Draw:
    """One draw: the columns as they come to be, each from those before it."""

    def __init__(
        self, n: int, random: np.random.Generator, table: Table, population: Table
    ) -> None:
        self.n = n
        self.random = random
        self.table = table
        self.population = population
        self.columns: dict[str, Array] = {}

    def frame(self) -> pd.DataFrame:
        self._athlete()
        self._health()
        self._session()
        self._weather()
        self._plan()
        self._today()
        for name, answer in self.population.get("fixed", {}).items():
            self.columns[name] = np.full(self.n, answer, dtype=object)
        return self._checked()

    def _checked(self) -> pd.DataFrame:
        columns = {
            name: self._within(name, self.columns[name])
            for name in FIELDS
            if name in self.columns
        }
        return pd.DataFrame(columns)

    def _entry(self, part: str, name: str) -> Any:
        """Entry of the table, or what the population has in its place."""
        return self.population.get(part, {}).get(name, self.table[part][name])

    def _number(self, spec: Table, shift: Array | float = 0.0) -> Array:
        """Draw from a normal, or a log-normal shifted on its logarithm."""
        noise = self.random.standard_normal(self.n)
        if "median" in spec:
            values = spec["median"] * np.exp(shift + spec["log_sd"] * noise)
        else:
            values = spec["mean"] + shift + spec["sd"] * noise
        limited: Array = np.clip(values, spec.get("low", -np.inf), spec.get("high", np.inf))
        return limited

    def _choice(self, shares: Mapping[str, float]) -> Array:
        chosen = self.random.choice(len(shares), size=self.n, p=list(shares.values()))
        return np.array(list(shares), dtype=object)[chosen]

    def _yes(self, share: Array | float) -> NDArray[np.bool_]:
        return self.random.random(self.n) < share

    def _list(self, rows: Table) -> tuple[Array, dict[str, Array]]:
        """Draw a list of items whose odds change with age and with conditions."""
        decades = (self.columns["age_years"] - 40.0) / 10.0
        has: dict[str, Array] = {}
        for item, row in rows.items():
            odds = row["share"] / (1 - row["share"]) * row["per_decade"] ** decades
            companions = [self.conditions[c] for c in row.get("with", ())]
            if companions:
                odds = odds * np.where(np.any(companions, axis=0), row["times"], 1.0)
            has[item] = self._yes(odds / (1 + odds))
        texts = np.full(self.n, "", dtype=object)
        for item, flags in has.items():
            texts[flags] += f"{item};"
        texts[texts == ""] = "none;"
        return np.array([text[:-1] for text in texts], dtype=object), has

    def _within(self, name: str, values: Array) -> Array:
        """Round as a person would answer, and keep within what may be answered."""
        field = FIELDS[name]
        if field.kind != "number":
            return values
        step = min(field.step, 0.5) if name in ("sleep_h",) else min(field.step, 1.0)
        if name in ("duration_min", "longest_recent_min"):
            step = 5.0
        rounded = np.round(np.asarray(values, dtype=np.float64) / step) * step
        return np.clip(rounded, field.low, field.high)

    def _athlete(self) -> None:
        c = self.columns
        female = self._yes(self._entry("athlete", "female"))
        female |= self.population.get("fixed", {}).get("sex") == "female"
        c["sex"] = np.where(female, "female", "male").astype(object)
        c["age_years"] = self._number(self._entry("athlete", "age_years"))
        self.training = self.random.standard_normal(self.n)
        height = self._entry("athlete", "height_cm")
        mean_cm = np.where(female, height["female"], height["male"])
        c["height_cm"] = self._number({"mean": 0.0, "sd": height["sd"]}, mean_cm)
        bmi = self._entry("athlete", "bmi_kg_m2")
        older = bmi["per_decade"] * (c["age_years"] - 40.0) / 10.0 - 0.03 * self.training
        c["body_mass_kg"] = self._number(bmi, older) * (c["height_cm"] / 100.0) ** 2
        weekly = self._entry("athlete", "sessions_per_week")
        shift = weekly["by_training"] * weekly["log_sd"] * self.training
        c["sessions_per_week"] = self._number(weekly, shift)
        strength = self._entry("athlete", "strength_training")
        c["strength_training"] = _yes_no(
            self._yes(strength["share"] + strength["by_training"] * self.training / 3.0)
        )
        c["salty_sweat"] = _yes_no(self._yes(self._entry("athlete", "salty_sweat")))
        c["stretching"] = _yes_no(self._yes(self._entry("athlete", "stretching")))

    def _health(self) -> None:
        c = self.columns
        c["conditions"], self.conditions = self._list(self.table["conditions"])
        c["medications"], _ = self._list(self.table["medications"])
        fertile = (c["sex"] == "female") & (c["age_years"] >= 18) & (c["age_years"] < 45)
        share = np.where(fertile, self._entry("athlete", "pregnant"), 0.0)
        if self.population.get("fixed", {}).get("sex") == "female":
            share = np.full(self.n, 1 / 3)  # a population of pregnant women
        trimester = np.searchsorted(
            [1, 2, 3], self.random.random(self.n) / share.clip(1e-9)
        )
        c["pregnancy_trimester"] = np.array(["1", "2", "3", "0"], dtype=object)[trimester]

    def _session(self) -> None:
        c = self.columns
        fixed = self.population.get("fixed", {})
        sports = self.table["sport"]
        shares = {name: row["share"] for name, row in sports.items()}
        c["sport"] = self._choice(shares)
        if "sport" in fixed:
            c["sport"] = np.full(self.n, fixed["sport"], dtype=object)
        # Who lifts weights today answers the question about strength training with it.
        c["strength_training"][c["sport"] == "gym_strength"] = "yes"
        self.sport = pd.DataFrame(sports).T.loc[c["sport"]].reset_index(drop=True)
        race = self._yes(self.sport["race"].to_numpy())
        if "competition" in fixed:
            race = np.full(self.n, fixed["competition"] == "yes")
        noise = self.random.standard_normal(self.n)
        minutes = self._usual_min(race) * np.exp(
            np.where(race, self.sport["race_log_sd"], self.sport["log_sd"]) * noise
        )
        if "duration_min" in self.population:
            minutes = self._number(self.population["duration_min"])
        usual = self._choice(self._entry("plan", "relative_effort"))
        racing = self._choice(self._entry("plan", "race_effort"))
        self._fill_session(race, minutes, np.where(race, racing, usual))

    def _usual_min(self, race: NDArray[np.bool_]) -> Array:
        median = np.where(race, self.sport["race_min"], self.sport["min"])
        return np.asarray(median * np.exp(0.1 * self.training), dtype=np.float64)

    def _fill_session(self, race: NDArray[np.bool_], minutes: Array, usual: Array) -> None:
        """What is planned: race or not, for how long, how hard."""
        c = self.columns
        c["competition"] = _yes_no(race)
        self.indoor = self._yes(self.sport["indoor"].to_numpy()) & ~race
        if self.population.get("fixed", {}).get("sky") == "indoor":
            self.indoor[:] = True
        c["duration_min"], c["relative_effort"] = minutes, usual
        codes = pd.Series(FIELDS["relative_effort"].codes)
        step = codes[c["relative_effort"]].to_numpy()
        plan = self.table["plan"]
        own = self.sport["rpe"].to_numpy(dtype=float)
        racing = plan["race_rpe"]["at_an_hour"] + plan["race_rpe"]["by_sport"] * (own - 5.0)
        # Long sessions are gone at more gently, races less so.
        longer = np.log2(np.maximum(minutes, 30.0) / 60.0).clip(0)
        rpe = np.where(
            race,
            racing + plan["race_rpe"]["per_doubling"] * longer,
            own + plan["rpe_per_doubling"] * longer,
        )
        rpe = rpe + plan["rpe_sd"] * self.random.standard_normal(self.n)
        if "session_rpe" in self.population:
            rpe = self._number(self.population["session_rpe"])
        c["session_rpe"] = rpe + plan["rpe_step"] * (step - np.where(race, 1.9, 1.0))

    def other_sessions(self, kind: Table) -> tuple[pd.DataFrame, Array]:
        """One kind of session of these people's year, and how many of it they do."""
        other = copy(self)
        other.columns, other.population = dict(self.columns), {}
        race = np.full(self.n, kind["race"])
        weekly = self._within("sessions_per_week", self.columns["sessions_per_week"])
        races = self.sport["races_a_year"]
        races_a_year = np.minimum(races.to_numpy(dtype=float), 26.0 * weekly)
        usual = other._usual_min(race)
        same = (self.columns["competition"] == "yes") == kind["race"]
        # Who plans a long one is used to more than the middle of the sport.
        minutes = np.where(same, np.sqrt(usual * self.columns["duration_min"]), usual)
        effort = np.full(self.n, kind["relative_effort"], dtype=object)
        other._fill_session(race, minutes * kind["of_usual"], effort)
        other._weather()
        other._plan()
        if not kind["race"]:
            # The longest of them is done often enough to count as recent.
            longest = self.table["year"]["long"]["of_usual"]
            other.columns["longest_recent_min"] = minutes * longest
            other.columns["novelty"] = np.full(self.n, "usual", dtype=object)
        training = 52.0 * weekly - races_a_year
        times = races_a_year if kind["race"] else kind["share"] * training
        return other._checked(), times

    def _weather(self) -> None:
        c, w, random = self.columns, self.table["weather"], self.random
        race = c["competition"] == "yes"
        latitude = self._number(w["latitude_deg"])
        latitude = np.where(self._yes(w["southern"]), -np.abs(latitude), latitude)
        day = random.integers(0, 365, self.n)
        hour = np.where(
            race,
            random.choice(
                w["race_start_hours"], self.n, p=_shares(w["race_start_weights"])
            ),
            random.choice(w["start_hours"], self.n, p=_shares(w["start_weights"])),
        )
        middle = hour + c["duration_min"] / 120.0
        away = np.abs(latitude)
        mean = w["annual_mean_c"]["at_equator"] + w["annual_mean_c"]["per_degree"] * away
        season = -np.cos(2 * np.pi * (day - 20) / 365.0) * np.sign(latitude)
        day_mean = mean + w["seasonal_amplitude_c"]["per_degree"] * away * season
        air = (
            day_mean
            - w["daily_amplitude_c"] * np.cos(2 * np.pi * (middle - 3.0) / 24.0)
            + w["day_to_day_sd_c"] * random.standard_normal(self.n)
        )
        rh = w["relative_humidity_pct"]
        humidity = self._number(rh, rh["per_degree_above_mean"] * (air - day_mean))
        inside = self.indoor
        air = np.where(inside, self._number(w["indoor_c"]), air)
        indoor = {"mean": w["indoor_humidity_pct"]["mean"], "sd": 10.0}
        humidity = np.where(inside, self._number(indoor), humidity)
        if "weather" in self.population:
            air = self._number(self.population["weather"]["air_temperature_c"])
        c["air_temperature_c"], c["relative_humidity_pct"] = air, humidity
        c["wind_speed_m_s"] = np.where(inside, 0.3, self._number(w["wind_speed_m_s"]))
        sky = self._choice(w["sky"])
        sky = np.where((hour >= 21) | (hour < 5), "night", sky)
        c["sky"] = np.where(inside, "indoor", sky).astype(object)
        c["latitude_deg"] = latitude
        c["longitude_deg"] = np.zeros(self.n)
        seconds = (day * 24 + hour) * 3600
        c["start_time"] = pd.Series(
            _FIRST_DAY + seconds.astype("timedelta64[s]")
        ).dt.tz_localize("UTC")
        hot_day = 1 / (1 + np.exp(-(day_mean - 22.0) / 2.5))
        days = random.binomial(14, hot_day * 0.45, self.n)
        c["heat_days_14d"] = np.minimum(days, 2 * c["sessions_per_week"]).astype(float)

    def _plan(self) -> None:
        c, p = self.columns, self.table["plan"]
        race = c["competition"] == "yes"
        usual, racing = p["longest_ratio"], p["race_longest_ratio"]
        ratio = np.where(
            race,
            self._number(self.population.get("longest_ratio", racing), 0.1 * self.training),
            self._number(self.population.get("longest_ratio", usual), 0.1 * self.training),
        )
        c["longest_recent_min"] = c["duration_min"] * ratio
        novelty = np.where(ratio < 0.75, "new_distance", "usual")
        new = self._yes(p["new_activity"]) & ~race
        c["novelty"] = np.where(new, "new_activity", novelty).astype(object)
        fluid = p["fluid_intake_l_h"]
        drinks = self._number(fluid, fluid["per_degree"] * (c["air_temperature_c"] - 18.0))
        short = c["duration_min"] < p["no_drink_before_min"]
        c["fluid_intake_l_h"] = np.where(short & self._yes(0.5), 0.0, drinks)
        salted = self._yes(p["sodium_in_drink"])
        sodium = self._number(p["drink_sodium_mg_l"])
        c["drink_sodium_mg_l"] = np.where(salted, sodium, 0.0)
        c["clothing"] = self._choice(p["clothing"])

    def _today(self) -> None:
        c, t = self.columns, self.table["today"]
        weekly = c["sessions_per_week"]
        c["sleep_h"] = self._number(t["sleep_h"])
        hard = self.random.poisson(t["hard_sessions_3d"] * (weekly / 3.5).clip(0.3, 2.5))
        c["hard_sessions_3d"] = hard.astype(float)
        c["soreness_0_10"] = self._number(t["soreness_0_10"], 0.6 * (hard - 0.7))
        rest = t["rest_days_7d"]
        c["rest_days_7d"] = self._number(rest, rest["per_session"] * weekly)
        c["urine_colour"] = self._choice(t["urine_colour"])
        high = self._yes(t["stress_high"])
        c["stress"] = np.where(high, "high", "low").astype(object)
        c["alcohol_24h"] = _yes_no(self._yes(t["alcohol_24h"]))
        c["caffeine"] = _yes_no(self._yes(t["caffeine"]))
        c["warm_up_min"] = self._number(t["warm_up_min"])
        c["muscle_injury_12mo"] = self._choice(t["muscle_injury_12mo"])


def _yes_no(flags: NDArray[np.bool_]) -> Array:
    return np.where(flags, "yes", "no").astype(object)


def _shares(weights: list[float]) -> Array:
    shares: Array = np.array(weights) / np.sum(weights)
    return shares
