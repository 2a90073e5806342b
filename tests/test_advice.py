"""Levers: what they set, what they are worth, and that they never mislead."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings

from riskmodel import advise, assess, assess_frame, check, load_scorecard
from riskmodel.advice import LEAST_POINTS, MEDICINES_NOTE
from riskmodel.datasets import data_file, load_examples
from riskmodel.levers import LEVERS, LOSS_TO_STAY_BELOW_PCT
from tests.strategies import sessions

EXAMPLES = load_examples()
HOT = {
    "sport": "running",
    "duration_min": 120,
    "session_rpe": 7,
    "age_years": 30,
    "air_temperature_c": 31,
    "relative_humidity_pct": 50,
    "sky": "clear",
    "body_mass_kg": 70,
    "height_cm": 178,
}
WORST = {
    **HOT,
    "relative_effort": "harder",
    "novelty": "new_distance",
    "competition": "no",
    "warm_up_min": 0,
    "stretching": "no",
    "fluid_intake_l_h": 0.2,
    "drink_sodium_mg_l": 0,
    "sleep_h": 5,
    "soreness_0_10": 6,
    "hard_sessions_3d": 2,
    "rest_days_7d": 1,
    "urine_colour": "dark",
    "alcohol_24h": "yes",
    "sessions_per_week": 1,
    "longest_recent_min": 40,
    "strength_training": "no",
    "heat_days_14d": 0,
    "medications": ["statin"],
    "muscle_injury_12mo": "still_sore",
}


def tried(session, option):
    """The session as it would be after one click."""
    return {**session, **option.changes}


def all_options(advice):
    return [*advice.now, *advice.weeks, *([advice.pair] if advice.pair else [])]


@settings(max_examples=60)
@given(sessions())
def test_a_lever_says_what_the_changed_session_then_gets(session):
    answer, advice = assess(session), advise(session)
    for option in all_options(advice):
        after = tried(session, option)
        assert check(after) == ()
        then = assess(after)
        assert option.total_points == then.total_points
        assert option.probability == then.probability
        assert (option.in_100, option.band) == (then.in_100, then.band)
        assert option.points_saved == answer.total_points - then.total_points
        safe = any(lever.for_safety for lever in option.levers)
        assert option.points_saved >= LEAST_POINTS or safe
        # Never advised: drinking more than is sweated.
        assert not then.physiology["drinking_exceeds_sweat"]


@settings(max_examples=30)
@given(sessions())
def test_the_best_come_first_and_the_pair_beats_them(session):
    advice = advise(session)
    chances = [option.probability for option in advice.now]
    assert chances == sorted(chances)
    if advice.pair is not None:
        assert advice.pair.points_saved > advice.now[0].points_saved
        assert {*advice.pair.levers} <= {option.levers[0] for option in advice.now}


def test_the_pair_is_the_best_of_all_pairs():
    advice = advise(WORST)
    singles = {o.levers[0].name: o.changes for o in advice.now}
    best = math.inf
    for a in singles:
        for b in singles:
            if a < b and not set(singles[a]) & set(singles[b]):
                answer = assess({**WORST, **singles[a], **singles[b]})
                if not answer.physiology["drinking_exceeds_sweat"]:
                    best = min(best, answer.probability)
    assert advice.pair.probability == best


def test_every_lever_can_apply():
    seen = set()
    for session in (
        WORST,
        {**WORST, "competition": "yes"},
        {**WORST, "fluid_intake_l_h": 2.5},
        {**WORST, "fluid_intake_l_h": 1.0, "duration_min": 300},
    ):
        seen |= {o.levers[0].name for o in (*advise(session).now, *advise(session).weeks)}
    assert seen == {lever.name for lever in LEVERS}


def test_all_that_the_articles_advise_is_covered():
    covered = {lever.covers for lever in LEVERS}
    # P8, minerals in the diet, and P9, medicines, carry no number.
    assert covered == {f"P{n}" for n in range(1, 8)}
    notes = advise(WORST).notes
    assert MEDICINES_NOTE in notes
    assert any("Minerals in the diet" in note for note in notes)


def test_no_lever_touches_medicines_or_conditions_and_nobody_is_told_to_stop():
    for session in (WORST, *EXAMPLES.values()):
        for option in all_options(advise(session)):
            assert not {"medications", "conditions"} & set(option.changes)
    words = " ".join(
        [lever.label + lever.sentence for lever in LEVERS] + [*advise(WORST).notes]
    )
    assert not re.search(r"\bstop(ping)? (taking|your)", words, re.I)


@pytest.mark.parametrize("medications", [None, "none", ["none"]])
def test_without_medicines_nothing_is_said_of_them(medications):
    assert MEDICINES_NOTE not in advise({**HOT, "medications": medications}).notes


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(sessions(fluid_intake_l_h=0.0, air_temperature_c=30.0))
def test_the_drinking_plan_keeps_the_loss_below_two_percent_or_says_all_it_can(session):
    advice = advise(session)
    drink = next((o for o in advice.now if o.levers[0].name == "drink"), None)
    assume(drink is not None)
    then = assess(tried(session, drink)).physiology
    litres_h = drink.changes["fluid_intake_l_h"]
    assert litres_h <= then["sweat_rate_l_h"] + 1e-9
    assert litres_h <= 1.0
    at_most = min(then["sweat_rate_l_h"], 1.0) - litres_h < 0.05 + 1e-9
    assert then["body_mass_loss_pct"] < LOSS_TO_STAY_BELOW_PCT + 1e-9 or at_most


def test_too_much_drinking_is_brought_below_the_sweat():
    (less,) = (
        o
        for o in advise({**HOT, "fluid_intake_l_h": 2.9}).now
        if o.levers[0].name == "drink_less"
    )
    assert less.changes["fluid_intake_l_h"] <= assess(HOT).physiology["sweat_rate_l_h"]


def test_cooler_air_holds_the_same_vapour():
    (cooler,) = (o for o in advise(HOT).now if o.levers[0].name == "cooler")

    def vapour_hpa(t_c, rh):  # Magnus, WMO No. 8
        return rh / 100 * 6.112 * np.exp(17.62 * t_c / (243.12 + t_c))

    assert cooler.changes["air_temperature_c"] == 26
    assert vapour_hpa(26, cooler.changes["relative_humidity_pct"]) == pytest.approx(
        vapour_hpa(31, 50), rel=0.01
    )


def test_a_race_is_neither_shortened_nor_moved():
    names = {o.levers[0].name for o in advise({**WORST, "competition": "yes"}).now}
    assert not names & {"shorter", "indoors", "rest", "easier"}
    assert "pace" in names


@pytest.mark.parametrize(
    ("changes", "absent"),
    [
        ({"sky": "indoor"}, {"cooler", "shade", "indoors"}),
        ({"sky": "night"}, {"shade"}),
        ({"sky": "shade"}, {"shade"}),
        ({"sport": "soccer"}, {"indoors"}),
        ({"air_temperature_c": 5, "sky": "overcast"}, {"cooler", "acclimatise"}),
        ({"sleep_h": 9}, {"sleep"}),
        ({"urine_colour": "pale"}, {"hydrate"}),
    ],
)
def test_only_levers_that_apply(changes, absent):
    advice = advise({**WORST, **changes})
    assert not absent & {o.levers[0].name for o in (*advice.now, *advice.weeks)}


def test_a_session_that_cannot_be_scored_gets_no_advice():
    advice = advise({**HOT, "age_years": 200})
    assert (advice.now, advice.weeks, advice.pair) == ((), (), None)


def test_another_scorecard_gives_advice_in_points(tmp_path):
    text = data_file("scorecard.toml").read_text("utf-8")
    hottest = "at = 36, ratio = 2.83, points = 15"
    assert hottest in text
    path = tmp_path / "my.toml"
    path.write_text(text.replace(hottest, "at = 36, ratio = 4.0, points = 20"), "utf-8")
    advice = advise({**HOT, "wbgt_c": 36}, scorecard=load_scorecard(path))
    assert advice.now[0].points_saved > 0
    assert math.isnan(advice.now[0].probability)
    saved = [option.points_saved for option in advice.now]
    assert saved == sorted(saved, reverse=True)


def test_the_frame_says_the_same_as_the_levers():
    advice = advise(WORST)
    rows = pd.DataFrame([tried(WORST, o) for o in advice.now])
    rows["medications"] = "statin"
    totals = assess_frame(rows)["total_points"]
    assert totals.tolist() == [o.total_points for o in advice.now]
