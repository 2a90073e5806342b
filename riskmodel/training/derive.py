"""What a training log answers of the questions about the last weeks.

Every answer says where it comes from, and what the log cannot answer stays open with
its reason.  A person's own answer always goes first.
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
from riskmodel.physiology.heat import SIMILAR_AIR_C, SIMILAR_WBGT_C, wbgt_liljegren
from riskmodel.training.loads import ESTIMATED, hardness, session_loads
from riskmodel.training.log import TrainingLog, counted, day_words
from riskmodel.training.window import Window, window_of
from riskmodel.training.words import limit, similar_sports

CONTEXT: Mapping[str, str] = MappingProxyType(
    {"recent_vs_usual_load": "Load of the last 7 days against the 3 weeks before"}
)
"""What a log tells besides answers to questions; never scored."""

_MONTH_DAYS, _WEEK_DAYS = 28, 7
_SHADE_WIND_M_S = 1.0


@dataclass(frozen=True)
class Derived:
    """One answer that a log gives, or the reason why it does not.

    Attributes
    ----------
    name : str
        A name in `FIELDS` or `CONTEXT`.
    value : float or None
    source : str
        One sentence: where the value comes from, empty if there is none.
    reason : str
        One sentence: why there is no value, empty if there is one.
    """

    name: str
    value: float | None
    source: str = ""
    reason: str = ""

    @property
    def label(self) -> str:
        """The question, or what the figure is."""
        return FIELDS[self.name].label if self.name in FIELDS else CONTEXT[self.name]


def derive(
    log: TrainingLog,
    *,
    on: date,
    sport: str,
    air_temperature_c: float | None = None,
    relative_humidity_pct: float | None = None,
    complete_until: date | None = None,
) -> tuple[Derived, ...]:
    r"""Answer what a log can answer about the weeks before a session.

    Parameters
    ----------
    log : TrainingLog
    on : datetime.date
        Day of the planned session; only days before it count.
    sport : str
        One of the levels of ``FIELDS["sport"]``.
    air_temperature_c, relative_humidity_pct : float, optional
        Weather of the planned session. [°C], [%]
    complete_until : datetime.date, optional
        Last day up to which everything that was trained is in the log, as its reader
        says; by default the day of the last session, FIT files aside.

    Returns
    -------
    tuple of Derived
        ``longest_recent_min``, ``sessions_per_week``, ``hard_sessions_3d``,
        ``rest_days_7d``, ``heat_days_14d`` and ``recent_vs_usual_load``, each with its
        source or the reason why it is left open.

    Raises
    ------
    ValueError
        If the sport is none of ours, or the log is said to be complete only until a day
        before its last session.

    Notes
    -----
    A log that ends more than a week before the session answers nothing.  Within that
    week, hard sessions, rest days and the recent load stay open, since they ask about
    the very days of which it does not know; the other answers use the weeks up to its
    end.  The longest session and the days in heat are then at least what is said.

    FIT files hold one session each.  Without a list of sessions beside them they answer
    only how long the longest was, whatever `complete_until` says.

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
    if sport not in FIELDS["sport"].levels:
        raise ValueError(f"Sport is {sport}; allowed is {FIELDS['sport'].allowed}.")
    day = pd.Timestamp(on).as_unit("s")
    names = (*_RULES, "heat_days_14d", *CONTEXT)
    if not (log.sessions["day"] < day).any():
        why = f"The log has no session before {day_words(on, year=True)}."
        return tuple(Derived(name, None, reason=why) for name in names)
    window = window_of(log, day, sport, complete_until)
    if window.stale:
        ends = window.on - timedelta(days=window.stale)
        why = (
            f"The log ends on {day_words(ends, year=True)}, {window.stale} days before the "
            "session: what came after, it does not say."
        )
        return tuple(Derived(name, None, reason=why) for name in names)
    return (
        *(rule(window) for rule in _RULES.values()),
        _heat_days(window, air_temperature_c, relative_humidity_pct),
        _recent_load(window),
    )


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
    >>> found = (Derived("rest_days_7d", 2.0), Derived("sessions_per_week", 4.0))
    >>> with_log({"rest_days_7d": 1, "sport": "running"}, found)
    {'sessions_per_week': 4.0, 'rest_days_7d': 1, 'sport': 'running'}
    """
    own = {name: value for name, value in given.items() if value is not None}
    from_log = {
        d.name: d.value for d in derived if d.value is not None and d.name in FIELDS
    }
    return {**{n: v for n, v in from_log.items() if n not in own}, **own}


def _within(name: str, value: float, source: str) -> Derived:
    """Answer within what the question can hold, and say if it was more."""
    most = FIELDS[name].high
    if value > most:
        source = f"{source} The question takes {most:g} at most."
    return Derived(name, float(min(value, most)), source)


def _longest(window: Window) -> Derived:
    name, label = "longest_recent_min", FIELDS["sport"].levels[window.sport].lower()
    if window.sport == "other":
        return Derived(name, None, reason="Which sessions are similar, other does not say.")
    month = window.last(_MONTH_DAYS)
    similar = month[month["sport"].isin(similar_sports(window.sport))]
    fine = similar[~similar["cut"]]
    if len(fine):
        return _longest_of(window, fine, cut=len(similar) > len(fine))
    if len(similar):
        why = "The only similar sessions of the last 4 weeks are longer than 24 hours."
        return Derived(name, None, reason=why)
    if not window.calendar:
        return Derived(name, None, reason=f"There is no {label} in the FIT files.")
    if window.back < _MONTH_DAYS:
        why = (
            f"There is no {label} in the log, and it goes back only "
            f"{counted(window.back, 'day')}."
        )
        return Derived(name, None, reason=why)
    source = f"No {label} in the last 4 weeks{window.up_to}, in {window.sources}."
    return Derived(name, 0.0, source + window.rested)


def _longest_of(window: Window, similar: pd.DataFrame, *, cut: bool) -> Derived:
    row = similar.iloc[int(similar["duration_min"].to_numpy().argmax())]
    minutes = float(np.round(row["duration_min"]))
    span = "4 weeks" + window.up_to
    if window.calendar and window.back < _MONTH_DAYS:
        span = f"{counted(window.back, 'day')}{window.up_to}, all it holds"
    source = (
        f"Longest similar session ({FIELDS['sport'].levels[row['sport']].lower()}) of "
        f"the last {span}: {minutes:g} min on {day_words(row['day'])}, from "
        f"{row['source']}."
    )
    if cut:
        source += " One of more than 24 hours was not used."
    if not window.calendar:
        source += " It is at least that: whether there were longer ones, no file says."
    return _within("longest_recent_min", minutes, source + window.rested)


def _per_week(window: Window) -> Derived:
    name = "sessions_per_week"
    if not window.calendar or (window.on - window.end).days > limit("stale_days"):
        return Derived(name, None, reason=window.missing)
    days = min(window.days, _MONTH_DAYS)
    if days < _WEEK_DAYS:
        why = f"The log goes back only {counted(days, 'day')}; needed is a week."
        return Derived(name, None, reason=why)
    number = len(window.known(days))
    weeks = "4 weeks" if days == _MONTH_DAYS else f"{days} days"
    span = f"{'the' if window.up_to else 'the last'} {weeks}{window.up_to}"
    if days < _MONTH_DAYS:
        span += ", which is all it holds"
    source = f"{counted(number, 'session')} in {span}, in {window.sources}."
    return _within(name, round(number / (days / _WEEK_DAYS), 1), source + window.rested)


def _hard(window: Window) -> Derived:
    name = "hard_sessions_3d"
    if window.missing:
        return Derived(name, None, reason=window.missing)
    if window.days < 3:
        return Derived(name, None, reason="The log does not go back 3 days.")
    recent = window.before["day"] >= window.on - pd.Timedelta(days=3)
    hard = hardness(window.before)[recent.to_numpy()]
    if np.isnan(hard).any():
        open_days = window.before.loc[recent, "day"][np.isnan(hard)]
        why = (
            f"How hard the session on {day_words(open_days.iloc[-1])} was, the log does "
            "not say: no effort, and neither intensity nor heart rate that settles it."
        )
        return Derived(name, None, reason=why)
    number = int(hard.sum())
    source = (
        f"{number} of {counted(len(hard), 'session')} in the last 3 days hard by effort "
        f"(7 of 10 or more), intensity or heart rate, in {window.sources}."
    )
    return _within(name, number, source + window.rested)


def _rest(window: Window) -> Derived:
    name = "rest_days_7d"
    if window.missing:
        return Derived(name, None, reason=window.missing)
    if window.days < _WEEK_DAYS:
        why = f"The log goes back only {counted(window.days, 'day')}; needed are 7."
        return Derived(name, None, reason=why)
    trained = window.last(_WEEK_DAYS)["day"].nunique()
    source = f"Sessions on {trained} of the last 7 days, in {window.sources}."
    return Derived(name, float(_WEEK_DAYS - trained), source + window.rested)


_RULES = {
    "longest_recent_min": _longest,
    "sessions_per_week": _per_week,
    "hard_sessions_3d": _hard,
    "rest_days_7d": _rest,
}


def _shade_wbgt_c(air_temperature_c: Any, relative_humidity_pct: Any) -> Any:
    state = wbgt_liljegren(
        air_temperature_c, relative_humidity_pct, _SHADE_WIND_M_S, 0.0, 0.0, 0.0
    )
    return state.wbgt_c


def _heat_days(
    window: Window, air_temperature_c: float | None, humidity_pct: float | None
) -> Derived:
    """Days with a session in similar heat.

    Similar is an air temperature at most `SIMILAR_AIR_C` below the planned one; where
    humidity is known of both, a WBGT in the shade at most `SIMILAR_WBGT_C` below.
    A day without weather, or after the end of the log, counts as not hot, which never
    makes an athlete look better used to heat than they are.
    """
    name = "heat_days_14d"
    if air_temperature_c is None:
        why = "What is similar depends on the weather of the session, which is not known."
        return Derived(name, None, reason=why)
    if not window.calendar:
        return Derived(name, None, reason=window.missing)
    recent = window.last(14)
    if window.back < 14:
        why = f"The log goes back only {counted(window.back, 'day')}; needed are 14."
        return Derived(name, None, reason=why)
    known = recent["air_temperature_c"].notna()
    if len(recent) and not known.any():
        why = (
            "The file has no weather of the last 14 days; the temperature that a device "
            "measures on the wrist or the bar is not that of the air."
        )
        return Derived(name, None, reason=why)
    air, humidity = recent["air_temperature_c"], recent["relative_humidity_pct"]
    similar = air >= air_temperature_c - SIMILAR_AIR_C
    if humidity_pct is not None:
        planned = float(_shade_wbgt_c(air_temperature_c, humidity_pct))
        past = _shade_wbgt_c(air.to_numpy(), humidity.to_numpy())
        by_wbgt = past >= planned - SIMILAR_WBGT_C
        similar = similar.where(humidity.isna(), by_wbgt)
    days = recent.loc[similar, "day"].nunique()
    source = (
        f"{counted(days, 'day')} with a session in similar heat in the last "
        f"14{window.up_to} (air at most {SIMILAR_AIR_C:g} °C below the plan, or WBGT "
        f"{SIMILAR_WBGT_C:g} °C), by the weather of {int(known.sum())} of "
        f"{counted(len(recent), 'session')}, in {window.sources}."
    )
    return Derived(name, float(days), source + window.rested)


def _recent_load(window: Window) -> Derived:
    name = "recent_vs_usual_load"
    if window.missing:
        return Derived(name, None, reason=window.missing)
    if window.days < _MONTH_DAYS:
        why = f"The log goes back only {counted(window.days, 'day')}; needed are 4 weeks."
        return Derived(name, None, reason=why)
    month = window.last(_MONTH_DAYS)
    if month["cut"].any():
        why = "A session of more than 24 hours in the last 4 weeks makes the load unclear."
        return Derived(name, None, reason=why)
    loads = session_loads(month)
    recent = month["day"] >= window.on - timedelta(days=_WEEK_DAYS)
    usual = loads.loc[~recent, "load"].sum() / (_MONTH_DAYS - _WEEK_DAYS)
    if not usual > 0:
        why = "There was no session in the 3 weeks before the last 7 days."
        return Derived(name, None, reason=why)
    ratio = loads.loc[recent, "load"].sum() / _WEEK_DAYS / usual
    estimated = loads["load"][loads["method"] == ESTIMATED].sum() / loads["load"].sum()
    source = (
        f"Load of the last 7 days is {ratio:.1f} times that of the 3 weeks before, "
        f"{estimated:.0%} of it estimated, in {window.sources}."
    )
    return Derived(name, float(np.round(ratio, 2)), source + window.rested)
