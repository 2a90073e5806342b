"""A training log: its sessions, and what was read, left out and assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from riskmodel.training.counts import Counts, counts_of
from riskmodel.training.sentences import (
    BY_ZONE,
    SKIPPED,
    Finding,
    counted,
    day_words,
    is_assumed,
    is_left_out,
    sentence,
)
from riskmodel.training.words import MEANINGS

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
    "sport": "str",
    "activity": "str",
    "is_training": "bool",
    "why": "str",
    "cell": "str",
    "sources": "object",
}
"""Columns of rows that may be sessions, and could not be read as such."""


_MOST_FILES_SHOWN = 12


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
class FileReport:
    """What a log took from one file.

    Attributes
    ----------
    name : str
        As its reader gave it; empty if it has none.
    sources : tuple of str
        The program that wrote it.
    rows_read, rows_used : int
        Before its sessions were looked for in other files.
    first_day, last_day : datetime.date
    """

    name: str
    sources: tuple[str, ...]
    rows_read: int
    rows_used: int
    first_day: date
    last_day: date

    def in_words(self) -> str:
        """Say it in a sentence.

        Examples
        --------
        >>> days = date(2026, 7, 1), date(2026, 7, 3)
        >>> FileReport("a.csv", ("Strava",), 3, 2, *days).in_words()
        'a.csv, Strava: 3 rows read, 2 sessions, 1 Jul 2026 to 3 Jul 2026.'
        """
        what = ", ".join(filter(None, (self.name, *self.sources)))
        rows, sessions = counted(self.rows_read, "row"), counted(self.rows_used, "session")
        return (
            f"{what}: {rows} read, {sessions}, {_from_to(self.first_day, self.last_day)}."
        )


@dataclass(frozen=True)
class LogReport:
    """What became of the rows of one file, or of several put together.

    Attributes
    ----------
    sources : tuple of str
    rows_read, rows_used : int
        Rows, and the sessions in them; their difference is the sum of `skipped`.
    skipped : mapping of str to int
        Rows by the reason why they were left out, a key of `SKIPPED`.
    first_day, last_day : datetime.date
    counts : Counts
        Which of the sessions count; for one planned session after `counted_for`.
    notes : tuple of Finding
        Units and times taken for granted, and what a reader should know.
    files : tuple of FileReport
        One for each file.
    """

    sources: tuple[str, ...]
    rows_read: int
    rows_used: int
    skipped: Mapping[str, int]
    first_day: date
    last_day: date
    counts: Counts
    notes: tuple[Finding, ...] = ()
    files: tuple[FileReport, ...] = ()

    @property
    def share_estimated(self) -> float:
        """Share of the used sessions whose load is estimated, 0 to 1."""
        return self.counts.estimated / max(self.counts.used, 1)

    @property
    def assumed(self) -> tuple[Finding, ...]:
        """Units, times and limits that were taken for granted."""
        return tuple(filter(is_assumed, self.notes))

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """What its reader should look at."""
        settled = (is_assumed, is_left_out)
        return tuple(note for note in self.notes if not any(is_(note) for is_ in settled))

    @property
    def days_by_zone(self) -> bool:
        """Whether a day depends on the time zone that was given."""
        return any(note.kind in BY_ZONE for note in self.notes)

    def in_words(self) -> dict[str, Any]:
        """Everything by its name, with what was left out, doubted and assumed in words."""
        whole = asdict(self)
        del whole["notes"]
        return {
            **whole,
            "skipped": {SKIPPED[why]: number for why, number in self.skipped.items()},
            "share_estimated": self.share_estimated,
            "summary": self.summary(),
            "sentences": self.groups(),
        }

    def summary(self) -> str:
        """Say in one line what was read, used, left out and doubted."""
        left_out, doubts = self.rows_read - self.rows_used, len(self.doubts)
        all_used = not left_out and not self.counts.in_words()
        parts = (
            counted(len(self.files), "file"),
            self._sessions(),
            f"{counted(left_out, 'row')} left out" if left_out else "",
            "nothing left out" if all_used else "",
            counted(doubts, "doubt") if doubts else "",
        )
        return ", ".join(filter(None, parts))

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Say it in sentences under their headings, in the order of reading."""
        return {
            "Read": self._read(),
            "Used": (f"{self._sessions(_from_to(self.first_day, self.last_day))}.",),
            "Left out": (
                *(
                    f"{counted(number, 'row')} left out: {SKIPPED[why]}."
                    for why, number in self.skipped.items()
                ),
                *map(sentence, filter(is_left_out, self.notes)),
            ),
            "Doubts": tuple(map(sentence, self.doubts)),
            "Assumed": (*map(sentence, self.assumed), self._load()),
        }

    def lines(self) -> tuple[str, ...]:
        """All sentences of `groups`, one after the other."""
        return tuple(line for group in self.groups().values() for line in group)

    def _sessions(self, *more: str) -> str:
        """Sessions, with those that do not count."""
        sessions = ", ".join((counted(self.rows_used, "session"), *more))
        return ": ".join(filter(None, (sessions, self.counts.in_words())))

    def _read(self) -> tuple[str, ...]:
        said = tuple(file.in_words() for file in self.files[:_MOST_FILES_SHOWN])
        more = len(self.files) - len(said)
        return (*said, f"And {counted(more, 'more file')}.") if more else said

    def _load(self) -> str:
        if not self.counts.estimated:
            return "Load of every session from how hard it felt and how long it took."
        return (
            f"Load estimated for {self.share_estimated:.0%} of the sessions "
            f"({self.counts.estimated}), from duration and sport, because the file does "
            "not say how hard they felt."
        )


def _from_to(first: date, last: date) -> str:
    days = [day_words(day, year=True) for day in (first, last)]
    return " to ".join(dict.fromkeys(days))


@dataclass(frozen=True)
class TrainingLog:
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
    """

    sessions: pd.DataFrame = field(repr=False)
    report: LogReport
    doubtful: pd.DataFrame = field(default_factory=lambda: doubtful_rows({}), repr=False)


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
) -> TrainingLog:
    """Put sessions, as from `ordered`, together with what is to be said about them.

    Without `files` it is the log of one.
    """
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
        tuple(files) or (alone,),
    )
    return TrainingLog(sessions, report, doubtful)


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
    return TrainingLog(sessions, report, doubtful)
