"""Everybody at every start under every member, against `assess_frame` on the flat table."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.frames import raw_frame
from riskmodel import best_start, load_calibration, load_scorecard, start_grid
from riskmodel.scoring.assessment import UnknownColumnWarning, assess_frame
from riskmodel.scoring.grid import WEATHER_FIELDS
from riskmodel.scoring.guards import GUARDS
from riskmodel.scoring.probability import CalibrationError
from riskmodel.starts import grid as grid_module
from riskmodel.starts.grid import CHANCES, StartGrid
from riskmodel.starts.scores import ANY_WEATHER, IN_WATER, INDOORS
from riskmodel.weather.hours import Weather
from riskmodel.weather.over_session import session_weather
from riskmodel.weather.typed import typed_weather

QUANTILES = (0.0, 0.1, 0.5, 0.875, 1.0)
DAY = date(2027, 7, 4)
RUN = {"sport": "running", "duration_min": 90, "session_rpe": 6, "age_years": 30}


def member(seed: int, days: int = 1, **more: Any) -> Weather:
    random = np.random.default_rng(seed)
    place = {"latitude_deg": 48.2, "longitude_deg": 16.4, "time_zone": "Europe/Vienna"}
    return typed_weather(
        DAY,
        coolest_c=random.uniform(0, 24),
        warmest_c=random.uniform(25, 44),
        relative_humidity_pct=random.uniform(20, 100),
        wind_speed_m_s=random.uniform(0, 9),
        cloud_pct=random.uniform(0, 100),
        days=days,
        **{**place, **more},
    )


def holed(weather: Weather, name: str, hour: int) -> Weather:
    """The same weather with one hour of one column missing."""
    weather.frame.loc[weather.frame.index[hour], name] = np.nan
    return weather


def everybody(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = raw_frame(n, seed, categories=False).drop(columns=list(WEATHER_FIELDS))
    frame["duration_min"] = random.choice([40.0, 95.5, 300.0], n)
    frame.loc[::9, "age_years"] = 200
    frame.loc[::7, "sport"] = "swimming"
    frame.loc[::8, "sky"] = "indoor"
    frame["red_flags"] = random.choice(["none", "swollen_calf"], n, p=[0.9, 0.1])
    return frame.set_index(np.array([f"athlete {i}" for i in range(n)]))


def flat(frame: pd.DataFrame, of: Weather, grid: StartGrid, **own: Any) -> pd.DataFrame:
    """The same sessions at every start under one member, row by row."""
    n = len(grid.starts)
    rows = frame.loc[frame.index.repeat(n)].reset_index(drop=True)
    utc = (
        grid.starts.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ns]")
    )
    starts = np.tile(utc, len(frame))
    minutes = rows["duration_min"].to_numpy(float)
    shade = (
        (rows["sky"] == "shade").to_numpy() if "sky" in rows else np.zeros(len(rows), bool)
    )
    met = session_weather(of, starts, minutes, shade)
    rows = rows.assign(
        **met.columns,
        latitude_deg=of.latitude_deg,
        longitude_deg=of.longitude_deg,
        start_time=pd.DatetimeIndex(starts).tz_localize("UTC"),
    )
    # No cold is too cold for a start, and a form takes none below its own limit.
    assert (rows["wbgt_c"].isna() | (rows["wbgt_c"] > -20)).all()
    return assess_frame(rows, detail=False, **own).assign(problem_of_weather=met.problems)


def sentences_of(text: str) -> set[str]:
    """Guards that a text is made of."""
    found = {str(guard) for guard in GUARDS if str(guard) in text}
    assert sum(map(len, found)) + max(0, len(found) - 1) == len(text)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_quantiles_are_those_of_the_flat_table(seed: int, monkeypatch: Any) -> None:
    # So that every loop over parts has more than one of them.
    monkeypatch.setattr(grid_module, "_MET", 200)
    monkeypatch.setattr(grid_module, "_WEATHERS", 20)
    frame = everybody(60, seed)
    members = [member(10 * seed + i, days=2) for i in range(4)]
    members[2] = holed(members[2], "wind_speed_m_s", 20)
    members[3] = holed(members[3], "solar_radiation_w_m2", 3)
    own = {}
    if seed == 2:
        own["calibration"] = load_calibration().with_own_rate(0.3, [60, 80], [26, 44])
    grid = start_grid(frame, members, quantiles=QUANTILES, earliest="00:00", **own)
    shape = len(frame), len(grid.starts), len(members)
    tables = [flat(frame, of, grid, **own) for of in members]
    scored = (grid.problem == "").ravel()
    assert 0.3 < scored.mean() < 0.9
    for name in CHANCES:
        values = np.stack([table[name].to_numpy() for table in tables], axis=1)
        expected = np.quantile(values[scored], QUANTILES, axis=1).T
        ours = getattr(grid, name).reshape(-1, len(QUANTILES))
        np.testing.assert_allclose(ours[scored], expected, rtol=0, atol=1e-12)
        assert np.isnan(ours[~scored]).all()
    # Every sentence of a member, and none besides.
    texts = np.stack([table["safety"].astype(str) for table in tables], axis=1)
    told = grid.to_frame()["safety"].to_numpy()
    sentences = {text: sentences_of(text) for text in {*texts.ravel(), *told}}
    for row in np.flatnonzero(scored):
        of_members = set().union(*(sentences[text] for text in texts[row]))
        assert sentences[told[row]] == of_members
        guards = grid.guards(*divmod(row, shape[1]))
        assert told[row] == " ".join(map(str, guards))
    assert any(len({*row}) > 1 for row in texts[scored])


def test_a_start_without_a_number_says_why() -> None:
    frame = everybody(40, 4)
    members = [member(1), holed(member(2), "wind_speed_m_s", 9), member(3)]
    grid = start_grid(frame, members, step_min=60)
    swims = (frame["sport"] == "swimming").to_numpy()
    inside = ((frame["sky"] == "indoor") & ~swims).to_numpy()
    impossible = (frame["age_years"] == 200).to_numpy()
    flagged = (frame["red_flags"] != "none").to_numpy()
    whole = ~impossible & (grid.problem[:, 0] != "")
    assert set(grid.problem[swims & ~impossible & ~flagged].ravel()) == {str(IN_WATER)}
    assert set(grid.problem[inside & ~impossible & ~flagged].ravel()) == {str(INDOORS)}
    assert all("Age" in text for text in grid.problem[impossible].ravel())
    assert whole.any()
    outside = np.flatnonzero((grid.problem[:, 0] == "") & (frame["duration_min"] == 40))
    at_nine = list(grid.starts.strftime("%H:%M")).index("09:00")
    moment = grid.starts[[at_nine]].tz_convert("UTC").tz_localize(None).to_numpy()
    met = session_weather(members[1], moment, np.array([40.0]), np.array([False]))
    assert set(grid.problem[outside, at_nine]) == {*met.problems} != {""}
    assert np.isnan(grid.probability[outside, at_nine]).all()
    assert not np.isnan(grid.probability[outside, at_nine - 2]).any()
    # What is said of the person is said without a number too.
    for row in np.flatnonzero(flagged & ~(frame["red_flags_seen"] == "yes").to_numpy()):
        assert "swollen_calf" in {guard.name for guard in grid.guards(row, 0)}


def test_one_weather_is_what_best_start_says_of_it() -> None:
    of = member(5, days=2)
    best = best_start(RUN, of)
    grid = start_grid(pd.DataFrame([RUN]), of, quantiles=[0.2, 0.7])
    allowed = best.starts[best.starts["allowed"]]
    assert list(grid.starts) == list(allowed["start"])
    for place in (0, 1):
        np.testing.assert_array_equal(
            grid.probability[0, :, place], allowed["probability"].to_numpy()
        )
    scored = grid.problem[0] == ""
    assert scored.any()
    # That of one start allows for an error of the forecast, that of the grid does not.
    low, high = allowed["probability_low"], allowed["probability_high"]
    assert (grid.probability_low[0, scored, 0] >= low[scored] - 1e-12).all()
    assert (grid.probability_high[0, scored, 0] <= high[scored] + 1e-12).all()


def test_answers_to_the_weather_are_replaced_and_the_index_is_kept() -> None:
    frame = pd.DataFrame([RUN, RUN], index=pd.Index(["Ada", "Ada"], name="athlete"))
    other = frame.assign(air_temperature_c=-9, wbgt_c="hot", latitude_deg=3)
    one, two = (start_grid(f, [member(1), member(2)]) for f in (frame, other))
    pd.testing.assert_frame_equal(one.to_frame(), two.to_frame())
    table = one.to_frame()
    assert table.index.names == ["athlete", "start"]
    assert list(table.columns[:2]) == ["probability_q10", "probability_q50"]
    assert len(table) == 2 * len(one.starts)


def test_nobody_no_start_and_no_calibration() -> None:
    nobody = start_grid(pd.DataFrame(columns=list(RUN)), member(1))
    assert nobody.probability.shape == (0, len(nobody.starts), 3)
    never = start_grid(
        pd.DataFrame([RUN]), member(1), first=nobody.starts[-1] + pd.Timedelta("9h")
    )
    assert never.probability.shape == (1, 0, 3)
    assert never.to_frame().empty
    own = load_scorecard().with_points("heat", at=28, points=12)
    plain = start_grid(pd.DataFrame([RUN]), member(1), scorecard=own)
    assert np.isnan(plain.probability).all()
    assert all("calibrat" in text for text in plain.problem.ravel())
    unanswered = start_grid(pd.DataFrame({"sport": ["running"]}), member(1))
    assert (unanswered.problem != "").all()


@pytest.mark.parametrize(
    ("weather", "more", "error"),
    [
        ([], {}, "0 places"),
        ([member(1), member(2, latitude_deg=50.0)], {}, "2 places"),
        (member(1), {"quantiles": [0.5, 1.2]}, "quantile is 1.2"),
        (member(1), {"quantiles": [np.nan]}, "quantile is nan"),
        (member(1), {"quantiles": []}, "no quantile"),
        (member(1), {"quantiles": 0.5}, "a list of numbers"),
        (member(1), {"quantiles": ["half"]}, "a list of numbers"),
        (member(1), {"quantiles": [0.5, 0.1, 0.5]}, "0.5 is named twice"),
        (member(1), {"earliest": "noon"}, "earliest"),
    ],
)
def test_what_cannot_be_is_refused(weather: Any, more: Any, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        start_grid(pd.DataFrame([RUN]), weather, **more)


def test_another_cards_calibration_is_refused_and_unknown_columns_are_named() -> None:
    frame = pd.DataFrame([RUN])
    own = load_scorecard().with_points("heat", at=28, points=12)
    with pytest.raises(CalibrationError):
        start_grid(frame, member(1), scorecard=own, calibration=load_calibration())
    with pytest.warns(UnknownColumnWarning, match="shoes"):
        start_grid(frame.assign(shoes="red"), member(1))
    assert ANY_WEATHER.keys() <= {*WEATHER_FIELDS}
