"""The page "Compare", by Streamlit's own test driver and in a real browser."""

import json
import re
from html import escape
from urllib.parse import quote, urlencode

import numpy as np
import pytest
from playwright.sync_api import expect

from riskmodel import advise, assess, compare, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.differences import difference_sentences
from riskmodel.scoring.bands import BANDS, in_100_brief
from riskmodel.scoring.guards import RED_FLAGS
from riskmodel.views import charts, example, plan_differences
from riskmodel.views.look import LIMITS
from riskmodel.views.state import FormState, ScenariosState, Visit
from riskmodel.whatif.plans import LONGEST_NAME, Scenario, from_text, to_text
from tests.browser import axe, download, fits, in_both_windows, noted_requests, ready
from tests.views.pages import address_of
from tests.views.test_my_session import SIX, html_of
from tests.views.test_seams import app, go

HOT = {**SIX, "duration_min": 120.0, "session_rpe": 7, "air_temperature_c": 30.0}
SIGN = {"red_flags": ["swollen_calf"]}
FAULT = 'class="cr-fault"'
NUMBERS = ".st-key-cards .cr-num"


def with_plans(*answers, **more):
    plans = {i: Scenario(f"Plan {i}", own) for i, own in enumerate(answers, 1)}
    return app("compare", ScenariosState=ScenariosState(plans), **more)


def in_form(answers):
    """Answers as the questions of My session hold them: numbers as text."""
    return {n: f"{v:g}" if isinstance(v, float) else v for n, v in answers.items()}


def plans_of(test):
    return list(test.session_state["ScenariosState"].scenarios.values())


def held(test):
    return test.session_state["DeviceState"].tab.get("plans", "")


def numbers(test):
    return re.findall(r'class="cr-num">([^<]+)<', html_of(test))


def number_of(answers):
    return escape(in_100_brief(assess(answers).probability))


def typed(test, number, name, text):
    test.text_input(key=f"plan_{number}_{name}").set_value(text).run()
    assert not test.exception


# ------------------------------------------------------------------- what it opens with


def test_a_first_visitor_sees_an_example_that_lies_nowhere_until_it_is_touched():
    test = app("compare")
    assert plans_of(test) == list(example.PLANS)
    assert 'class="cr-tag"' in html_of(test)
    assert held(test) == ""
    assert not [b for b in test.button if b.key in ("keep", "add_session")]
    typed(test, 1, "duration_min", "3:45")
    assert 'class="cr-tag"' not in html_of(test)
    assert from_text(held(test))[0][0].answers["duration_min"] == 225.0
    assert [b for b in test.button if b.key == "keep"]


def test_a_scored_session_stands_beside_what_would_help_it_most():
    test = app("compare", **in_form(HOT))
    best = advise(HOT).now[0]
    own, second = plans_of(test)
    assert own == Scenario("My session", HOT)
    assert second.name == best.label[:LONGEST_NAME]
    changed = {n: v for n, v in {**HOT, **best.changes}.items() if v is not None}
    assert second.answers == changed
    assert numbers(test) == [number_of(HOT), number_of(changed)]
    # Untouched plans follow My session; touched ones are the reader's own.
    go(test, "my_session").session_state["session_rpe"] = 4
    go(test.run(), "compare")
    assert plans_of(test)[0].answers["session_rpe"] == 4
    first = next(iter(test.session_state["ScenariosState"].scenarios))
    typed(test, first, "session_rpe", "6")
    go(test, "my_session").session_state["session_rpe"] = 9
    go(test.run(), "compare")
    assert plans_of(test)[0].answers["session_rpe"] == 6


def test_a_session_without_a_number_leaves_the_example():
    test = app("compare", sport="running", age_years="40")
    assert plans_of(test) == list(example.PLANS)
    # My session takes the example's place, as far as it is answered.
    next(b for b in test.button if b.key == "add_session").click().run()
    assert [plan.name for plan in plans_of(test)] == ["My session", "My session (2)"]


