"""Read what Open-Meteo answers, from its service or from a file saved from it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskmodel.weather.hours import (
    ATTRIBUTION,
    COLUMNS,
    Weather,
    WeatherError,
    check_possible,
    direct_share,
    hours_words,
    make_weather,
    over_hours,
    read_zone,
)

Array = NDArray[np.float64]


class Variable(NamedTuple):
    """A quantity as the service names it."""

    names: tuple[str, ...]  # the first is asked for; the others are older
    unit: str
    others: Mapping[str, tuple[float, float]] = MappingProxyType({})
    """Units of saved files, with what they are multiplied by and what is added."""
    needed: bool = False


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        "air_temperature_c": Variable(
            ("temperature_2m",), "°C", {"°F": (5 / 9, -160 / 9)}, needed=True
        ),
        "relative_humidity_pct": Variable(
            ("relative_humidity_2m", "relativehumidity_2m"), "%", needed=True
        ),
        "wind_speed_m_s": Variable(
            ("wind_speed_10m", "windspeed_10m"),
            "m/s",
            {
                "km/h": (1 / 3.6, 0.0),
                "mp/h": (0.44704, 0.0),
                "mph": (0.44704, 0.0),
                "kn": (1852 / 3600, 0.0),
            },
            needed=True,
        ),
        "solar_radiation_w_m2": Variable(("shortwave_radiation",), "W/m²"),
        "direct_radiation_w_m2": Variable(("direct_radiation",), "W/m²"),
        "cloud_pct": Variable(("cloud_cover", "cloudcover"), "%"),
        "pressure_hpa": Variable(("surface_pressure",), "hPa"),
    }
)
"""What is read, by what it becomes.  Radiation is the mean of the preceding hour, the
rest the value at the hour (open-meteo.com/en/docs)."""

_PRECEDING = ("solar_radiation_w_m2", "direct_radiation_w_m2")
_UTC = ("GMT", "UTC", "Etc/GMT", "Etc/UTC")
_SECONDS = np.timedelta64(1, "s")
# Seconds beyond these are no time that NumPy can count in nanoseconds.
_FIRST, _LAST = -2_208_988_800, 7_258_118_400


class Served(NamedTuple):
    """Who answered, before the hours are read."""

    latitude_deg: float
    longitude_deg: float
    time_zone: str
    offset_s: int


def parse_json(content: bytes) -> Any:
    """Read JSON, or say in one sentence that it is none.

    Raises
    ------
    WeatherError
        If the bytes are no JSON, or hold numbers that JSON does not know.
    """

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
    """Read an answer of the forecast service.

    Parameters
    ----------
    payload : any
        What stood in the JSON.
    place, issued
        As in `Weather`.
    coordinates : tuple of float, optional
        Latitude and longitude that were asked for; those of the answer, which are the
        middle of a grid cell, where they are not known.
    zone : str, optional
        Time zone of the place.  With one, the answer is that to the client, which has
        asked for GMT and for units: nothing else is taken.  A saved file, without,
        has its own zone and may have other units of the service.

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        If it is no such answer, in one sentence.

    Notes
    -----
    Asked for a zone that is not a whole number of hours from UTC, the service lists
    local full hours, but puts the values of full hours of UTC there: in India what
    stands at half past six UTC is that of seven.  The labels of such files are moved
    to where their values belong, and a note says so.
    """
    strict = zone is not None
    if not isinstance(payload, dict):
        raise WeatherError("The weather is not readable: it is no single JSON object.")
    hourly, units = payload.get("hourly"), payload.get("hourly_units")
    if not isinstance(hourly, dict) or not isinstance(units, dict):
        raise WeatherError("The weather holds no hours (hourly and hourly_units).")
    served = Served(
        finite_number(payload.get("latitude"), "latitude"),
        finite_number(payload.get("longitude"), "longitude"),
        str(payload.get("timezone")),
        int(finite_number(payload.get("utc_offset_seconds"), "utc_offset_seconds")),
    )
    times = hourly.get("time")
    if not isinstance(times, list) or not times:
        raise WeatherError("The weather holds no times (hourly.time).")
    labels = _labels(times, units.get("time"), served, strict=strict)
    values = {}
    for target, variable in VARIABLES.items():
        name = next((n for n in variable.names if n in hourly), None)
        if name is None:
            if variable.needed:
                raise WeatherError(f"The weather lacks {variable.names[0]}.")
            continue
        read = _column(hourly[name], name, len(times))
        read = _in_unit(read, variable, units.get(name), name, strict=strict)
        check_possible(target if target in COLUMNS else "solar_radiation_w_m2", read)
        values[target] = read
    notes: tuple[str, ...] = ()
    if zone is None:
        zone = _agreed_zone(served, labels)
        labels, notes = _at_full_hours(labels, served.offset_s)
    elif served.time_zone not in _UTC or served.offset_s:
        raise WeatherError(
            f"The weather is for the time zone {_shown(served.time_zone)}, not for GMT."
        )
    at = coordinates or (served.latitude_deg, served.longitude_deg)
    return _made(labels, values, zone, place, at, issued, notes)


def weather_of_csv(content: bytes, *, place: str = "") -> Weather:
    """Read a CSV file saved from the service.

    Parameters
    ----------
    content : bytes
        The place in the first two lines, then, after an empty one, the hours with
        their units in brackets.
    place : str

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        If it is no such file, in one sentence.
    """
    try:
        rows = list(csv.reader(content.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise WeatherError("The file is no CSV table in UTF-8.") from None
    start = next((i for i, row in enumerate(rows) if row[:1] == ["time"]), None)
    if start is None or start < 2 or len(rows[0]) > len(rows[1]):
        raise WeatherError(
            "The file has no line that begins with time, below the lines with the place."
        )
    about: dict[str, Any] = dict(zip(rows[0], rows[1], strict=False))
    headers = [cell.rpartition(" (") for cell in rows[start]]
    names = [name or rest for name, _, rest in headers]
    body = []
    for row in rows[start + 1 :]:
        if not any(cell.strip() for cell in row):
            break  # a second table, of days, may follow
        if len(row) != len(names):
            raise WeatherError(
                f"The line of {row[0]} has {len(row)} cells; needed are {len(names)}."
            )
        body.append(row)
    columns = dict(zip(names, zip(*body, strict=True), strict=True)) if body else {}
    units = {n: u.rstrip(")") for n, (_, _, u) in zip(names, headers, strict=True)}
    hourly: dict[str, list[Any]] = {
        name: [_cell(cell) for cell in cells] if name != "time" else list(cells)
        for name, cells in columns.items()
    }
    payload = {
        **about,
        **{key: _cell(about.get(key, "")) for key in ("latitude", "longitude")},
        "utc_offset_seconds": _cell(about.get("utc_offset_seconds", "")),
        "hourly": hourly,
        "hourly_units": {**units, "time": "iso8601"},
    }
    return weather_of(payload, place=place)


def _cell(text: str) -> Any:
    """Read a number from a table; an empty cell and NaN are missing."""
    if text.strip().lower() in ("", "nan", "null"):
        return None
    try:
        return float(text)
    except ValueError:
        return text


def finite_number(value: Any, name: str) -> float:
    """Take a number from JSON.

    Raises
    ------
    WeatherError
        If it is something else, or infinite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WeatherError(
            f"The weather has {_shown(value)} as {name}; needed is a number."
        )
    # An integer may have any number of digits.
    if not math.isfinite(number := float(value) if abs(value) < 1e300 else math.inf):
        raise WeatherError(
            f"The weather has {_shown(value)} as {name}; needed is a number."
        )
    return number


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


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
    raise WeatherError(f"The weather has {name} in {_shown(unit)}, not in {variable.unit}.")


