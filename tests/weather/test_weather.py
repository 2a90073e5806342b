"""Hourly weather: files, hands, hours, the sun's day, and the days of heat."""

import copy
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import ephem
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskmodel.datasets import data_file
from riskmodel.physiology import heat, sun
from riskmodel.starts.daylight import days_of_sun
from riskmodel.weather.complete import COLUMNS, complete_weather, over_hours
from riskmodel.weather.coordinates import place_of_zone
from riskmodel.weather.epw import epw_weather
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.heat_days import suggest_heat_days
from riskmodel.weather.hours import Weather, WeatherError, hour_index, read_zone
from riskmodel.weather.over_session import session_weather, weather_answers
from riskmodel.weather.typed import CLOUD_PCT, HUMIDITY_PCT, WIND_M_S, typed_weather

JSON = data_file("examples_weather/open_meteo.json").read_bytes()
CSV = data_file("examples_weather/open_meteo.csv").read_bytes()
NWS = data_file("examples_weather/nws_grid_point.json").read_bytes()
NEEDED = [name for name, column in COLUMNS.items() if column.needed]


def weather(hours, first="2026-07-01T00:00", zone="UTC", place=(48.2, 16.4), **more):
    """Make hours from columns; numbers stand for every hour."""
    n = max(np.size(v) for v in hours.values())
    starts = np.datetime64(first, "ns") + np.arange(n) * np.timedelta64(1, "h")
    usual = {
        "air_temperature_c": 25.0,
        "relative_humidity_pct": 50.0,
        "wind_speed_m_s": 2.0,
        "solar_radiation_w_m2": 0.0,
    }
    frame = pd.DataFrame({**usual, **hours}, index=hour_index(starts))
    of = Weather(frame, zone, more.pop("kind", "typed"), "Here", *place, **more)
    return complete_weather(of)


def met(of, start, minutes, shade=False):
    """What one session meets."""
    when = np.array([start], dtype="datetime64[ns]")
    return session_weather(of, when, np.array([float(minutes)]), np.array([shade]))


# ------------------------------------------------------------------------------ files


def test_json_and_csv_of_the_same_days_are_the_same_weather():
    one, other = read_weather_file(JSON), read_weather_file(CSV)
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.time_zone == other.time_zone == "Europe/Vienna"
    assert one.attribution == "Weather data by Open-Meteo.com"
    # Two in the afternoon in Vienna is noon in UTC; the file has km/h.
    raw = json.loads(JSON)["hourly"]
    row = one.frame.loc["2026-07-01T12:00Z"]
    at = raw["time"].index("2026-07-01T14:00")
    ends = raw["wind_speed_10m"][at : at + 2]
    assert row["wind_speed_m_s"] == pytest.approx(sum(ends) / 2 / 3.6)
    assert row["solar_radiation_w_m2"] == raw["shortwave_radiation"][at + 1]
    assert one.frame["wind_speed_m_s"].isna().sum() == 2