def test_plans_of_my_session_lie_nowhere_until_they_are_touched():
    test = app("compare", **in_form(HOT))
    assert (held(test), address_of(test)) == ("", {})
    first = next(iter(test.session_state["ScenariosState"].scenarios))
    typed(test, first, "session_rpe", "6")
    assert from_text(held(test))[0] == plans_of(test)
    assert address_of(test)["scenarios"] == to_text(plans_of(test), private=False)


@pytest.mark.parametrize("own", [HOT, {}])
def test_an_athlete_who_is_open_comes_into_no_plan(own):
    visit = FormState(visit=Visit("Ada", own))
    test = app("compare", **in_form({**SIX, "medications": ["statin"]}), FormState=visit)
    assert "Ada, from the squad, is open" in html_of(test)
    assert plans_of(test)[0].answers == (own or example.PLANS[0].answers)
    first = next(iter(test.session_state["ScenariosState"].scenarios))
    typed(test, first, "session_rpe", "6")
    assert [b.key for b in test.button if b.key == "add_session"] == ["add_session"] * bool(
        own
    )
    if own:
        test.button(key="add_session").click().run()
        assert plans_of(test)[-1].answers == own
    assert "statin" not in held(test)
    kept = test.session_state["ScenariosState"].scenarios
    test.button(key="leave_visit").click().run()
    assert "from the squad" not in html_of(test)
    assert test.session_state["ScenariosState"].scenarios == kept


def test_a_link_to_compare_is_no_link_to_my_session():
    signs = {"red_flags": ["none"], "illness_24h": "no"}
    test = app()
    plans = [Scenario(name, {**SIX, **signs}) for name in ("One", "Two")]
    test.query_params["scenarios"] = to_text(plans, private=True)
    go(test, "compare")
    assert [plan.answers for plan in plans_of(test)] == [SIX, SIX]
    go(test, "my_session")
    assert test.session_state["MySessionState"].from_link is not True


def test_what_a_link_cannot_say_is_told_and_costs_nothing_else():
    test = app()
    test.query_params["scenarios"] = "no plans"
    go(test, "compare")
    assert test.session_state["ScenariosState"].problems
    assert plans_of(test) == list(example.PLANS)


def opened_with(kept=None, address=None):
    """The page with what an address and the reader's browser hold."""
    test = app()
    if kept is not None:
        test.session_state["DeviceState"].text = json.dumps({"scenarios": kept})
    if address is not None:
        test.query_params["scenarios"] = address
    return go(test, "compare")


TWO = [Scenario("A", HOT), Scenario("B", {**HOT, "sleep_h": 4.0})]
PUBLIC, WHOLE = (to_text(TWO, private=private) for private in (False, True))


def test_plans_that_are_kept_here_are_whole_also_behind_their_own_address():
    for test in (opened_with(WHOLE), opened_with(WHOLE, PUBLIC)):
        assert plans_of(test) == TWO
        assert "can differ" not in html_of(test)


@pytest.mark.parametrize("kept", [None, to_text([Scenario("C", HOT)], private=True)])
def test_an_address_of_others_says_what_it_leaves_out(kept):
    test = opened_with(kept, PUBLIC)
    assert [plan.name for plan in plans_of(test)] == ["A", "B"]
    assert "sleep_h" not in plans_of(test)[1].answers
    assert "numbers can differ" in html_of(test)
    assert held(test) == ""


def test_plans_of_another_scorecard_say_so_wherever_they_come_from():
    (sentence,) = difference_sentences("1999.1", load_scorecard().version)
    other = json.dumps({**json.loads(WHOLE), "scorecard_version": "1999.1"})
    for test in (opened_with(other), opened_with(address=other)):
        assert sentence in html_of(test)
    assert sentence not in html_of(opened_with(WHOLE))


def test_a_picture_says_what_it_left_out():
    label = FIELDS["wbgt_c"].label
    assert f"{label} is left out" in html_of(with_plans({**HOT, "wbgt_c": 25.0}, HOT))
    assert "left out" not in html_of(with_plans(HOT, HOT))


