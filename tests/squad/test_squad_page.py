"""The page Squad: what it holds, what it gives back, and what it leaves alone."""

import json
from html import unescape

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.reporting.squad_warnings import NOBODY_STANDS_OUT, apart_text
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.guards import GUARDS
from riskmodel.squad.names import known_word, known_words
from riskmodel.squad.scores import score_squad, squad_levers
from riskmodel.squad.two_plans import compare_plans
from riskmodel.squad.unknown import settle
from riskmodel.views import device, look
from riskmodel.views.state import DeviceState, StartState
from riskmodel.views.widgets import plain
from riskmodel.weather.files import read_weather_file
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.steps import FAN_M_S
from tests.squad.test_squad import PLAN
from tests.views.pages import APP

SWIM = {"sport": "swimming", "duration_min": 90.0, "session_rpe": 7.0}
TWINS = "Name,Age\nAnna,20\nAnna,50\nBen,30\n"
OWN = {**PLAN, "age_years": 61.0, "sleep_h": 5.0}


def school_list():
    """28 players as a school writes them, with columns that no session needs."""
    lines = ["#,Player,Pos,Grade,DOB,Sex,Weight (lb),Height (in),Injury,Meds,Conditions,"
             "Parent phone"]  # fmt: skip
    injuries = ["none", "hamstring", "", "ankle sprain"]
    medicines = ["none", "albuterol", "", "Adderall", "Zorblax"]
    conditions = ["none", "asthma", "", "sickle cell disease"]
    for i in range(28):
        name = "Player A Longlastname-Hyphenated" if i == 0 else f"Player {i:02d}"
        cells = [i + 1, name, "QB", 9 + i % 4, f"20{8 + i % 4:02d}-0{1 + i % 9}-14", "M"]
        cells += [130 + 4 * i, 64 + i % 12, injuries[i % 4], medicines[i % 5]]
        lines.append(",".join(map(str, [*cells, conditions[i % 4], f"555-01{i:02d}"])))
    return "\n".join(lines)


def html_of(page):
    return unescape("\n".join(e.proto.body for e in page.main if e.type == "html"))


def press(page, label):
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def go(page, name):
    page.switch_page(f"{name}.py").run()
    assert not page.exception
    return page


def opened(answers=PLAN, **state):
    """Squad, after something was answered on My session."""
    page = AppTest.from_file(APP, default_timeout=30)
    for name, value in {**answers, **state}.items():
        is_text = name in FIELDS and FIELDS[name].kind == "number" and name != "session_rpe"
        page.session_state[name] = f"{value:g}" if is_text else value
    page.run()
    return go(page, "squad")


def bring(page, text):
    page.session_state["box_squad_groups"] = True
    page.run()
    page.file_uploader[0].upload("list.csv", text.encode()).run()
    assert not page.exception
    page.session_state["box_squad_groups"] = False
    page.run()
    return page


def with_list(text=TWINS, answers=PLAN, **state):
    return bring(opened(answers, **state), text)


def squad_of(page):
    return page.session_state["SquadState"]


def held(page):
    """What the questions hold now."""
    names = ("sport", "duration_min", "session_rpe", "air_temperature_c", "age_years")
    return {n: page.session_state[n] for n in names if n in page.session_state}


def plan_of(page, name="A"):
    return dict(squad_of(page).plans[name].answers)


def remembered(page, part="session"):
    return json.loads(page.session_state["DeviceState"].tab.get(part) or "{}")


def numbers(page):
    """The headlines: how many to expect."""
    parts = html_of(page).split('cr-expected"')[1:]
    return [part.split('cr-num">')[1].split("<")[0] for part in parts]


# ------------------------------------------------------------------ the first visit


def test_a_first_visitor_sees_an_example_that_is_nobodys():
    page = opened({})
    assert "Example squad and session" in html_of(page)
    assert numbers(page)
    assert squad_of(page).athletes is None
    assert page.session_state["DeviceState"].tab == {}
    assert page.session_state["DeviceState"].command is None
    assert squad_of(page).tab_text == ""
    assert not [b for b in page.button if b.label == "Keep in this browser"]
    assert not [p for p in page.main if "Print and files" in str(getattr(p, "label", ""))]
    for name in ("my_session", "compare", "start", "saved"):
        go(page, name)
        assert page.session_state["DeviceState"].tab == {}
        assert squad_of(page).athletes is None
    go(page, "squad")
    assert "Example squad and session" in html_of(page)
    assert plan_of(page) == {}