def test_fahrenheit_miles_and_knots_of_a_saved_file_are_converted():
    payload = json.loads(JSON)
    n = len(payload["hourly"]["time"])
    payload["hourly"]["temperature_2m"] = [68.0] * n
    payload["hourly"]["wind_speed_10m"] = [10.0] * n
    payload["hourly_units"] |= {"temperature_2m": "°F", "wind_speed_10m": "kn"}
    row = read_weather_file(json.dumps(payload).encode()).frame.iloc[0]
    assert row["air_temperature_c"] == pytest.approx(20.0)
    assert row["wind_speed_m_s"] == pytest.approx(5.14444, abs=1e-4)
    payload["hourly_units"]["wind_speed_10m"] = "furlong/h"
    with pytest.raises(WeatherError, match="furlong/h"):
        read_weather_file(json.dumps(payload).encode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "no weather file"),
        (b"%PDF-1.7", "is a PDF"),
        (b"{", "no valid JSON"),
        (b"[1]", "no single JSON object"),
        (b"latitude,longitude\n1,2\n", "no line that begins with time"),
        (CSV.replace(b"2026-07-01T03:00,", b"2026-07-01T03:00,1,"), "has 9 cells"),
        (CSV.replace(b"(km/h)", b"(m/min)"), "m/min"),
        (CSV.replace(b"48.2,", b"north,"), "needed is a number"),
        (CSV.replace(b"2026-07-0", b"July "), "times that are none, such as 'July 1T"),
        (b"LOCATION,x\n", "needs the date"),
        (b'{"properties": 3}', "no weather in its properties"),
        (b'{"properties": {}}', "lacks temperature"),
        (b"{" + b" " * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_is_no_weather_says_so(content, words):
    with pytest.raises(WeatherError, match=words):
        read_weather_file(content)


@settings(max_examples=150)
@given(st.data())
def test_whatever_bytes_come_only_a_sentence_leaves(data):
    content = bytearray(data.draw(st.sampled_from([JSON, CSV, NWS])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = at + data.draw(st.integers(0, 300))
        junk = st.sampled_from(
            [b"", b"-", b"9" * 400, b"null", b"[]", b"{}", b'"x"', b"1e999", b"true", b"\0"]
        )
        content[at:end] = data.draw(st.one_of(junk, st.binary(max_size=4)))
    try:
        read = read_weather_file(bytes(content))
    except WeatherError as error:
        assert str(error)  # noqa: PT017
        return
    assert len(read.frame)


@pytest.mark.parametrize("content", [JSON, CSV, NWS], ids=["json", "csv", "nws"])
def test_a_file_cut_anywhere_is_read_or_named(content):
    lines = content.splitlines(keepends=True)
    cuts = [content[:end] for end in range(0, len(content), 7)]
    cuts += [b"".join(lines[:end]) for end in range(len(lines))]
    cuts += [b"".join(lines[:n] + lines[n + 1 :]) for n in range(len(lines))]
    for cut in cuts:
        try:
            assert len(read_weather_file(cut).frame)
        except WeatherError as error:
            assert "\n" not in str(error)  # noqa: PT017


# A value of JSON in every place of a forecast.
ODD = [None, True, "x", "", [], {}, -1, 10**400, 1e300, "2026-07-01T00:00"]
ODD += [[[]], [{}], [None], {"": None}, "\ud800", "\0", "+999999999999999:00", "+-5:30"]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
@pytest.mark.parametrize("content", [JSON, NWS], ids=["open_meteo", "nws"])
def test_an_odd_value_anywhere_is_read_or_named(content, odd):
    payload = json.loads(content)

    def places(node, depth=0):
        """Yield some places of every level."""
        keys = list(node) if isinstance(node, dict) else range(min(len(node), 2))
        for key in keys:
            yield node, key
            if isinstance(node[key], dict | list) and depth < 6:
                yield from places(node[key], depth + 1)

    n_named = 0
    for node, key in list(places(payload)):
        kept, node[key] = node[key], odd
        try:
            assert len(read_weather_file(json.dumps(payload).encode()).frame)
        except WeatherError:
            n_named += 1
        node[key] = kept
    assert n_named > 5


def test_hours_with_a_gap_are_no_weather():
    frame = weather({"air_temperature_c": np.full(6, 25.0)}).frame
    for hours, words in (
        (frame.drop(frame.index[2]), "not hourly"),
        (frame.iloc[:0], "no hours"),
    ):
        with pytest.raises(WeatherError, match=words):
            complete_weather(Weather(hours, "UTC", "typed", "", 0.0, 0.0))


def test_what_is_clamped_or_assumed_is_counted():
    given = {
        "solar_radiation_w_m2": [0.0, 500.0, 500.0, 500.0, 500.0, np.nan],
        "direct_fraction": [0.0, 0.91, 1.0, 0.9, np.nan, np.nan],
        "pressure_hpa": [np.nan, 950.0, 950.0, np.nan, np.nan, 950.0],
    }
    of = weather(given)
    assert of.notes == (
        "Direct radiation above 0.9 of all was taken as that in 2 hours.",
        "Direct radiation is not given and was computed from radiation and sun in 1 hour.",
        "Air pressure is not given and was taken as 1013.25 hPa in 3 hours.",
    )
    whole = {"direct_fraction": np.zeros(6), "pressure_hpa": np.full(6, 990.0)}
    assert weather({**given, **whole}).notes == ()


def test_direct_radiation_below_zero_is_said():
    payload = json.loads(JSON)
    direct = payload["hourly"]["direct_radiation"]
    direct[1], direct[2], direct[3] = -0.4, -1, -0.0
    read = read_weather_file(json.dumps(payload).encode())
    assert "Direct radiation slightly below 0 in 2 hours was taken as 0." in read.notes
    assert not any("Direct" in note for note in read_weather_file(JSON).notes)


def test_moments_that_no_form_takes_are_named():
    of = weather({"air_temperature_c": np.full(6, 25.0)})
    for year in (1, 1899, 2200, 9999):
        with pytest.raises(WeatherError, match=f"The date is {year:04d}-01-01; allowed is"):
            weather_answers(of, datetime(year, 1, 1, tzinfo=UTC), 60)


# -------------------------------------------------------- the National Weather Service


def test_a_grid_point_is_expanded_hour_by_hour():
    read = read_weather_file(NWS, place="Here", time_zone="America/Chicago")
    frame = read.frame
    # 7.408 km/h are four knots, for eight hours; a knot is 0.51444 m/s.
    wind = frame.loc["2026-07-01T06:00Z":"2026-07-01T14:00Z", "wind_speed_m_s"]
    assert wind.iloc[:8].to_numpy() == pytest.approx(4 * 1852 / 3600)
    assert wind.iloc[8] == pytest.approx(8 * 1852 / 3600)
    humidity = frame["relative_humidity_pct"].iloc[:4].tolist()
    assert humidity[0] == humidity[1] == humidity[2] != humidity[3]
    assert frame["wbgt_c"].notna().sum() == 28
    assert (read.latitude_deg, read.longitude_deg) == (32.89, -97.01)
    assert read.issued == datetime(2026, 7, 1, 5, 31, tzinfo=UTC)
    assert read.kind == "forecast"
    # Its WBGT counts: the mean of the two values that cover noon to three.
    answer = met(read, "2026-07-01T18:00", 60)
    assert answer.columns["wbgt_c"][0] == frame.loc["2026-07-01T18:00Z", "wbgt_c"]


def nws(change):
    payload = copy.deepcopy(json.loads(NWS))
    change(payload["properties"])
    return json.dumps(payload).encode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p["temperature"].update(uom="wmoUnit:K"), "'wmoUnit:K'|'K'"),
        (lambda p: p["windSpeed"].update(uom="wmoUnit:degC"), "degC"),
        (lambda p: p["temperature"].update(uom=None), "None"),
        (lambda p: p["temperature"].update(values=3), "no list"),
        (lambda p: p["temperature"]["values"].append(3), "as a time of"),
        (lambda p: p["temperature"]["values"][0].update(validTime="today"), "today"),
        (
            lambda p: p["temperature"]["values"][0].update(
                validTime="2026-07-01T06:00:00+00:00/PT30M"
            ),
            "PT30M",
        ),
        (
            lambda p: p["temperature"]["values"][0].update(
                validTime="2026-07-01T06:00:00.5+00:00/PT1H"
            ),
            "not on the hour",
        ),
        (
            lambda p: p["temperature"]["values"][0].update(
                validTime="2026-07-01T06:00:00+00:00/P900D"
            ),
            "400 days",
        ),
        (lambda p: p["temperature"]["values"][0].update(value="hot"), "hot"),
        (
            lambda p: [v.update(value=v["value"] + 60) for v in p["temperature"]["values"]],
            "likely in °F",
        ),
        (lambda p: p["temperature"]["values"].reverse(), "not in order"),
        (
            lambda p: p["skyCover"].update(
                values=[{"validTime": "2030-07-01T06:00:00+00:00/PT1H", "value": 5}]
            ),
            "more than 400 days apart",
        ),
        (lambda p: p.pop("skyCover"), "no solar radiation"),
    ],
)
def test_a_grid_point_with_nonsense_says_so(change, words):
    with pytest.raises(WeatherError, match=words):
        read_weather_file(nws(change))