# --------------------------------------------------------------------------- the cards


@pytest.mark.parametrize("text", ["rubbish", "9999", "1,500"])
def test_a_wrong_number_is_told_at_its_field_and_the_other_plans_keep_theirs(text):
    test = with_plans(SIX, HOT)
    typed(test, 1, "air_temperature_c", text)
    assert test.text_input(key="plan_1_air_temperature_c").value == text
    assert html_of(test).count(FAULT) == 1
    assert numbers(test) == [number_of(HOT)]
    typed(test, 1, "air_temperature_c", "86 F")
    assert plans_of(test)[0].answers["air_temperature_c"] == pytest.approx(30.0)
    assert not html_of(test).count(FAULT)


def test_an_optional_number_that_cannot_be_read_never_costs_the_score():
    test = with_plans({**SIX, "fluid_intake_l_h": 0.5}, SIX)
    typed(test, 1, "fluid_intake_l_h", "some")
    assert html_of(test).count(FAULT) == 1
    assert numbers(test) == [number_of(SIX)] * 2


def test_what_was_typed_stays_and_follows_other_units():
    test = with_plans(SIX, HOT)
    typed(test, 1, "duration_min", "1:30")
    typed(test, 1, "air_temperature_c", "25.0")
    assert test.text_input(key="plan_1_duration_min").value == "1:30"
    assert test.text_input(key="plan_1_duration_min").label.startswith(
        "Duration = 1 h 30\n"
    )
    test.session_state["FormState"].units = {"°C": "°F"}
    test.run()
    assert test.text_input(key="plan_1_air_temperature_c").value == "77"
    assert test.text_input(key="plan_1_duration_min").value == "1:30"


def test_what_was_refused_in_one_unit_is_read_in_another_once_that_is_chosen():
    test = with_plans(SIX, HOT)
    typed(test, 1, "air_temperature_c", "86")
    assert html_of(test).count(FAULT) == 1
    test.session_state["FormState"].units = {"°C": "°F"}
    test.run()
    assert not html_of(test).count(FAULT)
    assert test.text_input(key="plan_1_air_temperature_c").value == "86"
    assert plans_of(test)[0].answers["air_temperature_c"] == pytest.approx(30.0)
    assert len(numbers(test)) == 2
    test.session_state["FormState"].units = {"°C": "°C"}
    test.run()
    assert test.text_input(key="plan_1_air_temperature_c").value == "30"


def test_a_measured_heat_that_went_is_no_fault_of_its_field():
    test = with_plans(SIX, SIX)
    test.session_state["ScenariosState"].rows = ("wbgt_c",)
    test.run()
    typed(test, 1, "wbgt_c", "31")
    typed(test, 1, "air_temperature_c", "5")
    assert "wbgt_c" not in plans_of(test)[0].answers
    assert test.text_input(key="plan_1_wbgt_c").value == ""
    assert not html_of(test).count(FAULT)


def test_rows_that_are_alike_are_folded_and_what_differs_is_marked():
    test = with_plans({**SIX, "sky": "clear", "sex": "male"}, {**HOT, "sex": "male"})
    shown = {box.key for box in [*test.text_input, *test.selectbox]}
    assert {"plan_1_relative_humidity_pct", "plan_2_sky"} <= shown
    assert not {"plan_1_sex", "plan_1_water_temperature_c"} & shown
    for number, marked in ((1, False), (2, True)):
        for name in ("air_temperature_c", "session_rpe"):
            assert ("≠" in test.text_input(key=f"plan_{number}_{name}").label) == marked
        same = test.text_input(key=f"plan_{number}_relative_humidity_pct")
        assert "≠" not in same.label