def test_a_list_takes_the_place_of_the_example_and_a_touch_makes_the_session_ones_own():
    page = with_list(answers={})
    assert squad_of(page).athletes["athlete"].tolist() == ["Anna", "Anna", "Ben"]
    assert "Example squad" not in html_of(page)
    assert "Example session" in html_of(page)
    assert remembered(page, "squad") == {}
    page.text_input(key="duration_min").set_value("120").run()
    assert "Example" not in html_of(page)
    assert plan_of(page)["duration_min"] == 120.0
    assert plan_of(page)["sport"] == "soccer"
    press(page, "The rest is right too")
    assert squad_of(page).plans["A"].from_example == {}
    # It is the squad's, and no athlete's own.
    assert remembered(page) == {}
    go(page, "my_session")
    assert "Example: change anything" in html_of(page)
    assert page.session_state["sport"] == "running"
    press(go(page, "squad"), "Compare with a plan B")
    squad = squad_of(page)
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Remove the squad")
    assert squad.athletes is None
    assert "Example squad:" in html_of(page)


def test_what_my_session_says_is_the_squads_first_plan():
    page = opened(OWN)
    assert plan_of(page) == PLAN
    assert remembered(page)["answers"]["age_years"] == 61.0


def test_without_a_whole_session_the_page_says_what_is_needed():
    page = opened({"sport": "soccer"})
    assert "Still needed: Planned duration" in html_of(page)
    assert not numbers(page)


def test_the_page_asks_a_swim_for_no_air():
    page = opened(SWIM)
    assert HEAT_IN_WATER in html_of(page)
    keys = {box.key for box in page.text_input}
    assert "water_temperature_c" in keys
    assert not {"air_temperature_c", "relative_humidity_pct"} & keys


# ------------------------------------------------------------------ columns and words


def words_of(page):
    """The words of the list that can be settled."""
    page.session_state["squad_words"] = True
    page.run()
    return [box for box in page.selectbox if box.key.startswith("word_")]


def settle_columns(page):
    page.selectbox(key="target_1_8").set_value("muscle_injury_12mo").run()
    press(page, "Use these columns")
    return page


def test_a_school_list_asks_one_question_and_everybody_has_a_number():
    page = bring(opened(), school_list())
    assert [b.label for b in page.selectbox] == ["Meaning of column 9"]
    labels = [e.label for e in page.expander]
    assert labels[0].startswith("4 columns left out: \u201c#\u201d, \u201cPos\u201d")
    assert labels[1].startswith("7 columns understood: \u201cPlayer\u201d, \u201cDOB\u201d")
    use = next(b for b in page.button if b.label == "Use these columns")
    assert use.disabled
    settle_columns(page)
    assert "of 28 athletes to expect" in html_of(page)
    # Only what nobody knows is asked for.
    labels = [box.label for box in page.expander]
    assert "What 2 words mean: hamstring (7), Zorblax (5)" in labels


def test_a_word_is_settled_for_those_who_have_it_and_for_nobody_else():
    page = settle_columns(bring(opened(), school_list()))
    boxes = words_of(page)
    assert [b.value for b in boxes] == ["open", "open"]
    box = next(b for b in boxes if "Zorblax, 5 athletes" in b.label)
    before = score_squad(squad_of(page).athletes, PLAN)["probability"]
    box.set_value("loop_diuretic").run()

    def after():
        said = squad_of(page).settled
        return score_squad(settle(squad_of(page).athletes, said), PLAN)["probability"]

    has_it = squad_of(page).athletes["medications"].astype(str) == "Zorblax"
    changed = (after() - before).abs() > 1e-9
    assert changed.sort_index().tolist() == has_it.tolist()
    page.session_state["squad_list"] = True
    page.run()
    type_in(page, edited_rows={0: {"athlete": "Zoe"}})
    assert squad_of(page).athletes["athlete"][2] == "Zoe"
    assert squad_of(page).settled == {("medications", "Zorblax"): "loop_diuretic"}
    assert sorted(b.value for b in words_of(page)) == ["loop_diuretic", "open"]


def test_of_a_question_with_a_level_none_that_can_be_said_too():
    page = with_list("Name,Age,Muscle injury in the last 12 months\nA,20,gnarl\n")
    (box,) = words_of(page)
    box.set_value("none").run()
    assert squad_of(page).settled == {("muscle_injury_12mo", "gnarl"): "none"}


def test_every_word_can_be_reached_once_those_before_it_are_settled():
    rows = "".join(f"A{i},20,wordy{i}\n" for i in range(12))
    page = with_list(f"Name,Age,Meds\n{rows}")
    assert len(words_of(page)) == 8
    for at in range(4):
        words_of(page)[at].set_value("none").run()
    assert len(words_of(page)) == 12


