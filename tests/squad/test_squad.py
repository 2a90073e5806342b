"""A squad: its file, its scores, what helps it, and the page."""

import io
import json
from datetime import date
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

import riskmodel
from riskmodel import assess, assess_frame, load_scorecard
from riskmodel.datasets import data_file, load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import complete
from riskmodel.reporting.spreadsheet import to_xlsx
from riskmodel.reporting.squad_sheet import (
    expected_text,
    labels,
    option_text,
    plan_text,
    squad_pdf,
    squad_table,
    squad_warnings,
)
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.guards import GUARDS
from riskmodel.squad.cells import squad_frame, template
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.scores import (
    ATHLETE_FIELDS,
    PLAN_FIELDS,
    SquadOption,
    answer_squad,
    over_plans,
    score_squad,
    set_aside,
    squad_levers,
    with_plan,
)
from riskmodel.views.state import DeviceState, FormState
from riskmodel.whatif.levers import LEVERS
from tests.browser import axe, download, fits, in_both_windows, ready, settled
from tests.strategies import sessions

APP = str(Path(riskmodel.__file__).parents[1] / "app.py")
PAGE = str(Path(riskmodel.__file__).parent / "views" / "squad.py")
EXAMPLE = data_file("example_squad.csv").read_bytes()
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
    assert "Age" in scored.loc[10, "problems"]


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


# -------------------------------------------------------------------------- the page


def test_the_page_asks_a_swim_for_no_air():
    page = started(SWIM)
    assert not page.info
    assert HEAT_IN_WATER in [c.value for c in page.caption]
    assert "Another start, in other weather" not in {e.label for e in page.expander}
    keys = {widget.key for widget in page.number_input}
    assert "water_temperature_c" in keys
    assert not {"air_temperature_c", "relative_humidity_pct", "wbgt_c"} & keys


def html_of(page):
    bodies = [e.proto.body for e in page.main if e.type == "html"]
    return unescape("\n".join(bodies))


def press(page, label):
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def bring(page, text):
    page.file_uploader[0].upload("list.csv", text.encode()).run()
    assert not page.exception
    return page


def opened(plan=PLAN):
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in plan.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception
    return page


def started(plan=PLAN):
    page = opened(plan)
    press(page, "Use the example squad")
    return page


def test_the_page_scores_the_example_filters_and_takes_a_lever():
    page = started()
    words = " ".join(m.value for m in page.markdown)
    scored = score_squad(example(), PLAN)
    assert f"about {scored['probability'].sum():.1f} of 9 athletes with a cramp" in words
    told = html_of(page)
    # In full, whatever the table cuts.
    assert "Goran Petrović: Age is unclear, born 30.02.2000; allowed is" in told
    page.text_input(key="squad_search").set_value("öz").run()
    assert list(page.dataframe[-1].value["Athlete"]) == ["Änne Öztürk"]
    page.text_input(key="squad_search").set_value("").run()
    options = squad_levers(example(), PLAN)
    shorter = next(i for i, o in enumerate(options) if "duration_min" in o.changes)
    page.button(key=f"squad_use_{shorter}").click().run()
    assert not page.exception
    assert page.session_state["duration_min"] == 70.0
    assert any("Planned duration: 70 min" in c.value for c in page.caption)
    page.button(key="squad_undo_button").click().run()
    assert page.session_state["duration_min"] == 90.0
    assert not [b for b in page.button if b.key == "squad_undo_button"]


def test_without_a_session_the_page_says_what_is_needed():
    page = started({})
    assert "Still needed for a score: Sport, Planned duration" in page.info[0].value
    page.selectbox(key="sport").set_value("soccer").run()
    assert "Still needed for a score: Planned duration" in page.info[0].value


def test_a_filter_that_fits_nobody_leaves_somebody_to_open():
    page = started()
    page.text_input(key="squad_search").set_value("nobody").run()
    assert next(b for b in page.button if b.label == "Open in My session").disabled
    page.text_input(key="squad_search").set_value("").run()
    assert page.selectbox(key="squad_athlete").value == page.dataframe[-1].value.index[0]
    assert not next(b for b in page.button if b.label == "Open in My session").disabled


