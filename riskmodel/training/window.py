"""The weeks before a planned session, and which of their days a log covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from riskmodel.training.log import TrainingLog
from riskmodel.training.sentences import PERHAPS_TWICE, Finding, day_words, finding
from riskmodel.training.words import ONE_SESSION_EACH, limit

MONTH_DAYS = 28

Answer = tuple[float, list[Finding]] | Finding
"""A value with where it comes from, or why there is none."""

Days = tuple[pd.Timestamp, pd.Timestamp]
"""The first and the last of some days."""

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Sessions before a day, and the days of which a log knows everything."""

    before: pd.DataFrame  # sessions before the planned one, at least one
    on: pd.Timestamp  # day of the planned session
    sport: str
    first: pd.Timestamp  # from which on the log covers every day
    end: pd.Timestamp  # last day that it covers, before `on`
    calendar: bool  # whether it covers days at all; files of one session each do not
    by_word: bool  # whether it ends later than its last session, as its reader says
    doubtful: pd.DataFrame  # rows that may be sessions before the planned one
    last_row: pd.Timestamp  # day up to which it tells itself, before a reader's word
    gap: Days | None = None  # between two lists, just before `first`

    def last(self, days: int) -> pd.DataFrame:
        """Sessions of the days before the planned one."""
        return self.before[self.before["day"] >= self.on - days * _DAY]

    def known(self, days: int) -> pd.DataFrame:
        """Sessions of the last days that the log covers."""
        day = self.before["day"]
        return self.before[(day > self.end - days * _DAY) & (day <= self.end)]

    def in_doubt(
        self,
        days: int,
        *,
        until: pd.Timestamp | None = None,
        settled: Iterable[pd.Timestamp] = (),
        sports: Iterable[str] | None = None,
    ) -> Finding | None:
        """Why rows that could not be read leave the last days open, None if none does.

        The days end before the planned session, or with `until`.  A row does not matter
        on a day that is ``settled``, nor if its sport is known and none of `sports`.
        """
        last = self.on - _DAY if until is None else until
        rows = self.doubtful
        inside = (rows["day"] > last - days * _DAY) & (rows["day"] <= last)
        touched = rows["day"].isna() | (inside & ~rows["day"].isin(list(settled)))
        if sports is not None:
            touched &= rows["sport"].isin(["", *sports])
        if not touched.any():
            return None
        twice = touched & (rows["why"] == PERHAPS_TWICE)
        touched &= ~twice
        if not touched.any():
            which = rows.loc[twice, "day"]
            return finding("counted_twice", days=which.nunique(), first=which.min())
        # The example is one with something in its cell, if there is any.
        first = rows[touched].sort_values("cell", ascending=False).iloc[0]
        if (rows.loc[touched, "why"] == "unread_file").all():
            return finding("files_in_doubt", files=int(touched.sum()), name=first["cell"])
        return finding(
            "doubtful", rows=int(touched.sum()), why=first["why"], cell=first["cell"]
        )

    def too_short(self, kind: str, **details: Any) -> Finding:
        """Why the days that the log covers are too few: its beginning, or a gap."""
        if self.gap is None:
            return finding(kind, **details)
        return finding("between_files", first=self.gap[0], last=self.gap[1])

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
    def ended(self) -> Finding | None:
        """That the log ended too long before the session, None if it did not."""
        end = max(self.end, self._last_session)
        days = (self.on - end).days
        if days <= limit("stale_days"):
            return None
        return finding("ended_long_ago", end=end, days=days)

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
        return (finding("rested", last=self.last_row, end=self.end),)


def _is_written(doubtful: pd.DataFrame) -> pd.Series[bool]:
    """Rows with a day, filled in: an empty one may stand there for days to come."""
    filled = (doubtful["cell"].fillna("") != "") | (doubtful["activity"].fillna("") != "")
    return filled & doubtful["day"].notna()


def window_of(
    log: TrainingLog,
    on: pd.Timestamp,
    sport: str,
    complete_until: date | None,
    *,
    all_count: bool = False,
) -> Window | None:
    """Find the days that a log covers before one day, None if it has no session before it.

    They end with its last row before that day: what stands there for later says nothing
    of the days between.  They begin after the last gap between its lists, unless it is
    said to be complete.  A row that is no training, or of which only the day could be
    read, shows that the log was kept, too; the first is a session only where all count.

    ValueError if it is said to be complete only until a day before that row.
    """
    before = log.sessions[log.sessions["day"] < on]
    doubtful = log.doubtful[~(log.doubtful["day"] >= on)].fillna({"cell": ""})
    kept = before
    written = doubtful.loc[_is_written(doubtful), "day"]
    if not all_count:
        before, doubtful = (rows[rows["is_training"]] for rows in (before, doubtful))
    if not len(before):
        return None
    listed = kept[~kept["sources"].map(ONE_SESSION_EACH.issuperset).astype(bool)]
    calendar = len(listed) > 0
    days = (listed if calendar else before)["day"]
    end = max(days.iloc[-1], written.max()) if len(written) else days.iloc[-1]
    last_row = max(end, before["day"].iloc[-1])
    if complete_until is not None:
        until = pd.Timestamp(complete_until).as_unit("s")
        if until < end:
            raise ValueError(
                f"The log is said to be complete until {day_words(until, year=True)}, and "
                f"has rows after it; allowed is {day_words(end, year=True)} or later."
            )
        end = min(until, on - _DAY)
    by_word = bool(calendar and end > last_row)
    gap = gap_between_lists(log, on) if complete_until is None else None
    first = gap[1] + _DAY if gap else days.iloc[0]
    return Window(before, on, sport, first, end, calendar, by_word, doubtful, last_row, gap)


def gap_between_lists(log: TrainingLog, on: pd.Timestamp) -> Days | None:
    """The last days before one that lie between two lists, None if there are none.

    Lists that overlap, or leave no more days between them than a log may end before the
    session, are one: a year's file ends with its last session.
    """
    before = [days[days < on] for days in log.list_days]
    lists = sorted((days.min(), days.max()) for days in before if len(days))
    if not lists:
        return None
    gap, end = None, lists[0][1]
    for first, last in lists:
        if (first - end).days > limit("stale_days"):
            gap = end + _DAY, first - _DAY
        end = max(end, last)
    return gap
