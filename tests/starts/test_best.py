"""The best start: every start against a form filled by hand, limits, clocks and words."""

import json
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import ephem
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from riskmodel import assess, best_start, best_start_squad
from riskmodel.cli import app
from riskmodel.datasets import data_file, load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.starts import (
    as_good_words,
    day_best_words,
    planned_words,
    span_words,
    start_dict,
    start_lines,
    start_words,
)
from riskmodel.scoring.bands import band_name, shown_in_100
from riskmodel.scoring.guards import joined
from riskmodel.squad.scores import score_squad
from riskmodel.starts.calendar import start_calendar
from riskmodel.starts.daylight import days_of_sun
from riskmodel.starts.possible import ERROR_C, FORECAST_ERROR_C, wbgt_error_c
from riskmodel.starts.scores import IN_WATER, INDOORS, best_of_each_day
from riskmodel.weather import open_meteo
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.over_session import weather_answers
from riskmodel.weather.typed import typed_weather
from tests.strategies import sessions
from tests.weather.test_weather import weather
from tests.weather_service import weather_service

RUN = {"sport": "running", "duration_min": 90, "session_rpe": 7, "age_years": 40}
FILE = data_file("examples_weather/open_meteo.json")
OWN = [n for n, f in FIELDS.items() if f.group != "weather"]


def summer(**more):
    usual = dict(latitude_deg=48.2, longitude_deg=16.4, time_zone="Europe/Vienna")
    usual |= dict(coolest_c=18, warmest_c=34, relative_humidity_pct=50)
    usual |= dict(wind_speed_m_s=2, cloud_pct=10)
    return typed_weather(date(2027, 7, 4), **{**usual, **more})


def random_hours(seed, n=60, **more):
    random = np.random.default_rng(seed)
    hours = {
        "air_temperature_c": random.uniform(5, 33, n),
        "relative_humidity_pct": random.uniform(20, 90, n),
        "wind_speed_m_s": random.uniform(0, 9, n),
        "solar_radiation_w_m2": random.uniform(0, 900, n),
        "direct_fraction": random.uniform(0, 0.85, n),
        "pressure_hpa": random.uniform(800, 1030, n),
    }
    return weather(hours, **more)


# ------------------------------------------------------------- the form and the forecast


@pytest.mark.slow
@settings(max_examples=25)
@given(
    sessions(duration_min=90.0), st.integers(0, 1000), st.sampled_from(["clear", "shade"])
)
def test_every_start_is_what_the_form_says_with_that_weather(answers, seed, sky):
    assume(answers["sport"] != "swimming")  # of which the air says nothing
    own = {name: v for name, v in answers.items() if name in OWN} | {"sky": sky}
    of = random_hours(seed)
    best = best_start(own, of, step_min=180)
    rows = best.starts[best.starts["problem"] == ""]
    assert len(rows) >= 18
    for row in rows.itertuples():
        by_hand = weather_answers(of, row.start, 90.0, shade=sky == "shade")
        answer = assess(own | by_hand)
        assert answer.problems == ()
        assert row.probability == pytest.approx(answer.probability, rel=1e-9)
        assert (row.in_100, row.band) == (answer.in_100, answer.band)
        # The ends of the range are those of weather that is off by the error.
        off = row.wbgt_error_c
        cooler = assess(own | by_hand | {"wbgt_c": by_hand["wbgt_c"] - off})
        warmer = assess(own | by_hand | {"wbgt_c": by_hand["wbgt_c"] + off})
        assert row.probability_low == pytest.approx(cooler.probability_low, rel=1e-9)
        assert row.probability_high == pytest.approx(warmer.probability_high, rel=1e-9)
        # The range of many starts is summed in another order than that of one.
        assert row.probability_low - 1e-12 <= answer.probability_low <= row.probability
        assert row.probability <= answer.probability_high <= row.probability_high + 1e-12


@settings(max_examples=40)
@given(
    st.floats(5, 40),
    st.floats(10, 100),
    st.floats(0, 10),
    st.floats(0, 1000),
    st.integers(20, 600),
    st.sampled_from([30, 60]),
)
def test_weather_that_does_not_change_is_that_of_the_form(
    air, humidity, wind, light, minutes, step
):
    typed = {
        "air_temperature_c": air,
        "relative_humidity_pct": humidity,
        "wind_speed_m_s": wind,
        "solar_radiation_w_m2": light,
    }
    of = weather({name: np.full(36, value) for name, value in typed.items()})
    session = {**RUN, "duration_min": minutes}
    best = best_start(session, of, step_min=step)
    for row in best.starts[best.starts["problem"] == ""].iloc[::7].itertuples():
        # As the page puts it into the form, with the WBGT of the hours.
        by_hand = weather_answers(of, row.start, float(minutes))
        assert {name: by_hand[name] for name in typed} == typed
        answer = assess(session | by_hand)
        assert answer.problems == ()
        assert row.probability == pytest.approx(answer.probability, rel=1e-9)
        assert row.wbgt_c == pytest.approx(answer.physiology["wbgt_c"], abs=1e-9)


def test_the_answers_of_the_weather_are_replaced_and_need_not_be_there():
    of = summer()
    stale = {"air_temperature_c": 3, "wbgt_c": 40, "wind_speed_m_s": 20, "sky": "night"}
    stale |= {"solar_radiation_w_m2": 0, "latitude_deg": -80, "longitude_deg": 3}
    one, other = best_start(RUN, of), best_start(RUN | stale, of)
    pd.testing.assert_frame_equal(one.starts, other.starts)


def test_cold_below_the_form_is_scored_like_the_form():
    of = weather({"air_temperature_c": np.full(30, -18.0)})
    best = best_start(RUN, of)
    row = best.starts.iloc[3]
    assert row["wbgt_c"] < -10
    by_hand = weather_answers(of, row["start"], 90.0)
    assert "wbgt_c" not in by_hand
    assert row["probability"] == pytest.approx(assess(RUN | by_hand).probability, rel=1e-9)


