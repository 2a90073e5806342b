"""TCX and GPX files: sessions as watches and phones hand them on, one each as a rule.

Both write UTC.  Positions are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.training.fit_file import FIT
from riskmodel.training.log import TrainingLogError
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import by_value
from riskmodel.training.words import sport_of
from riskmodel.training.xml_text import NEEDS_PACKAGE, elements, name_of, number

TCX, GPX = "a TCX file", "a GPX file"
"""Sources of the sessions of such files."""

ONE_SESSION_EACH = frozenset({FIT, TCX, GPX})
"""Sources that hold one session each, and are no calendar."""


def read_tcx(content: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each activity of a TCX file, and notes."""
    rows = [_tcx_row(activity, zone) for activity in _activities(content)]
    if not rows:
        raise TrainingLogError(
            "This TCX file holds no activity, such as a course or a planned workout: give "
            "the file of a session."
        )
    return _frame(rows), [finding("track_local_time", zone=zone.key)]


def read_gpx(content: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each track of a GPX file, and notes.

    The only duration in such a file is the time from its first point to its last.
    """
    next(elements(content), None)  # refuses what a parser should not see
    try:
        import gpxpy  # comes with the app
    except ImportError as error:
        raise TrainingLogError(NEEDS_PACKAGE.format("GPX files")) from error
    try:
        tracks = gpxpy.parse(_text(content)).tracks
    # The parser meets broken numbers and times with whatever they lead it into.
    except Exception as error:
        raise TrainingLogError("This GPX file cannot be read; it is damaged.") from error
    timed = [(track, track.get_time_bounds()) for track in tracks]
    rows = [
        {
            "moment": _local(bounds.start_time, zone),
            "activity": (track.type or "").strip(),
            "duration_min": (bounds.end_time - bounds.start_time).total_seconds() / 60,
            "distance_m": track.length_2d() or float("nan"),
        }
        for track, bounds in timed
        if bounds.start_time and bounds.end_time
    ]
    if not rows:
        raise TrainingLogError(
            "This GPX file holds no track with times, as of a route that was only planned: "
            "give the file of a session."
        )
    notes = [finding("track_local_time", zone=zone.key), finding("gpx_duration")]
    return _frame(rows), notes


def _text(content: bytes) -> str:
    """Text of an XML file in the encoding that it names, else UTF-8."""
    named = re.match(rb"""\s*<\?xml[^>]*encoding=["']([\w.-]+)""", content[:200])
    encoding = named.group(1).decode("ascii") if named else "utf-8-sig"
    return content.decode(encoding, "replace").lstrip()


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(has_time=True)
    frame["moment"] = pd.to_datetime(frame["moment"])
    frame["sport"] = by_value(frame["activity"], sport_of)
    return frame


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Local time of a moment; without an offset of its own it is UTC."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(zone).replace(tzinfo=None)


def _activities(content: bytes) -> Iterator[Element]:
    """Activities of a TCX file, without their points."""
    for element in elements(content):
        if name_of(element) == "Track":
            element.clear()
        elif name_of(element) == "Activity":
            yield element


def _tcx_row(activity: Element, zone: ZoneInfo) -> dict[str, Any]:
    laps = [child for child in activity if name_of(child) == "Lap"]
    begun = [laps[0].get("StartTime", "")] if laps else []
    begun += [child.text or "" for child in activity if name_of(child) == "Id"]
    start = next((moment for text in begun if (moment := _moment(text))), None)
    minutes = _lap_numbers(laps, "TotalTimeSeconds") / 60
    rates = _lap_numbers(laps, "AverageHeartRateBpm")
    weights = minutes.where(rates.notna())
    return {
        "moment": _local(start, zone),
        "activity": activity.get("Sport", ""),
        "duration_min": minutes.sum(min_count=1),
        "distance_m": _lap_numbers(laps, "DistanceMeters").sum(min_count=1),
        "average_heart_rate_bpm": (rates * weights).sum(min_count=1) / weights.sum(),
        "highest_heart_rate_bpm": _lap_numbers(laps, "MaximumHeartRateBpm").max(),
    }


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _lap_numbers(laps: list[Element], name: str) -> pd.Series[float]:
    """A number of each lap, which holds it directly or as the value in an element."""
    told = [next((c for c in lap if name_of(c) == name), Element(name)) for lap in laps]
    return pd.Series([number("".join(one.itertext())) for one in told], dtype="float64")
