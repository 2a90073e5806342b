"""FIT files, as watches and bicycle computers write them, one activity each."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.inputs.installing import how_to_install
from riskmodel.inputs.told import grouped
from riskmodel.training.clock import EAST_MIN, WEST_MIN
from riskmodel.training.limits import MOST_FIT_MESSAGES
from riskmodel.training.log import NoLog, TrainingLogError
from riskmodel.training.moving import settle_duration
from riskmodel.training.overlaps import Leg
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.words import fit_activity, sport_of

_MULTISPORT = {"swimming", "cycling", "running"}


def is_fit(content: bytes) -> bool:
    """Whether bytes begin like a FIT file."""
    return content[8:12] == b".FIT"


def read_fit(content: bytes, zone: ZoneInfo) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each session of a FIT file, and notes.

    The zone is for a file that does not tell its local time.  Position, device and user
    are not read.
    """
    messages, notes = _messages(content)
    kind = next((m.get("type") for name, m in messages if name == "file_id"), None)
    if kind not in (None, "activity"):
        raise NoLog(
            f"This FIT file holds no activity but {str(kind).replace('_', ' ')}: give the "
            "file of a session."
        )
    sessions = [m for name, m in messages if name == "session"]
    if not sessions:
        raise TrainingLogError(
            "This FIT file holds no finished session; it may have been cut off."
        )
    rates = [m["heart_rate"] for name, m in messages if name == "record"]
    known = [r for r in rates if isinstance(r, int | float)]
    if len(sessions) == 1 and known:
        # Many devices leave the averages of the session empty and write every second.
        first = sessions[0]
        first["avg_heart_rate"] = first["avg_heart_rate"] or sum(known) / len(known)
        first["max_heart_rate"] = first["max_heart_rate"] or max(known)
    activity = next((m for name, m in messages if name == "activity"), {})
    offset = _offset(activity)
    place = timezone(offset) if offset is not None else zone
    notes.append(
        finding("fit_tells_local_time")
        if offset is not None
        else finding("fit_local_time", zone=zone.key)
    )
    return _frame([_row(m, place) for m in sessions]), notes


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Sessions as a frame, a triathlon as the one session that it is, with its legs."""
    frame = pd.DataFrame(rows)
    settle_duration(frame, frame.pop("moving_min"), frame.pop("elapsed_min"))
    if len(set(frame["sport"]) & _MULTISPORT) < 2:
        return frame
    whole = frame.iloc[[0]].copy()
    whole["sport"] = "triathlon"
    whole["activity"] = "multisport"
    for name in ("duration_min", "distance_m"):
        whole[name] = frame[name].sum(min_count=1)
    for name in ("elapsed_used", "watch_left_on", "not_moved"):
        whole[name] = bool(frame[name].any())
    for name in ("session_rpe", "highest_heart_rate_bpm"):
        whole[name] = frame[name].max()
    whole["average_heart_rate_bpm"] = whole["intensity_factor"] = float("nan")
    parts = frame[frame["sport"] != ""]
    after_min = (parts["moment"] - frame["moment"].iloc[0]).dt.total_seconds() / 60
    legs = zip(parts["sport"], after_min, parts["duration_min"], strict=True)
    whole["legs"] = pd.Series([tuple(Leg(*leg) for leg in legs)], whole.index)
    return whole


_FIELDS = {
    "file_id": ("type",),
    "activity": ("timestamp", "local_timestamp"),
    "record": ("heart_rate",),
    "session": (
        "start_time", "sport", "sub_sport", "total_timer_time", "total_elapsed_time",
        "total_distance", "avg_heart_rate", "max_heart_rate", "intensity_factor",
        "workout_rpe",
    ),
}  # fmt: skip


def _one_value(message: Any, name: str) -> Any:
    """What a field holds; of a list, that no session has there, nothing."""
    value = message.get_value(name, fallback=None)
    return None if isinstance(value, tuple) else value


class _TooLong(Exception):
    """More messages than a session has."""


def _messages(content: bytes) -> tuple[list[tuple[str, dict[str, Any]]], list[Finding]]:
    """Messages that matter, with the fields that do, and what was wrong with the file."""
    try:
        import fitdecode  # type: ignore[import-untyped]  # heavy, and comes with the app
    except ImportError as error:
        raise TrainingLogError(
            f"FIT files need one more package: {how_to_install('app')}."
        ) from error

    messages: list[tuple[str, dict[str, Any]]] = []
    notes: list[Finding] = []
    try:
        reader = fitdecode.FitReader(
            io.BytesIO(content),
            check_crc=fitdecode.CrcCheck.READONLY,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        )
        with reader as frames:
            for number, frame in enumerate(frames):
                if number > MOST_FIT_MESSAGES:
                    raise _TooLong
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name in _FIELDS:
                    fields = _FIELDS[frame.name]
                    values = {n: _one_value(frame, n) for n in fields}
                    messages.append((frame.name, values))
                elif isinstance(frame, fitdecode.FitCRC) and not frame.matched:
                    notes.append(finding("wrong_checksum"))
    except _TooLong as error:
        raise TrainingLogError(
            f"This FIT file has more than the {grouped(MOST_FIT_MESSAGES)} messages that "
            "can be read."
        ) from error
    except MemoryError:
        raise
    # The decoder meets broken bytes with whatever they lead it into.
    except Exception as error:
        if not messages:
            raise TrainingLogError(
                "This FIT file cannot be read; it is damaged."
            ) from error
        notes.append(finding("breaks_off"))
    return messages, notes


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _offset(activity: dict[str, Any]) -> timedelta | None:
    """Distance of local time from UTC, which an activity may tell."""
    utc, local = activity.get("timestamp"), activity.get("local_timestamp")
    if not isinstance(utc, datetime) or not isinstance(local, datetime):
        return None
    apart = local.replace(tzinfo=None) - utc.astimezone(UTC).replace(tzinfo=None)
    quarters = round(apart / timedelta(minutes=15))
    offset = quarters * timedelta(minutes=15)
    minutes = offset / timedelta(minutes=1)
    return offset if WEST_MIN <= minutes <= EAST_MIN else None


def _row(message: dict[str, Any], place: timezone | ZoneInfo) -> dict[str, Any]:
    start = message["start_time"]
    known = isinstance(start, datetime)
    local: Any = start.astimezone(place).replace(tzinfo=None) if known else pd.NaT
    activity = fit_activity(message["sport"], message["sub_sport"])
    return {
        "moment": pd.Timestamp(local),
        "has_time": True,
        "activity": activity,
        "sport": sport_of(activity),
        "moving_min": _number(message["total_timer_time"]) / 60,
        "elapsed_min": _number(message["total_elapsed_time"]) / 60,
        "distance_m": _number(message["total_distance"]),
        # From 0 to 100 in the file.
        "session_rpe": _number(message["workout_rpe"]) / 10,
        "average_heart_rate_bpm": _number(message["avg_heart_rate"]),
        "highest_heart_rate_bpm": _number(message["max_heart_rate"]),
        "intensity_factor": _number(message["intensity_factor"]),
    }