# ----------------------------------------------------------------------- what it answers


def test_a_hot_day_is_best_at_dawn_and_the_words_say_by_how_much():
    best = best_start(
        RUN | {"start_time": "2027-07-04T14:00+02:00"},
        summer(),
        earliest="05:00",
        latest=time(21),
        step_min=30,
    )
    first = best.by_day[0]
    assert first.start.hour == 6
    planned = assess(
        RUN | weather_answers(summer(), datetime(2027, 7, 4, 12, tzinfo=UTC), 90.0)
    )
    assert best.planned["probability"] == pytest.approx(planned.probability)
    row = best.starts.loc[first.start.tz_convert("UTC")]
    instead = planned.in_100.removeprefix("about ")
    assert day_best_words(best, first) == (
        f"Sun 4 Jul, 06:30 to 08:00: {row['in_100']} in 100 instead of {instead}"
    )
    assert as_good_words(first) == "As good: starts from 05:00 to 06:30."
    assert int(row["in_100"].removeprefix("about ")) < int(instead)
    allowed = best.starts[best.starts["allowed"]]
    assert first.shown == shown_in_100(allowed["probability"].min())
    assert allowed["start"].dt.hour.between(5, 21).all()


def at(clock):
    return datetime.fromisoformat(f"{clock}+02:00")


def test_the_best_of_the_planned_day_comes_first_and_of_each_other_day_one():
    of = summer(days=3)
    best = best_start(RUN, of, planned=at("2027-07-05T14:10"), earliest="05:00")
    assert [d.day.day for d in best.by_day] == [5, 4, 6]
    for day_best in best.by_day:
        rows = best.starts[best.starts["start"].dt.date == day_best.day]
        least = rows.loc[rows["allowed"], "probability"].min()
        assert day_best.shown == shown_in_100(day_best.value) == shown_in_100(least)
        assert rows["start"].isin([day_best.start]).sum() == 1
    # A planned start need not stand on a full step.
    met = weather_answers(of, at("2027-07-05T14:10"), 90.0)
    assert best.planned["probability"] == pytest.approx(assess(RUN | met).probability)
    assert best.planned.name == pd.Timestamp("2027-07-05T12:10Z")
    # What is planned with the question goes before what the session says.
    other = RUN | {"start_time": "2027-07-06T09:00+02:00"}
    own = best_start(other, of, planned=at("2027-07-05T14:10"), earliest="05:00")
    assert own.by_day == best.by_day
    assert best_start(other, of).by_day[0].day.day == 6


NIGHTS = pd.DataFrame(
    {
        "start": pd.date_range("2027-07-04 05:00", periods=6, freq="h", tz="UTC"),
        "probability": [0.040, 0.041, 0.042, 0.060, 0.043, 0.039],
        "wbgt_c": 20.0,
        "daylight": [False, True, True, True, True, True],
        "allowed": True,
    }
).assign(end=lambda rows: rows["start"])


@pytest.mark.parametrize(
    ("planned", "hour"), [(None, 10), (5, 6), (7, 7), (8, 7), (23, 6), (9, 9), (20, 10)]
)
def test_of_starts_with_the_same_shown_number_light_and_the_planned_hour_decide(
    planned, hour
):
    at = None if planned is None else pd.Timestamp(2027, 7, 3, planned, tz="UTC")
    (best,) = best_of_each_day(NIGHTS, "probability", at)
    assert (best.start.hour, best.shown, best.daylight) == (hour, 4.0, True)
    assert [(a.hour, b.hour) for a, b in best.as_good] == [(6, 7), (9, 10)]
    dark = NIGHTS.assign(daylight=False, probability=NIGHTS["probability"] * [1, *[3] * 5])
    (alone,) = best_of_each_day(dark, "probability", at)
    assert (alone.start.hour, as_good_words(alone)) == (5, "")
    of_athletes = NIGHTS.assign(expected=NIGHTS["probability"] * 10)
    (squad,) = best_of_each_day(of_athletes, "expected", at)
    assert (squad.shown, squad.as_good) == (0.4, best.as_good)


def test_without_a_planned_start_none_is_made_up():
    best = best_start(RUN, summer(days=2), earliest="06:00", latest="20:00")
    assert best.planned is None
    assert planned_words(best) == ""
    assert [d.day.day for d in best.by_day] == [4, 5]
    assert not any("instead" in day_best_words(best, d) for d in best.by_day)


def test_a_planned_start_without_a_number_is_compared_with_nothing():
    best = best_start(RUN, summer(), planned=at("2027-09-01T14:00"))
    assert np.isnan(best.planned["probability"])
    assert best.planned["problem"] in planned_words(best)
    (first,) = best.by_day
    assert day_best_words(best, first).endswith("in 100")


def test_a_planned_start_that_is_the_best_is_said_to_be():
    of = summer()
    (first,) = best_start(RUN, of).by_day
    same = best_start(RUN, of, planned=first.start.to_pydatetime())
    assert "no different from" in day_best_words(same, same.by_day[0])
    # Better than all within the limits.
    late = best_start(RUN, of, planned=first.start.to_pydatetime(), earliest="13:00",
                      latest="16:00")  # fmt: skip
    assert late.planned["allowed"]
    assert "more than at the planned start" in day_best_words(late, late.by_day[0])


@pytest.mark.parametrize("planned", [datetime(2027, 7, 4, 12), "noon"])
def test_a_planned_start_that_is_no_moment_is_named(planned):
    with pytest.raises(ValueError, match="planned is"):
        best_start(RUN, summer(), planned=planned)


