"""Rows of several files that could not be read, without those that another file tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from riskmodel.training.log import DOUBTFUL, TrainingLog, doubtful_rows
from riskmodel.training.sentences import PERHAPS_TWICE, Finding, finding

_NEAR_MIN = 5.0  # between two starts of one session, as of two files
_ANY_SPORT = ("", "other")


class _Row(NamedTuple):
    day: pd.Timestamp
    sport: str
    start: pd.Timestamp


def still_doubtful(
    logs: Sequence[TrainingLog], merged: pd.DataFrame, notes: Iterable[Finding]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Doubtful rows of all logs, each once, that no session of another log settles.

    A session settles one row of a log that does not have it, if it may be of that sport:
    within 5 minutes of its start, or on its day where one of both has no time.  Days of
    which `notes` say that a session may stand there twice are in doubt, too.
    """
    rest, settled = [_perhaps_twice(notes)], 0
    for log in logs:
        if len(rows := log.doubtful):
            told = _told_elsewhere(log, merged)
            settled += int(told.sum())
            # Equal rows of one file stay as many as they are.
            copy = rows.groupby(list(DOUBTFUL), dropna=False).cumcount()
            rest.append(rows.assign(copy=copy)[~told])
    once = doubtful_rows(pd.concat(rest).drop_duplicates())
    return once, [finding("told_elsewhere", rows=settled)] if settled else []


def _perhaps_twice(notes: Iterable[Finding]) -> pd.DataFrame:
    details = (dict(note.details) for note in notes if note.kind == PERHAPS_TWICE)
    rows = pd.DataFrame({"day": [day for each in details for day in each["all"]]})
    # Its length is known: it never leaves the longest open, as one of any sport would.
    rows = rows.assign(sport="other", activity="", is_training=True, cell="")
    return doubtful_rows(rows.assign(why=PERHAPS_TWICE)).assign(copy=0)


def _told_elsewhere(log: TrainingLog, merged: pd.DataFrame) -> pd.Series[bool]:
    """Which doubtful rows of a log are sessions of another."""
    rows, told = log.doubtful, pd.Series(False, log.doubtful.index)
    days = rows["day"].dropna().unique()
    there: dict[pd.Timestamp, list[_Row]] = {}
    for session in _rows(merged[merged["day"].isin(days)]):
        there.setdefault(session.day, []).append(session)
    for session in _rows(log.sessions[log.sessions["day"].isin(days)]):
        _take(session, there.get(session.day, []), np.inf)
    # What names its sport goes first: what is left can be anything.
    dated = rows[rows["day"].notna() & (rows["why"] != PERHAPS_TWICE)]
    dated = dated.sort_values("sport", ascending=False, kind="stable")
    for place, row in zip(dated.index, _rows(dated), strict=True):
        told[place] = _take(row, there.get(row.day, []), _NEAR_MIN)
    return told


def _rows(frame: pd.DataFrame) -> list[_Row]:
    return [_Row(*row) for row in frame[[*_Row._fields]].itertuples(index=False)]


def _take(row: _Row, sessions: list[_Row], most_min: float) -> bool:
    """Take the nearest session that a row can be from others; False if there is none."""
    fits = [
        (_gap_min(row, each), place)
        for place, each in enumerate(sessions)
        if row.sport == each.sport or not {row.sport, each.sport}.isdisjoint(_ANY_SPORT)
    ]
    gap, place = min(fits, default=(np.inf, -1))
    if place < 0 or gap > most_min:
        return False
    del sessions[place]
    return True


def _gap_min(one: _Row, other: _Row) -> float:
    """Minutes between two starts, 0 where one has none."""
    if pd.isna(one.start) or pd.isna(other.start):
        return 0.0
    return abs((one.start - other.start).total_seconds()) / 60
