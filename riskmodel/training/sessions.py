"""Rows of any file made into the sessions of a log, with a report of what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training.activities import activity_notes
from riskmodel.training.log import (
    NoLog,
    TrainingLog,
    TrainingLogError,
    doubtful_rows,
    log_of,
    ordered,
)
from riskmodel.training.overlaps import counted_once
from riskmodel.training.scales import COLUMN_RANGES, RANGES, WAYS
from riskmodel.training.sentences import (
    MAY_BE_SESSIONS,
    SHOWN,
    SKIPPED,
    Finding,
    day_words,
    finding,
)
from riskmodel.training.words import (
    NOTHING,
    is_no_session,
    is_said,
    is_training,
    limit,
    sport_of,
)

UNREADABLE = np.inf
"""Stands in the rows of a file where a cell says something that is no quantity."""


def sessions_of(
    rows: pd.DataFrame,
    source: str,
    notes: Sequence[Finding],
    *,
    without_duration: str = "no_duration",
    zeros_count: bool = False,
    said: Mapping[str, str] = NOTHING,
    written: pd.DataFrame | None = None,
) -> TrainingLog:
    """Check rows, leave out what is no session, and report.

    Rows have ``moment`` (local), ``has_time``, ``activity``, ``sport``, ``duration_min``
    and any other quantity of a log, `UNREADABLE` where none was made of what stands
    there; ``skipped`` where a row has been left out before; ``row``, equal where whole
    rows are; ``cell``, what stands where a date or a duration should, and
    ``unread_duration`` where none was made of it; ``rest`` where it says so in words, and
    ``no_minutes`` where it is a 0 that a person wrote.  Without a duration a row is
    ``without_duration``, a key of `SKIPPED`.
    Whether ``zeros_count`` depends on the program: most write 0 for what they do not know.
    What a reader has ``said`` of activities goes before the ``sport`` of a row.
    ``written`` are the cells of the file, by what their columns mean.
    """
    rows = rows.assign(
        sport=rows["sport"].mask(
            by_value(rows["activity"], lambda word: is_said(word, said)).astype(bool),
            by_value(rows["activity"], lambda word: sport_of(word, said)),
        ),
        is_training=by_value(rows["activity"], lambda word: is_training(word, said)),
    )
    skipped = _skipped(rows, without_duration)
    left_out = {str(k): int(n) for k, n in skipped[skipped != ""].value_counts().items()}
    used = rows[skipped == ""].copy()
    if not len(used):
        why = ", ".join(f"{number} {SKIPPED[key]}" for key, number in left_out.items())
        may_be = skipped.isin(MAY_BE_SESSIONS).any()
        error = TrainingLogError if may_be else NoLog
        raise error(f"There is no finished session in this file: {why}.")
    written = pd.DataFrame(index=rows.index) if written is None else written
    left_open = _leave_open(used, written, zeros_count=zeros_count)
    notes = [*notes, *left_open, *_settle(used)]
    used["sources"] = [(source,)] * len(used)
    a_day = used["day"].value_counts()
    if a_day.iloc[0] > limit("most_sessions_a_day"):
        day = day_words(a_day.index[0], year=True)
        raise TrainingLogError(
            f"There are {a_day.iloc[0]} sessions on {day}; allowed is the log of one "
            f"athlete, up to {limit('most_sessions_a_day'):.0f} a day."
        )
    doubtful = _doubtful(rows, skipped, source)
    once, overlaps = counted_once(ordered(used))
    if same := len(used) - len(once):
        left_out["same_hours"] = same
    notes += [*activity_notes(once), *_unread_rows(doubtful), *overlaps]
    return log_of(once, [source], len(rows), left_out, notes, doubtful)


def _doubtful(rows: pd.DataFrame, skipped: pd.Series[str], source: str) -> pd.DataFrame:
    """Rows left out that may be sessions all the same."""
    may_be = rows[skipped.isin(MAY_BE_SESSIONS)].copy()
    may_be["day"] = may_be["moment"].dt.normalize()
    may_be["start"] = may_be["moment"].where(may_be["has_time"].astype(bool))
    may_be["why"] = skipped[may_be.index]
    # What kept somebody from training is nobody's business, and no activity.
    may_be["activity"] = may_be["activity"].mask(may_be["why"] == "rest_with_duration", "")
    may_be["sources"] = [(source,)] * len(may_be)
    return doubtful_rows(may_be)


def _unread_rows(doubtful: pd.DataFrame) -> list[Finding]:
    """Show a cell of which no date or no duration was made, and say how many there are."""
    notes = []
    for why in ("no_date", "unread_duration"):
        filled = doubtful[(doubtful["why"] == why) & doubtful["cell"].fillna("").ne("")]
        if len(filled):
            cell = filled["cell"].iloc[0][:30]
            notes.append(finding(why, rows=len(filled), cell=cell))
    return notes


def by_value(words: pd.Series[Any], say: Callable[[str], Any]) -> pd.Series[Any]:
    """Ask about each distinct word once, and give every row the answer."""
    codes, distinct = pd.factorize(words, use_na_sentinel=False)
    return pd.Series([say(word) for word in distinct]).take(codes).set_axis(words.index)


def _skipped(rows: pd.DataFrame, without_duration: str) -> pd.Series[str]:
    """Why each row is left out, empty where it is not; the first reason counts."""
    before = rows.get("skipped", pd.Series("", rows.index)).to_numpy(object)
    duration = rows["duration_min"].to_numpy()
    unread = rows.get("unread_duration", pd.Series(False, rows.index)).to_numpy(bool)
    day_off = by_value(rows["activity"], is_no_session).to_numpy(bool)
    misread = rows.get("misread_duration", pd.Series(False, rows.index)).to_numpy(bool)
    rest = rows.get("rest", pd.Series(False, rows.index)).to_numpy(bool)
    nothing = rows.get("no_minutes", pd.Series(False, rows.index)).to_numpy(bool)
    reasons = {
        "rest_with_duration": day_off & (duration > 0),
        "day_off": day_off | rest,
        "no_date": rows["moment"].isna().to_numpy(),
        "misread_duration": misread,
        "not_moved": rows.get("not_moved", pd.Series(False, rows.index)).to_numpy(bool),
        "unread_duration": unread,
        "no_minutes": nothing & ~_with_effort(rows),
        without_duration: ~(duration > 0),
        "too_short": duration < limit("shortest_min"),
    }
    why = np.select([before != "", *reasons.values()], [before, *reasons], "")
    skipped = pd.Series(why, rows.index, dtype="str")
    return skipped.mask(_repeated(rows, skipped == ""), "twice")


def _with_effort(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows that tell a distance, an effort or a heart rate, and so of a session."""
    told = ("distance_m", "session_rpe", "average_heart_rate_bpm", "highest_heart_rate_bpm")
    columns = [rows[name].to_numpy(float) > 0 for name in told if name in rows]
    return np.any(columns, axis=0) if columns else np.zeros(len(rows), bool)