def test_of_a_fixed_start_nothing_else_is_proposed():
    of = summer(days=3)
    planned = at("2027-07-05T23:40")
    fixed = best_start(RUN, of, planned=planned, fixed=True, latest="21:00",
                       daylight_only=True)  # fmt: skip
    free = best_start(RUN, of, planned=planned)
    assert (len(fixed.starts), fixed.by_day) == (1, ())
    pd.testing.assert_series_equal(fixed.planned, free.planned)
    pd.testing.assert_series_equal(fixed.planned, fixed.starts.iloc[0])
    assert [day.day.day for day in fixed.days] == [5]
    lines = "\n".join(start_lines(fixed))
    assert "instead of" not in lines
    assert "Best" not in lines
    assert start_dict(fixed)["by_day"] == []
    every = best_start_squad(squad(), PLAN, of, planned=planned, fixed=True)
    assert (every.by_day, every.probability.shape) == ((), (1, 3))
    assert every.planned["expected"] == pytest.approx(every.probability.sum())
    for make in (
        lambda: best_start(RUN, of, fixed=True),
        lambda: best_start_squad(squad(), PLAN, of, fixed=True),
    ):
        with pytest.raises(ValueError, match="A fixed start needs the planned start"):
            make()


def test_among_starts_that_are_alike_the_coolest_comes_first():
    air = np.full(30, 4.0)
    air[15:17] = 1.0
    best = best_start(RUN, weather({"air_temperature_c": air}))
    alike = best.starts.dropna(subset="probability")
    assert alike["probability"].nunique() == 1
    assert best.by_day[0].start == pd.Timestamp("2026-07-01T15:00Z")


def test_a_session_with_problems_says_them_and_has_no_numbers():
    best = best_start({**RUN, "session_rpe": 12, "start_time": "noon"}, summer())
    assert len(best.problems) == 2
    assert best.starts["probability"].isna().all()
    assert best.by_day == ()
    with pytest.raises(ValueError, match="shoe_size"):
        best_start({**RUN, "shoe_size": 43}, summer())


@pytest.mark.parametrize("own", [{"sky": "indoor"}, {"sport": "basketball"}])
def test_a_hall_has_no_weather(own):
    best = best_start(RUN | own, summer())
    assert best.starts["probability"].isna().all()
    assert set(best.starts["problem"]) == {str(INDOORS)}
    assert "No start has a number; each says why." in best.notes
    outside = best_start(RUN | own | {"sky": "clear"}, summer())
    assert outside.starts["probability"].notna().any()


@pytest.mark.parametrize("sky", [{}, {"sky": "clear"}, {"sky": "indoor"}])
def test_in_the_water_no_hour_is_better_for_its_air(sky):
    swim = {"sport": "swimming", "water_temperature_c": 24} | sky
    best = best_start(RUN | swim, summer())
    assert set(best.starts["problem"]) == {str(IN_WATER)}
    assert best.by_day == ()
    together = best_start_squad(squad(), {**PLAN, **swim}, summer())
    assert together.problems == (IN_WATER,)
    assert together.by_day == ()


def test_shade_takes_heat_away_by_day_and_nothing_at_night():
    sun, shade = (best_start(RUN | {"sky": s}, summer()).starts for s in ("clear", "shade"))
    cooler = sun["wbgt_c"] - shade["wbgt_c"]
    noon = sun["start"].dt.hour.eq(12)
    night = sun["start"].dt.hour.eq(1)
    assert (cooler[noon] > 1).all()
    assert (cooler[night] == 0).all()


def test_extreme_heat_is_said_at_the_starts_that_it_meets():
    of = summer(coolest_c=24, warmest_c=42)
    rows = best_start(RUN, of).starts
    for row in rows.iloc[[3, 14]].itertuples():
        answer = assess(RUN | weather_answers(of, row.start, 90.0))
        assert row.guards == answer.guards
        assert row.safety == joined(answer.guards)
    assert rows["safety"].iloc[3] != rows["safety"].iloc[14] != ""


FLAGGED = {**RUN, "red_flags": ["swollen_calf"]}


@pytest.mark.parametrize(
    "session",
    [FLAGGED, {**FLAGGED, "age_years": 400}, {**RUN, "illness_24h": "yes"}, RUN],
    ids=["flag", "flag and age", "ill", "fine"],
)
def test_what_is_said_of_the_person_is_said_with_and_without_a_number(session):
    best = best_start(session, summer())
    answer = assess({**session, "air_temperature_c": 15, "relative_humidity_pct": 50})
    assert best.guards == answer.guards
    assert bool(best.guards) == (session is not RUN)
    for guards in best.starts["guards"]:
        assert {*best.guards} <= {*guards}
    # Also where the weather is what is missing.
    gone = weather({"air_temperature_c": np.array([np.nan, 15.0])})
    rows = best_start(session, gone).starts
    assert rows["probability"].isna().all()
    assert set(rows["guards"]) == {answer.guards}


