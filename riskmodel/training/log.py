"""A training log: its sessions, and what was read, left out and assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

COLUMNS = {
    "day": "datetime64[s]",
    "start": "datetime64[s]",
    "sport": "str",
    "duration_min": "float64",
    "distance_m": "float64",
    "session_rpe": "float64",
    "average_heart_rate_bpm": "float64",
    "highest_heart_rate_bpm": "float64",
    "intensity_factor": "float64",
    "air_temperature_c": "float64",
    "relative_humidity_pct": "float64",
    "cut": "bool",
    "source": "str",
}
"""Columns of a log; whatever else a file holds is not kept."""

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


class TrainingLogError(ValueError):
    """A file that cannot be read as a training log; one sentence says why."""


def day_words(day: date | pd.Timestamp, *, year: bool = False) -> str:
    """A day as people say it, in whatever language the machine is set up.

    Examples
    --------
    >>> day_words(date(2026, 7, 12)), day_words(date(2026, 7, 12), year=True)
    ('12 Jul', '12 Jul 2026')
    """
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def counted(number: int, noun: str) -> str:
    """Number with its noun.

    Examples
    --------
    >>> counted(1, "session"), counted(2, "session")
    ('1 session', '2 sessions')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


@dataclass(frozen=True)
class LogReport:
    """What became of the rows of a file.

    Attributes
    ----------
    sources : tuple of str
    rows_read, rows_used : int
        Their difference is the sum of `skipped`.
    skipped : mapping of str to int
        Rows by the reason why they were left out.
    first_day, last_day : datetime.date
    estimated_sessions : int
        Sessions whose load is estimated, because nobody said how hard they felt.
    notes : tuple of str
        Units and times taken for granted, and what a reader should know, in sentences.
    """

    sources: tuple[str, ...]
    rows_read: int
    rows_used: int
    skipped: Mapping[str, int]
    first_day: date
    last_day: date
    estimated_sessions: int
    notes: tuple[str, ...] = ()

    @property
    def share_estimated(self) -> float:
        """Share of the sessions whose load is estimated, 0 to 1."""
        return self.estimated_sessions / self.rows_used

    def lines(self) -> tuple[str, ...]:
        """Say it in sentences, for a page or a terminal."""
        span = f"{day_words(self.first_day, year=True)} to "
        span += day_words(self.last_day, year=True)
        lines = [
            f"From {', '.join(self.sources)}: {counted(self.rows_read, 'row')} read, "
            f"{self.rows_used} used, {self.rows_read - self.rows_used} left out.",
        ]
        lines += [
            f"{counted(number, 'row')} left out: {why}."
            for why, number in self.skipped.items()
        ]
        lines.append(f"Sessions from {span}.")
        lines.append(
            f"Load estimated for {self.share_estimated:.0%} of the sessions "
            f"({self.estimated_sessions}), from duration and sport, because the file does "
            "not say how hard they felt."
            if self.estimated_sessions
            else "Load of every session from how hard it felt and how long it took."
        )
        return (*lines, *self.notes)


@dataclass(frozen=True)
class TrainingLog:
    """Sessions of one athlete, oldest first.

    Attributes
    ----------
    sessions : pandas.DataFrame
        One row per session with the columns of `COLUMNS`: ``day`` and ``start`` are
        local, ``start`` is NaT where the file names no time; numbers are NaN where not
        known; ``cut`` says that a longer duration was cut to 24 hours.
    report : LogReport
    """

    sessions: pd.DataFrame = field(repr=False)
    report: LogReport


def ordered(sessions: pd.DataFrame) -> pd.DataFrame:
    """Give sessions the columns of a log, and their order.

    Parameters
    ----------
    sessions : pandas.DataFrame
        With any of the columns of `COLUMNS`, among them ``day``.

    Returns
    -------
    pandas.DataFrame
        Oldest first, numbered from 0.
    """
    full = sessions.reindex(columns=list(COLUMNS))
    full["cut"] = full["cut"].eq(True)
    full = full.astype(COLUMNS)
    return full.sort_values(["day", "start"], kind="stable").reset_index(drop=True)
