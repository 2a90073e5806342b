"""Words about levers and drinking, in the reader's units."""

import math
from dataclasses import replace
from typing import get_args

import pytest

from riskmodel import Advice, advise, assess
from riskmodel.datasets import load_examples
from riskmodel.inputs.units import UNITS
from riskmodel.reporting.drinking import DRINK_TO_THIRST, drinking_lines
from riskmodel.reporting.handout import _content
from riskmodel.reporting.levers import (
    amounts_text,
    lever_label,
    lever_sentence,
    no_change_text,
    spares_text,
)
from riskmodel.reporting.squad_sheet import option_text
from riskmodel.reporting.words import NOTHING_TO_CHANGE
from riskmodel.squad.scores import SquadOption
from riskmodel.whatif.drinking_plan import DrinkingPlan, WhyNone
from riskmodel.whatif.levers import LEVERS
from tests.whatif.test_advice import BY_NAME, HOT, RACE, WORST

US = {"°C": "°F", "l/h": "oz/h", "kg": "lb"}


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [
        ("cooler", "Start when it is 5 °C cooler", "Start when it is 9 °F cooler"),
        ("indoors", "Go indoors, at 20 °C with a fan", "Go indoors, at 68 °F with a fan"),
    ],
)
def test_a_lever_is_worded_in_the_chosen_units(name, own, other):
    lever = BY_NAME[name]
    assert lever_label(lever, {}) == lever.label == own
    assert lever_label(lever, US) == other
    option = SquadOption(lever.label, {}, 3.1, 1.6, 28, lever)
    assert option_text(option, US).startswith(f"{other}: from 3.1")


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.name)
def test_no_lever_names_a_unit_that_was_not_chosen(lever):
    others = {own: list(units)[-1] for own, units in UNITS.items()}
    for words in (lever_label, lever_sentence):
        assert not {"{", "}"} & {*words(lever, others)}
        for own in ("°C", "l/h", "l an hour"):
            assert own not in words(lever, others)
    assert lever_sentence(lever, {}) == lever.sentence


def test_options_are_worded_as_their_levers():
    advice = advise(WORST)
    for option in (*advice.now, *advice.weeks, advice.pair):
        assert lever_label(option, {}) == option.label
    assert "68 °F with a fan and go two steps easier" in lever_label(advice.pair, US)
    assert lever_sentence(advice.pair, US) == ""
    (pace,) = (o for o in advise(RACE).now if o.levers[0].name == "pace")
    assert amounts_text(pace, RACE, {}) == "3 h 45 becomes 4 h 07"


def test_the_printed_page_has_the_chosen_units():
    change = dict(_content(WORST, assess(WORST), advise(WORST), US, private=True)["change"])
    assert {"Start when it is 9 °F cooler", "Go indoors, at 68 °F with a fan"} <= {*change}
    less = {**HOT, "fluid_intake_l_h": 2.9}
    page = _content(less, assess(less), advise(less), US, private=True)
    assert "oz/h" in dict(page["change"])["Plan to drink less"]


def test_who_is_warned_or_was_not_offered_something_is_not_told_to_enjoy_it():
    easy = load_examples()["Easy evening run"]
    answer, advice = assess(easy), advise(easy)
    assert no_change_text(answer, advice) == NOTHING_TO_CHANGE
    assert (
        _content(easy, answer, advice, {}, private=True)["no_change"] == NOTHING_TO_CHANGE
    )
    for changes in ({"illness_24h": "yes"}, {"conditions": ["kidney"]}, {"age_years": 15}):
        session = {**easy, **changes}
        answer, advice = assess(session), advise(session)
        assert answer.guards or advice.vetoes
        assert no_change_text(answer, advice) != NOTHING_TO_CHANGE
    # On a page without private answers the advice knows no illness, but the warning is.
    ill = {**easy, "illness_24h": "yes"}
    page = _content(ill, assess(ill), advise(ill), {}, private=False)
    assert page["no_change"] != NOTHING_TO_CHANGE
    assert no_change_text(assess(easy), replace(Advice(), vetoes=("fluid",))) != (
        NOTHING_TO_CHANGE
    )


def test_a_drinking_plan_is_told_in_the_chosen_units():
    plan = DrinkingPlan(1.0, True, 120.0, "needed", 0.6)
    headline, rows = drinking_lines(plan, {})
    assert headline == f"To lose about 2 % of body mass. {DRINK_TO_THIRST}"
    assert rows == [
        ("Every 15 minutes", "150 ml"),
        ("Per hour", "0.6 l"),
        ("In all", "1.2 l"),
        ("In bottles of 500 ml", "2.4"),
    ]
    assert drinking_lines(plan, US)[1] == [
        ("Every 15 minutes", "5.1 oz"),
        ("Per hour", "20.3 oz"),
        ("In all", "40.6 oz"),
        ("In bottles of 16.9 oz", "2.4"),
    ]


@pytest.mark.parametrize("why_none", get_args(WhyNone))
def test_without_an_amount_there_is_a_reason_and_no_row(why_none):
    headline, rows = drinking_lines(DrinkingPlan(1.0, False, 60.0, why_none=why_none), {})
    assert headline.endswith(".")
    assert rows == []


def test_nothing_planned_has_no_rows():
    headline, rows = drinking_lines(DrinkingPlan(1.0, True, 60.0, "planned", 0.0), {})
    assert "Nothing to drink is planned" in headline
    assert rows == []


@pytest.mark.parametrize(
    ("saved", "span", "sessions", "text"),
    [
        (12.5, (5.0, 20.0), (8, 5, 20), "about 8 such sessions (5 to 20)"),
        (0.51, (0.51, 1.0), (196.1, 100, 196.1), "about 196 such sessions (100 to 196)"),
        (0.5, (0.5, 1.0), None, ""),  # 200 sessions
        (-1.0, (-1.0, 1.0), None, ""),
        (math.nan, (math.nan, math.nan), None, ""),
        (5.0, (0.1, 5.0), (20, 20, math.inf), "(20 to more than 200)"),
        (80.0, (70.0, 90.0), (1.25, 1.1, 1.4), "about 2 such sessions (2 to 2)"),
    ],
)
def test_a_lever_says_in_how_many_sessions_it_spares_a_cramp(saved, span, sessions, text):
    option = replace(advise(HOT).now[0], saved_in_100=saved, saved_span_in_100=span)
    found = option.sessions_for_one_cramp_fewer
    if sessions is None:
        assert found is None
    else:
        assert found == pytest.approx(sessions, abs=0.1)
    assert text in spares_text(option)
    assert bool(text) == bool(spares_text(option))


def test_what_a_lever_spares_lies_between_both_ends_of_the_range():
    for option in advise(HOT).now:
        least, most = option.saved_span_in_100
        assert least <= option.saved_in_100 <= most
        assert option.saved_in_100 == pytest.approx(
            100 * (assess(HOT).probability - option.probability)
        )
