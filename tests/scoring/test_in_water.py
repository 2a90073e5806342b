"""Sessions in the water: the air says nothing of them, and their heat stays open."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel import advise, assess, assess_frame
from riskmodel.calibration.people import draw_people
from riskmodel.inputs.fields import FIELDS, Settled
from riskmodel.physiology.plan import load_sports
from riskmodel.scoring.guards import GUARDS, WARM_WATER_C
from tests.strategies import sessions, values

SWIM = {"sport": "swimming", "duration_min": 60, "session_rpe": 6, "age_years": 30}
HALL = {"air_temperature_c": 38, "relative_humidity_pct": 90, "sky": "clear"}
OF_THE_AIR = [
    name
    for name, field in FIELDS.items()
    if field.settled == Settled("sport", frozenset({"swimming"}))
]
PLACE = ["latitude_deg", "longitude_deg", "start_time"]


def heat_of(answer):
    return next(c for c in answer.contributions if c.factor == "heat")


def test_the_table_of_sports_says_who_is_in_the_water():
    sports = load_sports()
    swum = {n for n, s in zip(sports.names, sports.in_water_share, strict=True) if s == 1}
    assert FIELDS["air_temperature_c"].settled == Settled("sport", frozenset(swum))
    assert {*OF_THE_AIR} >= {"air_temperature_c", "relative_humidity_pct", "wbgt_c"}
    shares = zip(sports.names, sports.in_water_share, strict=True)
    dry = {name for name, share in shares if share == 0}
    assert dry == {*sports.names} - swum - {"triathlon"}
    assert FIELDS["water_temperature_c"].settled.levels == dry | {None}


@given(
    sessions(sport="swimming"),
    st.fixed_dictionaries({}, optional={n: values(FIELDS[n]) for n in OF_THE_AIR + PLACE}),
)
def test_a_swim_is_the_same_in_any_air(session, air):
    apart = {n: v for n, v in session.items() if n not in OF_THE_AIR + PLACE}
    in_air, without = assess({**apart, **air}), assess(apart)
    assert in_air.problems == without.problems == ()
    np.testing.assert_equal(in_air.to_dict(), without.to_dict())
    assert advise({**apart, **air}) == advise(apart)


@given(
    sessions(sport="swimming") | sessions(sport="triathlon"),
    st.sampled_from([None, *np.linspace(5.0, 40.0, 8)]),
)
def test_no_temperature_of_the_water_moves_the_number(session, water_c):
    number = assess(session)
    other = assess({**session, "water_temperature_c": water_c})
    assert other.total_points == number.total_points
    assert other.probability == number.probability
    assert other.probability_high == number.probability_high


def test_the_heat_of_a_swim_is_open_and_never_low():
    answer = assess({**SWIM, **HALL})
    heat = heat_of(answer)
    assert answer.heat_is_open
    assert (heat.value, heat.answered) == (None, False)
    assert heat.points > 0
    assert math.isnan(answer.physiology["wbgt_c"])
    assert math.isnan(answer.physiology["solar_radiation_w_m2"])
    # Nothing that could be asked would close it.
    assert {*OF_THE_AIR, *PLACE, "water_temperature_c"}.isdisjoint(answer.missing)
    assert not assess({**SWIM, **HALL, "sport": "triathlon"}).heat_is_open
    assert not assess({"sport": "swimming"}).heat_is_open


def test_open_heat_widens_the_range_and_no_answer_takes_that_away():
    whole = {n: v for n, v in _everything().items() if n not in OF_THE_AIR}
    swim, walk = assess(whole), assess({**_everything(), "sport": "walking"})
    assert swim.missing == walk.missing == ()
    assert swim.spreads["spread_unanswered"] > 0 == walk.spreads["spread_unanswered"]
    for name, narrower in assess(SWIM).narrowing.items():
        assert 0 < narrower < assess(SWIM).spreads["spread_unanswered"], name


def _everything():
    drawn = draw_people(1, seed=3).frame.iloc[0].dropna().to_dict()
    past = {"cramp_sessions_12mo": "1-2", "family_cramps": "no"}
    return {**drawn, **past, "sport": "swimming", "sky": "shade"}


def test_no_guard_speaks_of_the_air_and_one_of_very_warm_water():
    def names(**more):
        return {g.name for g in assess({**SWIM, **HALL, **more}).guards if g.about_heat}

    assert names() == names(wbgt_c=36) == set()
    assert names(water_temperature_c=WARM_WATER_C) == set()
    assert names(water_temperature_c=WARM_WATER_C + 0.5) == {"warm_water"}
    assert "extreme_heat" in names(sport="running")
    assert "warm_water" not in names(sport="running", water_temperature_c=40)


@pytest.mark.parametrize("sport", FIELDS["sport"].levels)
def test_whoever_swims_for_a_part_is_warned_of_warm_water_alone_and_in_a_table(
    sport,
):
    mild = {**SWIM, "sport": sport, "air_temperature_c": 15, "relative_humidity_pct": 50}
    swum = sport in {"swimming", "triathlon"}
    warm = {**mild, "water_temperature_c": 35}
    assert [g.name for g in assess(warm).guards if g.about_heat] == ["warm_water"] * swum
    assert assess({**mild, "water_temperature_c": 25}).guards == assess(mild).guards
    assert FIELDS["water_temperature_c"].asked_of(warm) == swum
    frame = assess_frame(pd.DataFrame([warm, mild]))
    sentence = next(g.sentence for g in GUARDS if g.name == "warm_water")
    assert [sentence in told for told in frame["safety"]] == [swum, False]
    assert frame["probability"][0] == frame["probability"][1]


def test_cooler_air_is_not_offered_to_a_swimmer():
    unfit = {**SWIM, **HALL, "heat_days_14d": 0, "warm_up_min": 0, "duration_min": 180}
    now, weeks = (
        {lever.name for option in options for lever in option.levers}
        for options in (advise(unfit).now, advise(unfit).weeks)
    )
    assert not now & {"cooler", "shade", "indoors"}
    assert "acclimatise" not in weeks
    assert "shorter" in now


def test_rows_in_the_water_and_on_land_stand_beside_each_other():
    rows = [
        SWIM,
        {**SWIM, **HALL},
        {**SWIM, **HALL, "sport": "running"},
        {**SWIM, "sport": "rowing"},
    ]
    frame = assess_frame(pd.DataFrame(rows))
    assert (frame["problems"] == "").tolist() == [True, True, True, False]
    assert frame["probability"][0] == frame["probability"][1] == assess(SWIM).probability
    assert frame["wbgt_c"].isna().tolist() == [True, True, False, True]
    assert "air_temperature_c" in frame["problems"][3]


def test_a_triathlon_is_scored_on_land():
    hot, cool = (
        assess({**SWIM, **HALL, "sport": "triathlon", "air_temperature_c": air})
        for air in (35, 10)
    )
    assert heat_of(hot).points > heat_of(cool).points
    assert [p.field for p in assess({**SWIM, "sport": "triathlon"}).problems] == [
        "air_temperature_c",
        "relative_humidity_pct",
    ]


@pytest.mark.parametrize("name", ["air_temperature_c", "wbgt_c"])
def test_impossible_air_of_a_swim_is_told(name):
    assert [p.field for p in assess({**SWIM, name: 500}).problems] == [name]
