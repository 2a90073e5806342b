"""Words of a log that do not say which sport a session was, or that it was no training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from riskmodel.training.log import TrainingLog
from riskmodel.training.sentences import SHOWN, Finding, finding
from riskmodel.training.words import activity_key

OF_ACTIVITIES = ("unknown_activity", "not_training")
"""Findings about words of sessions."""


def unknown_activities(log: TrainingLog) -> Mapping[str, int]:
    r"""Words whose sport is not known, with their sessions, the most frequent first.

    Parameters
    ----------
    log : TrainingLog

    Returns
    -------
    mapping of str to int
        Words as the log first has them, those that are compared as equal together.  The
        empty word stands for sessions of which the log says no activity.  What they mean
        can be said to `read_log` as ``activities``.

    Examples
    --------
    >>> from riskmodel.training.log_file import read_log
    >>> text = b"When,Minutes,Type\n2026-06-01,60,Quidditch\n2026-06-02,60,quidditch\n"
    >>> own = {"When": "start", "Minutes": "duration_min", "Type": "sport"}
    >>> dict(unknown_activities(read_log(text, columns=own)))
    {'Quidditch': 2}
    >>> log = read_log(text, columns=own, activities={"quidditch": "rugby"})
    >>> dict(unknown_activities(log))
    {}
    """
    return words_of(log.sessions[log.sessions["sport"] == ""])


def words_of(sessions: pd.DataFrame) -> dict[str, int]:
    """Words of sessions with how often they stand there, the most frequent first."""
    words = sessions["activity"].fillna("")
    numbers, written = Counter[str](), dict[str, str]()
    for word, number in words.value_counts(sort=False).items():
        key = activity_key(str(word))
        written.setdefault(key, str(word))
        numbers[key] += int(number)
    return {written[key]: number for key, number in numbers.most_common()}


def named(sessions: pd.DataFrame) -> tuple[str, ...]:
    """Words of sessions with their numbers, for a sentence."""
    words = list(words_of(sessions).items())
    return tuple(f"{word[:40] or 'none named'} ({n})" for word, n in words[:SHOWN])


def activity_notes(sessions: pd.DataFrame) -> list[Finding]:
    """Say whose sport is not known, and which are no training."""
    notes = []
    of_each = (sessions["sport"] == "", ~sessions["is_training"].astype(bool))
    for kind, where in zip(OF_ACTIVITIES, of_each, strict=True):
        if where.any():
            those = sessions[where]
            notes.append(finding(kind, sessions=len(those), named=named(those)))
    return notes
