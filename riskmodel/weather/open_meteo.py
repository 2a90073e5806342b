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
from unicodedata import name as name_of_character

import httpx
import tenacity

from riskmodel.weather.coordinates import read_coordinates
from riskmodel.weather.hours import (
    Place,
    Weather,
    WeatherError,
    end_of_days,
    read_zone,
    rounded_place,
)
from riskmodel.weather.open_meteo_answer import (
    VARIABLES,
    finite_number,
    parse_json,
    weather_of,
)

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
LONGEST_ANSWER_S = 20.0
"""From the first try to the last byte of the last one, pauses included. [s]"""
LARGEST_ANSWER_BYTES = 2_000_000
MOST_PLACES = 10

_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_TRY_AGAIN = frozenset({408, 429, *range(500, 600)})
_BACK_OFF = tenacity.wait_exponential_jitter(multiplier=0.3, max=LONGEST_WAIT_S, jitter=0.2)
_pause = time.sleep
_TOO_LONG = "The weather service takes too long to answer."
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
            # Whoever asks gives up by itself; this is for one that could not.
            try:
                answer: _T = future.result(LONGEST_ANSWER_S + 5.0)
            except TimeoutError:
                raise WeatherError(_TOO_LONG) from None
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
        In place of `place`. [°]; only two decimals leave the machine.  Their time
        zone takes a small request of its own.
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
    zone = _zone_at(address, where) if place is None else place.time_zone
    weather = _kept.get(
        (address, where, days, zone), lambda: _fetch_forecast(address, where, days, zone)
    )
    label = place.label if place is not None else f"{where[0]:.2f}, {where[1]:.2f}"
    return replace(weather, place=label)


def find_places(query: str, *, url: str | None = None) -> tuple[Place, ...]:
    """Find places by name.

    Parameters
    ----------
    query : str
        A name or a postcode, at least two letters.  Coordinates, such as
        ``48.21, 16.37``, are not searched for: they are the place.
    url : str, optional
        Of the service; by default that in ``CRAMPRISK_PLACES_URL``, or Open-Meteo.

    Returns
    -------
    tuple of Place
        The likeliest first, at most ten; empty if there is none.  What the service
        finds and cannot be used, such as a place without a time zone, is left out.

    Raises
    ------
    WeatherError
        If the query is too short or too long or looks like coordinates and is none,
        or the service does not answer, answers nonsense, or finds nothing but places
        that cannot be used.
    """
    name = " ".join(query.split())
    if (where := read_coordinates(name)) is not None:
        zone = _zone_at(_address(None, FORECAST_URL_VARIABLE, FORECAST_URL), where)
        return (Place(f"{where[0]:.2f}, {where[1]:.2f}", "", "", *where, zone),)
    if not 2 <= len(name) <= 100:
        raise WeatherError(
            f"The search for places needs 2 to 100 letters; here {len(name)} came."
        )
    for letter in name:
        if not letter.isprintable() and letter not in _JOINERS:
            what = name_of_character(letter, f"U+{ord(letter):04X}")
            raise WeatherError(
                f"The name of the place holds a character that cannot be seen ({what}); "
                "please type it again."
            )
    address = _address(url, PLACES_URL_VARIABLE, PLACES_URL)
    asked = {"name": name, "count": MOST_PLACES, "language": "en", "format": "json"}

    def ask() -> tuple[Place, ...]:
        payload = parse_json(_ask(address, asked))
        found = payload.get("results", []) if isinstance(payload, dict) else None
        if not isinstance(found, list):
            raise WeatherError("The search for places answered with no list of places.")
        places = (_place(entry) for entry in found[:MOST_PLACES])
        usable = tuple(place for place in places if place is not None)
        if found and not usable:
            raise WeatherError("The search for places answered with no place.")
        return usable

    return _kept.get((address, name.casefold()), ask)


