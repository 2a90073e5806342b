"""Looking back: what stood out in a session, how surprising, and when to be silent."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from riskmodel import advise, assess, explain_outcome, load_calibration, load_scorecard
from riskmodel.inputs.problems import AnswerError
from riskmodel.whatif.outcome import DOUBT_SD, LEAST_ODDS_RATIO
from tests.whatif.made_up_outcomes import CAUSES, draw

USUAL = {
    "sport": "running",
    "duration_min": 60,
    "session_rpe": 5,
    "age_years": 30,
    "air_temperature_c": 15,
    "relative_humidity_pct": 60,
    "sleep_h": 8,
    "fluid_intake_l_h": 0.5,
}
HOT = {**USUAL, "air_temperature_c": 36, "sky": "clear", "session_rpe": 8}


def factors(explanation):
    return [d.contribution.factor for d in explanation.stood_out]


# ------------------------------------------------------------- a thousand made-up athletes


@cache
def looked_back():
    """Explanations of the sessions with a planted cause, and the simulators' own view."""
    made_up = draw(n_cramps=1000, n_people=52_000, seed=400)
    pairs = zip(made_up.sessions, made_up.ordinary, strict=True)
    return made_up, [explain_outcome(session, ordinary) for session, ordinary in pairs]


@pytest.mark.slow
def test_the_planted_cause_is_among_the_first_two():
    made_up, explanations = looked_back()
    among = np.array(
        [
            not CAUSES[cause].isdisjoint(factors(explanation)[:2])
            for cause, explanation in zip(made_up.cause, explanations, strict=True)
        ]
    )
    told = np.array([not explanation.cannot_tell for explanation in explanations])
    assert among.mean() >= 0.80
    assert among[told].mean() >= 0.85


def test_it_cannot_tell_where_the_simulators_could_not():
    made_up, explanations = looked_back()
    silent = np.array([explanation.cannot_tell for explanation in explanations])
    little = made_up.odds_ratio < LEAST_ODDS_RATIO
    assert 200 < little.sum() < 400
    assert silent[little].mean() >= 0.90
    # Silence alone would be no merit.
    assert silent[~little].mean() <= 0.35
    assert little[~silent].mean() <= 0.06


# ------------------------------------------------------------------------ what is counted


def test_a_plan_like_itself_has_nothing_that_stood_out():
    same = explain_outcome(HOT, reference=HOT)
    assert (same.differences, same.odds_ratio, same.cannot_tell) == ((), 1.0, True)
    assert same.reference_probability == pytest.approx(same.assessment.probability)


def test_points_above_the_reference_are_those_of_the_two_assessments():
    other = {**USUAL, "duration_min": 45}
    explanation = explain_outcome(HOT, reference=[USUAL, other])
    points = [{c.factor: c.points for c in assess(s).contributions} for s in (USUAL, other)]
    assert explanation.n_reference == 2
    for difference in explanation.differences:
        mean = np.mean([p[difference.contribution.factor] for p in points])
        assert difference.reference_points == mean
        assert difference.points == difference.contribution.points - mean
    assert factors(explanation)[:2] == ["heat", "effort"]
    above = [d.points for d in explanation.differences]
    assert above == sorted(above, reverse=True)


def test_the_ratio_is_that_of_the_odds_of_both_chances():
    explanation = explain_outcome(HOT, reference=USUAL)
    session, usual = assess(HOT).probability, explanation.reference_probability
    odds = session / (1 - session) / (usual / (1 - usual))
    assert explanation.odds_ratio == pytest.approx(odds)
    assert 1 < explanation.odds_ratio_low < explanation.odds_ratio
    assert 0 < DOUBT_SD < 1


def test_without_a_cramp_it_looks_the_other_way():
    cramp, none = (explain_outcome(USUAL, HOT, cramped=c) for c in (True, False))
    assert not cramp.stood_out
    assert factors(none)[:2] == ["heat", "effort"]
    assert none.odds_ratio == pytest.approx(1 / cramp.odds_ratio)
    assert (cramp.cannot_tell, none.cannot_tell) == (True, False)
    assert none.halved_by is none.halved_as_reference is None


