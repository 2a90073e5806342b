"""Questions that another answer settles: who is asked, and what an open one counts as."""

import json

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel import assess, check
from riskmodel.inputs.fields import FIELDS, needed_fields
from riskmodel.inputs.reading import read_frame, read_one
from riskmodel.inputs.schema import json_schema
from riskmodel.inputs.settled import is_settled, settled_masks
from tests.strategies import sessions

SETTLED = {name: field for name, field in FIELDS.items() if field.settled is not None}
GYM = {
    "sport": "gym_strength",
    "duration_min": 60,
    "session_rpe": 6,
    "age_years": 30,
    "air_temperature_c": 20,
    "relative_humidity_pct": 50,
}
SWIM = {"sport": "swimming", "duration_min": 60, "session_rpe": 6, "age_years": 30}


@pytest.mark.parametrize("name", SETTLED)
def test_each_is_settled_by_levels_of_an_earlier_question(name):
    rule, order = SETTLED[name].settled, [*FIELDS]
    assert order.index(rule.by) < order.index(name)
    assert FIELDS[rule.by].kind == "level"
    assert FIELDS[rule.by].settled is None
    assert rule.levels - {None} < {*FIELDS[rule.by].levels}
    assert rule.answer is None or rule.answer in SETTLED[name].levels


@given(sessions())
def test_arrays_and_one_session_agree_on_what_is_settled(session):
    answers = read_one(session)
    for name, field in FIELDS.items():
        by_array = is_settled(field, answers.columns, 1)
        own = session.keys() & {name} and field.settled and field.settled.answer
        assert field.asked_of(session) == (not by_array[0] or bool(own))


@given(st.lists(sessions(), min_size=1, max_size=4))
def test_the_masks_of_all_are_those_of_each(several):
    answers = read_frame(pd.DataFrame(several))
    masks = settled_masks(answers.columns, answers.n_sessions)
    assert masks.keys() == SETTLED.keys()
    for name, mask in masks.items():
        alone = is_settled(FIELDS[name], answers.columns, answers.n_sessions)
        np.testing.assert_array_equal(mask, alone)
        assert mask.tolist() == [
            session.get(FIELDS[name].settled.by) in FIELDS[name].settled.levels
            for session in several
        ]


@given(sessions())
def test_what_is_settled_is_never_named_as_not_answered(session):
    settled = {n for n, f in SETTLED.items() if not f.asked_of(session)}
    answer = assess(session)
    assert settled.isdisjoint(answer.missing)
    assert settled.isdisjoint(answer.narrowing)


@pytest.mark.parametrize(
    ("base", "name", "level", "other"),
    [
        (GYM, "strength_training", "yes", "no"),
    ],
)
def test_an_open_answer_counts_as_the_level_and_one_of_its_own_stands(
    base, name, level, other
):
    still_open, answered = assess(base), assess({**base, name: level})
    assert name not in still_open.missing
    assert still_open.probability == answered.probability
    assert still_open.contributions == answered.contributions
    assert still_open.total_points < assess({**base, name: other}).total_points
    assert FIELDS[name].asked_of({**base, name: other})


def test_a_man_who_is_pregnant_is_asked_about_and_not_scored():
    man = {**GYM, "sport": "running", "sex": "male"}
    plain, asked = assess(man), {**man, "pregnancy_trimester": "2"}
    answer = assess(asked)
    assert FIELDS["pregnancy_trimester"].asked_of(asked)
    assert answer.contributions == plain.contributions
    assert answer.probability == plain.probability
    assert {g.name for g in answer.guards} == {
        *(g.name for g in plain.guards),
        "pregnancy_contradicted",
    }
    woman = {**man, "sex": "female"}
    pregnant = assess({**woman, "pregnancy_trimester": "2"})
    assert pregnant.total_points > assess(woman).total_points


def test_only_a_sport_of_resistance_answers_strength_training():
    asked = FIELDS["strength_training"].asked_of
    assert [s for s in FIELDS["sport"].levels if not asked({"sport": s})] == [
        "gym_strength"
    ]
    assert "strength_training" in assess({**GYM, "sport": "circuit_hiit"}).missing
    assert asked({})


def test_a_swim_needs_no_air_and_everything_else_does():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for sport in FIELDS["sport"].levels:
        session = {**SWIM, "sport": sport}
        fine = sport == "swimming"
        assert validator.is_valid(json.loads(json.dumps(session))) == fine
        assert (check(session) == ()) == fine
        needed = {field.name for field in needed_fields(session)}
        assert (needed == SWIM.keys()) == fine


def test_an_open_sport_asks_for_the_air_and_not_for_the_water():
    assert FIELDS["air_temperature_c"].asked_of({})
    assert not FIELDS["water_temperature_c"].asked_of({})
    assert [f.name for f in needed_fields({})] == [
        name for name, field in FIELDS.items() if field.required
    ]
    found = is_settled(FIELDS["air_temperature_c"], {}, 2)
    np.testing.assert_array_equal(found, [False, False])