_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Not to be seen, and part of the spelling of Persian and Indian names."""


def _place(entry: Any) -> Place | None:
    """Read a place; None if it is none that can be used."""
    try:
        latitude_deg, longitude_deg = rounded_place(
            finite_number(entry["latitude"], "latitude"),
            finite_number(entry["longitude"], "longitude"),
        )
        time_zone = str(entry["timezone"])
        read_zone(time_zone)
        words = [entry.get(key) or "" for key in ("name", "admin1", "country")]
        if not words[0] or not all(isinstance(word, str) for word in words):
            raise TypeError
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    name, region, country = (" ".join(word.split())[:100] for word in words)
    return Place(name, region, country, latitude_deg, longitude_deg, time_zone)


def _zone_at(address: str, where: tuple[float, float]) -> str:
    """Ask for the time zone of a place."""
    asked = {
        **_asked_place(where),
        "hourly": VARIABLES["air_temperature_c"].names[0],
        "timezone": "auto",
        "forecast_days": 1,
    }

    def ask() -> str:
        payload = parse_json(_ask(address, asked))
        name = payload.get("timezone") if isinstance(payload, dict) else None
        if not isinstance(name, str):
            raise WeatherError("The weather service does not say the time zone.")
        read_zone(name)
        return name

    return _kept.get((address, where), ask)


def _asked_place(where: tuple[float, float]) -> dict[str, str]:
    return {"latitude": f"{where[0]:.2f}", "longitude": f"{where[1]:.2f}"}


def _fetch_forecast(
    address: str, where: tuple[float, float], days: int, zone: str
) -> Weather:
    asked = {
        **_asked_place(where),
        "hourly": ",".join(variable.names[0] for variable in VARIABLES.values()),
        "temperature_unit": "celsius",
        "wind_speed_unit": "ms",
        "timeformat": "unixtime",
        # Asked for a zone off the full hour, the service labels its hours wrongly.
        "timezone": "GMT",
        # A day of a zone begins up to 14 h before that of Greenwich or 12 h after it.
        "forecast_days": days + 2,
        "past_days": PAST_DAYS + 1,
    }
    content = _ask(address, asked)
    issued = datetime.now(UTC)
    payload = parse_json(content)
    weather = weather_of(payload, coordinates=where, zone=zone, issued=issued)
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
        parts = httpx.URL(address)
        fine = parts.scheme in ("http", "https") and bool(parts.host)
        fine = fine and parts.port != 0
    except (httpx.InvalidURL, ValueError):
        fine = False
    if not fine:
        # The address itself may hold a key, which is nobody's business.
        raise WeatherError(
            f"The address of the weather service ({variable}) cannot be used; needed is "
            "one that begins with https:// or http://."
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
    """Get an answer in time, trying again where that may help.

    The timeouts of httpx hold for each piece of an answer, of which a service may send
    any number.  So one thread asks, and the other waits for it only so long.
    """
    done: Future[bytes] = Future()
    clients: list[httpx.Client] = []
    given_up = threading.Event()

    def once() -> bytes:
        if given_up.is_set():
            raise WeatherError(_TOO_LONG)
        return _ask_once(address, asked, clients)

    def work() -> None:
        try:
            done.set_result(_with_patience(once))
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=work, name="weather", daemon=True).start()
    try:
        return done.result(LONGEST_ANSWER_S)
    except TimeoutError:
        given_up.set()
        for client in list(clients):
            client.close()
        raise WeatherError(_TOO_LONG) from None


def _with_patience(once: Callable[[], bytes]) -> bytes:
    tries = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_Unready),
        stop=tenacity.stop_any(tenacity.stop_after_attempt(ATTEMPTS), _StopIfTooLong()),
        wait=_wait,
        sleep=_pause,
        reraise=True,
    )
    try:
        return tries(once)
    except _Unready as error:
        raise WeatherError(str(error)) from None


def _ask_once(address: str, asked: dict[str, Any], clients: list[httpx.Client]) -> bytes:
    headers = {
        "User-Agent": "cramp-risk",
        "Accept": "application/json",
        # A small answer may unpack to one of any size.
        "Accept-Encoding": "identity",
    }
    try:
        # The address may have a query of its own, such as a key.
        url = httpx.URL(address).copy_merge_params(asked)
        with httpx.Client(timeout=_TIMEOUT, headers=headers) as client:
            clients.append(client)
            with client.stream("GET", url) as answer:
                content = _whole(answer)
    except WeatherError:
        raise
    except (httpx.ConnectError, httpx.ConnectTimeout):
        raise _Unready("The weather service cannot be reached.") from None
    except httpx.TimeoutException:
        raise WeatherError(_TOO_LONG) from None
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
    reason = _reason(content)
    if not reason or any(secret in reason for secret in _secrets(address)):
        reason = f"status {status}"
    raise WeatherError(f"The weather service refused: {reason}.")


def _whole(answer: httpx.Response) -> bytes:
    """Read the body, unless it is too large or packed."""
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise WeatherError("The weather service answered in a form not asked for.")
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > LARGEST_ANSWER_BYTES:
            raise WeatherError("The weather service answered with far too much.")
    return bytes(content)


def _secrets(address: str) -> list[str]:
    """Parts of the address of the service that may be a key."""
    url = httpx.URL(address)
    parts = [*url.params.values(), *url.query.decode("ascii", "replace").split("&")]
    parts += [url.username, url.password]
    # Words such as "forecast" are shorter.
    parts += [part for part in url.path.split("/") if len(part) >= 12]
    return [part for part in parts if part]


def _retry_after_s(text: str) -> float | None:
    """Seconds to wait, from a number or a date; None if nothing sensible is said."""
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        wait_s = (until - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(wait_s, 0.0)


def _reason(content: bytes) -> str:
    """What the service says, if it says something that can be shown."""
    try:
        payload = parse_json(content)
    except WeatherError:
        payload = None
    reason = payload.get("reason") if isinstance(payload, dict) else None
    if not isinstance(reason, str):
        return ""
    printable = "".join(c if c.isprintable() else " " for c in reason)
    return " ".join(printable.split())[:200].rstrip(".")
