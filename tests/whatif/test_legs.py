"""A day of legs: the laws that hold whatever is planned, and what is carried over."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskmodel import AnswerError, Leg, assess, assess_legs, load_calibration
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.scorecard.file import load_scorecard
from riskmodel.whatif.legs import (
    HARD_RPE,
    LONGEST_PAUSE_MIN,
    MOST_DRUNK_L,
    SHORT_PAUSE_MIN,
    as_one_session,
)
from tests.scoring.test_probability import changed_scorecard
from tests.strategies import sessions, values

ATHLETE = {"age_years": 35, "air_temperature_c": 24, "relative_humidity_pct": 60}
SWIM = {"sport": "swimming", "duration_min": 30, "session_rpe": 6}
BIKE = {"sport": "cycling", "duration_min": 75, "session_rpe": 6}
RUN = {"sport": "running", "duration_min": 50, "session_rpe": 8}
DRINKS = {"fluid_intake_l_h": 0.4, "drink_sodium_mg_l": 500, "body_mass_kg": 70}
LAST_SHORT_MIN = math.nextafter(SHORT_PAUSE_MIN, 0.0)

_OF_A_LEG = ("fluid_intake_l_h", "air_temperature_c", "relative_humidity_pct", "wbgt_c")
_ANSWERS = st.fixed_dictionaries(
    {n: values(FIELDS[n]) for n in ("sport", "session_rpe")}
    | {"duration_min": st.floats(5, 300)},
    optional={n: values(FIELDS[n]) for n in (*_OF_A_LEG, "competition", "clothing")},
)
_PAUSES = st.tuples(st.sampled_from([0.0, 30.0, 60.0, 240.0]), st.floats(0, 3))
_DAYS = st.lists(st.tuples(_ANSWERS, _PAUSES), min_size=1, max_size=3)
few = settings(max_examples=25)


def legs_of(day):
    """Make legs of answers and pauses, the first without a pause."""
    return [Leg(a, *(pause if i else ())) for i, (a, pause) in enumerate(day)]


def ends(day):
    return np.array(
        [day.probability_low, day.probability, day.probability_high], dtype=np.float64
    )


@few
@given(sessions(start_time=None), st.integers(2, 4), st.data())
def test_one_session_cut_into_legs_has_the_number_of_the_whole(session, n, data):
    assume(session["duration_min"] >= 5 * n)
    one = assess(session)
    day = assess_legs(session, [Leg({"duration_min": session["duration_min"] / n})] * n)
    assert ends(day) == pytest.approx(ends(one), abs=1e-9)
    assert (day.band, day.missing) == (one.band, one.missing)
    first = data.draw(st.floats(5, session["duration_min"] - 5))
    parts = [first, session["duration_min"] - first]
    assume(min(parts) >= 5)
    uneven = assess_legs(session, [Leg({"duration_min": part}) for part in parts])
    assert ends(uneven) == pytest.approx(ends(one), abs=1e-9)


@few
@given(sessions())
def test_with_a_start_time_the_parts_are_never_less_than_the_whole(session):
    # The sun of the first half can be stronger than that of the day.
    assume(session["duration_min"] >= 10)
    half = Leg({"duration_min": session["duration_min"] / 2})
    day = assess_legs(session, [half, half])
    assert day.probability >= assess(session).probability - 1e-9


@few
@given(sessions(), _DAYS)
def test_one_more_leg_never_lowers_the_day_and_the_legs_sum_to_it(athlete, day):
    legs = legs_of(day)
    assessments = [assess_legs(athlete, legs[: n + 1]) for n in range(len(legs))]
    last = assessments[-1]
    assume(not last.problems)
    by_end = np.array([[x.by_end_low, x.by_end, x.by_end_high] for x in last.legs])
    assert by_end == pytest.approx(np.array([ends(each) for each in assessments]))
    assert (np.diff(by_end[:, 1]) >= 0).all()
    assert (np.diff(by_end, axis=1) >= 0).all()
    assert sum(leg.probability for leg in last.legs) == pytest.approx(last.probability)


@few
@given(sessions(), _DAYS, st.floats(0, 1), st.floats(0, 2))
def test_a_longer_pause_with_more_drink_never_raises(athlete, day, longer, more_l):
    # On one side of the limit between short and long; the sun stands still.
    athlete = {**athlete, "start_time": None}
    legs = legs_of(day)
    assume(len(legs) > 1)
    most = LAST_SHORT_MIN if legs[-1].pause_min < SHORT_PAUSE_MIN else LONGEST_PAUSE_MIN
    pause_min = legs[-1].pause_min + longer * (most - legs[-1].pause_min)
    drunk_l = legs[-1].drunk_in_pause_l + more_l
    rested = [*legs[:-1], Leg(legs[-1].answers, pause_min, drunk_l)]
    before = assess_legs(athlete, legs)
    assume(not before.problems)
    after = assess_legs(athlete, rested)
    assert after.probability <= before.probability + 1e-12


@few
@given(sessions(session_rpe=4, duration_min=60, drink_sodium_mg_l=3000), _ANSWERS)
def test_easy_blocks_that_are_made_up_for_may_stand_in_any_order(athlete, other):
    answers = [{}, {**other, "session_rpe": HARD_RPE - 0.1}]
    assume(not any(assess({**athlete, **each}).problems for each in answers))
    one, two = (
        assess_legs(
            {**athlete, "start_time": None},
            [Leg(first), Leg(second, SHORT_PAUSE_MIN, MOST_DRUNK_L)],
        )
        for first, second in (answers, answers[::-1])
    )
    assume(one.legs[1].carried_sodium_mg == two.legs[1].carried_sodium_mg == 0.0)
    assume(one.legs[1].carried_fluid_l == two.legs[1].carried_fluid_l == 0.0)
    assert ends(one) == pytest.approx(ends(two))


@pytest.mark.parametrize("pause_min", [LAST_SHORT_MIN, SHORT_PAUSE_MIN])
def test_at_the_limit_a_block_of_its_own_begins(pause_min):
    marathon = {**load_examples()["Marathon"], "hard_sessions_3d": 0, "soreness_0_10": 1}
    half = {"duration_min": marathon["duration_min"] / 2}
    day = assess_legs(marathon, [Leg(half), Leg(half, pause_min)])
    first, second = day.legs
    assert second.by_end_low <= second.by_end <= second.by_end_high
    if pause_min < SHORT_PAUSE_MIN:
        assert (first.block, second.block, second.after_hard_block) == (0, 0, False)
        assert day.probability == pytest.approx(assess(marathon).probability, abs=1e-9)
        return
    assert (first.block, second.block, second.after_hard_block) == (0, 1, True)
    alone = assess({**marathon, **half})
    # What is carried over raises the second block above the same session alone.
    join = 1.0 - (1.0 - alone.probability) ** 2
    assert day.probability > join
    assert second.carried_fluid_l > 0.0
    assert second.carried_sodium_mg > 0.0


def test_only_what_is_drunk_in_a_pause_replaces_what_was_lost():
    athlete = {**ATHLETE, **DRINKS}
    dry, drunk, too_much = (
        assess_legs(athlete, [Leg(RUN), Leg(RUN, 120.0, litres)]).legs[1]
        for litres in (0.0, 0.2, MOST_DRUNK_L)
    )
    assert dry.carried_fluid_l - drunk.carried_fluid_l == pytest.approx(0.2)
    assert dry.carried_sodium_mg - drunk.carried_sodium_mg == pytest.approx(100.0)
    assert too_much.carried_fluid_l == 0.0


@pytest.mark.parametrize("rpe", [HARD_RPE - 0.1, HARD_RPE])
def test_a_hard_block_is_a_hard_session_and_leaves_soreness_open(rpe):
    athlete = {**ATHLETE, "hard_sessions_3d": 1, "soreness_0_10": 0}
    first = {**RUN, "session_rpe": rpe}
    refilled = Leg(RUN, 600.0, MOST_DRUNK_L)
    day = assess_legs(athlete, [Leg(first), refilled])
    hard = rpe >= HARD_RPE
    assert day.legs[1].after_hard_block == hard
    state = {"hard_sessions_3d": 2, "soreness_0_10": None} if hard else {}
    second = assess({**athlete, **RUN, **state}).probability
    alone = assess({**athlete, **first}).probability
    # Sodium is not quite made up for in this case, which may add but not take away.
    assert day.probability >= alone + (1 - alone) * second - 1e-12


@few
@given(sessions(session_rpe=HARD_RPE), values(FIELDS["soreness_0_10"]))
def test_soreness_after_a_hard_block_counts_no_less_than_was_answered(athlete, soreness):
    legs = [Leg({"duration_min": 60}), Leg({"duration_min": 60}, 300.0)]
    told = assess_legs({**athlete, "soreness_0_10": soreness}, legs)
    fresh = assess_legs({**athlete, "soreness_0_10": 0}, legs)
    assert told.probability >= fresh.probability


@few
@given(sessions())
def test_what_is_unknown_stays_unknown(athlete):
    open_ones = dict.fromkeys(("hard_sessions_3d", "fluid_intake_l_h", "competition"))
    legs = [Leg({"session_rpe": 9}), Leg({"competition": "yes"}, 90.0)]
    day = assess_legs({**athlete, **open_ones, "duration_min": 60}, legs)
    # Of work nobody asks for a race.
    asked = {name for name in open_ones if FIELDS[name].asked_of({**athlete, **open_ones})}
    assert asked <= {*day.missing}
    # Nobody who left drinking open plans too much of it.
    assert "over_drinking" not in {guard.name for guard in day.guards}


def test_what_one_leg_leaves_open_is_open_for_the_block():
    athlete = {**ATHLETE, **DRINKS}
    told = assess_legs(athlete, [Leg(BIKE), Leg(RUN)])
    half = assess_legs(athlete, [Leg(BIKE), Leg({**RUN, "fluid_intake_l_h": None})])
    assert "fluid_intake_l_h" in half.missing
    assert "fluid_intake_l_h" not in told.missing
    assert half.legs[0].by_end == told.legs[0].by_end
    width = half.probability_high - half.probability_low
    assert width > told.probability_high - told.probability_low


@pytest.mark.parametrize(
    "wrong",
    [
        {"session_rpe": 11},
        {"duration_min": 3},
        {"duration_min": None},
        {"air_temperature_c": "hot"},
        {"competition": "perhaps"},
    ],
)
def test_impossible_answers_are_the_problems_that_assess_names(wrong):
    day = assess_legs(ATHLETE, [Leg(BIKE), Leg({**RUN, **wrong})])
    assert day.problems == assess({**ATHLETE, **RUN, **wrong}).problems
    assert [bool(leg.problems) for leg in day.legs] == [False, True]
    assert np.isnan(ends(day)).all()
    assert day.band == "unknown"


def test_a_block_longer_than_a_session_may_be_is_a_problem_and_a_day_of_blocks_is_none():
    long = {**BIKE, "duration_min": 1000}
    (problem,) = assess_legs(ATHLETE, [Leg(long), Leg(long)]).problems
    assert (problem.field, problem.value) == ("duration_min", "2000")
    assert not assess_legs(ATHLETE, [Leg(long), Leg(long, SHORT_PAUSE_MIN)]).problems


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (({}, -1.0), "pause_min is -1"),
        (({}, float("nan")), "pause_min is nan"),
        (({}, 0.0, MOST_DRUNK_L + 1), "drunk_in_pause_l is 11"),
        (({"sleep_h": 8},), "sleep_h belongs to the athlete"),
        (({"start_time": None},), "start_time belongs to the athlete"),
    ],
)
def test_what_is_no_leg_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        Leg(*arguments)


def test_what_is_no_day_is_refused():
    with pytest.raises(ValueError, match="at least one leg"):
        assess_legs(ATHLETE, [])
    with pytest.raises(ValueError, match="no pause"):
        assess_legs(ATHLETE, [Leg(RUN, 10.0)])
    with pytest.raises(AnswerError, match="Did you mean"):
        assess_legs(ATHLETE, [Leg({**RUN, "sesion_rpe": 3})])


def test_warnings_of_one_leg_are_kept():
    hot = {"air_temperature_c": 42, "sky": "clear"}
    day = assess_legs({**ATHLETE, **DRINKS}, [Leg(BIKE), Leg({**RUN, **hot})])
    alone = {guard.name for guard in assess({**ATHLETE, **RUN, **hot}).guards}
    assert "extreme_heat" in alone & {guard.name for guard in day.guards}
    swim = Leg({**SWIM, "water_temperature_c": 33})
    warm = assess_legs(ATHLETE, [swim, Leg(BIKE)])
    assert "warm_water" in {guard.name for guard in warm.guards}
    sign = assess_legs({**ATHLETE, "red_flags": ["swollen_calf"]}, [Leg(RUN)])
    assert sign.guards == assess({**ATHLETE, **RUN, "red_flags": ["swollen_calf"]}).guards
    assert sign.problems


def test_a_hard_leg_is_not_thinned_by_an_easy_one():
    easy = {**BIKE, "session_rpe": 1, "duration_min": 240}
    match = {**RUN, "session_rpe": 10, "duration_min": 90}
    day = assess_legs(ATHLETE, [Leg(easy), Leg(match)])
    assert day.probability >= assess({**ATHLETE, **match}).probability


def test_a_scorecard_of_ones_own_counts_and_has_no_number_of_another(tmp_path):
    legs = [Leg(RUN), Leg(RUN, 90.0)]
    kept = load_scorecard("2026.1")
    assert assess_legs(ATHLETE, legs, kept) == assess_legs(
        ATHLETE, legs, kept, load_calibration("2026.1", kept)
    )
    day = assess_legs(ATHLETE, legs, changed_scorecard(tmp_path))
    assert np.isnan(ends(day)).all()
    assert not day.problems


def test_legs_as_one_session_have_their_time_and_mean_effort():
    day = assess_legs(ATHLETE, [Leg(SWIM), Leg(BIKE), Leg(RUN, 10.0)])
    one = as_one_session(day.legs, [leg["session_rpe"] for leg in (SWIM, BIKE, RUN)])
    assert one["duration_min"] == 155
    assert one["session_rpe"] == pytest.approx((30 * 6 + 75 * 6 + 50 * 8) / 155)
