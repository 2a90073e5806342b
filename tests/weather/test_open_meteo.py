"""The client of the weather service, against a service on this machine."""

import gzip
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pandas as pd
import pytest
from cachetools import TTLCache
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.weather import open_meteo
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.hours import ATTRIBUTION, Place, WeatherError
from riskmodel.weather.open_meteo import find_places, forecast
from tests.weather_service import OLD_NAMES, PLACES, answer, weather_service

VIENNA = {"latitude_deg": 48.20849, "longitude_deg": 16.37208}
PLACE = Place("Vienna", "", "Austria", 48.20849, 16.37208, "Europe/Vienna")


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
    (of_zone, of_weather) = service.log
    assert set(of_zone[1]) == {
        *("latitude", "longitude", "hourly", "timezone", "forecast_days")
    }
    assert (of_zone[1]["timezone"], of_weather[1]["timezone"]) == ("auto", "GMT")
    assert set(of_weather[1]) == {
        *("latitude", "longitude", "hourly", "temperature_unit", "wind_speed_unit"),
        *("timeformat", "timezone", "forecast_days", "past_days"),
    }
    for path, asked, headers in service.log:
        assert path == "/v1/forecast"
        assert (asked["latitude"], asked["longitude"]) == ("48.21", "16.37")
        sent = {name.lower() for name in headers}
        assert sent <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
        assert headers["User-Agent"] == "cramp-risk"
        assert headers["Accept-Encoding"] == "identity"
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
    # The place has its time zone: nobody asks for it.
    assert [asked["timezone"] for _, asked, _ in service.log[1:]] == ["GMT"]
    assert service.log[1][1]["latitude"] == "48.21"
    service.places = []
    assert find_places("Atlantis") == ()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "needs 2 to 100 letters; here 0 came"),
        (" Å ", "needs 2 to 100 letters; here 1 came"),
        ("x" * 101, "needs 2 to 100 letters; here 101 came"),
        ("a\x00b", r"cannot be seen \(U\+0000\)"),
        ("Wien\u200e", r"cannot be seen \(LEFT-TO-RIGHT MARK\)"),
    ],
)
def test_what_is_no_name_is_not_asked_for(service, query, words):
    with pytest.raises(WeatherError, match=words):
        find_places(query)
    assert service.log == []


PERSIAN = "می\u200cگون"  # holds a character that cannot be seen


def test_a_persian_name_is_asked_for_as_it_is_spelt(service):
    find_places(PERSIAN)
    assert service.log[0][1]["name"] == PERSIAN


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("48.20849, 16.37208", (48.21, 16.37)),
        (" 48.20849 16.37208 ", (48.21, 16.37)),
        ("48,20849; 16,37208", (48.21, 16.37)),
        ("-33.92584,18.42322", (-33.93, 18.42)),
        ("\u221233.92584, 18.42322", (-33.93, 18.42)),
        ("33.92584° S, 18.42322° E", (-33.93, 18.42)),
        ("W 77.03653 N 38.89770", (38.9, -77.04)),
        ("48, 16", (48.0, 16.0)),
        ("\uff14\uff18.\uff12\uff10\uff18\uff14\uff19, 16.37208", (48.21, 16.37)),
    ],
)
def test_coordinates_are_a_place_and_are_not_sent(service, query, where):
    (place,) = find_places(query)
    assert (place.latitude_deg, place.longitude_deg) == where
    assert place.time_zone == "Europe/Vienna"
    assert place.label == f"{where[0]:.2f}, {where[1]:.2f}"
    ((path, asked, _),) = service.log
    assert path == "/v1/forecast"
    assert asked["timezone"] == "auto"
    sent = asked["latitude"], asked["longitude"]
    assert sent == (f"{where[0]:.2f}", f"{where[1]:.2f}")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("98.20849, 16.37208", "Latitude"),
        ("48.20849, 196.37208", "Longitude"),
        ("48.2 N, 16.4 N", "one latitude and one longitude"),
        ("48°12'30.6\"N 16°22'19.5\"E", "looks like coordinates"),
        ("lat 48.20849 lon 16.37208", "looks like coordinates"),
        ("geo:48.20849,16.37208", "looks like coordinates"),
        ("48.20849", "looks like coordinates"),
        ("\u0664\u0668\u066b\u0662\u0660\u0668", "looks like coordinates"),
    ],
)
def test_what_only_looks_like_coordinates_is_not_sent_either(service, query, words):
    with pytest.raises(WeatherError, match=words):
        find_places(query)
    assert service.log == []


