"""Rows of any file made into the sessions of a log, with a report of what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from riskmodel.training.loads import ESTIMATED, session_loads
from riskmodel.training.log import (
    LogReport,
    TrainingLog,
    TrainingLogError,
    counted,
    day_words,
    ordered,
)
from riskmodel.training.words import is_no_session, limit, sport_of


@dataclass(frozen=True)
class _Range:
    """What a quantity of a session can be, and what to call it."""

    noun: str
    low: float
    high: float
    unit: str = ""

    @property
    def allowed(self) -> str:
        return f"{self.low:g} to {self.high:,.10g} {self.unit}".strip()


_RANGES = {
    "session_rpe": _Range("effort", 1.0, 10.0),
    "average_heart_rate_bpm": _Range("average heart rate", 30.0, 250.0, "bpm"),
    "highest_heart_rate_bpm": _Range("highest heart rate", 30.0, 250.0, "bpm"),
    "intensity_factor": _Range("intensity factor", 0.05, 2.5),
    "air_temperature_c": _Range("air temperature", -40.0, 55.0, "°C"),
    "relative_humidity_pct": _Range("relative humidity value", 1.0, 100.0, "%"),
    "distance_m": _Range("distance", 0.0, 2e6, "m"),
}

ZERO_IS_UNKNOWN = frozenset(name for name, row in _RANGES.items() if row.low > 0)
"""Quantities of which programs write 0 where they know nothing."""

UNREAD = "unread "
"""What stands before the name of a quantity where a cell of it could not be read."""

_SHOWN = 5  # activities and days named in a sentence


def log_of(
    raw: pd.DataFrame, source: str, notes: Sequence[str], without_duration: str
) -> TrainingLog:
    """Check rows, leave out what is no session, and report.

    Parameters
    ----------
    raw : pandas.DataFrame
        ``moment`` (local), ``has_time``, ``activity``, ``duration_min`` and any other
        quantity of a log, with 0 only where it means 0; ``sport`` where it is known
        already, ``reason`` where a row has been left out before, ``row`` that is equal
        where whole rows are, `UNREAD` and the name of a quantity where a cell says
        something that could not be read.
    source : str
        Label of the program.
    notes : sequence of str
    without_duration : str
        What a row without a duration is.

    Returns
    -------
    TrainingLog

    Raises
    ------
    TrainingLogError
        If no row is a session, or more sessions lie on one day than anybody can do.
    """
    rows = raw.copy()
    if "sport" not in rows:
        rows["sport"] = by_value(rows["activity"], sport_of)
    reason = rows.get("reason", pd.Series("", rows.index)).astype("str")
    duration = rows["duration_min"]
    off = by_value(rows["activity"], is_no_session).astype(bool)
    for where, why in (
        (off, "a day without training"),
        (rows["moment"].isna(), "no date that can be read"),
        (~(duration > 0), without_duration),
        (duration < limit("shortest_min"), "shorter than a minute"),
    ):
        reason = reason.mask(where & (reason == ""), why)
    reason = reason.mask(_repeated(rows, reason == ""), "in the file twice")
    used = rows[reason == ""].copy()
    skipped = {str(k): int(n) for k, n in reason[reason != ""].value_counts().items()}
    if not len(used):
        why = ", ".join(f"{number} {text}" for text, number in skipped.items())
        raise TrainingLogError(f"There is no finished session in this file: {why}.")
    sessions, said = _sessions(used, source)
    loads = session_loads(sessions)
    report = LogReport(
        (source,),
        len(rows),
        len(sessions),
        skipped,
        sessions["day"].iloc[0].date(),
        sessions["day"].iloc[-1].date(),
        int((loads["method"] == ESTIMATED).sum()),
        (*notes, *said),
    )
    return TrainingLog(sessions, report)


def by_value(words: pd.Series[Any], say: Callable[[str], Any]) -> pd.Series[Any]:
    """Ask about each distinct word once, and give every row the answer."""
    return words.map({word: say(word) for word in words.unique()})


def _repeated(rows: pd.DataFrame, usable: pd.Series[bool]) -> pd.Series[bool]:
    """Rows that stand in the file before: the same cells, or the same start and length.

    Where there is no time of day, two equal swims a day are possible, so the whole row
    must be the same.
    """
    again = pd.Series(False, rows.index)
    kept = rows[usable]
    if "row" in rows:
        again |= kept["row"].duplicated().reindex(rows.index, fill_value=False)
    timed = kept[kept["has_time"]]
    same = timed.duplicated(["moment", "sport", "duration_min"])
    return again | same.reindex(rows.index, fill_value=False)


def _sessions(used: pd.DataFrame, source: str) -> tuple[pd.DataFrame, list[str]]:
    """Columns of a log from usable rows, and what to say about them."""
    notes = _keep_what_can_be(used)
    unknown = used.loc[used["sport"] == "", "activity"]
    if len(unknown):
        named = ", ".join(word[:30] or "(none)" for word in unknown.unique()[:_SHOWN])
        notes.append(
            f"{counted(len(unknown), 'session')} of an activity that is not known here "
            f"counted as other: {named}."
        )
    longest = limit("longest_min")
    used["cut"] = used["duration_min"] > longest
    if used["cut"].any():
        days = used.loc[used["cut"], "moment"].sort_values()
        named = ", ".join(day_words(day, year=True) for day in days[:_SHOWN])
        notes.append(
            f"{counted(len(days), 'session')} longer than 24 hours cut to 24, a watch left "
            f"running perhaps: {named}."
        )
    used["duration_min"] = used["duration_min"].clip(upper=longest)
    used["sport"] = used["sport"].replace("", "other")
    used["day"] = used["moment"].dt.normalize()
    used["start"] = used["moment"].where(used["has_time"].astype(bool))
    used["source"] = source
    a_day = used["day"].value_counts()
    if a_day.iloc[0] > limit("most_sessions_a_day"):
        day = day_words(a_day.index[0], year=True)
        raise TrainingLogError(
            f"There are {a_day.iloc[0]} sessions on {day}; allowed is the log of one "
            f"athlete, up to {limit('most_sessions_a_day'):.0f} a day."
        )
    return ordered(used), notes


def _keep_what_can_be(used: pd.DataFrame) -> list[str]:
    """Leave values open that cannot be, and count them and those never read."""
    notes = []
    for name, can in _RANGES.items():
        if name not in used:
            continue
        used[name] = used[name].astype(float)
        fine = used[name].between(can.low, can.high)
        outside = int((used[name].notna() & ~fine).sum())
        used[name] = used[name].where(fine)
        unread = int(used[UNREAD + name].sum()) if UNREAD + name in used else 0
        for number, why in (
            (unread, " could not be read and"),
            (outside, f" outside {can.allowed}"),
        ):
            if number:
                are = "is" if number == 1 else "are"
                notes.append(f"{counted(number, can.noun)}{why} {are} left open.")
    return notes
