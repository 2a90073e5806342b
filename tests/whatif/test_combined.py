"""Several levers at once: what they change together, and in whatever order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import advise, assess, check, combined
from riskmodel.whatif.drinking import sure_sweat_l_h
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.seen import Plan
from tests.strategies import sessions
from tests.whatif.test_advice import HEALTHY, RACE, WORST

NAMES = [lever.name for lever in LEVERS]
some_names = st.lists(st.sampled_from(NAMES), unique=True)


@settings(max_examples=40)
@given(sessions())
def test_one_lever_alone_is_its_option(session):
    advice = advise(session)
    for option in (*advice.now, *advice.weeks):
        one = combined(session, [option.levers[0].name])
        assert one.changes == option.changes
        assert one.applied == (option.levers[0].name,)
        assert one.assessment.probability == option.probability
        assert one.assessment.total_points == option.total_points


@settings(max_examples=40)
@given(sessions(), some_names, st.randoms())
def test_the_order_of_names_says_nothing_and_the_answer_is_of_the_changed_session(
    session, names, random
):
    together = combined(session, names)
    shuffled = random.sample(names, len(names))
    again = combined(session, [*shuffled, *shuffled])
    assert again.changes == together.changes
    assert (again.applied, again.not_applied) == (together.applied, together.not_applied)
    assert sorted([*together.applied, *together.not_applied]) == sorted(names)
    after = {**session, **together.changes}
    assert check(after) == ()
    np.testing.assert_equal(together.assessment.to_dict(), assess(after).to_dict())


@settings(max_examples=60)
@given(sessions(), some_names)
def test_no_more_is_drunk_than_is_sweated(session, names):
    before = assess(session).physiology
    together = combined(session, [*names, "drink", "drink_less"])
    then = together.assessment.physiology
    if "fluid_intake_l_h" in together.changes:
        plan = Plan({**session, **together.changes}, {}, then)
        sure_l_h = sure_sweat_l_h(plan, then["sweat_rate_l_h"])
        assert together.changes["fluid_intake_l_h"] <= sure_l_h + 1e-9
    elif not before["drinking_exceeds_sweat"]:
        assert not then["drinking_exceeds_sweat"]


def test_each_lever_sees_the_plan_as_those_before_it_left_it():
    # In a cool room less is sweated, and less is to be drunk.
    hot = {**HEALTHY, "measured_sweat_rate_l_h": None, "fluid_intake_l_h": 0.0}
    alone, both = combined(hot, ["drink"]), combined(hot, ["drink", "indoors"])
    assert both.changes.get("fluid_intake_l_h", 0.0) < alone.changes["fluid_intake_l_h"]


def test_a_lever_that_no_longer_applies_changes_nothing():
    # A room has neither shade nor a cooler hour, and what they changed is overtaken.
    three = combined(WORST, ["cooler", "shade", "indoors"])
    assert three.applied == ("indoors",)
    assert three.not_applied == ("cooler", "shade")
    assert (
        three.assessment.probability == combined(WORST, ["indoors"]).assessment.probability
    )
    race = combined(RACE, ["shorter", "pace"])
    assert (race.applied, race.not_applied) == (("pace",), ("shorter",))


def test_a_lever_that_could_do_harm_is_not_applied():
    ill = combined({**WORST, "illness_24h": "yes"}, NAMES)
    assert (ill.changes, ill.applied) == ({}, ())
    kidney = {**HEALTHY, "conditions": ["kidney"]}
    assert combined(kidney, ["drink", "salt"]).not_applied == ("drink", "salt")


def test_an_unknown_name_is_refused_and_a_session_without_a_score_keeps_its_problems():
    with pytest.raises(ValueError, match="no lever named nothing"):
        combined(WORST, ["cooler", "nothing"])
    lacking = combined({"sport": "running"}, ["cooler"])
    assert (lacking.changes, lacking.not_applied) == ({}, ("cooler",))
    assert lacking.assessment.problems == assess({"sport": "running"}).problems