def test_what_stands_in_a_list_becomes_no_formatting():
    page = with_list("Name,Age,Meds\nA,20,:red[**bold**]\n")
    labels = [box.label for box in page.expander]
    assert plain("What 1 word means: :red[**bold**] (1)") in labels


def test_no_choice_of_an_earlier_file_is_set_for_the_next():
    page = with_list("Name,Age,Weight\nA,30,70\n")
    page.button_group(key="unit_1_2_body_mass_kg_").set_value("lb").run()
    press(page, "Use these columns")
    assert squad_of(page).athletes["body_mass_kg"][2] == pytest.approx(31.75)
    bring(page, "Name,Age,Weight,Shirt\nB,30,80,9\n")
    assert page.button_group(key="unit_2_2_body_mass_kg_").value is None
    assert next(b for b in page.button if b.label == "Use these columns").disabled
    press(page, "Cancel")
    assert squad_of(page).athletes["athlete"].tolist() == ["A"]


def test_what_was_said_of_columns_holds_for_a_list_with_the_same_headers():
    page = with_list("Name,Age,Weight,Shirt\nA,30,70,9\n")
    page.button_group(key="unit_1_2_body_mass_kg_").set_value("lb").run()
    press(page, "Use these columns")
    assert "As you said before" not in html_of(page)
    bring(page, "Name,Age,Weight,Shirt\nB,30,80,7\n")
    assert squad_of(page).asked is None
    assert squad_of(page).athletes["body_mass_kg"].tolist() == [pytest.approx(36.29)]
    assert "of a list with these headers: what 2 columns mean." in html_of(page)
    # What the cells say themselves goes before what was said of others.
    bring(page, "Name,Age,Weight,Shirt\nC,30,80 kg,1\n")
    assert "It was lb before, the cells look like kg." in html_of(page)


def test_a_column_that_a_person_names_is_read_as_its_cells_are_written():
    page = with_list("Who,Key date,Weight (kg)\nA,18/10/1995,70\nB,03/04/1996,80\n")
    assert "No column for Age" in html_of(page)
    page.selectbox(key="target_1_1").set_value("date_of_birth").run()
    assert "No column for Age" not in html_of(page).split("Key date")[-1]
    page.selectbox(key="target_1_0").set_value("athlete").run()
    press(page, "Use these columns")
    told = "read day first: “18/10/1995” can be nothing else"
    assert told in html_of(page)
    assert squad_of(page).athletes.index.tolist() == [2, 3]
    squad_of(page).asked = squad_of(page).source
    page.run()
    labels = [box.label for box in page.expander]
    assert not [label for label in labels if "left out" in label]


def test_a_meaning_is_not_chosen_before_a_person_has():
    page = with_list("Name,Age,Sleep,Shirt\nA,30,7,9\n")
    assert [b.label for b in page.selectbox] == ["Meaning of column 3"]
    assert page.selectbox(key="target_1_2").value is None
    assert "Still open, what it is: \u201cSleep\u201d." in html_of(page)
    page.selectbox(key="target_1_2").set_value("sleep_h").run()
    press(page, "Use these columns")
    assert squad_of(page).athletes.to_dict("records") == [
        {"athlete": "A", "sleep_h": 7.0, "age_years": 30.0}
    ]


def test_a_list_without_headers_says_so_and_loses_nobody():
    page = with_list("Ada,30\nBen,31\n")
    assert "No header of this file is understood" in html_of(page)
    page.session_state["columns_left_out"] = True
    page.run()
    page.selectbox(key="target_1_0").set_value("athlete").run()
    page.selectbox(key="target_1_1").set_value("age_years").run()
    page.session_state["columns_left_out"] = False
    page.run()
    press(page, "Use these columns")
    assert squad_of(page).athletes["athlete"].tolist() == ["Ada", "Ben"]
    assert squad_of(page).athletes["age_years"].tolist() == [30, 31]


def test_own_answers_about_the_session_are_set_aside_and_told():
    page = with_list("Name,Age,Sport\nA,30,rugby\nB,31,\n")
    assert "Of 1 athlete own answers to Sport were set aside" in html_of(page)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("30.02.2000", "The date 30.02.2000 does not exist."),
        ("spring", "“spring” is no date of birth; write it as 1995-03-13."),
    ],
)
def test_a_date_of_birth_that_is_none_is_told_as_it_was_written(cell, sentence):
    assert Problem("age_years", "no_such_date", cell).sentence(names=False) == sentence
    raw = f"Name;Date of birth\nA;{cell}\nB;31.12.2001\n"
    page = with_list(raw)
    assert sentence in html_of(page)


