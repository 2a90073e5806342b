"""A session as legs on My session."""

import json

import pytest

from riskmodel import Leg, assess_legs
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.legs import carried_text, leg_text
from riskmodel.scoring.bands import in_100_brief, in_100_span_brief
from riskmodel.whatif.legs import usual_legs
from tests.browser import axe, fits, in_both_windows, ready, settled
from tests.views.pages import (
    SIX,
    faults_of,
    fill,
    html_of,
    opened,
    own_answers,
    press,
    told,
)

OPEN = {"box_legs": True}
TRIATHLON = {**SIX, "sport": "triathlon", "duration_min": 150.0}


def legs_of(page, *pauses):
    """Read the legs that stand in the rows."""
    typed = page.session_state
    parts = usual_legs("triathlon", 150.0)
    return [
        Leg(
            {
                "sport": typed[f"leg_sport_{n}"],
                "duration_min": minutes,
                "session_rpe": typed[f"leg_rpe_{n}"],
            },
            *(pauses[n] if n < len(pauses) else ()),
        )
        for n, (_, minutes) in enumerate(parts)
    ]


def shared():
    return {n: v for n, v in TRIATHLON.items() if FIELDS[n].group != "plan"}


@pytest.mark.parametrize("sport", ["triathlon", "soccer", "swimming"])
def test_legs_begin_as_parts_of_the_session_and_follow_it_until_they_are_changed(sport):
    page = opened(**{**SIX, **OPEN, "sport": sport})
    parts = usual_legs(sport, 60.0)
    assert [page.session_state[f"leg_sport_{n}"] for n in range(len(parts))] == [
        name for name, _ in parts
    ]
    assert page.session_state["legs_count"] == len(parts)
    fill(page, {"session_rpe": 8})
    assert page.session_state["leg_rpe_0"] == 8
    fill(page, {"leg_rpe_0": 3})
    fill(page, {"session_rpe": 6})
    assert (page.session_state["leg_rpe_0"], page.session_state["leg_rpe_1"]) == (3, 8)


def test_the_day_and_each_leg_stand_there_with_number_and_words():
    page = opened(**{**TRIATHLON, **OPEN})
    day = assess_legs(shared(), legs_of(page))
    span = in_100_span_brief(day.probability_low, day.probability_high)
    assert f"range {span}" in told(page)
    for (sport, _), leg in zip(usual_legs("triathlon", 150.0), day.legs, strict=True):
        assert f"{leg_text(sport, leg)}{in_100_brief(leg.probability)} of 100" in told(page)
    assert carried_text(day.legs[-1], "running", {}) in told(page)
    assert 'role="img" aria-label="Swimming 24 min' in html_of(page)


def test_a_pause_and_what_is_drunk_in_it_count():
    page = opened(**{**TRIATHLON, **OPEN})
    assert not [w for w in page.text_input if w.key == "leg_drunk_2"]
    page.text_input(key="leg_pause_2").set_value("1h30").run()
    page.text_input(key="leg_drunk_2").set_value("0,5").run()
    assert not faults_of(page)
    day = assess_legs(shared(), legs_of(page, (), (), (90.0, 0.5)))
    assert carried_text(day.legs[-1], "running", {}) in told(page)
    assert "pause 1 h 30" in html_of(page)


