"""How many sessions of a log count for a planned session, and how many do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class Counts:
    """Sessions of a log, each in one of the first three.

    Attributes
    ----------
    used : int
    not_training : int
        Naps and the like; 0 where they count as well.
    later : int
        On the day of the planned session or after it.
    estimated : int
        Of those used, without a word about how hard they felt.
    """

    used: int
    not_training: int
    later: int
    estimated: int

    def in_words(self) -> str:
        """Say what became of the sessions, empty if all are used.

        Examples
        --------
        >>> Counts(27, 7, 1, 0).in_words(), Counts(27, 0, 0, 0).in_words()
        ('27 used, 7 no training, 1 not counted', '')
        """
        others = ((self.not_training, "no training"), (self.later, "not counted"))
        parts = [f"{number} {words}" for number, words in others if number]
        return ", ".join([f"{self.used} used", *parts]) if parts else ""


def counts_of(
    sessions: pd.DataFrame, on: date | None = None, *, not_training_counts: bool = False
) -> Counts:
    """Count sessions, without a day as if all were before the planned one."""
    training = sessions["is_training"].astype(bool) | not_training_counts
    later = training & (on is not None and sessions["day"] >= pd.Timestamp(on))
    used = training & ~later
    felt = sessions["session_rpe"].notna()
    groups = (used, ~training, later, used & ~felt)
    return Counts(*(int(group.sum()) for group in groups))