# ---------------------------------------------------------------------- two plans


def test_a_lever_becomes_plan_b_and_both_are_told():
    page = with_list(answers=OWN)
    options = squad_levers(squad_of(page).athletes, PLAN)
    page.button(key="squad_use_0").click().run()
    assert not page.exception
    assert squad_of(page).active == "B"
    changed = {k for k, v in plan_of(page, "B").items() if plan_of(page).get(k) != v}
    assert changed == {k for k, v in options[0].changes.items() if v is not None}
    both = compare_plans(squad_of(page).athletes, {n: plan_of(page, n) for n in "AB"})
    told = html_of(page)
    assert len(numbers(page)) == 2
    assert all(f"<b>Plan {name}</b>" in told for name in "AB")
    assert ("Who changes band" in [h.value for h in page.header]) == bool(both.changes)
    # Where each would be under the other plan.
    assert told.count("cr-bead was") == 3
    page.button_group(key="squad_plan").set_value("A").run()
    assert page.session_state["session_rpe"] == 7
    assert squad_of(page).active == "A"
    page.button_group(key="squad_plan").set_value("B").run()
    press(page, "Keep this one only")
    assert list(squad_of(page).plans) == ["A"]
    assert plan_of(page) == {k: v for k, v in {**PLAN, **options[0].changes}.items() if v}
    go(page, "my_session")
    assert page.session_state["age_years"] == "61"
    assert page.session_state["session_rpe"] == 7


def test_what_cannot_be_read_gives_way_to_what_a_lever_sets():
    page = with_list(answers={**OWN, "sport": "running", "air_temperature_c": 33.0})
    page.session_state["wind_speed_m_s"] = "1,500"
    page.run()
    indoors = next(b for b in page.button if b.label.startswith("Go indoors"))
    indoors.click().run()
    assert not page.exception
    assert plan_of(page, "B")["wind_speed_m_s"] == FAN_M_S
    page.button_group(key="squad_plan").set_value("A").run()
    assert page.session_state["wind_speed_m_s"] == "1,500"


def test_the_plans_leave_my_session_alone_and_come_back():
    page = with_list(answers=OWN)
    press(page, "Compare with a plan B")
    page.text_input(key="duration_min").set_value("30").run()
    before = {n: plan_of(page, n) for n in "AB"}
    for name in ("my_session", "compare", "diary", "start", "my_session"):
        go(page, name)
        if name != "start":
            assert held(page)["duration_min"] in (90.0, "1 h 30")
            assert remembered(page)["answers"]["duration_min"] == 90.0
    go(page, "squad")
    assert {n: plan_of(page, n) for n in "AB"} == before
    assert squad_of(page).active == "B"
    # What is typed on My session later is not the squad's.
    go(page, "my_session").text_input(key="duration_min").set_value("200").run()
    go(page, "squad")
    assert plan_of(page)["duration_min"] == 90.0


def test_what_cannot_be_read_stays_where_it_was_typed():
    page = opened(OWN)
    page.text_input(key="duration_min").set_value("soon").run()
    press(page, "Compare with a plan B")
    page.text_input(key="duration_min").set_value("60").run()
    page.button_group(key="squad_plan").set_value("A").run()
    assert page.session_state["duration_min"] == "soon"
    assert not numbers(page)
    assert go(page, "my_session").session_state["duration_min"] == "1 h 30"


def use_a_start(page):
    weather = read_weather_file(
        (data_folder("examples_weather") / "open_meteo.json").read_bytes()
    )
    page.session_state["StartState"] = StartState(weather, shown_whole=True)
    page.session_state["start_whom"] = "The squad"
    go(page, "start")
    press(page, "Use in Squad")
    return go(page, "squad")


def test_a_start_goes_to_the_plan_that_is_looked_at_with_its_place():
    page = with_list(answers=OWN)
    press(page, "Compare with a plan B")
    use_a_start(page)
    assert "start_time" in plan_of(page, "B")
    assert "start_time" not in plan_of(page)
    weather = squad_of(page).plans["B"].start_weather
    assert weather is not None
    assert weather.place == page.session_state["StartState"].weather.place
    page.button_group(key="squad_plan").set_value("A").run()
    assert page.session_state["FormState"].start_weather is None
    page.button_group(key="squad_plan").set_value("B").run()
    # Its heat goes once somebody types another weather, on this plan only.
    assert "wbgt_c" in plan_of(page, "B")
    page.text_input(key="air_temperature_c").set_value("5").run()
    assert "wbgt_c" not in plan_of(page, "B")
    go(page, "my_session")
    assert remembered(page)["answers"]["air_temperature_c"] == PLAN["air_temperature_c"]
    assert "start_time" not in remembered(page)["answers"]


