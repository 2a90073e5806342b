"""Cramps beside those expected: exact chances, published intervals, and their words."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from riskmodel.diary.comparison import (
    FEWEST_SESSIONS,
    LABEL,
    central_range,
    compare_outcomes,
    count_chances,
    wilson_interval,
)
from riskmodel.diary.outcomes import DiaryError
from riskmodel.scorecard.file import load_scorecard
from tests.diary.test_outcomes import CRAMP, PLANNED, RUN

KEPT = load_scorecard("2026.1")
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


@pytest.mark.parametrize("wrong", [-0.01, 1.01, math.nan])
def test_no_chances_of_what_is_no_probability(wrong):
    with pytest.raises(DiaryError, match="allowed is 0 to 1"):
        count_chances([0.2, wrong])


# ----------------------------------------------------------------------- in words


def test_both_sides_of_enough():
    few = compare_outcomes([RUN] * (FEWEST_SESSIONS - 1))
    assert (few.verdict, few.expected_range, few.share_range) == ("too few", None, None)
    enough = compare_outcomes([RUN] * FEWEST_SESSIONS)
    assert enough.verdict != "too few"
    assert enough.expected == pytest.approx(2.0)


def test_the_comparison_says_what_it_is_and_is_not():
    report = compare_outcomes([CRAMP] * 5 + [RUN] * 15)
    assert report.n_cramps == 5
    assert report.expected == pytest.approx(4.0)
    # Binomial tables, n = 20, p = 0.2: P(X = 0) = 0.0115, P(X <= 7) = 0.9679.
    assert report.expected_range == (1, 7)
    assert report.verdict == "within"
    words = " ".join(report.sentences)
    assert "20 sessions in the diary, 5 with a cramp: 25 of 100" in words
    assert "4.0 would be expected, and at least 9 times in 10 from 1 to 7" in words
    assert "no score is changed" in words


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
    assert LABEL in report.sentences[-1]
    assert report.n_cramps == sum(c for _, c in sessions)
    if report.share_range is not None:
        low, high = report.share_range
        assert low <= report.n_cramps / report.n_sessions <= high


def test_several_scorecards_are_named():
    other = replace(RUN, scorecard=KEPT.fingerprint)
    mine = replace(RUN, scorecard="def", scorecard_version="1999.1")
    report = compare_outcomes([*[RUN] * 10, *[other] * 2, mine, replace(other, cramp=None)])
    name = f"{KEPT.version} ({KEPT.fingerprint})"
    assert report.scorecards == {"abc": 10, name: 2, "1999.1 (def)": 1}
    words = " ".join(report.sentences)
    assert "3 scorecards: 10 sessions from abc, 2 sessions from 2026.1 (" in words
    # Each number was meant as it was said, so that they are still summed.
    assert report.expected == pytest.approx(13 * 0.2)
    assert "scorecards" not in " ".join(compare_outcomes([RUN] * 11).sentences)


@pytest.mark.parametrize("n", [FEWEST_SESSIONS - 1, FEWEST_SESSIONS, 20])
def test_what_is_pending_is_compared_with_nothing(n):
    known = [CRAMP] * 3 + [RUN] * (n - 3)
    odd = replace(PLANNED, probability=0.4, scorecard="other")
    alone, together = compare_outcomes(known), compare_outcomes([odd, *known, PLANNED])
    assert (alone.n_pending, together.n_pending) == (0, 2)
    assert replace(together, n_pending=0) == alone
    words = [s for s in together.sentences if s not in alone.sentences]
    assert words == ["2 sessions to come, or without an outcome yet."]
    assert LABEL in together.sentences[-1]
    assert "1 session to come" in " ".join(compare_outcomes([PLANNED]).sentences)
