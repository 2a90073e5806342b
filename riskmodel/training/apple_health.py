"""Workouts in the export of Apple Health, a file of gigabytes of which they are little.

All dates in it are written in the zone of the phone that made the export; most workouts
name the zone where they took place, and that one counts.  Temperatures come with their
unit, humidity often in hundredths of a percent.  In some exports of iOS 16 the
declarations of the file are broken and an attribute stands twice, so that no XML parser
takes the whole file: each workout is cut out and parsed alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.inputs.told import grouped
from riskmodel.inputs.units import MILE_KM, UNITS
from riskmodel.training.limits import MOST_ROWS, Readable
from riskmodel.training.log import NoLog, TrainingLogError
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import by_value
from riskmodel.training.words import sport_of
from riskmodel.training.xml_text import DAMAGED, element_of, number

APPLE_HEALTH = "Apple Health"

_CHUNK_BYTES = 1_000_000
_MOST_WORKOUT_BYTES = 8_000_000  # exports before iOS 13 hold every point of the way
_TAG = re.compile(rb"""<Workout\s(?:[^"'>]|"[^"]*"|'[^']*')*+>""")
_START, _END, _LAST = b"<Workout ", b"</Workout>", b"</HealthData>"
_TAIL_BYTES = 1000  # in which a whole file ends
_TWICE = re.compile(rb"""(\sstartDate="[^"]*"\s+)startDate=""")
_MINUTES = {"min": 1.0, "s": 1 / 60, "sec": 1 / 60, "hr": 60.0, "h": 60.0}
_METRES = {"km": 1000.0, "m": 1.0, "mi": 1000.0 * MILE_KM, "yd": 0.9144, "ft": 0.3048}
_SUMS = re.compile("HKQuantityTypeIdentifierDistance")
_HEART_RATE = "HKQuantityTypeIdentifierHeartRate"


def read_apple_health(stream: Readable) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each workout of an ``export.xml``, and notes."""
    rows, notes = [], [finding("apple_health")]
    for workout in _workouts(stream):
        rows.append(_row(workout))
        if len(rows) > MOST_ROWS:
            raise TrainingLogError(
                f"This export of Apple Health has more than the {grouped(MOST_ROWS)} "
                "workouts that can be read."
            )
        if not workout:
            notes.append(finding("breaks_off"))
    if len(rows) < len(notes):
        if rows:
            raise TrainingLogError(
                "There are no workouts in this export of Apple Health: it breaks off."
            )
        raise NoLog("There are no workouts in this export of Apple Health.")
    frame = pd.DataFrame(rows)
    frame["moment"] = pd.to_datetime(frame["moment"])
    frame["sport"] = by_value(frame["activity"], sport_of)
    return frame, notes


def _workouts(stream: Readable) -> Iterator[bytes]:
    """Text of every workout, with what stands inside it.

    The last is empty where the file breaks off: workouts may be missing.
    """
    held, place, tail = b"", 0, b""
    while chunk := stream.read(_CHUNK_BYTES):
        tail = (tail + chunk)[-_TAIL_BYTES:]
        held, place = held[place:] + chunk, 0
        while (start := held.find(_START, place)) >= 0:
            place = start
            if (end := _end_of(held, start)) < 0:
                break
            yield held[start:end]
            place = end
        if start < 0:  # all but what can be the beginning of a workout is done with
            place = max(place, len(held) - len(_START))
        if len(held) - place > _MOST_WORKOUT_BYTES:
            raise TrainingLogError(
                "A workout in this export of Apple Health does not end: the file is "
                "damaged."
            )
    if _LAST not in tail:
        yield b""


def _end_of(held: bytes, start: int) -> int:
    """Where a workout ends, -1 if that is yet to come."""
    tag = _TAG.match(held, start)
    if tag is None or tag.group().endswith(b"/>"):
        return tag.end() if tag else -1
    end = held.find(_END, tag.end())
    return end + len(_END) if end >= 0 else -1


def _row(text: bytes) -> dict[str, Any]:
    """Quantities of a workout; without a moment where it cannot be read."""
    try:
        workout = element_of(_TWICE.sub(rb"\1endDate=", text))
    except DAMAGED:
        nothing = float("nan")
        return {"moment": None, "has_time": False, "activity": "", "duration_min": nothing}
    told = {
        entry.get("key", ""): entry.get("value", "")
        for entry in workout.findall("MetadataEntry")
    }
    numbers = {s.get("type", ""): s for s in workout.findall("WorkoutStatistics")}
    heart = numbers.get(_HEART_RATE, Element("none"))
    word = workout.get("workoutActivityType", "").removeprefix("HKWorkoutActivityType")
    indoor = told.get("HKIndoorWorkout") == "1"
    return {
        "moment": _moment(workout.get("startDate", ""), told.get("HKTimeZone", "")),
        "has_time": True,
        "activity": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word),
        "duration_min": _duration_min(workout),
        "distance_m": _distance_m(workout, numbers),
        "average_heart_rate_bpm": number(heart.get("average")),
        "highest_heart_rate_bpm": number(heart.get("maximum")),
        # Of the place, whatever it was indoors.
        "air_temperature_c": _air_c("" if indoor else told.get("HKWeatherTemperature", "")),
        "relative_humidity_pct": _humidity_pct(
            "" if indoor else told.get("HKWeatherHumidity", "")
        ),
    }


def _moment(text: str, zone: str) -> pd.Timestamp | None:
    """Local time of a workout: that of its own zone, else that of its own offset."""
    moment = pd.to_datetime(text, errors="coerce", format="%Y-%m-%d %H:%M:%S %z")
    if pd.isna(moment):
        return None
    with suppress(ValueError, OSError, KeyError, OverflowError):  # a zone that nobody knows
        moment = moment.tz_convert(ZoneInfo(zone)) if zone else moment
    return moment.tz_localize(None)


def _duration_min(workout: Element) -> float:
    unit = _MINUTES.get(workout.get("durationUnit", "min"), float("nan"))
    minutes = number(workout.get("duration")) * unit
    if minutes > 0:
        return minutes
    start, end = (_moment(workout.get(name, ""), "") for name in ("startDate", "endDate"))
    if start is None or end is None:
        return float("nan")
    return float((end - start).total_seconds()) / 60


def _distance_m(workout: Element, numbers: dict[str, Element]) -> float:
    ways = [(s.get("sum"), s.get("unit")) for n, s in numbers.items() if _SUMS.match(n)]
    ways.append((workout.get("totalDistance"), workout.get("totalDistanceUnit")))
    metres = (number(text) * _METRES.get(unit or "", float("nan")) for text, unit in ways)
    return next((m for m in metres if m > 0), float("nan"))


def _air_c(text: str) -> float:
    value, _, unit = text.partition(" ")
    if unit in ("degF", "°F"):
        return UNITS["°C"]["°F"].inside(number(value))
    return number(value) if unit in ("degC", "°C") else float("nan")


def _humidity_pct(text: str) -> float:
    value = number(text.removesuffix("%").strip())
    return value / 100 if value > 100 else value
