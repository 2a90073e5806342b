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
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "start": "Date, or date and time of the start",
        "sport": "Sport or type of activity",
        "duration_s": "Duration in seconds, or as h:mm:ss",
        "duration_min": "Duration in minutes",
        "duration_h": "Duration in hours",
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

DURATIONS: Mapping[str, float] = MappingProxyType(
    {"duration_s": 1 / 60, "duration_min": 1.0, "duration_h": 60.0}
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
        )
        for name, row in table()["source"].items()
    }


def _glued(text: str) -> str:
    """Word without spaces: programs write TrailRun, Trail Run and trail_run."""
    return folded(text).replace(" ", "")


@cache
def sport_words() -> Mapping[str, str]:
    """Our sport for each word that stands for an activity."""
    words = {_glued(level): level for level in FIELDS["sport"].levels}
    listed = table()["sports"].items()
    return words | {_glued(word): sport for sport, row in listed for word in row}


def sport_of(activity: str) -> str:
    """Sport of an activity, one of those in `FIELDS`, empty if the word is not known.

    Examples
    --------
    >>> sport_of("VirtualRide"), sport_of("Hardloopsessie"), sport_of("Quidditch")
    ('cycling', 'running', '')
    """
    return sport_words().get(_glued(activity), "")


def is_no_session(activity: str) -> bool:
    """Whether a row stands for a day without training."""
    return _glued(activity) in {_glued(word) for word in table()["no_session"]["words"]}


def similar_sports(sport: str) -> tuple[str, ...]:
    """Sports of which a past session counts as similar."""
    return tuple(table()["similar"].get(sport, [sport]))


def limit(name: str) -> float:
    """One of the judged limits."""
    return float(table()["limits"][name])