def test_each_click_of_a_lever_can_be_taken_back():
    label, names = "Pace yourself one step easier", [*PLAN, "competition"]
    hard = {**PLAN, "duration_min": 300.0, "session_rpe": 9, "competition": "yes"}
    page = started({**hard, "air_temperature_c": 24.0})
    efforts = [page.session_state["session_rpe"]]
    for _ in range(2):
        plan = {name: page.session_state[name] for name in names}
        options = squad_levers(page.session_state["SquadState"].athletes, plan)
        place = [option.label for option in options].index(label)
        page.button(key=f"squad_use_{place}").click().run()
        efforts.append(page.session_state["session_rpe"])
    assert efforts == [9, 8, 7]
    for effort in (8, 9):
        page.button(key="squad_undo_button").click().run()
        assert page.session_state["session_rpe"] == effort
    assert not [b for b in page.button if b.key == "squad_undo_button"]


def test_other_weather_that_is_impossible_is_told_as_it_was_typed():
    form = FormState(units=complete({"°C": "°F"}))
    page = started({**PLAN, "FormState": form, "other_start": True})
    page.number_input(key="other_air_°F").set_value(200.0).run()
    assert "Air temperature is 200 °F; allowed is" in page.warning[0].value


def test_extreme_heat_is_told_before_the_number_and_leaves_cooler_places_only():
    page = started({**PLAN, "air_temperature_c": 38.0, "relative_humidity_pct": 80.0})
    heat = next(guard for guard in GUARDS if guard.name == "extreme_heat").to_coach
    told = html_of(page)
    assert told.count(heat) == 1
    levers = [m.value for m in page.markdown if " to " in m.value and "from" in m.value]
    names = {lever.label: lever.name for lever in LEVERS}
    labelled = {names[text.split(":")[0]] for text in levers if text.split(":")[0] in names}
    assert labelled <= {"cooler", "shade", "indoors"}


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


def test_nobody_with_a_score_is_no_small_number():
    page = started({**PLAN})
    squad = page.session_state["SquadState"]
    squad.athletes = squad.athletes.assign(age_years=None)
    page.run()
    words = " ".join(m.value for m in page.markdown)
    assert "no number, as nobody in the list can be scored" in words
    assert not [h for h in page.header if h.value == "What would help the squad"]


def test_an_answer_out_of_range_is_told_and_the_squad_stays():
    page = started({**PLAN, "air_temperature_c": 99.0})
    assert not page.exception
    assert "Air temperature is 99; allowed" in " ".join(w.value for w in page.warning)
    assert len(page.session_state["SquadState"].athletes) == 10


TWINS = "Name,Age\nAnna,20\nAnna,50\nBen,30\n"


def in_the_app(text, plan=PLAN):
    """The Squad page within the app, so that other pages can be opened."""
    page = AppTest.from_file(APP, default_timeout=30).run()
    for name, value in plan.items():
        page.session_state[name] = value
    page.run()
    page.switch_page("riskmodel/views/squad.py").run()
    return bring(page, text)


@pytest.mark.parametrize(("row", "age"), [(1, 20.0), (2, 50.0)])
def test_of_two_with_one_name_the_chosen_one_opens_and_the_session_comes_back(row, age):
    page = in_the_app(TWINS, {**PLAN, "age_years": 61.0, "sleep_h": 5.0})
    box = page.selectbox(key="squad_athlete")
    assert sorted(box.options) == ["Anna (row 1)", "Anna (row 2)", "Ben"]
    box.set_value(row).run()
    press(page, "Open in My session")
    assert page.title[0].value == "My session"
    assert page.session_state["age_years"] == age
    assert page.session_state["sport"] == "soccer"
    assert page.session_state["sleep_h"] is None
    assert page.session_state["FormState"].visit.name == f"Anna (row {row})"
    assert page.session_state["FormState"].visit.own_answers["age_years"] == 61.0
    # Whatever is tried with the athlete is not the squad's plan.
    page.session_state["duration_min"] = 30.0
    page.run()
    page.switch_page("riskmodel/views/squad.py").run()
    assert not page.exception
    assert page.session_state["duration_min"] == 90.0
    assert page.session_state["age_years"] == 61.0
    assert page.session_state["sleep_h"] == 5.0
    assert page.session_state["FormState"].visit is None
    assert page.selectbox(key="squad_athlete").value == row


