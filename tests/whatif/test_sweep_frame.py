"""A sweep is a tidy frame with the numbers of single answers."""

import numpy as np
import pandas as pd
import pytest

from riskmodel import assess, examples, sweep

RUN = {
    "sport": "running",
    "duration_min": 90,
    "session_rpe": 6,
    "age_years": 30,
    "air_temperature_c": 31,
    "relative_humidity_pct": 60,
}


def test_every_row_is_one_answer():
    frame = sweep(RUN, "duration_min", "sky", x=[60, 120], y=["shade", None, "clear"])
    assert frame.shape == (6, 7)
    assert frame["duration_min"].tolist() == [60.0, 120.0] * 3
    for row in frame.to_dict("records"):
        sky = None if pd.isna(row["sky"]) else row["sky"]
        one = assess(RUN, duration_min=row["duration_min"], sky=sky)
        for name in ("probability", "probability_low", "probability_high"):
            np.testing.assert_allclose(row[name], getattr(one, name), rtol=1e-12)
        assert (row["band"], row["in_100"]) == (one.band, one.in_100)


def test_columns_have_the_type_of_their_question():
    frame = sweep(RUN, "sleep_h", "cramp_sessions_12mo", x=[None, "8"])
    assert frame.dtypes.astype(str).tolist() == [
        *("float64", "category", "float64", "float64", "float64", "category", "category")
    ]
    assert frame["cramp_sessions_12mo"].cat.ordered
    assert list(sweep(RUN, "session_rpe")) == [
        *("session_rpe", "probability", "probability_low", "probability_high"),
        *("band", "in_100"),
    ]


def test_what_was_measured_in_another_weather_is_named():
    frame = sweep({**RUN, "wbgt_c": 29}, "air_temperature_c", x=[15, 30])
    assert frame.attrs["left_out"] == ["wbgt_c"]


def test_a_question_that_cannot_be_swept_is_told_with_those_that_can():
    with pytest.raises(ValueError, match="choose one of sport, duration_min"):
        sweep(RUN, "athlete")


def test_the_examples_are_sessions_that_can_be_scored():
    for name, session in examples().items():
        assert not assess(session).problems, name
