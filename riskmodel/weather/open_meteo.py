"""The weather service Open-Meteo: places by name, and the hours around now.

Only the words of a search, and coordinates rounded to two decimals, leave the machine.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import tenacity

from riskmodel.weather.hours import (
    Place,
    Weather,
    WeatherError,
    end_of_days,
    read_zone,
    rounded_place,
)
from riskmodel.weather.open_meteo_answer import VARIABLES, parse_json, weather_of

FORECAST_URL = "https://api.open-meteo.com/v1/forecast"
PLACES_URL = "https://geocoding-api.open-meteo.com/v1/search"
FORECAST_URL_VARIABLE = "CRAMPRISK_FORECAST_URL"
PLACES_URL_VARIABLE = "CRAMPRISK_PLACES_URL"

MOST_DAYS = 7
PAST_DAYS = 14
"""As far back as acclimatisation is asked about."""

KEEP_S = 600.0
"""How long an answer is used again: forecasts change a few times a day. [s]"""
MOST_KEPT = 256
ATTEMPTS = 3
LONGEST_WAIT_S = 5.0
"""A person waits for the page: who asks for a longer pause is not asked again. [s]"""
LONGEST_ANSWER_S = 15.0
LARGEST_ANSWER_BYTES = 2_000_000
MOST_PLACES = 10

_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_TRY_AGAIN = frozenset({408, 429, *range(500, 600)})
_BACK_OFF = tenacity.wait_exponential_jitter(multiplier=0.3, max=LONGEST_WAIT_S, jitter=0.2)
_pause = time.sleep
_FARTHEST_DEG = 1.0
"""Between the place and the middle of its grid cell; models have cells of 0.4° at most."""


class _Unready(Exception):
    """The service could not be reached or is busy: worth another try."""

    def __init__(self, sentence: str, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


_T = TypeVar("_T")


class _Kept:
    """Answers for ten minutes; those who ask at once share one request."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()

    def get(self, key: Hashable, ask: Callable[[], _T]) -> _T:
        """Return what is kept, wait for who is asking already, or ask."""
        with self._lock:
            until, future = self._kept.get(key, (-math.inf, Future[Any]()))
            mine = until < self._clock()
            if mine:
                future = Future()
                self._kept[key] = (math.inf, future)  # an answer under way has no age
        if not mine:
            answer: _T = future.result()
            return answer
        try:
            answer = ask()
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            future.set_exception(error)
            raise
        with self._lock:
            self._kept[key] = (self._clock() + KEEP_S, future)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        future.set_result(answer)
        return answer

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_kept = _Kept()


def forget() -> None:
    """Empty the cache."""
    _kept.clear()


def forecast(
    place: Place | None = None,
    *,
    latitude_deg: float | None = None,
    longitude_deg: float | None = None,
    days: int = MOST_DAYS,
    url: str | None = None,
) -> Weather:
    """Fetch the hours of the last fourteen days and of the next ones.

    Parameters
    ----------
    place : Place, optional
        As from `find_places`.
    latitude_deg, longitude_deg : float, optional
        In place of `place`. [°]; only two decimals leave the machine.
    days : int
        How many days, today included, 1 to 7; one more is fetched, for sessions that
        cross the last midnight.
    url : str, optional
        Of the service; by default that in ``CRAMPRISK_FORECAST_URL``, or Open-Meteo.

    Returns
    -------
    Weather
        Of kind "forecast".  The same place is not asked about twice in ten minutes.

    Raises
    ------
    WeatherError
        If there is no such place, or the service does not answer or answers nonsense.
    """
    if isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        raise WeatherError(f"A forecast of {days} days; allowed is 1 to {MOST_DAYS} days.")
    if place is not None:
        latitude_deg, longitude_deg = place.latitude_deg, place.longitude_deg
    if latitude_deg is None or longitude_deg is None:
        raise WeatherError("A forecast needs a place, or a latitude and a longitude.")
    where = rounded_place(latitude_deg, longitude_deg)
    address = _address(url, FORECAST_URL_VARIABLE, FORECAST_URL)
    weather = _kept.get(
        (address, where, days), lambda: _fetch_forecast(address, where, days)
    )
    label = place.label if place is not None else f"{where[0]:.2f}, {where[1]:.2f}"
    return replace(weather, place=label)


def find_places(query: str, *, url: str | None = None) -> tuple[Place, ...]:
    """Find places by name.

    Parameters
    ----------
    query : str
        A name or a postcode, at least two letters.
    url : str, optional
        Of the service; by default that in ``CRAMPRISK_PLACES_URL``, or Open-Meteo.

    Returns
    -------
    tuple of Place
        The likeliest first, at most ten; empty if there is none.

    Raises
    ------
    WeatherError
        If the query is too short or too long, or the service does not answer or
        answers nonsense.
    """
    name = " ".join(query.split())
    if not 2 <= len(name) <= 100 or not name.isprintable():
        raise WeatherError("The name of a place has 2 to 100 letters.")
    address = _address(url, PLACES_URL_VARIABLE, PLACES_URL)
    asked = {"name": name, "count": MOST_PLACES, "language": "en", "format": "json"}

    def ask() -> tuple[Place, ...]:
        payload = parse_json(_ask(address, asked))
        found = payload.get("results", []) if isinstance(payload, dict) else None
        if not isinstance(found, list):
            raise WeatherError("The search for places answered with no list of places.")
        return tuple(_place(entry) for entry in found[:MOST_PLACES])

    return _kept.get((address, name.casefold()), ask)


