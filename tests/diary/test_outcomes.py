"""The outcome diary: exact chances, published intervals, and what it never says."""

import io
import itertools
import math
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from riskmodel.diary.outcomes import (
    FEWEST_SESSIONS,
    LABEL,
    MUSCLES,
    DiaryError,
    Outcome,
    central_range,
    check_outcome,
    compare_outcomes,
    complete_outcome,
    count_chances,
    outcomes_csv,
    outcomes_frame,
    wilson_interval,
)
from riskmodel.inputs.fields import FIELDS

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


# ------------------------------------------------------------------ numbers of cramps


@given(st.lists(chances, max_size=9))
def test_the_chances_are_those_of_counting_every_course(probabilities):
    counted = [0.0] * (len(probabilities) + 1)
    for course in itertools.product((0, 1), repeat=len(probabilities)):
        each = [p if came else 1 - p for came, p in zip(course, probabilities, strict=True)]
        counted[sum(course)] += math.prod(each)
    np.testing.assert_allclose(count_chances(probabilities), counted, atol=1e-12)


@given(st.integers(1, 400), chances)
def test_equal_chances_give_the_binomial_distribution(n, p):
    expected = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    np.testing.assert_allclose(count_chances([p] * n), expected, rtol=1e-7, atol=1e-13)


@given(st.lists(chances, min_size=1, max_size=60))
def test_the_central_range_leaves_out_a_twentieth_on_either_side(probabilities):
    counts = count_chances(probabilities)
    low, high = central_range(counts)
    assert 0 <= low <= high <= len(probabilities)
    assert counts[:low].sum() <= 0.05 + 1e-9
    assert counts[high + 1 :].sum() <= 0.05 + 1e-9
    # No narrower range does.
    assert counts[: low + 1].sum() >= 0.05 - 1e-9
    assert counts[high:].sum() >= 0.05 - 1e-9


@settings(max_examples=50)
@given(st.integers(1, 200), st.floats(0.01, 0.99))
def test_the_central_range_is_that_of_an_independent_quantile(n, p):
    tails = stats.binom.cdf(np.arange(n + 1), n, p)
    if np.isclose(tails, 0.05, atol=1e-9).any() or np.isclose(tails, 0.95, atol=1e-9).any():
        return
    expected = stats.binom.ppf([0.05, 0.95], n, p)
    assert central_range(count_chances([p] * n)) == tuple(expected)


# Newcombe (1998), table I, method 3,
# doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E
@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(count, n, low, high):
    assert wilson_interval(count, n, 0.95) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 3000), st.data(), st.floats(0.5, 0.999))
def test_the_interval_is_that_of_scipy(n, data, level):
    count = data.draw(st.integers(0, n))
    expected = stats.binomtest(count, n).proportion_ci(level, method="wilson")
    assert wilson_interval(count, n, level) == pytest.approx(tuple(expected), abs=1e-9)


@pytest.mark.parametrize("arguments", [(1, 0), (-1, 5), (6, 5), (1, 2, 0.0), (1, 2, 1.0)])
def test_no_interval_of_what_is_no_share(arguments):
    with pytest.raises(DiaryError):
        wilson_interval(*arguments)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, math.nan])
def test_no_chances_of_what_is_no_probability(wrong):
    with pytest.raises(DiaryError, match="allowed is 0 to 1"):
        count_chances([0.2, wrong])


# ----------------------------------------------------------------------- in words


def test_both_sides_of_enough():
    few = compare_outcomes([RUN] * (FEWEST_SESSIONS - 1))
    assert (few.enough, few.verdict, few.expected_low) == (False, "too few", None)
    assert math.isnan(few.expected)
    assert math.isnan(few.share_low)
    enough = compare_outcomes([RUN] * FEWEST_SESSIONS)
    assert enough.enough
    assert enough.expected == pytest.approx(2.0)


def test_the_comparison_says_what_it_is_and_is_not():
    report = compare_outcomes([CRAMP] * 5 + [RUN] * 15)
    assert report.n_cramps == 5
    assert report.expected == pytest.approx(4.0)
    # Binomial tables, n = 20, p = 0.2: P(X = 0) = 0.0115, P(X <= 7) = 0.9679.
    assert (report.expected_low, report.expected_high) == (1, 7)
    assert report.verdict == "within"
    words = " ".join(report.sentences)
    assert "20 sessions in the diary, 5 with a cramp: 25 of 100" in words
    assert "4.0 would be expected, and at least 9 times in 10 from 1 to 7" in words
    assert "no weight is changed" in words


@pytest.mark.parametrize(
    ("cramps", "verdict"), [(0, "fewer"), (1, "within"), (7, "within"), (8, "more")]
)
def test_both_sides_of_the_range(cramps, verdict):
    report = compare_outcomes([CRAMP] * cramps + [RUN] * (20 - cramps))
    assert report.verdict == verdict


@given(st.lists(st.tuples(chances, st.booleans()), max_size=30))
def test_every_report_is_labelled_and_counts_right(sessions):
    outcomes = [replace(RUN, probability=p, cramp=c) for p, c in sessions]
    report = compare_outcomes(outcomes)
    assert report.label == LABEL
    assert LABEL in report.sentences[-1]
    assert report.n_cramps == sum(c for _, c in sessions)
    if report.enough:
        assert report.share_low <= report.share <= report.share_high


def test_several_scorecards_are_named():
    two = [RUN] * 10 + [replace(RUN, scorecard="def")]
    assert compare_outcomes(two).scorecards == ("abc", "def")
    assert "2 versions of the scorecard" in " ".join(compare_outcomes(two).sentences)
    assert "versions" not in " ".join(compare_outcomes([RUN] * 11).sentences)


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
        ({"cramp": True, "cramp_at_min": -1.0}, "-1.0 min"),
        ({"cramp": True, "cramp_at_min": 60.5}, "after the session of 60 min"),
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
        (PLANNED, {"cramp": True, "cramp_at_min": 60.5}, "after the session of 60 min"),
        (PLANNED, {"cramp": True, "duration_min": 4.0}, "duration_min"),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(outcome, what, words):
    with pytest.raises(DiaryError, match=words):
        complete_outcome(outcome, **what)


@pytest.mark.parametrize("n", [FEWEST_SESSIONS - 1, FEWEST_SESSIONS, 20])
def test_what_is_pending_is_compared_with_nothing(n):
    known = [CRAMP] * 3 + [RUN] * (n - 3)
    odd = replace(PLANNED, probability=0.4, scorecard="other")
    alone, together = compare_outcomes(known), compare_outcomes([odd, *known, PLANNED])
    assert (alone.n_pending, together.n_pending) == (0, 2)
    np.testing.assert_equal(
        replace(together, n_pending=0, sentences=()).__dict__,
        replace(alone, sentences=()).__dict__,
    )
    words = [s for s in together.sentences if s not in alone.sentences]
    assert words == ["2 sessions to come, or without an outcome yet."]
    assert LABEL in together.sentences[-1]
    assert "1 session to come" in " ".join(compare_outcomes([PLANNED]).sentences)


# ------------------------------------------------------------------------ as a file


def test_what_is_not_known_yet_is_no_no():
    frame = outcomes_frame([PLANNED, RUN, CRAMP])
    assert frame["cramp"].tolist() == ["", "no", "yes"]
    assert frame["after_session"].tolist() == ["", "no", "no"]
    assert b"None" not in outcomes_csv([PLANNED])


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
