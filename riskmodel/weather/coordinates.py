"""Coordinates that somebody writes where the name of a place is asked for."""

from __future__ import annotations

import re
from unicodedata import normalize

from riskmodel.weather.hours import WeatherError, rounded_place

_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d+)?) ?°?"
_AFTER = re.compile(rf"{_NUMBER} ?([NSEW]?)(?: ?[,;/] ?| ){_NUMBER} ?([NSEW]?)")
_BEFORE = re.compile(rf"([NSEW]) ?{_NUMBER}(?: ?[,;/] ?| )([NSEW]) ?{_NUMBER}")
_EXACT = re.compile(r"°|\d[.,\u066b]\d{3}")
"""No name of a place has degrees or three decimals."""


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
