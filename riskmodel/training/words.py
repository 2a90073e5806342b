"""What logs call things and what we judge, from ``data/training_log.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from riskmodel.datasets import data_file
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "start": "Date, or date and time of the start",
        "sport": "Sport or type of activity",
        "duration_s": "Duration in seconds, or as h:mm:ss",
        "duration_min": "Duration in minutes",
        "duration_h": "Duration in hours",
        "duration_d": "Duration as a part of a day, as Excel counts",
        "duration_ms": "Duration in milliseconds",
        "distance_m": "Distance in metres",
        "distance_km": "Distance in kilometres",
        "distance_mi": "Distance in miles",
        "session_rpe": "How hard it felt, 1 to 10",
        "session_rpe_borg": "How hard it felt, 6 to 20 (Borg)",
        "average_heart_rate_bpm": "Average heart rate",
        "highest_heart_rate_bpm": "Highest heart rate",
        "intensity_factor": "Intensity factor, 1 at the threshold",
        "intensity_pct": "Intensity in % of the threshold",
        "air_temperature_c": "Air temperature in °C",
        "air_temperature_f": "Air temperature in °F",
        "relative_humidity_pct": "Relative humidity in %",
        "relative_humidity_fraction": "Relative humidity as a fraction, 0 to 1",
    }
)
"""What a column of a table of one's own can be said to hold."""

OWN_LABEL = "your table"
"""What a table is called that no program is known to have written."""

FIT, TCX, GPX = "a FIT file", "a TCX file", "a GPX file"
"""Sources of the sessions of files that watches and phones write."""

ONE_SESSION_EACH = frozenset({FIT, TCX, GPX})
"""Sources that hold one session each, and are no calendar."""

DURATIONS: Mapping[str, float] = MappingProxyType(
    {
        **{"duration_s": 1 / 60, "duration_min": 1.0, "duration_h": 60.0},
        **{"duration_d": 1440.0, "duration_ms": 1 / 60_000},
    }
)
"""Ways to write a duration, in minutes."""


@dataclass(frozen=True)
class Source:
    """A program that writes logs, and how it writes them."""

    name: str
    label: str
    clock: str  # "utc" or "local": which time stands there where no zone is written
    needs: tuple[str, ...]  # meanings without which a file is not of this source
    marks: frozenset[str]  # headers of which it has at least one
    notes: tuple[str, ...]  # units and times that are taken for granted
    columns: Mapping[str, tuple[str, ...]]  # headers of each meaning, the first goes first
    activities: Mapping[str, str]  # its words that mean something else elsewhere


@lru_cache(maxsize=10_000)
def header_key(header: str) -> str:
    """Header as it is compared; the second of its name keeps its ``#2``."""
    name, number = re.fullmatch(r"(.*?)((?:#\d+)?)", header, re.DOTALL).groups()  # type: ignore[union-attr]
    return folded(name) + number


def numbered(headers: Iterable[str]) -> list[str]:
    """Headers by which every column can be told from the others.

    Examples
    --------
    >>> numbered(["Distance", "Time", "Distance"])
    ['Distance', 'Time', 'Distance#2']
    """
    seen: dict[str, int] = {}
    names = []
    for header in headers:
        key = folded(header)
        seen[key] = seen.get(key, 0) + 1
        names.append(header if seen[key] == 1 else f"{header}#{seen[key]}")
    return names


@cache
def table() -> dict[str, Any]:
    """Everything in the data file."""
    return tomllib.loads(data_file("training_log.toml").read_text("utf-8"))


@cache
def sources() -> Mapping[str, Source]:
    """Every program whose tables are known, by name."""
    return {
        name: Source(
            name,
            row["label"],
            row["clock"],
            tuple(row["needs"]),
            frozenset(map(header_key, row["marks"])),
            tuple(row["notes"]),
            {what: tuple(map(header_key, h)) for what, h in row["columns"].items()},
            as_compared(row.get("activities")),
        )
        for name, row in table()["source"].items()
    }


@cache
def _plain_headers() -> Mapping[str, str]:
    headers = table()["plain_headers"].items()
    return {header_key(header): what for what, row in headers for header in row}


def likely_meanings(headers: Iterable[str]) -> dict[str, str]:
    """What headers plainly say, each meaning once and one duration; to be agreed to.

    Examples
    --------
    >>> likely_meanings(["Date", "Duration (min)", "Duration (h)", "Shoes"])
    {'Date': 'start', 'Duration (min)': 'duration_min'}
    """
    likely: dict[str, str] = {}
    taken: set[str] = set()
    for header in headers:
        meaning = _plain_headers().get(header_key(header), "")
        kind = meaning.split("_")[0]
        group = kind if kind in ("duration", "distance") else meaning
        if meaning and group not in taken:
            likely[header] = meaning
            taken.add(group)
    return likely


def activity_key(text: str) -> str:
    """Word as it is compared: TrailRun, Trail Run and trail_run are one.

    Names of programs begin with what they are names of, ``HKWorkoutActivityTypeRunning``.
    A word without a letter, such as a picture of a runner, is compared as it stands; only
    a cell in which nothing stands is the empty word.

    Examples
    --------
    >>> [activity_key(text) for text in ("Trail Run", " \N{RUNNER} ", "\N{EM DASH}")]
    ['trailrun', '\N{RUNNER}', '']
    """
    key = folded(text).replace(" ", "")
    for prefix in _prefixes():
        key = key.removeprefix(prefix)
    return key or ("" if is_blank(text) else text.strip().casefold())


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(folded(p).replace(" ", "") for p in table()["word_prefixes"]["words"])