def several_outlines(payload):
    outline = payload["geometry"]
    outline["coordinates"] = [outline["coordinates"]]


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.pop("geometry"),
        several_outlines,
        lambda p: p["geometry"].update(coordinates=[[-97.0, 32.9]]),
        lambda p: p["geometry"].update(coordinates=[[[-97.0], [-98.0]]]),
        lambda p: p["geometry"].update(coordinates=[[[-97.0, 32.9], [1]]]),
    ],
)
def test_a_grid_point_without_an_outline_needs_a_place(change):
    payload = json.loads(NWS)
    change(payload)
    content = json.dumps(payload).encode()
    with pytest.raises(WeatherError, match="names no place"):
        read_weather_file(content)
    read = read_weather_file(content, latitude_deg=32.9, longitude_deg=-97.0)
    assert read.latitude_deg == 32.9
    assert "Times are UTC: the file names no time zone, and none was given." in read.notes


# ------------------------------------------------------------------------- typical years


def epw(offset_h=5.5, rows=8760, **changes):
    """A year whose temperature is the number of the day / 10, and the hour / 100."""
    moments = pd.date_range("2001-01-01T01:00", periods=8760, freq="h")
    lines = [f"LOCATION,Town,REGION,COUNTRY,TMY,1,12.50,77.50,{offset_h},900.0"]
    lines += ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
    lines += ["HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,x", "COMMENTS 2,x"]
    lines += ["DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31"]
    for n, end in enumerate(moments[:rows]):
        begin = end - pd.Timedelta(1, "h")
        cells = [2001, begin.month, begin.day, begin.hour + 1, 0, "?"]
        light = max(0.0, 12 - abs(begin.hour - 11.5) * 2) * 60
        temperature = begin.day_of_year / 10 + (begin.hour + 1) / 100
        cells += [f"{temperature:.3f}", 10.0, 60, 90000, 0, 0, 300, light, 500, light * 0.3]
        cells += [0, 0, 0, 0, 180, 3.0, 4, 4, 20, 777, 9, 9]
        for column, value in changes.get("at", {}).get(n, {}).items():
            cells[column] = value
        lines.append(",".join(map(str, cells)))
    return "\n".join(lines).encode()


YEAR = epw()


def test_a_typical_year_gives_the_usual_climate_of_a_date():
    made = epw_weather(epw(), date(2027, 7, 4), place="Race")
    assert made.kind == "climate"
    assert made.words == "Usual climate of that time of year, not a forecast, Race"
    assert made.time_zone == "+05:30"
    # Midnight of half past five east of Greenwich.
    assert made.frame.index[0] == pd.Timestamp("2027-07-03T18:30Z")
    # The fifteen days around day 185 have its own number as their mean; from 12 to 13
    # o'clock lies between the values of the hours that end then.
    noon = made.frame.loc["2027-07-04T06:30Z"]
    assert noon["air_temperature_c"] == pytest.approx(18.5 + 0.125)
    assert noon["solar_radiation_w_m2"] == pytest.approx((12 - 1) * 60)
    assert noon["direct_fraction"] == pytest.approx(0.7)
    assert noon["pressure_hpa"] == 900.0
    assert noon["cloud_pct"] == 40.0
    assert made.last_start == pd.Timestamp("2027-07-04T23:59+05:30")


def test_a_typical_year_joins_up_with_itself():
    made = epw_weather(epw(), date(2027, 1, 1))
    days = np.array([*range(359, 366), *range(1, 9)])
    noon = made.frame.loc["2027-01-01T06:30Z", "air_temperature_c"]
    assert noon == pytest.approx(days.mean() / 10 + 0.125)
    leap = epw_weather(epw(), date(2028, 2, 29)).frame
    assert leap.loc["2028-02-29T06:30Z", "air_temperature_c"] == pytest.approx(5.9 + 0.125)


def test_missing_values_of_a_typical_year_stay_missing():
    # Eight of the fifteen days around 4 July have no temperature at 13 o'clock.
    noon = (185 - 1) * 24 + 12
    gone = {noon + 24 * n: {6: 99.9} for n in range(8)}
    made = epw_weather(epw(at=gone), date(2027, 7, 4)).frame
    assert np.isnan(made.loc["2027-07-04T06:30Z", "air_temperature_c"])
    some = {noon + 24 * n: {6: 99.9} for n in range(7)}
    made = epw_weather(epw(at=some), date(2027, 7, 4)).frame
    assert np.isfinite(made.loc["2027-07-04T06:30Z", "air_temperature_c"])