def type_in(page, **rows):
    """Let the grid hold these changes: column by column, row by row from 0."""
    key = f"squad_grid_{page.session_state['SquadState'].version}"
    changes = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    page.session_state[key] = {**changes, **rows}
    page.run()
    assert not page.exception


def test_a_change_in_the_grid_counts_and_can_be_taken_back():
    page = bring(opened(), "Name,Age\nAnna,20\n,300\nBen,30\n")
    assert not page.data_editor
    page.session_state["squad_list"] = True
    page.run()
    assert page.data_editor
    type_in(page, edited_rows={0: {"age_years": "40"}})
    assert page.session_state["SquadState"].athletes["age_years"].tolist() == [40, 300, 30]
    type_in(page, edited_rows={0: {"age_years": "20"}})
    assert page.session_state["SquadState"].athletes["age_years"].tolist() == [20, 300, 30]
    type_in(page, edited_rows={0: {"age_years": "45"}})
    type_in(page)
    assert page.session_state["SquadState"].athletes["age_years"].tolist() == [20, 300, 30]
    assert "Row 2: Age is 300" in html_of(page)
    # A row that goes takes its number with it, and the count is that of now.
    type_in(page, deleted_rows=[0], added_rows=[{"athlete": "Cy", "age_years": "50"}])
    assert page.session_state["SquadState"].athletes.index.tolist() == [2, 3, 4]
    assert "Row 2: Age is 300" in html_of(page)
    assert any("**3 athletes in the list**" in m.value for m in page.markdown)
    type_in(page, deleted_rows=[0, 1])
    assert any("**1 athlete in the list**" in m.value for m in page.markdown)


def test_no_choice_of_an_earlier_file_is_set_for_the_next():
    page = bring(opened(), "Name,Age,Weight\nA,30,70\n")
    page.button_group(key="unit_1_2_body_mass_kg").set_value("lb").run()
    press(page, "Use these columns")
    assert page.session_state["SquadState"].athletes["body_mass_kg"][1] == pytest.approx(
        31.75
    )
    bring(page, "Name,Age,Weight\nB,30,80\n")
    assert page.button_group(key="unit_2_2_body_mass_kg").value is None
    assert next(b for b in page.button if b.label == "Use these columns").disabled
    press(page, "Cancel")
    assert page.session_state["SquadState"].athletes["athlete"].tolist() == ["A"]
    press(page, "Change what the columns mean")
    assert page.button_group(key="unit_3_2_body_mass_kg").value == "lb"
    page.button_group(key="unit_3_2_body_mass_kg").set_value("kg").run()
    press(page, "Use these columns")
    assert page.session_state["SquadState"].athletes["body_mass_kg"][1] == 70.0


def test_a_meaning_is_not_chosen_before_a_person_has():
    page = bring(opened(), "Name,Age,Sleep,Shirt\nA,30,7,9\n")
    # Those with a question come first.
    labels_ = [b.label for b in page.selectbox if b.label.startswith("Meaning")]
    assert labels_ == [f"Meaning of column {i}" for i in (4, 3, 1, 2)]
    assert page.warning[0].value.startswith("Not understood")
    assert page.selectbox(key="target_1_3").value == ""
    assert page.selectbox(key="target_1_2").value is None
    assert "Still open, what it is: Sleep." in html_of(page)
    page.selectbox(key="target_1_2").set_value("sleep_h").run()
    press(page, "Use these columns")
    assert page.session_state["SquadState"].athletes.to_dict("records") == [
        {"athlete": "A", "sleep_h": 7.0, "age_years": 30.0}
    ]


def test_a_list_without_headers_says_so_and_loses_nobody():
    page = bring(opened(), "Ada,30\nBen,31\n")
    assert "No header of this file is understood" in html_of(page)
    page.selectbox(key="target_1_0").set_value("athlete").run()
    page.selectbox(key="target_1_1").set_value("age_years").run()
    press(page, "Use these columns")
    assert page.session_state["SquadState"].athletes["athlete"].tolist() == ["Ada", "Ben"]


def test_own_answers_about_the_session_are_set_aside_and_told():
    page = bring(opened(), "Name,Age,Sport\nA,30,rugby\nB,31,\n")
    assert "Of 1 athlete own answers to Sport were set aside" in html_of(page)


