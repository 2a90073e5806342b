"""Numbers as people write them, and as they are written back.

People write ``3:45``, ``3h45`` and ``1,5 h`` for a time, ``17,5`` for a number and
``93 F`` beside one in degrees Celsius.  What can mean two things is refused: two numbers
with nothing but a blank between them, too.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache

import numpy as np

from riskmodel.inputs import units
from riskmodel.inputs.fields import Field

_MINUTES_PER_HOUR = 60.0
_BLANK = r"[\s_]"
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_WITH_UNIT = re.compile(rf"({_NUMBER})(.*)")
_FEET = re.compile(r"(\d)(?:'|ft|feet)(\d{1,2}(?:\.\d+)?)?(?:\"|''|in|inch|inches)?")


def _words(label: str) -> str:
    words = (*units.UNIT_WORDS.get(label, ()), *units.TIME_WORDS[label].split())
    return "|".join(sorted(words, key=len, reverse=True))


_HOUR, _MINUTE, _SECOND = map(_words, ("h", "min", "s"))
# A dot or a comma after a word, as in 1 Std. 5 Min.
_AND = r"(?:(?<=[^\W\d]{2})\.)?(?:and|und|et|en|og|och|y|e|i|ja)?"
_AMOUNT = r"\d+(?:\.\d*)?|\.\d+"
_CLOCK = re.compile(rf"(\d{{1,2}}):([0-5]\d)(?::([0-5]\d))?(?:(?:{_HOUR})\.?)?")
_MINUTE_CLOCK = re.compile(rf"(\d{{1,3}}):([0-5]\d)(?:{_MINUTE})\.?")
_TIME = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<h>{_AMOUNT})(?:{_HOUR}){_AND})?"
    rf"(?:(?P<min>{_AMOUNT})(?:{_MINUTE}){_AND})?"
    rf"(?:(?P<s>{_AMOUNT})(?:{_SECOND})\.?)?(?P<bare>{_AMOUNT})?"
)
_ISO = re.compile(r"p(?:0+d)?t(?=\d)")
_NO_DAYS = re.compile(r"0days?(?=\d)")  # as pandas writes a span of time


def number_written(text: str, field: Field, chosen: units.Chosen | None = None) -> float:
    """Read a number as a person writes it, in the unit of the field.

    Parameters
    ----------
    text : str
        With a decimal point or comma; with the name of a unit, or in the chosen one.
        A time also as ``3:45``, ``3h45``, ``1,5 h``, ``5400 s`` or ``PT1H30M``, whether
        in minutes or in hours.
    field : Field
        Of the kind "number".
    chosen : mapping of str to str, optional
        Units that the person reads and writes, see `riskmodel.inputs.units`.

    Returns
    -------
    float
        Whatever its size: what is allowed is for others to say.

    Raises
    ------
    ValueError
        If it is no number, or could be two.

    Examples
    --------
    >>> from riskmodel.inputs.fields import FIELDS
    >>> minutes, air = FIELDS["duration_min"], FIELDS["air_temperature_c"]
    >>> [number_written(text, minutes) for text in ("3:45", "3h45", "225", "1,5 h")]
    [225.0, 225.0, 225.0, 90.0]
    >>> number_written("86 F", air), number_written("17,5", air)
    (30.0, 17.5)
    """
    plain = _plain(text)
    if field.unit == "min":
        return _minutes(plain)
    if field.unit == "h" and not re.fullmatch(_NUMBER, plain):
        return _minutes(plain) / _MINUTES_PER_HOUR
    if field.unit == "cm" and (feet := _FEET.fullmatch(plain)):
        inches = float(feet[2] or 0.0)
        if inches >= 12.0:
            raise ValueError(text)
        return units.height_cm(float(feet[1]), inches)
    match = _WITH_UNIT.fullmatch(plain)
    if match is None:
        raise ValueError(text)
    unit = _unit_of(match[2], field, chosen or {})
    return unit.inside(float(match[1])) if unit.label != field.unit else float(match[1])


def plain_number(text: str) -> float:
    """Read a number that has no unit, with a decimal point or comma.

    Raises
    ------
    ValueError
        If it is no number, or could be two.

    Examples
    --------
    >>> plain_number("0,08"), plain_number(" .5 ")
    (0.08, 0.5)
    """
    plain = _plain(text)
    if not re.fullmatch(_NUMBER, plain):
        raise ValueError(text)
    return float(plain)


def span_in(unit: str, span: timedelta | np.timedelta64) -> float:
    """Read a span of time in minutes or hours.

    Examples
    --------
    >>> span_in("min", timedelta(hours=2)), span_in("h", np.timedelta64(450, "m"))
    (120.0, 7.5)
    """
    if isinstance(span, np.timedelta64) and np.datetime_data(span.dtype)[0] in _NO_SPAN:
        raise ValueError(span)
    whole = (
        span.astype("timedelta64[us]").item() if isinstance(span, np.timedelta64) else span
    )
    minutes = whole / timedelta(minutes=1)
    if unit not in ("min", "h"):
        raise ValueError(unit)
    return minutes if unit == "min" else minutes / _MINUTES_PER_HOUR


_NO_SPAN = ("generic", "M", "Y")  # a bare number, and what is of no one length


def _plain(text: str) -> str:
    """Text in lower case, without blanks, with a decimal point and a plain minus."""
    # 1 30 can be an hour and a half, or a hundred and thirty.
    if re.search(rf"(?:\d|(?<![^\W\d])[.,]){_BLANK}+[\d.,]", text):
        raise ValueError(text)
    plain = re.sub(_BLANK, "", text.lower())
    plain = plain.replace("\u2212", "-").replace("\u2019", "'").replace("\u2032", "'")
    plain = plain.replace("\u2033", '"').replace("\u201d", '"').replace("½", ".5")
    # 1,500 can be a thousand and a half, or one and a half.
    if re.search(r"\d,\d{3}(?!\d)", plain) or plain.count(",") > 1:
        raise ValueError(text)
    return plain.replace(",", ".")


def _minutes(plain: str) -> float:
    plain = _NO_DAYS.sub("", plain, count=1)
    if clock := _CLOCK.fullmatch(plain):
        hours, minutes, seconds = (float(part or 0.0) for part in clock.groups())
        return hours * _MINUTES_PER_HOUR + minutes + seconds / 60.0
    if clock := _MINUTE_CLOCK.fullmatch(plain):
        return float(clock[1]) + float(clock[2]) / 60.0
    if not plain or (match := _TIME.fullmatch(_ISO.sub("", plain, count=1))) is None:
        raise ValueError(plain)
    parts = match.groupdict()
    sign = -1.0 if parts.pop("sign") == "-" else 1.0
    if (bare := parts.pop("bare")) is not None:
        if parts["s"] is not None:
            raise ValueError(plain)
        # 1h05 and 5m30: what follows is the next smaller part.
        below = "s" if parts["min"] is not None else "min"
        parts[below] = bare
    amounts = [float(part) for part in parts.values() if part is not None]
    if not amounts or not all(large.is_integer() for large in amounts[:-1]):
        raise ValueError(plain)
    if any(small >= _MINUTES_PER_HOUR for small in amounts[1:]):
        raise ValueError(plain)
    hours, minutes, seconds = (float(parts[name] or 0.0) for name in ("h", "min", "s"))
    return sign * (hours * _MINUTES_PER_HOUR + minutes + seconds / 60.0)


def _unit_of(word: str, field: Field, chosen: units.Chosen) -> units.Unit:
    if not word:
        unit = units.unit_of(field.unit, chosen)
        # A bare number of somebody who reads feet is one of inches, not of feet.
        if unit.feet:
            raise ValueError(word)
        return unit
    label = _labels().get(word)
    if label == field.unit:
        return units.unit_written(field.unit, field.unit)
    if label is None or label not in units.written_for(field.unit):
        raise ValueError(word)
    return units.unit_written(field.unit, label)


@cache
def _labels() -> dict[str, str]:
    return {word: label for label, words in units.UNIT_WORDS.items() for word in words}


def number_text(value: float, field: Field, chosen: units.Chosen | None = None) -> str:
    """Write a number back for a person to change, without its unit but for a time.

    Examples
    --------
    >>> from riskmodel.inputs.fields import FIELDS
    >>> number_text(225, FIELDS["duration_min"]), number_text(45, FIELDS["duration_min"])
    ('3 h 45', '45 min')
    >>> number_text(30, FIELDS["air_temperature_c"], {"°C": "°F"})
    '86'
    """
    if field.unit == "min":
        return units.duration_text(value)
    unit = units.unit_of(field.unit, chosen or {})
    if unit.feet:
        return units.text(value, field.unit, chosen or {})
    # No minus before a nought.
    return f"{round(unit.shown(value), unit.decimals) + 0.0:.10g}"
