"""Sun and sky against an ephemeris, published values and arithmetic by hand."""

import datetime as dt

import ephem
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology import sun

CLEAR, PARTLY, OVERCAST, SHADE, NIGHT, INDOOR, UNKNOWN = 0, 1, 2, 3, 4, 5, -1

SITES = {
    "Longyearbyen": (78.22, 15.65),
    "Greenwich": (51.48, 0.0),
    "Boulder": (40.01, -105.27),
    "Singapore": (1.35, 103.82),
    "Sydney": (-33.87, 151.21),
    "Ushuaia": (-54.80, -68.30),
    "McMurdo": (-77.85, 166.67),
}


def ephemeris_cos_zenith(times, latitude_deg, longitude_deg):
    observer, body = ephem.Observer(), ephem.Sun()
    observer.pressure = 0  # no refraction
    observer.lat, observer.lon = np.radians(latitude_deg), np.radians(longitude_deg)
    sines = []
    for time in times:
        observer.date = time.astype(dt.datetime)
        body.compute(observer)
        sines.append(np.sin(body.alt))
    return np.array(sines)


@pytest.mark.parametrize("site", SITES)
def test_sun_stands_where_an_ephemeris_puts_it(site):
    # 413 minutes is no divisor of a day: all hours and seasons are met.
    times = np.arange("2027-01-01", "2029-01-01", 413, dtype="datetime64[m]")
    expected = ephemeris_cos_zenith(times, *SITES[site])
    cosine = sun.cos_zenith(times, *SITES[site])
    assert np.abs(cosine - expected).max() < 0.004
    assert np.sqrt(np.mean((cosine - expected) ** 2)) < 0.0015
    clear_of_horizon = np.abs(expected) > 0.004
    assert ((cosine > 0) == (expected > 0))[clear_of_horizon].all()


@pytest.mark.parametrize("year", [2020, 2024, 2026, 2035])
def test_sun_keeps_step_with_leap_years(year):
    times = np.arange(f"{year}-01-01", f"{year + 1}-01-01", 413, dtype="datetime64[m]")
    expected = ephemeris_cos_zenith(times, *SITES["Greenwich"])
    assert np.abs(sun.cos_zenith(times, *SITES["Greenwich"]) - expected).max() < 0.004


def test_worked_example_of_the_nrel_solar_position_algorithm():
    # Reda and Andreas, NREL/TP-560-34302: zenith 50.11162°, refraction included.
    moment = np.datetime64("2003-10-17T19:30:30")
    cosine = sun.cos_zenith(moment, 39.742476, -105.1786)
    assert cosine == pytest.approx(np.cos(np.radians(50.11162)), abs=0.004)


def test_times_and_places_broadcast_and_unknown_ones_give_nan():
    times = np.array(["2027-06-21T12:00", "NaT"], dtype="datetime64[m]")
    cosines = sun.cos_zenith(times[:, np.newaxis], [0.0, 51.48, np.nan], 0.0)
    assert cosines.shape == (2, 3)
    assert np.isnan(cosines[1]).all()
    assert np.isnan(cosines[0]).tolist() == [False, False, True]
    assert cosines[0, 1] == sun.cos_zenith(times[0], 51.48, 0.0)


def test_clear_sky_gives_the_values_that_pvlib_publishes():
    # pvlib-python, tests of clearsky.haurwitz.
    elevation_deg = np.array([-20, -0.05, -0.001, 5, 10, 30, 50, 90])
    expected = [0, 0, 0, 48.6298688, 135.7417481, 487.8941329, 778.7666893, 1035.092033]
    radiation = sun.clear_sky_radiation_w_m2(np.sin(np.radians(elevation_deg)))
    assert radiation == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("clearness", "expected"),
    [
        (0.5, 0.379083),  # exp(3 − 0.67 − 3.3) = exp(−0.97)
        (0.7, 0.744425),  # exp(3 − 0.938 − 2.357143) = exp(−0.295143)
        (0.85, 0.9),  # exp(−0.080176) = 0.923 is above the ceiling
        (4.0, 0.9),  # more than can be counts as 0.85
        (0.0, 0.0),
    ],
)
def test_direct_fraction_follows_liljegren(clearness, expected):
    share = sun.direct_fraction(clearness * 1367.0 * 0.8, 0.8)
    assert share == pytest.approx(expected, abs=1e-6)