@pytest.mark.parametrize(("row", "age"), [(2, "20"), (3, "50")])
def test_of_two_with_one_name_the_chosen_one_opens_and_all_comes_back(row, age):
    page = with_list(answers=OWN)
    press(page, "Compare with a plan B")
    page.text_input(key="duration_min").set_value("45").run()
    box = page.selectbox(key="squad_athlete")
    assert sorted(box.options) == ["Anna (row 2)", "Anna (row 3)", "Ben"]
    box.set_value(row).run()
    press(page, "Open in My session")
    assert page.session_state["age_years"] == age
    assert page.session_state["duration_min"] == "45 min"
    assert page.session_state["FormState"].visit.name == f"Anna (row {row})"
    # A visit is nobody's own answers.
    assert remembered(page)["answers"]["age_years"] == 61.0
    page.text_input(key="duration_min").set_value("33").run()
    go(page, "squad")
    assert [plan_of(page, name)["duration_min"] for name in "AB"] == [90.0, 45.0]
    go(page, "my_session")
    assert page.session_state["FormState"].visit is None
    assert (page.session_state["age_years"], page.session_state["sleep_h"]) == ("61", "5")
    assert page.session_state["duration_min"] == "1 h 30"


# ------------------------------------------------------------------- who must not start


def test_whoever_must_not_start_is_named_and_counts_nowhere():
    rows = "Ada,20,no\nBea,30,no\nCy,40,yes\nDi,50,no\n"
    page = with_list(f"Name,Age,illness_24h\n{rows}")
    illness = next(guard for guard in GUARDS if guard.name == "illness").to_coach
    told = html_of(page)
    assert f"Cy: {illness}" in told
    assert told.count(illness) == 1
    assert "of 3 athletes to expect" in told
    assert "Cy" not in told.split('class="cr-rank"')[1]
    assert all("Cy" not in b.label for b in page.button)
    page.text_input(key="squad_search").set_value("cy").run()
    assert "They must not start." in html_of(page)
    page.button_group(key="squad_view").set_value("Table").run()
    (table,) = page.dataframe
    assert table.value[["Athlete", "In 100", "Risk"]].to_numpy().tolist() == [
        ["Cy", "", "Must not start"]
    ]


def test_extreme_heat_is_told_once_and_leaves_cooler_places_only():
    page = opened({**PLAN, "air_temperature_c": 38.0, "relative_humidity_pct": 80.0})
    heat = next(guard for guard in GUARDS if guard.name == "extreme_heat").to_coach
    assert html_of(page).count(heat) == 1
    names = {lever.label: lever.name for lever in LEVERS}
    levers = [b for b in page.button if b.key.startswith("squad_use")]
    offered = {names.get(lever.label.split(" **")[0], "cooler") for lever in levers}
    assert offered <= {"cooler", "shade", "indoors"}


def test_nobody_with_a_number_is_no_small_number():
    page = with_list("Name,Age\nA,\nB,\n")
    assert "No number yet" in html_of(page)
    assert not [h for h in page.header if h.value == "What would help all"]


def test_an_answer_out_of_range_is_told_and_the_squad_stays():
    page = with_list(answers={**PLAN, "air_temperature_c": 99.0})
    assert "Air temperature is 99" in html_of(page)
    assert len(squad_of(page).athletes) == 3


# --------------------------------------------------------------------- picture and table


def test_the_search_finds_in_the_picture_and_in_the_table():
    page = opened()
    page.text_input(key="squad_search").set_value("öz").run()
    assert html_of(page).count('class="name"') == 1
    page.button_group(key="squad_view").set_value("Table").run()
    assert list(page.dataframe[-1].value["Athlete"]) == ["Änne Öztürk"]
    page.text_input(key="squad_search").set_value("nobody").run()
    assert page.dataframe[-1].value.empty
    page.button_group(key="squad_view").set_value("Picture").run()
    assert "Nobody is called that." in html_of(page)


def test_the_table_holds_all_and_the_number_alone():
    rows = "".join(f"Athlete {i},{18 + i % 40}\n" for i in range(500))
    page = with_list(f"Name,Age\n{rows}")
    assert html_of(page).count('class="name"') == 40
    assert "460 more stand in the table." in html_of(page)
    page.button_group(key="squad_view").set_value("Table").run()
    table = page.dataframe[-1].value
    assert len(table) == 500
    assert not [cell for cell in table["In 100"] if "about" in cell]
    page.text_input(key="squad_search").set_value("athlete 499").run()
    assert list(page.dataframe[-1].value["Athlete"]) == ["Athlete 499"]


