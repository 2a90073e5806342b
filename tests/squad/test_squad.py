"""A squad: its file, its scores, what helps it, and the page."""

import io
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import assess, assess_frame, load_scorecard
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.squad_sheet import (
    expected_text,
    labels,
    option_text,
    squad_pdf,
    squad_table,
)
from riskmodel.reporting.squad_warnings import squad_warnings
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.guards import GUARDS
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.plan import ATHLETE_FIELDS, PLAN_FIELDS, set_aside, with_plan
from riskmodel.squad.scores import (
    SquadOption,
    answer_squad,
    over_plans,
    score_squad,
    squad_levers,
)
from riskmodel.whatif.levers import LEVERS
from tests.strategies import sessions

EXAMPLE = Path(__file__).with_name("list_with_quirks.csv").read_bytes()
DAY = date(2026, 11, 24)
PLAN = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7.0,
    "air_temperature_c": 29.0,
    "relative_humidity_pct": 55.0,
    "sky": "clear",
}


def example():
    raw = read_squad_file(EXAMPLE)
    return squad_frame(raw, match_columns(raw), DAY)


# ------------------------------------------------------------------------ the scores


@settings(max_examples=25)
@given(st.lists(sessions(), min_size=1, max_size=4), sessions())
def test_everybody_gets_what_they_would_get_alone(athletes, plan):
    rows = [{k: v for k, v in a.items() if k in ATHLETE_FIELDS} for a in athletes]
    plan = {k: v for k, v in plan.items() if k in PLAN_FIELDS}
    scored = score_squad(pd.DataFrame(rows), plan)
    for place, row in enumerate(rows):
        alone = assess({**plan, **row})
        assert scored.loc[place, "probability"] == alone.probability
        assert scored.loc[place, "total_points"] == alone.total_points


def test_the_session_is_the_same_for_all_and_what_is_about_a_person_is_not():
    squad = pd.DataFrame(
        {
            "age_years": [30, 30, 30],
            "session_rpe": [3.0, None, ""],
            "sport": ["rugby", "N/A", "null"],
            "wind_speed_m_s": [9.0, None, None],
            "warm_up_min": [20.0, None, "n/a"],
        }
    )
    plan = {**PLAN, "warm_up_min": 5.0}
    given = with_plan(squad, plan)
    assert given["session_rpe"].tolist() == [7.0, 7.0, 7.0]
    assert given["sport"].tolist() == ["soccer"] * 3
    assert given["warm_up_min"].tolist() == [20.0, 5.0, 5.0]
    # What the plan leaves open stays an own answer.
    assert given["wind_speed_m_s"][0] == 9.0
    assert set_aside(squad, plan) == (
        "Of 1 athlete own answers to Sport, How hard it will feel were set aside: the "
        "session is the same for all."
    )
    assert set_aside(squad, {"warm_up_min": 5.0}) == ""
    (one, other) = over_plans(squad, plan, [{}, {"duration_min": 45.0, "sport": "running"}])
    then = {**plan, "duration_min": 45.0, "sport": "running"}
    np.testing.assert_array_equal(one, score_squad(squad, plan)["probability"].sort_index())
    np.testing.assert_array_equal(
        other, score_squad(squad, then)["probability"].sort_index()
    )


def test_without_a_whole_plan_there_are_no_levers():
    own = example().assign(sport="running", duration_min=60.0)
    plan = {k: v for k, v in PLAN.items() if k not in ("sport", "duration_min")}
    assert squad_levers(own, plan) == ()


def test_those_who_need_attention_come_first_and_nobody_is_dropped():
    squad = example()
    squad.loc[4, "red_flags"] = "swollen_calf"
    squad.loc[5, "illness_24h"] = "yes"
    scored = score_squad(squad, PLAN)
    assert set(scored.index) == set(squad.index)
    assert set(scored.index[:2]) == {4, 5}
    assert scored.index[2] == 10
    assert scored["urgent"].tolist() == [True, True] + [False] * 8
    assert scored["must_not_start"].tolist() == [True, True] + [False] * 8
    rest = scored["probability"].to_numpy()[3:]
    assert (np.diff(rest) <= 0).all()
    assert "age_years" in scored.loc[10, "problems"]


def test_versions_of_a_plan_agree_with_one_at_a_time():
    squad = example()
    changes = [
        {},
        {"air_temperature_c": 20.0, "wbgt_c": None},
        {"duration_min": 60.0, "sky": "shade"},
    ]
    together = over_plans(squad, PLAN, changes)
    for row, change in zip(together, changes, strict=True):
        alone = score_squad(squad, {**PLAN, **change})["probability"].loc[squad.index]
        np.testing.assert_array_equal(row, alone.to_numpy())
    with pytest.raises(ValueError, match="allowed is"):
        over_plans(squad, PLAN, [{"air_temperature_c": 90.0}])


