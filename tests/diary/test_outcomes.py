"""The outcome diary: exact chances, published intervals, and what it never says."""

import io
import math
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.diary.outcomes import (
    MUSCLES,
    DiaryError,
    Outcome,
    check_outcome,
    complete_outcome,
    outcomes_csv,
    outcomes_frame,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.scorecard.file import load_scorecard

RUN = Outcome(
    day=date(2026, 7, 1),
    probability=0.2,
    probability_low=0.1,
    probability_high=0.4,
    program="0.1.0",
    scorecard="abc",
    cramp=False,
    sport="running",
    duration_min=60.0,
)
CRAMP = replace(RUN, cramp=True, muscle="calf", cramp_at_min=50.0)
chances = st.floats(0, 1)


# ------------------------------------------------------------------- what is allowed


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"probability": 0.1},
        {"probability": 0.4},
        {"probability_low": 0.0, "probability_high": 1.0},
        {"cramp": True},
        {"cramp": True, "muscle": "foot", "after_session": True},
        {"cramp": True, "cramp_at_min": 0.0},
        {"cramp": True, "cramp_at_min": 60.0},
        {"duration_min": 5.0},
        {"duration_min": 1440.0},
        {"day": date(1900, 1, 1)},
        {"day": date(2199, 12, 31)},
        {"answers": {"sleep_h": 7.0}},
        {"cramp": None},
    ],
)
def test_what_makes_sense_has_no_problem(change):
    assert check_outcome(replace(RUN, **change)) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"probability": 0.09}, "0.09; allowed is a number in its range, 0.1 to 0.4"),
        ({"probability": 0.41}, "in its range"),
        ({"probability_high": 1.01}, "high"),
        ({"probability_low": -0.01}, "low"),
        ({"probability": math.nan}, "nan"),
        ({"probability": None}, "None"),
        ({"cramp": "yes"}, "yes, no or not known yet"),
        ({"cramp": 1, "muscle": "calf"}, "yes, no or not known yet"),
        ({"cramp": None, "muscle": "calf"}, "not known yet has no muscle"),
        ({"cramp": None, "cramp_at_min": 5.0}, "not known yet has no muscle"),
        ({"cramp": None, "after_session": True}, "not known yet has no muscle"),
        ({"muscle": "calf"}, "without a cramp"),
        ({"after_session": True}, "without a cramp"),
        ({"cramp": True, "muscle": "ear"}, "Muscle is ear"),
        ({"cramp": True, "cramp_at_min": -1.0}, "-1 min"),
        ({"cramp": True, "cramp_at_min": 60.5}, "later than the session lasted, 1 h;"),
        ({"cramp": True, "cramp_at_min": 10.0, "after_session": True}, "not both"),
        ({"duration_min": 4.9}, "duration_min"),
        ({"duration_min": 1441.0}, "duration_min"),
        ({"duration_min": None}, "missing"),
        ({"sport": "chess"}, "chess"),
        ({"sport": ""}, "missing"),
        ({"day": date(1899, 12, 31)}, "1899"),
        ({"day": date(2200, 1, 1)}, "2200"),
        ({"day": datetime(2026, 1, 1)}, "allowed is a date"),
        ({"program": ""}, "Version"),
        ({"scorecard": "x" * 81}, "Scorecard"),
        ({"scorecard_version": "x" * 81}, "Version of the scorecard"),
        ({"answers": {"sleep_h": 77}}, "sleep_h"),
    ],
)
def test_what_does_not_is_one_sentence(change, words):
    (problem,) = check_outcome(replace(RUN, **change))
    assert words in problem
    assert problem.endswith(".")


def test_every_muscle_may_cramp():
    for muscle in MUSCLES:
        assert check_outcome(replace(CRAMP, muscle=muscle)) == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=9) | st.sampled_from(list(FIELDS)), inner)
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(list(RUN.__dataclass_fields__)), json_values))
def test_whatever_another_program_wrote_is_judged_in_words(change):
    for problem in check_outcome(replace(RUN, **change)):
        assert isinstance(problem, str)
        assert problem


@pytest.mark.parametrize("name", list(RUN.__dataclass_fields__))
@pytest.mark.parametrize("value", [10**400, -(10**400), [1], {"a": [1]}])
def test_what_is_no_answer_at_all_is_a_problem(name, value):
    assert check_outcome(replace(RUN, **{name: value}))


