"""The client of the weather service, against a service on this machine."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import numpy as np
import pandas as pd
import pytest

from riskmodel.weather import open_meteo
from riskmodel.weather.hours import ATTRIBUTION, Place, WeatherError
from riskmodel.weather.open_meteo import find_places, forecast
from tests.weather_service import OLD_NAMES, PLACES, weather_service

VIENNA = {"latitude_deg": 48.20849, "longitude_deg": 16.37208}


@pytest.fixture
def service(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    open_meteo.forget()
    with weather_service() as running:
        monkeypatch.setenv(open_meteo.FORECAST_URL_VARIABLE, f"{running.url}/v1/forecast")
        monkeypatch.setenv(open_meteo.PLACES_URL_VARIABLE, f"{running.url}/v1/search")
        yield running
    open_meteo.forget()


@pytest.fixture
def no_wait(monkeypatch):
    """Waits are counted, not waited for."""
    waits = []
    monkeypatch.setattr(open_meteo, "_pause", waits.append)
    return waits


def test_only_rounded_coordinates_leave_the_machine(service):
    weather = forecast(**VIENNA)
    ((path, asked, headers),) = service.log
    assert path == "/v1/forecast"
    assert (asked["latitude"], asked["longitude"]) == ("48.21", "16.37")
    assert set(asked) == {
        *("latitude", "longitude", "hourly", "temperature_unit", "wind_speed_unit"),
        *("timeformat", "timezone", "forecast_days", "past_days"),
    }
    sent = {name.lower() for name in headers}
    assert sent <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert headers["User-Agent"] == "cramp-risk"
    assert (weather.latitude_deg, weather.longitude_deg) == (48.21, 16.37)
    assert weather.attribution == ATTRIBUTION == "Weather data by Open-Meteo.com"
    assert weather.kind == "forecast"
    assert weather.time_zone == "Europe/Vienna"


def test_a_search_sends_the_words_and_brings_places(service):
    places = find_places("  vienna ")
    ((path, asked, _),) = service.log
    assert path == "/v1/search"
    assert asked == {"name": "vienna", "count": "10", "language": "en", "format": "json"}
    assert places[0] == Place("Vienna", "Vienna", "Austria", 48.21, 16.37, "Europe/Vienna")
    assert [p.label for p in places] == ["Vienna, Austria", "Vienna, United States"]
    forecast(places[0])
    assert service.log[1][1]["latitude"] == "48.21"
    service.places = []
    assert find_places("Atlantis") == ()


@pytest.mark.parametrize("query", ["", "a", " a ", "x" * 101, "a\x00b"])
def test_what_is_no_name_is_not_asked_for(service, query):
    with pytest.raises(WeatherError, match="2 to 100 letters"):
        find_places(query)
    assert service.log == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("latitude", 91.0),
        ("latitude", "north"),
        ("longitude", None),
        ("timezone", "Middle/Earth"),
        ("name", 7),
        ("name", ""),
    ],
)
def test_a_place_that_is_none_is_refused(service, key, value):
    service.places = [{**PLACES[0], key: value}]
    with pytest.raises(WeatherError, match="answered with no place"):
        find_places("vienna")


def test_days_ahead_and_fourteen_back(service):
    weather = forecast(**VIENNA, days=2)
    asked = service.log[0][1]
    assert (asked["forecast_days"], asked["past_days"]) == ("3", "14")
    today = pd.Timestamp.now("Europe/Vienna").normalize()
    first = weather.frame.index[0].tz_convert("Europe/Vienna")
    assert first == (today.tz_localize(None) - pd.Timedelta(14, "D")).tz_localize(
        "Europe/Vienna"
    )
    assert weather.last_start.date() == today.date() + timedelta(days=1)
    assert (weather.last_start.hour, weather.last_start.minute) == (23, 59)
    for days in (0, 8, True):
        with pytest.raises(WeatherError, match="1 to 7"):
            forecast(**VIENNA, days=days)


def test_radiation_is_of_the_hour_before_the_label_and_the_rest_of_the_moment(service):
    kept = {}

    def keep(made):
        kept.update(made["hourly"])
        return made

    service.change = keep
    frame = forecast(**VIENNA).frame
    # The row of 12 to 13 has the radiation that stands at 13.
    assert frame["solar_radiation_w_m2"].tolist() == kept["shortwave_radiation"][1:]
    temperatures = np.array(kept["temperature_2m"])
    both_ends = (temperatures[1:] + temperatures[:-1]) / 2
    assert frame["air_temperature_c"].to_numpy() == pytest.approx(both_ends)
    first = frame.index[0].timestamp()
    assert first == kept["time"][0]
    sunny = frame[frame["solar_radiation_w_m2"] > 50]
    assert sunny["direct_fraction"].to_numpy() == pytest.approx(500 / 800, abs=0.002)
    assert frame["pressure_hpa"].to_numpy() == pytest.approx(992.1)


def test_the_older_names_are_read_too(service):
    new = forecast(**VIENNA).frame

    def older(made):
        for block in ("hourly", "hourly_units"):
            made[block] = {OLD_NAMES.get(k, k): v for k, v in made[block].items()}
        return made

    open_meteo.forget()
    service.change = older
    pd.testing.assert_frame_equal(forecast(**VIENNA).frame, new)


def test_null_hours_are_missing_and_no_number(service):
    def gap(made):
        made["hourly"]["wind_speed_10m"][30] = None
        made["hourly"]["shortwave_radiation"][40] = None
        return made

    service.change = gap
    frame = forecast(**VIENNA).frame
    # A value at the full hour belongs to two hours, radiation to the one before.
    assert np.flatnonzero(frame["wind_speed_m_s"].isna()).tolist() == [29, 30]
    assert np.flatnonzero(frame["solar_radiation_w_m2"].isna()).tolist() == [39]


def test_radiation_a_little_below_zero_is_zero_and_said(service):
    def below(made):
        made["hourly"]["shortwave_radiation"][1] = -0.2
        made["hourly"]["shortwave_radiation"][2] = -0.0
        return made

    service.change = below
    weather = forecast(**VIENNA)
    assert weather.frame["solar_radiation_w_m2"].min() == 0
    assert not np.signbit(weather.frame["solar_radiation_w_m2"]).any()
    assert "Solar radiation slightly below 0 in 2 hours was taken as 0." in weather.notes


def hourly(name, values):
    def change(made):
        made["hourly"][name] = values(made["hourly"][name])
        return made

    return change


def put(key, value):
    return lambda made: {**made, key: value}


def unit(name, value):
    def change(made):
        made["hourly_units"][name] = value
        return made

    return change


def without(block, name):
    def change(made):
        del made[block][name]
        return made

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: b"<html>busy</html>", "no valid JSON"),
        (lambda made: json.dumps(made).encode()[:-200], "no valid JSON"),
        (lambda made: json.dumps(made).replace("2.5", "NaN").encode(), "no valid JSON"),
        (lambda _: b"[" * 100_000, "no valid JSON"),
        (lambda _: b"\xff\xfe", "no valid JSON"),
        (lambda _: b"[]", "no single JSON object"),
        (lambda _: b"{}", "no hours"),
        (put("hourly", None), "no hours"),
        (put("latitude", "48"), "needed is a number"),
        (put("longitude", True), "needed is a number"),
        (put("latitude", -33.9), "answered for -33.9"),
        (put("timezone", "Mars/Olympus"), "no time zone"),
        (put("timezone", None), "no time zone"),
        (put("utc_offset_seconds", 19800), "offset of 19800 s"),
        (without("hourly", "time"), "no times"),
        (without("hourly", "temperature_2m"), "lacks temperature_2m"),
        (without("hourly_units", "temperature_2m"), "None, not in °C"),
        (unit("wind_speed_10m", "km/h"), "'km/h', not in m/s"),
        (unit("temperature_2m", "°F"), "'°F', not in °C"),
        (unit("time", "iso8601"), "not in unixtime"),
        (hourly("temperature_2m", lambda v: v[:-1]), "values of temperature_2m"),
        (hourly("temperature_2m", lambda v: [*v[1:], "21"]), "needed is a number"),
        (hourly("temperature_2m", lambda v: [*v[1:], False]), "needed is a number"),
        (hourly("temperature_2m", lambda v: [*v[1:], 10**400]), "needed is a number"),
        (hourly("temperature_2m", lambda v: [*v[1:], 99]), "possible is -90 to 60"),
        (hourly("temperature_2m", lambda v: [None] * len(v)), "no air temperature"),
        (hourly("temperature_2m", lambda v: 21), "no list of temperature_2m"),
        (hourly("relative_humidity_2m", lambda v: [*v[1:], 150]), "possible is 0 to 110"),
        (hourly("wind_speed_10m", lambda v: [*v[1:], -3]), "possible is 0 to 115"),
        (hourly("shortwave_radiation", lambda v: [*v[1:], -50]), "possible is 0 to 1500"),
        (hourly("direct_radiation", lambda v: [900] * len(v)), "more direct radiation"),
        (hourly("time", lambda v: v[::-1]), "not hourly and in order"),
        (hourly("time", lambda v: [v[0], *v[:-1]]), "not hourly and in order"),
        (hourly("time", lambda v: [t + 7 * i for i, t in enumerate(v)]), "not hourly"),
        (hourly("time", lambda v: [*v[:-1], v[-1] + 3600 * 24 * 500]), "hours; allowed"),
        (hourly("time", lambda v: [*v[:-1], 10**15]), "1900 to 2199"),
        (hourly("time", lambda v: ["2026"] * len(v)), "needed is a number"),
    ],
)
def test_nonsense_gets_one_sentence(service, change, words):
    service.change = change
    with pytest.raises(WeatherError, match=words) as caught:
        forecast(**VIENNA)
    assert len(service.log) == 1  # asking again does not help
    assert str(caught.value).count("\n") == 0
    # What failed is not kept.
    service.change = None
    assert forecast(**VIENNA).place == "48.21, 16.37"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            (400, {}, b'{"error":true,"reason":"Latitude must be in range."}'),
            "refused: Latitude must be in range.",
        ),
        ((400, {}, b"<html>"), "status 400"),
        ((400, {}, b'{"error":true,"reason":7}'), "status 400"),
        ((404, {}, b""), "status 404"),
        ((301, {"Location": "http://127.0.0.1:9/"}, b""), "sends elsewhere"),
        ((200, {"Content-Length": "9000"}, b'{"hourly":'), "broke off"),
        ((200, {}, b" " * 3_000_000), "far too much"),
    ],
)
def test_a_refusal_gets_one_sentence_and_no_second_try(service, fault, words):
    service.faults = [fault]
    with pytest.raises(WeatherError, match=words):
        forecast(**VIENNA)
    assert len(service.log) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_service_is_asked_again(service, no_wait, status):
    service.faults = [(status, {}, b"")] * 2
    assert len(forecast(**VIENNA).frame)
    assert len(service.log) == 3
    assert len(no_wait) == 2
    assert 0 < no_wait[0] < no_wait[1] <= open_meteo.LONGEST_WAIT_S


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_stays_busy_gets_one_sentence(service, no_wait, status):
    service.faults = [(status, {}, b"")] * 5
    with pytest.raises(WeatherError, match="busy now"):
        forecast(**VIENNA)
    assert len(service.log) == open_meteo.ATTEMPTS


def test_the_pause_that_the_service_asks_for_is_kept(service, no_wait):
    service.faults = [(429, {"Retry-After": "2"}, b"")]
    forecast(**VIENNA)
    assert no_wait == [2.0]


def test_a_pause_may_be_a_date(service, no_wait):
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    service.faults = [(503, {"Retry-After": soon}, b"")]
    forecast(**VIENNA)
    assert 1.0 < no_wait[0] <= 4.0


def test_nobody_waits_for_an_hour(service, no_wait):
    service.faults = [(429, {"Retry-After": "3600"}, b"")]
    with pytest.raises(WeatherError, match="too many were asked"):
        forecast(**VIENNA)
    assert (len(service.log), no_wait) == (1, [])


def test_a_service_that_is_not_there_gets_one_sentence(no_wait, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1/forecast"
        with pytest.raises(WeatherError, match="cannot be reached"):
            forecast(**VIENNA, url=url)
    assert len(no_wait) == open_meteo.ATTEMPTS - 1


def test_a_service_that_is_too_slow_gets_one_sentence(service, monkeypatch):
    monkeypatch.setattr(open_meteo, "_TIMEOUT", httpx.Timeout(0.1))
    service.delay_s = 0.5
    with pytest.raises(WeatherError, match="too long"):
        forecast(**VIENNA)
    assert len(service.log) == 1


@pytest.mark.parametrize(
    "url", ["ftp://x/", "forecast", "http://", "https://[::1", "http://x:0/"]
)
def test_an_address_that_is_none_is_named(url):
    with pytest.raises(WeatherError, match="CRAMPRISK_FORECAST_URL"):
        forecast(**VIENNA, url=url)
    with pytest.raises(WeatherError, match="CRAMPRISK_PLACES_URL"):
        find_places("Vienna", url=url)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense://x"])
def test_settings_of_the_machine_that_do_not_work_get_one_sentence(
    service, monkeypatch, proxy
):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(WeatherError, match="network settings"):
        forecast(**VIENNA)


@pytest.mark.parametrize(
    "where",
    [
        {"latitude_deg": 90.1, "longitude_deg": 0.0},
        {"latitude_deg": 0.0, "longitude_deg": 181.0},
        {"latitude_deg": float("nan"), "longitude_deg": 0.0},
        {"latitude_deg": 10.0},
        {},
    ],
)
def test_a_place_that_cannot_be_is_not_asked_about(service, where):
    with pytest.raises(WeatherError):
        forecast(**where)
    assert service.log == []


def test_the_same_place_is_asked_about_once(service):
    first = forecast(**VIENNA)
    again = forecast(latitude_deg=48.2099, longitude_deg=16.3699)
    assert len(service.log) == 1
    assert again.frame is first.frame
    forecast(latitude_deg=48.22, longitude_deg=16.37)
    forecast(**VIENNA, days=1)
    assert len(service.log) == 3


def test_after_ten_minutes_it_is_asked_again(service, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(open_meteo, "_kept", open_meteo._Kept(lambda: now[0]))
    forecast(**VIENNA)
    now[0] += 600
    forecast(**VIENNA)
    assert len(service.log) == 1
    now[0] += 1
    forecast(**VIENNA)
    assert len(service.log) == 2


def test_the_cache_is_bounded(service, monkeypatch):
    monkeypatch.setattr(open_meteo, "MOST_KEPT", 2)
    for latitude in (10.0, 11.0, 12.0, 10.0, 12.0):
        forecast(latitude_deg=latitude, longitude_deg=16.0)
    # The oldest had to go, the newest stayed.
    assert [asked["latitude"] for _, asked, _ in service.log] == [
        *("10.00", "11.00", "12.00", "10.00")
    ]


def test_many_callers_at_once_share_one_request(service):
    service.delay_s = 0.3
    ready = threading.Barrier(12)

    def ask():
        ready.wait()
        return forecast(**VIENNA)

    with ThreadPoolExecutor(12) as pool:
        answers = [f.result() for f in [pool.submit(ask) for _ in range(12)]]
    assert len(service.log) == 1
    assert all(answer.frame is answers[0].frame for answer in answers)


def test_many_callers_share_a_failure_and_the_next_asks_again(service):
    service.delay_s = 0.3
    service.faults = [(400, {}, b"")]
    ready = threading.Barrier(6)

    def ask():
        ready.wait()
        with pytest.raises(WeatherError):
            forecast(**VIENNA)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(ask) for _ in range(6)]:
            done.result()
    assert len(service.log) == 1
    forecast(**VIENNA)
    assert len(service.log) == 2


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Pacific/Chatham"])
def test_zones_off_the_full_hour_keep_real_moments(service, zone):
    service.zone = zone
    weather = forecast(latitude_deg=27.7, longitude_deg=85.3)
    local = weather.frame.index.tz_convert(zone)
    assert (local.minute == 0).all()
    assert (weather.frame.index.minute != 0).all()