def test_levers_for_the_squad_say_what_a_changed_plan_gets():
    squad = example()
    options = squad_levers(squad, PLAN)
    assert options
    assert [o.expected_after for o in options] == sorted(o.expected_after for o in options)
    for option in options:
        then = score_squad(squad, {**PLAN, **option.changes})["probability"]
        assert option.expected_after == pytest.approx(then.sum())
        assert option.expected_after < option.expected_before
        assert option.n_scored == then.notna().sum()
    assert squad_levers(squad.iloc[:0], PLAN) == ()
    (shorter,) = (lever.label for lever in LEVERS if lever.name == "shorter")
    assert shorter in {option.label for option in options}
    race = squad_levers(squad, {**PLAN, "competition": "yes"})
    assert shorter not in {option.label for option in race}


@pytest.mark.parametrize("rows", [None, 0])
def test_scores_and_levers_are_the_same_together_and_apart(rows):
    squad = example().iloc[:rows]
    scored, options = answer_squad(squad, PLAN)
    readable = squad.drop(index=14, errors="ignore")  # whose cells are not all read
    alone = assess_frame(with_plan(readable, PLAN))
    pd.testing.assert_frame_equal(scored.loc[readable.index, alone.columns], alone)
    pd.testing.assert_frame_equal(scored, score_squad(squad, PLAN))
    assert options == squad_levers(squad, PLAN)
    assert len(scored) == len(squad)


@pytest.mark.parametrize("blank", [None, "", "n/a"])
@pytest.mark.parametrize("name", [n for n in PLAN_FIELDS if FIELDS[n].required])
def test_a_version_that_leaves_a_needed_answer_open_has_no_number(name, blank):
    (before, after) = over_plans(example(), PLAN, [{}, {name: blank}])
    assert np.isfinite(before).any()
    assert np.isnan(after).all()
    (after, again) = over_plans(example(), PLAN, [{name: blank}, {}])
    assert np.isnan(after).all()
    np.testing.assert_array_equal(again, before)


def numbers(*rows):
    names = ("probability", "probability_low", "probability_high")
    return pd.DataFrame(list(rows), columns=names).assign(must_not_start=False)


@pytest.mark.parametrize(
    ("scored", "words"),
    [
        (numbers((0.6, 0.1, 1), (np.nan,) * 3), "about 0.6 of 1 athlete with a cramp "
         "(range 0.1 to 1.0)"),
        (numbers(*[(0.1, 0.03, 0.3)] * 31), "about 3.1 of 31 athletes with a cramp "
         "(range 0.9 to 9.3)"),
        (numbers(*[(0.52, 0.2, 0.71)] * 21), "about 11 of 21 athletes with a cramp "
         "(range 4.2 to 15)"),
        (numbers((0.01, 0.001, 0.2)), "fewer than 0.1 of 1 athlete with a cramp "
         "(range fewer than 0.1 to 0.2)"),
    ],
)  # fmt: skip
def test_the_expected_number_comes_with_its_range(scored, words):
    assert expected_text(scored) == words


def test_a_change_is_told_in_whole_athletes_where_there_are_many():
    assert "from 9.9 to 8.0 of 28" in option_text(SquadOption("A", {}, 9.94, 8, 28))
    assert "from 10 to 9.9 of 28" in option_text(SquadOption("A", {}, 9.96, 9.94, 28))


def test_everybody_has_a_label_of_their_own():
    names = ["Anna", "Anna", "", "Anna (row 1)", "Ben", " Ben "]
    made = labels(pd.DataFrame({"athlete": names}, index=range(1, 7)))
    assert made.is_unique
    assert made.tolist()[1:] == [
        "Anna (row 2)",
        "Row 3",
        "Anna (row 1) (row 4)",
        "Ben (row 5)",
        "Ben (row 6)",
    ]