@given(
    radiation=st.floats(0, 1300),
    more=st.floats(0, 1300),
    cosine=st.floats(-1, 1),
)
def test_brighter_light_holds_no_smaller_share_of_sun(radiation, more, cosine):
    shares = sun.direct_fraction([radiation, radiation + more], cosine)
    assert 0 <= shares[0] <= shares[1] <= 0.9
    assert cosine >= 0.00873 or shares[1] == 0


def test_sky_levels_are_those_of_the_form():
    assert tuple(FIELDS["sky"].levels) == tuple(sun.SKIES)


def test_each_word_for_the_sky_lets_its_share_of_a_clear_sky_through():
    cosine = 0.71
    clear = 1098 * 0.71 * np.exp(-0.059 / 0.71)
    diffuse = 1 - sun.direct_fraction(clear, cosine)
    expected = {
        CLEAR: clear,
        PARTLY: 0.92895 * clear,  # 1 − 0.75 × 0.5^3.4
        OVERCAST: 0.25 * clear,
        SHADE: diffuse * clear,
        NIGHT: 0,
        INDOOR: 0,
    }
    light = sun.solar_radiation(np.array(list(expected)), cosine)
    assert light.solar_radiation_w_m2 == pytest.approx(list(expected.values()), 1e-4)


def test_sun_itself_is_hidden_in_shade_at_night_indoors_and_by_clouds():
    share = sun.solar_radiation(np.arange(6), 0.71).direct_fraction
    assert share[CLEAR] > share[PARTLY] > 0.6
    assert share[OVERCAST] < 0.01
    assert share[[SHADE, NIGHT, INDOOR]].tolist() == [0, 0, 0]


def test_every_sky_is_dark_when_the_sun_is_down():
    light = sun.solar_radiation(np.arange(6), -0.1)
    assert not light.solar_radiation_w_m2.any()
    assert not light.direct_fraction.any()


def test_unknown_sky_or_height_is_not_dark():
    for light in (
        sun.solar_radiation(np.array(UNKNOWN), 0.5),
        sun.solar_radiation(np.array(NIGHT), np.nan),
        sun.solar_radiation(np.array(CLEAR), np.nan),
    ):
        assert np.isnan(light).all()
    assert np.isnan(sun.clear_sky_radiation_w_m2(np.nan))
    assert np.isnan(sun.direct_fraction([np.nan, np.nan, 300.0], [0.5, -0.5, np.nan])).all()


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1)),
    st.floats(5, 1440),
    st.floats(-90, 90),
    st.floats(-180, 180),
)
@example(dt.datetime(2026, 6, 21), 1440.0, 90.0, 0.0)  # sun all day
@example(dt.datetime(2026, 6, 21), 1440.0, -90.0, 0.0)  # no sun at all
@example(dt.datetime(2026, 6, 21, 22), 300.0, 45.0, 20.0)  # from dusk to dawn
def test_the_mean_over_a_session_is_that_of_many_moments(
    start, minutes, latitude, longitude
):
    share = (np.arange(720) + 0.5) / 720
    moments = np.datetime64(start, "ns") + (share * minutes * 60e9).astype(
        "timedelta64[ns]"
    )
    many = np.maximum(sun.cos_zenith(moments, latitude, longitude), 0.0).mean()
    mean = sun.mean_cos_zenith(np.datetime64(start, "ns"), minutes, latitude, longitude)
    # The declination moves by up to 0.4 degrees in a day.
    assert float(mean) == pytest.approx(many, abs=0.005)
