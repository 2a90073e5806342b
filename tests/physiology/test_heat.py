"""WBGT against two other programs, a root finder and the laws of heat transfer."""

import datetime as dt
import itertools

import ephem
import lwbgt
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from thermofeel import liljegren as thermofeel

from riskmodel.physiology import air, heat, sun

SOLVER_ERROR_C = 0.005

# air °C, humidity %, wind m/s, radiation W/m², direct share, cos zenith
RANGES = ((-20, 55), (1, 100), (0, 30), (0, 1300), (0, 0.9), (-1, 1))
PRESSURES_HPA = (600, 1080)


def random_weather(n, seed):
    """States that weather can take, as arguments of ``wbgt_liljegren``."""
    rng = np.random.default_rng(seed)
    cosine = rng.uniform(-0.2, 1.0, n)
    radiation = rng.uniform(0, 0.85, n) * 1367.0 * np.maximum(cosine, 0)
    radiation[cosine < 0.01] = 0
    return {
        "air_temperature_c": rng.uniform(-5, 48, n),
        "relative_humidity_pct": rng.uniform(5, 100, n),
        "wind_speed_2m_m_s": rng.uniform(0.3, 8, n),
        "solar_radiation_w_m2": radiation,
        "direct_fraction": sun.direct_fraction(radiation, cosine),
        "cos_zenith": cosine,
        "pressure_hpa": rng.uniform(850, 1030, n),
    }


def whole_range(n, seed):
    """States anywhere in the valid range, many at its edges, possible or not."""
    rng = np.random.default_rng(seed)

    def draw(low, high):
        edge = rng.choice([low, high], n)
        return np.where(rng.random(n) < 0.3, edge, rng.uniform(low, high, n))

    corners = np.array(list(itertools.product(*RANGES, PRESSURES_HPA)), float).T
    low_sun = corners.copy()
    low_sun[5] = np.sign(low_sun[5]) * 0.01
    drawn = np.array([draw(*ends) for ends in (*RANGES, PRESSURES_HPA)])
    calm = np.where(rng.random(n) < 0.5, rng.uniform(0, 1, n), drawn[2])
    drawn[2] = calm
    *weather, pressure = np.hstack([corners, low_sun, drawn])
    return weather, pressure


def test_agrees_with_thermofeel():
    weather = random_weather(5000, seed=1)
    ours = heat.wbgt_liljegren(**weather)
    theirs_k = thermofeel.wbgt(
        weather["air_temperature_c"] + 273.15,
        weather["relative_humidity_pct"],
        weather["pressure_hpa"],
        weather["wind_speed_2m_m_s"],
        weather["solar_radiation_w_m2"],
        weather["direct_fraction"],
        weather["cos_zenith"],
    )
    # thermofeel stops when its temperatures move by less than 0.02 K a step.
    assert np.abs(ours.wbgt_c - (theirs_k - 273.15)).max() < 0.05


def lwbgt_inputs(n, seed, wind_height_m, urban=1):
    """Records for lwbgt, and the sun's height at their times and places.

    The program lifts the sun by refraction, as ephem does.
    """
    rng = np.random.default_rng(seed)
    observer, body = ephem.Observer(), ephem.Sun()
    records, cosines = [], []
    while len(records) < n:
        # On these days the sun is at its mean distance.  In leap years the program
        # is a day ahead.
        month, day = ((4, 4), (10, 5))[rng.integers(2)]
        hour, minute = int(rng.integers(24)), int(rng.integers(60))
        latitude, longitude = rng.uniform(-70, 70), rng.uniform(-180, 180)
        observer.lat, observer.lon = np.radians(latitude), np.radians(longitude)
        observer.date = dt.datetime(2025, month, day, hour, minute)
        body.compute(observer)
        cosine = np.sin(body.alt)
        # Nearer to the horizon, ephem and the program differ in refraction.
        if abs(cosine) < 0.05:
            continue
        cosines.append(cosine)
        records.append(
            lwbgt.Input(
                year=2025,
                month=month,
                day=day,
                hour=hour,
                minute=minute,
                gmt_offset_hours=0,
                averaging_minutes=0,
                urban=urban,
                latitude_deg_north=latitude,
                longitude_deg_east=longitude,
                solar_w_m2=max(cosine, 0) * 1367 * rng.uniform(0.01, 0.84),
                pressure_hpa=rng.uniform(850, 1030),
                air_temperature_c=rng.uniform(-5, 48),
                relative_humidity_percent=rng.uniform(5, 100),
                wind_speed_m_s=rng.uniform(0.3, 8),
                wind_height_m=wind_height_m,
                vertical_temperature_difference_c=1,
            )
        )
    return records, np.array(cosines)