@pytest.mark.parametrize("query", ["1010", "123 45", "00-950", "St. Pölten", "SW1A 1AA"])
def test_a_postcode_is_a_name(service, query):
    find_places(query)
    assert service.log[0][1]["name"] == query


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("latitude", 91.0),
        ("latitude", "north"),
        ("latitude", True),
        ("longitude", None),
        ("timezone", "Middle/Earth"),
        ("name", 7),
        ("name", ""),
        ("name", "Wien\ud800"),
        ("country", ["Austria"]),
        ("timezone", "+999999999999999:00"),
    ],
)
def test_a_place_that_is_none_is_refused(service, key, value):
    service.places = [{**PLACES[0], key: value}]
    with pytest.raises(WeatherError, match="answered with no place"):
        find_places("vienna")
    # Beside others it is left out.
    service.places = [{**PLACES[0], key: value}, "x", PLACES[1]]
    assert [p.label for p in find_places("vienna")] == ["Vienna, United States"]


def test_days_ahead_and_fourteen_back(service):
    weather = forecast(**VIENNA, days=2)
    today = pd.Timestamp.now("Europe/Vienna").normalize()
    assert weather.last_start.date() == today.date() + timedelta(days=1)
    assert (weather.last_start.hour, weather.last_start.minute) == (23, 59)
    for days in (0, 8, True):
        with pytest.raises(WeatherError, match="1 to 7"):
            forecast(**VIENNA, days=days)


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "Europe/Vienna"]
)
def test_the_days_are_those_of_the_place(service, zone):
    of = forecast(replace(PLACE, time_zone=zone), days=2)
    today = of.issued.astimezone(ZoneInfo(zone)).date()
    frame = of.frame
    for ahead, label in (
        (-14, frame.index[0]),
        (3, frame.index[-1] + pd.Timedelta(1, "h")),
    ):
        midnight = datetime.combine(
            today + timedelta(days=ahead), datetime.min.time(), ZoneInfo(zone)
        )
        assert (label <= midnight) if ahead < 0 else (label >= midnight)
    assert of.last_start.astimezone(ZoneInfo(zone)).date() == today + timedelta(days=1)


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
        (put("timezone", "Mars/Olympus"), "'Mars/Olympus', not for GMT"),
        (put("timezone", None), "'None', not for GMT"),
        (put("timezone", "Europe/Vienna"), "'Europe/Vienna', not for GMT"),
        (put("utc_offset_seconds", 19800), "not for GMT"),
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
        (hourly("temperature_2m", lambda v: [84] * len(v)), "likely in °F"),
        (hourly("temperature_2m", lambda v: [None] * len(v)), "no air temperature"),
        (hourly("temperature_2m", lambda v: 21), "no list of temperature_2m"),
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
        forecast(PLACE)
    assert len(service.log) == 1  # asking again does not help
    assert str(caught.value).count("\n") == 0
    # What failed is not kept.
    service.change = None
    assert forecast(PLACE).place == "Vienna, Austria"
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
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"{}")), "not asked for"),
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
    assert len(forecast(PLACE).frame)
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


HOSTILE = ["9" * 400, "Mon, 01 Jan 99999999999 00:00:00 GMT", "\u0663\u0663", "-5", "\xb2"]


@settings(max_examples=300)
@given(
    st.one_of(
        st.sampled_from(HOSTILE),
        st.text(),
        st.from_regex(
            r"(Mon, )?\d{1,20} (Jan|Foo) \d{1,30} \d{1,9}:\d\d(:\d+)? [+-]?\d{1,20}"
        ),
    )
)
def test_whatever_pause_is_asked_for_is_seconds_or_nothing(text):
    wait_s = open_meteo._retry_after_s(text)
    assert wait_s is None or wait_s >= 0


