"""A training log: its sessions, and what was read, left out and assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from riskmodel.training.sentences import (
    BY_ZONE,
    SKIPPED,
    Finding,
    counted,
    day_words,
    sentence,
)
from riskmodel.training.words import MEANINGS

COLUMNS = {
    "day": "datetime64[s]",
    "start": "datetime64[s]",
    "sport": "str",
    "activity": "str",
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
    "sport": "str",
    "activity": "str",
    "why": "str",
    "cell": "str",
    "sources": "object",
}
"""Columns of rows that may be sessions, and could not be read as such."""


class TrainingLogError(ValueError):
    """A file that cannot be read as a training log; one sentence says why."""


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
        What the column was said to be, and what it looks like, of `MEANINGS`.
    """

    def __init__(self, header: str, cell: str, meaning: str, likely: str) -> None:
        self.header, self.cell, self.meaning, self.likely = header, cell, meaning, likely
        super().__init__(
            f"The column {header} holds {cell!r} and the like, which cannot be "
            f"{_lower(MEANINGS[meaning])}: it looks like {_lower(MEANINGS[likely])}; name "
            "it so."
        )


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


@dataclass(frozen=True)
class LogReport:
    """What became of the rows of a file.

    Attributes
    ----------
    sources : tuple of str
    rows_read, rows_used : int
        Their difference is the sum of `skipped`.
    skipped : mapping of str to int
        Rows by the reason why they were left out, a key of `SKIPPED`.
    first_day, last_day : datetime.date
    estimated_sessions : int
        Sessions whose load is estimated, because nobody said how hard they felt.
    notes : tuple of Finding
        Units and times taken for granted, and what a reader should know.
    """

    sources: tuple[str, ...]
    rows_read: int
    rows_used: int
    skipped: Mapping[str, int]
    first_day: date
    last_day: date
    estimated_sessions: int
    notes: tuple[Finding, ...] = ()

    @property
    def share_estimated(self) -> float:
        """Share of the sessions whose load is estimated, 0 to 1."""
        return self.estimated_sessions / self.rows_used

    @property
    def days_by_zone(self) -> bool:
        """Whether a day depends on the time zone that was given."""
        return any(note.kind in BY_ZONE for note in self.notes)

    def in_words(self) -> dict[str, Any]:
        """Everything by its name, with what was left out and noticed in words."""
        return {
            **asdict(self),
            "skipped": {SKIPPED[why]: number for why, number in self.skipped.items()},
            "notes": [sentence(note) for note in self.notes],
            "share_estimated": self.share_estimated,
        }

    def lines(self) -> tuple[str, ...]:
        """Say it in sentences, for a page or a terminal."""
        first, last = (day_words(day, year=True) for day in (self.first_day, self.last_day))
        return (
            f"From {', '.join(self.sources)}: {counted(self.rows_read, 'row')} read, "
            f"{self.rows_used} used, {self.rows_read - self.rows_used} left out.",
            *(
                f"{counted(number, 'row')} left out: {SKIPPED[why]}."
                for why, number in self.skipped.items()
            ),
            f"Sessions from {first} to {last}.",
            f"Load estimated for {self.share_estimated:.0%} of the sessions "
            f"({self.estimated_sessions}), from duration and sport, because the file does "
            "not say how hard they felt."
            if self.estimated_sessions
            else "Load of every session from how hard it felt and how long it took.",
            *map(sentence, self.notes),
        )


@dataclass(frozen=True)
class TrainingLog:
    """Sessions of one athlete, oldest first.

    Attributes
    ----------
    sessions : pandas.DataFrame
        One row per session with the columns of `COLUMNS`: ``day`` and ``start`` are
        local, ``start`` is NaT where the file names no time; numbers are NaN where not
        known; ``activity`` is the word of the file that ``sport`` was read from; ``cut``
        says that a longer duration was cut to 24 hours; ``sources`` are the programs
        that recorded it; ``legs`` are its parts in other sports, most have none.
    report : LogReport
    doubtful : pandas.DataFrame
        Rows that may be sessions, with the columns of `DOUBTFUL`: ``day`` is NaT where it
        could not be read, ``sport`` empty; ``why`` is a key of `SKIPPED`, ``cell`` what
        stands where a date or a duration should.  Their days are no days of rest.
    """

    sessions: pd.DataFrame = field(repr=False)
    report: LogReport
    doubtful: pd.DataFrame = field(default_factory=lambda: doubtful_rows({}), repr=False)


def doubtful_rows(rows: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Give rows the columns of `DOUBTFUL`, numbered from 0."""
    frame = pd.DataFrame(rows).reindex(columns=list(DOUBTFUL)).reset_index(drop=True)
    return frame.astype(DOUBTFUL)


def log_of(
    sessions: pd.DataFrame,
    sources: Iterable[str],
    rows_read: int,
    skipped: Mapping[str, int],
    notes: Iterable[Finding],
    doubtful: pd.DataFrame,
) -> TrainingLog:
    """Put sessions, as from `ordered`, together with what is to be said about them."""
    report = LogReport(
        tuple(sources),
        rows_read,
        len(sessions),
        skipped,
        sessions["day"].iloc[0].date(),
        sessions["day"].iloc[-1].date(),
        int(sessions["session_rpe"].isna().sum()),
        tuple(dict.fromkeys(notes)),
    )
    return TrainingLog(sessions, report, doubtful)


def ordered(sessions: pd.DataFrame) -> pd.DataFrame:
    """Give sessions the columns of a log, oldest first and numbered from 0."""
    full = sessions.reindex(columns=list(COLUMNS))
    full["cut"] = full["cut"].eq(True)
    full["legs"] = [legs if isinstance(legs, tuple) else () for legs in full["legs"]]
    full = full.astype(COLUMNS)
    return full.sort_values(["day", "start"], kind="stable").reset_index(drop=True)


def moved(log: TrainingLog, days: int) -> TrainingLog:
    """Log with every session so many days later, as for an example of some other year."""
    later, report = pd.Timedelta(days=days).as_unit("s"), log.report
    sessions = log.sessions.assign(
        day=log.sessions["day"] + later, start=log.sessions["start"] + later
    )
    first, last = (d + timedelta(days) for d in (report.first_day, report.last_day))
    doubtful = log.doubtful.assign(day=log.doubtful["day"] + later)
    report = replace(report, first_day=first, last_day=last)
    return TrainingLog(sessions, report, doubtful)
