"""The units a person may choose; everything inside keeps to those of `FIELDS`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from riskmodel.inputs.fields import Field
from riskmodel.inputs.tables import folded

if TYPE_CHECKING:
    import pandas as pd

Quantity = TypeVar("Quantity", float, "pd.Series[float]")
"""One value or a column of them."""


@dataclass(frozen=True)
class Unit:
    """A unit to show and enter a quantity in.

    Attributes
    ----------
    label : str
    factor, offset : float
        Shown value = factor * value in the project's unit + offset; exact by definition.
    decimals : int
        That are shown and stepped through.
    step : float
    feet : bool
        Inches that are entered as feet and inches.
    """

    label: str
    factor: float = 1.0
    offset: float = 0.0
    decimals: int = 2
    step: float = 1.0
    feet: bool = False

    def shown(self, value: Quantity) -> Quantity:
        """Value in this unit."""
        return value * self.factor + self.offset

    def inside(self, shown: Quantity) -> Quantity:
        """Value in the project's own unit."""
        return (shown - self.offset) / self.factor


_INCH_CM = 2.54
_POUND_KG = 0.45359237
_FLUID_OUNCE_L = 0.0295735295625  # United States, 1/128 of 231 cubic inches each
MILE_KM = 1.609344
"""International mile. [km]"""

UNITS: Mapping[str, Mapping[str, Unit]] = MappingProxyType(
    {
        "°C": {
            "°C": Unit("°C", decimals=1),
            "°F": Unit("°F", 1.8, 32.0, decimals=1),
        },
        "kg": {
            "kg": Unit("kg", decimals=1),
            "lb": Unit("lb", 1.0 / _POUND_KG, decimals=1),
        },
        "cm": {
            "cm": Unit("cm", decimals=1),
            "ft in": Unit("ft in", 1.0 / _INCH_CM, decimals=1, feet=True),
        },
        "l/h": {
            "l/h": Unit("l/h", step=0.1),
            "oz/h": Unit("oz/h", 1.0 / _FLUID_OUNCE_L, decimals=1, step=2.0),
        },
        "m/s": {
            "m/s": Unit("m/s", decimals=1, step=0.5),
            "km/h": Unit("km/h", 3.6, decimals=1),
            "mph": Unit("mph", 3.6 / MILE_KM, decimals=1),
        },
    }
)
"""Choices by the project's own unit, that one first.  An ounce is a US fluid ounce."""

# What goes with a choice without being chosen itself.
_WITH = {
    "l": ("l/h", {"l/h": Unit("l"), "oz/h": Unit("oz", 1.0 / _FLUID_OUNCE_L, decimals=1)})
}
_MILE = Unit("mi", 1.0 / MILE_KM)
# Who reads a height in feet reads a way in miles.
_WITH["km"] = ("cm", {"cm": Unit("km"), "ft in": _MILE})
_SMALLER_THAN_LITRES = {
    f"{name}/h": Unit(f"{name}/h", factor)
    for name, factor in (("dl", 10.0), ("cl", 100.0), ("ml", 1000.0))
}
# What stands in files without being a choice.
_WRITTEN = {
    "km": {"mi": _MILE},
    "cm": {"m": Unit("m", 0.01), "in": Unit("in", 1.0 / _INCH_CM)},
    "min": {"h": Unit("h", 1.0 / 60.0)},
    "l/h": _SMALLER_THAN_LITRES,
    # An amount is written as what is drunk in an hour, without the hour.
    "l": {"l/h": Unit("l"), **_SMALLER_THAN_LITRES, "oz/h": UNITS["l/h"]["oz/h"]},
}

UNIT_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "°C": ("°c", "c", "celsius"),
        "°F": ("°f", "f", "fahrenheit"),
        "kg": ("kg", "kgs", "kilo", "kilos"),
        "lb": ("lb", "lbs", "pound", "pounds"),
        "cm": ("cm",),
        "m": ("m", "metre", "metres", "meter", "meters"),
        "in": ("in", "inch", "inches", '"'),
        "ft in": ("ftin", "ft", "feet"),
        "l/h": ("l/h", "l", "litre/h", "liter/h", "litre", "litres", "liter", "liters"),
        "dl/h": ("dl/h", "dl"),
        "cl/h": ("cl/h", "cl"),
        "ml/h": ("ml/h", "ml"),
        "oz/h": ("oz/h", "oz", "floz", "fl.oz", "fl.oz.", "ounces"),
        "m/s": ("m/s", "mps"),
        "km": ("km", "k", "kilometre", "kilometres", "kilometer", "kilometers"),
        "mi": ("mi", "mile", "miles"),
        "km/h": ("km/h", "kmh", "kph"),
        "mph": ("mph",),
        "%": ("%", "pct", "percent"),
        "h": ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"),
        "min": ("min", "mins", "minute", "minutes", "minuten"),
        "years": ("years", "year", "y", "yo"),
        "sessions": ("sessions", "session", "x"),
        "days": ("days", "day", "d"),
        "mg/l": ("mg/l", "mg"),
        "W/m²": ("w/m²", "w/m2", "w"),
        "°": ("°", "deg"),
        "of 10": ("of10", "/10"),
    }
)
"""Words that people write for a unit, by its label; in lower case and without blanks."""

