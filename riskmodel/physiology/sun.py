"""Where the sun stands, and how much of its radiation reaches the athlete."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

SOLAR_CONSTANT_W_M2 = 1367.0
"""Sunlight above the atmosphere, as Liljegren et al. (2008) take it."""

MIN_COS_ZENITH = 0.00873
"""Below this, half a degree above the horizon, there is no direct beam (Liljegren et al.
2008, doi:10.1080/15459620802310770)."""

RADIANS = np.pi / 180.0
"""In a degree; to multiply takes a sixth of the time of `numpy.radians`."""

REFERENCE_COS_ZENITH = 0.71
"""Stands in when place or time is unknown: sun 45° high.  Our judgement."""


class Sky(NamedTuple):
    """What one word for the sky means."""

    cloud_fraction: float
    beam: bool  # the sun itself reaches the athlete
    diffuse: bool  # light from the rest of the sky does


SKIES = {
    "clear": Sky(0.0, beam=True, diffuse=True),
    "partly": Sky(0.5, beam=True, diffuse=True),
    "overcast": Sky(1.0, beam=True, diffuse=True),
    "shade": Sky(0.0, beam=False, diffuse=True),
    "night": Sky(0.0, beam=False, diffuse=False),
    "indoor": Sky(0.0, beam=False, diffuse=False),
}
"""By the words in the order of their codes.

Our judgement, on the worse side: shade is that of a clear day, under open sky.
"""


class SolarRadiation(NamedTuple):
    """Radiation at the athlete."""

    solar_radiation_w_m2: FloatArray
    direct_fraction: FloatArray


# The last entry is what the code -1 of an unknown sky reads.
_CLOUD_FRACTION, _BEAM, _DIFFUSE = np.array([*SKIES.values(), (np.nan,) * 3]).T
# Kasten and Czeplak, see `solar_radiation`.
_CLOUD_TRANSMISSION = 1.0 - 0.75 * _CLOUD_FRACTION**3.4

# 1970 lies in the middle of a leap cycle, so that days counted from it in mean
# Gregorian years keep step with the calendar of an average year.
_EPOCH = np.datetime64("1970-01-01", "ns")
_ONE_DAY = np.timedelta64(1, "D")
_DAYS_PER_YEAR = 365.2425


def cos_zenith(
    time_utc: ArrayLike, latitude_deg: ArrayLike, longitude_deg: ArrayLike
) -> FloatArray:
    """Cosine of the angle between the sun and the point overhead.

    Parameters
    ----------
    time_utc : datetime64 or array-like of datetime64
        Moment in UTC.  NaT gives NaN.
    latitude_deg : float or array-like
        [°], valid −90 to 90, north positive.
    longitude_deg : float or array-like
        [°], valid −180 to 180, east positive.

    Returns
    -------
    ndarray, broadcast shape of the inputs
        1 with the sun overhead, 0 on the horizon, negative at night.

    Notes
    -----
    Declination and equation of time are the series of J. W. Spencer (Search, vol. 2,
    no. 5, p. 172, 1971), whose constant 0.0000075 is often misprinted as 0.000075.
    Within 0.004 of an ephemeris from 2020 to 2035 at any place.  Refraction, at most
    half a degree, is left out.

    Examples
    --------
    The worked example of the NREL solar position algorithm has 50.11°
    (Reda and Andreas, NREL/TP-560-34302).

    >>> moment = np.datetime64("2003-10-17T19:30:30")
    >>> cosine = cos_zenith(moment, 39.742476, -105.1786)
    >>> round(float(np.degrees(np.arccos(cosine))))
    50
    """
    declination, hour_angle = _position(time_utc, longitude_deg)
    sin_declination, cos_declination = sin_cos(declination)
    sin_latitude, cos_latitude = sin_cos(np.multiply(latitude_deg, RADIANS))
    _, cosine = sin_cos(hour_angle)
    return np.asarray(
        sin_latitude * sin_declination + cos_latitude * cos_declination * cosine
    )


def mean_cos_zenith(
    start_utc: ArrayLike,
    duration_min: ArrayLike,
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
) -> FloatArray:
    """Mean of the cosine over a session, the hours without sun counting as 0.

    Takes the start in UTC, a duration above 0 and up to 1440, and the place as for
    `cos_zenith`.  The cosine, a + b cos(hour angle), is integrated over the hours of
    daylight within the session; the declination is that of its middle.

    Examples
    --------
    From noon to noon at the equator in March the mean is 1/π.

    >>> noon = np.datetime64("2026-03-20T12:00")
    >>> round(float(mean_cos_zenith(noon, 1440.0, 0.0, 0.0)), 2)
    0.32
    """
    minutes = np.asarray(duration_min, dtype=np.float64)
    half = (minutes * 30.0e9).astype("timedelta64[ns]")
    middle = np.asarray(start_utc, dtype="datetime64[ns]") + half
    declination, hour_angle = _position(middle, longitude_deg)
    sin_declination, cos_declination = sin_cos(declination)
    sin_latitude, cos_latitude = sin_cos(np.multiply(latitude_deg, RADIANS))
    a = sin_latitude * sin_declination
    b = np.maximum(cos_latitude * cos_declination, 1e-12)
    sunset = np.arccos(np.clip(-a / b, -1.0, 1.0))
    width = np.pi * minutes / 1440.0
    start, end = hour_angle - width, hour_angle + width
    total = _sunlight(a, b, np.maximum(start, -sunset), np.minimum(end, sunset))
    # Sessions that reach into the daylight of the day before or after are few.
    for noon in (-2.0 * np.pi, 2.0 * np.pi):
        low, high = np.maximum(start, noon - sunset), np.minimum(end, noon + sunset)
        rows = high > low
        if rows.any():
            few = (
                np.broadcast_to(values, rows.shape)[rows] for values in (a, b, low, high)
            )
            total[rows] += _sunlight(*few)
    return np.asarray(total / (2.0 * width))


def _sunlight(
    a: FloatArray, b: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Integral of a + b cos(hour angle) from low to high, 0 where that is no way."""
    high = np.maximum(low, high)
    return np.asarray(a * (high - low) + b * (sin_cos(high)[0] - sin_cos(low)[0]))


