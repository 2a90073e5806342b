"""A training log: its sessions, and what was read, left out and assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from riskmodel.inputs.results import ShortRepr
from riskmodel.inputs.told import ToldError
from riskmodel.training.counts import counts_of
from riskmodel.training.report import FileReport, LogReport
from riskmodel.training.sentences import (
    Finding,
)
from riskmodel.training.words import MEANINGS, ONE_SESSION_EACH

COLUMNS = {
    "day": "datetime64[s]",
    "start": "datetime64[s]",
    "sport": "str",
    "activity": "str",
    "is_training": "bool",
    "duration_min": "float64",
    "distance_m": "float64",
    "session_rpe": "float64",
    "average_heart_rate_bpm": "float64",
    "highest_heart_rate_bpm": "float64",
    "intensity_factor": "float64",
    "air_temperature_c": "float64",
    "relative_humidity_pct": "float64",
    "cut": "bool",
    "sources": "object",
    "legs": "object",
}
"""Columns of a log; whatever else a file holds is not kept."""

DOUBTFUL = {
    "day": "datetime64[s]",
    "start": "datetime64[s]",
    "sport": "str",
    "activity": "str",
    "is_training": "bool",
    "why": "str",
    "cell": "str",
    "sources": "object",
}
"""Columns of rows that may be sessions, and could not be read as such."""


class TrainingLogError(ToldError, ValueError):
    """A file that cannot be read as a training log; one sentence says why."""


class NoLog(TrainingLogError):
    """A file that can be read, and holds no session that was done."""


class NoTable(TrainingLogError):
    """Text without columns."""


class UnknownTable(TrainingLogError):
    """A table of no known program, whose columns a person can name; `header` is one."""

    def __init__(self, header: str, sentence: str) -> None:
        self.header = header
        super().__init__(sentence)


class AmbiguousDates(TrainingLogError):
    """Dates in digits that can begin with the day or the month, which a person can say.

    Attributes
    ----------
    header : str
    cell : str
        One of them as it is written.
    """

    def __init__(self, header: str, cell: str) -> None:
        self.header, self.cell = header, cell
        super().__init__(
            f"The dates in {header}, such as {cell}, can begin with the day or the month: "
            "say which, or write them as 2026-07-31."
        )


class WrongScale(TrainingLogError):
    """Durations in another unit than a person has named.

    Attributes
    ----------
    header : str
    cell : str
        One of them as it is written.
    meaning, likely : str
        What the column was said to be, and what it looks like, of `MEANINGS`; empty where
        it looks like none.
    """

    def __init__(self, header: str, cell: str, meaning: str, likely: str) -> None:
        self.header, self.cell, self.meaning, self.likely = header, cell, meaning, likely
        looks = "write it as 1:05:00"
        if likely:
            looks = f"it looks like {_lower(MEANINGS[likely])}; name it so"
        super().__init__(
            f"The column {header} holds {cell!r} and the like, which cannot be "
            f"{_lower(MEANINGS[meaning])}: {looks}."
        )


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


@dataclass(frozen=True, repr=False)
class TrainingLog(ShortRepr):
    """Sessions of one athlete, oldest first.

    Attributes
    ----------
    sessions : pandas.DataFrame
        One row per session with the columns of `COLUMNS`: ``day`` and ``start`` are
        local, ``start`` is NaT where the file names no time; numbers are NaN where not
        known; ``activity`` is the word of the file that ``sport`` was read from, which is
        empty where the word does not say; ``is_training`` is false for naps and the like;
        ``cut`` says that a longer duration was cut to 24 hours; ``sources`` are the
        programs that recorded it; ``legs`` are its parts in other sports, most have none.
    report : LogReport
    doubtful : pandas.DataFrame
        Rows that may be sessions, with the columns of `DOUBTFUL`: ``day`` is NaT where it
        could not be read, ``sport`` empty; ``why`` is a key of `SKIPPED`, ``cell`` what
        stands where a date or a duration should.  Their days are no days of rest.
    list_days : tuple of pandas.Series
        Days of the sessions of each list, oldest first; files of one session each are no
        lists.  What lies between two lists no file covers.
    """

    sessions: pd.DataFrame = field(repr=False)
    report: LogReport
    doubtful: pd.DataFrame = field(default_factory=lambda: doubtful_rows({}), repr=False)
    list_days: tuple[pd.Series[Any], ...] = field(default=(), repr=False)


def doubtful_rows(rows: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Give rows the columns of `DOUBTFUL`, numbered from 0."""
    return _typed(pd.DataFrame(rows), DOUBTFUL).reset_index(drop=True)


