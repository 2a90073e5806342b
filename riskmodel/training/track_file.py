"""TCX and GPX files: sessions as watches and phones hand them on, one each as a rule.

Both write UTC as a rule.  Positions are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.training.clock import FIRST_YEAR, LAST_YEAR
from riskmodel.training.log import NoLog
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import by_value
from riskmodel.training.words import limit, sport_of
from riskmodel.training.xml_text import elements, name_of, number


def read_tcx(content: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each activity of a TCX file, and notes."""
    rows = [_tcx_row(activity, zone) for activity in _activities(content)]
    if not rows:
        raise NoLog(
            "This TCX file holds no activity, such as a course or a planned workout: give "
            "the file of a session."
        )
    return _frame(rows), [finding("track_local_time", zone=zone.key)]


def read_gpx(content: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each track of a GPX file, and notes.

    The only duration in such a file is the time from its first point to its last.  Where
    two points are too far apart in time, a new session begins.
    """
    rows, gaps = list[dict[str, Any]](), 0
    for kind, moments in _tracks(content):
        stretches = _stretches(sorted(moments))
        gaps += max(len(stretches) - 1, 0)
        # A point alone, as of a clock that was not yet set, is no session beside others;
        # of points that are all alone nobody knows how long they took.
        whole = [each for each in stretches if len(each) > 1]
        for stretch in whole or stretches[:1]:
            minutes = (stretch[-1] - stretch[0]).total_seconds() / 60
            row = {"moment": _local(stretch[0], zone), "activity": kind}
            rows.append(row | {"duration_min": minutes})
    if not rows:
        raise NoLog(
            "This GPX file holds no track with times, as of a route that was only planned: "
            "give the file of a session."
        )
    notes = [finding("track_local_time", zone=zone.key), finding("gpx_duration")]
    if gaps:
        notes.append(finding("gpx_gaps", gaps=gaps, hours=limit("longest_gap_min") / 60))
    return _frame(rows), notes


def _stretches(moments: list[datetime]) -> list[list[datetime]]:
    """Moments without the long gaps between them."""
    longest = timedelta(minutes=limit("longest_gap_min"))
    stretches: list[list[datetime]] = []
    for moment in moments:
        if stretches and moment - stretches[-1][-1] <= longest:
            stretches[-1].append(moment)
        else:
            stretches.append([moment])
    return stretches


def _tracks(content: bytes) -> Iterator[tuple[str, list[datetime]]]:
    """Type of every track of a GPX file, and the moments of its points."""
    moments: list[datetime] = []
    for element in elements(content):
        name = name_of(element)
        if name == "trkpt":
            moment = _moment(_told(element, "time"))
            moments += [moment] if moment else []
            element.clear()
        elif name == "trk":
            yield _told(element, "type"), moments
            moments = []


def _told(element: Element, name: str) -> str:
    """Text of the first child of a name, with all inside it; empty where there is none."""
    child = next((c for c in element if name_of(c) == name), None)
    return "" if child is None else "".join(child.itertext()).strip()


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(has_time=True)
    frame["moment"] = pd.to_datetime(frame["moment"])
    frame["sport"] = by_value(frame["activity"], sport_of)
    return frame


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment and moment.astimezone(zone).replace(tzinfo=None)


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
    begun.append(_told(activity, "Id"))
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
    """Moment in a text, if a session can be then; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lap_numbers(laps: list[Element], name: str) -> pd.Series[float]:
    """A number of each lap, which holds it directly or as the value in an element."""
    return pd.Series([number(_told(lap, name)) for lap in laps], dtype="float64")
