"""Hours of weather from what a source gives: checked, averaged and completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.told import grouped
from riskmodel.physiology import sun
from riskmodel.weather.hours import (
    HOUR,
    Times,
    Weather,
    WeatherError,
    hour_index,
    read_zone,
    rounded_place,
)

Array = NDArray[np.float64]

LONGEST_HOURS = 24 * 400
"""More than a year of hours in one piece is no weather for a session; our judgement."""
SLIGHTLY_NEGATIVE_W_M2 = -5.0
"""Weather models give radiation a little below 0; what is lower is no radiation; our
judgement. [W/m²]"""
SLIGHTLY_MORE_W_M2 = 5.0
"""By how much rounding may lift the direct part above the whole; our judgement. [W/m²]"""
MOST_DIRECT = 0.9
"""Largest direct share that `riskmodel.physiology.heat` is made for."""
SEA_LEVEL_HPA = 1013.25
"""Pressure of the standard atmosphere, where none is given. [hPa]"""


@dataclass(frozen=True)
class Column:
    """A quantity of an hour: its unit, and beyond what it is no weather at all."""

    label: str
    unit: str
    low: float
    high: float
    needed: bool = False


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "air_temperature_c": Column("air temperature", "°C", -90, 60, True),
        "relative_humidity_pct": Column("relative humidity", "%", 0, 110, True),
        "wind_speed_m_s": Column("wind", "m/s", 0, 115, True),
        "solar_radiation_w_m2": Column("solar radiation", "W/m²", 0, 1500, True),
        "direct_fraction": Column("direct share of the radiation", "", 0, 1),
        "cloud_pct": Column("cloud", "%", 0, 100),
        "pressure_hpa": Column("air pressure", "hPa", 300, 1100),
        "wbgt_c": Column("WBGT", "°C", -90, 60),
    }
)
"""Columns of `Weather.frame`.  The limits are a little wider than the records of the
World Meteorological Organization: what lies outside them is an error of the source,
while a day that is only outside `riskmodel.inputs.fields.FIELDS`, such as −30 °C, is
weather without a number."""


def over_hours(
    labels_utc: Times, instantaneous: Mapping[str, Array], preceding: Mapping[str, Array]
) -> pd.DataFrame:
    """Means over hours from values at the full hour and from means of the hour before.

    The labels are whole hours apart; an hour that is left out becomes missing.  The
    mean of what is instantaneous is that of the two ends of the hour; what is preceding
    and stands at 13:00 is the mean from 12:00 to 13:00.
    """
    if len(labels_utc) < 2:
        raise WeatherError("There are fewer than two hours of weather.")
    moments = labels_utc.astype("datetime64[ns]")
    steps = (moments - moments[0]) / HOUR
    if (np.diff(steps) <= 0).any() or (steps != np.floor(steps)).any():
        raise WeatherError("The times of the weather are not hourly and in order.")
    if steps[-1] > LONGEST_HOURS:
        raise WeatherError(
            f"The weather spans {grouped(steps[-1])} hours; allowed is up to "
            f"{LONGEST_HOURS}."
        )
    every = moments[0] + np.arange(int(steps[-1]) + 1) * HOUR
    at_label, before = (
        pd.DataFrame(dict(values), index=moments).reindex(every)
        for values in (instantaneous, preceding)
    )
    means = pd.concat([(at_label + at_label.shift(-1)) / 2.0, before.shift(-1)], axis=1)
    return means.iloc[:-1].set_axis(hour_index(every[:-1]))


def each_hour_once(
    labels: Times, columns: Mapping[str, Array]
) -> tuple[Times, dict[str, Array], tuple[str, ...]]:
    """Each hour once, of rows in order; one that is there twice and differs is open."""
    first = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
    gaps = np.diff(labels[first]) > HOUR
    notes: tuple[str, ...] = ()
    if gaps.any():
        n = int((np.diff(labels[first])[gaps] // HOUR - 1).sum())
        at = str(labels[first][:-1][gaps][0].astype("datetime64[m]")).replace("T", " ")
        some = "1 hour is" if n == 1 else f"{n} hours are"
        notes = (f"{some} missing from {at} UTC on; nothing stands in for it.",)
    if len(first) == len(labels):
        return labels, dict(columns), notes
    of_hour = np.cumsum(np.r_[True, labels[1:] != labels[:-1]]) - 1
    twice = np.bincount(of_hour) > 1
    differ = np.zeros(len(first), dtype=bool)
    once = {}
    for name, values in columns.items():
        kept = values[first]
        same = (values == kept[of_hour]) | (np.isnan(values) & np.isnan(kept[of_hour]))
        other = np.bincount(of_hour, ~same) > 0
        differ |= other
        once[name] = np.where(other, np.nan, kept)
    notes += count_notes(
        (twice & ~differ, "The file says the same twice", "and it counts once"),
        (twice & differ, "The file says two things", "and what differs was left open"),
    )
    return labels[first], once, notes


def complete_weather(weather: Weather) -> Weather:
    """Check hours, and complete them to every column of `COLUMNS`.

    Radiation a little below 0 becomes 0, a direct share above 0.9 becomes 0.9, and
    where no radiation is given at all it comes from the cloud; the notes say so, and in
    how many hours.  They also count the hours whose direct share or pressure a session
    has to do without.
    """
    read_zone(weather.time_zone)
    latitude_deg, longitude_deg = rounded_place(weather.latitude_deg, weather.longitude_deg)
    if weather.frame.empty:
        raise WeatherError("There are no hours of weather.")
    hours_utc = weather.hours_utc
    if (np.diff(hours_utc) != HOUR).any():
        raise WeatherError("The times of the weather are not hourly and in order.")
    frame = weather.frame.reindex(columns=list(COLUMNS)).astype(np.float64)
    for name in COLUMNS:
        check_possible(name, frame[name].to_numpy())
    radiation = frame["solar_radiation_w_m2"].to_numpy()
    # Minus zero is a little below zero too.
    below = np.signbit(radiation) & ~np.isnan(radiation)
    radiation = np.where(below, 0.0, radiation)
    notes = count_notes((below, "Solar radiation slightly below 0", "was taken as 0"))
    if of_cloud := bool(np.isnan(radiation).all()):
        cosine = sun.mean_cos_zenith(hours_utc, 60.0, latitude_deg, longitude_deg)
        # Radiation under a share of cloud, as `sun` has it for words about the sky.
        cloud = frame["cloud_pct"].to_numpy() / 100.0
        radiation = sun.clear_sky_radiation_w_m2(cosine) * (1.0 - 0.75 * cloud**3.4)
        notes += ("The sun was computed from the cloud; no radiation was given.",)
    frame["solar_radiation_w_m2"] = radiation
    for name, column in COLUMNS.items():
        if column.needed and frame[name].isna().all():
            raise WeatherError(f"The weather holds no {column.label}.")
    notes += _gaps(frame, of_cloud=of_cloud)
    # The rest of what a model lets through at the edges of the day counts as direct
    # too: the heat balance is made for a share of 0.9 at most.
    frame["direct_fraction"] = frame["direct_fraction"].clip(upper=MOST_DIRECT)
    return replace(
        weather,
        frame=frame,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        notes=(*weather.notes, *notes),
    )


def count_notes(*counted: tuple[NDArray[np.bool_], str, str]) -> tuple[str, ...]:
    """Say in how many hours something holds and what was done, if it holds in any."""
    counts = ((int(np.sum(holds)), what, taken) for holds, what, taken in counted)
    return tuple(
        f"{what} in {n} hour{'s' * (n != 1)} {taken}".rstrip() + "."
        for n, what, taken in counts
        if n
    )


def _gaps(frame: pd.DataFrame, *, of_cloud: bool) -> tuple[str, ...]:
    """Say in how many hours a share is too large, or something has to be assumed."""
    direct, sunny = frame["direct_fraction"], frame["solar_radiation_w_m2"] > 0.0
    known = frame["air_temperature_c"].notna()
    pressure = f"Air pressure is not given and was taken as {SEA_LEVEL_HPA:g} hPa"
    computed = "Direct radiation is not given and was computed from radiation and sun"
    large = f"Direct radiation above {MOST_DIRECT:g} of all was taken as that"
    return count_notes(
        ((direct > MOST_DIRECT).to_numpy(), large, ""),
        ((direct.isna() & sunny & (not of_cloud)).to_numpy(), computed, ""),
        ((frame["pressure_hpa"].isna() & known).to_numpy(), pressure, ""),
    )


def lowest(column: Column) -> float:
    """Below this a value is no weather, but an error of the source."""
    return SLIGHTLY_NEGATIVE_W_M2 if column.unit == "W/m²" else column.low


def check_possible(name: str, values: Array) -> None:
    """Refuse what no weather has, before averaging hides it; NaN is missing."""
    column = COLUMNS[name]
    wrong = (values < lowest(column)) | (values > column.high) | np.isinf(values)
    if wrong.any():
        raise WeatherError(
            f"The weather has {values[wrong][0]:g} {column.unit} as {column.label}; "
            f"possible is {column.low:g} to {column.high:g}."
        )


def direct_share(
    direct_w_m2: Array, radiation_w_m2: Array
) -> tuple[Array, tuple[str, ...]]:
    """Share of the radiation that comes straight from the sun, 0 where there is none.

    Where the part is more than the whole, it is not known which of them is wrong: the
    share is left open, and a note says in how many hours.
    """
    beam = direct_w_m2.clip(0.0)
    more = beam > radiation_w_m2.clip(0.0) + SLIGHTLY_MORE_W_M2
    notes = count_notes(
        (more, "Direct radiation above the radiation in all", "was left out")
    )
    whole = np.where(radiation_w_m2 > 0.0, radiation_w_m2, np.inf)
    # Not the quotient cut at 1: it overflows where the whole is next to nothing.
    share = np.minimum(beam, whole) / whole
    return np.where(np.isnan(radiation_w_m2) | more, np.nan, share), notes