def test_a_swim_is_asked_for_its_water_and_has_no_map_of_heat():
    swim = {"sport": "swimming", **{n: SIX[n] for n in ("duration_min", "session_rpe")}}
    test = with_plans({**swim, "age_years": 40.0}, {**swim, "age_years": 70.0})
    keys = {box.key for box in test.text_input}
    assert "plan_1_water_temperature_c" in keys
    assert "plan_1_air_temperature_c" not in keys
    assert "A map needs two inputs" in html_of(test)
    assert len(numbers(test)) == 2


def test_a_sign_takes_the_place_of_that_plans_number_alone():
    test = with_plans(HOT, {**HOT, **SIGN})
    (guard,) = [g for g in assess({**HOT, **SIGN}).guards if g.urgent and g.private]
    assert html_of(test).count(guard.sentence) == 1
    assert numbers(test) == [number_of(HOT)]
    pills = next(w for w in test.get("button_group") if w.key == "plan_2_red_flags")
    pills.set_value([]).run()
    assert numbers(test) == [number_of(HOT)] * 2


def test_every_sign_is_told_whole():
    signs = [*FIELDS["red_flags"].levels]
    test = with_plans(HOT, {**HOT, "red_flags": signs})
    assert all(RED_FLAGS[sign] in html_of(test) for sign in signs)
    assert numbers(test) == [number_of(HOT)]


def test_a_plans_measured_heat_goes_with_its_weather():
    hot = {**SIX, "wbgt_c": 31.0, "solar_radiation_w_m2": 700.0}
    test = with_plans(hot, hot)
    typed(test, 2, "air_temperature_c", "5")
    assert ["wbgt_c" in plan.answers for plan in plans_of(test)] == [True, False]
    assert test.session_state["ScenariosState"].problems


def test_a_plan_keeps_an_old_broader_answer_until_it_is_made_narrower():
    name = "cramp_sessions_12mo"
    test = with_plans({**SIX, name: "never"}, {**SIX, name: "0"})
    box = test.selectbox(key=f"plan_2_{name}")
    assert (box.value, len(box.options)) == ("0", 7)
    box.set_value("earlier").run()
    assert not test.exception
    assert [plan.answers[name] for plan in plans_of(test)] == ["never", "earlier"]
    assert len(test.selectbox(key=f"plan_2_{name}").options) == 6
    test.selectbox(key=f"plan_2_{name}").set_value(None).run()
    assert name not in plans_of(test)[1].answers


def test_no_two_plans_have_one_name():
    test = with_plans(SIX, HOT)
    test.text_input(key="name_2").set_value("Plan 1").run()
    assert [plan.name for plan in plans_of(test)] == ["Plan 1", "Plan 1 (2)"]


def with_names(*names):
    plans = {i: Scenario(name, HOT) for i, name in enumerate(names, 1)}
    return app("compare", ScenariosState=ScenariosState(plans))


OURS = [
    *(plan.name for plan in example.PLANS),
    *load_examples(),
    "Start when it is 9 °F cooler",
    "Go two steps easier, and drink less then",
    "Marathon (2)",
]


@pytest.mark.parametrize("name", OURS)
def test_a_changed_plan_loses_a_name_that_says_what_it_no_longer_is(name):
    test = with_names("Plan 2", name)
    typed(test, 2, "duration_min", "2:00")  # as it was
    assert plans_of(test)[1].name == name
    typed(test, 2, "duration_min", "1:30")
    assert [plan.name for plan in plans_of(test)] == ["Plan 2", "Plan 2 (2)"]
    assert test.text_input(key="name_2").value == "Plan 2 (2)"


@pytest.mark.parametrize("name", ["My session", "Start at 11", "Stretch day", "Race (2)"])
def test_a_changed_plan_keeps_the_name_that_a_person_typed(name):
    test = with_names("A", name)
    typed(test, 2, "duration_min", "1:30")
    assert [plan.name for plan in plans_of(test)] == ["A", name]