def type_in(page, **rows):
    """Let the grid hold these changes: column by column, row by row from 0."""
    key = f"squad_grid_{squad_of(page).version}"
    changes = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    page.session_state[key] = {**changes, **rows}
    page.run()
    assert not page.exception


def test_a_change_in_the_grid_counts_at_once_and_can_be_taken_back():
    page = with_list("Name,Age\nAnna,20\n,300\nBen,30\n")
    assert not page.get("data_editor")
    page.session_state["squad_list"] = True
    page.run()
    type_in(page, edited_rows={0: {"age_years": "40"}})
    assert squad_of(page).athletes["age_years"].tolist() == [40, 300, 30]
    type_in(page)
    assert squad_of(page).athletes["age_years"].tolist() == [20, 300, 30]
    assert "Age is 300" in html_of(page)
    assert "of 2 athletes" in html_of(page)
    type_in(page, edited_rows={1: {"age_years": "30"}})
    assert "of 3 athletes" in html_of(page)
    # A row that goes takes its number with it, and the count is that of now.
    type_in(page, deleted_rows=[0], added_rows=[{"athlete": "Cy", "age_years": "50"}])
    assert squad_of(page).athletes.index.tolist() == [3, 4, 5]
    type_in(page, deleted_rows=[0, 1, 2])
    assert "There are no athletes in the list." in html_of(page)


def test_a_change_in_the_grid_makes_the_example_ones_own():
    page = opened({}, squad_list=True)
    type_in(page, edited_rows={0: {"athlete": "Zoe"}})
    assert squad_of(page).athletes["athlete"][1] == "Zoe"
    assert "Example squad" not in html_of(page)


@pytest.mark.parametrize("way", ["file", "saved"])
def test_a_list_that_takes_the_place_of_another_costs_nothing_of_it(way):
    page = with_list(XYZ)
    squad_of(page).settled["medications", "Xyz"] = "none"
    page.session_state["squad_list"] = True
    page.run()
    type_in(page, edited_rows={0: {"age_years": "21"}})
    first = squad_of(page).athletes
    assert not [b for b in page.button if b.key == "list_before"]
    if way == "file":
        bring(page, TWINS)
    else:
        squad_of(page).to_open = pd.DataFrame({"athlete": list("ABC"), "age_years": 30.0})
        page.run()
    second = squad_of(page).athletes
    assert len(second) == 3
    press(page, "Back to the list before: 2 athletes")
    assert squad_of(page).athletes.equals(first)
    assert squad_of(page).settled == {("medications", "Xyz"): "none"}
    # The one that was there is not lost either.
    press(page, "Back to the list before: 3 athletes")
    assert squad_of(page).athletes.equals(second)
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Remove the squad")
    assert not [b for b in page.button if b.key == "list_before"]


def test_a_list_that_is_read_in_another_way_is_no_other_list():
    page = with_list()
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Change what the columns mean")
    press(page, "Use these columns")
    assert len(squad_of(page).athletes) == 3
    assert squad_of(page).before is None


# -------------------------------------------------------------- kept, and over a reload


@pytest.fixture
def reloaded(monkeypatch):
    """Another session with what the tab holds, as the browser hands it over."""

    def reloaded(page):
        held, squad = page.session_state["DeviceState"], squad_of(page)
        of_tab = {**held.tab, **({"list": squad.tab_text} if squad.tab_text else {})}
        texts, dress = [json.dumps(of_tab)], look.dress

        def dress_and_hand_over(page):
            if texts:
                monkeypatch.setattr(device, "_message", lambda _: texts.pop())
                device._restored()
            dress(page)

        new = opened({})
        with monkeypatch.context() as patch:
            patch.setattr(look, "dress", dress_and_hand_over)
            new.run()
        assert not new.exception
        return new

    return reloaded


def test_list_words_and_plans_come_back_after_a_reload(reloaded):
    page = with_list("Name,Age,Meds\nAnna,20,Zorblax\nBen,300,statin\n", answers=OWN)
    squad_of(page).settled["medications", "Zorblax"] = "none"
    press(page, "Compare with a plan B")
    page.text_input(key="duration_min").set_value("45").run()
    page.run()
    new = reloaded(page)
    pd.testing.assert_frame_equal(
        squad_of(new).athletes, squad_of(page).athletes, check_dtype=False
    )
    assert squad_of(new).settled == squad_of(page).settled
    assert squad_of(new).active == "B"
    assert {n: plan_of(new, n) for n in "AB"} == {n: plan_of(page, n) for n in "AB"}
    assert numbers(new) == numbers(page)
    assert remembered(new) == remembered(page)
    go(new, "my_session")
    assert (new.session_state["age_years"], new.session_state["sleep_h"]) == ("61", "5")
    assert new.session_state["duration_min"] == "1 h 30"