def test_the_command_says_warning_signs_first(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(json.dumps(FLAGGED), encoding="utf-8")
    done = run("--session", path, "--weather-file", FILE)
    assert done.exit_code == 1
    said = str(best_start(FLAGGED, summer()).guards[0])
    text = " ".join(done.stderr.split())
    assert text.startswith(said)
    assert "no score until a doctor" in text
    made = run("--session", path, "--weather-file", FILE, "--json")
    assert json.loads(made.stdout)["safety"] == [said]
    # With a number too, and not again at every start.
    path.write_text(json.dumps({**RUN, "illness_24h": "yes"}), encoding="utf-8")
    ill = run("--session", path, "--weather-file", FILE, "--first", "2026-07-01T00:00")
    assert ill.exit_code == 0
    assert ill.stdout.startswith("With fever, vomiting or diarrhoea do not train")
    assert ill.stdout.count("With fever") == 1


def test_the_hottest_hour_is_at_least_the_mean():
    rows = best_start(RUN, random_hours(5)).starts.dropna(subset="wbgt_c")
    assert (rows["wbgt_highest_c"] >= rows["wbgt_c"] - 1e-9).all()


# ------------------------------------------------------------------------ what is missing


def test_starts_that_touch_a_gap_or_the_end_have_no_number_and_say_why():
    of = read_weather_file(FILE.read_bytes())
    rows = best_start(RUN, of).starts
    local = rows.set_index("start")
    gap = local.loc["2026-07-03T10:00+02:00":"2026-07-03T12:00+02:00"]
    assert gap["probability"].isna().all()
    # What stands at noon belongs to the hours before and after.
    assert gap["problem"].tolist() == [
        "The wind from Fri 11:00 to 12:00 is missing.",
        "The wind from Fri 11:00 to 12:00 is missing.",
        "The wind from Fri 12:00 to 13:00 is missing.",
    ]
    assert local.loc["2026-07-03T13:00+02:00", "problem"] == ""
    assert local.loc["2026-07-03T09:00+02:00", "problem"] == ""
    late = local.loc["2026-07-03T23:00+02:00"]
    assert late["problem"] == "The weather ends on Sat 00:00, before the session would."
    assert np.isnan(late["probability"])
    assert (rows["problem"].eq("") == rows["probability"].notna()).all()
    assert best_start(RUN, of).by_day[0].value > 0


def test_no_start_at_all_is_said():
    of = summer()
    none = best_start(RUN, of, first=datetime(2027, 7, 4, 8, 1, tzinfo=UTC),
                      last=datetime(2027, 7, 4, 8, 2, tzinfo=UTC))  # fmt: skip
    assert len(none.starts) == 0
    assert "There is no possible start between first and last." in none.notes
    dark = best_start(RUN, of, earliest="00:00", latest="02:00", daylight_only=True)
    assert "No start is within the limits and the daylight." in dark.notes
    assert dark.by_day == ()


# ---------------------------------------------------------------------- limits and clocks


def test_limits_may_span_midnight():
    rows = best_start(RUN, summer(), earliest="22:00", latest="02:00").starts
    hours = rows.loc[rows["allowed"], "start"].dt.hour
    assert set(hours) == {22, 23, 0, 1, 2}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"step_min": 45}, "step_min"),
        ({"earliest": "dawn"}, "earliest is 'dawn'"),
        ({"latest": 7}, "latest is 7"),
        ({"latest": "07:00+02:00"}, "local time"),
        ({"first": datetime(2027, 7, 4)}, "first is"),
        ({"last": "2027-07-04"}, "last is"),
        ({"first": datetime(1999, 7, 4, tzinfo=UTC)}, "more than 10,000 starts"),
        ({"first": datetime(1, 1, 1, tzinfo=UTC)}, "0001-01-01; allowed is 1900 to 2199"),
        ({"last": datetime(9999, 12, 31, tzinfo=UTC)}, "allowed is 1900 to 2199"),
    ],
)
def test_a_limit_that_is_none_is_named(wrong, words):
    with pytest.raises(ValueError, match=words):
        best_start(RUN, summer(), **wrong)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Asia/Kolkata", 330), ("Asia/Kathmandu", 345), ("America/St_Johns", -150)],
)
@pytest.mark.parametrize("step", [30, 60])
def test_starts_are_on_the_clock_of_the_place(zone, offset, step):
    of = weather({"air_temperature_c": np.full(48, 25.0)}, zone=zone)
    rows = best_start(RUN, of, step_min=step).starts
    assert set(rows["start"].dt.minute) == set(range(0, 60, step))
    apart = rows["start"].dt.tz_localize(None) - rows.index.tz_localize(None)
    assert (apart == pd.Timedelta(offset, "min")).all()
    assert (np.diff(rows.index) == pd.Timedelta(step, "min")).all()


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)]
)
def test_days_on_which_clocks_change_have_every_real_hour_once(day, hours):
    midnight = pd.Timestamp(day, tz="Europe/Vienna")
    of = weather(
        {"air_temperature_c": np.arange(80, dtype=float) / 4},
        first=str((midnight - pd.Timedelta(1, "D")).tz_convert("UTC").tz_localize(None)),
        zone="Europe/Vienna",
    )
    rows = best_start(RUN, of).starts
    today = rows[rows["start"].dt.date == midnight.date()]
    assert len(today) == hours
    assert today.index.is_unique
    # The session is as long as ever, and the weather that of the real moments.
    assert (rows["end"] - rows["start"] == pd.Timedelta(90, "min")).all()
    began = (today.index[5] - of.frame.index[0]) / pd.Timedelta(1, "h")
    expected = (began / 4 * 60 + (began + 1) / 4 * 30) / 90
    assert today["air_temperature_c"].iloc[5] == pytest.approx(expected)


def test_the_hour_that_comes_twice_is_named_with_its_offset():
    air = np.full(30, 25.0)
    air[:4] = [10.0, 10.0, 9.0, 8.0]
    of = weather({"air_temperature_c": air}, first="2026-10-24T22:00", zone="Europe/Vienna")
    hour = {**RUN, "duration_min": 60}
    best = best_start(hour, of, latest="02:59", first=of.frame.index[2].to_pydatetime(),
                      last=of.frame.index[3].to_pydatetime())  # fmt: skip
    assert {start_words(*row) for row in best.starts[["start", "end"]].to_numpy()} == {
        "Sun 25 Oct, 02:00 (UTC+01:00) to 03:00",
        "Sun 25 Oct, 02:00 (UTC+02:00) to 02:00 (UTC+01:00)",
    }
    lines = "\n".join(start_lines(best))
    assert "  02:00 (UTC+02:00)  " in lines
    assert "  02:00 (UTC+01:00)  " in lines


