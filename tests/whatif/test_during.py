"""When in a session, and until when a lever helps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel import advise, assess, load_calibration
from riskmodel.datasets import load_examples
from riskmodel.whatif.advice import least_saved
from riskmodel.whatif.during import chance_by_time, helps_until_min
from riskmodel.whatif.levers import LEVERS

HOT = {
    "sport": "running",
    "duration_min": 225,
    "session_rpe": 8,
    "age_years": 30,
    "air_temperature_c": 31,
    "relative_humidity_pct": 60,
    "body_mass_kg": 70,
}
ANSWER, ADVICE = assess(HOT), advise(HOT)
BY_NAME = {option.levers[0].name: option for option in ADVICE.now}


@pytest.mark.parametrize("name", load_examples())
def test_the_chance_rises_from_nothing_to_the_sessions_own(name):
    session = load_examples()[name]
    answer, minutes = assess(session), session["duration_min"]
    by = chance_by_time(answer, minutes, np.linspace(0.0, minutes, 50))
    for values, own in (
        (by.probability, answer.probability),
        (by.probability_low, answer.probability_low),
        (by.probability_high, answer.probability_high),
    ):
        assert (values[0], values[-1]) == (0.0, pytest.approx(own))
        assert (np.diff(values) >= 0.0).all()
    assert (by.probability_low <= by.probability).all()
    assert (by.probability <= by.probability_high).all()


def test_it_is_the_published_onset_of_a_marathon():
    # Maughan 1986 (doi:10.1080/02640418608732095): 33 of 42 km on average and later.
    marathon = load_examples()["Marathon"]
    answer, minutes = assess(marathon), marathon["duration_min"]
    by = chance_by_time(answer, minutes, np.linspace(0.0, minutes, 2001))
    mean = 1.0 - np.trapezoid(by.probability, by.at_min) / (minutes * answer.probability)
    assert 0.7 < mean < 0.9


@pytest.mark.parametrize("at", [-0.1, 225.1, np.nan])
def test_a_time_outside_the_session_is_refused(at):
    with pytest.raises(ValueError, match="outside the session, 0 to 225 min"):
        chance_by_time(ANSWER, 225.0, [0.0, at])


def test_without_a_number_or_a_curve_there_is_none():
    with pytest.raises(ValueError, match="cannot be scored"):
        chance_by_time(assess({"sport": "running"}), 60.0, [0.0])
    bare = replace(load_calibration(), onset=None)
    with pytest.raises(ValueError, match="no curve"):
        chance_by_time(ANSWER, 225.0, [0.0], bare)


# ------------------------------------------------------------------------------- levers


@given(st.floats(0.03, 0.6), st.floats(0.001, 1.0), st.floats(15.0, 600.0))
def test_what_saves_more_helps_longer(chance, share, minutes):
    answer = replace(ANSWER, probability=chance)
    after = chance * share
    until = [
        helps_until_min(replace(BY_NAME["easier"], probability=p), answer, minutes)
        for p in (after, after / 2.0)
    ]
    if chance - after < least_saved(chance):
        assert until[0] is None
    else:
        for end in (0, 1):
            assert 0.0 <= until[0][end] <= until[1][end] < minutes
        assert until[0][0] <= until[0][1]


def test_at_its_last_moment_it_saves_just_enough():
    easier, minutes = BY_NAME["easier"], 225.0
    least, saved = least_saved(ANSWER.probability), easier.saved_in_100 / 100.0
    ends = helps_until_min(easier, ANSWER, minutes)

    def logit(p):
        return np.log(p / (1.0 - p))

    def evenly(at_min):
        odds = logit(ANSWER.probability)
        odds -= (1.0 - at_min / minutes) * (odds - logit(easier.probability))
        return ANSWER.probability - 1.0 / (1.0 + np.exp(-odds))

    def of_those_to_come(at_min):
        return saved * (1.0 - load_calibration().onset.by(at_min / minutes))

    assert evenly(ends[0]) == pytest.approx(least)
    assert of_those_to_come(ends[1]) == pytest.approx(least)


def test_only_what_can_be_done_underway_has_a_moment():
    for option in ADVICE.now:
        until = helps_until_min(option, ANSWER, 225.0)
        assert (until is not None) == option.levers[0].underway
    assert {lever.name for lever in LEVERS if lever.underway} == {
        "shade", "shorter", "easier", "pace", "pace_same_time", "drink", "drink_less",
        "salt",
    }  # fmt: skip


def test_a_shorter_session_can_be_decided_until_it_would_end():
    shorter = BY_NAME["shorter"]
    end_min = shorter.changes["duration_min"]
    assert helps_until_min(shorter, ANSWER, 225.0) == (end_min, end_min)
