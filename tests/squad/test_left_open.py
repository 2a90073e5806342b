"""What cannot be read costs nobody the score; who must not start counts in nothing."""

import numpy as np
import pandas as pd
import pytest

from riskmodel import assess
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.squad_sheet import expected_text, squad_table
from riskmodel.squad.apart import LEAST_APART_POINTS
from riskmodel.squad.plan import may_be_left_open, read_athletes
from riskmodel.squad.scores import answer_squad, over_plans, score_squad
from riskmodel.squad.summary import expected, in_each_band

PLAN = {
    "sport": "american_football",
    "duration_min": 120.0,
    "session_rpe": 7.0,
    "air_temperature_c": 31.0,
    "relative_humidity_pct": 60.0,
}
OPTIONAL = [
    name for name, f in FIELDS.items() if f.kind != "text" and may_be_left_open(name)
]


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_answer_that_cannot_be_read_is_left_open_and_named(name):
    people = pd.DataFrame({"age_years": [17, 17]})
    spoilt = people.assign(**{name: ["who knows", None]})
    scored = score_squad(spoilt, PLAN).sort_index()
    assert scored["probability"].notna().all()
    assert (scored["problems"] == "").all()
    assert scored["probability"][0] == scored["probability"][1]
    assert [(p.field, p.value) for p in scored["left_open"][0]] == [(name, "who knows")]
    assert scored["left_open"][1] == ()
    assert assess({**PLAN, "age_years": 17, name: "who knows"}).problems


@pytest.mark.parametrize("name", ["age_years", "red_flags", "illness_24h"])
def test_what_is_needed_and_a_warning_sign_are_not_left_open(name):
    squad = pd.DataFrame({"age_years": [17.0, 17.0]}, dtype=object)
    squad[name] = ["who knows", None if name != "age_years" else 17]
    scored = score_squad(squad, PLAN).sort_index()
    assert scored["probability"].isna().tolist() == [True, False]
    assert [p.kind for p in scored["answer_problems"][0]] == ["not_allowed"]


def test_a_plan_that_cannot_be_read_is_no_open_answer():
    squad = pd.DataFrame({"age_years": [17], "sky": ["dunno"]})
    assert score_squad(squad, PLAN)["probability"].notna().all()
    (problems,) = score_squad(squad, {**PLAN, "sky": "sunny"})["answer_problems"]
    assert [p.field for p in problems] == ["sky"]


def test_an_own_answer_that_cannot_be_read_is_open_under_every_plan():
    squad = pd.DataFrame({"age_years": [30, 30], "warm_up_min": ["lots", None]})
    plan = {**PLAN, "warm_up_min": 20.0}
    scored = score_squad(squad, plan).sort_index()
    assert "warm_up_min" in scored["missing"][0]
    (same,) = over_plans(squad, plan, [{}])
    np.testing.assert_array_equal(same, scored["probability"])
    (read,) = read_athletes(squad[:1], plan).left_open
    assert [p.field for p in read] == ["warm_up_min"]


def test_who_must_not_start_counts_in_no_number():
    squad = pd.DataFrame(
        {
            "athlete": ["Well", "Ill", "Red"],
            "age_years": [17, 17, 17],
            "illness_24h": [None, "yes", None],
            "red_flags": [None, None, "swollen_calf"],
        }
    )
    scored, options = answer_squad(squad, PLAN)
    alone, same_options = answer_squad(squad[:1], PLAN)
    assert scored["must_not_start"].sum() == 2
    assert expected(scored) == expected(alone)
    assert expected_text(scored) == expected_text(alone)
    assert in_each_band(scored) == in_each_band(alone)
    assert options == same_options
    assert np.isnan(over_plans(squad, PLAN, [{}])).tolist() == [[False, True, True]]
    table = squad_table(scored, private=True).set_index("Athlete")
    assert table["Risk"][["Ill", "Red"]].tolist() == ["Must not start"] * 2
    assert (table["In 100"][["Ill", "Red"]] == "").all()


def test_heat_keeps_nobody_apart_from_the_others():
    hot = {**PLAN, "air_temperature_c": 45.0}
    scored = score_squad(pd.DataFrame({"age_years": [30]}), hot)
    assert scored["urgent"].all()
    assert not scored["must_not_start"].any()


def test_what_sets_apart_is_above_the_others_and_says_whether_it_was_answered():
    squad = pd.DataFrame(
        {
            "age_years": [20, 20, 20, 20],
            "cramp_sessions_12mo": ["0", "0", "6+", None],
            "sleep_h": [8, 4, 8, 8],
        }
    )
    scored = score_squad(squad, PLAN).sort_index()
    assert scored["sets_apart"].tolist() == ["", "Sleep", "Past cramps", "Past cramps"]
    points = scored["points_history"]
    above = points[2] - np.median(points)
    assert scored["sets_apart_points"][2] == above
    # Of an average that was taken no points are told.
    assert scored["sets_apart_points"].isna().tolist() == [True, False, False, True]
    nobody = score_squad(squad.assign(age_years=None), PLAN)
    assert (nobody["sets_apart"] == "").all()


HARD_HEAT = {**PLAN, "session_rpe": 9.0, "air_temperature_c": 36.0}


def test_what_all_have_sets_nobody_apart_however_much_it_counts():
    squad = pd.DataFrame({"age_years": [17] * 7, "cramp_sessions_12mo": ["6+"] * 7})
    alike = score_squad(squad, HARD_HEAT)
    assert set(alike["band"]) == {"very_high"}
    assert (alike["sets_apart"] == "").all()
    for name, value, label in (("sleep_h", 3, "Sleep"), ("alcohol_24h", "yes", "Alcohol")):
        one = squad.assign(**{name: [value] + [8 if name == "sleep_h" else "no"] * 6})
        apart = score_squad(one, HARD_HEAT).sort_index()["sets_apart"]
        assert apart[0].startswith(label)
        assert (apart[1:] == "").all()


def test_less_than_a_point_sets_nobody_apart():
    masses = {"age_years": 20, "height_cm": 180, "body_mass_kg": range(60, 116, 2)}
    scored = score_squad(pd.DataFrame(masses), HARD_HEAT)
    points = [name for name in scored if name.startswith("points_")]
    most = (scored[points] - scored[points].median()).max(axis=1)
    assert ((most > 0) & (most < LEAST_APART_POINTS)).any()
    assert ((most >= LEAST_APART_POINTS) == (scored["sets_apart"] != "")).all()
