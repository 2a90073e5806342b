"""Coordinates that somebody writes for a place, and those of the town of a time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from unicodedata import normalize

from riskmodel.weather.hours import Place, WeatherError, rounded_place

_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d+)?) ?°?"
_AFTER = re.compile(rf"{_NUMBER} ?([NSEW]?)(?: ?[,;/] ?| ){_NUMBER} ?([NSEW]?)")
_BEFORE = re.compile(rf"([NSEW]) ?{_NUMBER}(?: ?[,;/] ?| )([NSEW]) ?{_NUMBER}")
_EXACT = re.compile(r"°|\d[.,\u066b]\d{3}")
"""No name of a place has degrees or three decimals."""
_TOWN = re.compile(r"([+-]\d{2})(\d{2})(\d{2})?([+-]\d{3})(\d{2})(\d{2})?")
"""Degrees, minutes and sometimes seconds of latitude and longitude, as ISO 6709."""


def read_coordinates(query: str) -> tuple[float, float] | None:
    """Read coordinates, which no service may get as they were written.

    Decimal degrees, latitude first or with N, S, E and W, become latitude and longitude
    to two decimals [°]; the name of a place is None.
    """
    plain = normalize("NFKC", query).replace("\N{MINUS SIGN}", "-").upper()
    after, before = _AFTER.fullmatch(plain), _BEFORE.fullmatch(plain)
    # Two whole numbers with a blank between are a postcode.
    if re.search(r"[.,;/°A-Z]", plain) is None or (after is None and before is None):
        if _EXACT.search(plain):
            raise WeatherError(
                "This looks like coordinates, which are not searched for; write them like "
                "48.21, 16.37."
            )
        return None
    if after is not None:
        one, side, other, other_side = after.groups()
    elif before is not None:
        side, one, other_side, other = before.groups()
    degrees = [
        (side, float(number.replace(",", ".")) * (-1.0 if side in ("S", "W") else 1.0))
        for side, number in ((side, one), (other_side, other))
    ]
    if side in ("E", "W"):
        degrees.reverse()
    (north, latitude_deg), (east, longitude_deg) = degrees
    if north not in ("", "N", "S") or east not in ("", "E", "W"):
        raise WeatherError("The coordinates do not say one latitude and one longitude.")
    return rounded_place(latitude_deg, longitude_deg)


def place_of_zone(zone_name: str) -> Place | None:
    """Find the town that a time zone is named after: good enough for the sun and clock.

    Everybody from Innsbruck to Vienna is in Vienna; in a wide zone the sun may be an
    hour off.

    Parameters
    ----------
    zone_name : str
        IANA name, as a browser tells it, also an older one.

    Returns
    -------
    Place or None
        None for what names no town, such as ``UTC``, an offset or no zone at all.
        From the tables of the IANA time zone database.

    Examples
    --------
    >>> place_of_zone("Europe/Vienna").label, place_of_zone("Asia/Calcutta").name
    ('Vienna, Austria', 'Kolkata')
    >>> place_of_zone("UTC") is None
    True
    """
    towns = _towns()
    name = zone_name if zone_name in towns else _older_names().get(zone_name, "")
    if name not in towns:
        return None
    code, latitude_deg, longitude_deg = towns[name]
    town = name.rsplit("/", 1)[-1].replace("_", " ")
    return Place(town, "", _countries()[code], latitude_deg, longitude_deg, zone_name)


def _rows(file: str) -> list[list[str]]:
    """Rows of a table of the time zone database, without its remarks."""
    text = (files("tzdata.zoneinfo") / file).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@cache
def _towns() -> Mapping[str, tuple[str, float, float]]:
    """Country code and coordinates of the town of each zone [°]."""
    towns = {}
    for code, coordinates, name, *_ in _rows("zone.tab"):
        parts = _TOWN.fullmatch(coordinates)
        if parts is None:
            raise ValueError(f"The coordinates of {name} are {coordinates}.")
        north, east = _degrees(*parts.group(1, 2, 3)), _degrees(*parts.group(4, 5, 6))
        towns[name] = (code, *rounded_place(north, east))
    return MappingProxyType(towns)


def _degrees(degrees: str, minutes: str, seconds: str | None) -> float:
    part = int(minutes) / 60 + int(seconds or 0) / 3600
    return int(degrees) + (-part if degrees.startswith("-") else part)


@cache
def _countries() -> Mapping[str, str]:
    return MappingProxyType({code: name for code, name, *_ in _rows("iso3166.tab")})


@cache
def _older_names() -> Mapping[str, str]:
    """Zone of each name that is kept for it: browsers still tell some."""
    links = (line[0].split() for line in _rows("tzdata.zi"))
    return MappingProxyType({link[2]: link[1] for link in links if link[:1] == ["L"]})