def test_a_typical_year_keeps_its_own_offset():
    plain = epw_weather(YEAR, date(2027, 7, 4))
    for zone, kept in (("Asia/Kolkata", True), ("Europe/Vienna", False)):
        made = read_weather_file(YEAR, on=date(2027, 7, 4), time_zone=zone)
        pd.testing.assert_frame_equal(made.frame, plain.frame)
        assert made.time_zone == (zone if kept else "+05:30")
        said = [note for note in made.notes if "another standard time" in note]
        assert said == [] if kept else len(said) == 1
    # Summer time is for people: the moments stay those of the file.
    for zone, offset in (
        ("Europe/Vienna", 1),
        ("Pacific/Auckland", 12),
        ("Europe/Dublin", 0),
        ("America/St_Johns", -3.5),
    ):
        there = YEAR.replace(b",77.50,5.5,", f",77.50,{offset},".encode())
        summer = epw_weather(there, date(2027, 7, 4), time_zone=zone)
        assert summer.time_zone == zone
        midnight = pd.Timestamp("2027-07-04T00:00Z") - pd.Timedelta(offset, "h")
        assert summer.frame.index[0] == midnight
    with pytest.raises(WeatherError, match="no time zone"):
        epw_weather(YEAR, date(2027, 7, 4), time_zone="Mars/Olympus")


def test_diffuse_radiation_above_all_of_it_is_said():
    noon = (185 - 1) * 24 + 11
    more = {noon + 24 * n: {15: 1400.0} for n in range(-7, 8)}
    made = epw_weather(epw(at=more), date(2027, 7, 4))
    assert (
        "Diffuse radiation above the radiation in all in 2 hours was taken as all of it."
        in made.notes
    )
    assert not any("Diffuse" in n for n in epw_weather(YEAR, date(2027, 7, 4)).notes)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2300-01-01", "9999-12-31"])
def test_a_date_that_no_form_takes_is_named(day):
    on = date.fromisoformat(day)
    words = f"The date is {day}; allowed is 1900 to 2199"
    with pytest.raises(WeatherError, match=words):
        read_weather_file(YEAR, on=on)
    numbers = dict(latitude_deg=48.2, longitude_deg=16.4, time_zone="Europe/Vienna")
    numbers |= dict(coolest_c=15, warmest_c=29, relative_humidity_pct=55)
    numbers |= dict(wind_speed_m_s=3, cloud_pct=40)
    with pytest.raises(WeatherError, match=words):
        typed_weather(on, **numbers)
    with pytest.raises(WeatherError, match=words):
        suggest_heat_days(past([30] * 15), PLANNED, 60, today=on)
    for fine in (date(1900, 1, 3), date(2199, 12, 29)):
        assert len(typed_weather(fine, **numbers).frame) == 48
        assert len(epw_weather(YEAR, fine).frame) == 48


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: epw(rows=4000), "4000 hours"),
        (lambda: epw(at={n: {6: "warm"} for n in range(2000)}), "column 7, but 'warm'"),
        (lambda: epw(at={n: {6: 70} for n in range(8760)}), "likely in °F"),
        (lambda: epw(offset_h=99), "time zone 99"),
        (lambda: epw().replace(b"12.50,77.50", b"north,77.50"), "latitude"),
        (lambda: epw().replace(b",0,0,0,0,180,3.0,4,4,20,777,9,9", b"", 1), "16 cells"),
        (lambda: epw().replace(b"2001,7,4,1,", b"2001,7,4,3,"), "no 4.7."),
    ],
)
def test_a_typical_year_with_nonsense_says_so(make, words):
    with pytest.raises(WeatherError, match=words):
        read_weather_file(make(), on=date(2027, 7, 4))


def test_a_typical_year_cut_anywhere_says_so():
    lines = YEAR.splitlines(keepends=True)
    assert len(lines) == 8 + 8760
    # The last number that is read is whole where a comma follows.
    unread = "4,20,777,9,9"
    in_the_last_line = range(len(YEAR) - len(lines[-1]), len(YEAR) - len(unread), 3)
    cuts = [YEAR[:end] for end in (*range(400), *in_the_last_line)]
    cuts += [YEAR[: -len(unread) - 1]]
    cuts += [b"".join(lines[:end]) for end in (*range(12), 4000, 8766, 8767)]
    cuts += [b"\n" * 9, b"\xef\xbb\xbf", b'"', b"\0"]
    for cut in cuts:
        with pytest.raises(WeatherError) as caught:
            epw_weather(cut, date(2027, 7, 4))
        assert "\n" not in str(caught.value)
    # What is not read may be missing.
    assert len(epw_weather(YEAR[: -len(unread)], date(2027, 7, 4)).frame) == 48


# ----------------------------------------------------------------------- hours and hand


@given(
    st.lists(st.floats(-20, 45), min_size=2, max_size=48),
    st.lists(st.floats(0, 1000), min_size=48, max_size=48),
)
def test_hours_are_means_of_ends_and_of_the_hour_before(temperatures, radiation):
    n = len(temperatures)
    labels = np.datetime64("2026-03-29T00", "h") + np.arange(n)
    frame = over_hours(
        labels, {"t": np.array(temperatures)}, {"s": np.array(radiation[:n])}
    )
    assert len(frame) == n - 1
    for i in range(n - 1):
        low, high = sorted(temperatures[i : i + 2])
        assert low - 1e-9 <= frame["t"].iloc[i] <= high + 1e-9
        assert frame["s"].iloc[i] == radiation[i + 1]