def sin_cos(angle: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sine and cosine, by the one tangent that takes a tenth of their time in NumPy."""
    tangent = np.tan(0.5 * angle)
    square = tangent * tangent
    scale = 1.0 / (1.0 + square)
    return 2.0 * tangent * scale, (1.0 - square) * scale


def _position(
    time_utc: ArrayLike, longitude_deg: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Declination, and hour angle from noon within half a turn. [rad]."""
    days = (np.asarray(time_utc, dtype="datetime64[ns]") - _EPOCH) / _ONE_DAY
    year = days * (2.0 * np.pi / _DAYS_PER_YEAR)
    sin1, cos1 = sin_cos(year)
    cos2, sin2 = 2.0 * cos1 * cos1 - 1.0, 2.0 * sin1 * cos1
    cos3, sin3 = cos1 * (2.0 * cos2 - 1.0), sin1 * (2.0 * cos2 + 1.0)
    declination = (
        0.006918
        - (0.399912 * cos1 - 0.070257 * sin1)
        - (0.006758 * cos2 - 0.000907 * sin2)
        - (0.002697 * cos3 - 0.001480 * sin3)
    )
    equation_of_time = (
        0.0000075
        + (0.001868 * cos1 - 0.032077 * sin1)
        - (0.014615 * cos2 + 0.040849 * sin2)
    )
    from_midnight = (
        2.0 * np.pi * days + np.multiply(longitude_deg, RADIANS) + equation_of_time
    )
    hour_angle = np.mod(from_midnight, 2.0 * np.pi) - np.pi
    return np.asarray(declination), np.asarray(hour_angle)


def clear_sky_radiation_w_m2(cos_zenith: ArrayLike) -> FloatArray:
    """Solar radiation on level ground under a cloudless sky. [W/m²], 0 with no sun.

    Parameters
    ----------
    cos_zenith : float or array-like
        Cosine of the solar zenith angle. [-], valid −1 to 1.

    Notes
    -----
    The model of Haurwitz (J. Meteorol., vol. 2, pp. 154–166, 1945) with the constants
    that pvlib uses (Reno, Hansen and Stein, SAND2012-2389, 2012); some reprints have
    0.057 for 0.059, which gives 0.2 % more with the sun overhead.

    Examples
    --------
    Two values of pvlib's own test of this model, sun 90° and 30° high:

    >>> clear_sky_radiation_w_m2([1.0, 0.5, -0.1]).round(2).tolist()
    [1035.09, 487.89, 0.0]
    """
    # Any small number will do: the exponential is 0 long before.
    cosine = np.maximum(cos_zenith, 1e-3)
    daylight = np.greater(cos_zenith, 0.0)
    return np.asarray(1098.0 * cosine * np.exp(-0.059 / cosine) * daylight)


def direct_fraction(solar_radiation_w_m2: ArrayLike, cos_zenith: ArrayLike) -> FloatArray:
    """Share of the solar radiation that comes straight from the sun.

    Parameters
    ----------
    solar_radiation_w_m2, cos_zenith : float or array-like
        Global radiation on level ground [W/m²], valid 0 to 1300; cosine of the solar
        zenith angle, valid −1 to 1.

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [-], 0 to 0.9; 0 when the sun is less than half a degree high.

    Notes
    -----
    Equations 13 and 14 of Liljegren et al. (2008, doi:10.1080/15459620802310770).  The
    distance of the sun is taken at its mean; over the year it changes the radiation
    above the atmosphere by 3.4 % either way, which moves WBGT by up to 0.3 °C, mostly
    less than 0.1 °C.  Radiation above 85 % of that above the atmosphere counts as 85 %.

    Examples
    --------
    >>> direct_fraction([800.0, 200.0, 0.0], 0.8).round(2).tolist()
    [0.79, 0.0, 0.0]
    """
    outside = SOLAR_CONSTANT_W_M2 * np.maximum(cos_zenith, MIN_COS_ZENITH)
    # The lower bound only spares a division by zero.
    clearness = np.clip(np.divide(solar_radiation_w_m2, outside), 0.01, 0.85)
    share = np.minimum(np.exp(3.0 - 1.34 * clearness - 1.65 / clearness), 0.9)
    return np.asarray(share * np.greater_equal(cos_zenith, MIN_COS_ZENITH))


def solar_radiation(sky_code: NDArray[np.integer], cos_zenith: ArrayLike) -> SolarRadiation:
    """Solar radiation that reaches the athlete, from a word for the sky.

    Parameters
    ----------
    sky_code : int or ndarray of int
        Position of the word in `SKIES`; −1 is unknown and gives NaN.
    cos_zenith : float or array-like
        Cosine of the solar zenith angle. [-], valid −1 to 1.

    Returns
    -------
    SolarRadiation, arrays of the broadcast shape of the inputs
        Global radiation on level ground at the athlete [W/m²], and the share of
        it that comes straight from the sun [-].

    Notes
    -----
    With a fraction n of the sky clouded, 1 − 0.75 n^3.4 of the radiation of a
    clear sky arrives, found in ten years of hourly data from Hamburg (Kasten and
    Czeplak 1980, doi:10.1016/0038-092X(80)90391-6).

    Examples
    --------
    >>> clear, overcast, shade = 0, 2, 3
    >>> light = solar_radiation(np.array([clear, overcast, shade]), 0.71)
    >>> light.solar_radiation_w_m2.round().tolist()
    [717.0, 179.0, 143.0]
    >>> light.direct_fraction.round(1).tolist()
    [0.8, 0.0, 0.0]
    """
    radiation = clear_sky_radiation_w_m2(cos_zenith) * _CLOUD_TRANSMISSION.take(sky_code)
    share = direct_fraction(radiation, cos_zenith)
    beam = _BEAM.take(sky_code) * share
    radiation = radiation * (beam + _DIFFUSE.take(sky_code) * (1.0 - share))
    return SolarRadiation(np.asarray(radiation), np.asarray(beam))
