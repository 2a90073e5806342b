"""Levers: what they set, what they are worth, and that they never mislead."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import lognorm

from riskmodel import advise, assess, assess_frame, check, load_scorecard
from riskmodel.datasets import data_file, load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.whatif.advice import (
    LEAST_POINTS,
    LEAST_SAVED_IN_100,
    LEAST_SAVED_SHARE,
    MEDICINES_NOTE,
)
from riskmodel.whatif.drinking import LOSS_TO_STAY_BELOW_PCT
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.seen import Plan
from tests.scoring.test_probability import changed_scorecard
from tests.strategies import sessions

EXAMPLES = load_examples()
FACTORS = [factor.name for factor in load_scorecard().factors]
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


@pytest.fixture(scope="module")
def points_alone(tmp_path_factory):
    """Advice by a scorecard without curves: small savings count too."""
    card = changed_scorecard(tmp_path_factory.mktemp("card"))
    return lambda session: advise(session, card)


BY_NAME = {lever.name: lever for lever in LEVERS}


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
        worth = option.points_saved >= LEAST_POINTS
        worth &= option.saved_in_100 >= LEAST_SAVED_IN_100
        worth &= option.saved_in_100 >= LEAST_SAVED_SHARE * 100 * answer.probability
        assert worth or safe
        # Never advised: drinking more than is sweated.
        if "fluid_intake_l_h" in option.changes:
            assert then.physiology["fluid_intake_l"] <= then.physiology["sweat_loss_l"]
        elif not answer.physiology["drinking_exceeds_sweat"]:
            assert not then.physiology["drinking_exceeds_sweat"]


@settings(max_examples=30)
@given(sessions())
def test_the_best_come_first_and_the_pair_beats_them(session):
    advice = advise(session)
    chances = [option.probability for option in advice.now]
    assert chances == sorted(chances)
    if advice.pair is not None:
        more = advice.pair.saved_in_100 - advice.now[0].saved_in_100
        assert more >= LEAST_SAVED_IN_100 - 1e-9
        assert more >= LEAST_SAVED_SHARE * 100 * advice.now[0].probability - 1e-9
        assert {*advice.pair.levers} <= {option.levers[0] for option in advice.now}


def test_the_pair_is_the_best_of_all_pairs():
    advice = advise(WORST)
    singles = {o.levers[0].name: o.changes for o in advice.now}
    best = math.inf
    for a in singles:
        for b in singles:
            if a < b and not set(singles[a]) & set(singles[b]):
                answer = assess({**WORST, **singles[a], **singles[b]})
                loss_l = answer.physiology["sweat_loss_l"]
                if answer.physiology["fluid_intake_l"] <= loss_l:
                    best = min(best, answer.probability)
    assert advice.pair.probability == best


def test_every_lever_can_apply(points_alone):
    seen = set()
    for session in (
        WORST,
        {**WORST, "competition": "yes"},
        {**WORST, "competition": "yes", "sport": "soccer"},
        {**WORST, "fluid_intake_l_h": 2.5},
        {**WORST, "muscle_injury_12mo": "none"},
    ):
        seen |= names_of(points_alone(session))
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


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(sessions(fluid_intake_l_h=0.0, air_temperature_c=30.0), st.booleans())
def test_the_drinking_plan_keeps_the_loss_below_two_percent_or_says_all_it_can(
    session, measured
):
    if measured := measured or "measured_sweat_rate_l_h" in session:
        session = {"measured_sweat_rate_l_h": 1.3, **session}
    # Without these no drink is advised: found out sooner than by all the advice.
    assume("body_mass_kg" in session)
    loss_pct = assess(session).physiology["body_mass_loss_pct"]
    assume(loss_pct > LOSS_TO_STAY_BELOW_PCT)
    advice = advise(session)
    drink = next((o for o in advice.now if o.levers[0].name == "drink"), None)
    assume(drink is not None)
    then = assess(tried(session, drink)).physiology
    litres_h = drink.changes["fluid_intake_l_h"]
    # Nineteen in twenty sweat more than this: the 5 % point of a lognormal.
    sure = lognorm.ppf(0.05, 0.3, scale=then["sweat_rate_l_h"])
    most = min(then["sweat_rate_l_h"] if measured else sure, 1.0)
    assert litres_h <= most + 1e-4
    at_most = most - litres_h < 0.05 + 1e-4
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


# Saturation over water as printed in tables. [hPa]
SATURATION_HPA = {5: 8.72, 10: 12.27, 25: 31.67, 30: 42.43, 35: 56.24, 40: 73.78}


@pytest.mark.parametrize("air_c", [10, 30, 35, 40])
@pytest.mark.parametrize("humidity_pct", [15, 40, 70, 95])
def test_the_cooler_lever_is_five_degrees_at_the_same_dew_point(air_c, humidity_pct):
    session = {**HOT, "air_temperature_c": air_c, "relative_humidity_pct": humidity_pct}
    changes = BY_NAME["cooler"].change(Plan(session, {}, {}))
    assert changes["air_temperature_c"] == air_c - 5
    ratio = SATURATION_HPA[air_c] / SATURATION_HPA[air_c - 5]
    assert changes["relative_humidity_pct"] == pytest.approx(
        min(humidity_pct * ratio, 100), abs=0.7
    )
    assert changes["relative_humidity_pct"] == int(changes["relative_humidity_pct"])


@pytest.mark.parametrize("sky", ["clear", "overcast"])
@pytest.mark.parametrize(
    ("air_c", "humidity_pct"), [(26, 50), (28, 50), (30, 40), (24, 60)]
)
def test_a_measured_wbgt_falls_by_what_the_chain_gives_for_air_as_much_cooler(
    air_c, humidity_pct, sky
):
    weather = {
        "air_temperature_c": air_c,
        "relative_humidity_pct": humidity_pct,
        "sky": sky,
    }
    session = {**HOT, **weather}
    measured = assess(session).physiology["wbgt_c"]
    changes = BY_NAME["cooler"].change(Plan({**session, "wbgt_c": measured}, {}, {}))
    computed = assess({**session, **changes, "wbgt_c": None}).physiology["wbgt_c"]
    assert changes["wbgt_c"] == pytest.approx(computed, abs=0.2)
    assert changes["wbgt_c"] == pytest.approx(measured - 2.5)


def test_a_wbgt_does_not_fall_below_what_may_be_answered():
    low = FIELDS["wbgt_c"].low
    changes = BY_NAME["cooler"].change(Plan({**HOT, "wbgt_c": low + 1}, {}, {}))
    assert changes["wbgt_c"] == low


# What a person can set whose hour, place and length somebody else has set.
IN_A_RACE = {
    *("session_rpe", "relative_effort", "fluid_intake_l_h", "drink_sodium_mg_l"),
    *("urine_colour", "warm_up_min", "stretching", "sleep_h", "alcohol_24h"),
}


@settings(max_examples=60)
@given(sessions(competition="yes"))
def test_in_a_race_no_lever_sets_the_hour_the_place_or_the_length(session):
    plan = Plan(session, dict.fromkeys(FACTORS, 1.0), assess(session).physiology)
    for lever in LEVERS:
        if lever.when == "now" and (changes := lever.change(plan)) is not None:
            may_set = IN_A_RACE | ({"duration_min"} if lever.name == "pace" else set())
            assert set(changes) <= may_set


RACE = {**HOT, "competition": "yes", "duration_min": 225, "sky": "clear"}


@pytest.mark.parametrize(
    ("sport", "rpe", "speeds"),
    # Speeds of data/sports.csv, in between by hand. [m/s]
    [("running", 7, (3.0, 2.2 + 0.8 * 2 / 3)), ("cycling", 4, (5.8, 4 + 1.8 * 2 / 3))],
)
def test_pace_takes_as_much_longer_as_it_is_slower(sport, rpe, speeds):
    race = {**RACE, "sport": sport, "session_rpe": rpe, "relative_effort": "harder"}
    changes = BY_NAME["pace"].change(Plan(race, {}, {}))
    assert changes["session_rpe"] == rpe - 1
    assert changes["relative_effort"] == "usual"
    assert changes["duration_min"] == math.ceil(225 * speeds[0] / speeds[1])
    assert BY_NAME["pace_same_time"].change(Plan(race, {}, {})) is None


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "pace"),
        ({"sport": "soccer"}, "pace_same_time"),
        ({"competition": "no"}, "easier"),
        ({"competition": None}, "easier"),
        ({"duration_min": FIELDS["duration_min"].high}, None),
        ({"session_rpe": 1}, None),
        ({"session_rpe": 1, "competition": "no"}, None),
    ],
)
def test_one_way_to_go_easier_or_none(changes, name):
    plan = Plan({**RACE, **changes}, {}, {})
    names = ("easier", "pace", "pace_same_time")
    offered = [n for n in names if BY_NAME[n].change(plan) is not None]
    assert offered == ([name] if name else [])


def test_a_race_keeps_its_time_and_a_pace_that_saves_nothing_is_not_offered():
    assert "pace" in names_of(advise({**WORST, "competition": "yes"}))
    easy = {**RACE, "session_rpe": 2, "air_temperature_c": 10, "duration_min": 60}
    assert "pace" not in names_of(advise(easy))


def test_a_plan_that_nothing_would_change_gets_no_lever():
    advice = advise(EXAMPLES["Easy evening run"])
    assert (advice.now, advice.weeks, advice.pair) == ((), (), None)


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


HEALTHY = {
    **WORST,
    "muscle_injury_12mo": "none",
    "medications": "none",
    "conditions": "none",
    "illness_24h": "no",
    "measured_sweat_rate_l_h": 1.5,
    "air_temperature_c": 27,
    "duration_min": 180,
    "fluid_intake_l_h": 0.9,
}


def names_of(advice):
    return {o.levers[0].name for o in (*advice.now, *advice.weeks)}


@pytest.mark.parametrize(
    ("changes", "harmful", "said"),
    [
        ({"conditions": ["kidney"]}, {"drink", "hydrate", "salt"}, "doctor"),
        ({"conditions": ["anaemia", "dialysis"]}, {"drink", "hydrate", "salt"}, "doctor"),
        ({"conditions": ["liver"]}, {"drink", "hydrate", "salt"}, "doctor"),
        ({"medications": ["thiazide_diuretic"]}, {"drink", "hydrate", "salt"}, "doctor"),
        ({"medications": ["loop_diuretic"]}, {"drink", "hydrate", "salt"}, "doctor"),
        (
            {"medications": ["potassium_sparing_diuretic"]},
            {"drink", "hydrate", "salt"},
            "doctor",
        ),
        ({"medications": ["other_blood_pressure"]}, {"drink", "hydrate", "salt"}, "doctor"),
        ({"age_years": 17}, {"drink", "salt", "acclimatise"}, "Under 18"),
        ({"air_temperature_c": 36}, {"acclimatise"}, "too hot"),
        ({"sex": "female", "pregnancy_trimester": "2"}, {"acclimatise"}, ""),
        ({"muscle_injury_12mo": "still_sore"}, {"stretch", "strength"}, "physiotherapist"),
        ({"body_mass_kg": None}, {"drink"}, ""),
    ],
)
def test_who_a_lever_could_harm_is_not_offered_it(changes, harmful, said, points_alone):
    assert harmful <= names_of(points_alone(HEALTHY))
    advice = points_alone({**HEALTHY, **changes})
    assert not harmful & names_of(advice)
    assert advice.now
    assert said in " ".join(advice.notes)


@pytest.mark.parametrize(
    "changes",
    [{"conditions": ["diabetes"]}, {"medications": ["statin"]}, {"age_years": 18}],
)
def test_others_keep_theirs(changes, points_alone):
    assert {"drink", "salt", "hydrate", "acclimatise"} <= names_of(
        points_alone({**HEALTHY, **changes})
    )


def test_who_is_ill_is_told_to_wait_and_nothing_else():
    advice = advise({**HEALTHY, "illness_24h": "yes"})
    assert (advice.now, advice.weeks, advice.pair) == ((), (), None)
    assert advice.notes[0].startswith("Wait until you have been well for a day")


def test_a_hall_is_not_made_cooler_by_starting_earlier():
    hall = {k: v for k, v in WORST.items() if k != "sky"} | {"sport": "basketball"}
    assert "cooler" not in names_of(advise(hall))
    assert "cooler" in names_of(advise({**hall, "sky": "clear"}))


def test_a_hair_beyond_the_sweat_takes_no_advice_away():
    sweat = assess(HEALTHY).physiology["sweat_rate_l_h"]
    near = {**HEALTHY, "fluid_intake_l_h": sweat + 0.01}
    assert {"cooler", "shorter", "easier"} <= names_of(advise(near))
    assert "drink_less" not in names_of(advise(near))
    # More than half a litre in two hours is more than sweat rates are known to.
    far = {**HEALTHY, "fluid_intake_l_h": sweat + 0.26}
    assert {"drink_less", "shorter"} <= names_of(advise(far))


def test_nobody_is_told_to_drink_nothing():
    dry = {**HEALTHY, "measured_sweat_rate_l_h": 0.04, "fluid_intake_l_h": 1.0}
    assert assess(dry).physiology["drinking_exceeds_sweat"]
    assert "drink_less" not in names_of(advise(dry))


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


@given(sessions())
@settings(max_examples=60, deadline=None)
def test_no_lever_lowers_a_drink_that_nobody_named(session):
    own = {name: v for name, v in session.items() if name != "fluid_intake_l_h"}
    for option in advise(own).now:
        sets = {"drink", "drink_less"} & {lever.name for lever in option.levers}
        assert not option.drinks_less
        assert sets or "fluid_intake_l_h" not in option.changes


def test_a_cooler_place_is_advised_however_much_is_planned_to_drink():
    hot = {**SIX_HOT, "fluid_intake_l_h": 1.2}
    option = next(o for o in advise(hot).now if o.levers[0].name == "indoors")
    assert option.drinks_less
    assert option.label.endswith(", and drink less then")
    changed = assess({**hot, **{k: v for k, v in option.changes.items() if v is not None}})
    rate_l_h = option.changes["fluid_intake_l_h"]
    assert rate_l_h <= changed.physiology["sweat_rate_l_h"]
    assert changed.total_points == option.total_points


def test_in_extreme_heat_only_a_cooler_time_or_place_is_offered():
    advice = advise({**SIX_HOT, "air_temperature_c": 45})
    assert {o.levers[0].name for o in advice.now} <= {"cooler", "shade", "indoors"}
    assert not advice.weeks
    assert any("cooler time or place" in note for note in advice.notes)


@pytest.mark.parametrize("who", [{"conditions": ["kidney"]}, {"age_years": 15}])
def test_no_amount_of_drink_is_named_to_those_who_should_ask(who):
    too_much = {**SIX_HOT, "air_temperature_c": 12, "fluid_intake_l_h": 2.0, **who}
    advice = advise({**too_much, "body_mass_kg": 60})
    assert advice.drink_l_h is None
    for option in [*advice.now, *advice.weeks, *filter(None, [advice.pair])]:
        assert "fluid_intake_l_h" not in option.changes


def test_nobody_is_told_to_drink_before_the_start_who_plans_too_much():
    dark = {**SIX_HOT, "urine_colour": "dark"}
    assert "hydrate" in {o.levers[0].name for o in advise(dark).now}
    too_much = advise({**dark, "fluid_intake_l_h": 3.0})
    assert "hydrate" not in {o.levers[0].name for o in too_much.now}


@pytest.mark.parametrize(
    ("wbgt_c", "offered"), [(22.9, False), (23.0, True), (30.1, False)]
)
def test_getting_used_to_heat_is_advised_where_it_is_warm_but_not_too_hot(
    wbgt_c, offered, points_alone
):
    advice = points_alone({**SIX_HOT, "wbgt_c": wbgt_c, "heat_days_14d": 0})
    assert ("acclimatise" in {o.levers[0].name for o in advice.weeks}) == offered


SIX_HOT = {
    "sport": "running",
    "duration_min": 60,
    "session_rpe": 7,
    "age_years": 38,
    "air_temperature_c": 33,
    "relative_humidity_pct": 40,
}