def test_an_hour_that_is_left_out_is_missing():
    labels = np.array(["2026-07-01T00", "2026-07-01T01", "2026-07-01T03"], "datetime64[h]")
    frame = over_hours(labels, {"t": np.array([1.0, 2.0, 4.0])}, {})
    assert frame["t"].isna().tolist() == [False, True, True]


def test_hours_typed_by_hand_reach_what_was_typed():
    made = typed_weather(
        date(2027, 7, 4),
        latitude_deg=48.2,
        longitude_deg=16.4,
        time_zone="Europe/Vienna",
        coolest_c=15,
        warmest_c=29,
        relative_humidity_pct=55,
        wind_speed_m_s=3,
        cloud_pct=40,
    )
    local = made.frame.set_axis(made.frame.index.tz_convert("Europe/Vienna"))
    air = local["air_temperature_c"]
    assert air.idxmax().hour in (14, 15)
    assert air.idxmin().hour in (4, 5)
    assert 28.7 < air.max() < 29
    assert 15 < air.min() < 15.3
    # Warmer air of the same moisture is drier.
    assert local["relative_humidity_pct"].idxmin() == air.idxmax()
    night = local.between_time("23:00", "02:00")["solar_radiation_w_m2"]
    assert (night == 0).all()
    # Kasten and Czeplak with four tenths of cloud: 3 % less than a clear sky.
    start = np.datetime64("2027-07-04T10:00", "ns")
    clear = sun.clear_sky_radiation_w_m2(sun.mean_cos_zenith(start, 60.0, 48.2, 16.4))
    noon = made.frame.loc["2027-07-04T10:00Z", "solar_radiation_w_m2"]
    assert noon == pytest.approx(float(clear) * (1 - 0.75 * 0.4**3.4))


BY_HAND = dict(time_zone="Europe/Vienna", coolest_c=15, warmest_c=29)


def test_two_temperatures_are_enough_and_what_is_assumed_is_said():
    short = typed_weather(date(2027, 7, 4), **BY_HAND)
    town = place_of_zone("Europe/Vienna")
    at_length = typed_weather(
        date(2027, 7, 4),
        **BY_HAND,
        latitude_deg=town.latitude_deg,
        longitude_deg=town.longitude_deg,
        relative_humidity_pct=HUMIDITY_PCT["usual"],
        wind_speed_m_s=WIND_M_S,
        cloud_pct=CLOUD_PCT["partly"],
    )
    pd.testing.assert_frame_equal(short.frame, at_length.frame)
    assumed = [note for note in short.notes if note not in at_length.notes]
    assert [note.split()[0] for note in assumed] == ["The", "Humidity", "Wind", "Cloud"]
    assert "Vienna" in assumed[0]


@pytest.mark.parametrize("air", HUMIDITY_PCT)
@pytest.mark.parametrize("cloud", CLOUD_PCT)
def test_words_stand_for_numbers_that_are_said(air, cloud):
    made = typed_weather(
        date(2027, 7, 4), **BY_HAND, relative_humidity_pct=air, cloud_pct=cloud
    )
    number = typed_weather(
        date(2027, 7, 4),
        **BY_HAND,
        relative_humidity_pct=HUMIDITY_PCT[air],
        cloud_pct=CLOUD_PCT[cloud],
    )
    pd.testing.assert_frame_equal(made.frame, number.frame)
    told = " ".join(set(made.notes) - set(number.notes))
    assert f"{HUMIDITY_PCT[air]:g} %" in told
    assert f"{CLOUD_PCT[cloud]:g} %" in told
    assert "not given" not in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time_zone": "UTC"}, "UTC names no town"),
        ({"time_zone": "+02:00"}, "names no town"),
        ({"latitude_deg": 48.2}, "both or not at all"),
        ({"relative_humidity_pct": "sticky"}, "allowed is dry, usual, humid"),
        ({"cloud_pct": "night"}, "allowed is clear, partly, overcast"),
        ({"coolest_c": float("nan")}, "coolest"),
        ({"wind_speed_m_s": float("nan")}, "no wind"),
    ],
)
def test_what_two_temperatures_do_not_tell_is_named(change, words):
    with pytest.raises(WeatherError, match=words):
        typed_weather(date(2027, 7, 4), **{**BY_HAND, **change})


def test_every_town_of_a_zone_lies_where_its_clock_is():
    names = available_timezones()
    towns = {name: place_of_zone(name) for name in names}
    nowhere = {name for name, town in towns.items() if town is None}
    # Only names without a town; what a browser tells of a city always has one.
    assert not any(name.startswith(("Europe/", "America/", "Asia/")) for name in nowhere)
    assert {"UTC", "Etc/GMT+5"} <= nowhere
    january = datetime(2027, 1, 15)
    for name, town in towns.items():
        if town is None:
            continue
        assert town.time_zone == name
        assert town.name
        assert town.country
        offset_h = ZoneInfo(name).utcoffset(january) / timedelta(hours=1)
        # Around the date line a day more or less, in China one clock for all.
        apart_h = (offset_h - town.longitude_deg / 15 + 12) % 24 - 12
        assert abs(apart_h) < 3.5, name


