"""The weeks before a planned session, and which of their days a log covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from riskmodel.training.fit_file import FIT
from riskmodel.training.log import TrainingLog, day_words
from riskmodel.training.words import limit

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Sessions before a day, and the days of which a log knows everything.

    Attributes
    ----------
    before : pandas.DataFrame
        Sessions before the planned one, at least one.
    on : pandas.Timestamp
        Day of the planned session.
    sport : str
    first, end : pandas.Timestamp
        First and last day that the log covers, the last before `on`.
    calendar : bool
        Whether it covers days at all; single FIT files do not.
    by_word : bool
        Whether it ends later than its last session, since its reader says so.
    """

    before: pd.DataFrame
    on: pd.Timestamp
    sport: str
    first: pd.Timestamp
    end: pd.Timestamp
    calendar: bool
    by_word: bool

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
    def covered(self) -> bool:
        """Whether the log goes on to the day before the planned session."""
        return bool(self.end == self.on - _DAY)

    @property
    def stale(self) -> int:
        """Days since the log ended, where they are too many, else 0."""
        days = (self.on - max(self.end, self.before["day"].iloc[-1])).days
        return days if days > limit("stale_days") else 0

    @property
    def sources(self) -> str:
        """Programs and files that the sessions are from."""
        return ", ".join(
            dict.fromkeys(", ".join(self.before["source"].unique()).split(", "))
        )

    @property
    def missing(self) -> str:
        """Why nothing follows from days without a session, empty if it does."""
        if not self.calendar:
            return (
                "FIT files hold one session each: whether there were others, no file says."
            )
        if self.covered:
            return ""
        apart = "" if self.before["day"].iloc[-1] <= self.end else "Besides FIT files, "
        the = "the" if apart else "The"
        return (
            f"{apart}{the} log ends on {day_words(self.end)}; whether you trained on the "
            "days after, it does not say."
        )

    @property
    def up_to(self) -> str:
        """Where the log ends, if that is earlier than asked, for within a sentence."""
        if self.covered or not self.calendar:
            return ""
        return f" up to {day_words(self.end)}, where the log ends"

    @property
    def rested(self) -> str:
        """Sentence about days without a session that the reader answers for."""
        if not self.by_word:
            return ""
        last = day_words(self.before["day"].iloc[-1])
        return f" From {last} to {day_words(self.end)} you trained no more, as you say."


def window_of(
    log: TrainingLog, on: pd.Timestamp, sport: str, complete_until: date | None
) -> Window:
    """Find the days that a log covers before a session.

    Parameters
    ----------
    log : TrainingLog
        With a session before `on`.
    on : pandas.Timestamp
    sport : str
    complete_until : datetime.date or None
        As in `riskmodel.training.derive.derive`.

    Raises
    ------
    ValueError
        If it is complete only until a day before its last session.
    """
    before = log.sessions[log.sessions["day"] < on]
    listed = log.sessions[log.sessions["source"] != FIT]
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