NOT_TRAINING = "not_training"
"""What a word means whose sessions are no training, beside the sports of `FIELDS`."""

NOTHING: Mapping[str, str] = MappingProxyType({})
"""What a reader says of the words of a log, who says nothing."""


@cache
def activity_words() -> Mapping[str, str]:
    """What each known word stands for: a sport, `NOT_TRAINING`, or empty for any sport."""
    words = {activity_key(level): level for level in FIELDS["sport"].levels}
    listed = {**table()["sports"], NOT_TRAINING: table()["not_training"]["words"]}
    words |= {activity_key(word): sport for sport, row in listed.items() for word in row}
    return words | {activity_key(word): "" for word in table()["unspecific"]["words"]}


def as_compared(activities: Mapping[str, str] | None) -> Mapping[str, str]:
    """What a reader says of words, by the words as they are compared.

    ValueError if one is said to mean neither a sport nor `NOT_TRAINING`.
    """
    if not activities:
        return NOTHING
    allowed = (*FIELDS["sport"].levels, NOT_TRAINING)
    for word, meaning in activities.items():
        if meaning not in allowed:
            raise ValueError(
                f"The activity {word!r} is said to be {meaning!r}; allowed is one of "
                f"{', '.join(allowed)}."
            )
    return {activity_key(word): meaning for word, meaning in activities.items()}


def _meaning(activity: str, said: Mapping[str, str]) -> str:
    key = activity_key(activity)
    return said.get(key) or activity_words().get(key, "")


def is_said(activity: str, said: Mapping[str, str]) -> bool:
    """Whether a reader has said what an activity is."""
    return activity_key(activity) in said


def sport_of(activity: str, said: Mapping[str, str] = NOTHING) -> str:
    """Sport of an activity, one of those in `FIELDS`, empty where the word does not say.

    What a reader has said of it, from `as_compared`, goes before the table.

    Examples
    --------
    >>> sport_of("VirtualRide"), sport_of("Hardloopsessie"), sport_of("Quidditch")
    ('cycling', 'running', '')
    >>> sport_of("Quidditch", as_compared({"quidditch": "rugby"}))
    'rugby'
    """
    meaning = _meaning(activity, said)
    return "other" if meaning == NOT_TRAINING else meaning


def is_training(activity: str, said: Mapping[str, str] = NOTHING) -> bool:
    """Whether an activity is training, or may be.

    Examples
    --------
    >>> is_training("Breathwork"), is_training("Quidditch")
    (False, True)
    """
    return _meaning(activity, said) != NOT_TRAINING


@cache
def _fit_sub_sports() -> Mapping[str, str]:
    return {sub: word for word, subs in table()["fit_sub_sports"].items() for sub in subs}


def fit_activity(sport: str | int | None, sub_sport: str | int | None) -> str:
    """Word for a session of a FIT file: its sport, or its sub sport where that is vague.

    Examples
    --------
    >>> fit_activity("cycling", "commuting"), fit_activity("fitness_equipment", "treadmill")
    ('cycling', 'running')
    >>> fit_activity("training", "breathing"), fit_activity(99, None)
    ('breathwork', 'sport 99')
    """
    word = f"sport {sport}" if isinstance(sport, int) else sport or ""
    if _meaning(word, NOTHING):
        return word
    closer = _fit_sub_sports().get(str(sub_sport), "")
    return closer if _meaning(closer, NOTHING) else word


@cache
def _no_session() -> tuple[frozenset[str], frozenset[str]]:
    """What stands for a day without training, and the words that can stand together."""
    listed = table()["no_session"]
    words = {*map(folded, listed["words"])}
    return frozenset(words | {*map(activity_key, words)}), frozenset(
        words | {*map(folded, listed["beside"])}
    )


def is_no_session(activity: str) -> bool:
    """Whether a row stands for a day without training.

    Examples
    --------
    >>> is_no_session("Rest day"), is_no_session("Sick / rest"), is_no_session("Off road")
    (True, True, False)
    """
    whole, single = _no_session()
    text = folded(activity)
    if text in whole or activity_key(activity) in whole:
        return True
    said = text.split()
    return bool(said) and said[0] in whole and single.issuperset(said)


def similar_sports(sport: str) -> tuple[str, ...]:
    """Sports of which a past session counts as similar."""
    return tuple(table()["similar"].get(sport, [sport]))


def sports_with(sport: str) -> tuple[str, ...]:
    """Sports that hold a part of unknown length that is similar, and are not similar.

    Examples
    --------
    >>> sports_with("cycling"), sports_with("hiking")
    (('triathlon',), ())
    """
    mixed = table()["mixed"].items()
    parts = set(similar_sports(sport))
    return tuple(m for m, held in mixed if m not in parts and parts & set(held))


def limit(name: str) -> float:
    """One of the judged limits."""
    return float(table()["limits"][name])