# Units that headers and cells name; "days" at the end of a header is none.
_IN_TABLES = (
    *("kg", "lb", "cm", "m", "ft in", "in", "h", "min", "°C", "°F"),
    *("m/s", "km/h", "mph", "l/h", "mg/l", "%"),
)
UNITS_NAMED: Mapping[str, str] = {"%": "%"} | {
    folded(word): label
    for label in _IN_TABLES
    for word in (label, *UNIT_WORDS[label])
    if folded(word)
}
"""Units by the words of tables for them, without case and punctuation: m s is m/s."""

TIME_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "h": (
            "t tim time timer timme timmar u uur uren heure heures hora horas ora ore "
            "tunti tuntia saat godz godzina godziny godzin hod hodina hodiny hodin óra "
            "ч час часа часов 時間 小时 小時 시간"
        ),
        "min": (
            "m ' minuto minutos minuti minuut minutt minutter minuter minuutti minuuttia "
            "minut minuta minuty perc dk dakika мин минут минута минуты "
            "分 分钟 分鐘 분"
        ),
        "s": (
            "s \" '' sec secs second seconds sek sekunde sekunden sekunder sekund sekundy "
            "sekunty sekuntia seconde secondes secondi segundo segundos seg sn saniye "
            "másodperc сек секунд 秒 초"
        ),
    }
)
"""Words for parts of a time beside those of `UNIT_WORDS`, with blanks between them.

Alone, some of them mean other things.
"""

HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "°C": "Temperature",
        "kg": "Body mass",
        "cm": "Height",
        "l/h": "Drinks and sweat",
        "m/s": "Wind",
    }
)
"""What each choice is about."""

Chosen = Mapping[str, str]
"""A label for each key of `UNITS`; what is left out stays in the project's own unit."""

_CUSTOMARY = {"°C": "°F", "kg": "lb", "cm": "ft in", "l/h": "oz/h", "m/s": "mph"}
_BY_REGION: Mapping[str, Chosen] = MappingProxyType(
    {"US": _CUSTOMARY, "LR": _CUSTOMARY, "GB": {"m/s": "mph"}}
)


def unit_word(text: str) -> str:
    """Unit that a text names, empty if none.

    Examples
    --------
    >>> unit_word("lbs."), unit_word("m/s"), unit_word("?")
    ('lb', 'm/s', '')
    """
    return UNITS_NAMED.get(folded(text) or text.strip(), "")


def usual_units(locale: str | None) -> dict[str, str]:
    """Units that people use where a browser comes from.

    Parameters
    ----------
    locale : str or None
        A language tag such as ``"en-US"``; without a region, the project's own units.

    Returns
    -------
    dict of str to str
        A choice for every key of `UNITS`.

    Examples
    --------
    >>> usual_units("en-US")["°C"], usual_units("de-DE")["°C"], usual_units(None)["kg"]
    ('°F', '°C', 'kg')
    """
    language_and_more = re.split(r"-[uxt]-", (locale or "").replace("_", "-").lower())[0]
    regions = [part for part in language_and_more.split("-")[1:] if len(part) == 2]
    return complete(_BY_REGION.get(regions[0].upper() if regions else "", {}))


def complete(chosen: object) -> dict[str, str]:
    """Choices with the project's own unit where there is none, or none that exists.

    Examples
    --------
    >>> complete({"°C": "K", "kg": "lb"})["°C"], complete("rubbish")["kg"]
    ('°C', 'kg')
    """
    given = chosen if isinstance(chosen, Mapping) else {}
    labels = {own: given.get(own) for own in UNITS}
    return {
        own: label if isinstance(label, str) and label in UNITS[own] else own
        for own, label in labels.items()
    }


