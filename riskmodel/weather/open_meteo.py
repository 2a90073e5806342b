"""The weather service Open-Meteo: places by name, and the hours around now.

Only the words of a search, and coordinates rounded to two decimals, leave the machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from unicodedata import name as name_of_character

import httpx
import tenacity
from cachetools import TTLCache

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
    parse_json,
    place_of,
    weather_of,
)
from riskmodel.weather.service_address import is_service_address

FORECAST_URL_VARIABLE = "CRAMPRISK_FORECAST_URL"
PLACES_URL_VARIABLE = "CRAMPRISK_PLACES_URL"
_URLS = {
    FORECAST_URL_VARIABLE: "https://api.open-meteo.com/v1/forecast",
    PLACES_URL_VARIABLE: "https://geocoding-api.open-meteo.com/v1/search",
}

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
_HEADERS = {
    "User-Agent": "cramp-risk",
    "Accept": "application/json",
    # A small answer may unpack to one of any size.
    "Accept-Encoding": "identity",
}
_TRY_AGAIN = frozenset({408, 429, *range(500, 600)})
_BACK_OFF = tenacity.wait_exponential_jitter(multiplier=0.3, max=LONGEST_WAIT_S, jitter=0.2)
_pause = time.sleep
_TOO_LONG = "The weather service takes too long to answer."
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Not to be seen, and part of the spelling of Persian and Indian names."""

_T = TypeVar("_T")
_answers: TTLCache[Hashable, Future[Any]] = TTLCache(MOST_KEPT, KEEP_S)
_answers_lock = Lock()


def _shared(key: Hashable, ask: Callable[[], _T]) -> _T:
    """Return the answer of the last ten minutes, wait for who is asking, or ask."""
    with _answers_lock:
        future: Future[_T] | None = _answers.get(key)
        if mine := future is None:
            future = _answers[key] = Future()
    if mine:
        try:
            future.set_result(ask())
        except BaseException as error:
            # Whoever waits for the same answer must hear of it, whatever it was.
            with _answers_lock:
                _answers.pop(key, None)
            future.set_exception(error)
    # Whoever asks gives up by itself; this is for one that could not.
    try:
        return future.result(LONGEST_ANSWER_S + 5.0)
    except TimeoutError:
        raise WeatherError(_TOO_LONG) from None


def forget() -> None:
    """Empty the cache."""
    with _answers_lock:
        _answers.clear()


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
        cross the last midnight.  The same ones are not fetched twice in ten minutes.
    url : str, optional
        Of the service; by default that in ``CRAMPRISK_FORECAST_URL``, or Open-Meteo.

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
    address = _address(url, FORECAST_URL_VARIABLE)
    zone = _zone_at(address, where) if place is None else place.time_zone
    key = address, where, days, zone
    weather = _shared(key, lambda: _fetch_forecast(*key))
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
        If the query is no name, or the service does not answer or answers nonsense.
    """
    name = " ".join(query.split())
    if (where := read_coordinates(name)) is not None:
        zone = _zone_at(_address(None, FORECAST_URL_VARIABLE), where)
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
    address = _address(url, PLACES_URL_VARIABLE)
    return _shared((address, name.casefold()), lambda: _fetch_places(address, name))


def _fetch_places(address: str, name: str) -> tuple[Place, ...]:
    asked = {"name": name, "count": MOST_PLACES, "language": "en", "format": "json"}
    payload = parse_json(_get(address, asked))
    entries = payload.get("results", []) if isinstance(payload, dict) else None
    if not isinstance(entries, list):
        raise WeatherError("The search for places answered with no list of places.")
    places = (place_of(entry) for entry in entries[:MOST_PLACES])
    usable = tuple(place for place in places if place is not None)
    if entries and not usable:
        raise WeatherError("The search for places answered with no place.")
    return usable


def _zone_at(address: str, where: tuple[float, float]) -> str:
    return _shared((address, where), lambda: _fetch_zone(address, where))


def _fetch_zone(address: str, where: tuple[float, float]) -> str:
    """Ask for the time zone of a place; of the weather, for as little as there is."""
    hourly = VARIABLES["air_temperature_c"].names[0]
    asked = {"hourly": hourly, "timezone": "auto", "forecast_days": 1}
    payload = parse_json(_get(address, _asked_place(where) | asked))
    name = payload.get("timezone") if isinstance(payload, dict) else None
    if not isinstance(name, str):
        raise WeatherError("The weather service does not say the time zone.")
    read_zone(name)
    return name


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
    content = _get(address, asked)
    issued = datetime.now(UTC)
    payload = parse_json(content)
    weather = weather_of(payload, coordinates=where, zone=zone, issued=issued)
    today = issued.astimezone(weather.zone).date()
    return replace(weather, last_start=end_of_days(today, days, weather.zone))


def _address(url: str | None, variable: str) -> str:
    """Address of the service: this one, or that of the environment, or Open-Meteo's."""
    address = url or os.environ.get(variable) or _URLS[variable]
    if not is_service_address(address):
        # The address itself may hold a key, which is nobody's business.
        raise WeatherError(
            f"The address of the weather service ({variable}) cannot be used; needed is "
            "one that begins with https:// or http://."
        )
    return address


