"""When in a session cramps begin: laws of the curve, and where nothing is said."""

import json
from dataclasses import asdict, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel import CalibrationError, Onset, assess, load_calibration, load_scorecard
from riskmodel.datasets import data_file, load_examples
from riskmodel.scoring.onset import LAST_THIRD, OnsetCurve
from tests.strategies import sessions

RAW = json.loads(data_file("calibration.json").read_text(encoding="utf-8"))
SHIPPED = load_calibration().onset
MARATHON = load_examples()["Marathon"]
SHARES = st.floats(0.0, 1.0)
MINUTES = st.floats(1.0, 2000.0)


@st.composite
def curves(draw):
    """Any curve that may stand in a calibration."""
    n = draw(st.integers(1, 8))
    inner = st.floats(0.01, 0.99)
    at = sorted(draw(st.lists(inner, min_size=n, max_size=n, unique=True)))
    three = [
        sorted(draw(st.lists(SHARES, min_size=n, max_size=n))) for _ in ("low", "", "high")
    ]
    ends = np.sort(three, axis=0)
    return OnsetCurve(
        *(np.array([0.0, *row, 1.0]) for row in (at, ends[1], ends[0], ends[2]))
    )


CURVES = st.one_of(st.just(SHIPPED), curves())


@given(CURVES, SHARES, SHARES)
def test_none_has_begun_at_the_start_all_have_at_the_end_and_none_is_taken_back(
    curve, a, b
):
    assert curve.by(0.0) == 0.0
    assert curve.by(1.0) == 1.0
    assert curve.by(min(a, b)) <= curve.by(max(a, b))


@given(CURVES, MINUTES)
def test_the_range_holds_the_share_and_half_have_begun_by_then(curve, duration_min):
    onset = curve.of(duration_min)
    assert 0.0 <= onset.last_third_low <= onset.last_third <= onset.last_third_high <= 1.0
    assert onset.last_third == pytest.approx(1.0 - float(curve.by(LAST_THIRD)))
    assert 0.0 <= onset.half_by_min <= duration_min
    # A step of the curve may be as steep as two neighbouring numbers.
    by = [float(curve.by(onset.half_by_min / duration_min + d)) for d in (-1e-9, 1e-9)]
    assert by[0] <= 0.5 + 1e-6
    assert by[1] >= 0.5 - 1e-6


@given(CURVES, MINUTES)
def test_times_grow_with_the_duration_and_shares_do_not(curve, duration_min):
    once, twice = curve.of(duration_min), curve.of(2.0 * duration_min)
    for part in fields(Onset):
        factor = 2.0 if part.name.endswith("_min") else 1.0
        now, then = getattr(once, part.name), getattr(twice, part.name)
        assert then == pytest.approx(factor * now)


@given(sessions())
def test_it_is_said_of_a_session_with_a_number_and_of_no_other(session):
    answer = assess(session)
    assert (answer.onset is None) == np.isnan(answer.probability)
    if answer.onset is not None:
        assert answer.onset == SHIPPED.of(float(session["duration_min"]))
        assert answer.to_dict()["onset"] == asdict(answer.onset)


@pytest.mark.parametrize(
    "session",
    [
        {},
        {**MARATHON, "duration_min": None},
        {**MARATHON, "duration_min": 0},
        {**MARATHON, "red_flags": ["swollen_calf"]},
    ],
    ids=["empty", "no duration", "impossible", "warning sign"],
)
def test_without_a_number_nothing_is_said(session):
    answer = assess(session)
    assert answer.onset is None
    assert answer.to_dict()["onset"] is None


def test_an_earlier_calibration_says_nothing(tmp_path):
    old = load_scorecard("2026.1")
    assert load_calibration(scorecard=old).onset is None
    assert assess(MARATHON, old).onset is None
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({n: v for n, v in RAW.items() if n != "onset"}), "utf-8")
    answer = assess(MARATHON, calibration=load_calibration(path))
    assert answer.onset is None
    assert answer.probability == assess(MARATHON).probability


def spoilt(name, place, value):
    table = list(RAW["onset"][name])
    table[place] = value
    return {**RAW["onset"], name: table}


@pytest.mark.parametrize(
    ("onset", "words"),
    [
        (None, "damaged"),
        ([], "damaged"),
        ({n: v for n, v in RAW["onset"].items() if n != "low"}, "no 'low'"),
        ({**RAW["onset"], "share": RAW["onset"]["share"][:-1]}, "shape"),
        (spoilt("share", 0, float("nan")), "finite"),
        (spoilt("share", 0, "a"), "damaged"),
        (spoilt("fraction", 0, 0.0), "rise from 0 to 1"),
        (spoilt("fraction", 0, 0.9), "does not rise"),
        (spoilt("fraction", -1, 0.99), "rise from 0 to 1"),
        (spoilt("share", -1, 0.99), "rise from 0 to 1"),
        (spoilt("share", 0, 0.9), "rise from 0 to 1"),
        (spoilt("share", 0, -0.1), "rise from 0 to 1"),
        (spoilt("low", 0, -0.1), "does not hold"),
        (spoilt("low", 0, 0.9), "does not hold"),
        (spoilt("high", -2, 0.0), "does not hold"),
        (spoilt("high", -1, 1.1), "does not hold"),
    ],
)
def test_a_damaged_curve_is_refused_with_a_sentence(tmp_path, onset, words):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**RAW, "onset": onset}), encoding="utf-8")
    with pytest.raises(CalibrationError, match=words) as refused:
        load_calibration(path)
    assert "cramprisk calibrate" in str(refused.value)


def refusal(path):
    try:
        load_calibration(path)
    except CalibrationError as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("part", [name for name in RAW if name not in ("format", "onset")])
@pytest.mark.parametrize("value", [0.5, None, "x", [], [1.0], {}, True])
def test_a_part_of_another_kind_is_told_without_words_of_python(tmp_path, part, value):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**RAW, part: value}), encoding="utf-8")
    told = refusal(path)
    words = "object", "subscriptable", "attribute", "NoneType", "unexpected", "argument"
    assert not [word for word in words if word in told]