def test_an_example_session_sets_the_plan_and_nothing_of_a_person():
    page = started({"age_years": 61.0})
    page.selectbox(key="squad_example").select("Marathon").run()
    marathon = load_examples()["Marathon"]
    asked = [name for name in PLAN_FIELDS if FIELDS[name].kind in ("number", "level")]
    for name in asked:
        assert page.session_state[name] == marathon.get(name)
    for name in set(marathon) & set(ATHLETE_FIELDS) - {"age_years"}:
        assert name not in page.session_state
    press(page, "Undo: Marathon")
    assert page.session_state["sport"] is None
    assert page.session_state["age_years"] == 61.0


def test_other_weather_leaves_out_what_was_measured_in_this():
    page = started({**PLAN, "wbgt_c": 30.0})
    page.session_state["other_start"] = True
    page.run()
    assert not page.exception
    words = " ".join(m.value for m in page.markdown)
    plan = {**PLAN, "wbgt_c": 30.0}
    (before, after) = over_plans(example(), plan, [{}, {"wbgt_c": None}])
    then = SquadOption("Then", {}, np.nansum(before), np.nansum(after), 9)
    assert option_text(then) in words
    assert any("Measured WBGT" in c.value for c in page.caption)


def test_a_saved_squad_can_be_removed_and_deleted():
    page = AppTest.from_file(PAGE, default_timeout=30)
    kept = {"squad": {"athlete": ["Ada"], "age_years": [30]}, "units": {"kg": "lb"}}
    page.session_state["DeviceState"] = DeviceState(text=json.dumps(kept))
    page.run()
    assert page.session_state["SquadState"].athletes["athlete"].tolist() == ["Ada"]
    press(page, "Remove the squad")
    assert page.session_state["SquadState"].athletes is None
    page.run()
    assert page.session_state["SquadState"].athletes is None
    press(page, "Delete the squad kept on this device")
    assert json.loads(page.session_state["DeviceState"].text) == {"units": {"kg": "lb"}}
    command = page.session_state["DeviceState"].command
    assert list(command["drop"]) == ["squad", "squad_session"]
    assert not [b for b in page.button if b.label.startswith("Delete")]


DOUBTFUL = "Name,Weight,DOB\n=Ada,70,03/04/2001\nBen,81,05/06/2002\n"