def test_every_question_of_a_card_is_heard_with_its_plan():
    medicines = {"medications": ["statin"], "heat_acclimatised": "no"}
    named = {**HOT, **{n: v for n, v in medicines.items() if n in FIELDS}}
    test = app(
        "compare",
        ScenariosState=ScenariosState(
            {1: Scenario("A", {**named, **SIGN}), 2: Scenario("*B*", HOT)}
        ),
    )
    cards = [w for w in (*test.text_input, *test.selectbox, *test.get("button_group"))
             if (w.key or "").startswith("plan_")]  # fmt: skip
    assert len(cards) > 10
    for widget in cards:
        name = {"1": "A", "2": r"\*B\*"}[widget.key.split("_")[1]]
        assert widget.proto.label.split("\n\n")[1:] == [name]
    labels = [box.label for box in test.text_input]
    assert len({*labels}) == len(labels)


@pytest.mark.parametrize("count", [5, 6])
def test_where_no_other_plan_has_room_it_is_said(count):
    test = with_plans(*[SIX] * count)
    assert ("Six plans are the most." in html_of(test)) == (count == 6)
    assert bool([b for b in test.button if b.key == "add_session"]) is False


@pytest.mark.parametrize("count", [1, 6])
def test_any_number_of_plans_can_be_drawn(count):
    plans = list(load_examples().values())[:count]
    test = with_plans(*plans)
    assert not test.exception
    assert len(numbers(test)) == count


# ---------------------------------------------------------------------- the differences


def test_the_reasons_add_up_to_the_difference_of_all_points():
    found = compare([load_examples()["Marathon"], load_examples()["Easy evening run"]])
    points = [(row.label, row.values[1] - row.values[0]) for row in found.factors]
    rows = plan_differences.differences(points)
    assert sum(p for _, p in rows) == pytest.approx(sum(p for _, p in points))
    sizes = [abs(p) for _, p in rows[:-1]]
    assert sizes == sorted(sizes, reverse=True)


def test_small_reasons_stand_together():
    small = [("Sleep", 0.5), ("Stress", 0.5), ("Salt", -0.5)]
    rows = plan_differences.differences([*small, ("Heat", -3.0), ("Age", 0.0)])
    assert rows == [("Heat", -3.0), ("3 smaller ones", 0.5)]


def test_a_map_has_the_bands_that_its_numbers_have_and_their_colours():
    x, y = [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0]
    probability = np.outer([0.5, 1.0, 2.0], [0.002, 0.01, 0.05, 0.4])
    areas = charts._areas(x, y, probability)
    places = np.unique(np.digitize(probability, LIMITS))
    assert {*areas["band"]} == {BANDS[place].label for place in places}
    assert areas["x"].between(0.0, 3.0).all()
    assert len(charts._FILLS) == len(BANDS)


@pytest.mark.parametrize("name", ["duration_min", "air_temperature_c", "rest_days_7d"])
def test_both_plans_lie_on_an_axis(name):
    field = FIELDS[name]
    plans = [{name: field.low}, {name: field.high}, {}]
    for one in plans:
        for other in plans:
            values = plan_differences._values(name, [one, other])
            given = [plan[name] for plan in (one, other) if plan]
            assert all(values[0] <= value <= values[-1] for value in given)
            assert sorted(values) == list(values)


# --------------------------------------------------------------------- in a real browser


def choose_act(page, place, act):
    page.locator("[class*=st-key-act_] button").nth(place).click()
    page.get_by_role("menuitem", name=act).or_(
        page.get_by_text(act, exact=True)
    ).last.click()
    ready(page)


def names_of(page):
    inputs = page.locator("[class*=st-key-name_] input")
    return inputs.evaluate_all("all => all.map(input => input.value)")