def _place(entry: Any) -> Place:
    try:
        latitude_deg, longitude_deg = rounded_place(
            float(entry["latitude"]), float(entry["longitude"])
        )
        time_zone = str(entry["timezone"])
        read_zone(time_zone)
        words = [entry.get(key) or "" for key in ("name", "admin1", "country")]
        if not words[0] or not all(isinstance(word, str) for word in words):
            raise TypeError
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise WeatherError("The search for places answered with no place.") from None
    name, region, country = (" ".join(word.split())[:100] for word in words)
    return Place(name, region, country, latitude_deg, longitude_deg, time_zone)


def _fetch_forecast(address: str, where: tuple[float, float], days: int) -> Weather:
    asked = {
        "latitude": f"{where[0]:.2f}",
        "longitude": f"{where[1]:.2f}",
        "hourly": ",".join(variable.names[0] for variable in VARIABLES.values()),
        "temperature_unit": "celsius",
        "wind_speed_unit": "ms",
        "timeformat": "unixtime",
        "timezone": "auto",
        "forecast_days": days + 1,
        "past_days": PAST_DAYS,
    }
    content = _ask(address, asked)
    issued = datetime.now(UTC)
    payload = parse_json(content)
    weather = weather_of(payload, coordinates=where, strict=True, issued=issued)
    _check_place(payload, where)
    today = issued.astimezone(weather.zone).date()
    return replace(weather, last_start=end_of_days(today, days, weather.zone))


def _check_place(payload: dict[str, Any], where: tuple[float, float]) -> None:
    """Refuse an answer for another place."""
    north = abs(payload["latitude"] - where[0])
    east = abs((payload["longitude"] - where[1] + 180.0) % 360.0 - 180.0)
    # Meridians meet at the poles, where the cells are wide in degrees.
    east *= math.cos(math.radians(where[0]))
    if max(north, east) > _FARTHEST_DEG:
        raise WeatherError(
            f"The service answered for {payload['latitude']:g}, "
            f"{payload['longitude']:g}, not for {where[0]:g}, {where[1]:g}."
        )


def _address(given: str | None, variable: str, default: str) -> str:
    address = given or os.environ.get(variable) or default
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
        fine = fine and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise WeatherError(
            f"The address of the weather service ({variable}) is {address!r}; "
            "needed is one that begins with https:// or http://."
        )
    return address


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_s if isinstance(error, _Unready) else None
    backed_off: float = _BACK_OFF(state)
    return backed_off if asked is None else asked


class _StopIfTooLong(tenacity.stop.stop_base):
    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        wait_s = error.wait_s if isinstance(error, _Unready) else None
        return wait_s is not None and wait_s > LONGEST_WAIT_S


def _ask(address: str, asked: dict[str, Any]) -> bytes:
    """Get an answer, trying again where that may help."""
    tries = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_Unready),
        stop=tenacity.stop_any(tenacity.stop_after_attempt(ATTEMPTS), _StopIfTooLong()),
        wait=_wait,
        sleep=_pause,
        reraise=True,
    )
    try:
        return tries(_ask_once, address, asked)
    except _Unready as error:
        raise WeatherError(str(error)) from None


def _ask_once(address: str, asked: dict[str, Any]) -> bytes:
    headers = {"User-Agent": "cramp-risk", "Accept": "application/json"}
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, headers=headers) as client,
            client.stream("GET", address, params=asked) as answer,
        ):
            content = _whole(answer)
    except WeatherError:
        raise
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise _Unready("The weather service cannot be reached.") from None
    except httpx.TimeoutException:
        raise WeatherError("The weather service takes too long to answer.") from None
    except httpx.HTTPError:
        raise WeatherError("The weather service broke off its answer.") from None
    # Such as a proxy or a certificate in the environment that cannot be used.
    except (httpx.InvalidURL, ValueError, ImportError, OSError):
        raise WeatherError(
            "The weather service cannot be asked: the address or the network settings of "
            "this machine do not work."
        ) from None
    status = answer.status_code
    if status == 200:
        return content
    if status in _TRY_AGAIN:
        words = "too many were asked" if status == 429 else f"status {status}"
        wait_s = _retry_after_s(answer.headers.get("Retry-After", ""))
        raise _Unready(f"The weather service is busy now ({words}); try later.", wait_s)
    if 300 <= status < 400:
        raise WeatherError("The weather service sends elsewhere, which is not followed.")
    raise WeatherError(f"The weather service refused: {_reason(content, status)}.")


def _whole(answer: httpx.Response) -> bytes:
    """Read the body, unless it is too large or comes too slowly."""
    end = time.monotonic() + LONGEST_ANSWER_S
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER_BYTES:
            raise WeatherError("The weather service answered with far too much.")
        if time.monotonic() > end:
            raise WeatherError("The weather service takes too long to answer.")
    return bytes(content)


def _retry_after_s(text: str) -> float | None:
    """Seconds to wait, from a number or a date; None if nothing sensible is said."""
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)


def _reason(content: bytes, status: int) -> str:
    """What the service says, if it says something that can be shown."""
    try:
        payload = parse_json(content)
    except WeatherError:
        payload = None
    reason = payload.get("reason") if isinstance(payload, dict) else None
    if not isinstance(reason, str):
        return f"status {status}"
    printable = "".join(c if c.isprintable() else " " for c in reason)
    return " ".join(printable.split())[:200].rstrip(".") or f"status {status}"