@in_both_windows
def test_a_coach_uploads_maps_scores_opens_and_exports(
    open_page, viewport, scheme, tmp_path
):
    # So hard that a change is worth a line for two athletes.
    plan = {**PLAN, "duration_min": 240.0, "session_rpe": 10.0}
    query = "&".join(f"{name}={value}" for name, value in plan.items())
    page = open_page(viewport, color_scheme=scheme, path=f"/?{query}")
    page.get_by_role("link", name="Go to: Squad").click()
    expect(page.get_by_role("heading", name="Squad", exact=True)).to_be_visible()
    ready(page)
    path = tmp_path / "list.csv"
    path.write_text(DOUBTFUL, encoding="utf-8")
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(path)
    use = page.get_by_role("button", name="Use these columns")
    expect(use).to_be_disabled()
    page.get_by_role("radio", name="lb", exact=True).click()
    ready(page)
    page.get_by_role("radio", name="day first").click()
    ready(page)
    assert axe(page) == []
    use.click()
    ready(page)
    expect(page.get_by_text("of 2 athletes with a cramp").first).to_be_visible()
    assert axe(page) == []
    fits(page)
    page.get_by_label("Search for a name").fill("be")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 athletes.")).to_be_visible()
    page.get_by_label("Search for a name").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 2 athletes.")).to_be_visible()
    # The second that helps: a quarter shorter; to go easier comes first.
    page.get_by_role("button", name="Use", exact=True).nth(1).click()
    expect(page.locator(".st-key-duration_min input")).to_have_value("180")
    table = pd.read_csv(download(page, "CSV"), encoding="utf-8-sig")
    assert set(table["Athlete"]) == {"'=Ada", "Ben"}
    page.get_by_role("button", name="Save on this device").click()
    expect(page.get_by_text("Saved 2 athletes and the session in this")).to_be_visible()
    page.wait_for_function("localStorage.getItem('cramp-risk')?.includes('=Ada')")
    page.get_by_role("button", name="Open in My session").click()
    expect(page.get_by_role("heading", name="My session")).to_be_visible()
    ready(page)
    # The filter left Ben chosen.
    age = relativedelta(date.today(), date(2002, 6, 5)).years
    expect(page.locator(".st-key-age_years input")).to_have_value(str(age))
    page.reload()
    ready(page)
    page.get_by_role("link", name="Go to: Squad").click()
    expect(page.get_by_text("2 athletes in the list")).to_be_visible()


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_coach_brings_excel_edits_filters_and_takes_it_along(
    open_page, viewport, tmp_path
):
    page = open_page(viewport, path="/?" + "&".join(f"{n}={v}" for n, v in PLAN.items()))
    page.get_by_role("link", name="Go to: Squad").click()
    ready(page)
    path = tmp_path / "list.xlsx"
    people = {"Age": [30, 150, 41], "Name": ["Ada", "Ben", "Cem"]}
    path.write_bytes(to_xlsx(pd.DataFrame(people), "Squad"))
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(path)
    expect(page.get_by_text("of 2 athletes with a cramp").first).to_be_visible()
    ready(page)
    no_score = page.get_by_role("button", name="No score")
    no_score.click()
    expect(page.get_by_text("1 of 3 athletes.")).to_be_visible()
    expect(page.get_by_text("Ben: Age is 150; allowed is 5 to 100 years.")).to_be_visible()
    no_score.click()
    expect(page.get_by_text("3 of 3 athletes.")).to_be_visible()
    page.get_by_text("Change the list").click()
    ready(page)
    grid = page.locator(".st-key-squad_list [data-testid=stDataFrame]")
    grid.scroll_into_view_if_needed()
    settled(page)
    # The second row below the headers; the age stands beside the name.
    grid.click(position={"x": 60, "y": 88})
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    cell = page.locator("textarea.gdg-input")
    expect(cell).to_have_value("150")
    cell.fill("50")
    page.keyboard.press("Enter")
    expect(page.get_by_text("of 3 athletes with a cramp").first).to_be_visible()
    box = page.locator(".st-key-duration_min input")
    box.fill("120")
    box.press("Enter")
    ready(page)
    names = ("Template, CSV", "Template, Excel", "Excel", "Sheet to print, PDF")
    contents = {name: download(page, name).read_bytes() for name in names}
    pd.testing.assert_frame_equal(
        pd.read_csv(io.BytesIO(contents["Template, CSV"])),
        pd.read_excel(io.BytesIO(contents["Template, Excel"])),
    )
    table = pd.read_excel(io.BytesIO(contents["Excel"]))
    assert set(table["Athlete"]) == {"Ada", "Ben", "Cem"}
    assert table["Session"].unique().tolist() == [
        plan_text({**PLAN, "duration_min": 120}, {})
    ]
    (sheet,) = pypdf.PdfReader(io.BytesIO(contents["Sheet to print, PDF"])).pages
    assert "Soccer, 2 h" in sheet.extract_text()
    page.get_by_role("button", name="Save on this device").click()
    expect(page.get_by_text("Saved 3 athletes and the session in this")).to_be_visible()
    ready(page)
    expected = page.get_by_text("To expect:").inner_text()
    page.reload()
    ready(page)
    # The list comes back with what was changed in it, and its session too.
    expect(page.get_by_text("To expect:")).to_have_text(expected)
    expect(box).to_have_value("120")


def test_a_kept_session_does_not_go_before_answers_that_are_there():
    page = AppTest.from_file(PAGE, default_timeout=30)
    kept = {"sport": "rowing", "duration_min": 30, "age_years": 99, "sky": "purple"}
    entry = {"squad": {"athlete": ["Ada"], "age_years": [30]}, "squad_session": kept}
    page.session_state["DeviceState"] = DeviceState(text=json.dumps(entry))
    page.run()
    state = page.session_state
    assert (state["sport"], state["duration_min"]) == ("rowing", 30.0)
    assert "age_years" not in state or state["age_years"] is None
    other = AppTest.from_file(PAGE, default_timeout=30)
    other.session_state["DeviceState"] = DeviceState(text=json.dumps(entry))
    other.session_state["duration_min"] = 90.0
    other.run()
    assert other.session_state["duration_min"] == 90.0
    assert "sport" not in other.session_state or other.session_state["sport"] is None


