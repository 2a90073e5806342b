"""Forecasts of the US National Weather Service: the JSON of a grid point."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.weather.complete import LONGEST_HOURS, complete_weather
from riskmodel.weather.hours import HOUR, LeftOpen, Weather, WeatherError, hour_index
from riskmodel.weather.impossible import OtherScaleError, leave_open
from riskmodel.weather.open_meteo_answer import finite_number

Array = NDArray[np.float64]

ATTRIBUTION = "Weather data by the US National Weather Service"


class _Layer(NamedTuple):
    name: str
    units: dict[str, tuple[float, float]]
    needed: bool = False


_CELSIUS = {"degC": (1.0, 0.0), "degF": (5 / 9, -160 / 9)}
# Layers of api.weather.gov/gridpoints; units as in its ``uom``.
_NWS = {
    "air_temperature_c": _Layer("temperature", _CELSIUS, needed=True),
    "relative_humidity_pct": _Layer("relativeHumidity", {"percent": (1.0, 0.0)}, True),
    "wind_speed_m_s": _Layer(
        "windSpeed", {"km_h-1": (1 / 3.6, 0.0), "m_s-1": (1.0, 0.0)}, needed=True
    ),
    "cloud_pct": _Layer("skyCover", {"percent": (1.0, 0.0)}),
    "wbgt_c": _Layer("wetBulbGlobeTemperature", _CELSIUS),
}
_PERIOD = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,3})M)?)?")


def nws_weather(
    payload: dict[str, Any],
    place: str,
    time_zone: str | None,
    latitude_deg: float | None,
    longitude_deg: float | None,
) -> Weather:
    """Read the JSON of a grid point, each value as long as it is valid."""
    properties = payload["properties"]
    if not isinstance(properties, dict):
        raise WeatherError("The file has no weather in its properties.")
    columns = {}
    left_open: tuple[LeftOpen, ...] = ()
    notes: tuple[str, ...] = ()
    for target, layer in _NWS.items():
        if layer.name in properties:
            series, raw, unit = _expanded(properties[layer.name], layer)
            columns[target], some, note = _possible(target, layer, series, raw, unit)
            left_open += some
            notes += note
        elif layer.needed:
            raise WeatherError(f"The file lacks {layer.name}.")
    hours = pd.concat(columns, axis=1, sort=True)
    if hours.empty:
        raise WeatherError("The file holds no hours of weather.")
    if (hours.index[-1] - hours.index[0]) / HOUR > LONGEST_HOURS:
        raise WeatherError("The layers of the file are more than 400 days apart.")
    hours = hours.asfreq("h")
    hours.index = hour_index(hours.index.to_numpy())
    if latitude_deg is None or longitude_deg is None:
        latitude_deg, longitude_deg = _middle(payload)
    if time_zone is None:
        time_zone = "UTC"
        notes += ("Times are UTC: the file names no time zone, and none was given.",)
    if "wbgt_c" in columns:
        notes += ("WBGT is that of the file.",)
    issued = _moment(properties.get("updateTime"))
    where = place, latitude_deg, longitude_deg
    of = Weather(hours, time_zone, "forecast", *where, ATTRIBUTION, notes, issued)
    return complete_weather(replace(of, left_open=left_open))


def _possible(
    target: str, layer: _Layer, series: pd.Series[float], raw: Array, unit: str
) -> tuple[pd.Series[float], tuple[LeftOpen, ...], tuple[str, ...]]:
    """Values without those that no weather has; a layer on another scale is left out."""
    times = series.index
    try:
        values, left_open = leave_open(
            target,
            np.asarray(series, np.float64),
            lambda row: f"{times[row]:%Y-%m-%d %H:%M} UTC",
            lambda row: f"{raw[row]:.6g} {unit}",
            raw,
        )
    except OtherScaleError as error:
        if layer.needed:
            raise
        return series * np.nan, (), (str(error),)
    return pd.Series(values, times), left_open, ()


def _expanded(layer: Any, about: _Layer) -> tuple[pd.Series[float], Array, str]:
    """Every hour of a layer, whose values are valid for one or many, and as written."""
    unit = layer.get("uom") if isinstance(layer, dict) else None
    unit = unit.rpartition(":")[2] if isinstance(unit, str) else str(unit)
    if unit not in about.units:
        raise WeatherError(
            f"The file has {about.name} in {unit[:40]!r}; known is "
            f"{' or '.join(about.units)}."
        )
    entries = layer.get("values")
    if not isinstance(entries, list):
        raise WeatherError(f"The file has no list of {about.name}.")
    factor, offset = about.units[unit]
    hours: list[np.datetime64] = []
    values: list[float] = []
    for entry in entries:
        start, n_hours = _interval(entry, about.name)
        if len(hours) + n_hours > LONGEST_HOURS:
            raise WeatherError(f"The file has {about.name} for more than 400 days.")
        value = entry.get("value")
        number = np.nan if value is None else finite_number(value, about.name)
        hours += [start + n * HOUR for n in range(n_hours)]
        values += [number] * n_hours
    raw = np.array(values, dtype=np.float64)
    series = pd.Series(raw * factor + offset, np.array(hours, "datetime64[ns]"))
    if not series.index.is_monotonic_increasing or series.index.has_duplicates:
        raise WeatherError(f"The file has {about.name} twice for an hour, or not in order.")
    return series, raw, unit


def _interval(entry: Any, name: str) -> tuple[np.datetime64, int]:
    """Start in UTC and whole hours of an ISO interval such as 2026-07-01T06:00Z/PT3H."""
    text = entry.get("validTime") if isinstance(entry, dict) else None
    start, _, period = text.partition("/") if isinstance(text, str) else ("", "", "")
    moment, length = _moment(start), _PERIOD.fullmatch(period)
    minutes = 0
    if length is not None:
        days, hours, rest = (int(part or 0) for part in length.groups())
        minutes = days * 1440 + hours * 60 + rest
    if moment is None or minutes < 60 or minutes % 60:
        raise WeatherError(f"The file has {str(text)[:60]!r} as a time of {name}.")
    if moment.minute or moment.second or moment.microsecond:
        raise WeatherError(f"The file has {name} at {start}, not on the hour.")
    return np.datetime64(moment.replace(tzinfo=None), "ns"), minutes // 60


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None or not 1900 < moment.year < 2200:
        return None
    return moment.astimezone(UTC)


def _middle(payload: dict[str, Any]) -> tuple[float, float]:
    """Middle of the outline of the grid cell."""
    try:
        corners = np.array(payload["geometry"]["coordinates"][0][:4], dtype=np.float64)
        # Of several outlines the middle is no pair of numbers.
        east, north = map(float, corners[:, :2].mean(axis=0))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        raise WeatherError(
            "The file names no place; give its latitude and longitude."
        ) from None
    return north, east