# --------------------------------------------------------------- written down before

PLANNED = replace(RUN, cramp=None)


def test_an_expectation_is_completed_and_stays_what_it_was():
    assert PLANNED.pending
    done = complete_outcome(
        PLANNED, cramp=True, muscle="foot", cramp_at_min=40.0, duration_min=45.0
    )
    assert not done.pending
    assert done == replace(
        RUN, cramp=True, muscle="foot", cramp_at_min=40.0, duration_min=45.0
    )
    assert complete_outcome(PLANNED, cramp=False) == RUN
    after = complete_outcome(PLANNED, cramp=True, after_session=True)
    assert after == replace(RUN, cramp=True, after_session=True)


@pytest.mark.parametrize(
    ("outcome", "what", "words"),
    [
        (RUN, {"cramp": True}, "written down already"),
        (CRAMP, {"cramp": False}, "written down already"),
        (PLANNED, {"cramp": None}, "Cramp is None; allowed is yes or no"),
        (PLANNED, {"cramp": False, "muscle": "calf"}, "without a cramp has no muscle"),
        (
            PLANNED,
            {"cramp": True, "cramp_at_min": 60.5},
            "later than the session lasted, 1 h;",
        ),
        (PLANNED, {"cramp": True, "duration_min": 4.0}, "duration_min"),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(outcome, what, words):
    with pytest.raises(DiaryError, match=words):
        complete_outcome(outcome, **what)


# ------------------------------------------------------------------------ as a file


def test_what_is_not_known_yet_is_no_no():
    frame = outcomes_frame([PLANNED, RUN, CRAMP])
    assert frame["cramp"].tolist() == ["", "no", "yes"]
    assert frame["after_session"].tolist() == ["", "no", "no"]
    assert b"None" not in outcomes_csv([PLANNED])


def test_every_expectation_says_its_scorecard():
    kept = load_scorecard("2026.1")
    outcomes = [
        RUN,
        replace(RUN, scorecard=kept.fingerprint),
        replace(RUN, scorecard_version="1999.1"),
    ]
    versions = ["", "2026.1", "1999.1"]
    assert [outcome.scorecard_version for outcome in outcomes] == versions
    frame = outcomes_frame(outcomes)
    assert frame["scorecard_version"].tolist() == versions
    assert frame["scorecard"].tolist() == ["abc", kept.fingerprint, "abc"]
    assert list(outcomes_frame([]).columns) == list(frame.columns)


def test_the_file_holds_the_diary_and_health_only_if_asked():
    plan = {"sport": "running", "medications": ["statin", "loop_diuretic"]}
    content = outcomes_csv([replace(CRAMP, answers=plan, scorecard="=cmd"), RUN])
    table = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert table["day"].tolist() == ["2026-07-01"] * 2
    assert table["cramp"].tolist() == ["yes", "no"]
    assert table["muscle"][0] == "calf"
    assert table["scorecard"][0] == "'=cmd"
    assert table["plan_sport"][0] == "running"
    assert "plan_medications" not in table
    private = outcomes_frame([replace(CRAMP, answers=plan)], private=True)
    assert private["plan_medications"][0] == "statin;loop_diuretic"


@pytest.mark.parametrize("answers", [[], "running", 5, pd.Series([], dtype=float)])
def test_answers_that_are_no_answers_are_told(answers):
    (problem,) = check_outcome(replace(RUN, answers=answers))
    assert "cannot be read" in problem
    assert len(problem) < 200


def test_half_a_pair_of_code_units_is_written_as_what_it_is_not():
    answers = {"athlete": "a\ud800b", "sport": "running"}
    done = replace(RUN, answers=answers, program="0.1\ud800")
    assert check_outcome(done) == ()
    assert "a?b" in outcomes_csv([done], private=True).decode("utf-8-sig")


@pytest.mark.parametrize("value", [10**5000, "x" * 40_000, "a\nb", object()], ids=type)
@pytest.mark.parametrize("name", ["probability", "muscle", "duration_min", "scorecard"])
def test_a_problem_is_short_whatever_stands_there(name, value):
    for problem in check_outcome(replace(RUN, cramp=True, **{name: value})):
        assert len(problem) < 500
        assert problem.isprintable()