def unit_of(own: str, chosen: Chosen) -> Unit:
    """Unit in which a quantity is shown, given the project's own.

    Examples
    --------
    >>> unit_of("°C", {"°C": "°F"}).shown(30.0)
    86.0
    >>> unit_of("min", {"°C": "°F"}).shown(52.0)
    52.0
    """
    if own in _WITH:
        leader, units = _WITH[own]
        return units[chosen.get(leader, leader)]
    if own in UNITS:
        return UNITS[own][chosen.get(own, own)]
    return Unit(own)


def unit_written(own: str, label: str) -> Unit:
    """Unit that a file names for a quantity, given the project's own.

    Examples
    --------
    >>> unit_written("min", "h").inside(1.5), unit_written("kg", "kg").inside(70.0)
    (90.0, 70.0)
    """
    return (
        Unit(own)
        if label == own
        else {**UNITS.get(own, {}), **_WRITTEN.get(own, {})}[label]
    )


def written_for(own: str) -> frozenset[str]:
    """Labels of the units in which people and files write a quantity."""
    return frozenset({own, *UNITS.get(own, {}), *_WRITTEN.get(own, {})})


def duration_text(minutes: float) -> str:
    """Write a time of minutes as people say it.

    Examples
    --------
    >>> [duration_text(minutes) for minutes in (225, 180, 45, 62.4, 59.5, 59.96)]
    ['3 h 45', '3 h', '45 min', '1 h 02', '59.5 min', '1 h']
    """
    if round(minutes, 1) < 60.0:
        return f"{round(minutes, 1):g} min"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def text(value: float, own: str, chosen: Chosen, decimals: int | None = None) -> str:
    """Write a value that is in the project's unit in the chosen one.

    Parameters
    ----------
    value : float
    own : str
        The project's unit of it, as in `FIELDS`.
    chosen : mapping of str to str
    decimals : int, optional
        For the project's own unit; another unit has its own.

    Examples
    --------
    >>> text(178.0, "cm", {"cm": "ft in"}), text(0.6, "l/h", {}), text(70.0, "min", {})
    ('5 ft 10.1 in', '0.6 l/h', '1 h 10')
    """
    if own == "min":
        return duration_text(value)
    unit = unit_of(own, chosen)
    if unit.feet:
        feet, inches = feet_and_inches(value)
        return f"{feet:.0f} ft {inches:g} in"
    if unit.label != own or decimals is None:
        # The value itself, rounded; no digits that are only zeros.
        return f"{round(unit.shown(value), unit.decimals):g} {unit.label}".rstrip()
    return f"{value:.{decimals}f} {unit.label}".rstrip()


def feet_and_inches(height_cm: float) -> tuple[float, float]:
    """Split a height.

    Examples
    --------
    >>> feet_and_inches(182.88)
    (6.0, 0.0)
    """
    tenths = round(height_cm / _INCH_CM * 10.0)
    return float(tenths // 120), tenths % 120 / 10.0


def height_cm(feet: Quantity, inches: Quantity) -> Quantity:
    """Height of feet and inches. [cm]."""
    return (feet * 12.0 + inches) * _INCH_CM


def allowed(field: Field, chosen: Chosen) -> str:
    """What a number may be, in the chosen unit, as the end of a sentence.

    Examples
    --------
    >>> from riskmodel.inputs.fields import FIELDS
    >>> allowed(FIELDS["air_temperature_c"], {"°C": "°F"})
    '-4 to 131 °F'
    >>> allowed(FIELDS["duration_min"], {})
    '5 min to 24 h'
    """
    if field.unit == "min":
        return f"{duration_text(field.low)} to {duration_text(field.high)}"
    unit = unit_of(field.unit, chosen)
    if unit.label == field.unit:
        return field.allowed
    # Rounded inwards, so that what is named as allowed is.
    if unit.feet:
        tenth_cm = _INCH_CM / 10.0
        low = math.ceil(field.low / tenth_cm - 1e-6) * tenth_cm
        high = math.floor(field.high / tenth_cm + 1e-6) * tenth_cm
        return " to ".join(text(end, field.unit, chosen) for end in (low, high))
    scale = 10.0**unit.decimals
    low = math.ceil(unit.shown(field.low) * scale - 1e-6) / scale
    high = math.floor(unit.shown(field.high) * scale + 1e-6) / scale
    return f"{low:g} to {high:g} {unit.label}"