@pytest.mark.parametrize(
    "pause", ["9" * 400, "Mon, 01 Jan 99999999999 00:00:00 GMT", "soon"]
)
def test_a_hostile_pause_gets_one_sentence(service, no_wait, pause):
    service.faults = [(503, {"Retry-After": pause}, b"")] * 5
    with pytest.raises(WeatherError, match="busy now"):
        forecast(**VIENNA)


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
    assert len(service.log) == 2  # one for the time zone
    assert again.frame is first.frame
    forecast(latitude_deg=48.22, longitude_deg=16.37)
    forecast(**VIENNA, days=1)
    assert len(service.log) == 5


def test_after_ten_minutes_it_is_asked_again(service, monkeypatch):
    now = [1000.0]
    answers = TTLCache(open_meteo.MOST_KEPT, open_meteo.KEEP_S, lambda: now[0])
    monkeypatch.setattr(open_meteo, "_answers", answers)
    forecast(PLACE)
    now[0] += 599
    forecast(PLACE)
    assert len(service.log) == 1
    now[0] += 1
    forecast(PLACE)
    assert len(service.log) == 2


def test_the_cache_is_bounded(service, monkeypatch):
    monkeypatch.setattr(open_meteo, "_answers", TTLCache(2, open_meteo.KEEP_S))
    for latitude in (10.0, 11.0, 12.0, 10.0, 12.0):
        forecast(replace(PLACE, latitude_deg=latitude))
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
    assert len(service.log) == 2  # the time zone, and the weather
    assert all(answer.frame is answers[0].frame for answer in answers)


def test_many_callers_share_a_failure_and_the_next_asks_again(service):
    service.delay_s = 0.3
    service.faults = [(400, {}, b"")]
    ready = threading.Barrier(6)

    def ask():
        ready.wait()
        with pytest.raises(WeatherError):
            forecast(PLACE)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(ask) for _ in range(6)]:
            done.result()
    assert len(service.log) == 1
    forecast(PLACE)
    assert len(service.log) == 2


ODD_ZONES = {
    "Asia/Kolkata": 30,
    "Asia/Kathmandu": 45,
    "Pacific/Chatham": 45,
    "America/St_Johns": -30,
    "Pacific/Marquesas": -30,
}


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_zones_off_the_full_hour_have_the_weather_of_their_moments(service, zone):
    service.zone = zone
    weather = forecast(latitude_deg=27.7, longitude_deg=85.3)
    assert weather.time_zone == zone
    # The warmest moment is three in the afternoon by the sun, 9.31 UTC at 85.3° east.
    air = weather.frame["air_temperature_c"]
    for day, row in air.groupby(air.index.date):
        if len(row) == 24:
            warmest = row.idxmax()
            # The hour from 9 to 10, or the one before.
            assert warmest.hour == 9, day


@pytest.mark.parametrize(("zone", "minutes"), ODD_ZONES.items())
@pytest.mark.parametrize("unixtime", [True, False])
def test_a_file_saved_with_such_a_zone_is_the_same_weather(zone, minutes, unixtime):
    tz = ZoneInfo(zone)
    local = pd.Timestamp("2026-07-01").tz_localize(tz).tz_convert("UTC").tz_localize(None)
    made = answer(local, 48, zone, 27.7, 85.3)
    if not unixtime:
        made["hourly"]["time"] = [
            f"{datetime.fromtimestamp(t, tz):%Y-%m-%dT%H:%M}"
            for t in made["hourly"]["time"]
        ]
        made["hourly_units"]["time"] = "iso8601"
        # The clock of the place shows full hours.
        assert made["hourly"]["time"][0] == "2026-07-01T00:00"
    saved = read_weather_file(json.dumps(made).encode())
    plain = read_weather_file(
        json.dumps(answer("2026-06-30", 96, "GMT", 27.7, 85.3)).encode()
    )
    assert (saved.time_zone, plain.time_zone) == (zone, "GMT")
    same = plain.frame.loc[saved.frame.index]
    pd.testing.assert_frame_equal(saved.frame, same, check_freq=False)
    way = "later" if minutes > 0 else "earlier"
    assert saved.notes[0].startswith(
        f"Times were moved by {abs(minutes)} minutes to {way} ones"
    )
    assert not any("moved" in note for note in plain.notes)