def test_the_public_table_tells_nothing_by_its_order_or_its_words():
    squad = pd.DataFrame(
        {
            "athlete": ["Well", "Ill", "Odd", "Old", "Red"],
            "age_years": [30, 30, 30, 300, 30],
            "illness_24h": [None, "yes", None, None, None],
            "sleep_h": [8, 8, 99, 8, 8],
            "red_flags": [None, None, None, None, "swollen_calf"],
        }
    )
    scored = score_squad(squad, PLAN)
    assert scored["athlete"].tolist()[:2] in (["Red", "Ill"], ["Ill", "Red"])
    public = squad_table(scored, private=False).set_index("Athlete")
    # Whoever is ill stands with the others who have no score, and says no more.
    assert set(public.index[:3]) == {"Ill", "Old", "Red"}
    assert (public["Risk"] == "No score").tolist() == [True] * 3 + [False] * 2
    words = public["Problems and warnings"]
    assert words["Odd"] == words["Red"] == words["Ill"] == "Answers need a look."
    assert words["Old"] == "Age needs a look."
    everything = " ".join(public.astype(str).to_numpy().ravel())
    assert not [w for w in ("99", "300", "calf", "Sleep", "fever") if w in everything]


@pytest.mark.parametrize("private", [False, True])
def test_the_sheet_says_the_same_and_tells_health_only_if_asked(private):
    squad = example()
    squad.loc[9, "pregnancy_trimester"] = "2"
    scored = score_squad(squad, PLAN)
    table = squad_table(scored, private=private)
    assert set(table.index) == set(scored.index)
    assert ("Sets apart" in table) == private
    pdf = squad_pdf(scored, PLAN, squad_levers(squad, PLAN), units={}, private=private)
    words = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    words = " ".join(words.split())
    for place in scored.index:
        assert scored.loc[place, "athlete"] in words
    secrets = [
        load_scorecard()["history"].label,
        *(guard.to_coach for guard in GUARDS if guard.private),
    ]
    assert any(secret in words for secret in secrets) == private
    assert ("Sets apart" in words) == private
    everything = " ".join(table.astype(str).to_numpy().ravel())
    assert any(secret in everything for secret in secrets) == private


SWIM = {"sport": "swimming", "duration_min": 90.0, "session_rpe": 7.0}


def test_a_squad_swims_without_air_and_its_sheet_says_so():
    squad = example()
    scored = score_squad(squad, SWIM)
    hot = score_squad(squad, {**PLAN, **SWIM})
    assert scored["probability"].notna().sum() == hot["probability"].notna().sum() > 1
    assert scored["probability"].equals(hot["probability"])
    options = squad_levers(squad, SWIM)
    assert {name for o in options for name in o.changes} <= {
        "duration_min", "session_rpe", "relative_effort", "warm_up_min"
    }  # fmt: skip
    assert options
    plan = {**SWIM, "water_temperature_c": 27.0}
    pdf = squad_pdf(scored, plan, options, units={}, private=False)
    words = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "water 27 °C" in words
    assert HEAT_IN_WATER in " ".join(words.split())


def test_an_empty_cell_of_a_man_is_no_open_question():
    squad = pd.DataFrame({"sex": ["male", "female", None], "age_years": 30})
    squad["pregnancy_trimester"] = [None, "", "nan"]
    scored = score_squad(squad, PLAN).sort_index()
    named = scored["missing"].str.contains("pregnancy_trimester")
    assert named.tolist() == [False, True, True]


def sentence(name):
    return next(guard for guard in GUARDS if guard.name == name).to_coach


def test_a_warning_says_whom_it_is_for():
    people = {"athlete": list("ABCDEF"), "age_years": [16, None, 150, None, 16, 30]}
    people["body_mass_kg"] = 60
    cool = {**PLAN, "air_temperature_c": 10.0}
    squad = pd.DataFrame(people)
    (text,) = squad_warnings(score_squad(squad, cool))
    assert text == f"A, E: {sentence('under_18')}"
    # The one with a score is not everybody.
    (text,) = squad_warnings(score_squad(squad[:4], cool))
    assert text == f"A: {sentence('under_18')}"
    (text, *_) = squad_warnings(score_squad(squad.assign(age_years=16), cool))
    assert text == f"A, B, C and 3 more: {sentence('under_18')}"
    # Of those who should not train at all, everybody is named.
    (text, *_) = squad_warnings(score_squad(squad.assign(illness_24h="yes"), cool))
    assert text.endswith(f": {sentence('illness')}")
    assert set(text.split(":")[0].split(", ")) == set("ABCDEF")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_list_in_the_plan_is_one_answer_the_same_for_each(n):
    squad = pd.DataFrame({"age_years": [31] * n, "sport": [None] * n})
    for value in (["running", "walking"], np.array([1, 2]), {"a": 1}, []):
        given = with_plan(squad, {"sport": value, "warm_up_min": value})
        assert [*map(type, given["sport"])] == [type(value)] * n
        assert [len(cell) for cell in given["warm_up_min"]] == [len(value)] * n
        assert len(score_squad(squad, {"sport": value})) == n