class _Unready(WeatherError):
    """The service could not be reached or is busy: worth another try."""

    wait_s: float | None = None  # as the service asks for


def _wait_s(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait_s = error.wait_s if isinstance(error, _Unready) else None
    return _BACK_OFF(state) if wait_s is None else wait_s


def _get(address: str, asked: dict[str, Any]) -> bytes:
    """Get an answer in time, trying again where that may help."""
    tries = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_Unready),
        stop=tenacity.stop_after_attempt(ATTEMPTS)
        | tenacity.stop_before_delay(LONGEST_ANSWER_S),
        wait=_wait_s,
        sleep=_pause,
        reraise=True,
    )
    return tries(_get_once, address, asked, time.monotonic() + LONGEST_ANSWER_S)


def _get_once(address: str, asked: dict[str, Any], deadline_s: float) -> bytes:
    watch = {"trace": partial(_read_until, deadline_s)}
    try:
        # The address may have a query of its own, such as a key.
        url = httpx.URL(address).copy_merge_params(asked)
        with (
            httpx.Client(timeout=_TIMEOUT, headers=_HEADERS) as client,
            client.stream("GET", url, extensions=watch) as answer,
        ):
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
    if answer.status_code != 200:
        raise _refusal(answer, content, address)
    return content


def _read_until(deadline_s: float, event: str, info: dict[str, Any]) -> None:
    """Give each read of a new connection no more than the time that is left.

    The timeouts of httpx hold for each piece of an answer, of which a service may send
    any number, headers included.
    """
    if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
        return
    connection = info["return_value"]
    read = connection.read

    def read_in_time(max_bytes: int, timeout: float | None = None) -> bytes:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0.0:
            raise WeatherError(_TOO_LONG)
        piece: bytes = read(max_bytes, left_s if timeout is None else min(timeout, left_s))
        return piece

    connection.read = read_in_time


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


def _refusal(answer: httpx.Response, content: bytes, address: str) -> WeatherError:
    """Say why there is no weather in an answer; a key is not said."""
    status = answer.status_code
    if status in _TRY_AGAIN:
        words = "too many were asked" if status == 429 else f"status {status}"
        sentence = f"The weather service is busy now ({words}); try later."
        busy = _Unready(sentence)
        busy.wait_s = _retry_after_s(answer.headers.get("Retry-After", ""))
        return WeatherError(sentence) if (busy.wait_s or 0.0) > LONGEST_WAIT_S else busy
    if 300 <= status < 400:
        return WeatherError("The weather service sends elsewhere, which is not followed.")
    reason = _reason(content)
    if not reason or any(secret in reason for secret in _secrets(address)):
        reason = f"status {status}"
    return WeatherError(f"The weather service refused: {reason}.")


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
        until_s = parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp()  # always GMT
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(until_s - time.time(), 0.0)


def _reason(content: bytes) -> str:
    """What the service says, if it says something that can be shown."""
    try:
        reason = parse_json(content)["reason"]
    except (WeatherError, KeyError, TypeError, IndexError):
        return ""
    if not isinstance(reason, str):
        return ""
    printable = "".join(c if c.isprintable() else " " for c in reason)
    return " ".join(printable.split())[:200].rstrip(".")