def column(records, name):
    return np.array([getattr(record, name) for record in records])


def test_agrees_with_the_original_c_program():
    records, cosine = lwbgt_inputs(4000, seed=2, wind_height_m=2.0)
    results = lwbgt.calculate_batch(records, psychrometric=False)
    # In cold dry air the program gives up after 50 small steps.
    usable = column(results, "status") == 0
    assert usable.mean() > 0.995
    radiation = column(records, "solar_w_m2")
    ours = heat.wbgt_liljegren(
        column(records, "air_temperature_c"),
        column(records, "relative_humidity_percent"),
        column(records, "wind_speed_m_s"),
        radiation,
        sun.direct_fraction(radiation, cosine),
        cosine,
        pressure_hpa=column(records, "pressure_hpa"),
    )
    difference = ours.wbgt_c - column(results, "wbgt_c")
    assert np.abs(difference[usable]).max() < 0.05


def test_properties_of_air_are_those_of_the_original_program():
    t_k = np.linspace(253.15, 373.15, 50)
    density = 100 / (thermofeel.R_AIR * t_k)
    schmidt = thermofeel.viscosity(t_k) / (density * thermofeel.diffusivity(t_k, 1))
    cooling = thermofeel.evap(t_k) / thermofeel.RATIO
    cooling *= (thermofeel.PR / schmidt) ** 0.56
    assert air.viscosity(t_k) == pytest.approx(thermofeel.viscosity(t_k), rel=1e-12)
    assert air.saturation_pressure_hpa(t_k) == pytest.approx(
        thermofeel.esat(t_k), rel=1e-12
    )
    assert air.evaporative_cooling_k(t_k) == pytest.approx(cooling, rel=1e-12)
    fast = air.cubic(air.evaporative_cooling_k)
    assert fast(t_k) == pytest.approx(cooling, rel=5e-5)


def globe_by_root_finder(ambient, humidity, wind, radiation, direct, cosine, pressure):
    t_air = ambient + 273.15
    grey = 0.95 * 5.6696e-8
    sky = thermofeel.emis_atm(t_air, humidity / 100)
    sunlight = 0.95 / (2 * grey) * radiation
    sunlight *= direct * (1 / (2 * cosine) - 1) + 1 + 0.45 if cosine > 0.01 else 1.45

    def balance(t):
        h = thermofeel.h_sphere_in_air((t + t_air) / 2, pressure, wind)
        return (sky + 0.999) / 2 * t_air**4 + sunlight - h / grey * (t - t_air) - t**4

    return brentq(balance, t_air - 30, t_air + 150, xtol=1e-9) - 273.15


def wick_by_root_finder(ambient, humidity, wind, radiation, direct, cosine, pressure):
    t_air = ambient + 273.15
    vapour = humidity / 100 * thermofeel.esat(t_air)
    sky = thermofeel.emis_atm(t_air, humidity / 100)
    tip = 0.25 * 0.007 / 0.0254
    beam = np.tan(np.arccos(cosine)) / np.pi + tip if cosine > 0.01 else 0
    sunlight = 0.6 * radiation * ((1 - direct) * (1 + tip) + direct * beam + 0.45)

    def balance(t):
        film = (t + t_air) / 2
        density = pressure * 100 / (thermofeel.R_AIR * film)
        diffusivity = thermofeel.diffusivity(film, pressure)
        schmidt = thermofeel.viscosity(film) / (density * diffusivity)
        longwave = 0.95 * 5.6696e-8 * ((sky + 0.999) / 2 * t_air**4 - t**4)
        wet = thermofeel.esat(t)
        evaporation = thermofeel.evap(film) / thermofeel.RATIO
        evaporation *= (wet - vapour) / (pressure - wet)
        evaporation *= (thermofeel.PR / schmidt) ** 0.56
        h = thermofeel.h_cylinder_in_air(film, pressure, wind)
        return t_air - evaporation + (longwave + sunlight) / h - t

    # Water boils at 359 K at 600 hPa; the wick stays below.
    return brentq(balance, t_air - 50, min(t_air + 60, 358), xtol=1e-9) - 273.15