def test_a_session_across_midnight_meets_both_days():
    air = np.array([20.0] * 24 + [32.0] * 24)
    of = weather({"air_temperature_c": air})
    rows = best_start({**RUN, "duration_min": 120}, of).starts
    late = rows.loc["2026-07-01T23:00Z"]
    assert late["air_temperature_c"] == pytest.approx(26.0)
    assert late["end"].date() == date(2026, 7, 2)


def test_daylight_only_keeps_the_session_between_sunrise_and_sunset():
    rows = best_start(RUN, summer(), daylight_only=True, step_min=15)
    observer = ephem.Observer()
    observer.lat, observer.lon = np.radians(48.2), np.radians(16.4)
    observer.pressure, observer.horizon = 0, "-0:50"
    observer.date = "2027/7/4 00:00"
    rise, fall = (
        pd.Timestamp(find(ephem.Sun()).datetime(), tz="UTC")
        for find in (observer.next_rising, observer.next_setting)
    )
    table = rows.starts
    slack = pd.Timedelta(4, "min")
    sure = (table.index > rise + slack) & (table["end"] < fall - slack)
    never = (table.index < rise - slack) | (table["end"] > fall + slack)
    assert table.loc[sure, "allowed"].all()
    assert not table.loc[never, "allowed"].any()
    assert (sure | never).sum() > 80
    (day,) = rows.days
    assert day.words == f"Sunrise {day.sunrise:%H:%M}, sunset {day.sunset:%H:%M}."


def test_in_the_south_and_near_the_pole_the_sun_is_that_of_the_place():
    south = best_start(
        RUN,
        summer(latitude_deg=-45.9, longitude_deg=170.5, time_zone="Pacific/Auckland"),
        daylight_only=True,
    )
    # July is winter there: light from about eight to five.
    hours = south.starts.loc[south.starts["allowed"], "start"].dt.hour
    assert (hours.min(), hours.max()) == (9, 15)
    place = dict(latitude_deg=78.2, longitude_deg=15.6, time_zone="Arctic/Longyearbyen")
    light = best_start(
        RUN,
        summer(**place, warmest_c=19),
        daylight_only=True,
        earliest="00:00",
        latest="23:59",
    )
    assert light.starts["allowed"].all()
    assert light.days[0].words == "The sun does not set."
    night = days_of_sun(
        date(2026, 12, 21), date(2026, 12, 21), ZoneInfo("Arctic/Longyearbyen"), 78.2, 15.6
    )
    assert night[0].words == "The sun does not rise."


@pytest.mark.parametrize(
    "limits", [{}, {"earliest": "20:00", "latest": "06:00"}, {"daylight_only": True}]
)
def test_between_starts_that_are_as_good_lies_no_other(limits):
    best = best_start(RUN, summer(days=3, warmest_c=14, coolest_c=12), **limits)
    assert any(first < last for day in best.by_day for first, last in day.as_good)
    for day in best.by_day:
        for first, last in day.as_good:
            between = best.starts[best.starts["start"].between(first, last)]
            assert between["allowed"].all()
            assert shown_in_100(between["probability"]).tolist() == [day.shown] * len(
                between
            )


@pytest.mark.parametrize(
    ("limits", "first", "last"),
    [
        ({}, 5, 21),
        ({"earliest": "07:00"}, 7, 21),
        ({"latest": "12:00"}, 5, 12),
        # One's own limit beyond the other's default means the whole rest of the day.
        ({"earliest": "21:30"}, 22, 23),
        ({"latest": "04:00"}, 0, 4),
    ],
)
def test_hours_that_nobody_names_are_those_of_the_day(limits, first, last):
    starts = best_start(RUN, summer(), **limits).starts
    hours = starts.loc[starts["allowed"], "start"].dt.hour
    assert (hours.min(), hours.max()) == (first, last)
    of_all = best_start_squad(squad(), PLAN, summer(), **limits).starts
    assert of_all["allowed"].tolist() == starts["allowed"].tolist()


# ------------------------------------------------------------------------- the calendar


@pytest.mark.parametrize("step", [60, 30])
@pytest.mark.parametrize("whom", ["one", "squad"])
def test_every_start_is_one_cell_of_the_calendar(step, whom):
    limits = dict(step_min=step, earliest="05:00", planned=at("2027-07-05T14:00"))
    of = summer(days=2)
    best = (
        best_start(RUN, of, **limits)
        if whom == "one"
        else best_start_squad(squad(), PLAN, of, **limits)
    )
    cells = start_calendar(best)
    assert len(cells) == len(best.starts) == 2 * 24 * 60 // step
    assert [*dict.fromkeys(cells["clock"])] == sorted(set(cells["clock"]))
    assert not cells.duplicated(["day", "clock"]).any()
    name = "probability" if whom == "one" else "expected"
    pd.testing.assert_series_equal(
        cells["value"].sort_index(), best.starts[name], check_names=False
    )
    assert [*cells.loc[cells["best_of_day"], "start"].sort_values()] == sorted(
        day_best.start for day_best in best.by_day
    )
    assert [*cells.index[cells["planned"]]] == [best.planned.name]
    # The sun of the start, not of the whole session.
    sun = best.days[0]
    today = cells[cells["day"] == sun.day]
    up = today["start"].between(sun.sunrise, sun.sunset)
    assert (today["sun_up"] == up).all()
    assert (today["sun_up"] & ~today["daylight"]).any()


def test_an_hour_that_comes_twice_has_two_rows():
    of = weather(
        {"air_temperature_c": np.full(80, 20.0)},
        first="2026-10-23T22:00",
        zone="Europe/Vienna",
    )
    cells = start_calendar(best_start({**RUN, "duration_min": 60}, of))
    clocks = [*dict.fromkeys(cells["clock"])]
    twice = ["02:00 (UTC+02:00)", "02:00 (UTC+01:00)"]
    assert [clock for clock in clocks if clock.startswith("02:00 (")] == twice
    assert (cells["clock"].isin(twice)).sum() == 2