@pytest.mark.parametrize("name", ["", "Nowhere", "../etc", "+02:00", "Etc/UTC"])
def test_what_names_no_town_has_no_place(name):
    assert place_of_zone(name) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coolest_c": 30}, "coolest"),
        ({"relative_humidity_pct": 0}, "1 to 100"),
        ({"cloud_pct": 120}, "possible is 0 to 100"),
        ({"wind_speed_m_s": -1}, "possible is 0 to 115"),
        ({"days": 0}, "1 to 14"),
        ({"latitude_deg": 95}, "Latitude"),
        ({"time_zone": "Nowhere"}, "no time zone"),
    ],
)
def test_what_cannot_be_typed_is_named(change, words):
    usual = dict(latitude_deg=48.2, longitude_deg=16.4, time_zone="Europe/Vienna")
    usual |= dict(coolest_c=15, warmest_c=29, relative_humidity_pct=55)
    usual |= dict(wind_speed_m_s=3, cloud_pct=40)
    with pytest.raises(WeatherError, match=words):
        typed_weather(date(2027, 7, 4), **{**usual, **change})


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "../x",
        "America",
        "\0",
        "+5",
        "+99:00",
        "-x",
        "+-5:30",
        "+9999999999:00",
    ],
)
def test_a_zone_that_is_none_is_named(name):
    with pytest.raises(WeatherError, match="no time zone"):
        read_zone(name)


# --------------------------------------------------------------------------- a session


