"""Units: exact, against an independent library, and without any effect on the score."""

import re
from functools import cache
from pathlib import Path

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS

_ROOM = Path(units.__file__).parents[1]
NAMES = {
    "°C": "degC",
    "°F": "degF",
    "kg": "kg",
    "lb": "lb",
    "cm": "cm",
    "ft in": "inch",
    "l/h": "l/h",
    "oz/h": "US_fluid_ounce/h",
    "m/s": "m/s",
    "km/h": "km/h",
    "mph": "mile/h",
    "l": "l",
    "oz": "US_fluid_ounce",
}
PAIRS = [(own, label) for own, options in units.UNITS.items() for label in options]


@cache
def pint_units():
    return pint.UnitRegistry()


@pytest.mark.parametrize(("own", "label"), PAIRS)
@given(value=st.floats(-300, 3000))
def test_conversions_agree_with_an_independent_library(own, label, value):
    unit = units.unit_of(own, {own: label})
    theirs = pint_units().Quantity(value, NAMES[own]).m_as(NAMES[label])
    assert unit.shown(value) == pytest.approx(theirs, abs=1e-9, rel=1e-12)
    assert unit.inside(unit.shown(value)) == pytest.approx(value, abs=1e-9)


def test_litres_follow_the_choice_for_litres_an_hour():
    ounce = units.unit_of("l", {"l/h": "oz/h"})
    assert ounce.shown(1.0) == pytest.approx(
        pint_units().Quantity(1, "l").m_as("US_fluid_ounce")
    )
    assert units.unit_of("l", {}).label == "l"


@given(st.floats(100, 230))
def test_feet_and_inches_keep_a_height_to_the_tenth_of_an_inch(height_cm):
    feet, inches = units.feet_and_inches(height_cm)
    assert 0 <= inches < 12
    assert units.height_cm(feet, inches) == pytest.approx(height_cm, abs=0.128)


@pytest.mark.parametrize(
    ("locale", "temperature", "wind"),
    [
        ("en-US", "°F", "mph"),
        ("es-US", "°F", "mph"),
        ("en-GB", "°C", "mph"),
        ("de-DE", "°C", "m/s"),
        ("fr", "°C", "m/s"),
        ("", "°C", "m/s"),
        (None, "°C", "m/s"),
    ],
)
def test_the_first_choice_is_what_people_use_there(locale, temperature, wind):
    chosen = units.usual_units(locale)
    assert (chosen["°C"], chosen["m/s"]) == (temperature, wind)
    assert set(chosen) == set(units.UNITS)


@pytest.mark.parametrize(
    "kept",
    [None, 3, "x", [], {"°C": "K"}, {"°C": None}, {"?": "°F"}, {"°C": ["°F"]}, {"°C": {}}],
)
def test_choices_that_make_no_sense_are_the_projects_own(kept):
    assert units.complete(kept) == {own: own for own in units.UNITS}


@pytest.mark.parametrize(("own", "label"), PAIRS)
def test_what_is_said_to_be_allowed_is(own, label):
    unit = units.unit_of(own, {own: label})
    for field in FIELDS.values():
        if field.unit != own:
            continue
        words = units.allowed(field, {own: label})
        if unit.feet:
            for end in words.split(" to "):
                feet, _, inches, _ = end.split()
                height_cm = float(feet) * 30.48 + float(inches) * 2.54
                assert field.low <= height_cm <= field.high
            continue
        low, high = words.split()[0:3:2]
        assert field.low <= unit.inside(float(low)) + 1e-9
        assert unit.inside(float(high)) - 1e-9 <= field.high


def test_heights_are_told_in_feet_and_inches():
    chosen = {"cm": "ft in"}
    assert units.text(177.8, "cm", chosen) == "5 ft 10 in"
    assert units.allowed(FIELDS["height_cm"], chosen) == "3 ft 3.4 in to 7 ft 6.5 in"


def test_the_length_of_a_mile_stands_once():
    sources = [*_ROOM.rglob("*.py"), *_ROOM.rglob("*.toml")]
    mile = re.compile(r"1[._]?609|0\.4470")
    assert [path.name for path in sources if mile.search(path.read_text("utf-8"))] == [
        "units.py"
    ]
