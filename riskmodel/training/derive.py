"""What a training log answers of the questions about the last weeks.

Every answer says where it comes from, and what the log cannot answer stays open with
its reason.  A person's own answer always goes first.

Where the sport of a session is not known, or it was of several, nothing is said of the
longest unless a known one was at least as long.  A row that may be a session and could not
be read leaves every answer open that its day can change.

Days between two lists that no list covers are unknown: what asks about them stays open,
and the longest is at least what is said.

A log ends with its last session before the planned one.  One that ends more than a week
before it answers nothing.  Within that week, hard sessions, rest days and the recent load
stay open, since they ask about the very days of which it does not know; the other answers
use the weeks up to its end.  The longest session and the days in heat are then at least
what is said.

FIT files hold one session each.  Without a list of sessions beside them they answer only
how long the longest was, whatever their reader says about the days after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.session import tidy
from riskmodel.physiology.heat import SIMILAR_AIR_C, SIMILAR_WBGT_C, wbgt_liljegren
from riskmodel.training.loads import hardness, session_loads
from riskmodel.training.log import TrainingLog
from riskmodel.training.longest import longest_similar
from riskmodel.training.sentences import Finding, finding, sentences
from riskmodel.training.window import (
    MONTH_DAYS,
    Answer,
    Window,
    window_of,
)
from riskmodel.training.words import limit

CONTEXT: Mapping[str, str] = MappingProxyType(
    {"recent_vs_usual_load": "Load of the last 7 days against the 3 weeks before"}
)
"""What a log tells besides answers to questions; never scored."""

_LOADS = (
    (0.5, "Much less than usual"),
    (0.8, "Less than usual"),
    (0.95, "A little less than usual"),
    (1.05, "As usual"),
    (1.25, "A little more than usual"),
    (1.5, "More than usual"),
)
# Ratios below which the words hold: judgement.

_WEEK_DAYS = 7
_SHADE_WIND_M_S = 1.0


@dataclass(frozen=True)
class Derived:
    """One answer that a log gives, or the reason why it does not.

    Attributes
    ----------
    name : str
        A name in `FIELDS` or `CONTEXT`.
    value : float or None
    findings : tuple of Finding
        Where the value comes from, or why there is none.
    """

    name: str
    value: float | None
    findings: tuple[Finding, ...] = ()

    @property
    def label(self) -> str:
        """The question, or what the figure is."""
        return FIELDS[self.name].label if self.name in FIELDS else CONTEXT[self.name]

    @property
    def source(self) -> str:
        """Where the value comes from, in sentences; empty if there is none."""
        return "" if self.value is None else sentences(self.findings)

    @property
    def reason(self) -> str:
        """Why there is no value, in sentences; empty if there is one."""
        return sentences(self.findings) if self.value is None else ""

    def in_words(self) -> dict[str, Any]:
        """Everything by its name, with what was found in words."""
        return {name: getattr(self, name) for name in ("name", "value", "source", "reason")}


def load_words(ratio: float) -> str:
    """Say in words how the load of the last days compares with the weeks before.

    Examples
    --------
    >>> load_words(0.94), load_words(1.0), load_words(2.1)
    ('A little less than usual', 'As usual', 'Much more than usual')
    """
    return next((words for below, words in _LOADS if ratio < below), "Much more than usual")


def derive(
    log: TrainingLog,
    *,
    on: date,
    sport: str,
    air_temperature_c: float | None = None,
    relative_humidity_pct: float | None = None,
    complete_until: date | None = None,
    not_training_counts: bool = False,
) -> tuple[Derived, ...]:
    r"""Answer what a log can answer about the weeks before a session.

    Parameters
    ----------
    log : TrainingLog
    on : datetime.date
        Day of the planned session; only days before it count.
    sport : str
        As a session says it: one of the levels of ``FIELDS["sport"]``, or a usual word.
    air_temperature_c, relative_humidity_pct : float, optional
        Weather of the planned session. [°C], [%]
    complete_until : datetime.date, optional
        Last day up to which all training is in the log, as its reader says, days between
        two files included; by default the day of the last session before `on`, FIT files
        aside.
    not_training_counts : bool
        Whether breathing exercises, naps and the like count as sessions.

    Returns
    -------
    tuple of Derived
        Longest, sessions, hard sessions, rest days, heat days and load, in this order.

    Raises
    ------
    ValueError
        If the sport is none of ours, or `complete_until` lies before the last session.

    Examples
    --------
    >>> from riskmodel.training.log_file import read_log
    >>> text = b"When,Minutes\n2026-06-01,60\n2026-07-06,90\n"
    >>> log = read_log(text, columns={"When": "start", "Minutes": "duration_min"})
    >>> derive(log, on=date(2026, 7, 13), sport="running")[3].reason
    'The log ends on 6 Jul; whether you trained on the days after, it does not say.'
    >>> rested = date(2026, 7, 12)
    >>> derive(log, on=date(2026, 7, 13), sport="running", complete_until=rested)[3].value
    6.0
    """
    sport = _sport_of_plan(sport)
    day = pd.Timestamp(on).as_unit("s")
    window = window_of(log, day, sport, complete_until, all_count=not_training_counts)
    later = not_before(log, on, not_training_counts=not_training_counts)
    if window is None:
        return _nothing(finding("nothing_before", on=on), *later)
    if window.ended:
        return _nothing(window.ended, *later)
    weather = air_temperature_c, relative_humidity_pct
    return tuple(_derived(n, rule(window, weather), window) for n, rule in _RULES.items())


def last_day_before(log: TrainingLog, on: date) -> date | None:
    """Day of the last session before a day, None if there is none."""
    days = log.sessions.loc[log.sessions["day"] < pd.Timestamp(on), "day"]
    return days.iloc[-1].date() if len(days) else None


def not_before(
    log: TrainingLog, on: date, *, not_training_counts: bool = False
) -> tuple[Finding, ...]:
    """Say which sessions of a log count for nothing, since they are not before a day.

    Parameters
    ----------
    log : TrainingLog
    on : datetime.date
        Day of the planned session, which may stand in the log itself.
    not_training_counts : bool
        Whether naps and the like count as sessions at all.

    Returns
    -------
    tuple of Finding
        One with their number and the day of the latest, or none.
    """
    is_later = log.sessions["day"] >= pd.Timestamp(on)
    counts = log.sessions["is_training"] | not_training_counts
    later = log.sessions.loc[is_later & counts, "day"]
    if not len(later):
        return ()
    return (finding("not_before", sessions=len(later), on=on, latest=later.iloc[-1]),)


def _nothing(*why: Finding) -> tuple[Derived, ...]:
    """Every question open for one reason, with what stands in the log for later."""
    return tuple(Derived(name, None, why) for name in _RULES)


def _sport_of_plan(sport: str) -> str:
    """Level of the planned sport, as a session says it."""
    answers, problems = tidy({"sport": sport})
    for problem in problems or [Problem("sport", "missing")] * (not answers):
        raise ValueError(str(problem))
    level: str = answers["sport"]
    return level


def with_log(given: Mapping[str, Any], derived: Sequence[Derived]) -> dict[str, Any]:
    """Answers of a person, completed from a log.

    Parameters
    ----------
    given : mapping of str to answer
        They go first; None is no answer.
    derived : sequence of Derived

    Returns
    -------
    dict of str to answer
        With names of `FIELDS` only.

    Examples
    --------
    >>> derived = (Derived("rest_days_7d", 2.0), Derived("sessions_per_week", 4.0))
    >>> with_log({"rest_days_7d": 1, "sport": "running"}, derived)
    {'sessions_per_week': 4.0, 'rest_days_7d': 1, 'sport': 'running'}
    """
    own = {name: value for name, value in given.items() if value is not None}
    from_log = {
        d.name: d.value for d in derived if d.value is not None and d.name in FIELDS
    }
    return {**{n: v for n, v in from_log.items() if n not in own}, **own}


_Weather = tuple[float | None, float | None]
"""Air temperature [°C] and relative humidity [%] of the planned session."""


def _derived(name: str, answer: Answer, window: Window) -> Derived:
    """Answer within what the question can hold, and say if it was more."""
    if isinstance(answer, Finding):
        return Derived(name, None, (answer,))
    value, source = answer
    source = [*source, *window.rested]
    most = FIELDS[name].high if name in FIELDS else value
    if value > most:
        source.append(finding("at_most", most=most))
    return Derived(name, float(min(value, most)), tuple(source))


def _longest(window: Window, _: _Weather) -> Answer:
    return longest_similar(window)


def _per_week(window: Window, _: _Weather) -> Answer:
    long_ago = (window.on - window.end).days > limit("stale_days")
    if window.missing and (long_ago or not window.calendar):
        return window.missing
    days = min(window.days, MONTH_DAYS)
    if days < _WEEK_DAYS:
        return window.too_short("under_a_week", days=days)
    if doubtful := window.in_doubt(days, until=window.end):
        return doubtful
    sessions = len(window.known(days))
    short = "a_week_since_gap" if window.gap else "a_week_of_all"
    kind = "a_week" if days == MONTH_DAYS else short
    source = window.source(kind, sessions=sessions, days=days)
    return round(sessions / (days / _WEEK_DAYS), 1), [source]


def _hard(window: Window, _: _Weather) -> Answer:
    if window.missing:
        return window.missing
    if window.days < 3:
        return window.too_short("under_3_days")
    if doubtful := window.in_doubt(3):
        return doubtful
    recent = window.before["day"] >= window.on - pd.Timedelta(days=3)
    hard = hardness(window.before)[recent.to_numpy()]
    if np.isnan(hard).any():
        open_days = window.before.loc[recent, "day"][np.isnan(hard)]
        return finding("hardness_open", day=open_days.iloc[-1])
    number = int(hard.sum())
    return number, [window.source("hard", hard=number, sessions=len(hard))]


def _rest(window: Window, _: _Weather) -> Answer:
    if window.missing:
        return window.missing
    if window.days < _WEEK_DAYS:
        return window.too_short("under_7_days", days=window.days)
    trained = window.last(_WEEK_DAYS)["day"].unique()
    if doubtful := window.in_doubt(_WEEK_DAYS, settled=trained):
        return doubtful
    source = window.source("trained", trained=len(trained))
    return _WEEK_DAYS - len(trained), [source]


def _shade_wbgt_c(air_temperature_c: Any, relative_humidity_pct: Any) -> Any:
    state = wbgt_liljegren(
        air_temperature_c, relative_humidity_pct, _SHADE_WIND_M_S, 0.0, 0.0, 0.0
    )
    return state.wbgt_c


def _heat_days(window: Window, weather: _Weather) -> Answer:
    """Days with a session in similar heat.

    Similar is an air temperature at most `SIMILAR_AIR_C` below the planned one; where
    humidity is known of both, a WBGT in the shade at most `SIMILAR_WBGT_C` below.
    A day without weather, or after the end of the log, counts as not hot, which never
    makes an athlete look better used to heat than they are.
    """
    air_temperature_c, humidity_pct = weather
    if air_temperature_c is None:
        return finding("no_planned_weather")
    if not window.calendar:
        return finding("no_calendar")
    if window.back < 14:
        return window.too_short("under_14_days", days=window.back)
    recent = window.last(14)
    air, humidity = recent["air_temperature_c"], recent["relative_humidity_pct"]
    if len(recent) and air.isna().all():
        return finding("no_weather")
    similar = air >= air_temperature_c - SIMILAR_AIR_C
    if humidity_pct is not None:
        planned = float(_shade_wbgt_c(air_temperature_c, humidity_pct))
        past = _shade_wbgt_c(air.to_numpy(), humidity.to_numpy())
        similar = similar.where(humidity.isna(), past >= planned - SIMILAR_WBGT_C)
    hot = recent.loc[similar, "day"].unique()
    if doubtful := window.in_doubt(14, settled=hot):
        return doubtful
    source = window.source(
        "heat",
        days=len(hot),
        air_c=SIMILAR_AIR_C,
        wbgt_c=SIMILAR_WBGT_C,
        known=int(air.notna().sum()),
        sessions=len(recent),
    )
    return len(hot), [source]


def _recent_load(window: Window, _: _Weather) -> Answer:
    if window.missing:
        return window.missing
    if window.days < MONTH_DAYS:
        return window.too_short("under_4_weeks", days=window.days)
    if doubtful := window.in_doubt(MONTH_DAYS):
        return doubtful
    month = window.last(MONTH_DAYS)
    if month["cut"].any():
        return finding("load_with_cut")
    loads = session_loads(month)
    recent = month["day"] >= window.on - timedelta(days=_WEEK_DAYS)
    usual = loads.loc[~recent, "load"].sum() / (MONTH_DAYS - _WEEK_DAYS)
    if not usual > 0:
        return finding("no_usual_load")
    ratio = float(np.round(loads.loc[recent, "load"].sum() / _WEEK_DAYS / usual, 2))
    estimated = loads["load"][loads["estimated"]].sum() / loads["load"].sum()
    source = window.source("load", ratio=ratio, estimated=estimated)
    return ratio, [source]


_RULES = {
    "longest_recent_min": _longest,
    "sessions_per_week": _per_week,
    "hard_sessions_3d": _hard,
    "rest_days_7d": _rest,
    "heat_days_14d": _heat_days,
    "recent_vs_usual_load": _recent_load,
}
