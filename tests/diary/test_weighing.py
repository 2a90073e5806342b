"""Sweat rates from weighing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.diary.weighing import UNTOLD_URINE_L, sweat_rate

WEIGHED = {"mass_before_kg": 61.7, "mass_after_kg": 60.3, "fluid_drunk_l": 0.42}
kilograms = st.floats(25, 250)
litres = st.floats(0, 20)
minutes = st.floats(5, 1440)


def test_the_arithmetic_of_the_formula_is_reckoned_by_hand():
    """Lost 1.4 kg, drunk 0.42 l, passed 0.09 l: 1.73 l in an hour and a half."""
    found = sweat_rate(**WEIGHED, urine_l=0.09, duration_min=90)
    assert found.rate_l_h * 1.5 == pytest.approx(1.730)


def test_how_far_it_may_be_off_is_reckoned_by_hand():
    found = sweat_rate(**WEIGHED, duration_min=60)
    error = math.sqrt(0.1**2 + 0.1**2 + 0.042**2)
    assert found.rate_l_h == pytest.approx(1.82)
    assert found.low_l_h == pytest.approx(1.82 - error - 0.3)
    assert found.high_l_h == pytest.approx(1.82 + error + 0.1)


@given(kilograms, kilograms, litres, minutes)
def test_laws_of_a_sweat_rate(before, after, drunk, duration):
    weighed = {"mass_before_kg": before, "mass_after_kg": after, "duration_min": duration}
    found = sweat_rate(**weighed, fluid_drunk_l=drunk)
    assert found.low_l_h < found.rate_l_h < found.high_l_h
    assert found.rate_l_h * duration / 60 == pytest.approx(before - after + drunk, abs=1e-9)
    told = sweat_rate(**weighed, fluid_drunk_l=drunk, urine_l=0.0)
    assert told.rate_l_h == found.rate_l_h
    assert (told.low_l_h - found.low_l_h) * duration / 60 == pytest.approx(UNTOLD_URINE_L)
    more = sweat_rate(**weighed, fluid_drunk_l=drunk + 1)
    assert more.rate_l_h > found.rate_l_h


@pytest.mark.parametrize("duration", [0, -1, math.nan])
def test_no_time_gives_no_rate(duration):
    with pytest.raises(ValueError, match="above 0"):
        sweat_rate(**WEIGHED, duration_min=duration)
