"""The weeks before a planned session, and which of their days a log covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from riskmodel.training.log import TrainingLog
from riskmodel.training.sentences import Finding, day_words, finding
from riskmodel.training.track_file import ONE_SESSION_EACH
from riskmodel.training.words import limit

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Sessions before a day, and the days of which a log knows everything."""

    before: pd.DataFrame  # sessions before the planned one, at least one
    on: pd.Timestamp  # day of the planned session
    sport: str
    first: pd.Timestamp  # that the log covers
    end: pd.Timestamp  # last day that it covers, before `on`
    calendar: bool  # whether it covers days at all; files of one session each do not
    by_word: bool  # whether it ends later than its last session, as its reader says

    def last(self, days: int) -> pd.DataFrame:
        """Sessions of the days before the planned one."""
        return self.before[self.before["day"] >= self.on - days * _DAY]

    def known(self, days: int) -> pd.DataFrame:
        """Sessions of the last days that the log covers."""
        day = self.before["day"]
        return self.before[(day > self.end - days * _DAY) & (day <= self.end)]

    @property
    def back(self) -> int:
        """Days from the first one to the day before the planned session."""
        return max((self.on - self.first).days, 0)

    @property
    def days(self) -> int:
        """Days that the log covers."""
        return max((self.end - self.first).days + 1, 0)

    @property
    def _last_session(self) -> pd.Timestamp:
        last: pd.Timestamp = self.before["day"].iloc[-1]
        return last

    @property
    def stale(self) -> int:
        """Days since the log ended, where they are too many, else 0."""
        days = (self.on - max(self.end, self._last_session)).days
        return days if days > limit("stale_days") else 0

    def source(self, kind: str, **details: Any) -> Finding:
        """Where an answer comes from, with the programs and an early end of the log."""
        programs = tuple(dict.fromkeys(self.before["sources"].explode()))
        return finding(kind, **{"end": self.early_end, "sources": programs, **details})

    @property
    def early_end(self) -> pd.Timestamp | None:
        """Where the log ends, if that is earlier than the day before the session."""
        return self.end if self.calendar and self.end != self.on - _DAY else None

    @property
    def missing(self) -> Finding | None:
        """Why nothing follows from days without a session, None if it does."""
        if not self.calendar:
            return finding("no_calendar")
        if self.early_end is None:
            return None
        alone = self._last_session <= self.end
        return finding("ends" if alone else "list_ends", end=self.end)

    @property
    def rested(self) -> tuple[Finding, ...]:
        """Days without a session that the reader answers for."""
        if not self.by_word:
            return ()
        return (finding("rested", last=self._last_session, end=self.end),)


def window_of(
    log: TrainingLog, on: pd.Timestamp, sport: str, complete_until: date | None
) -> Window:
    """Find the days that a log with a session before one day covers before that.

    ValueError if it is said to be complete only until a day before its last session.
    """
    before = log.sessions[log.sessions["day"] < on]
    alone = log.sessions["sources"].map(ONE_SESSION_EACH.issuperset)
    listed = log.sessions[~alone.astype(bool)]
    calendar = len(listed) > 0
    days = (listed if calendar else before)["day"]
    end = min(days.iloc[-1], on - _DAY)
    if complete_until is not None:
        until = pd.Timestamp(complete_until).as_unit("s")
        if until < end:
            raise ValueError(
                f"The log is said to be complete until {day_words(until, year=True)}, and "
                f"has sessions after it; allowed is {day_words(end, year=True)} or later."
            )
        end = min(until, on - _DAY)
    by_word = bool(calendar and end > before["day"].iloc[-1] and end > days.iloc[-1])
    return Window(before, on, sport, days.iloc[0], end, calendar, by_word)