def test_both_balances_are_solved_to_a_hundredth_of_a_degree():
    (ambient, humidity, wind, radiation, direct, cosine), pressure = whole_range(600, 3)
    # The root finder knows nothing of light that cannot be.
    radiation = np.where(
        cosine > 0.01, np.minimum(radiation, 1160 * np.abs(cosine)), radiation
    )
    direct = np.where(cosine > 0.01, direct, 0)
    states = np.array([ambient, humidity, wind, radiation, direct, cosine, pressure]).T
    ours = heat.wbgt_liljegren(*states.T[:6], pressure_hpa=pressure)
    globe = [globe_by_root_finder(*state) for state in states]
    wick = [wick_by_root_finder(*state) for state in states]
    assert np.abs(ours.globe_temperature_c - globe).max() < 0.01
    assert np.abs(ours.natural_wet_bulb_temperature_c - wick).max() < 0.01


def test_steps_suffice_over_the_whole_valid_range(monkeypatch):
    weather, pressure = whole_range(100_000, seed=4)
    few = heat.wbgt_liljegren(*weather, pressure_hpa=pressure)
    monkeypatch.setattr(heat, "GLOBE_STEPS", 20)
    monkeypatch.setattr(heat, "WICK_STEPS", 20)
    many = heat.wbgt_liljegren(*weather, pressure_hpa=pressure)
    assert np.isfinite(few).all()
    assert np.abs(np.subtract(few, many)).max() < SOLVER_ERROR_C


@pytest.mark.parametrize(
    ("ambient", "humidity", "radiation", "wind", "wbgt"),
    [
        (25, 60, 0, 1, 20.8),
        (25, 60, 800, 1, 27.1),
        (30, 50, 0, 2, 24.2),
        (30, 40, 800, 2, 27.4),
        (30, 70, 800, 1, 32.5),
        (35, 30, 1000, 2, 30.6),
        (35, 50, 800, 3, 32.2),
        (40, 20, 1000, 2, 32.3),
    ],
)
def test_spot_values_that_thermofeel_gives(ambient, humidity, radiation, wind, wbgt):
    direct = sun.direct_fraction(radiation, 0.8)
    state = heat.wbgt_liljegren(ambient, humidity, wind, radiation, direct, 0.8)
    assert state.wbgt_c == pytest.approx(wbgt, abs=0.1)


def test_spot_globe_and_wet_bulb_that_thermofeel_gives():
    night = heat.wbgt_liljegren(25, 60, 1, 0, 0, 0.8)
    assert night[1:] == pytest.approx((23.8, 19.4), abs=0.1)
    day = heat.wbgt_liljegren(25, 60, 1, 800, sun.direct_fraction(800, 0.8), 0.8)
    assert day[1:] == pytest.approx((43.3, 22.8), abs=0.1)


def test_cases_published_with_thermofeel():
    # ecmwf/thermofeel f9c4728, tests/wbgt_liljegren.csv, cases 1, 2, 27 and 38;
    # humidity from their dew points by the Magnus formula used there, and wind not
    # below the 0.62 m/s used there.
    ambient = np.array([36.85, 26.85, 21.5549414, 26.0027247])
    humidity = [15.93338, 54.31187, 60.27808, 46.04280]
    wind_10m = [2.0, 0.62, 1.161550529, 0.667888613]
    radiation = np.array([604146.4934, 604135.6459, 607954.4988, 621667.5066]) / 3600
    direct = [0.6193037, 0.62417148, 0.63123707, 0.62032756]
    expected_k = [298.434083, 297.480388, 292.857637, 295.776932]
    wind = heat.wind_speed_2m(wind_10m, radiation, 0.5)
    state = heat.wbgt_liljegren(ambient, humidity, wind, radiation, direct, 0.5)
    assert state.wbgt_c + 273.15 == pytest.approx(expected_k, abs=0.02)


weather_values = st.tuples(*(st.floats(low, high) for low, high in RANGES))


