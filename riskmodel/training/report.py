"""What became of the files of a training log, in numbers and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from riskmodel.inputs.told import counted
from riskmodel.training.counts import Counts
from riskmodel.training.failed import FailedFile
from riskmodel.training.sentences import (
    SKIPPED,
    Finding,
    day_words,
    finding,
    is_assumed,
    is_by_zone,
    is_left_out,
    sentence,
)

_MOST_FILES_SHOWN = 12


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
    failed : tuple of FailedFile
        Files that could not be read, also those in an archive.
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
    failed: tuple[FailedFile, ...] = field(default=(), kw_only=True)

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
        doubts = [note for note in self.notes if not any(is_(note) for is_ in settled)]
        if failed := self.failed:
            first = {"name": failed[0].name, "why": failed[0].why}
            doubts.insert(0, finding("files_unread", files=len(failed), **first))
        return tuple(doubts)

    @property
    def days_by_zone(self) -> bool:
        """Whether a day depends on the time zone that was given."""
        return any(map(is_by_zone, self.notes))

    def in_words(self) -> dict[str, Any]:
        """Everything by its name, with what was left out, doubted and assumed in words."""
        whole = asdict(self)
        del whole["notes"]  # they stand in the sentences
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