def test_a_list_that_was_changed_or_removed_is_not_what_comes_back(reloaded):
    page = with_list()
    page.session_state["squad_list"] = True
    page.run()
    type_in(page, edited_rows={0: {"age_years": "40"}})
    assert squad_of(reloaded(page)).athletes["age_years"].tolist() == [40, 50, 30]
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Remove the squad")
    assert squad_of(page).tab_text == ""
    assert squad_of(reloaded(page)).athletes is None


@pytest.mark.parametrize(
    "text",
    ["x", '{"plans": 3}', '{"plans": {"A": {"answers": 1}}}'],
)
def test_what_another_program_spoilt_in_the_tab_is_left(reloaded, text):
    page = opened({})
    page.session_state["DeviceState"].tab["squad"] = text
    squad_of(page).tab_text = "[1"
    new = reloaded(page)
    assert numbers(new)


@pytest.mark.parametrize(
    "spoilt",
    [
        ["medications", "Zorblax", "aspirin"],
        ["medications", "Zorblax", 5],
        ["medications", "Zorblax", ["statin"]],
        ["medications", 5, "statin"],
        ["medications", "Zorblax"],
        [["medications"], "Zorblax", "statin"],
        ["muscle_injury_12mo", "Zorblax", "none;recovered"],
        ["illness_24h", "sick", "no"],
        ["sleep_h", "well", "99"],
        ["shoe_size", "Zorblax", "none"],
        "x",
        None,
    ],
)
def test_a_spoilt_answer_of_the_tab_is_left_and_the_others_count(reloaded, spoilt):
    page = with_list("Name,Age,Meds\nAnna,20,Zorblax\nBen,30,Abc\n")
    said = {("medications", "Abc"): "statin"}
    squad_of(page).settled.update(said)
    page.run()
    tab = page.session_state["DeviceState"].tab
    whole = json.loads(tab["squad"])
    tab["squad"] = json.dumps({**whole, "settled": [spoilt, *whole["settled"]]})
    new = reloaded(page)
    assert squad_of(new).settled == said
    assert numbers(new)


def test_what_a_name_tells_a_coach_stays_when_other_words_are_settled_and_kept():
    page = with_list("Name,Age,Meds,Conditions\nAnna,20,Zorblax,sickle cell disease\n")
    warning = known_word("conditions", "sickle cell disease").warning
    assert html_of(page).count(f"Anna: {warning}") == 1
    squad_of(page).settled["medications", "Zorblax"] = "statin"
    page.session_state["box_squad_groups"] = True
    page.run()
    assert html_of(page).count(f"Anna: {warning}") == 1
    press(page, "Keep in this browser")
    text = page.session_state["DeviceState"].text
    new = opened(PLAN, DeviceState=DeviceState(text=text))
    assert squad_of(new).athletes["medications"].tolist() == ["statin"]
    assert html_of(new).count(f"Anna: {warning}") == 1


@pytest.mark.parametrize("cell", ["{}; diabetes", "asthma, {}", "diabetes + {}", "{}"])
def test_a_name_with_a_warning_stays_beside_another_answer(reloaded, cell):
    names = [(w.word, w.warning) for w in known_words().values() if w.warning]
    people = [f"P{i},20,{cell.format(word)!r}" for i, (word, _) in enumerate(names)]
    text = "Name,Age,Conditions\n" + "\n".join(people).replace("'", '"')
    page = with_list(text)
    score = settled_scores(page)
    assert score["left_open"].map(len).eq(0).all()
    answered = ~score["missing"].str.split(";").map(lambda open_: "conditions" in open_)
    assert answered.eq("diabetes" in cell).all()
    for shown in (page, reloaded(page)):
        for sentence in {warning for _, warning in names}:
            assert html_of(shown).count(sentence) == 1


def settled_scores(page):
    return score_squad(settle(squad_of(page).athletes, {}), PLAN)


def test_what_all_share_is_told_once_above_the_rows():
    page = with_list("Name,Age,Sleep (h)\nAnna,20,8\nBen,20,8\nCem,20,8\n")
    assert html_of(page).count(NOBODY_STANDS_OUT) == 1
    page = with_list("Name,Age,Sleep (h)\nAnna,20,3\nBen,20,8\nCem,20,8\n")
    assert NOBODY_STANDS_OUT not in html_of(page)
    assert apart_text("Sleep", float("nan")) not in html_of(page)
    page = with_list("Name,Sleep (h)\nAnna,8\nBen,8\nCem,8\n")
    missing = Problem("age_years", "missing").sentence(names=False)
    assert html_of(page).count(missing) == 1