@pytest.mark.parametrize("one_sided", ["session", "reference"])
def test_what_only_one_side_answered_is_no_difference(one_sided):
    short = {**USUAL, "sleep_h": 4, "fluid_intake_l_h": 0.0, "cramp_sessions_12mo": "6+"}
    six = {n: v for n, v in USUAL.items() if n not in ("sleep_h", "fluid_intake_l_h")}
    pair = (short, six) if one_sided == "session" else (six, short)
    explanation = explain_outcome(*pair)
    assert explanation.differences == ()
    assert explanation.cannot_tell
    told = ("sleep", "history") if one_sided == "session" else ()
    assert {*told} <= {*explanation.not_compared}
    assert ("sleep_h" in explanation.open_questions) == (one_sided == "reference")


def test_a_factor_is_compared_with_those_sessions_that_know_it():
    bad_night = {**USUAL, "sleep_h": 4}
    unknown = {name: value for name, value in USUAL.items() if name != "sleep_h"}
    (sleep,) = explain_outcome(bad_night, [USUAL, unknown, unknown]).stood_out
    assert (sleep.contribution.factor, sleep.points) == ("sleep", 3.0)


def test_against_everybody_only_what_is_known_differs():
    explanation = explain_outcome(HOT)
    typical = load_calibration().typical_points
    assert explanation.n_reference == 0
    for difference in explanation.differences:
        factor = difference.contribution.factor
        assert difference.contribution.answered
        assert difference.points == pytest.approx(
            difference.contribution.points - typical[factor]
        )
    assert factors(explanation)[0] == "heat"
    # Nobody can be of another age or sex.
    assert explanation.halved_as_reference is None


# ------------------------------------------------------------------- what would have halved


def test_what_halves_it_is_a_lever_that_advice_gives_too():
    explanation = explain_outcome(HOT, reference=USUAL)
    halved = explanation.halved_by
    assert halved is not None
    assert len(halved.levers) == 1
    assert halved.probability <= assess(HOT).probability / 2
    assert halved in advise(HOT).now
    as_usual = explanation.halved_as_reference
    assert as_usual is not None
    assert as_usual.contribution.factor == "heat"
    assert explain_outcome(USUAL, reference=USUAL).halved_as_reference is None


def test_one_factor_as_in_the_reference_is_the_session_with_that_one_changed():
    (sleep,) = explain_outcome({**USUAL, "sleep_h": 4}, reference=USUAL).differences
    assert sleep.probability_as_reference == pytest.approx(assess(USUAL).probability)


# -------------------------------------------------------------------------- what goes wrong


def test_a_session_that_cannot_be_scored_says_why():
    for pair in (({**USUAL, "session_rpe": 30}, USUAL), (USUAL, {"sport": "running"})):
        with pytest.raises(AnswerError):
            explain_outcome(*pair)
    with pytest.raises(AnswerError, match="naps"):
        explain_outcome(USUAL, {**USUAL, "naps": 1})
    with pytest.raises(ValueError, match="no session to compare with"):
        explain_outcome(USUAL, [])


def test_a_scorecard_without_a_calibration_gives_points_and_tells_nothing():
    card = replace(load_scorecard(), fingerprint="of one's own")
    explanation = explain_outcome(HOT, USUAL, scorecard=card)
    assert factors(explanation)[:2] == ["heat", "effort"]
    assert math.isnan(explanation.odds_ratio)
    assert explanation.cannot_tell
    assert explanation.halved_by is None
    with pytest.raises(ValueError, match="not been calibrated"):
        explain_outcome(HOT, scorecard=card)


@pytest.mark.parametrize("sport", ["swimming", "triathlon"])
def test_heat_in_the_water_is_open_and_no_difference(sport):
    swim = {**USUAL, "sport": sport, "air_temperature_c": 36}
    explanation = explain_outcome(swim, {**USUAL, "sport": sport})
    assert ("heat" in factors(explanation)) == (sport == "triathlon")
