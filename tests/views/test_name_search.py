"""Finding an answer by a name in My session, and why an answer counts nothing."""

import pytest

from riskmodel import assess, load_scorecard
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.guards import GUARDS
from riskmodel.views.form import NAME_SEARCH
from riskmodel.views.zero_points import reasons
from tests.views.pages import (
    SIX,
    address_of,
    fill,
    number_of,
    opened,
    own_answers,
    press,
    told,
)
from tests.views.test_my_session import shown

HEALTH = {"all_questions": True, "group": "athlete"}


def searched(page, name):
    page.text_input(key=NAME_SEARCH).set_value(name).run()
    assert not page.exception
    return told(page)


@pytest.mark.parametrize(
    ("name", "field", "level"),
    [
        ("Ventolin", "medications", "short_acting_beta_agonist"),
        ("MS", "conditions", "multiple_sclerosis"),
        ("creatine", "tried_for_cramps", "creatine"),
    ],
)
def test_a_typed_name_offers_the_answer_to_tick(name, field, level):
    page = opened(**SIX, **HEALTH)
    before = address_of(page)
    searched(page, name)
    assert own_answers(page) == SIX
    button = next(b for b in page.button if b.key == f"tick_{field}")
    assert FIELDS[field].levels[level] in button.label
    press(page, f"tick_{field}")
    assert own_answers(page) == {**SIX, field: [level]}
    assert number_of(page) == shown(assess({**SIX, field: [level]}))
    assert "It is ticked." in told(page)
    # Neither the name nor the answer stands in the address.
    assert address_of(page) == before


def test_a_tick_is_added_to_what_was_named_and_takes_none_away():
    page = opened(**SIX, medications=["statin"], conditions=["none"], **HEALTH)
    searched(page, "salbutamol")
    press(page, "tick_medications")
    searched(page, "SEP")
    press(page, "tick_conditions")
    held = own_answers(page)
    assert {*held["medications"]} == {"statin", "short_acting_beta_agonist"}
    assert held["conditions"] == ["multiple_sclerosis"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zorblax <b>", "Zorblax <b>\N{RIGHT DOUBLE QUOTATION MARK} is not known here"),
        ("insulin", "No question is about it"),
        ("hamstring", "recovered, or still sore?"),
    ],
)
def test_what_cannot_be_ticked_is_said_and_costs_nothing(name, words):
    page = opened(**SIX, **HEALTH)
    number = number_of(page)
    assert words in searched(page, name)
    assert not [b for b in page.button if (b.key or "").startswith("tick_")]
    assert (own_answers(page), number_of(page)) == (SIX, number)


def test_a_typed_name_goes_with_the_answers_that_were_there():
    page = opened(**SIX, **HEALTH, box_options=True)
    searched(page, "Ventolin")
    press(page, "clear")
    assert not page.text_input(key=NAME_SEARCH).value
    assert "Ventolin" not in told(page)


def test_an_answer_that_counts_nothing_tells_why():
    zero = [f for f in load_scorecard().factors if f.largest == 0]
    assert {f.name for f in zero} == {
        *("caffeine", "thirst", "longest_at_race_effort", "tried_for_cramps"),
    }
    for factor in zero:
        if factor.kind == "list":
            continue
        assert [*reasons(FIELDS[factor.quantity], "yes")] == [factor.reason]
    page = opened(**SIX, tried_for_cramps=["pickle_juice", "magnesium"], **HEALTH)
    lines = [*reasons(FIELDS["tried_for_cramps"], ["magnesium", "pickle_juice"])]
    assert len(lines) == 2
    assert all(line in told(page) for line in lines)
    assert number_of(page) == shown(assess(SIX))
    # Of an answer with points, and of none, there is nothing to say.
    assert [*reasons(FIELDS["conditions"], ["diabetes"])] == []
    fill(page, {"tried_for_cramps": ["none"]})
    assert not any(line in told(page) for line in lines)


def test_sickle_cell_trait_has_its_warning_and_no_points():
    page = opened(**SIX, conditions=["sickle_cell_trait"], **HEALTH)
    sentence = next(g.sentence for g in GUARDS if g.name == "sickle_cell_trait")
    assert sentence in told(page)
    trait = assess({**SIX, "conditions": ["sickle_cell_trait"]})
    assert trait.total_points == assess({**SIX, "conditions": ["none"]}).total_points


def test_who_cramps_often_is_asked_once_whether_that_is_new():
    page = opened(**SIX, cramp_sessions_12mo="6+")
    words = {g.name: g.sentence for g in GUARDS}
    assert words["frequent_cramps"] in told(page)
    fill(page, HEALTH)
    assert [w.key for w in page.get("button_group")].count("frequent_cramps") == 1
    fill(page, {"frequent_cramps": "more"})
    assert words["frequent_cramps_new"] in told(page)
    assert number_of(page) == shown(assess({**SIX, "cramp_sessions_12mo": "6+"}))
    fill(page, {"frequent_cramps": "looked_at"})
    assert not any(words[n] in told(page) for n in words if n.startswith("frequent"))
    fill(page, {"cramp_sessions_12mo": "3-5"})
    assert "frequent_cramps" not in own_answers(page)