def test_a_service_that_does_not_say_the_zone_gets_one_sentence(service):
    for zone, words in (({}, "time zone"), ({"timezone": "Middle/Earth"}, "no time zone")):
        service.faults = [(200, {}, json.dumps(zone).encode())]
        with pytest.raises(WeatherError, match=words):
            forecast(**VIENNA)


# --------------------------------------------------------------- keys, and hostile services


def test_the_query_of_the_address_is_kept_and_never_said(service, monkeypatch):
    key = "s3cr3t"
    for variable, path in (
        (open_meteo.FORECAST_URL_VARIABLE, "forecast"),
        (open_meteo.PLACES_URL_VARIABLE, "search"),
    ):
        monkeypatch.setenv(variable, f"{service.url}/v1/{path}?apikey={key}")
    find_places("Vienna")
    forecast(**VIENNA)
    assert [asked["apikey"] for _, asked, _ in service.log] == [key] * 3
    assert service.log[-1][1]["latitude"] == "48.21"
    open_meteo.forget()
    said = json.dumps({"error": True, "reason": f"The key {key} is not known."}).encode()
    service.faults = [(401, {}, said)]
    with pytest.raises(WeatherError, match=r"refused: status 401\.$"):
        forecast(PLACE)


@pytest.mark.parametrize(
    "url", ["ftp://user:s3cr3t@host/x?apikey=s3cr3t", "s3cr3t", "http://:s3cr3t@/"]
)
def test_an_address_that_is_none_is_not_shown(url):
    with pytest.raises(WeatherError, match="CRAMPRISK_FORECAST_URL") as caught:
        forecast(**VIENNA, url=url)
    assert "s3cr3t" not in str(caught.value)


def test_pauses_count_as_time_of_the_answer(service, no_wait, monkeypatch):
    monkeypatch.setattr(open_meteo, "LONGEST_ANSWER_S", 3.0)
    service.faults = [(503, {"Retry-After": "4"}, b"")]
    with pytest.raises(WeatherError, match="busy now"):
        forecast(PLACE)
    assert (len(service.log), no_wait) == (1, [])


def test_nobody_else_is_asked_and_no_thread_is_left(service):
    before = threading.active_count()
    service.faults = [(302, {"Location": f"{service.url}/v1/other"}, b"")]
    with pytest.raises(WeatherError, match="sends elsewhere"):
        forecast(PLACE)
    assert [path for path, _, _ in service.log] == ["/v1/forecast"]
    assert threading.active_count() <= before + 1  # that of the service itself


@contextmanager
def dripping(begin, piece):
    """A service whose answer never ends, though every piece of it comes in time."""
    stop = threading.Event()
    closed = threading.Event()

    def serve(listening):
        client, _ = listening.accept()
        with client:
            client.recv(4096)
            try:
                client.sendall(begin)
                while not stop.wait(0.02):
                    client.sendall(piece)
            except OSError:
                closed.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1/forecast", closed
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 9000\r\n\r\n", b" "),
    ],
    ids=["hints", "headers", "body", "chunks", "refusal"],
)
def test_an_answer_that_never_ends_is_given_up(service, monkeypatch, begin, piece):
    monkeypatch.setattr(open_meteo, "LONGEST_ANSWER_S", 0.3)
    with dripping(begin, piece) as (url, closed):
        with pytest.raises(WeatherError, match="too long"):
            forecast(PLACE, url=url)
        # And nobody goes on listening.
        assert closed.wait(10)


def test_who_waits_for_another_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(open_meteo, "LONGEST_ANSWER_S", -4.9)
    hold, begun = threading.Event(), threading.Event()

    def ask():
        begun.set()
        hold.wait(30)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(open_meteo._shared, "key", ask)
        begun.wait(30)
        with pytest.raises(WeatherError, match="too long"):
            open_meteo._shared("key", ask)
        hold.set()
        first.result()
    open_meteo.forget()