def test_a_start_without_a_number_is_a_cell_that_says_why():
    cells = start_calendar(best_start(RUN, read_weather_file(FILE.read_bytes())))
    assert (cells["value"].isna() == (cells["problem"] != "")).all()
    assert cells["value"].isna().any()
    nothing = best_start(RUN, summer(), first=datetime(2027, 7, 4, 8, 1, tzinfo=UTC),
                         last=datetime(2027, 7, 4, 8, 2, tzinfo=UTC))  # fmt: skip
    assert start_calendar(nothing).empty


# -------------------------------------------------------------------------- the error


def test_the_error_grows_with_the_time_ahead_and_is_two_degrees_at_least():
    issued = datetime(2026, 7, 1, tzinfo=UTC)
    of = weather({"air_temperature_c": np.full(240, 25.0)}, kind="forecast", issued=issued)
    for days, error in FORECAST_ERROR_C:
        start = np.datetime64("2026-07-01T00:00", "ns") + np.timedelta64(
            int(days * 24), "h"
        )
        assert wbgt_error_c(of, np.array([start]))[0] == error
        if days:
            before = start - np.timedelta64(1, "m")
            assert wbgt_error_c(of, np.array([before]))[0] < error
    errors = best_start(RUN, of).starts["wbgt_error_c"]
    assert errors.is_monotonic_increasing
    assert errors.min() == 2.0
    assert min(ERROR_C.values()) >= 2.0


def test_a_forecast_of_unknown_age_counts_as_an_old_one():
    of = weather({"air_temperature_c": np.full(30, 25.0)}, kind="forecast")
    best = best_start(RUN, of)
    assert set(best.starts["wbgt_error_c"]) == {FORECAST_ERROR_C[-1][1]}
    assert any("not known when this forecast was made" in note for note in best.notes)


def test_a_forecast_begins_when_it_was_issued():
    issued = datetime(2026, 7, 1, 10, 20, tzinfo=UTC)
    of = weather({"air_temperature_c": np.full(30, 25.0)}, kind="forecast", issued=issued)
    assert best_start(RUN, of).starts.index[0] == pd.Timestamp("2026-07-01T11:00Z")


def test_what_is_over_is_not_offered():
    issued = datetime(2026, 7, 1, 10, 20, tzinfo=UTC)
    of = weather({"air_temperature_c": np.full(30, 25.0)}, kind="forecast", issued=issued)

    def begins(**limits):
        return best_start(RUN, of, **limits).starts.index[0]

    now = datetime(2026, 7, 1, 14, 1, tzinfo=UTC)
    assert begins(now=now) == pd.Timestamp("2026-07-01T15:00Z")
    # A clock that is behind does not bring back what was before the forecast.
    early = datetime(2026, 7, 1, 3, tzinfo=UTC)
    assert begins(now=early) == pd.Timestamp("2026-07-01T11:00Z")
    assert begins(now=now, first=early) == pd.Timestamp("2026-07-01T03:00Z")
    # What is no forecast has no present.
    typed = weather({"air_temperature_c": np.full(30, 25.0)})
    assert best_start(RUN, typed, now=now).starts.index[0] == typed.frame.index[0]
    every = best_start_squad(squad(), PLAN, of, now=now)
    assert every.starts.index[0] == pd.Timestamp("2026-07-01T15:00Z")
    with pytest.raises(ValueError, match="now is"):
        best_start(RUN, of, now=datetime(2026, 7, 1))


def test_a_forecast_that_is_over_says_so_and_is_there_for_those_who_ask():
    of = weather({"air_temperature_c": np.full(30, 25.0)}, kind="forecast")
    end = datetime(2026, 7, 2, 6, tzinfo=UTC)
    over = best_start(RUN, of, now=end)
    said = "This forecast is over: it ended on 2026-07-02 at 06:00. A newer one is needed."
    assert (len(over.starts), over.by_day, over.planned) == (0, (), None)
    assert said in over.notes
    assert said in best_start_squad(squad(), PLAN, of, now=end).notes
    asked = best_start(RUN, of, now=end, first=of.frame.index[0].to_pydatetime())
    assert len(asked.starts) == 30
    assert said not in asked.notes
    last = best_start(RUN, of, now=datetime(2026, 7, 2, 4, 59, tzinfo=UTC))
    assert len(last.starts) == 1
    assert said not in last.notes


def test_climate_says_that_it_is_no_forecast():
    best = best_start(RUN, summer(kind="climate", place="Race"))
    assert best.notes[0] == "Usual climate of that time of year, not a forecast, Race."
    assert (best.starts["wbgt_error_c"] == 5.0).all()


# ------------------------------------------------------------------------------ a squad


def squad(**columns):
    return pd.DataFrame(
        {"athlete": ["Ada", "Ben", "Cy"], "age_years": [25, 61, 33], **columns}
    )


PLAN = {name: value for name, value in RUN.items() if name != "age_years"}


def test_a_squad_is_the_sum_of_its_athletes():
    of = random_hours(3)
    # The session is one for all; what somebody wears is their own.
    team = squad(
        cramp_sessions_12mo=["0", "3-5", None],
        duration_min=[None, 60, None],
        clothing=[None, "heavy", None],
    )
    every = best_start_squad(team, PLAN, of)
    singles = [
        best_start({**PLAN, "age_years": 25, "cramp_sessions_12mo": "0"}, of),
        best_start(
            {**PLAN, "age_years": 61, "cramp_sessions_12mo": "3-5", "clothing": "heavy"}, of
        ),
        best_start({**PLAN, "age_years": 33}, of),
    ]
    for place, single in enumerate(singles):
        np.testing.assert_allclose(
            every.probability[:, place], single.starts["probability"], rtol=1e-9
        )
    for name in ("", "_low", "_high"):
        total = sum(single.starts[f"probability{name}"] for single in singles)
        pd.testing.assert_series_equal(
            every.starts[f"expected{name}"], total, check_names=False
        )
    assert every.n_scored == 3
    assert every.by_day[0].value == every.starts["expected"][:24].min()