def _labels(
    times: Sequence[Any], unit: Any, served: Served, *, strict: bool
) -> NDArray[np.datetime64]:
    """Moments in UTC; local times without an offset have that of the whole answer."""
    if unit == "unixtime":
        seconds = np.array([finite_number(t, "hourly.time") for t in times])
    elif unit == "iso8601" and not strict:
        try:
            naive = [datetime.fromisoformat(t) for t in times]
            if any(t.tzinfo is not None for t in naive):
                raise ValueError  # the offset stands once, for all of them
            read = [t.replace(tzinfo=UTC) for t in naive]
        except (TypeError, ValueError):
            raise WeatherError("The weather has times that are none.") from None
        seconds = np.array([t.timestamp() for t in read]) - served.offset_s
    else:
        raise WeatherError(f"The weather has times in {_shown(unit)}, not in unixtime.")
    if (seconds < _FIRST).any() or (seconds > _LAST).any():
        raise WeatherError("The weather has times outside of 1900 to 2199.")
    return np.datetime64(0, "s") + seconds.astype(np.int64) * _SECONDS


def _agreed_zone(served: Served, labels: NDArray[np.datetime64]) -> str:
    """Check that the zone has the offset that the answer has, at one end at least."""
    zone = read_zone(served.time_zone)
    ends = [datetime.fromtimestamp(int(t.astype(int)), UTC) for t in labels[[0, -1]]]
    offsets = [zone.utcoffset(end.astimezone(zone)) for end in ends]
    if served.offset_s not in [o.total_seconds() for o in offsets if o is not None]:
        raise WeatherError(
            f"The weather is for an offset of {served.offset_s} s from UTC, "
            f"which {served.time_zone} does not have."
        )
    return served.time_zone


def _at_full_hours(
    labels: NDArray[np.datetime64], offset_s: int
) -> tuple[NDArray[np.datetime64], tuple[str, ...]]:
    """Move labels to the full hours of UTC whose values they carry, and say so."""
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


def _made(
    labels: NDArray[np.datetime64],
    values: dict[str, Array],
    zone: str,
    place: str,
    at: tuple[float, float],
    issued: datetime | None,
    notes: tuple[str, ...],
) -> Weather:
    preceding = {name: values.pop(name) for name in _PRECEDING if name in values}
    hours = over_hours(labels, values, preceding)
    if "direct_radiation_w_m2" in hours and "solar_radiation_w_m2" in hours:
        if below := int((hours["direct_radiation_w_m2"] < 0.0).sum()):
            count = hours_words(below)
            notes += (f"Direct radiation slightly below 0 in {count} was taken as 0.",)
        hours["direct_fraction"] = direct_share(
            hours["direct_radiation_w_m2"].to_numpy(),
            hours["solar_radiation_w_m2"].to_numpy(),
        )
    return make_weather(
        hours,
        time_zone=zone,
        kind="forecast",
        place=place,
        latitude_deg=at[0],
        longitude_deg=at[1],
        attribution=ATTRIBUTION,
        notes=notes,
        issued=issued,
    )