def test_the_largest_squad_is_kept_on_the_device(open_page, tmp_path):
    page = open_page("laptop")
    page.get_by_role("link", name="Go to: Squad").click()
    ready(page)
    path = tmp_path / "large.csv"
    many = pd.concat([template()] * 2500, ignore_index=True)
    path.write_bytes(many.to_csv(index=False).encode())
    page.locator("[data-testid=stFileUploader] input").first.set_input_files(path)
    expect(page.get_by_text("5000 athletes in the list")).to_be_visible()
    page.get_by_role("button", name="Save on this device").click()
    page.wait_for_function("localStorage.getItem('cramp-risk')?.includes('squad')")
    page.reload()
    expect(page.get_by_text("5000 athletes in the list")).to_be_visible(timeout=30_000)


def test_no_other_download_of_the_table_is_offered(open_page, tmp_path):
    """Streamlit's own knows neither formulas nor what is private."""
    query = "&".join(f"{name}={value}" for name, value in PLAN.items())
    page = open_page("laptop", path=f"/?{query}")
    page.get_by_role("link", name="Go to: Squad").click()
    page.get_by_role("button", name="Use the example squad").click()
    ready(page)
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.hover()
    expect(table.get_by_role("button", name="Search")).to_be_visible()
    download = table.get_by_role("button", name="Download as CSV", include_hidden=True)
    expect(download).to_have_count(1)
    expect(download).to_be_hidden()


def test_units_chosen_for_the_squad_are_remembered(open_page):
    query = "&".join(f"{name}={value}" for name, value in PLAN.items())
    page = open_page("laptop", path=f"/?{query}")
    page.get_by_role("link", name="Go to: Squad").click()
    page.get_by_role("button", name="Use the example squad").click()
    ready(page)
    expected = page.get_by_text("To expect:").inner_text()
    page.get_by_role("button", name="Units").click()
    page.get_by_role("radio", name="°F").click()
    expect(page.locator(".st-key-air_temperature_c input")).to_have_value("84.2")
    page.wait_for_function("(localStorage.getItem('cramp-risk') || '').includes('°F')")
    expect(page.get_by_text("To expect:")).to_have_text(expected, use_inner_text=True)


def test_what_the_browser_cannot_keep_is_not_called_saved(open_page):
    page = open_page("laptop")
    page.get_by_role("link", name="Go to: Squad").click()
    page.get_by_role("button", name="Use the example squad").click()
    ready(page)
    page.evaluate("void (Storage.prototype.setItem = () => { throw new Error('full') })")
    page.get_by_role("button", name="Save on this device").click()
    expect(page.get_by_text("This browser did not keep it")).to_be_visible()
    ready(page)
    expect(page.get_by_text("Saved 10 athletes")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete the squad kept")).to_have_count(0)


def test_a_long_entry_of_the_device_is_read_to_its_end(open_page):
    page = open_page("laptop")
    page.evaluate(
        """() => localStorage.setItem("cramp-risk", JSON.stringify({
            filler: "x".repeat(2500000), squad: {athlete: ["Zoe"], age_years: [30]}}))"""
    )
    page.reload()
    page.get_by_role("link", name="Go to: Squad").click()
    expect(page.get_by_text("1 athlete in the list")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Delete the squad kept on this device").click()
    page.wait_for_function("!localStorage.getItem('cramp-risk').includes('Zoe')")
    expect(page.get_by_text("No squad is kept in this browser any more.")).to_be_visible()
    # The others stay, and the list that is open too.
    page.wait_for_function("localStorage.getItem('cramp-risk').includes('filler')")
    expect(page.get_by_text("1 athlete in the list")).to_be_visible()


def test_what_cannot_be_read_on_the_device_can_be_deleted():
    page = AppTest.from_file(APP, default_timeout=30)
    page.session_state["DeviceState"] = DeviceState(text="{spoilt")
    page.run()
    assert not page.exception
    assert [b for b in page.button if b.label == "Delete everything kept"]
