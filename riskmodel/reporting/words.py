"""Plain text for people: one assessment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.physiology.plan import QUANTITIES
from riskmodel.physiology.sweat import sweat_range_l_h
from riskmodel.reporting.lines import points_text, wrapped
from riskmodel.reporting.onset import onset_text
from riskmodel.scoring.assessment import SHOWN_MAXIMUM, Assessment
from riskmodel.scoring.bands import BANDS, in_100_span, in_100_text
from riskmodel.scoring.card import SYNTHETIC as SYNTHETIC
from riskmodel.scoring.contributions import Contribution
from riskmodel.scoring.engine import SPREADS
from riskmodel.scoring.guards import heat_band
from riskmodel.scoring.probability import RANGE_SD, expit

_COUNTS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_OWN: units.Chosen = {}
# Known of every session that is scored, but for those in the water.
_KNOWN_IN_AIR = frozenset(
    {"air_temperature_c", "relative_humidity_pct", "solar_radiation_w_m2", "wbgt_c"}
)
BAND_LABELS = {band.name: band.label for band in BANDS}
BAND_LIKENESS = {
    "low": "as in an ordinary training session.",
    "moderate": "more than ordinary training.",
    "high": "up to what a marathon brings.",
    "very_high": "as in an Ironman, or more.",
}
"""What a band is like, in few words."""
BAND_ACTIONS = {
    "low": "Go and enjoy it.",
    "moderate": "Start gently and keep something in hand.",
    "high": "Start easier than you feel, and see what helps below.",
    "very_high": "Go easier, or shorter if it is no race, and know where you can stop.",
}
"""What to do about a band where nothing warns; our judgement."""
HEAT_IN_WATER = (
    "Heat in the water is scored neither from the air nor from the water: it takes heat "
    "from a body in its own way, no study of it and cramps stands behind this scorecard, "
    "and an average is taken."
)
NOTHING_TO_CHANGE = "Nothing here would change it noticeably: enjoy it."


def count_text(count: int) -> str:
    """Write how many there are to begin a sentence with, in words up to nine.

    Examples
    --------
    >>> count_text(4), count_text(12)
    ('Four', '12')
    """
    return _COUNTS[count] if count < len(_COUNTS) else str(count)


def total_text(total_points: float) -> str:
    """Write a total on the scale of 0 to 100, and say so if it is beyond."""
    if total_points > SHOWN_MAXIMUM:
        return f"{SHOWN_MAXIMUM} points (the sum, {points_text(total_points)}, is higher)"
    return f"{points_text(total_points)} points"


def value_text(contribution: Contribution, chosen: units.Chosen = _OWN) -> str:
    """Write what a factor read, with its unit, or the one that was chosen for it."""
    value = contribution.value
    if value is None and contribution.quantity in _KNOWN_IN_AIR:
        return "not known in the water"
    if value is None:
        return "no similar session" if contribution.answered else "not answered"
    if isinstance(value, str):
        return value
    unit = contribution.unit
    if unit == "min" or units.unit_of(unit, chosen).label != unit:
        return units.text(value, unit, chosen)
    if value == 1 and unit in ("sessions", "days"):
        unit = unit[:-1]
    if contribution.quantity == "body_mass_loss_pct" and value < 0:
        return "none, more drunk than sweated"
    digits = f"{value:.3g}" if abs(value) < 999.5 else f"{value:.0f}"
    return f"{digits} {unit}".rstrip()


def answer_text(name: str, value: Any, chosen: units.Chosen = _OWN) -> str:
    """Write one answer for people, readable or not.

    Examples
    --------
    >>> answer_text("sky", "shade"), answer_text("duration_min", 70.0)
    ('In the shade', '1 h 10')
    >>> answer_text("air_temperature_c", 20.0, {"°C": "°F"}), answer_text("sky", None)
    ('68 °F', 'open')
    """
    field = FIELDS[name]
    if value is None:
        return "open"
    if isinstance(value, list | tuple):
        return ", ".join(field.levels.get(item, "None") for item in value)
    if field.kind == "number" and isinstance(value, int | float):
        return units.text(value, field.unit, chosen)
    if field.kind == "time":
        try:
            return f"{datetime.fromisoformat(str(value)):%a %d %b %Y, %H:%M}"
        except ValueError:
            return str(value)
    return field.levels.get(value, str(value)) if isinstance(value, str) else str(value)


def weather_text(answers: Mapping[str, Any], chosen: units.Chosen = _OWN) -> str:
    """Write the weather of a session that can be scored, its water, or both.

    Examples
    --------
    >>> weather_text({"air_temperature_c": 31.0, "relative_humidity_pct": 60.0})
    '31 °C, 60 % humidity'
    >>> weather_text({"sport": "swimming", "water_temperature_c": 27.0})
    'water 27 °C'
    >>> weather_text({"sport": "triathlon", "air_temperature_c": 31.0,
    ...     "relative_humidity_pct": 60.0, "water_temperature_c": 27.0})
    '31 °C, 60 % humidity, water 27 °C'
    >>> weather_text({"sport": "swimming"})
    ''
    """
    parts = []
    if FIELDS["air_temperature_c"].asked_of(answers):
        parts.append(units.text(answers["air_temperature_c"], "°C", chosen))
        parts.append(f"{answers['relative_humidity_pct']:g} % humidity")
    water_c = answers.get("water_temperature_c")
    if water_c is not None and FIELDS["water_temperature_c"].asked_of(answers):
        parts.append(f"water {units.text(water_c, '°C', chosen)}")
    return ", ".join(parts)


def summary_text(answer: Assessment) -> str:
    """Say how likely a cramp is, in one sentence, or how many points there are."""
    if math.isnan(answer.probability):
        return (
            f"{total_text(answer.total_points)} of {SHOWN_MAXIMUM}. "
            f"{Problem('', 'not_calibrated')}"
        )
    span = in_100_span(answer.probability_low, answer.probability_high)
    return (
        f"{answer.in_100.capitalize()} of 100 sessions like this one would bring a cramp; "
        f"depending on assumptions, {span}. {BAND_LABELS[answer.band]} risk."
    )


def range_sentences(answer: Assessment) -> Iterator[str]:
    """Say what to compare with, what the number is, and what would narrow it."""
    if math.isnan(answer.probability):
        return
    yield f"In ideal conditions: {in_100_text(answer.probability_ideal)} of 100."
    yield SYNTHETIC
    if answer.heat_is_open:
        yield HEAT_IN_WATER
    for name in list(answer.narrowing)[:1]:
        label = FIELDS[name].label
        yield f"Of the open questions, {label!r} would narrow the range most, on average."


def spread_rows(answer: Assessment) -> list[tuple[str, str]]:
    """How wide each source alone would make the range; those that agree share a row."""
    middle = math.log(answer.probability / (1.0 - answer.probability))
    of_span: dict[str, list[str]] = {}
    for name, label in SPREADS.items():
        ends = (expit(middle + sign * answer.spreads[name]) for sign in (-1, 1))
        low, high = map(float, ends)
        # The range lies around the usual answers, see
        # `riskmodel.scoring.engine`, and reaches further to one side;
        # a source by itself may stick out.
        low, high = max(low, answer.probability_low), min(high, answer.probability_high)
        of_span.setdefault(f"{in_100_span(low, high)} of 100", []).append(label)
    return [("; ".join(labels), span) for span, labels in of_span.items()]


def quantity_rows(
    physiology: Mapping[str, float],
    chosen: units.Chosen = _OWN,
    *,
    sweat_measured: bool = False,
    drinking_planned: bool = True,
) -> list[tuple[str, str]]:
    """Label and value of every quantity that is known, in words.

    Parameters
    ----------
    physiology : mapping of str to float
        As in `riskmodel.Assessment`.
    chosen : mapping of str to str
        Units to show, see `riskmodel.inputs.units`.
    sweat_measured : bool
        A measured sweat rate has no range between people.
    drinking_planned : bool
        Whether the amount to drink was answered; otherwise it is an average.
    """
    rows = []
    for name, quantity in QUANTITIES.items():
        value = physiology[name]
        if not math.isfinite(value) or name == "drinking_exceeds_sweat":
            continue
        # Drinking more than is lost is a gain, not a negative loss.
        gain = value < 0 and name in ("body_mass_loss_pct", "sodium_deficit_mg")
        shown = abs(value) if gain else value
        text = units.text(shown, quantity.unit, chosen, quantity.decimals)
        text = text.replace("-", "\u2212")
        if name == "wbgt_c":
            text += f", {heat_band(value)}"
        if name == "sweat_rate_l_h" and not sweat_measured:
            text += f" (people differ: {sweat_span(value, chosen)})"
        if name == "fluid_intake_l" and not drinking_planned:
            text += " (average taken)"
        rows.append((quantity.label, f"gained {text}" if gain else text))
    return rows


def sweat_span(sweat_rate_l_h: float, chosen: units.Chosen = _OWN) -> str:
    """Range that holds the sweat rates of 9 people in 10 where this is predicted.

    Examples
    --------
    >>> sweat_span(1.0)
    '0.6 to 1.6 l/h'
    """
    ends = sweat_range_l_h(sweat_rate_l_h, RANGE_SD)
    low, high = (units.text(rate, "l/h", chosen, 1) for rate in ends)
    return f"{low.split()[0]} to {high}"


def assessment_lines(answer: Assessment) -> Iterator[str]:
    """Lay out one assessment for a terminal.

    Parameters
    ----------
    answer : Assessment

    Yields
    ------
    str
        Lines: safety first, then the total, why, the physiology, what is open.
    """
    if answer.problems:
        yield "This session cannot be scored:"
        yield from (f"- {problem}" for problem in answer.problems)
        return
    if answer.guards:
        yield "Before you start"
        for guard in answer.guards:
            yield from wrapped(f"- {guard}", "  ")
        yield ""
    yield from wrapped(summary_text(answer))
    for sentence in range_sentences(answer):
        yield from wrapped(sentence)
    if answer.onset is not None:
        yield from wrapped(onset_text(answer.onset))
    yield ""
    yield f"Why: {total_text(answer.total_points)}"
    counted = sorted(answer.contributions, key=lambda c: -c.points)
    for c in counted:
        if c.points:
            yield f"  +{points_text(c.points):<5} {c.label}: {value_text(c)}"
    none = ", ".join(c.label.lower() for c in counted if not c.points)
    yield from wrapped(f"  0 points: {none}", "    ")
    yield ""
    yield "Behind it"
    planned = "fluid_intake_l_h" not in answer.missing
    for label, value in quantity_rows(answer.physiology, drinking_planned=planned):
        yield from wrapped(f"  {label}: {value}", "    ")
    if answer.missing:
        labels = ", ".join(FIELDS[name].label for name in answer.missing)
        yield ""
        yield from wrapped(f"Not answered, taken as average: {labels}", "  ")