@pytest.mark.parametrize("sky", [None, "clear", "shade"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_start_that_is_put_into_the_plan_expects_as_many_in_squad(sky, seed):
    of = random_hours(seed)
    n = 6
    team = pd.DataFrame(
        {
            "athlete": list("ABCDEF"),
            "age_years": [25, 61, 33, 40, 50, 240],
            "duration_min": [None, 45, None, 200, None, None],
            "session_rpe": [None, None, 2, None, None, None],
            "sky": [None, "shade", None, "overcast", "indoor", None],
            "air_temperature_c": [None, None, -3, None, 38, 12],
            "wbgt_c": [31, None, None, None, None, None],
            "start_time": [None, None, None, "2026-01-01T05:00+01:00", None, None],
            "warm_up_min": [None, None, None, 20, None, None],
        }
    )
    plan = {**PLAN, "warm_up_min": 5} | ({} if sky is None else {"sky": sky})
    every = best_start_squad(team, plan, of, step_min=180)
    assert every.n_scored == n - 1
    rows = every.starts[every.starts["problem"] == ""]
    assert len(rows) >= 18
    for row in rows.itertuples():
        at = weather_answers(of, row.start, 90.0, shade=sky == "shade")
        scored = score_squad(team, plan | at)
        assert row.expected == pytest.approx(scored["probability"].sum(), rel=1e-9)


def test_who_cannot_be_scored_is_left_out_and_counted_out():
    team = squad()
    team["age_years"] = [25, 240, None]
    every = best_start_squad(team, PLAN, summer(days=1))
    assert every.n_scored == 1
    assert np.isnan(every.probability[:, 1:]).all()
    assert "of 1 athlete with a cramp" in day_best_words(every, every.by_day[0])
    assert every.notes[-1] == (
        "2 of 3 cannot be scored: Ben (Age is 240; allowed is 5 to 100 years), "
        "Cy (Age is missing; needed is 5 to 100 years)."
    )
    assert not any("cannot be scored" in n for n in best_start_squad(
        squad(), PLAN, summer()).notes)  # fmt: skip
    nobody = best_start_squad(team.iloc[1:], PLAN, summer())
    assert [problem.kind for problem in nobody.problems] == ["nobody_scored"]
    assert nobody.by_day == ()
    assert nobody.starts["expected"].isna().all()
    inside = best_start_squad(squad(), {**PLAN, "sky": "indoor"}, summer())
    assert inside.problems == (INDOORS,)


def test_of_many_who_cannot_be_scored_three_are_named():
    team = pd.DataFrame({"age_years": [200, 25, 200, 200, 200, 200]})
    team["athlete"] = ["Ada", "Ben", None, " ", "Eve", "Flo"]
    said = best_start_squad(team, PLAN, summer()).notes[-1]
    old = "(Age is 200; allowed is 5 to 100 years)"
    assert said == (
        f"5 of 6 cannot be scored: Ada {old}, row 3 {old}, row 4 {old}, and 2 more."
    )


def test_who_must_not_start_counts_in_no_number_and_is_named():
    every = best_start_squad(squad(illness_24h=["yes", None, None]), PLAN, summer())
    others = best_start_squad(squad().iloc[1:], PLAN, summer())
    pd.testing.assert_series_equal(every.starts["expected"], others.starts["expected"])
    assert every.n_scored == 2
    assert every.notes[-1] == "1 of 3 must not start and do not count: Ada."
    nobody = best_start_squad(squad(illness_24h=["yes"] * 3), PLAN, summer())
    assert [problem.kind for problem in nobody.problems] == ["nobody_scored"]


def test_why_somebody_cannot_be_scored_tells_no_health_answer():
    team = squad(red_flags=[None, "swollen_calf", None], sleep_h=[None, None, 40])
    said = best_start_squad(team, PLAN, summer()).notes[-1]
    assert said == ("1 of 3 cannot be scored: Ben (Answers need a look).")


def test_who_must_not_start_counts_at_no_start():
    ill = best_start_squad(squad(illness_24h=[None, "yes", None]), PLAN, summer())
    others = best_start_squad(squad().iloc[[0, 2]], PLAN, summer())
    assert ill.n_scored == others.n_scored == 2
    np.testing.assert_allclose(ill.starts["expected"], others.starts["expected"])


def test_a_start_that_one_cannot_finish_has_no_sum():
    of = weather({"air_temperature_c": np.full(12, 25.0)})
    every = best_start_squad(squad(), {**PLAN, "duration_min": 180}, of)
    assert np.isfinite(every.starts.loc["2026-07-01T09:00Z", "expected"])
    late = every.starts.loc["2026-07-01T10:00Z"]
    assert np.isnan(late["expected"])
    assert late["problem"] == "The weather ends on Wed 12:00, before the session would."
    assert np.isnan(every.probability[10]).all()


def test_the_weather_replaces_what_a_list_says_of_it():
    stale = squad(air_temperature_c=[1, 2, 3], wbgt_c=[40, 40, 40])
    one = best_start_squad(squad(), PLAN, summer())
    other = best_start_squad(stale, PLAN, summer())
    np.testing.assert_array_equal(one.probability, other.probability)


def test_a_squad_is_compared_with_its_planned_start():
    plan = PLAN | {"start_time": "2027-07-04T14:30+02:00"}
    every = best_start_squad(squad(), plan, summer(), latest="09:00")
    met = weather_answers(summer(), datetime(2027, 7, 4, 12, 30, tzinfo=UTC), 90.0)
    expected = sum(assess(PLAN | met | {"age_years": a}).probability for a in (25, 61, 33))
    assert every.planned["expected"] == pytest.approx(expected)
    assert f"instead of {expected:.1f}" in day_best_words(every, every.by_day[0])


def test_a_few_hundredths_of_an_athlete_are_never_nobody():
    short = {**PLAN, "duration_min": 20, "session_rpe": 2}
    every = best_start_squad(squad(), short, summer(coolest_c=5, warmest_c=12))
    first = every.by_day[0]
    assert first.value < 0.05
    assert "fewer than 0.1 of 3 athletes" in day_best_words(every, first)
    row = every.starts.loc[first.start.tz_convert("UTC")]
    assert span_words(every, row, "under").startswith("under 0.1")


def test_the_band_of_a_squad_is_that_of_its_share():
    every = best_start_squad(squad(), PLAN, summer(days=2))
    shares = every.starts["expected"] / every.n_scored
    assert [*every.starts["band"]] == [band_name(share) for share in shares]
    # Who cannot be scored does not thin the share.
    team = squad()
    team.loc[1, "age_years"] = 240
    fewer = best_start_squad(team, PLAN, summer())
    assert [*fewer.starts["band"]] == [*map(band_name, fewer.starts["expected"] / 2)]


# ---------------------------------------------------------------------- the command line


@pytest.fixture
def session_file(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(json.dumps(RUN), encoding="utf-8")
    return str(path)


def run(*arguments, text=None):
    return CliRunner().invoke(app, ["forecast", *map(str, arguments)], input=text)


def test_the_command_reads_a_file_and_prints_what_python_says(session_file):
    # The days of the example are over, and its starts are there for those who ask.
    here = ["--weather-file", FILE, "--place", "Prater"]
    over = run("--session", session_file, *here)
    assert over.exit_code == 0
    said = "This forecast is over: it ended on 2026-07-04 at 00:00."
    assert said in " ".join(over.stdout.split())
    assert "Best windows" not in over.stdout
    first = ["--first", "2026-07-01T00:00"]
    done = run("--session", session_file, *here, *first)
    assert done.exit_code == 0
    of = read_weather_file(FILE.read_bytes(), place="Prater")
    best = best_start(RUN, of, first=datetime(2026, 6, 30, 22, tzinfo=UTC))
    for day_best in best.by_day:
        assert day_best_words(best, day_best) in done.stdout
    assert "Weather data by Open-Meteo.com" in done.stdout
    assert "Sunrise 04:5" in done.stdout
    assert "(under 1 to " in done.stdout
    assert "(0 to" not in done.stdout
    as_json = run(
        *("--session", "-", "--weather-file", FILE, "--json", "--first"),
        "2026-07-01T00:00+02:00",
        text=json.dumps(RUN),
    )
    made = json.loads(as_json.stdout)
    assert [d["start"] for d in made["by_day"]] == [
        d.start.isoformat() for d in best.by_day
    ]
    assert made["planned"] is None
    assert len(made["starts"]) == len(best.starts)
    assert None in [start["probability"] for start in made["starts"]]
    assert made["weather"]["kind"] == "forecast"


def test_the_command_asks_the_service(session_file, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    open_meteo.forget()
    with weather_service() as service:
        monkeypatch.setenv("CRAMPRISK_FORECAST_URL", f"{service.url}/v1/forecast")
        monkeypatch.setenv("CRAMPRISK_PLACES_URL", f"{service.url}/v1/search")
        done = run("--session", session_file, "--place", "Vienna", "--days", 2)
        assert done.exit_code == 0
        assert "Forecast, Vienna, Austria." in done.stdout
        assert "Not meant: Vienna, United States" in done.stderr
        where = ["--latitude", 48.20849, "--longitude", 16.37208]
        made = run("--session", session_file, *where, "--days", 1, "--json")
        days = {start["start"][:10] for start in json.loads(made.stdout)["starts"]}
        assert len(days) <= 1
        # Nothing of the session leaves the machine.
        sent = json.dumps([(path, asked) for path, asked, _ in service.log])
        assert "running" not in sent
        service.faults = [(400, {}, b'{"error":true,"reason":"No such cell."}')]
        open_meteo.forget()
        refused = run("--session", session_file, *where)
        assert refused.exit_code == 2
        assert refused.stderr.strip() == "The weather service refused: No such cell."
        service.places = []
        unknown = run("--session", session_file, "--place", "Atlantis")
        assert "No place is called 'Atlantis'." in unknown.stderr
    open_meteo.forget()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "Give --place"),
        (["--latitude", "48"], 2, "Give --place"),
        (["--place", "Vienna", "--latitude", "48", "--longitude", "16"], 2, "Give --place"),
        (["--weather-file", "none.json"], 2, "No such file"),
        (["--weather-file", __file__], 2, "no weather file"),
        (["--weather-file", str(FILE), "--earliest", "dawn"], 2, "earliest is 'dawn'"),
        (["--weather-file", str(FILE), "--on", "soon"], 2, "soon"),
        (["--weather-file", str(FILE), "--first", "soon"], 2, "soon"),
        (["--weather-file", str(FILE), "--first", "9999-12-31T23:00-12:00"], 2, "2199"),
    ],
)
def test_the_command_says_what_is_wrong(session_file, arguments, code, words):
    done = run("--session", session_file, *arguments)
    assert done.exit_code == code
    assert words in done.stderr
    assert "Traceback" not in done.output


def test_the_command_ends_with_one_for_a_session_that_cannot_be_scored(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**RUN, "age_years": 400}), encoding="utf-8")
    done = run("--session", path, "--weather-file", FILE)
    assert done.exit_code == 1
    assert "age_years" in done.stderr


def test_examples_run_under_the_weather():
    of = summer()
    for name, example in load_examples().items():
        best = best_start(example, of)
        assert best.problems == (), name
