"""Results are equal where they say the same, and what is open says the same."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import riskmodel
import riskmodel.dask
from riskmodel import (
    Leg,
    Session,
    advise,
    assess,
    assess_legs,
    combined,
    compare,
    explain_outcome,
)
from riskmodel.inputs.results import alike

RUN = {
    "sport": "running",
    "duration_min": 90,
    "session_rpe": 6,
    "age_years": 30,
    "air_temperature_c": 31,
    "relative_humidity_pct": 60,
}
HOTTER = {**RUN, "air_temperature_c": 33}
WEATHER = riskmodel.typed_weather(
    date(2026, 7, 4),
    latitude_deg=48.2,
    longitude_deg=16.4,
    time_zone="Europe/Vienna",
    coolest_c=18,
    warmest_c=31,
)
LEGS = [Leg({"duration_min": 60}, 0.0), Leg({"duration_min": 40}, 30.0)]
RESULTS = {
    "assess": assess,
    "without a score": lambda run: assess(run, age_years=300 + run["air_temperature_c"]),
    "compare": lambda run: compare([run, {**run, "age_years": 300}]),
    "advise": advise,
    "combined": lambda run: combined(run, ["pace"]),
    "assess_legs": lambda run: assess_legs(run, LEGS),
    "explain_outcome": lambda run: explain_outcome(run, [{**run, "session_rpe": 3}]),
    "a contribution": lambda run: assess(run).contributions,
    "Session": lambda run: Session(**run, sleep_h=float("nan")),
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_same_question_has_an_equal_answer(name):
    make = RESULTS[name]
    assert make(RUN) == make(dict(RUN))
    assert make(RUN) != make(HOTTER)


def test_what_is_of_another_kind_is_not_equal():
    assert assess(RUN) != RUN
    assert Session(**RUN) != 3
    assert Session(**RUN) == RUN == Session(**RUN)


def test_arrays_and_frames_are_compared_whole():
    nan, frame = np.nan, pd.DataFrame({"x": [1.0, np.nan]})
    assert alike({"a": np.array([1.0, nan])}, {"a": np.array([1.0, nan])})
    assert not alike(np.array([1.0]), np.array([1.0, 2.0]))
    assert alike([frame, (frame["x"],)], [frame.copy(), (frame["x"].copy(),)])
    assert not alike(frame, frame["x"])
    assert not alike((nan,), [nan])


@pytest.mark.parametrize(
    "read",
    [
        riskmodel.assess_frame,
        lambda rows: riskmodel.score_squad(rows, RUN),
        lambda rows: riskmodel.squad_levers(rows, RUN),
        lambda rows: riskmodel.with_plan(rows, RUN),
        lambda rows: riskmodel.start_grid(rows, WEATHER),
        riskmodel.dask.assess,
    ],
)
@pytest.mark.parametrize("rows", [[RUN, RUN], RUN, None, "squad.csv"])
def test_what_is_no_frame_is_told_with_the_way_on(read, rows):
    with pytest.raises(TypeError, match=r"pandas\.DataFrame\(rows\) makes one") as told:
        read(rows)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("session", [[RUN], pd.DataFrame([RUN]), None, "run.json", 3])
@pytest.mark.parametrize("read", [assess, advise, riskmodel.check])
def test_what_is_no_session_is_told_with_the_way_on(read, session):
    with pytest.raises(TypeError, match=r"assess_frame\.$"):
        read(session)


def test_answers_may_be_given_by_their_names():
    assert assess(**RUN) == assess(RUN) == assess(Session(**RUN))
    assert assess(RUN, air_temperature_c=33) == assess(HOTTER)
    assert assess(RUN, age_years=None).problems[0].field == "age_years"
    with pytest.raises(riskmodel.AnswerError, match="duration_min"):
        assess(RUN, duration=33)
    with pytest.raises(TypeError, match="mapping"):
        assess([RUN], age_years=30)


@pytest.mark.parametrize(
    "name", [*RESULTS, "card", "calibration", "log", "weather", "start_grid"]
)
def test_a_result_is_told_on_one_short_line(name):
    things = {
        "card": riskmodel.load_scorecard,
        "calibration": riskmodel.load_calibration,
        "log": lambda: riskmodel.read_log(
            b"When,Minutes\n2026-06-01,60\n",
            columns={"When": "start", "Minutes": "duration_min"},
        ),
        "weather": lambda: WEATHER,
        "start_grid": lambda: riskmodel.start_grid(pd.DataFrame([RUN] * 40), WEATHER),
    }
    thing = things[name]() if name in things else RESULTS[name](RUN)
    for each in thing if type(thing) is tuple else (thing,):
        assert len(repr(each)) < 800
        assert "\n" not in repr(each)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (None, pd.DataFrame({"a": [1]})), (pd.Series([1, 2]), 1), (np.zeros(2), [0.0, 0.0]),
        (pd.NA, 1), (pd.NA, None), (np.zeros(2), None), (pd.Index([1, 2]), 1),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_not_alike(first, second):
    assert alike(first, second) is False
    assert alike(second, first) is False


def test_what_is_open_is_alike_in_every_type():
    assert alike(pd.NA, pd.NA)
    assert alike(np.float32("nan"), np.float32("nan"))
    assert alike(np.array([np.nan], np.float32), np.array([np.nan], np.float32))