def _repeated(rows: pd.DataFrame, usable: pd.Series[bool]) -> pd.Series[bool]:
    """Rows that stand in the file before: the same cells, or the same start and length.

    Where there is no time of day, two equal swims a day are possible, so the whole row
    must be the same.
    """
    start_and_length = ["moment", "sport", "duration_min"]
    again = rows.loc[usable & rows["has_time"], start_and_length].duplicated()
    again = again.reindex(rows.index, fill_value=False)
    if "row" in rows:
        again |= rows.loc[usable, "row"].duplicated().reindex(rows.index, fill_value=False)
    return again


def _leave_open(
    used: pd.DataFrame, written: pd.DataFrame, *, zeros_count: bool
) -> list[Finding]:
    """Leave values open that cannot be or were never read, and count them."""
    notes = []
    for name, can in RANGES.items():
        if name not in used:
            continue
        value = used[name].to_numpy(float, copy=True)
        if not zeros_count and can.low > 0:
            value[value == 0] = np.nan
        inside, unread = (value >= can.low) & (value <= can.high), value == UNREADABLE
        outside = ~np.isnan(value) & ~inside & ~unread
        for kind, where in (("unread", unread), ("outside", outside)):
            if number := int(where.sum()):
                told = _cell_and_allowed(name, used.index[where][0], written)
                notes.append(finding(kind, values=number, noun=can.noun, **told))
        used[name] = np.where(inside, value, np.nan)
    return notes


def _cell_and_allowed(name: str, place: Any, written: pd.DataFrame) -> dict[str, str]:
    """First of the cells of a row that tell a quantity, and what such a column can hold."""
    ways = [way for way in WAYS[name] if way in written]
    row = written.loc[place]
    cells = {way: str(row[way]).strip()[:30] for way in ways}
    way = next((way for way in ways if cells[way]), name)
    can = COLUMN_RANGES.get(way)
    return {"cell": cells.get(way, ""), "allowed": can.allowed if can else ""}


def _settle(used: pd.DataFrame) -> list[Finding]:
    """Give usable rows the columns of a log, and say what was settled."""
    notes = []
    for name in ("elapsed_used", "watch_left_on"):
        if number := int(used.get(name, pd.Series(dtype=bool)).sum()):
            hours = limit("longest_elapsed_min") / 60
            notes.append(finding(name, sessions=number, hours=hours))
    longest = limit("longest_min")
    used["cut"] = used["duration_min"] > longest
    if used["cut"].any():
        days = used.loc[used["cut"], "moment"].sort_values()
        notes.append(finding("cut", sessions=len(days), days=tuple(days[:SHOWN])))
    used["duration_min"] = used["duration_min"].clip(upper=longest)
    used["day"] = used["moment"].dt.normalize()
    used["start"] = used["moment"].where(used["has_time"].astype(bool))
    return notes