@in_both_windows
def test_a_reload_changes_no_number_and_back_leaves_the_page(open_page, viewport, scheme):
    page = open_page(viewport, scheme, "/")
    page.goto(page.url.rstrip("/") + "/compare")
    ready(page)
    fits(page)
    assert axe(page) == []
    duration = page.locator("[class*=st-key-plan_][class*=duration_min] input").first
    duration.fill("3:45")
    expect(page.locator(".cr-tag")).to_have_count(0)
    ready(page)
    page.get_by_role("button", name="Rows", exact=True).click()
    rows = page.get_by_role("combobox", name="Rows beside those that differ")
    rows.fill("Regular")
    page.get_by_role("option", name=FIELDS["medications"].label).click()
    ready(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    item = page.locator("[class*=st-key-plan_][class*=medications]").nth(1)
    item.get_by_text(FIELDS["medications"].levels["thiazide_diuretic"]).click()
    ready(page)
    assert axe(page) == []
    before = page.locator(NUMBERS).all_text_contents()
    page.reload()
    ready(page)
    assert page.locator(NUMBERS).all_text_contents() == before
    assert "225" in page.url
    assert "thiazide" not in page.url
    fits(page)
    page.go_back()
    ready(page)
    assert "compare" not in page.url


def test_plans_can_be_copied_moved_removed_and_taken_back(open_page):
    page = open_page("laptop", "light", "/compare")
    first, second, third = (plan.name for plan in example.PLANS)
    choose_act(page, 0, "Duplicate")
    assert names_of(page) == [first, f"{first} (2)", second, third]
    choose_act(page, 1, "Move left")
    assert names_of(page) == [f"{first} (2)", first, second, third]
    choose_act(page, 0, "Remove")
    assert names_of(page) == [first, second, third]
    page.get_by_role("button", name=f"Undo: Remove {first} (2)").click()
    ready(page)
    assert names_of(page) == [f"{first} (2)", first, second, third]
    page.get_by_role("button", name="Files").click()
    ready(page)
    content = download(page, "JSON").read_text()
    assert [plan.name for plan in from_text(content)[0]] == names_of(page)
    assert download(page, "PDF").read_bytes().startswith(b"%PDF")
    page.keyboard.press("Escape")
    choose_act(page, 0, "Remove")
    page.get_by_role("button", name="Open a file").click()
    upload = {"name": "a.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(upload)
    expect(page.locator("[class*=st-key-card_]")).to_have_count(4)
    ready(page)
    page.get_by_role("button", name="Undo: Open the file").click()
    ready(page)
    assert names_of(page) == [first, second, third]


def test_six_plans_fit_a_phone_and_a_link_shows_no_other_number_first(open_page):
    private = {**HOT, "medications": ["thiazide_diuretic"], "cramp_sessions_12mo": "6+"}
    plans = [Scenario(f"Plan {i}", {**private, "session_rpe": i}) for i in range(3, 9)]
    query = urlencode({"scenarios": to_text(plans, private=False)})
    page = open_page("phone", "light", "/")
    page.evaluate("""() => { window.seen = new Set(); }""")
    link = f"{page.url.rstrip('/')}/compare?{query}"
    page.add_init_script(
        """window.seen = new Set();
        setInterval(() => {
            const numbers = '.st-key-plans_page :is(.cr-num, td.of)';
            for (const one of document.querySelectorAll(numbers))
                if (one.checkVisibility({visibilityProperty: true}))
                    window.seen.add(one.textContent);
        }, 10);"""
    )
    text = to_text(plans, private=True)
    with noted_requests(page) as asked:
        page.goto(f"{link}#private={quote(text)}")
        ready(page)
    sent = [request.url + (request.post_data or "") for request in asked]
    assert not [text for text in sent if "medications" in text or "private=" in text]
    assert "private" not in page.url
    expected = [number_of(plan.answers).replace("&lt;", "<") for plan in plans]
    assert page.locator(NUMBERS).all_text_contents() == expected
    assert {*page.evaluate("[...window.seen]")} <= {*expected}
    fits(page)
    # The next card peeps in.
    boxes = [card.bounding_box() for card in page.locator("[class*=st-key-card_]").all()]
    assert boxes[1]["x"] < page.viewport_size["width"] < boxes[1]["x"] + boxes[1]["width"]
    assert json.loads(page.evaluate("sessionStorage.getItem('cramp-risk-tab')"))
    page.reload()
    ready(page)
    assert page.locator(NUMBERS).all_text_contents() == expected