@given(weather_values, st.floats(0.1, 30))
def test_hotter_air_never_lowers_wbgt(weather, warmer_by):
    ambient, *rest = weather
    hotter = min(ambient + warmer_by, 55)
    wbgt = heat.wbgt_liljegren([ambient, hotter], *rest).wbgt_c
    assert wbgt[1] >= wbgt[0] - SOLVER_ERROR_C


@given(weather_values, st.floats(1, 100))
def test_more_humid_air_never_lowers_wbgt(weather, other_humidity):
    ambient, humidity, *rest = weather
    humidities = np.sort([humidity, other_humidity])
    wbgt = heat.wbgt_liljegren(ambient, humidities, *rest).wbgt_c
    assert wbgt[1] >= wbgt[0] - SOLVER_ERROR_C


@given(weather_values, st.floats(0, 1300))
def test_brighter_light_never_lowers_wbgt(weather, other_radiation):
    ambient, humidity, wind, radiation, *rest = weather
    light = np.sort([radiation, other_radiation])
    wbgt = heat.wbgt_liljegren(ambient, humidity, wind, light, *rest).wbgt_c
    assert wbgt[1] >= wbgt[0] - SOLVER_ERROR_C


@given(weather_values, st.floats(0, 30), st.floats(200, 1300))
def test_more_wind_never_raises_wbgt_in_the_sun(weather, other_wind, radiation):
    # From 200 W/m² both instruments gain heat by radiation, in any weather; wind
    # then only carries it away.  WBGT knows no skin that hot wind could heat.
    ambient, humidity, wind, _, direct, cosine = weather
    winds = np.sort([wind, other_wind])
    wbgt = heat.wbgt_liljegren(ambient, humidity, winds, radiation, direct, cosine).wbgt_c
    assert wbgt[1] <= wbgt[0] + SOLVER_ERROR_C


@given(weather_values, st.floats(0, 30))
def test_wind_draws_the_globe_towards_the_air(weather, other_wind):
    ambient, humidity, wind, *rest = weather
    winds = np.sort([wind, other_wind])
    globe = heat.wbgt_liljegren(ambient, humidity, winds, *rest).globe_temperature_c
    calm, windy = np.abs(globe - ambient)
    assert windy <= calm + SOLVER_ERROR_C


def assume_sky_is_colder_than_air(ambient, humidity):
    # Above a dew point of 32 °C the formula for the sky's emissivity passes 1.
    assume(humidity / 100 * thermofeel.esat(ambient + 273.15) < 47)


@given(weather_values)
def test_without_sun_nothing_is_warmer_than_the_air(weather):
    ambient, humidity, wind, *_ = weather
    assume_sky_is_colder_than_air(ambient, humidity)
    state = heat.wbgt_liljegren(ambient, humidity, wind, 0, 0, -0.5)
    assert max(state) <= ambient + SOLVER_ERROR_C


@given(weather_values)
def test_at_night_the_globe_lies_between_sky_and_air(weather):
    ambient, humidity, wind, *_ = weather
    assume_sky_is_colder_than_air(ambient, humidity)
    globe = heat.wbgt_liljegren(ambient, humidity, wind, 0, 0, -0.5).globe_temperature_c
    sky = thermofeel.emis_atm(ambient + 273.15, humidity / 100)
    in_vacuum = (ambient + 273.15) * ((sky + 0.999) / 2) ** 0.25 - 273.15
    assert in_vacuum - SOLVER_ERROR_C <= globe <= ambient + SOLVER_ERROR_C


@given(weather_values)
def test_indoors_the_globe_is_as_warm_as_the_air(weather):
    ambient, humidity, wind, *_ = weather
    state = heat.wbgt_liljegren(ambient, humidity, wind, 0, 0, -0.5, enclosed=True)
    assert state.globe_temperature_c == pytest.approx(ambient, abs=0.1)


@given(weather_values)
def test_a_wet_wick_in_a_saturated_room_is_as_warm_as_the_air(weather):
    ambient, _, wind, *_ = weather
    state = heat.wbgt_liljegren(ambient, 100, wind, 0, 0, -0.5, enclosed=True)
    assert state.natural_wet_bulb_temperature_c == pytest.approx(ambient, abs=0.1)


