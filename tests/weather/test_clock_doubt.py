"""A file whose day and night are not those of its place is doubted."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.datasets import data_file
from riskmodel.physiology.sun import clear_sky_radiation_w_m2, mean_cos_zenith
from riskmodel.weather.clock_doubt import CLOCK_DOUBT_HOURS, clock_ahead_hours
from riskmodel.weather.coordinates import _towns
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.typed import typed_weather
from tests.weather.test_weather import NWS, epw

JSON = json.loads(data_file("examples_weather/open_meteo.json").read_bytes())


def moved(hours, *, light="radiation"):
    """Give the file with a whole day of sun, and its clock off by so many hours."""
    payload = json.loads(json.dumps(JSON))
    hourly = payload["hourly"]
    utc = np.array(hourly["time"], dtype="datetime64[ns]") - np.timedelta64(2, "h")
    cosine = mean_cos_zenith(utc - np.timedelta64(1, "h"), 60.0, 48.2, 16.38)
    hourly["shortwave_radiation"] = clear_sky_radiation_w_m2(cosine).round(1).tolist()
    del hourly["direct_radiation"]
    shift = timedelta(hours=hours)
    hourly["time"] = [
        (datetime.fromisoformat(t) + shift).isoformat() for t in hourly["time"]
    ]
    if light == "is_day":
        # Radiation is that of the hour before, the day that of the moment.
        lit = [float(v > 0) for v in hourly["shortwave_radiation"]]
        hourly["is_day"] = [*lit[1:], 0.0]
        del hourly["shortwave_radiation"]
    return read_weather_file(json.dumps(payload).encode())


@pytest.mark.parametrize("light", ["radiation", "is_day"])
@settings(max_examples=25)
@given(hours=st.integers(-12, 12))
def test_light_at_another_time_than_the_sun_is_doubted(light, hours):
    doubts = moved(hours, light=light).doubts
    if abs(hours) <= 1:
        assert not doubts
    elif abs(hours) >= 3:
        (doubt,) = doubts
        assert doubt.by == "light"
        assert abs((doubt.hours - hours + 12) % 24 - 12) < 0.8
        assert "its time zone or its place" in str(doubt)


def test_a_sign_that_was_lost_is_doubted():
    content = json.dumps({**JSON, "longitude": -116.4}).encode()
    (doubt,) = read_weather_file(content).doubts
    assert doubt.by == "light"


def test_times_of_gmt_are_shown_in_the_zone_that_is_given():
    payload = {**JSON, "utc_offset_seconds": 0, "timezone": "GMT"}
    hourly = payload["hourly"] = dict(JSON["hourly"])
    back = timedelta(hours=2)
    times = [datetime.fromisoformat(t) - back for t in hourly["time"]]
    hourly["time"] = [t.isoformat() for t in times]
    content = json.dumps(payload).encode()
    plain, here = (read_weather_file(content, time_zone=z) for z in (None, "Europe/Vienna"))
    assert (plain.time_zone, here.time_zone) == ("GMT", "Europe/Vienna")
    assert any("Times are in GMT" in note for note in plain.notes)
    assert plain.frame.equals(here.frame)
    assert not plain.doubts + here.doubts
    (doubt,) = read_weather_file(content, time_zone="Asia/Tokyo").doubts
    assert (doubt.by, round(doubt.hours)) == ("clock", 8)
    assert "about 8 hours ahead of the sun" in str(doubt)


def test_without_light_the_clock_is_compared_with_the_longitude():
    assert not read_weather_file(NWS, time_zone="America/Chicago").doubts
    (doubt,) = read_weather_file(NWS, time_zone="Europe/Vienna").doubts
    assert doubt.by == "clock"
    numbers = dict(coolest_c=15, warmest_c=25, time_zone="Europe/Vienna")
    east = typed_weather(
        date(2026, 7, 1), latitude_deg=35.7, longitude_deg=139.7, **numbers
    )
    assert [d.by for d in east.doubts] == ["clock"]
    assert not typed_weather(date(2026, 7, 1), **numbers).doubts


def test_a_typical_year_with_another_offset_is_doubted():
    assert not read_weather_file(epw(), on=date(2027, 7, 4)).doubts
    assert read_weather_file(epw(offset_h=-5.5), on=date(2027, 7, 4)).doubts


def test_no_clock_that_people_live_by_is_doubted():
    for name, (_, _, longitude_deg) in _towns().items():
        for month in (1, 7):
            offset = datetime(2026, month, 1, tzinfo=ZoneInfo(name)).utcoffset()
            ahead = offset / timedelta(hours=1) - longitude_deg / 15
            if not name.startswith("Antarctica/"):  # where stations keep that of home
                assert abs((ahead + 12) % 24 - 12) <= CLOCK_DOUBT_HOURS, name


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "zone"),
    [
        (63.78, -171.74, "America/Nome"),  # Gambell, 3.45 h
        (57.12, -170.28, "America/Nome"),  # St Paul
        (65.75, -168.95, "America/Nome"),  # Diomede
        (39.72, 75.0, "Asia/Shanghai"),  # west of Kashgar
    ],
)
def test_villages_furthest_from_their_sun_are_not_doubted(
    latitude_deg, longitude_deg, zone
):
    weather = typed_weather(
        date(2026, 7, 1),
        coolest_c=5,
        warmest_c=10,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        time_zone=zone,
    )
    assert 2.9 < clock_ahead_hours(weather) <= CLOCK_DOUBT_HOURS
    assert not weather.doubts