def test_no_two_controls_of_the_page_are_called_alike():
    page = with_list(school_list())
    page.session_state["columns_left_out"] = page.session_state["columns_understood"] = True
    page.run()
    labels = [widget.label for widget in (*page.selectbox, *page.get("button_group"))]
    assert len(labels) > 8
    assert len({*labels}) == len(labels)


def test_a_kept_squad_can_be_removed_and_deleted():
    kept = {"squad": {"athlete": ["Ada"], "age_years": [30]}, "units": {"kg": "lb"}}
    page = opened(PLAN, DeviceState=DeviceState(text=json.dumps(kept)))
    assert squad_of(page).athletes["athlete"].tolist() == ["Ada"]
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Remove the squad")
    assert squad_of(page).athletes is None
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Delete the squad kept in this browser")
    assert json.loads(page.session_state["DeviceState"].text) == {"units": {"kg": "lb"}}
    assert not [b for b in page.button if b.label.startswith("Delete")]


XYZ = "Name,Age,Meds,illness_24h\nAnna,20,Xyz,no\nBen,30,statin,no\n"


def with_words():
    page = with_list(XYZ)
    squad_of(page).settled["medications", "Xyz"] = "none"
    page.session_state["box_squad_groups"] = True
    page.run()
    return page


def test_a_kept_list_has_its_words_and_asks_for_illness_anew():
    page = with_words()
    chances = numbers(page)
    press(page, "Keep in this browser")
    text = page.session_state["DeviceState"].text
    new = opened(PLAN, DeviceState=DeviceState(text=text))
    assert squad_of(new).athletes["medications"].tolist() == ["none", "statin"]
    assert "illness_24h" not in squad_of(new).athletes
    assert numbers(new) == chances
    # What was kept by an earlier version too.
    old = {"athlete": ["Ada"], "age_years": [30], "red_flags": ["none"]}
    new = opened(PLAN, DeviceState=DeviceState(text=json.dumps({"squad": old})))
    assert list(squad_of(new).athletes) == ["athlete", "age_years"]


def test_what_was_said_of_words_counts_for_its_list_alone():
    page = with_words()
    page.session_state["squad_list"] = True
    page.run()
    type_in(page, edited_rows={0: {"age_years": "21"}})
    assert squad_of(page).settled
    bring(page, XYZ)
    assert not squad_of(page).settled
    page = with_words()
    press(page, "Remove the squad")
    assert not squad_of(page).settled
    page = with_words()
    squad_of(page).to_open = squad_of(page).athletes
    page.run()
    assert not squad_of(page).settled


def test_a_kept_session_does_not_go_before_answers_that_are_there():
    kept = {"sport": "rowing", "duration_min": 30, "age_years": 99, "sky": "purple"}
    entry = {"squad": {"athlete": ["Ada"], "age_years": [30]}, "squad_session": kept}
    page = opened({}, DeviceState=DeviceState(text=json.dumps(entry)))
    page.run()
    assert plan_of(page) == {"sport": "rowing", "duration_min": 30.0}
    other = opened({"duration_min": 90.0}, DeviceState=DeviceState(text=json.dumps(entry)))
    assert plan_of(other) == {"duration_min": 90.0}


def test_only_ones_own_session_is_kept_with_a_list():
    page = with_list(answers={})
    page.session_state["box_squad_groups"] = True
    page.run()
    press(page, "Keep in this browser")
    command = page.session_state["DeviceState"].command
    assert command["set"]["squad_session"] == {}
    assert command["set"]["squad"]["athlete"] == ["Anna", "Anna", "Ben"]


def test_a_warning_sign_in_words_of_ones_own_is_settled_and_never_passed_over():
    page = with_list("Name,Age,Warning signs\nFay,20,hot swollen calf\nBen,21,none\n")
    assert "not understood" in html_of(page)
    assert "swollen_calf" not in html_of(page)
    (box,) = words_of(page)
    assert box.value == "open"
    assert "frequent_or_several" not in box.options
    box.set_value("swollen_calf").run()
    assert not page.exception
    must_not = next(g.to_coach for g in GUARDS if g.name == "swollen_calf")
    assert must_not in html_of(page)
    words_of(page)[0].set_value("open").run()
    # Taken back it is asked again, and gives no number.
    assert must_not not in html_of(page)
    assert "not understood" in html_of(page)
