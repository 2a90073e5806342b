"""The list of activities in the archive that Garmin gives of an account.

``DI_CONNECT/DI-Connect-Fitness/..._summarizedActivities.json``: local time in
milliseconds since 1970 as if it were UTC, durations in milliseconds, distances in
centimetres.  It grows to more than a hundred megabytes, and is read bit by bit.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.inputs.installing import how_to_install
from riskmodel.inputs.told import grouped
from riskmodel.training.clock import clock_of, in_zone
from riskmodel.training.limits import MOST_ROWS, Readable
from riskmodel.training.log import NoLog, TrainingLogError
from riskmodel.training.moving import settle_duration
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import by_value
from riskmodel.training.words import sport_of

GARMIN_ARCHIVE = "Garmin's archive"
_LIST = "summarizedActivitiesExport"
GARMIN_MARK = f'"{_LIST}"'.encode()
_ENDING = r"_(?:v\d+|ws)$"  # of a newer key, and of one for a winter sport

_FIELDS = (
    "startTimeLocal", "beginTimestamp", "duration", "elapsedDuration", "distance",
    "activityType", "sportType", "avgHr", "maxHr",
)  # fmt: skip


def read_garmin_archive(
    stream: Readable, zone: ZoneInfo
) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each activity of the list, and notes.

    The zone is for activities that name no local time.
    """
    told = pd.DataFrame(_activities(stream), columns=list(_FIELDS), dtype=object)
    if told.empty:
        raise NoLog("There are no activities in this list of Garmin.")
    number = {
        name: pd.to_numeric(told[name], errors="coerce").astype(float)
        for name in _FIELDS
        if name not in ("activityType", "sportType")
    }
    word = told["activityType"].where(told["activityType"].notna(), told["sportType"])
    there = in_zone(clock_of(number["beginTimestamp"]), zone)
    local = clock_of(number["startTimeLocal"])
    rows = pd.DataFrame({"moment": local.where(local.notna(), there)})
    rows["has_time"] = True
    word = word.fillna("").astype("str").str.replace(_ENDING, "", regex=True)
    rows["activity"] = word.str.replace("_", " ")
    rows["sport"] = by_value(rows["activity"], sport_of)
    settle_duration(rows, number["duration"] / 60_000, number["elapsedDuration"] / 60_000)
    rows["distance_m"] = number["distance"] / 100
    rows["average_heart_rate_bpm"] = number["avgHr"]
    rows["highest_heart_rate_bpm"] = number["maxHr"]
    notes = [finding("garmin_archive")]
    if local.isna().any():
        notes.append(finding("track_local_time", zone=zone.key))
    return rows, notes


def _activities(stream: Readable) -> list[dict[str, Any]]:
    """What each activity says of itself; whatever stands deeper is passed over."""
    try:
        import ijson  # comes with the app
    except ImportError as error:
        raise TrainingLogError(
            f"Garmin's archive needs one more package: {how_to_install('app')}."
        ) from error
    rows: list[dict[str, Any]] = []
    key, key_depth, depth, listed = "", 0, 0, 0
    try:
        for event, value in ijson.basic_parse(stream, use_float=True):
            if event == "map_key":
                key, key_depth = value, depth
            elif event.startswith("start"):
                depth += 1
                if event == "start_array" and (key, key_depth) == (_LIST, depth - 1):
                    listed = depth
                elif listed and depth == listed + 1 and event == "start_map":
                    rows.append({})
                    if len(rows) > MOST_ROWS:
                        break
            elif event.startswith("end"):
                listed = 0 if depth == listed else listed
                depth -= 1
            elif listed and depth == key_depth == listed + 1 and key in _FIELDS:
                rows[-1][key] = value
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise TrainingLogError(
            "This list of Garmin is damaged or was cut off: it cannot be read."
        ) from error
    if len(rows) > MOST_ROWS:
        raise TrainingLogError(
            f"This list of Garmin has more than the {grouped(MOST_ROWS)} activities that "
            "can be read."
        )
    return rows