@settings(max_examples=40)
@given(
    st.integers(0, 20 * 60),
    st.integers(5, 27 * 60 // 4),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_a_session_meets_every_hour_by_its_minutes(begin, minutes, seed, shade):
    random = np.random.default_rng(seed)
    hours = {
        # Not so hot that the WBGT would be refused as impossible.
        "air_temperature_c": random.uniform(5, 28, 30),
        "relative_humidity_pct": random.uniform(20, 90, 30),
        "wind_speed_m_s": random.uniform(0, 9, 30),
        "solar_radiation_w_m2": random.uniform(0, 900, 30),
        "direct_fraction": random.uniform(0, 0.85, 30),
        "pressure_hpa": random.uniform(800, 1030, 30),
    }
    of = weather(hours)
    start = np.datetime64("2026-07-01T00:00", "m") + begin
    answer = met(of, start, minutes, shade)
    # Minute by minute, which is slow and simple.
    sums = dict.fromkeys([*NEEDED, "wbgt_c"], 0.0)
    highest = -np.inf
    for minute in range(begin, begin + minutes):
        h = minute // 60
        cosine = sun.mean_cos_zenith(of.hours_utc[h], 60.0, 48.2, 16.4)
        light, direct = hours["solar_radiation_w_m2"][h], hours["direct_fraction"][h]
        if shade:
            light, direct = light * (1 - direct), 0.0
        air, humidity = hours["air_temperature_c"][h], hours["relative_humidity_pct"][h]
        wind = hours["wind_speed_m_s"][h]
        near = heat.wind_speed_2m(wind, light, cosine)
        wbgt = heat.wbgt_liljegren(
            air,
            humidity,
            near,
            light,
            direct,
            cosine,
            pressure_hpa=hours["pressure_hpa"][h],
        ).wbgt_c
        highest = max(highest, float(wbgt))
        values = [air, humidity, wind, light, float(wbgt)]
        for name, value in zip(sums, values, strict=True):
            sums[name] += value / minutes
    for name, value in sums.items():
        assert answer.columns[name][0] == pytest.approx(value, abs=1e-9), name
    assert answer.wbgt_highest_c[0] == pytest.approx(highest)


def test_a_missing_hour_matters_only_to_sessions_that_touch_it():
    air = np.full(6, 25.0)
    air[3] = np.nan
    of = weather({"air_temperature_c": air}, zone="Europe/Vienna")
    for start, minutes, fine in [
        ("2026-07-01T02:00", 60, True),
        ("2026-07-01T02:00", 61, False),
        ("2026-07-01T03:59", 10, False),
        ("2026-07-01T04:00", 60, True),
    ]:
        answer = met(of, start, minutes)
        assert np.isfinite(answer.columns["wbgt_c"][0]) == fine
        expected = "" if fine else "The air temperature from Wed 05:00 to 06:00 is missing."
        assert answer.problems[0] == expected


def test_a_session_beyond_the_weather_has_no_number():
    of = weather({"air_temperature_c": np.full(6, 25.0)})
    late, early = met(of, "2026-07-01T05:00", 61), met(of, "2026-06-30T23:59", 30)
    assert late.problems[0] == "The weather ends on Wed 06:00, before the session would."
    assert early.problems[0] == "The weather begins on Wed 00:00, after the session would."
    assert np.isnan(late.columns["wbgt_c"][0])
    assert met(of, "2026-07-01T05:00", 60).problems[0] == ""


@pytest.mark.parametrize(
    ("column", "value", "fine"),
    [
        ("air_temperature_c", -20.0, True),
        ("air_temperature_c", -20.1, False),
        ("air_temperature_c", 55.1, False),
        ("relative_humidity_pct", 0.0, False),
        ("relative_humidity_pct", 104.0, False),
        ("wind_speed_m_s", 30.0, True),
        ("wind_speed_m_s", 30.5, False),
        ("solar_radiation_w_m2", 1400.0, False),
    ],
)
def test_weather_outside_of_what_can_be_scored_has_no_number(column, value, fine):
    answer = met(weather({column: np.full(3, value)}), "2026-07-01T01:00", 60)
    assert (answer.problems[0] == "") == fine
    if not fine:
        assert "allowed is" in answer.problems[0]


@settings(max_examples=60)
@given(
    st.floats(-10, 34),
    st.floats(10, 100),
    st.floats(0, 10),
    st.floats(0, 1000),
    st.integers(0, 18 * 60),
    st.integers(5, 240),
)
def test_constant_weather_changes_only_with_the_sun(
    air, humidity, wind, light, begin, minutes
):
    constant = {
        "air_temperature_c": air,
        "relative_humidity_pct": humidity,
        "wind_speed_m_s": wind,
        "solar_radiation_w_m2": light,
    }
    of = weather({name: np.full(24, value) for name, value in constant.items()})
    hour, past = divmod(begin, 60)
    at = np.datetime64("2026-07-01T00:00", "m")
    full, between, after = (
        met(of, at + m, minutes) for m in (hour * 60, begin, hour * 60 + 60)
    )
    assume(not any(m.problems[0] for m in (full, between, after)))
    # The means stay what they are, to the last digit: a form takes 100 % and no more.
    for name, value in constant.items():
        assert between.columns[name][0] == value
    if minutes % 60 == 0:
        # Between two full hours the mean goes straight from the one to the other.
        share = past / 60
        straight = full.columns["wbgt_c"] * (1 - share) + after.columns["wbgt_c"] * share
        assert between.columns["wbgt_c"] == pytest.approx(straight, abs=1e-9)
    # The hottest hour is that of its own sun, by the published balance.
    hours = of.hours_utc[hour : (begin + minutes - 1) // 60 + 1]
    cosine = sun.mean_cos_zenith(hours, 60.0, 48.2, 16.4)
    near = heat.wind_speed_2m(wind, light, cosine)
    direct = sun.direct_fraction(light, cosine)
    each = heat.wbgt_liljegren(air, humidity, near, light, direct, cosine).wbgt_c
    assert between.wbgt_highest_c[0] == pytest.approx(np.max(each), abs=1e-9)


def test_there_is_no_saw_tooth_within_the_hour():
    of = weather({"solar_radiation_w_m2": np.full(24, 700.0)})
    wbgt = [
        met(of, np.datetime64("2026-07-01T04:00", "m") + m, 60).columns["wbgt_c"][0]
        for m in range(0, 180, 15)
    ]
    steps = np.diff(wbgt)
    # Three slopes for three hours.
    assert len(np.unique(steps.round(9))) == 3


def test_a_problem_in_the_hour_that_comes_twice_names_its_offset():
    air = np.full(6, 15.0)
    air[0] = np.nan
    of = weather({"air_temperature_c": air}, first="2026-10-25T00:00", zone="Europe/Vienna")
    said = met(of, "2026-10-25T00:00", 60).problems[0]
    hour = "Sun 02:00 (UTC+02:00) to 02:00 (UTC+01:00)"
    assert said == f"The air temperature from {hour} is missing."
    assert met(of, "2026-10-25T01:00", 60).problems[0] == ""


def test_answers_need_the_whole_session():
    of = weather({"air_temperature_c": np.full(6, 25.0)})
    with pytest.raises(WeatherError, match="no time zone"):
        weather_answers(of, datetime(2026, 7, 1, 2), 60)
    with pytest.raises(WeatherError, match="ends on"):
        weather_answers(of, datetime(2026, 7, 1, 5, 30, tzinfo=UTC), 60)


# ------------------------------------------------------------------------- the sun's day


def almanac(day, zone, place):
    observer = ephem.Observer()
    observer.lat, observer.lon = map(np.radians, place)
    observer.pressure, observer.horizon = 0, "-0:50"
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    observer.date = midnight.astimezone(UTC).replace(tzinfo=None)
    times = []
    for find in (observer.next_rising, observer.next_setting):
        moment = find(ephem.Sun()).datetime().replace(tzinfo=UTC)
        times.append(moment.astimezone(ZoneInfo(zone)))
    return times


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("Europe/Vienna", (48.2, 16.4)),
        ("Asia/Kathmandu", (27.7, 85.3)),
        ("Asia/Kolkata", (12.97, 77.59)),
        ("Australia/Lord_Howe", (-31.55, 159.08)),
        ("America/Punta_Arenas", (-53.16, -70.9)),
        ("Pacific/Auckland", (-36.85, 174.76)),
        ("Africa/Nairobi", (-1.29, 36.82)),
    ],
)
def test_the_sun_rises_and_sets_with_an_ephemeris(zone, place):
    for day in pd.date_range("2026-01-03", "2026-12-30", freq="17D").date:
        (ours,) = days_of_sun(day, day, ZoneInfo(zone), *place)
        rise, fall = almanac(day, zone, place)
        assert abs(ours.sunrise - rise) < timedelta(minutes=4)
        assert abs(ours.sunset - fall) < timedelta(minutes=4)
        assert ours.words == f"Sunrise {ours.sunrise:%H:%M}, sunset {ours.sunset:%H:%M}."


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 6, 21), "The sun does not set."),
        (date(2026, 12, 21), "The sun does not rise."),
    ],
)
def test_polar_days_and_nights_say_so(day, words):
    (found,) = days_of_sun(day, day, ZoneInfo("Arctic/Longyearbyen"), 78.22, 15.65)
    assert (found.words, found.sunrise, found.sunset) == (words, None, None)


