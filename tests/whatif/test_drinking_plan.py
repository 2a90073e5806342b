"""What to drink, and who is named no amount."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import Advice, advise, assess, combined
from riskmodel.whatif.drinking import sure_sweat_l_h
from riskmodel.whatif.drinking_plan import drinking_plan
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.seen import Plan
from tests.strategies import sessions
from tests.whatif.test_advice import HOT, SIX_HOT


def plan_of(session):
    return drinking_plan(session, assess(session).physiology, advise(session))


@settings(max_examples=80)
@given(sessions())
def test_no_plan_is_above_the_sweat_or_against_a_veto(session):
    answer, advice = assess(session), advise(session)
    plan = drinking_plan(session, answer.physiology, advice)
    assert (plan.source is None) == (plan.rate_l_h is None) == (plan.why_none is not None)
    planned = session.get("fluid_intake_l_h")
    if plan.rate_l_h is not None:
        assert plan.rate_l_h <= answer.physiology["sweat_rate_l_h"] + 1e-9
        assert plan.total_l == pytest.approx(plan.per_sip_l * session["duration_min"] / 15)
        if {"fluid", "young", "illness", "extreme_heat"} & {*advice.vetoes}:
            assert (plan.source, plan.rate_l_h) == ("planned", planned)
        if plan.source == "needed":
            assert "body_mass_kg" in session
    # Without advice the person's own plan is left.
    alone = drinking_plan(session, answer.physiology, Advice())
    assert alone.source in {None, "planned"}
    assert alone.rate_l_h in {None, planned}


def sure_l_h(session):
    """Sweat of those who sweat little, or as measured."""
    physiology = assess(session).physiology
    return sure_sweat_l_h(Plan(session, {}, physiology), physiology["sweat_rate_l_h"])


some_levers = st.sets(st.sampled_from([lever.name for lever in LEVERS]))


@settings(max_examples=80)
@given(sessions(), some_levers)
def test_whatever_is_switched_on_no_more_is_advised_than_is_surely_sweated(session, names):
    changes = combined(session, names).changes
    planned = {n: v for n, v in {**session, **changes}.items() if v is not None}
    answer = assess(planned)
    # Also by the advice of another session: of before the levers.
    for advice in (advise(planned), advise(session)):
        plan = drinking_plan(planned, answer.physiology, advice)
        if plan.source in ("advised", "needed") or "fluid_intake_l_h" in changes:
            assert (plan.rate_l_h or 0.0) <= sure_l_h(planned) + 1e-9


@pytest.mark.parametrize(
    ("changes", "why_none"),
    [
        ({"age_years": 17}, "young"),
        ({"conditions": ["kidney"]}, "ask_doctor"),
        ({"medications": ["loop_diuretic"]}, "ask_doctor"),
        ({"age_years": 17, "conditions": ["kidney"]}, "ask_doctor"),
        ({"illness_24h": "yes"}, "not_now"),
        ({"air_temperature_c": 45}, "not_now"),
        ({"body_mass_kg": None}, "no_body_mass"),
        ({"air_temperature_c": 5, "duration_min": 30}, "none_needed"),
        ({"fluid_intake_l_h": 3.0, "age_years": 17}, "more_than_sweated"),
    ],
)
def test_why_no_amount_is_named(changes, why_none):
    plan = plan_of({**HOT, **changes})
    assert (plan.why_none, plan.source) == (why_none, None)
    assert (plan.rate_l_h, plan.per_sip_l, plan.total_l) == (None, None, None)


def test_where_an_amount_comes_from():
    assert plan_of({**HOT, "fluid_intake_l_h": 0.5}).source == "planned"
    assert plan_of({**HOT, "fluid_intake_l_h": 2.9}).source == "advised"
    needed = plan_of(HOT)
    assert needed.source == "needed"
    # What is lost in two hours, less what is drunk, is at most 2 % of 70 kg.
    assert 2 * (needed.sweat_rate_l_h - needed.rate_l_h) <= 0.02 * 70
    assert not needed.sweat_measured
    assert plan_of({**HOT, "measured_sweat_rate_l_h": 1.3}).sweat_rate_l_h == 1.3
    assert plan_of({**HOT, "measured_sweat_rate_l_h": 1.3}).sweat_measured
    # A hair beyond the sweat is no lever yet, and no timetable.
    sweat_l_h = assess(SIX_HOT).physiology["sweat_rate_l_h"]
    near = plan_of({**SIX_HOT, "fluid_intake_l_h": sweat_l_h + 0.01})
    assert near.why_none == "more_than_sweated"