def _typed(rows: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Give rows the columns of a table; those of the right type are not converted again."""
    full = rows.reindex(columns=list(types))
    others = {name: kind for name, kind in types.items() if full[name].dtype != kind}
    return full.astype(others)


def log_of(
    sessions: pd.DataFrame,
    sources: Iterable[str],
    rows_read: int,
    skipped: Mapping[str, int],
    notes: Iterable[Finding],
    doubtful: pd.DataFrame,
    files: Iterable[FileReport] = (),
    list_days: Iterable[pd.Series[Any]] = (),
) -> TrainingLog:
    """Put sessions, as from `ordered`, together with what is to be said about them.

    Without `files` it is the log of one.
    """
    files = tuple(files)
    days = (sessions["day"].iloc[place].date() for place in (0, -1))
    alone = FileReport("", tuple(sources), rows_read, len(sessions), *days)
    report = LogReport(
        alone.sources,
        rows_read,
        len(sessions),
        skipped,
        alone.first_day,
        alone.last_day,
        counts_of(sessions),
        tuple(dict.fromkeys(notes)),
        files or (alone,),
    )
    lists = tuple(list_days)
    if not files and not ONE_SESSION_EACH.issuperset(alone.sources):
        lists = (sessions["day"],)
    return TrainingLog(sessions, report, doubtful, lists)


def named(log: TrainingLog, name: str) -> TrainingLog:
    """Log of one file or archive, with the name that its reader gave it."""
    r = log.report
    days = r.first_day, r.last_day
    file = FileReport(name, r.sources, r.rows_read, r.rows_used, *days)
    return replace(log, report=replace(r, files=(file,)))


def noted(log: TrainingLog, *notes: Finding) -> TrainingLog:
    """Log with more to be said about it."""
    notes = tuple(dict.fromkeys((*log.report.notes, *notes)))
    return replace(log, report=replace(log.report, notes=notes))


def counted_for(
    log: TrainingLog, on: date, *, not_training_counts: bool = False
) -> TrainingLog:
    """Log whose report says which sessions count for one planned on that day."""
    counts = counts_of(log.sessions, on, not_training_counts=not_training_counts)
    return replace(log, report=replace(log.report, counts=counts))


def ordered(sessions: pd.DataFrame) -> pd.DataFrame:
    """Give sessions the columns of a log, oldest first and numbered from 0."""
    full = sessions.reindex(columns=list(COLUMNS))
    full["cut"] = full["cut"].eq(True)
    full["is_training"] = full["is_training"].ne(False)
    full["legs"] = [legs if isinstance(legs, tuple) else () for legs in full["legs"]]
    full = _typed(full, COLUMNS)
    return full.sort_values(["day", "start"], kind="stable").reset_index(drop=True)


def moved(log: TrainingLog, days: int) -> TrainingLog:
    """Log with every session so many days later, as for an example of some other year."""
    by, report = timedelta(days), log.report
    later = pd.Timedelta(by).as_unit("s")
    sessions = log.sessions.assign(
        day=log.sessions["day"] + later, start=log.sessions["start"] + later
    )
    first, last = (day + by for day in (report.first_day, report.last_day))
    doubtful = log.doubtful.assign(day=log.doubtful["day"] + later)
    files = tuple(
        replace(f, first_day=f.first_day + by, last_day=f.last_day + by)
        for f in report.files
    )
    report = replace(report, first_day=first, last_day=last, files=files)
    lists = tuple(days + later for days in log.list_days)
    return TrainingLog(sessions, report, doubtful, lists)