def test_a_day_on_which_clocks_change_at_midnight_has_a_sun():
    # On 6 September 2026 Santiago goes from midnight to one o'clock.
    days = days_of_sun(
        date(2026, 9, 5), date(2026, 9, 7), ZoneInfo("America/Santiago"), -33.45, -70.67
    )
    assert [d.day.day for d in days] == [5, 6, 7]
    assert all(6 <= d.sunrise.hour <= 8 for d in days)


# ----------------------------------------------------------------------- days of heat


def past(temperatures, issued="2026-07-15T08:00"):
    """Days of one temperature each; the last is that of the planned session."""
    return weather(
        {"air_temperature_c": np.repeat(np.array(temperatures, dtype=float), 24)},
        kind="forecast",
        issued=datetime.fromisoformat(issued).replace(tzinfo=UTC),
    )


PLANNED = datetime(2026, 7, 15, 17, tzinfo=UTC)


def test_days_of_heat_are_those_as_warm_as_the_plan():
    # 28 degrees are just close enough to 30, 27.9 are not.
    of = past([30, 31, 28, 27.9, 20, 29, 35] * 2 + [30])
    found = suggest_heat_days(of, PLANNED, 60)
    assert (found.suggested, found.warm_days, found.known_days) == (None, 10, 14)
    assert found.sentence == (
        "On 10 of the last 14 days it was as warm at that time of day (28.0 °C or more, "
        "2 °C below the plan); count those on which you trained then."
    )
    trained = [date(2026, 7, 1), date(2026, 7, 4), date(2026, 7, 5), date(2026, 7, 14)]
    found = suggest_heat_days(of, PLANNED, 60, trained=trained)
    assert found.suggested == 2
    assert "2 of the 4 days with a session in the last 14 had" in found.sentence
    # What it rests on comes first: nobody knows where the sessions were.
    assert found.sentence.startswith("If you trained at ")


def test_sessions_count_at_their_own_time_and_once_a_day():
    air = np.full(15 * 24, 20.0)
    air[10 * 24 + 17] = 30.0  # only on the 11th at five
    air[14 * 24 + 17] = 30.0
    of = weather(
        {"air_temperature_c": air},
        kind="forecast",
        issued=datetime(2026, 7, 15, 8, tzinfo=UTC),
    )
    morning = datetime(2026, 7, 11, 7, tzinfo=UTC)
    evening = datetime(2026, 7, 11, 17, tzinfo=UTC)
    assert suggest_heat_days(of, PLANNED, 60, trained=[morning]).suggested == 0
    both = suggest_heat_days(of, PLANNED, 60, trained=[morning, evening, evening])
    assert both.suggested == 1
    with pytest.raises(WeatherError, match="no time zone"):
        suggest_heat_days(of, PLANNED, 60, trained=[datetime(2026, 7, 11, 7)])


def test_days_without_weather_are_said():
    of = past([30] * 15)
    fewer = weather(
        {"air_temperature_c": of.frame["air_temperature_c"].to_numpy()[-5 * 24 :]},
        first="2026-07-11T00:00",
        kind="forecast",
        issued=of.issued,
    )
    found = suggest_heat_days(fewer, PLANNED, 60)
    assert (found.warm_days, found.known_days) == (4, 4)
    assert found.sentence.endswith("The weather of 10 of these days is not known.")
    with pytest.raises(WeatherError, match="planned session"):
        suggest_heat_days(of, datetime(2026, 8, 1, 17, tzinfo=UTC), 60)


def test_days_still_ahead_are_not_counted():
    # The session is five days after the forecast: the warm days between are not over.
    of = past([20] * 10 + [30] * 5, issued="2026-07-11T00:00")
    assert suggest_heat_days(of, PLANNED, 60).warm_days == 0


def test_without_an_issue_time_the_days_to_come_are_no_past():
    air = np.repeat([20.0] * 10 + [30.0] * 5, 24)
    of = weather({"air_temperature_c": air}, first="2150-07-01T00:00", kind="forecast")
    planned = datetime(2150, 7, 15, 17, tzinfo=UTC)
    # All of it is ahead of the present day.
    found = suggest_heat_days(of, planned, 60)
    assert (found.warm_days, found.known_days) == (0, 0)
    assert suggest_heat_days(of, planned, 60, today=date(2150, 7, 13)).warm_days == 2
    assert suggest_heat_days(of, planned, 60, today=date(2151, 7, 13)).warm_days == 4
    # Typed days have no present.
    typed = weather({"air_temperature_c": air}, first="2150-07-01T00:00")
    assert suggest_heat_days(typed, planned, 60).warm_days == 4


@pytest.mark.parametrize(("planned", "hot"), [(19.9, False), (20.0, True)])
def test_what_is_not_hot_gets_no_offer(planned, hot):
    trained = [date(2026, 7, day) for day in range(1, 15)]
    found = suggest_heat_days(past([planned] * 15), PLANNED, 60, trained=trained)
    assert found.suggested == (14 if hot else None)
    assert ("which is not hot (below 20 °C)" in found.sentence) != hot


@pytest.mark.parametrize("minutes", [0.0, -5.0, 1441.0, float("nan")])
def test_a_session_of_no_length_has_no_weather(minutes):
    of = typed_weather(
        date(2026, 7, 1), latitude_deg=48, longitude_deg=16, time_zone="Europe/Vienna",
        coolest_c=20, warmest_c=30, relative_humidity_pct=50, wind_speed_m_s=2, cloud_pct=0,
    )  # fmt: skip
    with pytest.raises(WeatherError, match="has no weather"):
        weather_answers(of, datetime(2026, 7, 1, 12, tzinfo=UTC), minutes)
