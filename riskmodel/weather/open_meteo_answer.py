"""Read what Open-Meteo answers, from its service or from a file saved from it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.units import MILE_KM
from riskmodel.weather.clock_doubt import clock_doubts
from riskmodel.weather.complete import (
    COLUMNS,
    complete_weather,
    count_notes,
    direct_share,
    each_hour_once,
    over_hours,
)
from riskmodel.weather.hours import (
    ATTRIBUTION,
    LeftOpen,
    Place,
    Times,
    Weather,
    WeatherError,
    hour_index,
    read_zone,
    rounded_place,
)
from riskmodel.weather.impossible import OtherScaleError, leave_open

Array = NDArray[np.float64]


class Variable(NamedTuple):
    """A quantity as the service names it."""

    names: tuple[str, ...]  # the first is asked for; the others are older
    unit: str
    others: Mapping[str, tuple[float, float]] = MappingProxyType({})
    """Units of saved files, with what they are multiplied by and what is added."""
    needed: bool = False
    preceding: bool = False  # the mean of the hour before, not the value at its end


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        "air_temperature_c": Variable(
            ("temperature_2m",),
            "°C",
            {"°F": (5 / 9, -160 / 9), "K": (1.0, -273.15)},
            needed=True,
        ),
        "relative_humidity_pct": Variable(
            ("relative_humidity_2m", "relativehumidity_2m"), "%", needed=True
        ),
        "wind_speed_m_s": Variable(
            ("wind_speed_10m", "windspeed_10m"),
            "m/s",
            {
                "km/h": (1 / 3.6, 0.0),
                "mp/h": (MILE_KM / 3.6, 0.0),
                "mph": (MILE_KM / 3.6, 0.0),
                "kn": (1852 / 3600, 0.0),
            },
            needed=True,
        ),
        "solar_radiation_w_m2": Variable(("shortwave_radiation",), "W/m²", preceding=True),
        "direct_radiation_w_m2": Variable(("direct_radiation",), "W/m²", preceding=True),
        "cloud_pct": Variable(("cloud_cover", "cloudcover"), "%"),
        "pressure_hpa": Variable(("surface_pressure",), "hPa"),
    }
)
"""What is read, by what it becomes (open-meteo.com/en/docs)."""

GREENWICH = ("GMT", "UTC", "Etc/GMT", "Etc/UTC")
"""Names of the zone that the service answers in where nobody asks for another."""
_FARTHEST_DEG = 1.0
"""Between the place and the middle of its grid cell; models have cells of 0.4° at most."""
_IS_DAY = "is_day"
_SECONDS = np.timedelta64(1, "s")
# Seconds beyond these are no time that NumPy can count in nanoseconds.
_FIRST, _LAST = -2_208_988_800, 7_258_118_400


class _Answer(NamedTuple):
    """What answered, before the hours are read."""

    latitude_deg: float
    longitude_deg: float
    time_zone: str
    offset_s: int
    hourly: dict[str, Any]
    units: dict[str, Any]


def parse_json(content: bytes) -> Any:
    """Read JSON, or say in one sentence that it is none or has what JSON has not."""

    def refuse(number: str) -> Any:
        raise ValueError(number)

    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError):
        raise WeatherError("The weather is not readable: it is no valid JSON.") from None


def weather_of(
    payload: Any,
    *,
    place: str = "",
    coordinates: tuple[float, float] | None = None,
    zone: str | None = None,
    issued: datetime | None = None,
) -> Weather:
    """Read an answer of the forecast service, or say in one sentence why it is none.

    The place is at the coordinates that were asked for, or else at those of the answer,
    which are the middle of a grid cell.  With the time zone of the place, the answer is
    that to the client, which has asked for GMT and for units: nothing else is taken.  A
    saved file, without, has its own zone and may have other units of the service.
    """
    answer = _answer(payload)
    strict = zone is not None
    labels = _labels(answer, strict=strict)
    order = np.arange(len(labels)) if strict else np.argsort(labels, kind="stable")
    labels = labels[order]
    columns, left_open, notes = _columns(answer, labels, order, strict=strict)
    by_day: Array | None = None
    if zone is None:
        columns |= _days(answer, order)
        labels, columns, of_order = each_hour_once(labels, columns)
        by_day = columns.pop(_IS_DAY, None)
        zone = _agreed_zone(answer, labels)
        labels, of_zone = _at_full_hours(labels, answer.offset_s)
        notes += of_order + of_zone
    elif answer.time_zone not in GREENWICH or answer.offset_s:
        raise WeatherError(
            f"The weather is for the time zone {_shown(answer.time_zone)}, not for GMT."
        )
    hours = over_hours(
        labels,
        {name: v for name, v in columns.items() if not VARIABLES[name].preceding},
        {name: v for name, v in columns.items() if VARIABLES[name].preceding},
    )
    if "direct_radiation_w_m2" in hours and "solar_radiation_w_m2" in hours:
        direct = hours["direct_radiation_w_m2"].to_numpy()
        below = "Direct radiation slightly below 0", "was taken as 0"
        notes += count_notes((direct < 0.0, *below))
        radiation = hours["solar_radiation_w_m2"].to_numpy()
        hours["direct_fraction"], of_share = direct_share(direct, radiation)
        notes += of_share
    where = answer.latitude_deg, answer.longitude_deg
    if coordinates is not None:
        _check_place(where, coordinates)
        where = coordinates
    of = Weather(hours, zone, "forecast", place, *where, ATTRIBUTION, notes, issued)
    weather = complete_weather(replace(of, left_open=left_open))
    if by_day is None or "solar_radiation_w_m2" in hours:
        return weather
    is_light = pd.Series(by_day, hour_index(labels.astype("datetime64[ns]")))
    return replace(weather, doubts=clock_doubts(weather, is_light))


def place_of(entry: Any) -> Place | None:
    """Read a place of the search; None if it is none that can be used."""
    try:
        latitude_deg, longitude_deg = rounded_place(
            finite_number(entry["latitude"], "latitude"),
            finite_number(entry["longitude"], "longitude"),
        )
        time_zone = str(entry["timezone"])
        read_zone(time_zone)
        words = [entry.get(key) or "" for key in ("name", "admin1", "country")]
        if not words[0] or not all(isinstance(word, str) for word in words):
            return None
        # JSON may hold halves of characters, which nothing can show.
        "".join(words).encode()
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    name, region, country = (" ".join(word.split())[:100] for word in words)
    return Place(name, region, country, latitude_deg, longitude_deg, time_zone)


def _check_place(served: tuple[float, float], asked: tuple[float, float]) -> None:
    """Refuse an answer for another place."""
    north = abs(served[0] - asked[0])
    east = abs((served[1] - asked[1] + 180.0) % 360.0 - 180.0)
    # Meridians meet at the poles, where the cells are wide in degrees.
    if max(north, east * math.cos(math.radians(asked[0]))) > _FARTHEST_DEG:
        raise WeatherError(
            f"The service answered for {served[0]:g}, {served[1]:g}, not for "
            f"{asked[0]:g}, {asked[1]:g}."
        )


def _answer(payload: Any) -> _Answer:
    if not isinstance(payload, dict):
        raise WeatherError("The weather is not readable: it is no single JSON object.")
    hourly, units = payload.get("hourly"), payload.get("hourly_units")
    if not isinstance(hourly, dict) or not isinstance(units, dict):
        raise WeatherError("The weather holds no hours (hourly and hourly_units).")
    return _Answer(
        finite_number(payload.get("latitude"), "latitude"),
        finite_number(payload.get("longitude"), "longitude"),
        str(payload.get("timezone")),
        int(finite_number(payload.get("utc_offset_seconds"), "utc_offset_seconds")),
        hourly,
        units,
    )


def finite_number(value: Any, name: str) -> float:
    """Take a number from JSON, if it is one and finite."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # An integer may have any number of digits; NaN is not less than anything.
    if not number or not abs(value) < 1e300:
        raise WeatherError(
            f"The weather has {_shown(value)} as {name}; needed is a number."
        )
    return float(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _columns(
    answer: _Answer, labels: Times, order: NDArray[np.intp], *, strict: bool
) -> tuple[dict[str, Array], tuple[LeftOpen, ...], tuple[str, ...]]:
    """Values of every variable that is there, in the units of `VARIABLES`.

    What no weather has is left open; a column that is on another scale is left out, with
    a note, or refused if there is no weather without it.
    """
    columns: dict[str, Array] = {}
    left_open: tuple[LeftOpen, ...] = ()
    notes: tuple[str, ...] = ()
    for target, variable in VARIABLES.items():
        name = next((n for n in variable.names if n in answer.hourly), None)
        if name is not None:
            raw = _column(answer.hourly[name], name, len(labels))[order]
            unit = answer.units.get(name)
            column = _in_unit(raw, variable, unit, name, strict=strict)
            of, label = target, ""
            if target not in COLUMNS:
                of, label = "solar_radiation_w_m2", "direct radiation"
            clock = partial(_clock, labels, answer.offset_s)
            try:
                columns[target], some = leave_open(
                    of, column, clock, partial(_written, raw, str(unit)), raw, label
                )
                left_open += some
            except OtherScaleError as error:
                if variable.needed:
                    like = next(iter(variable.others), variable.unit)
                    fix = f" Its unit must be in the file, like {name} ({like})."
                    raise WeatherError(f"{error}{fix}") from None
                notes += (str(error),)
        elif variable.needed:
            others = [n for n in answer.hourly if str(n).startswith(variable.names[0])]
            models = f"; it has {others[0]}, of one of several models" if others else ""
            raise WeatherError(f"The weather lacks {variable.names[0]}{models}.")
    return columns, left_open, notes


def _days(answer: _Answer, order: NDArray[np.intp]) -> dict[str, Array]:
    """Whether the sun is up, by the answer; nothing where that cannot be read."""
    try:
        return {_IS_DAY: _column(answer.hourly[_IS_DAY], _IS_DAY, len(order))[order]}
    except (KeyError, WeatherError):
        return {}


def _clock(labels: Times, offset_s: int, row: int) -> str:
    """Time of a row on the clock of the answer."""
    moment = labels[row] + offset_s * _SECONDS
    return str(moment.astype("datetime64[m]")).replace("T", " ")


def _written(raw: Array, unit: str, row: int) -> str:
    return f"{raw[row]:.6g} {unit}"


def _column(values: Any, name: str, n_hours: int) -> Array:
    if not isinstance(values, list):
        raise WeatherError(f"The weather has no list of {name}.")
    if len(values) != n_hours:
        raise WeatherError(
            f"The weather has {n_hours} times and {len(values)} values of {name}."
        )
    return np.array([np.nan if v is None else finite_number(v, name) for v in values])


def _in_unit(
    values: Array, variable: Variable, unit: Any, name: str, *, strict: bool
) -> Array:
    if unit == variable.unit:
        return values
    if not strict and isinstance(unit, str) and unit in variable.others:
        factor, offset = variable.others[unit]
        return np.asarray(values * factor + offset)
    if not strict:
        known = " or ".join((variable.unit, *variable.others))
        raise WeatherError(
            f"The weather has {name} in {_shown(unit)}; needed is {known}, like "
            f"{name} ({variable.unit})."
        )
    raise WeatherError(f"The weather has {name} in {_shown(unit)}, not in {variable.unit}.")


def _labels(answer: _Answer, *, strict: bool) -> Times:
    """Moments in UTC; local times without an offset have that of the whole answer."""
    times, unit = answer.hourly.get("time"), answer.units.get("time")
    if not isinstance(times, list) or not times:
        raise WeatherError("The weather holds no times (hourly.time).")
    if unit == "unixtime":
        seconds = np.array([finite_number(t, "hourly.time") for t in times])
    elif unit == "iso8601" and not strict:
        try:
            naive = [datetime.fromisoformat(t) for t in times]
            if any(t.tzinfo is not None for t in naive):
                raise ValueError  # the offset stands once, for all of them
        except (TypeError, ValueError):
            raise WeatherError("The weather has times that are none.") from None
        seconds = np.array([t.replace(tzinfo=UTC).timestamp() for t in naive])
        seconds -= answer.offset_s
    else:
        raise WeatherError(f"The weather has times in {_shown(unit)}, not in unixtime.")
    if (seconds < _FIRST).any() or (seconds > _LAST).any():
        raise WeatherError("The weather has times outside of 1900 to 2199.")
    return np.datetime64(0, "s") + seconds.astype(np.int64) * _SECONDS


def _agreed_zone(answer: _Answer, labels: Times) -> str:
    """Check that the zone has the offset that the answer has, at one end at least."""
    zone = read_zone(answer.time_zone)
    ends = [datetime.fromtimestamp(int(t.astype(int)), UTC) for t in labels[[0, -1]]]
    offsets = [zone.utcoffset(end.astimezone(zone)) for end in ends]
    if answer.offset_s not in [o.total_seconds() for o in offsets if o is not None]:
        raise WeatherError(
            f"The weather is for an offset of {answer.offset_s} s from UTC, "
            f"which {answer.time_zone} does not have."
        )
    return answer.time_zone


def _at_full_hours(labels: Times, offset_s: int) -> tuple[Times, tuple[str, ...]]:
    """Move labels to the full hours of UTC whose values they carry, and say so.

    Asked for a zone that is not a whole number of hours from UTC, the service lists
    local full hours, but puts the values of full hours of UTC there: in India what
    stands at half past six UTC is that of seven.
    """
    # The part of the offset beyond whole hours, towards Greenwich.
    beyond_s = int(math.copysign(abs(offset_s) % 3600, offset_s))
    moved = labels + beyond_s * _SECONDS
    if not beyond_s or moved[0].astype(np.int64) % 3600:
        return labels, ()
    way = "later" if beyond_s > 0 else "earlier"
    return moved, (
        f"Times were moved by {abs(beyond_s) // 60} minutes to {way} ones: in time zones "
        "off the full hour the service gives the values of full hours of UTC.",
    )