@pytest.mark.parametrize(
    ("key", "typed", "word"),
    [
        ("leg_min_1", "soon", "Duration"),
        ("leg_min_2", "1 30", "Duration"),
        ("leg_min_0", "2 min", "Duration"),
        ("leg_pause_1", "-5", "Pause before"),
        ("leg_pause_2", "25 h", "Pause before"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_row_and_costs_nothing(key, typed, word):
    page = opened(**{**TRIATHLON, **OPEN})
    page.text_input(key=key).set_value(typed).run()
    (fault,) = faults_of(page)
    assert fault.startswith(word)
    assert "allowed is" in fault
    assert f"leg {int(key[-1]) + 1}" in told(page)
    assert page.text_input(key=key).value == typed
    assert own_answers(page)["duration_min"] == 150


def test_a_leg_more_is_open_until_it_has_a_duration():
    page = opened(**{**TRIATHLON, **OPEN})
    fill(page, {"legs_count": 4})
    assert "Still needed: duration of leg 4." in told(page)
    assert not faults_of(page)
    fill(page, {"leg_min_3": "20"})
    assert html_of(page).count("<em>") == 4


def test_the_legs_become_one_session_by_one_tap():
    page = opened(**{**TRIATHLON, **OPEN})
    fill(page, {"leg_min_2": "1 h", "leg_rpe_2": 10})
    press(page, "take_legs")
    own = own_answers(page)
    assert (own["duration_min"], own["session_rpe"]) == (24 + 81 + 60, 7)
    assert page.session_state["leg_min_2"] == "1 h"


def test_a_leg_on_land_says_what_a_swimmer_was_not_asked():
    swim = {**SIX, "sport": "swimming", "water_temperature_c": 24.0}
    del swim["air_temperature_c"], swim["relative_humidity_pct"]
    page = opened(**{**swim, **OPEN})
    fill(page, {"leg_sport_1": "running"})
    assert "Still needed: Air temperature, Relative humidity." in told(page)


def test_who_must_not_start_gets_no_number():
    page = opened(**{**TRIATHLON, **OPEN, "red_flags": ["swollen_calf"]})
    assert html_of(page).count("Do not start yet") == 2
    assert "Chance in each leg" not in html_of(page)


def test_a_warning_of_one_leg_only_is_told():
    page = opened(**{**TRIATHLON, **OPEN, "water_temperature_c": 24.0})
    before = html_of(page).count("cr-warn")
    fill(page, {"leg_pause_1": "5", "leg_drunk_1": "3"})
    assert html_of(page).count("cr-warn") == before + 1


def test_the_tab_holds_the_legs_over_a_reload():
    page = opened(**{**TRIATHLON, **OPEN})
    fill(page, {"leg_min_0": "33 min"})
    text = page.session_state["DeviceState"].tab["legs"]
    again = opened(**TRIATHLON)
    again.session_state["DeviceState"].tab["legs"] = text
    fill(again, OPEN)
    assert again.session_state["leg_min_0"] == "33 min"


@pytest.mark.parametrize(
    "spoilt", ["{", "[]", json.dumps({"leg_sport_0": "chess", "legs_count": 9, "x": []})]
)
def test_what_another_program_left_in_the_tab_is_passed_over(spoilt):
    page = opened(**TRIATHLON)
    page.session_state["DeviceState"].tab["legs"] = spoilt
    fill(page, OPEN)
    assert page.session_state["leg_sport_0"] == "swimming"
    assert page.session_state["legs_count"] == 3


@in_both_windows
def test_legs_are_made_by_keys_alone_and_come_back_after_a_reload(
    open_page, viewport, scheme
):
    page = open_page(viewport, scheme)
    page.get_by_role("button", name="Legs").focus()
    page.keyboard.press("Enter")
    settled(page)
    box = page.get_by_test_id("stPopoverBody")
    box.get_by_label("Duration").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("1,5 h")
    page.keyboard.press("Tab")
    settled(page)
    assert box.get_by_role("img").get_attribute("aria-label").count("1 h 30") == 1
    # What floats learns of another scheme only with the next run.
    assert axe(page, both_schemes=False) == []
    fits(page)
    page.reload()
    ready(page)
    page.get_by_role("button", name="Legs").click()
    settled(page)
    assert box.get_by_label("Duration").first.input_value() == "1,5 h"


def test_legs_are_one_persons():
    page = opened(**{**TRIATHLON, **OPEN})
    fill(page, {"leg_min_0": "77", "leg_pause_2": "1h30"})
    assert "1 h 17" in told(page)
    fill(page, {"box_options": True})
    press(page, "clear")
    assert "1h30" not in page.session_state["DeviceState"].tab.get("legs", "")
    fill(page, {**SIX, **OPEN, "sport": "soccer", "duration_min": 45.0})
    assert page.session_state["legs_count"] == len(usual_legs("soccer", 45.0))
    assert "1 h 17" not in told(page)