def test_mix_outdoors_and_indoors_follows_iso_7243():
    for enclosed in (False, True):
        wbgt, globe, wet = heat.wbgt_liljegren(30, 40, 1, 300, 0, 0.5, enclosed=enclosed)
        dry = globe if enclosed else 30
        assert wbgt == pytest.approx(0.7 * wet + 0.2 * globe + 0.1 * dry)


def test_impossible_light_stays_harmless():
    # Full sun half a degree above the horizon: no more than diffuse light of the
    # same strength and a beam as above the atmosphere.
    low_sun = heat.wbgt_liljegren(30, 50, 1, 1300, 0.9, 0.01)
    diffuse = heat.wbgt_liljegren(30, 50, 1, 1300, 0.0, 0.01)
    assert 0 <= low_sun.wbgt_c - diffuse.wbgt_c < 8


@pytest.mark.parametrize("cosine", [-0.5, 0.0, 0.008])
def test_sun_below_the_horizon_sends_no_beam(cosine):
    dusk = heat.wbgt_liljegren(30, 50, 1, 50, [0.0, 0.9], cosine)
    assert dusk.wbgt_c[0] == dusk.wbgt_c[1]


def test_still_air_counts_as_the_floor_of_the_wind():
    still, floor = heat.wbgt_liljegren(30, 50, [0.0, 0.13], 500, 0.5, 0.7).wbgt_c
    assert still == floor


@pytest.mark.parametrize("position", range(7))
def test_nan_in_any_input_gives_nan_out(position):
    weather = [30.0, 50.0, 2.0, 500.0, 0.5, 0.7, 1000.0]
    weather[position] = np.nan
    state = heat.wbgt_liljegren(*weather[:6], pressure_hpa=weather[6])
    assert np.isnan(state).all()


def test_scalars_equal_elements_of_arrays():
    weather = random_weather(50, seed=5)
    enclosed = np.arange(50) % 2 == 0
    together = heat.wbgt_liljegren(**weather, enclosed=enclosed)
    for i in range(50):
        one = {name: float(values[i]) for name, values in weather.items()}
        alone = heat.wbgt_liljegren(**one, enclosed=bool(enclosed[i]))
        assert alone == pytest.approx([values[i] for values in together], abs=1e-9)


def test_inputs_broadcast():
    state = heat.wbgt_liljegren([[20], [30]], [30, 50, 70], 1, 500, 0.5, 0.7)
    assert state.wbgt_c.shape == (2, 3)


def random_wind(n, seed):
    rng = np.random.default_rng(seed)
    cosine = rng.uniform(-1, 1, n)
    radiation = np.where(cosine > 0, rng.uniform(1, 1300, n), 0)
    return np.round(rng.uniform(0, 12, n), 1), np.round(radiation), cosine


def test_wind_near_rough_ground_agrees_with_thermofeel():
    wind, radiation, cosine = random_wind(5000, seed=6)
    expected = thermofeel.wind_speed_2m(wind, cosine, radiation)
    ours = heat.wind_speed_2m(wind, radiation, cosine)
    assert ours == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("urban", [True, False])
def test_wind_near_the_ground_agrees_with_the_original_c_program(urban):
    records, cosine = lwbgt_inputs(1000, 7, wind_height_m=10.0, urban=int(urban))
    results = lwbgt.calculate_batch(records, psychrometric=False)
    ours = heat.wind_speed_2m(
        column(records, "wind_speed_m_s"),
        column(records, "solar_w_m2"),
        cosine,
        urban=urban,
    )
    # The program counts in single precision.
    expected = column(results, "estimated_wind_speed_m_s")
    assert ours == pytest.approx(expected, rel=1e-5)


def test_darkness_by_day_counts_as_night_for_the_wind():
    assert heat.wind_speed_2m(1, 0, 0.7) == heat.wind_speed_2m(1, 0, -0.7)
    assert heat.wind_speed_2m(1, 0, 0.7) < heat.wind_speed_2m(1, 100, 0.7)


def test_unknown_sun_gives_unknown_wind():
    unknown = heat.wind_speed_2m([np.nan, 3, 3], [100, np.nan, 100], [0.5, 0.5, np.nan])
    assert np.isnan(unknown).all()
