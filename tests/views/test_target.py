"""A target time on My session, and when in a session a cramp begins."""

import pytest

from riskmodel import advise, assess
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.levers import spares_text, until_text
from riskmodel.reporting.onset import by_time_rows
from riskmodel.whatif.target import TARGET_SPORTS, effort_of_target
from tests.views.pages import SIX, faults_of, fill, opened, own_answers, press, told

OPEN = {"box_target": True}


def typed(target_km="", target_min="", best_km="", best_min="", unit="km"):
    """What stands in the four texts of the target, by the keys of a run."""
    return {
        f"of_target_target_km_running_{unit}": target_km,
        "of_target_target_min_running_": target_min,
        f"of_target_best_km_running_{unit}": best_km,
        "of_target_best_min_running_": best_min,
    }


BEST = {"best_km": "10", "best_min": "45"}
HOT = {**SIX, "duration_min": 225.0, "session_rpe": 8, "air_temperature_c": 28.0}


def has_target(page):
    return any(box.proto.popover.label == "Target" for box in page.get("popover"))


@pytest.mark.parametrize("sport", FIELDS["sport"].levels)
def test_a_target_is_asked_where_sessions_go_by_distance(sport):
    water = {"water_temperature_c": 24.0} if sport == "swimming" else {}
    page = opened(**{**SIX, "sport": sport, **water})
    assert has_target(page) == (sport in TARGET_SPORTS)


def test_a_target_that_is_taken_is_the_readers_answer():
    page = opened(**{**SIX, **OPEN, **typed("42,195", "3:45", **BEST)})
    effort = effort_of_target("running", 42.195, 225.0, 10.0, 45.0)
    assert f"effort about {effort.session_rpe:.0f} of 10" in told(page)
    assert "5:20 per km" in told(page)
    press(page, "take_target")
    own = own_answers(page)
    assert (own["duration_min"], own["session_rpe"]) == (225, round(effort.session_rpe))


def test_miles_are_read_where_miles_are_chosen():
    miles = typed("26.2", "3:45", "10 km", "45", unit="mi")
    page = opened(**{**SIX, **OPEN, **miles})
    page.session_state["FormState"].units |= {"cm": "ft in"}
    page.run()
    assert "8:35 per mi" in told(page)


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        ({"target_km": "far", "target_min": "45"}, "Distance"),
        ({"target_km": "0.05", "target_min": "45"}, "Distance"),
        ({"target_km": "10", "target_min": "soon"}, "Time"),
        ({"target_km": "10", "target_min": "45", "best_km": "2000"}, "A recent best"),
    ],
)
def test_what_cannot_be_read_is_told_and_costs_nothing(texts, word):
    page = opened(**{**SIX, **OPEN, **typed(**texts)})
    (fault,) = faults_of(page)
    assert fault.startswith(word)
    assert "allowed is" in fault
    assert own_answers(page)["duration_min"] == 60


def test_a_dream_is_called_one_and_what_goes_far_beyond_the_best_too():
    plan = {"target_km": "10", "target_min": "35", **BEST}
    assert "faster than that best" in told(opened(**{**SIX, **OPEN, **typed(**plan)}))
    for km, far in (("20", False), ("20.1", True)):
        plan = {"target_km": km, "target_min": "2:00", **BEST}
        assert (
            "many are slower" in told(opened(**{**SIX, **OPEN, **typed(**plan)}))
        ) == far


def test_a_short_time_may_be_written_in_minutes_and_seconds():
    best = {"best_km": "5", "best_min": "19:30"}
    plan = {"target_km": "42.2", "target_min": "3:45", **best}
    page = opened(**{**SIX, **OPEN, **typed(**plan)})
    assert "Your best, 19.5 min" in told(page)
    assert page.button(key="take_target").label == "Plan 3 h 45 at effort 8"
    page = opened(**{**SIX, **OPEN, **typed(**{**plan, "best_min": "0:19"})})
    assert "Your best, 19 min" in told(page)


@pytest.mark.parametrize(
    ("km", "time", "read"),
    # Slow swimmers take an hour for a kilometre and a half; nobody takes 19 hours.
    [("1.5", "1:05", "1 h 05"), ("3", "2:10", "2 h 10"), ("0.4", "6:30", "6.5 min")],
)
def test_a_swim_may_take_hours(km, time, read):
    keys = {
        "of_target_target_km_swimming_km": "1.5",
        "of_target_target_min_swimming_": "1:10",
        "of_target_best_km_swimming_km": km,
        "of_target_best_min_swimming_": time,
    }
    swim = {**SIX, "sport": "swimming", "water_temperature_c": 24.0}
    page = opened(**{**swim, **OPEN, **keys})
    assert f"Your best, {read}," in told(page)
    assert not faults_of(page)


def test_a_best_is_one_persons_and_of_one_sport():
    page = opened(**{**SIX, **OPEN, **typed("20", "2:00", **BEST)})
    assert "Your best" in told(page)
    fill(page, {"sport": "cycling"})
    assert "Your best" not in told(page)
    fill(page, {"sport": "running"})
    assert "Your best" in told(page)
    fill(page, {"box_options": True})
    press(page, "clear")
    fill(page, {**SIX, "box_target": True})
    assert "Your best" not in told(page)


def test_without_a_best_nothing_is_guessed():
    page = opened(**{**SIX, **OPEN, **typed("10", "1:00")})
    assert "take_target" not in {button.key for button in page.button}


def test_behind_the_number_stands_by_when_a_cramp_has_begun():
    marathon = load_examples()["Marathon"]
    page = opened(**{**marathon, "behind": True})
    for _, words in by_time_rows(assess(marathon), marathon["duration_min"]):
        assert words in told(page)


def test_a_lever_that_is_on_says_what_it_spares_and_until_when():
    option = next(o for o in advise(HOT).now if o.levers[0].name == "easier")
    page = opened(**HOT)
    assert spares_text(option) not in told(page)
    page.toggle(key="lever_easier").set_value(True).run()
    assert spares_text(option) in told(page)
    assert until_text(option, assess(HOT), 225.0) in told(page)
