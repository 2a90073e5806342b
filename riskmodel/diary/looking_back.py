"""Sessions of a diary or a training log as answers, to be looked back at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from riskmodel.diary.outcomes import UNREADABLE, Outcome
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import check, tidy
from riskmodel.training.derive import derive, with_log
from riskmodel.training.log import TrainingLog

# What a log may say of a session itself.
_NUMBERS = (
    "duration_min",
    "session_rpe",
    "air_temperature_c",
    "relative_humidity_pct",
)


def kept_answers(outcome: Outcome) -> dict[str, Any]:
    """Answers that were kept with a session of the diary; empty if they give no score.

    Examples
    --------
    >>> run = Outcome(date(2026, 7, 1), 0.2, 0.1, 0.4, "0.1.0", "abc", True, "running", 60)
    >>> kept_answers(run)
    {}
    """
    try:
        answers, _ = tidy(outcome.answers or {})
        # It took what it took, whatever was planned.
        answers |= {"sport": outcome.sport, "duration_min": outcome.duration_min}
        return {} if check(answers) else answers
    except UNREADABLE:  # of another program
        return {}


def without_a_cramp(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Answers of the sessions without a cramp, of those whose answers were kept."""
    kept = [kept_answers(outcome) for outcome in outcomes if outcome.cramp is False]
    return [answers for answers in kept if answers]


def logged_session(log: TrainingLog, day: date) -> dict[str, Any]:
    r"""What a log knows of the longest session of a day and of the weeks before it.

    Parameters
    ----------
    log : TrainingLog
    day : datetime.date

    Returns
    -------
    dict of str to answer
        Empty if the log holds no session of that day that is long enough for a score, or
        does not say of which sport.

    Examples
    --------
    >>> from riskmodel.training.log_file import read_log
    >>> text = b"When,Minutes,What\n2026-06-01,60,Run\n2026-06-03,90,Run\n"
    >>> columns = {"When": "start", "Minutes": "duration_min", "What": "sport"}
    >>> past = logged_session(read_log(text, columns=columns), date(2026, 6, 3))
    >>> past["sport"], past["duration_min"], past["longest_recent_min"]
    ('running', 90.0, 60.0)
    """
    sessions = _long_enough(log)
    of_day = sessions[sessions["day"] == pd.Timestamp(day)]
    if of_day.empty:
        return {}
    row = of_day.sort_values("duration_min").iloc[-1].to_dict()
    sport: str = row["sport"]
    if pd.isna(sport):
        return {}
    numbers = {name: float(row[name]) for name in _NUMBERS}
    own = {name: value for name, value in numbers.items() if not math.isnan(value)}
    derived = derive(
        log,
        on=day,
        sport=sport,
        air_temperature_c=own.get("air_temperature_c"),
        relative_humidity_pct=own.get("relative_humidity_pct"),
    )
    return with_log({"sport": sport, **own}, derived)


def last_logged_day(log: TrainingLog) -> date:
    """Last day with a session that is long enough for a score, or else the log's last."""
    days = _long_enough(log)["day"]
    return log.report.last_day if days.empty else days.iloc[-1].date()


def _long_enough(log: TrainingLog) -> pd.DataFrame:
    return log.sessions[log.sessions["duration_min"] >= FIELDS["duration_min"].low]
