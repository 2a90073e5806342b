"""Synthetic athletes and sessions, drawn from ``data/scenarios.toml``.

Nobody in them exists.  The table says how common each answer is and which answers
go together; this module only draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS

Array = NDArray[Any]
Table = Mapping[str, Any]

_FIRST_DAY = np.datetime64("2026-01-01T00:00", "s")


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose, independent of those for any other."""
    words = [seed, *purpose.encode()]
    return np.random.default_rng(np.random.SeedSequence(words))


def draw_scenarios(
    n_sessions: int, seed: int, population: str | None = None
) -> pd.DataFrame:
    """Draw athletes with one planned session each, one row per session.

    From a population of the table, such as ``"marathon"``, or else from the whole
    synthetic population; the same seed, number and population give the same scenarios.
    Every answer is given, but for the name and what replaces other answers; ValueError
    if the population is not in the table.

    Examples
    --------
    >>> draw_scenarios(3, seed=1, population="marathon")["sport"].tolist()
    ['running', 'running', 'running']
    """
    table = read_toml("scenarios.toml")
    chosen: Table = {}
    if population is not None:
        known = table["population"]
        if population not in known:
            raise ValueError(f"Population {population!r} is none of {', '.join(known)}.")
        chosen = known[population]
    random = stream(seed, f"people {population}")
    return _Draw(n_sessions, random, table, chosen).frame()


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
        self._history()
        for name, answer in self.population.get("fixed", {}).items():
            self.columns[name] = np.full(self.n, answer, dtype=object)
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
        row = pd.DataFrame(sports).T.loc[c["sport"]]
        race = self._yes(row["race"].to_numpy())
        if "competition" in fixed:
            race = np.full(self.n, fixed["competition"] == "yes")
        c["competition"] = _yes_no(race)
        self.indoor = self._yes(row["indoor"].to_numpy()) & ~race
        if fixed.get("sky") == "indoor":
            self.indoor[:] = True
        noise = self.random.standard_normal(self.n)
        median = np.where(race, row["race_min"], row["min"])
        log_sd = np.where(race, row["race_log_sd"], row["log_sd"])
        c["duration_min"] = median * np.exp(log_sd * noise + 0.1 * self.training)
        if "duration_min" in self.population:
            c["duration_min"] = self._number(self.population["duration_min"])
        usual = self._choice(self._entry("plan", "relative_effort"))
        racing = self._choice(self._entry("plan", "race_effort"))
        c["relative_effort"] = np.where(race, racing, usual)
        step = pd.Series(FIELDS["relative_effort"].codes)[c["relative_effort"]].to_numpy()
        # Long sessions are gone at more gently.
        gentler = -0.8 * np.log2(np.maximum(c["duration_min"], 30.0) / 60.0).clip(0)
        rpe = row["rpe"].to_numpy(dtype=float) + gentler
        if "session_rpe" in self.population:
            rpe = self._number(self.population["session_rpe"])
        rpe = rpe + self.table["plan"]["rpe_step"] * (step - np.where(race, 1.9, 1.0))
        c["session_rpe"] = rpe + self.table["plan"]["rpe_sd"] * self.random.standard_normal(
            self.n
        ) * ("session_rpe" not in self.population)

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

    def _history(self) -> None:
        """Cramps of the last year, counted from a hidden proneness."""
        c, h = self.columns, self.table["history"]
        variance = h["proneness_variance"]
        proneness = self.random.gamma(1 / variance, variance, self.n)
        exposure = yearly_exposure(
            c["sessions_per_week"], c["duration_min"], c["competition"]
        )
        any_share = self._entry("history", "any_in_12mo")
        rate = _rate_for_share(exposure, variance, any_share)
        count = self.random.poisson(rate * exposure * proneness)
        codes = np.searchsorted([1, 3, 6], count, side="right")
        levels = np.array(["0", "1-2", "3-5", "6+"], dtype=object)
        c["cramp_sessions_12mo"] = levels[codes]
        family = self._entry("athlete", "family_cramps")
        log_odds = np.log(family["share"] / (1 - family["share"]))
        log_odds = log_odds + family["by_proneness"] * (proneness - 1.0)
        c["family_cramps"] = _yes_no(self._yes(1 / (1 + np.exp(-log_odds))))


def yearly_exposure(
    sessions_per_week: Array, duration_min: Array, competition: Array
) -> Array:
    """Hours of a year, no usual session counted for more than one and a half.

    A race is longer than what its runner usually does; half its length stands in
    for a usual session.
    """
    usual_h = duration_min / 60.0 * np.where(competition == "yes", 0.5, 1.0)
    hours: Array = 52.0 * sessions_per_week * np.minimum(usual_h, 1.5)
    return hours


def _rate_for_share(exposure: Array, variance: float, share: float) -> float:
    """Cramps per exposure with which a share of people has at least one."""
    low, high = np.log(1e-9), np.log(10.0)
    for _ in range(60):
        middle = (low + high) / 2
        none = (1 + variance * np.exp(middle) * exposure) ** (-1 / variance)
        low, high = (middle, high) if 1 - none.mean() < share else (low, middle)
    return float(np.exp(middle))


def _yes_no(flags: NDArray[np.bool_]) -> Array:
    return np.where(flags, "yes", "no").astype(object)


def _shares(weights: list[float]) -> Array:
    shares: Array = np.array(weights) / np.sum(weights)
    return shares
